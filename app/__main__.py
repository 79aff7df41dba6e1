"""`python -m app` and the `aico-mesh` command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app.cli import main as run

if TYPE_CHECKING:
    from collections.abc import Mapping


def main() -> None:
    """Run the command that was typed, and end with its exit code."""
    sys.exit(run(application=_application))


def _application(options: Mapping[str, object]) -> int:
    """The windows; imported only when they are wanted."""
    from app.application import run

    return run(options)


if __name__ == "__main__":
    main()
