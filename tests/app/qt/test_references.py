"""PySide6 6.12 drops references to None and True until Python 3.11 aborts; ours must not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

TIMES = 200
SINGLETONS = (None, True, False)


class Speaker(QObject):
    plain = Signal()
    thing = Signal(object)
    number = Signal(int)
    truth = Signal(bool)

    @Slot(int)
    def slot(self, _number: int) -> None:
        pass


def _connected() -> Speaker:
    one = Speaker()
    one.plain.connect(lambda: None)
    for signal in (one.thing, one.truth):
        signal.connect(lambda _: None)
    one.number.connect(one.slot)
    return one


def _reconnect(one: Speaker) -> None:
    connection = one.plain.connect(lambda: None)
    one.plain.disconnect(connection)


def _shoot(_: Speaker) -> None:
    QTimer.singleShot(0, lambda: None)
    QCoreApplication.processEvents()


USES: dict[str, Callable[[Speaker], object]] = {
    "emit": lambda one: one.plain.emit(),
    "emit None": lambda one: one.thing.emit(None),
    "emit bool": lambda one: one.truth.emit(True),
    "emit to a slot": lambda one: one.number.emit(1),
    "connect": _reconnect,
    "property": lambda one: one.setProperty("p", True),
    "missing property": lambda one: one.property("nothing"),
    "block": lambda one: one.blockSignals(False),
    "parent": lambda one: one.parent(),
    "create": lambda _: QObject(),
    "single shot": _shoot,
}


@pytest.mark.parametrize("use", USES)
def test_singletons_keep_their_references(qtbot: QtBot, use: str) -> None:
    speaker, what = _connected(), USES[use]
    what(speaker)
    qtbot.wait(0)
    before = [sys.getrefcount(one) for one in SINGLETONS]
    for _ in range(TIMES):
        what(speaker)
    qtbot.wait(0)
    moved = [abs(sys.getrefcount(one) - n) for one, n in zip(SINGLETONS, before, strict=True)]
    assert max(moved) < TIMES // 2
