"""Qt's objects that nobody holds any more end on the thread of the windows."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, QTimer

from app.application.collecting import Collecting, due

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMITS = (700, 10, 10)


class Ring(QObject):
    """Holds itself, and a timer that runs."""

    def __init__(self, ended: list[int]) -> None:
        super().__init__()
        self._self, self._ended = self, ended
        self._timer = QTimer(self)
        self._timer.start(1000)

    def __del__(self) -> None:
        self._ended.append(threading.get_ident())


def allocate() -> list[list[int]]:
    """So much that Python would collect what is new."""
    return [[] for _ in range(2 * gc.get_threshold()[0])]


@pytest.fixture
def ended() -> Iterator[list[int]]:
    """The threads on which rings have ended."""
    ended: list[int] = []
    yield ended
    gc.collect()


def test_another_thread_ends_no_object_of_qt(collecting: Collecting, ended: list[int]) -> None:
    Ring(ended)
    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()
    assert not ended
    hoard = allocate()
    collecting.look()
    assert hoard
    assert ended == [threading.get_ident()]


@pytest.mark.parametrize(
    ("counts", "generation"),
    [((700, 10, 10), None), ((701, 0, 0), 0), ((701, 11, 10), 1), ((0, 0, 11), 2)],
)
def test_the_oldest_that_is_due(counts: tuple[int, int, int], generation: int | None) -> None:
    assert due(counts, LIMITS) == generation


def test_what_is_switched_off_is_never_due() -> None:
    assert due((5000, 50, 50), (0, 0, 0)) is None


def test_it_looks_by_itself_and_gives_the_work_back_at_the_end(collecting: Collecting) -> None:
    inner = Collecting()
    with inner:
        assert not gc.isenabled()
        (timer,) = inner.findChildren(QTimer)
        assert timer.isActive()
    assert gc.isenabled()
    assert not timer.isActive()
    gc.disable()
