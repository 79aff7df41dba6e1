"""The application: the tray and the command line of AICO mesh, standing on the node in `mesh`."""

__version__ = "0.1.0"
