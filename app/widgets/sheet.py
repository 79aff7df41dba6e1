"""One page of a wizard: a headline, what it is about, a body that scrolls, and its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QRadioButton, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from app.theme.tokens import EDGE, GAP, NEAR, TIGHT
from app.widgets.buttons import Button
from app.widgets.labels import label, restyle, say
from app.widgets.layout import column, row
from app.widgets.marks import Tile

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent

    from app.widgets.layout import Part

ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class _Scroll(QScrollArea):
    """Scrolls up and down only: never is a part of the body beyond the right edge."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @override
    def minimumSizeHint(self) -> QSize:
        body = self.widget()
        wide = 0 if body is None else body.minimumSizeHint().width()
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(wide + bar, super().minimumSizeHint().height())


class Sheet(QWidget):
    """Give it a headline, add to its body, then add its buttons from left to right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline = label("", "h1", wraps=True)
        self.lead = label("", "mute", wraps=True)
        self._tile = Tile("info")
        self._tile.hide()
        self._primary: Button | None = None
        self._body = column(gap=GAP, edges=(EDGE, TIGHT, EDGE, GAP))
        self._buttons = row(gap=NEAR, edges=(EDGE, NEAR, EDGE, EDGE))
        self._lay_out()

    def entitle(self, headline: str, lead: str = "") -> None:
        """Say what this page is and what to do here."""
        say(self.headline, headline)
        say(self.lead, lead)
        self.lead.setVisible(bool(lead))
        self.setAccessibleName(headline)

    def show_mark(self, icon: str, tone: str) -> None:
        """An icon beside the headline."""
        self._tile.show_state(icon, tone)
        self._tile.show()

    def greet(self, picture: QWidget) -> None:
        """Headline and lead large and in the middle of the body, a picture above them."""
        restyle(self.headline, kind="big")
        self._head.setContentsMargins(0, EDGE, 0, 0)
        for text in (self.headline, self.lead):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        words = column(self.headline, self.lead, gap=TIGHT, edges=(0, 0, 0, GAP))
        self._body.addWidget(picture, alignment=Qt.AlignmentFlag.AlignHCenter)
        self._body.addLayout(words)

    def fill(self, *parts: Part) -> None:
        """Add these to the body, below each other; None pushes what comes before up."""
        for part in parts:
            if part is None:
                self._body.addStretch(1)
            elif isinstance(part, QWidget):
                self._body.addWidget(part)
            else:
                self._body.addLayout(part)

    def add_button(
        self, text: str, on_click: Callable[[], object], *, is_primary: bool = False
    ) -> Button:
        """One more button at the right end of the row."""
        button = Button(text, look="primary" if is_primary else "", on_click=on_click)
        self._buttons.addWidget(button)
        if is_primary:
            self._primary = button
        return button

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on a choice goes on; fields say themselves what Enter means in them."""
        is_choice = isinstance(self.focusWidget(), QRadioButton)
        if self._primary is not None and is_choice and event.key() in ENTER:
            self._primary.click()
        else:
            super().keyPressEvent(event)

    def push_right(self) -> None:
        """The buttons that are added from now on stand at the right."""
        self._buttons.addStretch(1)

    def _lay_out(self) -> None:
        words = column(self.headline, self.lead, gap=NEAR)
        head = self._head = row(self._tile, words, gap=GAP, edges=(EDGE, EDGE, EDGE, GAP))
        head.setStretch(1, 1)
        head.setAlignment(self._tile, Qt.AlignmentFlag.AlignTop)
        content = QWidget()
        content.setLayout(self._body)
        scroll = _Scroll()
        scroll.setWidget(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(scroll, 1)
        whole.addLayout(self._buttons)
