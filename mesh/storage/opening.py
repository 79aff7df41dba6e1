"""The database's own key: random, and wrapped by the root key in a small file beside it.

The root key only opens this file. A database whose key file is missing or does not open is an
error to show, never a first run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh import crypto
from mesh.errors import BadSeal, RootKeyMissing, StorageError
from mesh.profile.files import write_private
from mesh.storage.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.clock import Entropy

KEY_FILE = "mesh.key"
LABEL = "database key 1"
SIZE_MAX = 256


async def open_database(path: Path, root_key: bytes, entropy: Entropy) -> Database:
    """Open the database with the key that ``root_key`` unwraps; make both if new."""
    return await Database.open(path, _database_key(path, root_key, entropy))


def _database_key(path: Path, root_key: bytes, entropy: Entropy) -> bytes:
    wrapped = path.with_name(KEY_FILE)
    if not wrapped.exists():
        if path.exists():
            raise RootKeyMissing(
                f"{KEY_FILE} is missing from the profile folder, so the data there cannot be"
                " opened; put the file back. Nothing was changed."
            )
        # Durable before the database exists: a key that is lost is a database that is lost.
        write_private(wrapped, crypto.wrap(root_key, entropy.draw(32), LABEL, entropy))
    try:
        return crypto.unwrap(root_key, wrapped.read_bytes()[:SIZE_MAX], LABEL)
    except BadSeal as error:
        raise RootKeyMissing(
            "The key in your keystore is not the one this profile was made with; nothing was"
            " changed."
        ) from error
    except OSError as error:
        raise StorageError("The profile folder cannot be read.") from error
