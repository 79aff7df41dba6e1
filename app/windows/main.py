"""The window of every day: pages at the side, this device below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QMainWindow, QStackedWidget, QWidget
from typing_extensions import override

from app import theme
from app.matters import Matters
from app.theme.tokens import NEAR
from app.viewstate import ViewState
from app.widgets.buttons import Button
from app.widgets.device_card import icon_of
from app.widgets.labels import Line, label, say
from app.widgets.layout import column, row
from app.widgets.marks import Tile
from app.windows.companion import CompanionPage
from app.windows.conversations import ConversationsPage
from app.windows.devices import DevicesPage
from app.windows.memories import MemoriesPage
from app.windows.page import Page
from app.windows.settings import SettingsPage
from app.windows.settling import SettlingDialog
from app.windows.sharing import SharingPage
from app.wording import tr
from mesh.clock import Clock, SystemClock

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtGui import QHideEvent, QShowEvent
    from PySide6.QtWidgets import QHBoxLayout

    from app.desktop.autostart import Autostart
    from app.viewstate import Wisher
    from mesh.messages import News

SIZE = QSize(1120, 780)
SIDE = 208
GEOMETRY, PAGE = "main/geometry", "main/page"
AGE_MS = 20_000
"""How often "2 minutes ago" is looked at again."""
MICRO = 1_000_000


class MainWindow(QMainWindow):
    """Shows every state and piece of news it is given; sends wishes through ``wisher``.

    ``matters``: those that are shown elsewhere too; its own otherwise.
    """

    pair_wanted = Signal()
    recovery_wanted = Signal()
    quit_wanted = Signal()

    def __init__(
        self,
        wisher: Wisher,
        *,
        state: ViewState | None = None,
        kept: QSettings | None = None,
        clock: Clock | None = None,
        start: Autostart | None = None,
        matters: Matters | None = None,
    ) -> None:
        super().__init__()
        self.setWindowTitle("AICO mesh")
        self.setObjectName("ground")
        self._kept, self._clock = kept, clock or SystemClock()
        self._state = state or ViewState()
        self._wisher, self.matters = wisher, matters or Matters(wisher, self)
        self.settling: SettlingDialog | None = None
        self.companion = CompanionPage(wisher)
        self.devices = DevicesPage(wisher)
        self.conversations = ConversationsPage(wisher)
        self.memories = MemoriesPage(wisher)
        self.sharing = SharingPage(wisher)
        self.settings = SettingsPage(wisher, kept, start)
        self.pages: dict[str, Page] = {
            page.key: page
            for page in (
                self.companion, self.conversations, self.memories, self.devices, self.sharing,
                self.settings,
            )
        }  # fmt: skip
        self.buttons: dict[str, Button] = {}
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self._restore()
        self._ages = QTimer(self)
        self._ages.setInterval(AGE_MS)
        self._ages.timeout.connect(self._show)

    # ---- looks -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        for page in self.pages.values():
            self._stack.addWidget(page)
        whole = QWidget()
        whole.setObjectName("ground")
        layout = row(self._make_side(), self._stack, gap=0)
        layout.setStretch(1, 1)
        whole.setLayout(layout)
        self.setCentralWidget(whole)
        self.setMinimumSize(QSize(720, 520))

    def _make_side(self) -> QWidget:
        side = QWidget()
        side.setObjectName("side")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        side.setFixedWidth(theme.scaled(SIDE))
        brand = row(Tile("companion", "accent", 32), label("AICO", "h2"), None, gap=10,
                    edges=(6, 0, 0, 16))  # fmt: skip
        layout = column(brand, gap=3, edges=(14, 20, 14, 16))
        group = QButtonGroup(self)
        names = {
            "companion": tr("Companion"), "conversations": tr("Conversations"),
            "memories": tr("Memories"), "devices": tr("Devices"), "sharing": tr("Sharing"),
            "settings": tr("Settings"),
        }  # fmt: skip
        icons = {"companion": "companion", "conversations": "conversation",
                 "memories": "memory", "devices": "devices",
                 "sharing": "shield", "settings": "settings"}  # fmt: skip
        for number, key in enumerate(self.pages, 1):
            button = self._nav(names[key], icons[key], number, key)
            group.addButton(button)
            self.buttons[key] = button
            layout.addWidget(button)
        layout.addStretch(1)
        layout.addLayout(self._make_own())
        side.setLayout(layout)
        return side

    def _nav(self, name: str, icon: str, number: int, key: str) -> Button:
        button = Button(name, look="nav", icon=icon, on_click=lambda: self.open_page(key))
        button.setCheckable(True)
        button.setToolTip(f"{name} (Ctrl+{number})")
        shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
        shortcut.activated.connect(lambda: self.open_page(key))
        return button

    def _make_own(self) -> QHBoxLayout:
        self._own_tile = Tile("laptop", "off", 34)
        self._own_name = Line(kind="name")
        text = column(self._own_name, label(tr("This device"), "small"), gap=0)
        layout = row(self._own_tile, text, gap=10, edges=(4, NEAR, 0, 0))
        layout.setStretch(1, 1)
        return layout

    def _connect(self) -> None:
        for page in (self.companion, self.devices):
            page.pair_wanted.connect(self.pair_wanted)
            page.recovery_wanted.connect(self.recovery_wanted)
        self.companion.device_chosen.connect(self.open_device)
        self.settings.recovery_wanted.connect(self.recovery_wanted)
        self.settings.quit_wanted.connect(self.quit_wanted)
        self.memories.message_wanted.connect(self.open_message)
        self.conversations.memory_wanted.connect(self.open_memory)

        for told in (self.companion, self.conversations, self.memories):
            told.banner.wanted.connect(self.settle)
        self.matters.changed.connect(self._show_matters)
        self.matters.failed.connect(self.companion.say_trouble)
        self._show_matters()

    # ---- pages -------------------------------------------------------------------------------

    def open_page(self, key: str) -> None:
        """Go to a page."""
        page = self.pages.get(key, self.companion)
        self.buttons[page.key].setChecked(True)
        self.buttons[page.key].setFocus(Qt.FocusReason.OtherFocusReason)
        self._stack.setCurrentWidget(page)
        self._show()
        if self._kept is not None:
            self._kept.setValue(PAGE, page.key)
        page.opened()

    def open_device(self, device_id: str) -> None:
        """Show all about a device."""
        self.open_page(self.devices.key)
        self.devices.choose(device_id)

    def open_message(self, conversation: str, message: str) -> None:
        """Show a message among those around it."""
        self.conversations.show_message(conversation, message)
        self.open_page(self.conversations.key)

    def open_memory(self, memory: str) -> None:
        """Show a memory among those around it."""
        self.memories.show_memory(memory)
        self.open_page(self.memories.key)

    def settle(self) -> None:
        """Ask what only a person can decide."""
        if self.settling is None and self.matters.all:
            now = self._clock.wall() / MICRO
            known = self.matters, self._state.names, now
            self.settling = SettlingDialog(self._wisher, *known, self)
            self.settling.finished.connect(self._settled)
            self.settling.open()

    def _settled(self) -> None:
        self.settling = None

    # ---- what is shown -----------------------------------------------------------------------

    def show_state(self, state: ViewState) -> None:
        """Show this state."""
        self._state = state
        if self.isVisible():
            self._show()

    def take(self, news: list[News]) -> None:
        """The news of a frame."""
        for page in self.pages.values():
            page.take(news)
        self.matters.take(news)

    def _show_matters(self) -> None:
        for page in (self.companion, self.conversations, self.memories):
            page.banner.show_matters(self.matters.all)

    def _show(self) -> None:
        """Only what can be seen: the other pages are given the state when they are opened."""
        now = self._clock.wall() / MICRO
        own = self._state.this
        if own is not None:
            say(self._own_name, own.device.name)
            self._own_tile.show_state(icon_of(own.device), "off")
        page = self._stack.currentWidget()
        if isinstance(page, Page):
            page.show_state(self._state, now)
        if self.isVisible():
            self.matters.look_in_time(now)

    # ---- remembered --------------------------------------------------------------------------

    def _restore(self) -> None:
        self.resize(SIZE)
        kept = self._kept
        if kept is not None and kept.contains(GEOMETRY):
            self.restoreGeometry(kept.value(GEOMETRY))
        self.open_page(str(kept.value(PAGE, "companion")) if kept is not None else "companion")

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self._show()
        self._ages.start()
        super().showEvent(event)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """Closed, or the application ends."""
        self._ages.stop()
        if self._kept is not None:
            self._kept.setValue(GEOMETRY, self.saveGeometry())
        super().hideEvent(event)
