"""What a person means by an id: of a message, a memory, an observation or a conversation."""

from __future__ import annotations

from mesh.errors import AmbiguousName, NotFound
from mesh.model import fact as facts
from mesh.model.fact import ObjectKind, Turn
from mesh.model.imported import imported_id, source_hash, source_of
from mesh.storage.objects import (
    OBJECT,
    Connection,
    ObjectRow,
    State,
    object_by_id,
    object_by_n,
)

ID_TEXT = 32
PREFIX_MIN = 6
ADDRESS_MAX = 600
"""A conversation's id, a slash and a source id."""


def find_object(connection: Connection, text: str) -> ObjectRow:
    """The object a person means by an id.

    Its 32 hex digits or (six or more of them, when unique) how they begin; the id an imported
    line came with, preceded by ``CONVERSATION/`` when several have it; a conversation's id.
    Forgotten objects are found too. NotFound, AmbiguousName.
    """
    if not _is_possible(text):
        raise NotFound("There is nothing with that id here.")
    whole = object_by_id(connection, _hex(text)) if len(text) == ID_TEXT else None
    if whole is not None:
        return whole
    for find in (_by_source, _by_path, _by_name, _by_prefix):
        rows = find(connection, text)
        if len(rows) == 1:
            return rows[0]
        if rows:
            raise AmbiguousName(
                "Several messages go by that id; write CONVERSATION/ID, or more of the id."
            )
    raise NotFound("There is nothing with that id here.")


def _is_possible(text: str) -> bool:
    """Whether anything could have this id: not too long, and real characters."""
    if not 0 < len(text) <= ADDRESS_MAX:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _by_source(connection: Connection, text: str) -> list[ObjectRow]:
    """Imported lines with this source id: rare enough to ask that all facts are searched."""
    found = connection.execute(
        "SELECT object, raw FROM fact WHERE kind=1 AND instr(raw, ?)", (text.encode(),)
    )
    numbers = {n for n, raw in found if _source_in(raw) == text}
    gone = connection.execute(
        "SELECT object FROM forgotten_source WHERE hash=?", (source_hash(text),)
    )
    numbers |= {n for (n,) in gone}
    return [object_by_n(connection, n) for n in sorted(numbers)[:2]]


def _source_in(raw: bytes) -> str | None:
    fact = facts.read(raw)
    return source_of(facts.body(fact))


def _by_path(connection: Connection, text: str) -> list[ObjectRow]:
    places = [place for place, letter in enumerate(text) if letter == "/"]
    for place in places[:8]:
        line = Turn(text[:place], "", "", 0, source=text[place + 1 :])
        row = object_by_id(connection, imported_id(line))
        if row is not None:
            return [row]
    return []


def _by_name(connection: Connection, text: str) -> list[ObjectRow]:
    row = object_by_id(connection, facts.conversation_object(text))
    return [row] if row is not None else []


def _by_prefix(connection: Connection, text: str) -> list[ObjectRow]:
    if not PREFIX_MIN <= len(text) < ID_TEXT:
        return []
    low, high = _hex(text.ljust(ID_TEXT, "0")), _hex(text.ljust(ID_TEXT, "f"))
    if not low:
        return []
    kinds = f"{int(ObjectKind.TURN)},{int(ObjectKind.MEMORY)},{int(ObjectKind.OBSERVATION)}"
    found = connection.execute(
        f"{OBJECT} WHERE id BETWEEN ? AND ? AND kind IN ({kinds}) LIMIT 2",
        (low, high),
    )
    return [ObjectRow(*row) for row in found]


def find_thread(connection: Connection, text: str) -> ObjectRow:
    """The conversation with this id, or the only one whose id begins so."""
    if not _is_possible(text):
        raise NotFound("There is no such conversation here.")
    row = object_by_id(connection, facts.conversation_object(text))
    if row is not None and row.state == State.LIVE and _is_named(connection, row):
        return row
    found = list(
        connection.execute(
            "SELECT n FROM conversation WHERE substr(name,1,?)=? LIMIT 2", (len(text), text)
        )
    )
    if not found:
        raise NotFound("There is no such conversation here.")
    if len(found) > 1:
        raise AmbiguousName("Several conversations begin like that; give more of the id.")
    return object_by_n(connection, found[0][0])


def _is_named(connection: Connection, row: ObjectRow) -> bool:
    return bool(connection.execute("SELECT 1 FROM conversation WHERE n=?", (row.n,)).get)
