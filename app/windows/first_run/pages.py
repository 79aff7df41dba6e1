"""The pages of the first run: welcome, the name of this device, and whose family it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.theme.tokens import GAP, NEAR, TIGHT
from app.widgets.cards import Notice
from app.widgets.choice import Choices
from app.widgets.labels import label
from app.widgets.layout import column, row
from app.widgets.marks import Tile
from app.widgets.mood_ring import Feeling, MoodRing
from app.widgets.sheet import Sheet
from app.wording import tr
from mesh.model.device import NAME_MAX

NEW, JOIN = "new", "join"
CONTENT = Feeling(valence=0.6)
"""How it looks before it is known how it feels: friendly."""
INSET = 64


class WelcomePage(Sheet):
    """What this is, in three lines."""

    ready = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entitle(tr("Welcome to AICO"), tr("One companion, the same on all your devices."))
        face = MoodRing()
        face.show_feeling(CONTENT, "AICO")
        self.fill(None)
        self.greet(face)
        for icon, title, text in promises():
            told = column(label(title, "h2"), label(text, "mute", wraps=True), gap=TIGHT)
            line = row(Tile(icon), told, gap=GAP, edges=(INSET, 0, INSET, NEAR))
            line.setStretch(1, 1)
            self.fill(line)
        self.fill(None)
        self.push_right()
        self.go = self.add_button(tr("Begin"), self.ready.emit, is_primary=True)


class NamePage(Sheet):
    """What this device is called, and how its key is kept."""

    named = Signal(str)
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entitle(
            tr("What is this device called?"),
            tr("Your other devices show it under this name. You can change it at any time."),
        )
        self.name = QLineEdit()
        self.name.setMaxLength(NAME_MAX)
        self.name.setAccessibleName(tr("Name of this device"))
        self.name.textChanged.connect(self._typed)
        self.told = label("", wraps=True)
        self.told.setProperty("tone", "bad")
        self.key = Notice("lock", "accent")
        self.fill(column(self.name, self.told), self.key, None)
        self.add_button(tr("Back"), self.back_wanted.emit)
        self.push_right()
        self.go = self.add_button(tr("Next"), self._go, is_primary=True)
        self.name.returnPressed.connect(self.go.click)

    def begin(self, name: str, keystore: str | None) -> None:
        """Show this name to begin with, and who keeps the key: keyring or passphrase."""
        self.name.setText(name)
        self.name.selectAll()
        self.name.setFocus()
        self.key.show_notice("lock", "ok", key_kept_by(keystore))

    def show_trouble(self, text: str) -> None:
        """Say what is wrong with the name."""
        self.told.setText(text)
        self.go.setEnabled(True)

    def _typed(self) -> None:
        self.told.setText("")
        self.go.setEnabled(bool(self.name.text().strip()))

    def _go(self) -> None:
        self.go.setEnabled(False)
        self.named.emit(self.name.text().strip())


class FamilyPage(Sheet):
    """A new family, or one that exists."""

    chosen = Signal(str)
    """NEW or JOIN."""
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entitle(
            tr("Is AICO on another device already?"),
            tr("All devices that share one AICO are a family."),
        )
        self.ways = Choices()
        self.ways.add(
            NEW,
            tr("No, this is the first one"),
            tr("It begins a new family; you can invite other devices afterwards."),
        )
        self.ways.add(
            JOIN,
            tr("Yes, join its family"),
            tr("You read the invitation that the other device shows."),
        )
        self.ways.choose(NEW)
        self.ways.focus_chosen()
        self.fill(self.ways, None)
        self.add_button(tr("Back"), self.back_wanted.emit)
        self.push_right()
        self.go = self.add_button(tr("Next"), self._go, is_primary=True)

    def _go(self) -> None:
        self.chosen.emit(self.ways.key or NEW)


def promises() -> tuple[tuple[str, str, str], ...]:
    """Icon, title and sentence of what AICO mesh does."""
    return (
        (
            "devices",
            tr("It goes with you"),
            tr("Conversations, memories and mood are the same on each of your devices."),
        ),
        (
            "lock",
            tr("It stays with you"),
            tr("Your devices talk to each other directly and encrypted; there is no cloud."),
        ),
        (
            "shield",
            tr("You decide"),
            tr("You say which device may know what, and forgotten stays forgotten."),
        ),
    )


def key_kept_by(keystore: str | None) -> str:
    """How what is stored here is closed."""
    match keystore:
        case "keyring":
            return tr(
                "All that AICO knows is stored encrypted on this device. The keyring of this "
                "computer keeps the key."
            )
        case "passphrase":
            return tr(
                "All that AICO knows is stored encrypted on this device. Your passphrase opens "
                "it."
            )
        case _:
            return tr("All that AICO knows is stored encrypted on this device.")
