"""The page on which two people compare seven pictures, and what becomes of a yes."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget
from typing_extensions import override

from app.theme.tokens import EDGE, GAP
from app.widgets.cards import Card, Notice
from app.widgets.labels import label
from app.widgets.layout import column, row
from app.widgets.sheet import Sheet
from app.windows.pairing import words
from app.wording import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from app.windows.pairing.steps import Comparing

FOLDER = files("resources") / "pictures"
PLATE, PICTURE = 72, 48
PAPER = QColor("#F4F2ED")
"""Light in every scheme: some pictures are dark."""


class PicturePlate(QWidget):
    """One picture, drawn from our own file, so that both screens show the same."""

    def __init__(self, symbol: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symbol = symbol
        self._drawing = _drawing_of(symbol)
        self.setFixedSize(PLATE, PLATE)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(PAPER)
        painter.drawRoundedRect(self.rect(), 16, 16)
        edge = (PLATE - PICTURE) / 2
        place = QRectF(edge, edge, PICTURE, PICTURE)
        if self._drawing is not None:
            self._drawing.render(painter, place)
            return
        # A picture of a later version: as the fonts of this machine have it.
        font = QFont(self.font())
        font.setPixelSize(PICTURE)
        painter.setFont(font)
        painter.setPen(Qt.GlobalColor.black)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._symbol)


class Pictures(QWidget):
    """All seven side by side, each with its name; a screen reader reads them in one go."""

    def __init__(self, pictures: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        names = [words.picture_name(name) for _, name in pictures]
        shown = [
            _named(symbol, name) for (symbol, _), name in zip(pictures, names, strict=True)
        ]
        whole = row(*shown)
        for index in range(len(shown)):
            whole.setStretch(index, 1)
        self.setLayout(whole)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Seven pictures: {names}", names=", ".join(names)))

    @override
    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(0, PLATE + 32))


class ComparingPage(Sheet):
    """Seven pictures and the question whether the other screen shows the same."""

    answered = Signal(bool)
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures: Pictures | None = None
        self._shown: tuple[tuple[str, str], ...] = ()
        self._place = column(edges=(GAP, EDGE, GAP, EDGE))
        self.flow = Notice("info", "accent")
        self.waiting = label("", "mute", wraps=True)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setAccessibleName(tr("Waiting"))
        waiting = column(self.busy, self.waiting)
        self.fill(Card(self._place), self.flow, waiting, None)
        self.add_button(tr("Cancel"), self.given_up.emit)
        self.push_right()
        self.no = self.add_button(tr("They are different"), lambda: self.answered.emit(False))
        self.yes = self.add_button(
            tr("They are the same"), lambda: self.answered.emit(True), is_primary=True
        )

    def show_step(self, step: Comparing) -> None:
        """Show these pictures and whose they are."""
        self.entitle(
            tr("Do both devices show the same?"),
            tr(
                "{name} must show the same seven pictures in the same order. Look there before "
                "you answer.",
                name=step.name,
            ),
        )
        if step.pictures != self._shown or self.pictures is None:
            self._show_pictures(step.pictures)
        self.flow.show_notice("devices", "accent", words.will_flow(step))
        for button in (self.no, self.yes):
            button.setEnabled(not step.agreed)
        self.busy.setVisible(step.agreed)
        self.waiting.setVisible(step.agreed)
        self.waiting.setText(
            tr("Waiting until somebody says yes on {name} too…", name=step.name)
        )

    def _show_pictures(self, pictures: tuple[tuple[str, str], ...]) -> None:
        if self.pictures is not None:
            self._place.removeWidget(self.pictures)
            self.pictures.deleteLater()
        self._shown, self.pictures = pictures, Pictures(pictures)
        self._place.addWidget(self.pictures)
        # Nobody should say yes by pressing Enter once too often.
        self.pictures.setFocus()


def _named(symbol: str, name: str) -> QVBoxLayout:
    told = label(name)
    told.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return column(row(None, PicturePlate(symbol), None, gap=0), told)


def _drawing_of(symbol: str) -> QSvgRenderer | None:
    points = (f"{ord(character):x}" for character in symbol if character != "\ufe0f")
    file = FOLDER / f"{'-'.join(points)}.svg"
    return QSvgRenderer(QByteArray(file.read_bytes())) if file.is_file() else None
