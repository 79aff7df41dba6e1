"""What stands where a conversation begins, and on a first day."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.theme.tokens import EDGE
from app.widgets.buttons import Button
from app.widgets.cards import Empty
from app.widgets.layout import column
from app.wording import tr


class Beginning(QWidget):
    """``import_wanted``: there is history elsewhere."""

    import_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.empty = Empty(
            "conversation",
            tr("A new conversation"),
            tr("Say something below. AICO will know it on every device that shares with it."),
        )
        self.first = Empty(
            "conversation",
            tr("Nothing was said yet"),
            tr("Say something below, or bring in what you said elsewhere."),
            Button(tr("Import history…"), icon="import", on_click=self.import_wanted.emit),
        )
        self.first.hide()
        self.setLayout(column(self.empty, self.first, None, edges=(EDGE, EDGE, EDGE, EDGE)))

    def show_first_day(self, *, is_first: bool) -> None:
        """Whether there is no conversation at all."""
        self.first.setVisible(is_first)
        self.empty.setVisible(not is_first)
