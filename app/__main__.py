"""`python -m app` and the `aico-mesh` command."""

import sys

from app.cli import main as run


def main() -> None:
    """Run the command that was typed, and end with its exit code."""
    sys.exit(run())


if __name__ == "__main__":
    main()
