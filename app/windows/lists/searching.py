"""A field to search with, and what was found: messages and memories alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget
from typing_extensions import override

from app import theme
from app.theme.tokens import NEAR
from app.widgets.labels import label, say
from app.widgets.layout import column
from app.windows.lists.entries import Entries, Entry
from app.windows.lists.model import ListModel
from app.windows.lists.stretch import Piece
from app.windows.lists.view import ListView
from app.wording import sentence, tr, trn
from mesh.messages import Hit
from mesh.wishes import Search

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QEvent

    from app.viewstate import Wisher
    from mesh.errors import MeshError

TYPING_MS = 250
LIMIT = 50
WORDS_BEFORE = 24


@dataclass(frozen=True)
class Found:
    """A hit as a row."""

    hit: Hit
    place: str = ""

    @property
    def object_id(self) -> str:
        """Hits have public ids; with the conversation they are plain."""
        return f"{self.hit.conversation_id}/{self.hit.id}"


@dataclass(frozen=True)
class Hits:
    """All that a search finds, best first."""

    query: str
    everywhere: bool

    def wish(
        self, *, above: str | None = None, below: str | None = None, around: str | None = None
    ) -> Search:
        """There is only one page."""
        del above, below, around
        return Search(query=self.query, everywhere=self.everywhere, limit=LIMIT)

    def piece(self, answer: object) -> Piece[Found]:
        """The hits."""
        hits = answer if isinstance(answer, list) else []
        return Piece([Found(one) for one in hits if isinstance(one, Hit)])


class Searching(QWidget):
    """``found`` tells the hit somebody chose; ``toggled`` whether a search is shown."""

    found = Signal(object)
    toggled = Signal(bool)

    def __init__(self, wisher: Wisher, placeholder: str) -> None:
        super().__init__()
        self._names: Mapping[str, str] = {}
        self.field = QLineEdit()
        self.field.setPlaceholderText(placeholder)
        self.field.setAccessibleName(placeholder)
        self.field.setClearButtonEnabled(True)
        # Qt names its cross for nobody; screen readers would say "button".
        for cross in self.field.findChildren(QAction, "_q_qlineeditclearaction"):
            cross.setText(tr("Clear the search"))
        self._glass = QAction(self)
        self._glass.setText(tr("Search"))
        self.field.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._paint()
        self.everywhere = QCheckBox(tr("On all my devices"))
        self.everywhere.setToolTip(tr("Ask your own devices that are connected, too."))
        self.everywhere.hide()
        self.status = label(kind="small", wraps=True)
        self.status.hide()
        self.model: ListModel[Found] = ListModel(wisher, self._describe)
        self.view = ListView(self.model, tr("What was found"))
        self.view.setItemDelegate(Entries(self.view, self._entry))
        self.view.hide()
        self.setLayout(column(self.field, self.everywhere, self.status, gap=NEAR))
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._connect()

    def _connect(self) -> None:
        self._typing.timeout.connect(self.search)
        self.field.textChanged.connect(self._typed)
        self.field.returnPressed.connect(self.search)
        self.everywhere.toggled.connect(self.search)
        self.model.loaded.connect(self._show_count)
        self.model.failed.connect(self._fail)
        self.view.opened.connect(self._open)
        self.view.clicked.connect(lambda index: self._open(self.model.row(index.row())))

    @property
    def is_on(self) -> bool:
        """Whether something is searched for."""
        return bool(self.field.text().strip())

    def show_names(self, names: Mapping[str, str], *, may_ask_others: bool) -> None:
        """What devices are called, and whether there are others to ask."""
        self._names = names
        self.everywhere.setEnabled(may_ask_others)
        self.everywhere.setVisible(self.is_on and may_ask_others)

    def _typed(self) -> None:
        self._typing.start()
        if not self.is_on:
            self.search()

    def search(self) -> None:
        """Look for what stands in the field now."""
        self._typing.stop()
        self.toggled.emit(self.is_on)
        self.view.setVisible(self.is_on)
        self.status.setVisible(self.is_on)
        self.everywhere.setVisible(self.is_on and self.everywhere.isEnabled())
        if not self.is_on:
            self.model.open(None)
            return
        say(self.status, tr("Searching…"))
        self.model.open(Hits(self.field.text().strip(), self.everywhere.isChecked()))

    def _show_count(self) -> None:
        count = len(self.model.rows)
        if not count:
            say(self.status, tr("Nothing was found."))
        elif count >= LIMIT:
            say(self.status, tr("The {n} best results", n=count))
        else:
            say(self.status, trn("{n} result", "{n} results", count))

    def _fail(self, error: MeshError) -> None:
        say(self.status, sentence(error))

    def _open(self, row: Found | None) -> None:
        if row is not None:
            self.found.emit(row.hit)

    def _entry(self, row: Found) -> Entry:
        hit = row.hit
        is_memory = hit.kind == "memory"
        return Entry(
            title=excerpt(hit.text, self.field.text()),
            aside="",
            under=tr("Memory") if is_memory else tr("Message"),
            under_aside=self._names.get(hit.device_id or "", ""),
            marks=("memory",) if is_memory else ("conversation",),
        )

    def _describe(self, row: Found) -> str:
        kind = tr("Memory") if row.hit.kind == "memory" else tr("Message")
        where = self._names.get(row.hit.device_id or "", "")
        return ", ".join(part for part in (kind, where) if part) + ": " + row.hit.text

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is event.Type.PaletteChange:
            self._paint()

    def _paint(self) -> None:
        self._glass.setIcon(theme.icon("search", theme.tokens().mute, 18))


def excerpt(text: str, query: str) -> str:
    """One line of a text that begins shortly before what was looked for."""
    line = " ".join(text.split())
    lower = line.casefold()
    places = [lower.find(word.casefold()) for word in query.split()]
    first = min((place for place in places if place >= 0), default=0)
    if first <= WORDS_BEFORE:
        return line
    start = line.find(" ", first - WORDS_BEFORE, first)
    return "…" + line[max(start, first - WORDS_BEFORE) if start >= 0 else first :]
