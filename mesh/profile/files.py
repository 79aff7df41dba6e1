"""Files and folders that are one user's alone."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from mesh.errors import ProfileError, ProfileUnsafe

if TYPE_CHECKING:
    from pathlib import Path

SMALL_FILE_MAX = 4096


def is_private(folder: Path) -> bool:
    """Whether it is a real folder, of this user, closed to all others."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    return ours and not found.st_mode & 0o077


def make_private(folder: Path) -> None:
    """Make a folder 0700, or ours so; ProfileUnsafe if it is a link, another's or shared."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise ProfileUnsafe
    if found.st_mode & stat.S_ISVTX:
        raise ProfileUnsafe("That folder is shared with others; choose another with --home.")
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def read_small(path: Path, most: int = SMALL_FILE_MAX) -> bytes | None:
    """A small file of ours whole, or None if there is none; ProfileError if it is not small."""
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProfileError(f"{path.name} in the profile folder cannot be read.") from error
    if len(content) > most:
        raise ProfileError(f"{path.name} in the profile folder is too large to be ours.")
    return content


def write_private(path: Path, content: bytes) -> None:
    """Replace a file by one only this user can read, so that a crash leaves the old or the new.

    ProfileError if the disk refuses.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        _write_synced(fresh, content)
        fresh.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise ProfileError(f"{path.name} cannot be written in the profile folder.") from error


def _write_synced(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
