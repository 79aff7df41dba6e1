"""History out of files and into them."""

from __future__ import annotations

from mesh.wishes.kinds import Shown, Wish


class Import(Wish, frozen=True, tag="import"):
    """Take in real history from a file. Events: Progress. Answer: ImportDone."""

    path: str
    format: str = "auto"


class Export(Wish, frozen=True, tag="export"):
    """Write history to a file. Events: Progress. Answer: ExportDone."""

    path: str
    format: str = "jsonl"
    kind: str = "conversations"


class Backup(Wish, frozen=True, tag="backup"):
    """Write all that is here into one closed file. Events: Progress. Answer: BackupDone."""

    path: str
    passphrase: str


class Restore(Wish, frozen=True, tag="restore"):
    """Merge a backup into what is here. Events: Progress. Answer: RestoreDone.

    A device that is alone gets new keys by that and goes on for the one that made the backup.
    """

    path: str
    passphrase: str


class BadPart(Shown, frozen=True):
    """Something in a file that could not be taken in, and why not, in a sentence.

    ``line``: the number of the line or item; the rest as far as it is known.
    """

    why: str
    line: int | None = None
    conversation: str | None = None
    title: str | None = None
    message: str | None = None


class ImportDone(Shown, frozen=True):
    """What an import did, of a file in this ``format``.

    ``left_out``: what nobody said, hidden notes and the like. ``bad_parts``: the first hundred
    that could not be read; ``bad_lines``: their numbers.
    """

    imported: int
    skipped: int
    conversations: int
    seconds: float
    bad: int = 0
    bad_lines: tuple[int, ...] = ()
    cancelled: bool = False
    format: str = "jsonl"
    left_out: int = 0
    bad_parts: tuple[BadPart, ...] = ()


class ExportDone(Shown, frozen=True):
    """What an export wrote."""

    exported: int
    seconds: float


class BackupDone(Shown, frozen=True):
    """A backup is on the disk; ``backed_up`` facts, ``size`` in bytes, ``made_at`` Unix s."""

    backed_up: int
    size: int
    seconds: float
    made_at: float


class RestoreDone(Shown, frozen=True):
    """What a restore did: facts that are new here, were known, or have no right here.

    ``made_at`` (Unix s), ``made_on``: when, and on which device, the backup was made.
    ``new_device``: whether this device has new keys now, ``device_id`` being its new id.
    """

    restored: int
    known: int
    refused: int
    seconds: float
    made_at: float
    made_on: str
    device_id: str
    new_device: bool = False
    cancelled: bool = False
