"""From the words that were typed to options; wrong usage ends here, with exit code 2."""

from __future__ import annotations

import argparse
import gettext
from typing import TYPE_CHECKING, Any

from app import __version__
from app.cli.catalogue import COMMANDS, TRAY
from app.wording import folder, language, mark, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "aico-mesh"
LINK = "AICO-MESH:"
"""Desktops start us with the invitation that somebody opened."""
OF_ARGPARSE = (
    mark("usage: "),
    mark("options"),
    mark("positional arguments"),
    mark("show this help message and exit"),
    mark("%(prog)s: error: %(message)s\n"),
    mark("argument %(argument_name)s: %(message)s"),
    mark("the following arguments are required: %s"),
    mark("unrecognized arguments: %s"),
    mark("invalid choice: %(value)r (choose from %(choices)s)"),
    mark("invalid %(type)s value: %(value)r"),
    mark("expected one argument"),
)
"""What argparse itself says to people; it asks gettext, which is shown our texts."""


class Parser(argparse.ArgumentParser):
    """Argparse without guessing at abbreviations."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("allow_abbrev", False)
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**settings)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """What was asked for; ends the program on --help, --version and wrong usage.

    No command at all is the application.
    """
    _let_argparse_speak()
    for argument in arguments:
        if not _is_text(argument):
            _parser().error("one of the words is not valid text")
    if any(argument.upper().startswith(LINK) for argument in arguments[:1]):
        arguments = [TRAY, *arguments]
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        options = parser.parse_args([*arguments, TRAY])
    for name, missing in (("home", None), ("json", False), ("passphrase_file", None)):
        if name not in options:
            setattr(options, name, missing)
    return options


def _let_argparse_speak() -> None:
    if language() != "en":
        domain, place = folder()
        gettext.bindtextdomain(domain, place)
        gettext.textdomain(domain)


def _parser() -> Parser:
    parser = Parser(
        prog=PROGRAM,
        description=tr("One companion on all your devices, without any cloud."),
        epilog=_example("node --name 'Home Desktop'")
        + "\n\n"
        + tr("`{program} COMMAND --help` shows more of each.", program=PROGRAM),
    )
    version, shows = f"{PROGRAM} {__version__}", tr("show the version")
    parser.add_argument("--version", action="version", version=version, help=shows)
    _common(parser)
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", title=tr("commands"), parser_class=Parser
    )
    for name, command in COMMANDS.items():
        does = tr(command.does)
        sub = commands.add_parser(
            name,
            help=does,
            description=does[0].upper() + does[1:] + ".",
            epilog=_example(command.example),
        )
        _common(sub)
        for argument in command.arguments:
            said = argument.settings.get("help")
            settings = {**argument.settings, "help": said and tr(said)}
            sub.add_argument(*argument.names, **settings)
    return parser


def _example(words: str) -> str:
    return f"{tr('example:')}\n  {PROGRAM} {words}"


def _common(parser: argparse.ArgumentParser) -> None:
    # Without a default: what stands before the command is not undone by what does not after it.
    nothing = argparse.SUPPRESS
    home, lines = tr("the profile's folder"), tr("print JSON lines, for programs")
    parser.add_argument("--home", metavar="DIR", default=nothing, help=home)
    parser.add_argument("--json", action="store_true", default=nothing, help=lines)
    parser.add_argument(
        "--passphrase-file",
        metavar="FILE",
        default=nothing,
        help=tr("a file with the passphrase that closes the profile's key"),
    )


def _is_text(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True
