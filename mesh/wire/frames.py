"""What devices say to each other inside a sealed lane: one MessagePack array a frame.

The first element is the number of the kind. A kind this version does not know is dropped and
counted (minor versions only add); a known kind of a wrong shape is a BadFrame.

    1 RosterHashes   2 RosterEntries   3 EpochSecret
    4 Hello          5 Offer           6 Since         7 Page        8 Ack
    9 FrontierAsk   10 Frontier
   11 Tell          12 Ask            13 Answered
   14 Compare       15 Compared       16 Astray
   17 Survey        18 Surveyed      19 Spares
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from mesh.errors import BadFrame
from mesh.model.cursor import Mark
from mesh.model.fact import FACT_MAX
from mesh.model.meeting import PART_SIZE
from mesh.wire import columns
from mesh.wire.compression import Press, expand, expanded_size, saves
from mesh.wire.spans import ANSWER_SPANS_MAX, SPANS_MAX, AnySpan, Bound

PAGE_PLAIN_MAX = 4 * FACT_MAX
PAGE_FACTS_MAX = 4096
BODY_MAX = 1 << 20
"""A body that is larger ends the link it comes by."""
ROWS, ROWS_ZSTD, ROWS_KNOWN, TABLE = range(4)
"""Forms of a page: rows, under zstd, under zstd with the dictionary; columns."""
FORMS = (ROWS, ROWS_ZSTD, ROWS_KNOWN, TABLE)
FORMS_OF_OLD = (ROWS, ROWS_ZSTD)
"""What a device reads that does not say what it reads."""
TURN_FROM = 12
"""A page of so many facts is worth turning on its side."""

Bytes32 = Annotated[bytes, Meta(min_length=32, max_length=32)]
Scope = Annotated[int, Meta(ge=0, le=1 << 16)]
Number = Annotated[int, Meta(ge=0, le=1 << 62)]
Packed = Annotated[tuple[Number, ...], Meta(max_length=400_000)]
Topic = Annotated[str, Meta(max_length=200)]
Held = Annotated[
    tuple[tuple[Annotated[int, Meta(ge=0, le=1 << 13)], Annotated[int, Meta(ge=0, le=3)]], ...],
    Meta(max_length=64),
]
Blob = Annotated[bytes, Meta(max_length=BODY_MAX)]


class Frame(msgspec.Struct, array_like=True, frozen=True, tag_field="kind"):
    """One thing said."""


class RosterHashes(Frame, frozen=True, tag=1):
    """The roster entries this device has; the other answers with those that are missing."""

    hashes: Annotated[tuple[Annotated[bytes, Meta(max_length=32)], ...], Meta(max_length=65536)]


class RosterEntries(Frame, frozen=True, tag=2):
    """Signed entries the other lacks, and device cards and profiles; always sent in answer."""

    entries: Annotated[tuple[Blob, ...], Meta(max_length=65536)]
    cards: Annotated[tuple[Blob, ...], Meta(max_length=1024)]
    profiles: Annotated[tuple[Blob, ...], Meta(max_length=1024)]
    is_answer: bool = True


class EpochSecret(Frame, frozen=True, tag=3):
    """The secret of an epoch, for its recipients."""

    number: Number
    secret: Bytes32


class Hello(Frame, frozen=True, tag=4):
    """A talk begins (or begins again): what I may give you.

    ``now``: the wall clock in µs; ``since``: the tick of the oldest object given; ``offers``:
    (scope, how long its feed is). Paused: nothing is given or wanted until the next hello.
    ``own_only``: only what was written on the sender is given, it is limited. ``compares``: the
    sender answers Compare and understands Astray. ``may_hold``: to a device that is not full,
    the strictest level of each scope kind it may have, by settings up to the tick ``chosen_at``
    (to a full one: whether the sender knows them all). ``holds``: what the sender may have.
    ``waits``: for its owner's yes to a first meeting; until then nothing is given or wanted.
    ``forms``: of pages, that the sender reads. ``told_at``: of a limited sender, by whose terms
    ``holds`` is what it is: their ``chosen_at`` + 1, or 0 while it still makes it so; None of
    an earlier version, which does not say.
    """

    run: Annotated[bytes, Meta(min_length=8, max_length=8)]
    now: int
    since: Number
    offers: Annotated[tuple[tuple[Scope, Number], ...], Meta(max_length=1024)]
    paused: bool = False
    capabilities: Annotated[
        tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=32)
    ] = ()
    version: Annotated[str, Meta(max_length=40)] = ""
    own_only: bool = False
    compares: bool = False
    may_hold: Held | None = None
    chosen_at: Number = 0
    holds: Held | None = None
    waits: bool = False
    forms: Annotated[tuple[Annotated[int, Meta(ge=0, le=255)], ...], Meta(max_length=32)] = (
        FORMS_OF_OLD
    )
    told_at: Number | None = None


class Offer(Frame, frozen=True, tag=5):
    """Scopes that did not exist at the hello."""

    offers: Annotated[tuple[tuple[Scope, Number], ...], Meta(max_length=1024)]


class Since(Frame, frozen=True, tag=6):
    """What I have settled of your feed of this scope; ``talk`` comes back in every page."""

    scope: Scope
    talk: Number
    settled: Packed
    mark: Mark


class Page(Frame, frozen=True, tag=7):
    """Facts of one scope, and the numbers that are settled with them (dead ones too).

    ``fresh``: the mark of your Since is not known here; forget what you had settled.
    ``form`` 0: a MessagePack array of the facts' bytes; 1: the same under zstd; 2: the same
    under zstd with the dictionary; 3: a table, column by column (``columns``).
    """

    scope: Scope
    talk: Number
    fresh: bool
    settles: Packed
    mark: Mark
    form: Annotated[int, Meta(ge=0, le=255)]
    rows: Blob


class Ack(Frame, frozen=True, tag=8):
    """Pages are committed: nothing up to ``floor`` of your feed is missing here."""

    scope: Scope
    talk: Number
    floor: Number


class FrontierAsk(Frame, frozen=True, tag=9):
    """Asks how far the other is now."""

    nonce: Number


class Frontier(Frame, frozen=True, tag=10):
    """The feeds I may give you, as long as they are now."""

    nonce: Number
    tops: Annotated[tuple[tuple[Scope, Number], ...], Meta(max_length=1024)]


class Tell(Frame, frozen=True, tag=11):
    """A message of the vocabulary that is no record: topic and body as a MessagePack map."""

    topic: Topic
    body: Blob


class Ask(Frame, frozen=True, tag=12):
    """A request; asked again with the same id it is answered once."""

    id: Annotated[bytes, Meta(min_length=16, max_length=16)]
    topic: Topic
    body: Blob
    seconds: Annotated[float, Meta(gt=0, le=600)]


class Answered(Frame, frozen=True, tag=13):
    """The answer to a request: ``error`` empty, or a code and sentence."""

    id: Annotated[bytes, Meta(min_length=16, max_length=16)]
    error: Annotated[str, Meta(max_length=64)]
    body: Blob


class Compare(Frame, frozen=True, tag=14):
    """How my facts of this scope look, span by span from ``start`` on; see ``sync/reconcile``.

    ``talk`` is new for each comparison, ``step`` for each question of it; both come back.
    ``is_last``: nothing else is left to be asked, unless the answer asks for more.
    """

    scope: Scope
    talk: Number
    step: Number
    start: Bound
    spans: Annotated[tuple[AnySpan, ...], Meta(max_length=SPANS_MAX)]
    is_last: bool


class Compared(Frame, frozen=True, tag=15):
    """What of these spans differs in the feed of this scope, as it stood at ``mark``."""

    scope: Scope
    talk: Number
    step: Number
    mark: Mark
    spans: Annotated[tuple[AnySpan, ...], Meta(max_length=ANSWER_SPANS_MAX)]


class Astray(Frame, frozen=True, tag=16):
    """The mark of your Since is not known here: compare, or ask from nothing."""

    scope: Scope
    talk: Number


class Survey(Frame, frozen=True, tag=17):
    """Before a first meeting: what would you give me? ``nonce`` comes back.

    ``is_empty``: I have nothing you could have too; how much it is will do.
    """

    nonce: Number
    is_empty: bool = False


class Surveyed(Frame, frozen=True, tag=18):
    """A part of that, in shorts (model/meeting.py)."""

    nonce: Number
    part: Annotated[bytes, Meta(max_length=PART_SIZE)]
    is_last: bool


class Spares(Frame, frozen=True, tag=19):
    """Whether the sender wants to be spared long histories: battery, metered, or nothing.

    ``asked``: its owner wants all of it now all the same. ``waiting``: feeds of which something
    waits at the sender, as long as they are now.
    """

    why: Annotated[str, Meta(max_length=16)]
    asked: bool = False
    waiting: Annotated[tuple[tuple[Scope, Number], ...], Meta(max_length=1024)] = ()


AnyFrame = (
    RosterHashes | RosterEntries | EpochSecret | Hello | Offer | Since | Page | Ack
    | FrontierAsk | Frontier | Tell | Ask | Answered | Compare | Compared | Astray
    | Survey | Surveyed | Spares
)  # fmt: skip

PAGE_BEGINS = b"\x98\x07"
"""How a page begins: an array of eight, the number of its kind first."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(AnyFrame).decode
_decode_rows = msgspec.msgpack.Decoder(list[bytes]).decode
_KNOWN = range(1, 20)


def write(frame: Frame) -> bytes:
    """A frame's bytes."""
    return _encode(frame)


def read(raw: bytes) -> AnyFrame | None:
    """The frame in these bytes; None for a kind this version does not know; else BadFrame."""
    try:
        return _decode(raw)  # type: ignore[no-any-return]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if _is_unknown_kind(raw):
            return None
        raise BadFrame("a frame of a wrong shape") from error


def _is_unknown_kind(raw: bytes) -> bool:
    try:
        first = msgspec.msgpack.decode(raw, type=list)[0]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError):
        return False
    return isinstance(first, int) and first not in _KNOWN


@dataclass(frozen=True, slots=True)
class Packing:
    """How pages for a device are packed: what it reads, and from how many bytes it pays.

    ``compresses``: whether anything goes under zstd at all.
    """

    forms: tuple[int, ...] = FORMS
    pays_from: int = 1024
    compresses: bool = True


BY_DEFAULT = Packing()


def pack_rows(raws: list[bytes], packing: Packing = BY_DEFAULT) -> tuple[int, bytes]:
    """Facts as the rows of a page: their form and bytes, packed when that saves a fifth."""
    plain = _encode(raws)
    if len(plain) < packing.pays_from:
        return ROWS, plain
    is_small = len(raws) < TURN_FROM
    press = Press() if packing.compresses else None
    turned = columns.pack(raws, press) if TABLE in packing.forms and not is_small else None
    if turned is not None and saves(turned, plain):
        return TABLE, turned
    if press is None:
        return ROWS, plain
    form = ROWS_KNOWN if is_small and ROWS_KNOWN in packing.forms else ROWS_ZSTD
    packed = press.press(plain, by_dictionary=form == ROWS_KNOWN)
    return (ROWS, plain) if packed is None else (form, packed)


def size_of_rows(page: Page) -> int:
    """How many bytes a page's rows are when opened; of a table at most so many; BadFrame."""
    if page.form == ROWS:
        return len(page.rows)
    return PAGE_PLAIN_MAX if page.form == TABLE else expanded_size(page.rows)


def unpack_rows(page: Page) -> list[bytes]:
    """The facts' bytes of a page; BadFrame when there are none to be had."""
    if page.form not in FORMS:
        raise BadFrame("a page in a form of a later version")
    if page.form == TABLE:
        return columns.unpack(page.rows, PAGE_PLAIN_MAX)
    plain = page.rows
    if page.form != ROWS:
        plain = expand(plain, PAGE_PLAIN_MAX, by_dictionary=page.form == ROWS_KNOWN)
    try:
        rows = _decode_rows(plain)
    except msgspec.DecodeError as error:
        raise BadFrame("a page whose rows cannot be read") from error
    if len(rows) > PAGE_FACTS_MAX:
        raise BadFrame("a page with too many facts")
    return rows
