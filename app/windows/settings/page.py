"""The page itself: this computer, what is kept here, history, versions and the end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu
from typing_extensions import override

from app.theme.tokens import NEAR
from app.widgets.buttons import Button
from app.widgets.labels import label
from app.widgets.setting import Panel, Setting
from app.windows.lists.transfer import Transfer
from app.windows.page import ScrolledPage
from app.windows.settings.about import About
from app.windows.settings.backup import Backups
from app.windows.settings.keeping import Keeping
from app.windows.settings.machine import Machine
from app.wording import tr

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from app.desktop.autostart import Autostart
    from app.viewstate import ViewState, Wisher

TRANSFER_EDGES = (20, NEAR, 20, NEAR)


class History(Panel):
    """What was said and kept, in and out of files."""

    def __init__(self, wisher: Wisher) -> None:
        super().__init__(tr("History"))
        self.transfer = Transfer(wisher, TRANSFER_EDGES)
        self.take_in = Button(tr("Import…"), icon="import", on_click=self._import)
        self.give_out = Button(tr("Export…"), icon="export")
        self.menu = QMenu(self.give_out)
        for kind, text, name in (
            ("conversations", tr("Conversations"), tr("conversations")),
            ("memories", tr("Memories"), tr("memories")),
            ("all", tr("Everything"), tr("everything")),
        ):
            self.menu.addAction(text, partial(self._export, kind, f"{name}.jsonl"))
        self.give_out.setMenu(self.menu)
        self.add(
            Setting(
                "import", tr("Bring it in"),
                tr(
                    "What you have said elsewhere, from a file of AICO or an export of "
                    "ChatGPT; what is known is not doubled."
                ),
                self.take_in, is_wide=True,
            )
        )  # fmt: skip
        self.add(
            Setting(
                "export", tr("Take it with you"),
                tr("As a file that anybody can read who has it: it is not encrypted."),
                self.give_out, is_wide=True,
            )
        )  # fmt: skip
        self.add(self.transfer, has_line=False)

    def _import(self) -> None:
        if not self.transfer.is_under_way:
            self.transfer.ask_import()

    def _export(self, kind: str, name: str) -> None:
        if not self.transfer.is_under_way:
            self.transfer.ask_export(kind, name)


class SettingsPage(ScrolledPage):
    """``kept``: what is remembered of windows; ``start``: how it starts with the session."""

    key = "settings"
    recovery_wanted = Signal()
    quit_wanted = Signal()

    def __init__(
        self, wisher: Wisher, kept: QSettings | None = None, start: Autostart | None = None
    ) -> None:
        super().__init__(wisher)
        self.machine, self.keeping = Machine(wisher, kept, start), Keeping()
        self.history, self.about = History(wisher), About()
        self.backups = Backups(wisher)
        self.keeping.recovery_wanted.connect(self.recovery_wanted)
        self.about.quit_wanted.connect(self.quit_wanted)
        self.body.addWidget(label(tr("Settings"), "h1"))
        for panel in (self.machine, self.keeping, self.backups, self.history, self.about):
            self.body.addWidget(panel)
        self.body.addStretch(1)

    @override
    def opened(self) -> None:
        self.machine.thrift.look()

    @override
    def show_state(self, state: ViewState, now: float) -> None:
        self.machine.show_state()
        self.backups.show_last(state.backed_up_at, now)
        self.keeping.setVisible(state.me is not None)
        if state.me is not None:
            self.keeping.show_status(state.me)
