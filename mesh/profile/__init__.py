"""Where a device lives: the paths of its profile, its lock, its record, its local door."""

from __future__ import annotations

import ctypes
import hashlib
import os
import resource
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import platformdirs

from mesh.errors import ProfileError, ProfileUnsafe
from mesh.profile.files import is_private, make_private, read_small, write_private
from mesh.profile.lock import ProfileLock, is_held

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "SOCKET_PATH_MAX",
    "Door",
    "KeystoreKind",
    "Profile",
    "ProfileLock",
    "ProfileRecord",
    "no_core_dumps",
    "read_small",
    "write_private",
]

Door = Literal["publish", "subscribe", "request", "command"]
KeystoreKind = Literal["keyring", "passphrase"]

RECORD_VERSION = 1
# The shortest limit of the systems we run on (macOS; Linux has 107).
SOCKET_PATH_MAX = 103
_LONGEST_SOCKET = "subscribe.sock"
_PR_SET_DUMPABLE = 4


class ProfileRecord(msgspec.Struct, frozen=True):
    """What a profile remembers about itself outside of its database."""

    id: str
    keystore: KeystoreKind
    version: int = RECORD_VERSION


@dataclass(frozen=True, slots=True)
class Profile:
    """One folder with all of one device; ``runtime`` is where its sockets may lie."""

    home: Path
    runtime: Path | None = None

    @classmethod
    def find(cls, home: str | None, environ: Mapping[str, str]) -> Profile:
        """The profile the owner means: ``--home``, AICO_MESH_HOME, else the system's place.

        Touches nothing. If a node serves the profile, its sockets are found where that node put
        them, even if it was started in another environment.
        """
        chosen = home or environ.get("AICO_MESH_HOME")
        place = Path(chosen) if chosen else platformdirs.user_data_path("aico-mesh")
        place = place.expanduser().resolve()
        return cls(place, _told_runtime(place) or _runtime(environ.get("XDG_RUNTIME_DIR")))

    @property
    def database(self) -> Path:
        """The encrypted database."""
        return self.home / "mesh.db"

    @property
    def log(self) -> Path:
        """The bounded log, without content."""
        return self.home / "aico-mesh.log"

    @property
    def settings(self) -> Path:
        """The owner's settings."""
        return self.home / "settings.yaml"

    @property
    def sealed_key(self) -> Path:
        """The root key, closed with a passphrase."""
        return self.home / "key.sealed"

    @property
    def record(self) -> Path:
        """The file that holds the ProfileRecord."""
        return self.home / "profile.json"

    @property
    def sockets(self) -> Path:
        """The folder of the local door: in ``runtime`` if that is short enough for sockets."""
        name = hashlib.blake2b(os.fsencode(self.home), digest_size=8).hexdigest()
        place = self.runtime
        if place is None or not _fits(place):
            place = _shared_runtime()
        return place / name

    def endpoint(self, door: Door) -> str:
        """The ZeroMQ endpoint of one door."""
        return f"ipc://{self.sockets / door}.sock"

    def prepare(self) -> None:
        """Make the folders, for this user alone; ProfileUnsafe if one belongs to another."""
        try:
            self.home.parent.mkdir(parents=True, exist_ok=True)
            for folder in (self.home, self.sockets.parent, self.sockets):
                make_private(folder)
        except OSError as error:
            raise ProfileError("The profile folder cannot be made; choose another.") from error

    def check_sockets(self) -> None:
        """For those who call at the door: ProfileUnsafe unless it is this user's alone."""
        if not (is_private(self.sockets.parent) and is_private(self.sockets)):
            raise ProfileUnsafe

    def lock(self) -> ProfileLock:
        """Take the profile for this process; ProfileInUse if another one serves it."""
        return ProfileLock(_lock_of(self.home), note=os.fsencode(self.sockets.parent))

    def is_running(self) -> bool:
        """Whether a process serves this profile now."""
        return is_held(_lock_of(self.home))

    def read_record(self) -> ProfileRecord | None:
        """The record, or None for a profile that was never used; ProfileError if unreadable."""
        content = read_small(self.record)
        if content is None:
            return None
        try:
            record = msgspec.json.decode(content, type=ProfileRecord)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise ProfileError("profile.json in the profile folder cannot be read.") from error
        if record.version > RECORD_VERSION:
            raise ProfileError("This profile was made by a later version of AICO mesh.")
        return record

    def write_record(self, record: ProfileRecord) -> None:
        """Store the record; it is either written whole or not at all."""
        write_private(self.record, msgspec.json.encode(record))


def no_core_dumps() -> None:
    """Keep keys and texts out of crash dumps, and the user's other processes out of memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # The limit alone does not hold where dumps are piped to a crash reporter.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _lock_of(home: Path) -> Path:
    return home / "lock"


def _told_runtime(home: Path) -> Path | None:
    """Where the node that serves this home has put its sockets; None if none serves it."""
    lock = _lock_of(home)
    told = is_held(lock) and read_small(lock)
    return Path(os.fsdecode(told)) if told else None


def _runtime(told: str | None) -> Path | None:
    """Our folder below $XDG_RUNTIME_DIR, if that is this user's alone and short enough."""
    if not told or not Path(told).is_absolute():
        return None
    place = Path(told) / "aico-mesh"
    return place if _fits(place) and is_private(Path(told)) else None


def _fits(place: Path) -> bool:
    longest = place / ("0" * 16) / _LONGEST_SOCKET
    return len(os.fsencode(longest)) <= SOCKET_PATH_MAX


def _shared_runtime() -> Path:
    # Not tempfile.gettempdir(): $TMPDIR may be too long, and must be the same for all callers.
    return Path(f"/tmp/aico-mesh-{os.geteuid()}")  # noqa: S108 - owner and mode are checked
