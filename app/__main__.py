"""`python -m app` and the `aico-mesh` command."""

import sys

from app import __version__


def main() -> None:
    """Say which version this is."""
    sys.stdout.write(f"aico-mesh {__version__}\n")


if __name__ == "__main__":
    main()
