"""Plays the node: answers what the pages ask from a small life of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from typing_extensions import override

from mesh import wishes
from mesh.messages import Hit
from tests.app.gallery import life
from tests.app.qt import scenes
from tests.app.qt.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.errors import MeshError
    from mesh.wishes import AnyWish, Event
    from tests.app.qt.recorder import Recorded


class Player(Recorder):
    """Answers as soon as Qt is at work again; ``is_empty``: nothing was ever said or kept."""

    def __init__(self, *, is_empty: bool = False) -> None:
        super().__init__()
        self._is_empty = is_empty

    @override
    def wish(
        self,
        wish: AnyWish,
        *,
        done: Callable[[object], None] | None = None,
        failed: Callable[[MeshError], None] | None = None,
        event: Callable[[Event], None] | None = None,
    ) -> Recorded:
        recorded = super().wish(wish, done=done, failed=failed, event=event)
        answer = self._answer(wish)
        if answer is not None:
            QTimer.singleShot(0, partial(recorded.answer, answer))
        return recorded

    def _answer(self, wish: AnyWish) -> object:
        match wish:
            case wishes.BrowseConversations():
                return wishes.ConversationPage(rows=() if self._is_empty else life.heads())
            case wishes.BrowseMessages():
                return wishes.MessagePage(rows=() if self._is_empty else life.messages())
            case wishes.BrowseMemories():
                return wishes.MemoryPage(rows=() if self._is_empty else life.memories())
            case wishes.Search():
                return [] if self._is_empty else _found(wish.query)
            case wishes.Mood():
                return life.mood()
            case wishes.PreviewPolicy():
                return life.preview(wish.device)
            case wishes.Policy() | wishes.SetPolicy():
                return scenes.choices()
            case _:
                return None


def _found(query: str) -> list[Hit]:
    rows: list[tuple[str, wishes.MemoryLine | wishes.MessageLine]] = []
    rows += [("memory", row) for row in life.memories()]
    rows += [("message", row) for row in life.messages()]
    return [
        Hit(id=row.object_id, kind=kind, text=row.text, score=0.9, device_id=row.device_id)
        for kind, row in rows
        if query.lower() in row.text.lower()
    ]
