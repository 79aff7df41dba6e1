"""Waiting until a window stands still: what it asked is answered, and nothing moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractAnimation
from PySide6.QtTest import QTest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

TURNS, FRAMES_MAX, FRAME_MS = 8, 60, 16


def settle(window: QWidget) -> None:
    """Let Qt work until the window is at rest, but for what never rests."""
    for _ in range(TURNS):
        QTest.qWait(1)
    for _ in range(FRAMES_MAX):
        if not any(_moves(each) for each in window.findChildren(QAbstractAnimation)):
            break
        QTest.qWait(FRAME_MS)


def _moves(animation: QAbstractAnimation) -> bool:
    return animation.state() is QAbstractAnimation.State.Running and animation.loopCount() > 0
