"""Every command: what it does, in a line, an example, and what it takes."""

from __future__ import annotations

import argparse
import json
import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.cli.forms import Words, choices
from app.wording import tr

if TYPE_CHECKING:
    from collections.abc import Callable

TRAY = "tray"
"""What is meant where no command is typed."""
TRUST = ("full", "limited", "guest")
ROLES = ("primary", "mobile", "shared", "guest")
PRIVACY = ("public", "family", "private")


class Argument:
    """One argument of a command, as argparse wants it."""

    def __init__(self, *names: str, **settings: Any) -> None:
        self.names, self.settings = names, settings


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it does, in a line, how it is typed, and what it takes."""

    does: str
    example: str
    arguments: tuple[Argument, ...] = ()


def _between(least: float, most: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = float(text)
        if not (math.isfinite(value) and least <= value <= most):
            raise argparse.ArgumentTypeError(
                tr(
                    "{text} is not between {least} and {most}",
                    text=text,
                    least=f"{least:g}",
                    most=f"{most:g}",
                )
            )
        return value

    return number


def _port(text: str) -> int:
    return int(_between(0, 65535)(text))


def _limit(text: str) -> int:
    return int(_between(1, 1000)(text))


def _samples(text: str) -> int:
    return int(_between(0, 20)(text))


def _family(text: str) -> int:
    return int(_between(3, 10)(text))


def _json_map(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError as error:
        why = tr("that is not JSON: {error}", error=error)
        raise argparse.ArgumentTypeError(why) from error
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(tr('a JSON map is wanted, like {"valence": 0.4}'))
    return value


def _words(text: str) -> dict[str, str]:
    """``3=word 9=word 17=word``."""
    pairs = [pair.partition("=") for pair in text.replace(",", " ").split()]
    if not pairs or not all(place.isdigit() and word for place, _, word in pairs):
        raise argparse.ArgumentTypeError(tr('write it like "3=word 9=word 17=word"'))
    return {place: word.lower() for place, _, word in pairs}


def _path(text: str) -> str:
    return os.path.abspath(os.path.expanduser(text))  # noqa: PTH100, PTH111 - pathlib is slow here


_HOST = Argument("--host", metavar="H", default="*", help="the address to listen on (all)")
_PORT = Argument("--port", metavar="P", type=_port, help="0: any free one")
_MINUTES = _between(0.01, 60 * 24 * 366)
_UNIT, _SHARE = _between(-1, 1), _between(0, 1)
_YES = Argument("--yes", action="store_true", help="do not ask")
_DEVICE = Argument("device", metavar="DEVICE", help="its id, the beginning of it, or its name")
_ONE_DEVICE = Argument("--device", metavar="D", help="only with this device")
_TAG = Argument("--tag", metavar="T", action="append", default=[], help="may be given again")
_CLOSED = Argument(
    "--backup-passphrase-file",
    metavar="FILE",
    help="a file with the passphrase of the backup",
)
_SPARED = Argument("level", nargs="?", choices=("off", "normal", "strong"))
_TOPIC = Argument("topic", metavar="TOPIC")
_BODY = Argument("body", metavar="JSON", type=_json_map)

COMMANDS: dict[str, Command] = {
    TRAY: Command(
        "open the application, with its icon beside the clock (also without a command)",
        "tray --background",
        (
            Argument("link", metavar="LINK", nargs="?", help="an invitation to open"),
            Argument("--background", action="store_true", help="without any window at first"),
            Argument("--replace", action="store_true", help="stop who serves the profile now"),
            _HOST,
            _PORT,
        ),
    ),
    "node": Command(
        "run the node without a screen",
        "node --port 21550",
        (
            _HOST,
            _PORT,
            Argument("--name", metavar="N", help="what this device is called"),
            Argument("--no-mdns", action="store_true", help="do not look around the network"),
        ),
    ),
    "status": Command("show this device and its links", "status --json"),
    "invite": Command(
        "invite a device into the family",
        "invite --trust limited --name 'Kitchen Tablet'",
        (
            Argument("--trust", choices=TRUST, default="full", help="how far (full)"),
            Argument("--role", choices=ROLES, help="what it is to the companion"),
            Argument("--name", metavar="N", help="what it is called"),
            Argument("--minutes", metavar="M", type=_MINUTES, default=3.0, help="open so long"),
            _YES,
        ),
    ),
    "join": Command(
        "join a family by link or code",
        "join 123 456 789 --at desktop.local",
        (
            Argument("invitation", metavar="LINK|CODE", nargs="+"),
            Argument("--at", metavar="HOST[:PORT]", help="where the inviting device is"),
            Argument("--name", metavar="N", help="what this device is called"),
            _YES,
        ),
    ),
    "meet": Command(
        "agree to a first meeting that waits, or part again",
        "meet 'Kitchen Tablet' --yes",
        (
            _DEVICE,
            Argument("--yes", action="store_true", help="let the two become one"),
            Argument("--no", action="store_true", help="part again; nothing has flowed"),
        ),
    ),
    "part": Command(
        "undo that a device joined, within a day",
        "part 'Kitchen Tablet' --yes",
        (
            Argument("device", metavar="DEVICE", nargs="?", help="(this device)"),
            Argument("--yes", action="store_true", help="do it; without, it is only counted"),
        ),
    ),
    "leave": Command("leave the family; what is here stays here", "leave", (_YES,)),
    "devices": Command("list the devices of the family", "devices"),
    "trust": Command(
        "set how far a device is trusted",
        "trust 'Kitchen Tablet' limited",
        (
            _DEVICE,
            Argument("level", metavar="LEVEL", choices=TRUST, help=", ".join(TRUST)),
            _YES,
        ),
    ),
    "rename": Command(
        "name a device",
        "rename ABCDEFGH 'Kitchen Tablet'",
        (_DEVICE, Argument("name", metavar="NAME")),
    ),
    "role": Command(
        "say what a device is to the companion",
        "role 'Kitchen Tablet' shared",
        (_DEVICE, Argument("role", metavar="ROLE", choices=ROLES, help=", ".join(ROLES))),
    ),
    "revoke": Command(
        "remove a device for good",
        "revoke 'Old Phone'",
        (
            _DEVICE,
            Argument(
                "--hours",
                metavar="H",
                type=_between(0, 24 * 366),
                help="bring back what it forgot in the last H hours",
            ),
            _YES,
        ),
    ),
    "import": Command(
        "take in real history from a file",
        "import chatgpt-export.zip",
        (
            Argument("path", metavar="FILE", type=_path),
            Argument("--format", choices=("auto", "jsonl", "chatgpt", "aico"), default="auto"),
        ),
    ),
    "export": Command(
        "write history to a file",
        "export everything.jsonl --kind all",
        (
            Argument("path", metavar="FILE", type=_path),
            Argument("--format", choices=("jsonl", "aico"), default="jsonl"),
            Argument(
                "--kind",
                choices=("conversations", "memories", "moods", "all"),
                default="conversations",
            ),
        ),
    ),
    "backup": Command(
        "write all that is here into one encrypted file",
        "backup companion.aico-backup",
        (Argument("path", metavar="FILE", type=_path), _CLOSED, _YES),
    ),
    "restore": Command(
        "bring back what is in a backup, beside what is here",
        "restore companion.aico-backup",
        (Argument("path", metavar="FILE", type=_path), _CLOSED, _YES),
    ),
    "conversations": Command("list the conversations, newest first", "conversations"),
    "show": Command(
        "show a conversation",
        "show 3f2a",
        (
            Argument(
                "conversation", metavar="CONVERSATION", help="its id or the beginning of it"
            ),
        ),
    ),
    "say": Command(
        "say something",
        "say 'Good morning' --private",
        (
            Argument("text", metavar="TEXT"),
            Argument("--conversation", metavar="C", help="go on with this one"),
            Argument("--role", choices=("user", "assistant"), default="user"),
            _TAG,
            Argument("--private", action="store_true", help="just between us: it stays here"),
        ),
    ),
    "remember": Command(
        "keep a memory",
        "remember 'Tea, no sugar' --tag kitchen",
        (
            Argument("text", metavar="TEXT"),
            _TAG,
            Argument("--privacy", choices=PRIVACY, default="family"),
        ),
    ),
    "memories": Command("list the memories, newest first", "memories"),
    "forget": Command(
        "forget something everywhere, or ask how far that is",
        "forget 5b1e",
        (Argument("id", metavar="ID"), _YES),
    ),
    "conflicts": Command("list what people must settle", "conflicts"),
    "resolve": Command(
        "settle a contradiction by one of its texts, or by another one",
        "resolve 5b1e 2",
        (
            Argument("id", metavar="ID"),
            Argument("choice", metavar="CHOICE", nargs="?", help="its number, or its id"),
            Argument("--text", metavar="TEXT", help="instead of a choice"),
        ),
    ),
    "questions": Command("list what less trusted devices would change", "questions"),
    "decide": Command(
        "grant or refuse such a change",
        "decide 5b1e yes",
        (
            Argument("id", metavar="ID", help="its id, or the beginning of it"),
            Argument("answer", choices=("yes", "no")),
        ),
    ),
    "feel": Command(
        "note how the companion feels",
        "feel -0.3 --because 'a long day'",
        (
            Argument("valence", metavar="VALENCE", type=_UNIT, help="-1 (bad) to 1 (good)"),
            Argument("--arousal", metavar="A", type=_UNIT, help="-1 (calm) to 1 (excited)"),
            Argument("--confidence", metavar="C", type=_SHARE, help="0 to 1"),
            Argument("--because", metavar="TEXT"),
        ),
    ),
    "mood": Command(
        "show how the companion feels",
        "mood --why",
        (Argument("--why", action="store_true", help="and what it comes from"),),
    ),
    "search": Command(
        "find memories and messages",
        "search 'summer holidays' --limit 5",
        (
            Argument("query", metavar="QUERY"),
            Argument("--everywhere", action="store_true", help="ask the other devices too"),
            Argument("--limit", metavar="N", type=_limit, default=10),
        ),
    ),
    "watch": Command(
        "show what happens, as it happens",
        "watch emotion/ conversation/",
        (Argument("prefixes", metavar="TOPIC_PREFIX", nargs="*"),),
    ),
    "publish": Command(
        "put a message on the bus",
        """publish emotion/state/current '{"valence": 0.4}'""",
        (_TOPIC, _BODY),
    ),
    "request": Command(
        "ask whoever answers a topic",
        """request memory/search/request '{"query": "tea"}'""",
        (_TOPIC, _BODY, Argument("--device", metavar="D", help="ask on this device")),
    ),
    "sync": Command(
        "catch up now",
        "sync --wait 30",
        (
            _ONE_DEVICE,
            Argument(
                "--wait", metavar="SECONDS", type=_between(0, 86400), help="until in step"
            ),
        ),
    ),
    "health": Command("tell how the companion is", "health"),
    "pause": Command(
        "stop sharing for a while",
        "pause --minutes 60",
        (_ONE_DEVICE, Argument("--minutes", metavar="M", type=_MINUTES)),
    ),
    "sparing": Command("show or choose when long histories wait", "sparing strong", (_SPARED,)),
    "policy": Command(
        "show or choose what is shared with whom, or see what a device will know",
        "policy set limited.memory_access off",
        (
            Argument(
                "words",
                metavar="show|set KEY VALUE|preview DEVICE",
                nargs="*",
                action=Words,
                default=[],
            ),
            Argument("--device", metavar="D", help="set: for this device only"),
            Argument("--trust", choices=TRUST, help="preview: if it were trusted so far"),
            Argument(
                "--with",
                metavar="KEY=VALUE",
                type=choices,
                action="append",
                default=[],
                help="preview: if that were chosen for it; may be given again",
            ),
            Argument(
                "--samples", metavar="N", type=_samples, default=0, help="preview: and so many"
            ),
        ),
    ),
    "traits": Command("list what the companion is like", "traits"),
    "trait": Command(
        "say what the companion is like",
        "trait humour dry",
        (Argument("name", metavar="NAME"), Argument("text", metavar="TEXT")),
    ),
    "resume": Command("share again", "resume", (_ONE_DEVICE,)),
    "demo": Command(
        "show a whole family of devices on this machine, and remove it again",
        "demo --devices 4",
        (Argument("--devices", metavar="N", type=_family, default=3, help="3 to 10 (3)"),),
    ),
    "recovery-phrase": Command(
        "show the recovery words once, and confirm them",
        "recovery-phrase --confirm '3=tea 9=moon 17=river'",
        (
            Argument(
                "--confirm", metavar="WORDS", type=_words, help="three of them, to confirm"
            ),
        ),
    ),
}
