"""What the main window knows of its pages: the state goes in, news goes in, wishes come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.theme.tokens import EDGE, GAP

if TYPE_CHECKING:
    from app.viewstate import ViewState, Wisher
    from mesh.messages import News

WIDEST = 1180
"""Lines longer than that are hard to read."""


class Page(QWidget):
    """A page that fills its window. ``key`` names it, also where windows are remembered."""

    key = ""

    def __init__(self, wisher: Wisher) -> None:
        super().__init__()
        self.setObjectName("page")
        self.wisher = wisher

    def show_state(self, state: ViewState, now: float) -> None:
        """Show this state, at this moment (Unix s); the same twice changes nothing."""

    def take(self, news: list[News]) -> None:
        """The news of a frame."""

    def opened(self) -> None:
        """The person came to this page."""


class ScrolledPage(Page):
    """A page whose ``body`` grows downwards and scrolls."""

    def __init__(self, wisher: Wisher) -> None:
        super().__init__(wisher)
        inner = QWidget()
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(EDGE + 4, EDGE, EDGE + 4, EDGE)
        self.body.setSpacing(GAP)
        inner.setMaximumWidth(WIDEST)
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
