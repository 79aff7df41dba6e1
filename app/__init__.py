"""The tray application and the command line, both standing on the node in `mesh`."""

__version__ = "0.1.0"
