"""What came while somebody reads further up: how many, over the lower edge of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from typing_extensions import override

from app.theme.tokens import CLOSE
from app.widgets.buttons import Button
from app.wording import trn

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class Fresh(Button):
    """Hidden while there is nothing unseen; it stays at the lower edge of ``over``."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(look="primary", icon="down")
        self.number = 0
        self._over = over
        self.setParent(over)
        self.hide()
        over.installEventFilter(self)

    def show_number(self, number: int) -> None:
        """So many are unseen."""
        self.number = number
        self.setVisible(bool(number))
        if number:
            self.setText(trn("{n} new message", "{n} new messages", number))
            self._place()

    def add_one(self) -> None:
        """One more."""
        self.show_number(self.number + 1)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        self.adjustSize()
        room = self._over.size()
        x = (room.width() - self.width()) // 2
        self.move(x, room.height() - self.height() - CLOSE)
        self.raise_()
