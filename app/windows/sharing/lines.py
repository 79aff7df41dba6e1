"""The lines of the page: each shows one choice for a target and says what is wanted of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from typing_extensions import override

from app.widgets.buttons import Button
from app.widgets.labels import label, say
from app.widgets.layout import row
from app.widgets.select import Select
from app.widgets.setting import Setting
from app.widgets.switch import Switch
from app.windows.devices.sections import explain
from app.windows.sharing import words
from app.windows.sharing.change import ALL, device, is_chosen, others_than, restrictions, values
from app.wording import tr
from mesh.model.choices import choice
from mesh.model.device import Trust
from mesh.model.policy import FAMILY, INHERIT

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from mesh.wishes import PolicyShown

DAYS = ("0", "3", "7", "14", "30", "90", "365", ALL)
LEVELS = ("public, family", "public", "none")


class Line(Setting):
    """One choice. ``wanted`` tells a value; ``INHERIT`` takes the choice back."""

    wanted = Signal(str)

    def __init__(self, key: str, control: QWidget, *, is_wide: bool = False) -> None:
        super().__init__(
            words.ICONS[key], words.title(key), words.meaning(key), control, is_wide=is_wide
        )
        self.key = key
        self.control = control
        control.setAccessibleDescription(words.meaning(key))
        self.own = label(kind="small", wraps=True)
        self.own.setProperty("tone", "warn")
        self.note = label(kind="small", wraps=True)
        self.back = Button(look="link", on_click=lambda: self.wanted.emit(INHERIT))
        self.foot.addWidget(self.own)
        self.foot.addWidget(self.note)
        self.back.setProperty("flush", True)
        self.foot.addLayout(row(self.back, None))

    def show_choice(self, shown: PolicyShown, target: str, why_not: str) -> None:
        """What counts for this target; ``why_not``: why it cannot be chosen here and now."""
        value = values(shown, target).get(self.key, "")
        self.show_value(value)
        is_on = value not in {"off", "none"}
        self.tile.show_state(words.ICONS[self.key], "accent" if is_on else "off")
        one = device(shown, target)
        is_full = (str(one.trust) if one else target) == Trust.FULL
        self.show_meaning(words.meaning(self.key, is_full=is_full))
        self.control.setEnabled(not why_not)
        explain(why_not or self.meaning.text(), self.control)
        self._show_own(shown, target, value)
        self._show_note(shown, target)
        self._show_back(shown, target, may=not why_not)

    def show_value(self, value: str) -> None:
        """What the control shows."""
        raise NotImplementedError

    def _show_own(self, shown: PolicyShown, target: str, value: str) -> None:
        """Where this device's own file gives less."""
        one = choice(self.key)
        given = [
            text
            for text in restrictions(shown, target, self.key)
            if value and one.stricter(one.read(value), one.read(text)) != one.read(value)
        ]
        read = words.value(self.key, given[-1]) if given else ""
        say(
            self.own,
            tr("This device gives less, by its own settings file: {value}.", value=read)
            if given
            else "",
        )
        self.own.setVisible(bool(given))

    def _show_note(self, shown: PolicyShown, target: str) -> None:
        names = [words.whom(shown, one) for one in others_than(shown, target, self.key)]
        listed = ", ".join(names)
        say(self.note, tr("Chosen otherwise for: {names}.", names=listed) if names else "")
        self.note.setVisible(bool(names))

    def _show_back(self, shown: PolicyShown, target: str, *, may: bool) -> None:
        text = words.above(shown, target)
        if self.back.text() != text:
            self.back.setText(text)
        self.back.setAccessibleName(f"{words.title(self.key)}: {text}")
        chosen = is_chosen(shown, target, self.key)
        self.back.setVisible(target != FAMILY and chosen and may)


class SwitchLine(Line):
    """On or off."""

    def __init__(self, key: str) -> None:
        self.switch = Switch(words.title(key))
        super().__init__(key, self.switch)
        self.switch.toggled.connect(lambda is_on: self.wanted.emit("on" if is_on else "off"))

    @override
    def show_value(self, value: str) -> None:
        """On or off."""
        self.switch.show_state(value == "on")


class SelectLine(Line):
    """One of several values; an unusual one is in the list while it counts."""

    def __init__(self, key: str, usual: tuple[str, ...]) -> None:
        self.select = Select()
        self.select.setAccessibleName(words.title(key))
        self.select.setSizeAdjustPolicy(Select.SizeAdjustPolicy.AdjustToContents)
        super().__init__(key, self.select, is_wide=True)
        self._usual = usual
        self._value: str | None = None
        self.select.activated.connect(self._want)

    @override
    def show_value(self, value: str) -> None:
        """Choose it in the list."""
        self._value = value
        offered = [self.select.itemData(place) for place in range(self.select.count())]
        wanted = list(self._usual)
        if value and value not in wanted:
            wanted.insert(0, value)
        if offered != wanted:
            self.select.clear()
            for one in wanted:
                self.select.addItem(words.value(self.key, one), one)
        self.select.setCurrentIndex(self.select.findData(value))

    def _want(self, _: int) -> None:
        chosen = self.select.currentData()
        if chosen != self._value:
            self.wanted.emit(chosen)
