"""How a device comes to its keys and to its first family: a family of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh import crypto
from mesh.family import recovery
from mesh.family.book import Book
from mesh.family.identity import Identity
from mesh.model.device import Trust
from mesh.model.entry import NO_FAMILY, PURPOSE, Add, Epoch, Genesis, close, recipient, write

if TYPE_CHECKING:
    from collections.abc import Collection

    from mesh.family.household import Means

IDENTITY = "identity"
RECOVERY = "recovery"
SECRET_SIZE = 32


def epoch_secret_name(nonce: bytes) -> str:
    """Under which name the secret of an epoch is kept."""
    return f"epoch {nonce.hex()}"


def secret_hash(secret: bytes) -> bytes:
    """What an epoch entry tells of its secret."""
    return crypto.digest(secret, person=b"aico epoch")


async def load_identity(means: Means) -> Identity:
    """The keys of this device; at its first start new ones, not yet stored."""
    secret = await means.shelf.load_secret(IDENTITY)
    return new_identity(means) if secret is None else Identity.decode(secret)


def new_identity(means: Means) -> Identity:
    """New keys: with the family that they found this is another device."""
    return Identity.create(means.entropy, means.curve_pair(), means.now_ms())


async def found(means: Means, identity: Identity, tags: Collection[bytes] = ()) -> Book:
    """A family of one, stored with its keys, with recovery words that wait to be written down.

    ``tags``: the author tags of the device's past, which stays its own.
    """
    seed = recovery.new_seed(means.entropy)
    await means.shelf.save_secret(RECOVERY, seed)
    words, me = recovery.key_of(seed), identity.signing
    book = Book.given(_genesis(means, words), ())
    book = book.draft(words, Add(me.public, Trust.FULL, admin=True, tags=tuple(sorted(tags))))
    book = book.draft(me, await new_epoch(means, 1, [me.public]))
    secrets = {IDENTITY: identity.encode()}
    await means.shelf.start_over(book.signed(), book.roster.rights_without(()), secrets)
    return book


def _genesis(means: Means, words: crypto.SigningKey) -> bytes:
    said = Genesis(words.public, means.now_ms(), means.entropy.draw(16))
    entry = write(said, family=b"", issuer=words.public, prev=b"", seq=1)
    return close(entry, words.sign(PURPOSE, NO_FAMILY, entry))


async def new_epoch(means: Means, number: int, keys: Collection[bytes]) -> Epoch:
    """The entry of a new epoch for these devices; its secret is stored first."""
    secret, nonce = means.entropy.draw(SECRET_SIZE), means.entropy.draw(16)
    await means.shelf.save_secret(epoch_secret_name(nonce), secret)
    recipients = b"".join(sorted(map(recipient, keys)))
    return Epoch(number, nonce, recipients, secret_hash(secret))
