"""How the application behaves on this computer: its start, its language, what it has said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.desktop.autostart import AutostartRefused
from app.widgets.buttons import Button
from app.widgets.labels import label, say
from app.widgets.select import Select
from app.widgets.setting import Panel, Setting
from app.widgets.switch import Switch
from app.windows.kept import LANGUAGE, STAYS, TOLD_OF_TRAY
from app.windows.settings.sparing import Thrift
from app.wording import sentence, tr
from app.wording.language import LANGUAGES

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from app.desktop.autostart import Autostart
    from app.viewstate import Wisher

NAMES = {"en": "English", "de": "Deutsch"}
"""Each in itself, so that whoever does not understand the page finds it."""
SYSTEM = ""


class Starting(Setting):
    """Whether the application starts with the session."""

    def __init__(self, start: Autostart | None) -> None:
        self._start = start
        self.switch = Switch(tr("Start with this computer"))
        super().__init__(
            "play",
            tr("Start with this computer"),
            tr("AICO mesh begins in the background when you log in, and stays up to date."),
            self.switch,
        )
        self.trouble = label(wraps=True)
        self.trouble.setProperty("tone", "bad")
        self.trouble.hide()
        self.foot.addWidget(self.trouble)
        self.switch.toggled.connect(self._turn)

    def show_state(self) -> None:
        """The icon's menu can change it too."""
        is_on = self._start is not None and self._start.is_on()
        self.switch.show_state(is_on)
        self.tile.show_state("play", "accent" if is_on else "off")

    def _turn(self, is_on: bool) -> None:
        if self._start is None:
            return
        self.trouble.hide()
        try:
            (self._start.turn_on if is_on else self._start.turn_off)()
        except AutostartRefused as error:
            say(self.trouble, sentence(error))
            self.trouble.show()
        self.show_state()


class Speaking(Setting):
    """The language of the windows; it holds from the next start on."""

    def __init__(self, kept: QSettings | None) -> None:
        self._kept = kept
        self.select = Select()
        self.select.setAccessibleName(tr("Language"))
        super().__init__(
            "conversation", tr("Language"),
            tr("Of the windows. A terminal speaks the language that it asks for."),
            self.select, is_wide=True,
        )  # fmt: skip
        self.select.addItem(tr("As the system"), SYSTEM)
        for one in LANGUAGES:
            self.select.addItem(NAMES[one], one)
        chosen = "" if kept is None else str(kept.value(LANGUAGE, SYSTEM))
        self.select.setCurrentIndex(max(0, self.select.findData(chosen)))
        self._spoken = self.select.currentData()
        self.later = label(tr("From the next start of AICO mesh on."), wraps=True)
        self.later.setProperty("tone", "warn")
        self.later.hide()
        self.foot.addWidget(self.later)
        self.select.activated.connect(self._choose)

    def _choose(self, _: int) -> None:
        chosen = self.select.currentData()
        if self._kept is not None:
            if chosen == SYSTEM:
                self._kept.remove(LANGUAGE)
            else:
                self._kept.setValue(LANGUAGE, chosen)
        self.later.setVisible(chosen != self._spoken)


class Telling(Setting):
    """What was said once can be said once more."""

    def __init__(self, kept: QSettings | None) -> None:
        self._kept = kept
        self.again = Button(tr("Say it again"), on_click=self._forget)
        super().__init__(
            "info", tr("What is said once"),
            tr("What closing the window means is said the first time, and then no more."),
            self.again, is_wide=True,
        )  # fmt: skip

    def show_state(self) -> None:
        """Whether anything was said."""
        self.again.setEnabled(self._was_told())

    def _was_told(self) -> bool:
        kept = self._kept
        return kept is not None and any(kept.contains(one) for one in (TOLD_OF_TRAY, STAYS))

    def _forget(self) -> None:
        if self._kept is not None:
            for one in (TOLD_OF_TRAY, STAYS):
                self._kept.remove(one)
        self.show_state()


class Machine(Panel):
    """All of them."""

    def __init__(self, wisher: Wisher, kept: QSettings | None, start: Autostart | None) -> None:
        super().__init__(tr("This computer"))
        self.thrift = Thrift(wisher)
        self.starting, self.speaking = Starting(start), Speaking(kept)
        self.telling = Telling(kept)
        for one in (self.starting, self.thrift, self.speaking, self.telling):
            if one is not self.starting or start is not None:
                self.add(one)

    def show_state(self) -> None:
        """As it is now."""
        self.starting.show_state()
        self.telling.show_state()
