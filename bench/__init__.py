"""Figures: how fast and how light the mesh is, each beside the floor it stands on."""
