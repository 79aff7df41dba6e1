"""What the mesh thinks with: pure values and functions; no disk, socket, clock or chance."""
