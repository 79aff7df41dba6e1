"""Which conversation a message belongs to that names none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model import fact as facts
from mesh.model.aside import CONTINUES_US
from mesh.storage import reading
from mesh.storage.objects import object_by_id

if TYPE_CHECKING:
    from mesh.companion.draft import Draft
    from mesh.model.aside import Aside
    from mesh.storage.objects import Connection, ObjectRow

CLOCKS_DIFFER_US = 2 * 60 * 1_000_000


def next_place(draft: Draft, aside: Aside, now_us: int) -> str:
    """The conversation of what names none."""
    if aside.is_on:
        return aside.conversation or _fresh_name(draft)
    return _going_on(draft.connection, now_us) or _fresh_name(draft)


def _going_on(connection: Connection, now_us: int) -> str | None:
    """The newest conversation, if it is not over and not one that was just between us."""
    earliest, latest = now_us - CONTINUES_US, now_us + CLOCKS_DIFFER_US
    name = reading.latest_thread(connection, earliest, latest)
    if name is None:
        return None
    home = object_by_id(connection, facts.conversation_object(name))
    return None if is_all_here(connection, home) else name


def is_all_here(connection: Connection, home: ObjectRow | None) -> bool:
    """Whether no message of a conversation was ever meant for another device."""
    return home is not None and reading.is_all_here(connection, home)


def _fresh_name(draft: Draft) -> str:
    return facts.text_of_id(draft.author.mint(draft.connection))
