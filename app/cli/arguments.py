"""What commands take: what an argument is, and those that several commands have."""

from __future__ import annotations

from typing import Any

from app.cli import forms


class Argument:
    """One argument of a command, as argparse wants it."""

    def __init__(self, *names: str, **settings: Any) -> None:
        self.names, self.settings = names, settings


YES = Argument("--yes", action="store_true", help="do not ask")
DEVICE = Argument("device", metavar="DEVICE", help="its id, the beginning of it, or its name")
ONE_DEVICE = Argument("--device", metavar="D", help="only with this device")
TAG = Argument("--tag", metavar="T", action="append", default=[], help="may be given again")
LISTENING = (
    Argument("--host", metavar="H", default="*", help="the address to listen on (all)"),
    Argument("--port", metavar="P", type=forms.port, help="0: any free one"),
)
MESSAGE = (
    Argument("topic", metavar="TOPIC"),
    Argument("body", metavar="JSON", type=forms.json_map),
)
BACKUP = (
    Argument("path", metavar="FILE", type=forms.path),
    Argument(
        "--backup-passphrase-file",
        metavar="FILE",
        help="a file with the passphrase of the backup",
    ),
    YES,
)
