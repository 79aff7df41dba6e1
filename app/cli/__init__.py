"""The command line: every command of a running node, for people and as JSON lines.

Nothing heavy is imported here, so that a short command stays short.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DONE, FAILED, MISUSED = 0, 1, 2


def main(
    arguments: Sequence[str] | None = None,
    *,
    application: Callable[[Mapping[str, object]], int],
) -> int:
    """Run one command; the exit code: 0 done, 1 failed, 2 wrong usage.

    ``application`` opens the windows, of which nothing is known here.
    """
    from app import wording
    from app.cli.parser import parse

    wording.speak(*wording.wished_by(os.environ))
    options = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        if options.command == "tray":
            return application(vars(options))
        return _run(options.command, vars(options))
    except BrokenPipeError:
        _let_go_of_stdout()
        return DONE


def _run(command: str, options: dict[str, object]) -> int:
    from app.cli.commands import run

    return run(command, options)


def _let_go_of_stdout() -> None:
    """Whoever read us has gone: the flush at exit must not fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
