"""The page on which who joins gives the invitation: by link, by picture, or by code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget
from typing_extensions import override

from app.theme.tokens import EDGE, GAP, TIGHT
from app.widgets.buttons import Button
from app.widgets.cards import Card
from app.widgets.labels import label
from app.widgets.layout import column, row
from app.widgets.sheet import Sheet
from app.windows.pairing.looking import Looker, Miss
from app.windows.pairing.steps import Reading
from app.wording import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent

TEXT_MAX = 400
PICTURES = "*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff"


class ReadingPage(Sheet):
    """Reads an invitation; nothing happens before the person says so."""

    ready = Signal(object)
    """The Reading to go on with."""
    inviting_wanted = Signal()
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entitle(
            tr("Read an invitation"),
            tr(
                "On the other device, choose “Pair a device…”. It then shows a picture, a link "
                "and a code."
            ),
        )
        self.setAcceptDrops(True)
        self.looker = Looker(self)
        self.looker.found.connect(self._take)
        self.looker.missed.connect(self._tell_miss)
        self.text = QLineEdit()
        self.text.setMaxLength(TEXT_MAX)
        self.text.setPlaceholderText("AICO-MESH:…   123 456 789")
        self.text.textChanged.connect(self._typed)
        self.place = QLineEdit()
        self.place.setMaxLength(80)
        self.place.setPlaceholderText("192.168.1.20:21550")
        self.place.textChanged.connect(self._typed)
        self.told = label("", "mute", wraps=True)
        self._lay_out_ways()
        self.add_button(tr("Cancel"), self.given_up.emit)
        self.push_right()
        self.to_invite = self.add_button(
            tr("Show an invitation instead"), self.inviting_wanted.emit
        )
        self.go = self.add_button(
            tr("Join"), lambda: self.ready.emit(self.step), is_primary=True
        )

        for field in (self.text, self.place):
            field.returnPressed.connect(self.go.click)

    def show_step(self, step: Reading) -> None:
        """Show what was typed or opened before."""
        self.text.setText(step.text)
        self.place.setText(step.at)
        self._typed()
        (self.go if step.is_ready else self.text).setFocus()

    @property
    def step(self) -> Reading:
        """What is typed now."""
        return Reading(self.text.text(), self.place.text())

    # ---- ways to an invitation ---------------------------------------------------------------

    def look_at_screen(self) -> None:
        """Look for the picture on the screens of this computer."""
        self._say(tr("Looking…"))
        self.looker.look_at_screens()

    def paste(self) -> None:
        """Take what lies on the clipboard."""
        self._say(tr("Looking…"))
        self.looker.look_at(QGuiApplication.clipboard().mimeData())

    def choose_file(self) -> None:
        """Let the person choose a picture."""
        places = QStandardPaths.standardLocations(
            QStandardPaths.StandardLocation.PicturesLocation
        )
        dialog = QFileDialog(self, tr("Choose a picture"), next(iter(places), ""))
        dialog.setNameFilter(f"{tr('Pictures')} ({PICTURES})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.look_at_file)
        dialog.open()

    def look_at_file(self, path: str) -> None:
        """Look for the picture in a file."""
        self._say(tr("Looking…"))
        self.looker.look_at_file(path)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._say(tr("Looking…"))
        self.looker.look_at(event.mimeData())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        else:
            super().keyPressEvent(event)

    # ---- what became of it -------------------------------------------------------------------

    def _take(self, text: str) -> None:
        self.text.setText(text[:TEXT_MAX])
        if self.step.is_link:
            self._say(tr("This is an invitation. “Join” asks the other device."))
            self.go.setFocus()
        elif self.step.needs_place:
            self.place.setFocus()
        else:
            self._say(tr("That is neither an invitation nor a code of nine digits."))

    def _tell_miss(self, miss: Miss) -> None:
        self._say(missed(miss))

    def _typed(self) -> None:
        step = self.step
        self._say("")
        self.place.setEnabled(not step.is_link)
        self.go.setEnabled(step.is_ready)

    def _say(self, text: str) -> None:
        self.told.setText(text)

    def _lay_out_ways(self) -> None:
        fields = []
        for title, field in (
            (tr("&Link or code"), self.text),
            (tr("&Address, with a code"), self.place),
        ):
            above = label(title, "name")
            above.setBuddy(field)
            field.setAccessibleName(title.replace("&", ""))
            fields.append(column(above, field, gap=TIGHT))
        both = row(*fields, gap=GAP)
        both.setStretch(0, 3)
        both.setStretch(1, 2)
        self.fill(self._pictures(), both, self.told, None)

    def _pictures(self) -> Card:
        hint = label(tr("Drop a picture of the invitation here, or"), "mute", wraps=True)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = [
            Button(tr("Look at my screen"), icon="search", on_click=self.look_at_screen),
            Button(tr("Choose a picture…"), icon="import", on_click=self.choose_file),
            Button(tr("Paste"), icon="copy", on_click=self.paste),
        ]
        ways = row(None, *buttons, None)
        return Card(column(hint, ways, gap=GAP, edges=(EDGE, EDGE, EDGE, EDGE)), "drop")


def missed(miss: Miss) -> str:
    """Why no invitation was found, and what else to try."""
    match miss:
        case Miss.NO_CODE:
            return tr(
                "There is no invitation in that picture. Make it larger, or type the code."
            )
        case Miss.OTHER_CODE:
            return tr("There is a code in that picture, but it is no invitation of AICO mesh.")
        case Miss.NO_PICTURE:
            return tr("That is no picture. Drop or paste a picture, a link or a code.")
        case Miss.NOT_ALLOWED:
            return tr(
                "Your desktop lets no application look at the screen. Make a screenshot of the "
                "invitation and paste it here."
            )
