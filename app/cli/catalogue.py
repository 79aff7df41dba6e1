"""Every command: what it does, in a line, an example, and what it takes."""

from __future__ import annotations

from dataclasses import dataclass

from app.cli import forms
from app.cli.arguments import BACKUP, DEVICE, LISTENING, MESSAGE, ONE_DEVICE, TAG, YES, Argument

TRAY = "tray"
"""What is meant where no command is typed."""
TRUST = ("full", "limited", "guest")
ROLES = ("primary", "mobile", "shared", "guest")
PRIVACY = ("public", "family", "private")


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it does, in a line, how it is typed, and what it takes."""

    does: str
    example: str
    arguments: tuple[Argument, ...] = ()


COMMANDS: dict[str, Command] = {
    TRAY: Command(
        "open the application, with its icon beside the clock (also without a command)",
        "tray --background",
        (
            Argument("link", metavar="LINK", nargs="?", help="an invitation to open"),
            Argument("--background", action="store_true", help="without any window at first"),
            Argument("--replace", action="store_true", help="stop who serves the profile now"),
            *LISTENING,
        ),
    ),
    "node": Command(
        "run the node without a screen",
        "node --port 21550",
        (
            *LISTENING,
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
            Argument(
                "--minutes", metavar="M", type=forms.MINUTES, default=3.0, help="open so long"
            ),
            YES,
        ),
    ),
    "join": Command(
        "join a family by link or code",
        "join 123 456 789 --at desktop.local",
        (
            Argument("invitation", metavar="LINK|CODE", nargs="+"),
            Argument("--at", metavar="HOST[:PORT]", help="where the inviting device is"),
            Argument("--name", metavar="N", help="what this device is called"),
            YES,
        ),
    ),
    "meet": Command(
        "agree to a first meeting that waits, or part again",
        "meet 'Kitchen Tablet' --yes",
        (
            DEVICE,
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
    "leave": Command("leave the family; what is here stays here", "leave", (YES,)),
    "devices": Command("list the devices of the family", "devices"),
    "trust": Command(
        "set how far a device is trusted",
        "trust 'Kitchen Tablet' limited",
        (
            DEVICE,
            Argument("level", metavar="LEVEL", choices=TRUST, help=", ".join(TRUST)),
            YES,
        ),
    ),
    "rename": Command(
        "name a device",
        "rename ABCDEFGH 'Kitchen Tablet'",
        (DEVICE, Argument("name", metavar="NAME")),
    ),
    "role": Command(
        "say what a device is to the companion",
        "role 'Kitchen Tablet' shared",
        (DEVICE, Argument("role", metavar="ROLE", choices=ROLES, help=", ".join(ROLES))),
    ),
    "revoke": Command(
        "remove a device for good",
        "revoke 'Old Phone'",
        (
            DEVICE,
            Argument(
                "--hours",
                metavar="H",
                type=forms.between(0, 24 * 366),
                help="bring back what it forgot in the last H hours",
            ),
            YES,
        ),
    ),
    "import": Command(
        "take in real history from a file",
        "import chatgpt-export.zip",
        (
            Argument("path", metavar="FILE", type=forms.path),
            Argument("--format", choices=("auto", "jsonl", "chatgpt", "aico"), default="auto"),
        ),
    ),
    "export": Command(
        "write history to a file",
        "export everything.jsonl --kind all",
        (
            Argument("path", metavar="FILE", type=forms.path),
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
        BACKUP,
    ),
    "restore": Command(
        "bring back what is in a backup, beside what is here",
        "restore companion.aico-backup",
        BACKUP,
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
            TAG,
            Argument("--private", action="store_true", help="just between us: it stays here"),
        ),
    ),
    "remember": Command(
        "keep a memory",
        "remember 'Tea, no sugar' --tag kitchen",
        (
            Argument("text", metavar="TEXT"),
            TAG,
            Argument("--privacy", choices=PRIVACY, default="family"),
        ),
    ),
    "memories": Command("list the memories, newest first", "memories"),
    "forget": Command(
        "forget something everywhere, or ask how far that is",
        "forget 5b1e",
        (Argument("id", metavar="ID"), YES),
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
            Argument(
                "valence", metavar="VALENCE", type=forms.UNIT, help="-1 (bad) to 1 (good)"
            ),
            Argument(
                "--arousal", metavar="A", type=forms.UNIT, help="-1 (calm) to 1 (excited)"
            ),
            Argument("--confidence", metavar="C", type=forms.SHARE, help="0 to 1"),
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
            Argument("--limit", metavar="N", type=forms.limit, default=10),
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
        MESSAGE,
    ),
    "request": Command(
        "ask whoever answers a topic",
        """request memory/search/request '{"query": "tea"}'""",
        (*MESSAGE, Argument("--device", metavar="D", help="ask on this device")),
    ),
    "sync": Command(
        "catch up now",
        "sync --wait 30",
        (
            ONE_DEVICE,
            Argument(
                "--wait", metavar="SECONDS", type=forms.between(0, 86400), help="until in step"
            ),
        ),
    ),
    "health": Command("tell how the companion is", "health"),
    "pause": Command(
        "stop sharing for a while",
        "pause --minutes 60",
        (ONE_DEVICE, Argument("--minutes", metavar="M", type=forms.MINUTES)),
    ),
    "sparing": Command(
        "show or choose when long histories wait",
        "sparing strong",
        (Argument("level", nargs="?", choices=("off", "normal", "strong")),),
    ),
    "policy": Command(
        "show or choose what is shared with whom, or see what a device will know",
        "policy set limited.memory_access off",
        (
            Argument(
                "words",
                metavar="show|set KEY VALUE|preview DEVICE",
                nargs="*",
                action=forms.Words,
                default=[],
            ),
            Argument("--device", metavar="D", help="set: for this device only"),
            Argument("--trust", choices=TRUST, help="preview: if it were trusted so far"),
            Argument(
                "--with",
                metavar="KEY=VALUE",
                type=forms.choices,
                action="append",
                default=[],
                help="preview: if that were chosen for it; may be given again",
            ),
            Argument(
                "--samples",
                metavar="N",
                type=forms.samples,
                default=0,
                help="preview: and so many",
            ),
        ),
    ),
    "traits": Command("list what the companion is like", "traits"),
    "trait": Command(
        "say what the companion is like",
        "trait humour dry",
        (Argument("name", metavar="NAME"), Argument("text", metavar="TEXT")),
    ),
    "resume": Command("share again", "resume", (ONE_DEVICE,)),
    "demo": Command(
        "show a whole family of devices on this machine, and remove it again",
        "demo --devices 4",
        (Argument("--devices", metavar="N", type=forms.family, default=3, help="3 to 10 (3)"),),
    ),
    "recovery-phrase": Command(
        "show the recovery words once, and confirm them",
        "recovery-phrase --confirm '3=tea 9=moon 17=river'",
        (
            Argument(
                "--confirm",
                metavar="WORDS",
                type=forms.numbered_words,
                help="three of them, to confirm",
            ),
        ),
    ),
}
