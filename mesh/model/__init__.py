"""What the mesh thinks with: pure values and functions, without disk, socket, clock or chance."""
