"""Files in and out: how far it is, how long it takes, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QProgressBar, QVBoxLayout, QWidget

from app.theme.tokens import CLOSE, NEAR, TIGHT
from app.widgets.buttons import Button
from app.widgets.cards import Card
from app.widgets.labels import label, say
from app.widgets.layout import NO_EDGES, Edges, column, row
from app.widgets.marks import Tile
from app.wording import bad_place, left, left_out, sentence, tr, trn
from mesh.wishes import (
    Backup,
    BackupDone,
    Cancel,
    Export,
    ExportDone,
    Import,
    ImportDone,
    Progress,
    Restore,
    RestoreDone,
)

if TYPE_CHECKING:
    from pathlib import Path

    from app.viewstate import Asked, Wisher
    from mesh.errors import MeshError
    from mesh.wishes import Event

SHOWN_LINES = 10
PARTS = 1000


class Transfer(QWidget):
    """One piece of work at a time; hidden with its ``edges`` while there is none."""

    imported = Signal()
    """New things are here."""

    def __init__(self, wisher: Wisher, edges: Edges = NO_EDGES) -> None:
        super().__init__()
        self._wisher = wisher
        self._asked: Asked | None = None
        self._run: str | None = None
        self._doing = ""
        self._stops_by_name = False
        self._tile = Tile("import", "accent", 32)
        self.text = label(wraps=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(tr("Progress"))
        self.stop = Button(tr("Cancel"), on_click=self.cancel)
        self.close_button = Button(look="flat", icon="cross", name=tr("Hide"))
        self.close_button.clicked.connect(self.hide)
        texts: QVBoxLayout = column(self.text, self.bar, gap=TIGHT + 2)
        layout = row(self._tile, texts, self.stop, self.close_button, gap=CLOSE,
                     edges=(CLOSE, NEAR + 2, CLOSE, NEAR + 2))  # fmt: skip
        layout.setStretch(1, 1)
        self.setLayout(column(Card(layout), edges=edges))
        self.hide()

    @property
    def is_under_way(self) -> bool:
        """Whether one is running."""
        return self._asked is not None

    # ---- which file --------------------------------------------------------------------------

    def ask_import(self) -> None:
        """Which file to read."""
        everything = tr("History: lines, ChatGPT, AICO (*.jsonl *.json *.zip)")
        dialog = self._dialog(tr("Import history"), everything)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_in)
        dialog.open()

    def ask_export(self, kind: str, name: str) -> None:
        """Where to write it; ``name`` is proposed."""
        lines, rows = tr("Messages, one a line (*.jsonl)"), tr("AICO's own form (*.json)")
        dialog = self._dialog(tr("Export history"), lines, rows)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("jsonl")
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix("json" if chosen == rows else "jsonl")
        )
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda path: self.give_out(path, kind))
        dialog.open()

    def _dialog(self, title: str, *files: str) -> QFileDialog:
        places = QStandardPaths.StandardLocation.DocumentsLocation
        dialog = QFileDialog(self.window(), title, QStandardPaths.writableLocation(places))
        dialog.setNameFilters([*files, tr("All files (*)")])
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    # ---- under way ---------------------------------------------------------------------------

    def take_in(self, path: str | Path) -> None:
        """Import this file, unless something is under way."""
        self.begin(Import(path=str(path)), "import", tr("Importing…"))

    def give_out(self, path: str | Path, kind: str) -> None:
        """Export to this file, unless something is under way; its name says the form."""
        wish = Export(path=str(path), kind=kind, format=_form(path))
        self.begin(wish, "export", tr("Exporting…"))

    def begin(self, wish: Import | Export | Backup | Restore, icon: str, doing: str) -> None:
        """Send a wish that takes long, unless something is under way."""
        if self.is_under_way:
            return
        # An export is given up; the others are stopped by the name they tell.
        self._stops_by_name, self._run = not isinstance(wish, Export), None
        self._doing = doing
        self._tile.show_state(icon, "accent")
        self.bar.setRange(0, 0)
        self.bar.show()
        self.stop.setEnabled(not self._stops_by_name)
        self.stop.show()
        self.close_button.hide()
        self._tell(doing)
        self.show()
        self._asked = self._wisher.wish(
            wish, done=self._end, failed=self._fail, event=self._show
        )

    def cancel(self) -> None:
        """Stop; what came in stays, what goes out leaves no file."""
        if self._stops_by_name and self._run is not None:
            self.stop.setEnabled(False)
            self._wisher.wish(Cancel(run=self._run), failed=self._go_on)
        elif self._asked is not None and not self._stops_by_name:
            self._asked.cancel()
            self._say(tr("The export was cancelled; there is no file."), "warn")

    def _go_on(self, error: MeshError) -> None:
        """It could not be stopped; if it is over by now, that has been said."""
        if self.is_under_way:
            self.stop.setEnabled(True)
            self._tell(sentence(error))

    def _show(self, event: Event) -> None:
        if not isinstance(event, Progress):
            return
        if self._run is None:
            self._run = event.run
            self.stop.setEnabled(True)
        if event.total:
            self.bar.setRange(0, PARTS)
            self.bar.setValue(min(PARTS, event.done * PARTS // event.total))
        self._tell(f"{self._doing} {left(event.seconds_left)}".strip())

    # ---- the end -----------------------------------------------------------------------------

    def _end(self, answer: object) -> None:
        if isinstance(answer, ImportDone):
            self._say(imported(answer), "warn" if answer.bad or answer.cancelled else "ok")
            self.imported.emit()
        elif isinstance(answer, ExportDone):
            written = trn("{n} line written.", "{n} lines written.", answer.exported)
            self._say(written, "ok")
        elif isinstance(answer, BackupDone):
            self._say(backed_up(answer), "ok")
        elif isinstance(answer, RestoreDone):
            is_all = not (answer.refused or answer.cancelled)
            self._say(restored(answer), "ok" if is_all else "warn")
            self.imported.emit()

    def _fail(self, error: MeshError) -> None:
        self._say(sentence(error), "bad")

    def _say(self, text: str, tone: str) -> None:
        self._asked, self._run = None, None
        self._tile.show_state({"ok": "check"}.get(tone, "warning"), tone)
        self.bar.hide()
        self.stop.hide()
        self.close_button.show()
        self._tell(text)

    def _tell(self, text: str) -> None:
        say(self.text, text)
        self.setAccessibleName(text)


def _form(path: str | Path) -> str:
    return "aico" if str(path).lower().endswith(".json") else "jsonl"


def imported(done: ImportDone) -> str:
    """What an import did, in sentences."""
    parts = []
    if done.imported or not done.skipped:
        messages = trn("{n} message imported", "{n} messages imported", done.imported)
        threads = trn("in {n} conversation", "in {n} conversations", done.conversations)
        parts.append(f"{messages} {threads}.")
    if done.skipped:
        known = trn("{n} was here already", "{n} were here already", done.skipped)
        parts.append(f"{known}.")
    if done.left_out:
        parts.append(f"{left_out(done.left_out)}.")
    if done.bad:
        parts.append(f"{_bad(done)}.")
    if done.cancelled:
        parts.append(tr("It was cancelled; import the same file again to go on."))
    return " ".join(parts)


def _bad(done: ImportDone) -> str:
    """What could not be read, by number, or by what it is in."""
    is_lines = done.format == "jsonl"
    named = done.bad_lines if is_lines else [bad_place(one) for one in done.bad_parts]
    shown = [str(one) for one in named[:SHOWN_LINES]]
    if done.bad > len(shown):
        shown.append("…")
    lines = ", ".join(shown) if is_lines else "; ".join(shown)
    if is_lines:
        return trn(
            "{n} line could not be read: {lines}", "{n} lines could not be read: {lines}",
            done.bad, lines=lines,
        )  # fmt: skip
    return trn(
        "{n} part could not be read: {lines}", "{n} parts could not be read: {lines}",
        done.bad, lines=lines,
    )  # fmt: skip


def backed_up(done: BackupDone) -> str:
    """What a backup holds, in sentences."""
    things = trn("{n} entry backed up.", "{n} entries backed up.", done.backed_up)
    return f"{things} {tr('Without its passphrase nobody can open it, not even you.')}"


def restored(done: RestoreDone) -> str:
    """What a restore did, in sentences."""
    parts = [trn("{n} entry restored.", "{n} entries restored.", done.restored)]
    if done.known:
        parts.append(trn("{n} was here already", "{n} were here already", done.known) + ".")
    if done.refused:
        parts.append(trn(
            "{n} entry has no right in this family and was left out.",
            "{n} entries have no right in this family and were left out.",
            done.refused,
        ))  # fmt: skip
    if done.new_device:
        parts.append(tr(
            "This is a new device, which goes on for {name}. Pair it with your others; if "
            "{name} is gone, remove it from the family.",
            name=done.made_on,
        ))  # fmt: skip
    if done.cancelled:
        parts.append(tr("It was cancelled; restore the same file again to go on."))
    return " ".join(parts)
