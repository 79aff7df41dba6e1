"""The database's own key: random, and wrapped by the root key in a small file beside it.

The root key only opens this file. A database whose key file is missing or does not open is an
error to show, never a first run.
"""

from __future__ import annotations

import os
from pathlib import Path

from mesh import crypto
from mesh.clock import Entropy
from mesh.errors import BadSeal, RootKeyMissing, StorageError
from mesh.storage.database import Database

KEY_FILE = "mesh.key"
LABEL = "database key 1"
SIZE_MAX = 256


async def open_database(path: Path, root_key: bytes, entropy: Entropy) -> Database:
    """Open the database at ``path`` with the key that ``root_key`` unwraps; make both if new."""
    wrapped = path.with_name(KEY_FILE)
    if not wrapped.exists():
        if path.exists():
            raise RootKeyMissing(
                f"{KEY_FILE} is missing from the profile folder, so the data there cannot be"
                " opened; put the file back. Nothing was changed."
            )
        _keep(wrapped, crypto.wrap(root_key, entropy.draw(32), LABEL, entropy))
    try:
        key = crypto.unwrap(root_key, wrapped.read_bytes()[:SIZE_MAX], LABEL)
    except BadSeal as error:
        raise RootKeyMissing(
            "The key in your keystore is not the one this profile was made with; nothing was"
            " changed."
        ) from error
    except OSError as error:
        raise StorageError("The profile folder cannot be read.") from error
    return await Database.open(path, key)


def _keep(path: Path, wrapped: bytes) -> None:
    """Durable before the database exists: a key that is lost is a database that is lost."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(wrapped)
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as error:
        raise StorageError("The profile folder cannot be written.") from error
