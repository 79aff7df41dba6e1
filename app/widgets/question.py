"""A question before something that matters: what will happen, point by point; yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QVBoxLayout, QWidget
from typing_extensions import override

from app import theme
from app.theme.tokens import CLOSE, EDGE, GAP, NEAR, TIGHT
from app.widgets.buttons import Button
from app.widgets.labels import label
from app.widgets.layout import column, row
from app.widgets.marks import Tile
from app.wording import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

WIDTH = 480
POINT = 32


class Question(QDialog):
    """Cancel is where Enter goes; ``is_grave``: yes cannot be undone and is shown so."""

    agreed = Signal()

    def __init__(
        self,
        headline: str,
        lead: str,
        yes: str,
        *,
        parent: QWidget | None = None,
        is_grave: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(headline)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setFixedWidth(theme.scaled(WIDTH))
        self.yes = Button(yes, look="danger" if is_grave else "primary", on_click=self._agree)
        self.no = Button(tr("Cancel"), on_click=self.reject)
        self.yes.setAutoDefault(False)
        self.no.setDefault(True)
        self._points = QVBoxLayout()
        self._points.setSpacing(CLOSE)
        self._understood: QCheckBox | None = None
        self._whole = column(
            label(headline, "h1", wraps=True), label(lead, "mute", wraps=True),
            gap=NEAR, edges=(EDGE, EDGE, EDGE, EDGE),
        )  # fmt: skip
        self._whole.addSpacing(NEAR)
        self._whole.addLayout(self._points)
        self._whole.addSpacing(GAP)
        self._whole.addLayout(row(None, self.no, self.yes, gap=NEAR))
        self.setLayout(self._whole)

    def add_point(self, icon: str, tone: str, text: str) -> None:
        """One more thing that will happen, above what has to be understood."""
        tile, said = Tile(icon, tone, POINT), label(text, wraps=True)
        point = row(tile, said, gap=CLOSE)
        point.setStretch(1, 1)
        box = self._understood
        place = self._points.count() if box is None else self._points.indexOf(box) - 1
        self._points.insertLayout(place, point)
        if self.isVisible():  # Qt would show them a moment later, when ``fit`` has measured
            tile.show()
            said.show()

    def require(self, text: str) -> QCheckBox:
        """Yes is possible only once this is ticked."""
        box = QCheckBox(text)
        self._points.addSpacing(TIGHT)
        self._points.addWidget(box)
        self.yes.setEnabled(False)
        box.toggled.connect(self.yes.setEnabled)
        self._understood = box
        return box

    def fit(self) -> None:
        """As high as its texts need; to be called when one of them has changed."""
        self._whole.activate()
        self.setFixedHeight(self._whole.totalHeightForWidth(self.width()))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self.fit()
        super().showEvent(event)

    def _agree(self) -> None:
        self.agreed.emit()
        self.accept()
