"""From the words that were typed to options; wrong usage ends here, with exit code 2."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from app import __version__
from app.cli.catalogue import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "aico-mesh"


class Parser(argparse.ArgumentParser):
    """Argparse without guessing at abbreviations."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("allow_abbrev", False)
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**settings)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """What was asked for; ends the program on --help, --version and wrong usage."""
    for argument in arguments:
        if not _is_text(argument):
            _parser().error("one of the words is not valid text")
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help(sys.stderr)
        parser.exit(2)
    for name, missing in (("home", None), ("json", False), ("passphrase_file", None)):
        if name not in options:
            setattr(options, name, missing)
    return options


def _parser() -> Parser:
    parser = Parser(
        prog=PROGRAM,
        description="One companion on all your devices, without any cloud.",
        epilog=f"example:\n  {PROGRAM} node --name 'Home Desktop'\n\n"
        f"`{PROGRAM} COMMAND --help` shows more of each.",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    _common(parser)
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", parser_class=Parser
    )
    for name, command in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=command.does,
            description=command.does[0].upper() + command.does[1:] + ".",
            epilog=f"example:\n  {PROGRAM} {command.example}",
        )
        _common(sub)
        for argument in command.arguments:
            sub.add_argument(*argument.names, **argument.settings)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    # Without a default: what stands before the command is not undone by what does not after it.
    nothing = argparse.SUPPRESS
    parser.add_argument("--home", metavar="DIR", default=nothing, help="the profile's folder")
    parser.add_argument(
        "--json", action="store_true", default=nothing, help="print JSON lines, for programs"
    )
    parser.add_argument(
        "--passphrase-file",
        metavar="FILE",
        default=nothing,
        help="a file with the passphrase that closes the profile's key",
    )


def _is_text(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True
