"""Pages of conversations, messages and memories, for windows that scroll.

A cursor is the text of a place (``storage/leafing.py``). Whoever asks gets both ends of what
came, so that they can go on either way; an end without a cursor has nothing beyond it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mesh.companion import terms
from mesh.errors import BadInput, NotFound
from mesh.model import fact as facts
from mesh.model import hlc, views
from mesh.model.fact import Memory, ObjectKind, Turn
from mesh.model.imported import imported_id
from mesh.storage import finding, leafing, reading
from mesh.storage.objects import State, held_facts, object_by_id, object_by_n
from mesh.wishes import (
    ConversationHead,
    ConversationPage,
    MemoryLine,
    MemoryPage,
    MessageLine,
    MessagePage,
    TextShown,
)

if TYPE_CHECKING:
    from mesh.companion.reading import Names
    from mesh.model.views import Held
    from mesh.storage.database import Database
    from mesh.storage.leafing import Latest, Leaf, Place, Shelf
    from mesh.storage.objects import Connection, ObjectRow
    from mesh.storage.reading import View
    from mesh.wishes import BrowseConversations, BrowseMemories, BrowseMessages

MICROS = 1_000_000
LIMIT_MAX = 500
CURSOR_MAX = 100
HISTORY_MAX = 100
"""Texts that a history tells, the latest."""
_NO_CURSOR = "That is not the end of a page; ask for the first one."


class Span(NamedTuple):
    """What one page holds, earliest first, and the cursors at its ends."""

    views: list[View]
    earlier: str | None
    later: str | None


class Browsing:
    """Answers from reader threads, a page at a time."""

    def __init__(self, database: Database, names: Names) -> None:
        self._database = database
        self._names = names

    # ---- conversations -----------------------------------------------------------------------

    async def conversations(self, wish: BrowseConversations) -> ConversationPage:
        """A page of conversations. BadInput for a cursor or limit that is none."""
        limit = _limit(wish.limit)

        def job(connection: Connection) -> ConversationPage:
            if wish.after is not None:
                place = _latest(wish.after)
                rows, more = leafing.latest_after(connection, place, limit)
                return self._heads(connection, rows, newer=more, older=True)
            end = None if wish.before is None else _latest(wish.before)
            rows, more = leafing.latest_before(connection, end, limit)
            return self._heads(connection, rows, newer=end is not None, older=more)

        return await self._database.read(job)

    def _heads(
        self, connection: Connection, rows: list[Latest], *, newer: bool, older: bool
    ) -> ConversationPage:
        found = [leafing.spine(connection, row) for row in rows]
        return ConversationPage(
            rows=tuple(self._head(connection, one) for one in found if one is not None),
            newer=_cursor(rows[0]) if newer and rows else None,
            older=_cursor(rows[-1]) if older and rows else None,
        )

    def _head(self, connection: Connection, spine: leafing.Spine) -> ConversationHead:
        home = object_by_n(connection, spine.latest.home)
        return ConversationHead(
            conversation_id=spine.name, object_id=facts.text_of_id(home.id),
            place=_cursor(spine.latest),
            title=_preview(spine.first.text), last_text=_preview(spine.last.text),
            messages=spine.messages, first=spine.first.row.shown / MICROS,
            last=spine.last.row.shown / MICROS, device_id=self._device(spine.last.row.id),
            privacy=terms.level_name(home.level),
        )  # fmt: skip

    # ---- messages ----------------------------------------------------------------------------

    async def messages(self, wish: BrowseMessages) -> MessagePage:
        """A page of a conversation. NotFound, AmbiguousName, BadInput."""
        limit = _limit(wish.limit)

        def job(connection: Connection) -> MessagePage:
            home = finding.find_thread(connection, wish.conversation)
            middle = _message(connection, wish.conversation, wish.around)
            span = _span(connection, leafing.thread(home.n), wish, middle, limit)
            rows = [self._line(seen, home) for seen in span.views]
            return MessagePage(
                rows=tuple(one for one in rows if one is not None),
                newer=span.later, older=span.earlier,
            )  # fmt: skip

        return await self._database.read(job)

    def _line(self, seen: View, home: ObjectRow) -> MessageLine | None:
        root = seen.root
        if not isinstance(root, Turn):
            return None
        return MessageLine(
            object_id=facts.text_of_id(seen.row.id),
            place=_cursor(leafing.place_of(seen)), id=seen.public_id,
            conversation_id=root.conversation, role=root.role, text=seen.text,
            timestamp=root.shown / MICROS, device_id=self._device(seen.row.id),
            speaker=root.speaker, tags=seen.tags,
            privacy=terms.level_name(max(seen.row.level, home.level)),
            is_revised=seen.text != root.text,
        )  # fmt: skip

    # ---- memories ----------------------------------------------------------------------------

    async def memories(self, wish: BrowseMemories) -> MemoryPage:
        """A page of memories. NotFound, BadInput."""
        limit, tag = _limit(wish.limit), wish.tag
        level = None if wish.privacy is None else terms.level(wish.privacy)
        shelf = leafing.memories(level, None if tag is None else lambda seen: tag in seen.tags)

        def job(connection: Connection) -> MemoryPage:
            middle = _memory(connection, wish.around)
            span = _span(connection, shelf, wish, middle, limit)
            rows = [self._kept(seen) for seen in reversed(span.views)]
            return MemoryPage(rows=tuple(rows), newer=span.later, older=span.earlier)

        return await self._database.read(job)

    def _kept(self, seen: View) -> MemoryLine:
        return MemoryLine(
            object_id=facts.text_of_id(seen.row.id),
            place=_cursor(leafing.place_of(seen)), text=seen.text, tags=seen.tags,
            privacy=terms.level_name(seen.row.level),
            timestamp=seen.row.shown / MICROS, device_id=self._device(seen.row.id),
            is_revised=isinstance(seen.root, Memory) and seen.text != seen.root.text,
        )  # fmt: skip

    # ---- what it was before ------------------------------------------------------------------

    async def history(self, identity: str) -> list[TextShown]:
        """Every text something ever had, latest first. NotFound, AmbiguousName."""

        def job(connection: Connection) -> list[TextShown]:
            row = finding.find_object(connection, identity)
            held = held_facts(connection, row) if row.state == State.LIVE else []
            return [self._text(*pair) for pair in views.texts_of(held)[:HISTORY_MAX]]

        return await self._database.read(job)

    def _text(self, held: Held, text: str) -> TextShown:
        shown = getattr(held.body, "shown", hlc.milliseconds_of(held.fact.stamp) * 1000)
        return TextShown(text=text, timestamp=shown / MICROS, device_id=self._device(held.id))

    def _device(self, identity: bytes) -> str | None:
        """The device something was written on; None for imported lines."""
        author = facts.author_of(identity)
        return None if author is None else self._names(author)


# ---- places and cursors ----------------------------------------------------------------------


def _span(
    connection: Connection,
    shelf: Shelf,
    wish: BrowseMessages | BrowseMemories,
    middle: View | None,
    limit: int,
) -> Span:
    if middle is not None:
        return _around(connection, shelf, middle, limit)
    if wish.after is not None:
        place = _place(wish.after)
        leaf = leafing.after(connection, shelf, place, limit)
        first = leafing.place_of(leaf.views[0]) if leaf.views else place
        return Span(leaf.views, _cursor(first), _edge(leaf))
    end = None if wish.before is None else _place(wish.before)
    leaf = leafing.before(connection, shelf, end, limit)
    last = leafing.place_of(leaf.views[-1]) if leaf.views else end
    later = None if end is None or last is None else _cursor(last)
    return Span(leaf.views, _edge(leaf), later)


def _around(connection: Connection, shelf: Shelf, middle: View, limit: int) -> Span:
    place = leafing.place_of(middle)
    earlier = leafing.before(connection, shelf, place, max(1, limit // 2))
    later = leafing.after(connection, shelf, place, max(1, limit // 2))
    return Span([*earlier.views, middle, *later.views], _edge(earlier), _edge(later))


def _edge(leaf: Leaf) -> str | None:
    return None if leaf.is_end or leaf.edge is None else _cursor(leaf.edge)


def _message(connection: Connection, conversation: str, identity: str | None) -> View | None:
    """The message to have in the middle: by its public id here, or by its object's id."""
    if identity is None:
        return None
    line = Turn(conversation, "", "", 0, source=identity)
    found = object_by_id(connection, imported_id(line))
    return _shown(connection, found or _by_hex(connection, identity), ObjectKind.TURN)


def _memory(connection: Connection, identity: str | None) -> View | None:
    if identity is None:
        return None
    return _shown(connection, _by_hex(connection, identity), ObjectKind.MEMORY)


def _by_hex(connection: Connection, text: str) -> ObjectRow | None:
    try:
        return object_by_id(connection, bytes.fromhex(text))
    except ValueError:
        return None


def _shown(connection: Connection, row: ObjectRow | None, kind: ObjectKind) -> View:
    seen = None if row is None or row.kind != kind else reading.view(connection, row)
    if seen is None:
        raise NotFound("There is nothing with that id here.")
    return seen


def _preview(text: str) -> str:
    return " ".join(text[: leafing.PREVIEW].split())


def _limit(wanted: int) -> int:
    if not 1 <= wanted <= LIMIT_MAX:
        raise BadInput(f"A page has from 1 to {LIMIT_MAX} rows.")
    return wanted


def _cursor(place: Place | Latest) -> str:
    return ".".join(part.hex() if isinstance(part, bytes) else str(part) for part in place)


def _place(cursor: str) -> Place:
    shown, stamp, identity = _parts(cursor, 3)
    try:
        return leafing.Place(_number(shown), _number(stamp), bytes.fromhex(identity))
    except ValueError:
        raise BadInput(_NO_CURSOR) from None


def _latest(cursor: str) -> Latest:
    return leafing.Latest(*map(_number, _parts(cursor, 2)))


def _parts(cursor: str, count: int) -> list[str]:
    parts = cursor[:CURSOR_MAX].split(".")
    if len(parts) != count:
        raise BadInput(_NO_CURSOR)
    return parts


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > facts.STAMP_MAX:
        raise BadInput(_NO_CURSOR)
    return int(text)
