"""The tray application and the command line, both standing on the node in `mesh`."""

from mesh import __version__ as __version__
