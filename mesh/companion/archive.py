"""The file of a backup: a header in clear, then sealed blocks, the last one marked.

    header   "AICO-MESH-BACKUP" ‖ version 1 ‖ length 2 ‖ [salt, cost, locked key]
    block    length 4, its top bit set in the last one ‖ sealed

A key of its own for each file closes the blocks; the passphrase only opens that key. Blocks are
numbered and bound to the header, so that none can be changed, left out, moved or put in, and a
file that was cut is known by the missing end. Nothing of ours is trusted before it opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, BinaryIO

import msgspec
from msgspec import Meta

from mesh import crypto
from mesh.errors import (
    BackupDamaged,
    BackupNotOpened,
    BackupTooNew,
    BadFrame,
    BadInput,
    BadSeal,
)
from mesh.keystore import Cost
from mesh.wire.compression import compress, expand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mesh.clock import Entropy

MAGIC = b"AICO-MESH-BACKUP"
VERSION = 1
SALT_SIZE = 16
HEADER_MAX = 512
PLAIN_MAX = 4 * 1024 * 1024
SEALED_MAX = PLAIN_MAX + 1024
LABEL = "backup key 1"
_LAST = 1 << 31
_PLAIN, _PACKED = b"\x00", b"\x01"

Row = Annotated[bytes, Meta(max_length=1024 * 1024)]
Tag = Annotated[bytes, Meta(min_length=6, max_length=6)]


class Contents(msgspec.Struct, frozen=True, array_like=True, tag=0):
    """Comes first: what is in there, and who made it.

    ``key``: the public key of the device; ``tags``: its author tag and those of its past;
    ``made_at``: Unix µs; ``facts``: how many there are.
    """

    version: Annotated[str, Meta(max_length=64)]
    family: Annotated[bytes, Meta(min_length=32, max_length=32)]
    key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    tags: Annotated[tuple[Tag, ...], Meta(max_length=256)]
    name: Annotated[str, Meta(max_length=256)]
    made_at: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    facts: Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Entries(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """Signed roster entries, the genesis first."""

    rows: tuple[Row, ...]


class Facts(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Facts as their authors wrote them, and why each was kept: a byte of ``Kept`` for each."""

    kept: bytes
    rows: tuple[Row, ...]


Block = Contents | Entries | Facts


class _Header(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    salt: Annotated[bytes, Meta(min_length=SALT_SIZE, max_length=SALT_SIZE)]
    cost: tuple[int, int, int]
    locked: Annotated[bytes, Meta(max_length=256)]


_encode = msgspec.msgpack.Encoder().encode
_header = msgspec.msgpack.Decoder(_Header).decode
_block: Callable[[bytes], Block] = msgspec.msgpack.Decoder(Block).decode


class ArchiveWriter:
    """Writes the header at once, then one block after the other; ``close`` with the last."""

    def __init__(
        self, file: BinaryIO, passphrase: str, entropy: Entropy, cost: Cost | None = None
    ) -> None:
        cost = cost or Cost()
        salt, key = entropy.draw(SALT_SIZE), entropy.draw(crypto.KEY_SIZE)
        locked = crypto.wrap(_guess(passphrase, salt, cost), key, LABEL, entropy)
        body = _encode(_Header(salt, (cost.memory_kib, cost.passes, cost.lanes), locked))
        header = MAGIC + bytes([VERSION]) + len(body).to_bytes(2) + body
        file.write(header)
        self._file, self._cipher, self._number = file, crypto.Cipher(key), 0
        self._bound = crypto.digest(header)
        self._waiting: bytes | None = None
        self.written = len(header)

    def add(self, block: Block) -> None:
        """One more block; it is written when the next one comes."""
        if self._waiting is not None:
            self._write(self._waiting, is_last=False)
        plain = _encode(block)
        packed = compress(plain)
        self._waiting = _PLAIN + plain if packed is None else _PACKED + packed

    def close(self) -> None:
        """Write the last block, marked as such; the file stays open."""
        self._write(self._waiting or b"", is_last=True)

    def _write(self, plain: bytes, *, is_last: bool) -> None:
        length = len(plain) + crypto.SEAL_OVERHEAD
        mark = (length | (_LAST if is_last else 0)).to_bytes(4)
        self._file.write(mark + self._cipher.seal(self._number, plain, self._bound + mark))
        self._number += 1
        self.written += len(mark) + length


class Archive:
    """An open backup: its blocks, as often as they are asked for.

    BackupNotOpened: another passphrase; BackupDamaged, BackupTooNew. Takes as long as one guess
    at the passphrase: make it in a thread.
    """

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._file = file
        header, read = _read_header(file)
        cost = _cost(read)
        try:
            key = crypto.unwrap(_guess(passphrase, read.salt, cost), read.locked, LABEL)
            self._cipher = crypto.Cipher(key)
        except (BadSeal, ValueError) as error:
            raise BackupNotOpened from error
        self._bound, self._start = crypto.digest(header), len(header)

    def blocks(self) -> Iterator[Block]:
        """From the first to the last; BackupDamaged where something is not as it was made."""
        self._file.seek(self._start)
        number, is_last = 0, False
        while not is_last:
            plain, is_last = self._next(number)
            number += 1
            yield _opened(plain)
        if _read(self._file, 1):
            raise BackupDamaged

    def _next(self, number: int) -> tuple[bytes, bool]:
        mark = _read(self._file, 4)
        length = int.from_bytes(mark) & ~_LAST
        if len(mark) < 4 or length > SEALED_MAX:  # noqa: PLR2004 — the size of a length
            raise BackupDamaged
        try:
            plain = self._cipher.open(number, _read(self._file, length), self._bound + mark)
        except BadSeal as error:
            raise BackupDamaged from error
        return plain, bool(int.from_bytes(mark) & _LAST)


def _guess(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    return crypto.passphrase_key(
        passphrase, salt, memory_kib=cost.memory_kib, passes=cost.passes, lanes=cost.lanes
    )


def _read(file: BinaryIO, size: int) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise BadInput("That file can no longer be read.") from error


def _read_header(file: BinaryIO) -> tuple[bytes, _Header]:
    begin = _read(file, len(MAGIC) + 3)
    if not begin.startswith(MAGIC) or len(begin) < len(MAGIC) + 3:
        raise BackupDamaged("That file is no backup of AICO mesh, or its beginning is gone.")
    if begin[len(MAGIC)] > VERSION:
        raise BackupTooNew
    length = int.from_bytes(begin[-2:])
    if begin[len(MAGIC)] != VERSION or length > HEADER_MAX:
        raise BackupDamaged
    body = _read(file, length)
    try:
        return begin + body, _header(body)
    except msgspec.MsgspecError as error:
        raise BackupDamaged from error


def _cost(read: _Header) -> Cost:
    """What the header asks for, within the bounds of our own key files."""
    memory, passes, lanes = read.cost
    try:
        cost = {"memory_kib": memory, "passes": passes, "lanes": lanes}
        return msgspec.convert(cost, Cost)
    except msgspec.ValidationError as error:
        raise BackupDamaged from error


def _opened(plain: bytes) -> Block:
    form, body = plain[:1], plain[1:]
    try:
        block = _block(expand(body, PLAIN_MAX) if form == _PACKED else body)
    except (msgspec.MsgspecError, BadFrame) as error:
        raise BackupDamaged from error
    if isinstance(block, Facts) and len(block.kept) != len(block.rows):
        raise BackupDamaged
    return block
