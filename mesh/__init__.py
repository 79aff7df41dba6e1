"""The mesh node: one companion, the same on every device of a family."""

from typing import Final

__version__: Final = "0.1.0"
