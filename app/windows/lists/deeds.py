"""What can be done with a message or a memory: its menu, and the wishes behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from app import theme
from app.windows.lists.dialogs import Asking, Reader, Rewording, Sharing, Tagging, earlier_texts
from app.wording import sentence, tr
from mesh.messages import Remembered, Said
from mesh.wishes import History, MemoryLine, MessageLine, Relabel, Retag, Revise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QWidget

    from app.viewstate import Wisher
    from mesh.errors import MeshError
    from mesh.wishes import AnyWish

Line: TypeAlias = MessageLine | MemoryLine


class Deeds(QObject):
    """Opens the dialogs over ``window``; ``changed`` tells the row as it is then."""

    changed = Signal(object)
    forget_wanted = Signal(object)
    """Somebody wants this row forgotten."""
    told = Signal(str, str)
    """Something to be said on the page: its tone and the sentence."""

    def __init__(self, wisher: Wisher, window: QWidget) -> None:
        super().__init__(window)
        self._wisher, self._window = wisher, window
        self.names: Mapping[str, str] = {}
        self.asking: Asking | None = None
        """The dialog that is open, if one is."""
        self.reader: Reader | None = None
        """The text that is read, if one is."""

    # ---- the menu ----------------------------------------------------------------------------

    def menu(self, line: Line) -> QMenu:
        """What can be done with it; the keys work in the list too."""
        made = QMenu(self._window)
        made.aboutToHide.connect(made.deleteLater)
        _add(made, "copy", tr("Copy"), lambda: self.copy(line), "Ctrl+C")
        _add(made, "info", tr("Read…"), lambda: self.read(line), "Return")
        made.addSeparator()
        _add(made, "pencil", tr("Change the text…"), lambda: self.reword(line), "F2")
        _add(made, "tag", tr("Tags…"), lambda: self.retag(line), "Ctrl+T")
        _add(made, "lock", tr("Who may have this…"), lambda: self.share(line))
        if line.is_revised:
            _add(made, "clock", tr("Earlier texts…"), lambda: self.recall(line))
        made.addSeparator()
        _add(made, "trash", tr("Forget"), lambda: self.forget_wanted.emit(line), "Del")
        return made

    def open_menu(self, line: Line, place: QPoint) -> None:
        """Show it there."""
        self.menu(line).popup(place)

    # ---- what it does ------------------------------------------------------------------------

    def copy(self, line: Line) -> None:
        """Its text to the clipboard."""
        QGuiApplication.clipboard().setText(line.text)

    def read(self, line: Line) -> None:
        """All of its text."""
        self._read(Reader(tr("Text"), line.text, self._window))

    def _read(self, reader: Reader) -> None:
        self.reader = reader
        reader.finished.connect(self._put_down)
        reader.open()

    def _put_down(self) -> None:
        self.reader = None

    def recall(self, line: Line) -> None:
        """What it said before."""

        def show(found: object) -> None:
            texts = earlier_texts(found, self.names)  # type: ignore[arg-type]
            self._read(Reader(tr("Earlier texts"), texts, self._window))

        self._wisher.wish(History(id=line.object_id), done=show, failed=self._fail)

    def _fail(self, error: MeshError) -> None:
        self.told.emit("bad", sentence(error))

    def reword(self, line: Line) -> None:
        """Give it another text."""
        asking = Rewording(line.text, self._window)

        def wish(text: str) -> AnyWish:
            return Revise(id=line.object_id, text=text)

        self._open(asking, wish, lambda answer, _: _shown(line, answer))

    def retag(self, line: Line) -> None:
        """Give it other tags."""
        asking, had = Tagging(line.tags, self._window), set(line.tags)

        def wish(tags: tuple[str, ...]) -> AnyWish:
            gone = tuple(tag for tag in line.tags if tag not in tags)
            new = tuple(tag for tag in tags if tag not in had)
            return Retag(id=line.object_id, add=new, remove=gone)

        self._open(asking, wish, lambda answer, _: _shown(line, answer))

    def share(self, line: Line) -> None:
        """Let others have it, or no longer."""
        asking = Sharing(line.privacy, self._window)

        def wish(level: str) -> AnyWish:
            return Relabel(id=line.object_id, privacy=level)

        self._open(asking, wish, lambda _, level: _labelled(line, level))

    def _open(
        self,
        asking: Asking,
        wish: Callable[..., AnyWish],
        becomes: Callable[..., Line],
    ) -> None:
        def save(value: object) -> None:
            def done(answer: object) -> None:
                if self.asking is asking:
                    asking.accept()
                row = becomes(answer, value)
                self.changed.emit(row)
                if isinstance(value, str) and _is_only_wished(value, asking, row):
                    self.told.emit("accent", _asked_elsewhere())

            def failed(error: MeshError) -> None:
                if self.asking is asking:
                    asking.fail(error)
                else:
                    self._fail(error)

            self._wisher.wish(wish(value), done=done, failed=failed)

        asking.saved.connect(save)
        asking.finished.connect(self._close)
        self.asking = asking
        asking.open()

    def _close(self) -> None:
        self.asking = None


def _add(
    menu: QMenu, icon: str, text: str, act: Callable[[], object], key: str = ""
) -> QAction:
    tokens = theme.tokens()
    ink = tokens.bad if icon == "trash" else tokens.mute
    action = menu.addAction(theme.icon(icon, ink, 18), text)
    if key:
        action.setShortcut(QKeySequence(key))
    action.triggered.connect(lambda _checked=False: act())
    return action


def _is_only_wished(value: str, asking: Asking, row: Line) -> bool:
    """Whether the node took a new text for a wish, as it does on devices without the right."""
    return isinstance(asking, Rewording) and row.text != value.strip()


def _asked_elsewhere() -> str:
    return tr("It is not this device's; your fully trusted devices ask whether to change it.")


def _shown(line: Line, answer: object) -> Line:
    """The row with what the node made of it."""
    if not isinstance(answer, Said | Remembered):
        return line
    is_revised = line.is_revised or answer.text != line.text
    row = msgspec.structs.replace(
        line, text=answer.text, tags=answer.tags, is_revised=is_revised
    )
    return _labelled(row, answer.privacy) if isinstance(answer, Remembered) else row


def _labelled(line: Line, level: str) -> Line:
    return msgspec.structs.replace(line, privacy=level)
