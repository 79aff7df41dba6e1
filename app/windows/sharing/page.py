"""The page itself: for whom, then what goes there, how far back, what is private."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app import theme
from app.theme.tokens import CLOSE, TIGHT
from app.widgets.cards import Notice
from app.widgets.labels import label, say
from app.widgets.layout import column, in_order, row
from app.widgets.select import Select
from app.widgets.setting import Panel
from app.windows.page import ScrolledPage
from app.windows.rights import hindrance
from app.windows.sharing import tags, words
from app.windows.sharing.change import (
    LEVELS,
    TAGS,
    WINDOW,
    Change,
    device,
    outcome,
    values,
    way_back,
)
from app.windows.sharing.deciding import Deciding
from app.windows.sharing.foot import Foot
from app.windows.sharing.knowing import Knowing
from app.windows.sharing.lines import DAYS, SelectLine, SwitchLine
from app.windows.sharing.lines import LEVELS as REACHES
from app.windows.sharing.own import OwnFile, OwnShare
from app.wording import tr
from mesh.model.device import Trust
from mesh.model.policy import FAMILY
from mesh.wishes import Policy, PolicyShown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.viewstate import Asked, ViewState, Wisher
    from app.windows.sharing.lines import Line

WHOM_WIDTH = 300
FRESH_S = 15.0
"""So long what counts is not asked for again: another device may have chosen meanwhile."""


class SharingPage(ScrolledPage):
    """Shows what counts, and changes it on a device that manages the family."""

    key = "sharing"

    def __init__(self, wisher: Wisher) -> None:
        super().__init__(wisher)
        self._state: ViewState | None = None
        self._shown: PolicyShown | None = None
        self._asked: Asked | None = None
        self._asked_for: tuple[float, object] | None = None
        self.target = Select()
        self.target.setAccessibleName(tr("For whom"))
        self.target.activated.connect(lambda _: self._show())
        self.means = label(kind="mute", wraps=True)
        self.limits, self.foot = Notice("info", "accent"), Foot()
        self.deciding, self.knowing = Deciding(wisher, self), Knowing(wisher)
        self.switches = {key: SwitchLine(key) for key in words.SWITCHES}
        self.selects = {
            "privacy_levels": SelectLine("privacy_levels", REACHES),
            WINDOW: SelectLine(WINDOW, DAYS),
        }
        self.lines: dict[str, Line] = {
            **self.switches,
            **self.selects,
        }
        self._places: dict[str, QWidget] = {}
        self.tags, self.file, self.share = tags.Tags(), OwnFile(), OwnShare()
        self._choices = self._make_panels()
        self._back: Change | None = None
        self._lay_out()
        self._follow()

    def _make_panels(self) -> list[QWidget]:
        kinds = Panel(tr("What goes there"))
        reach = Panel(tr("How much of it"))
        for key, line in self.lines.items():
            panel = kinds if key in words.SWITCHES else reach
            self._places[key] = panel.add(line, has_line=key != "mood_reasons")
        self.lines["mood_reasons"].hide_tile()
        return [kinds, reach]

    def _lay_out(self) -> None:
        lead = tr(
            "What goes from one device to another. A guest gets nothing, whatever is chosen."
        )
        head = column(label(tr("Sharing"), "h1"), label(lead, "mute", wraps=True), gap=TIGHT)
        self.target.setMinimumWidth(theme.scaled(WHOM_WIDTH))
        self.target.setMaximumWidth(theme.scaled(WHOM_WIDTH))
        whom = row(label(tr("For whom"), "name"), self.target, None, gap=CLOSE)
        self.body.addLayout(head)
        self.limits.hide()
        self.body.addWidget(self.limits)
        self._whom = QWidget()
        self._whom.setLayout(column(whom, self.means, self.knowing.text, gap=TIGHT))
        self._whom.hide()
        self.body.addWidget(self._whom)
        for part in (self.share, *self._choices, self.tags, self.file):
            part.hide()
            self.body.addWidget(part)
        self.body.addStretch(1)
        outer = self.layout()
        if outer is not None:
            outer.addWidget(self.foot)

    def _follow(self) -> None:
        for key, line in self.lines.items():
            line.wanted.connect(lambda value, key=key: self._want(key, value))
        self.tags.added.connect(self._add_tag)
        self.tags.removed.connect(self._remove_tag)
        self.deciding.counting.connect(self._begin_counting)
        self.deciding.done.connect(self._done)
        self.deciding.failed.connect(self.foot.say_trouble)
        self.deciding.ended.connect(self._ended)

    # ---- what counts -------------------------------------------------------------------------

    @override
    def opened(self) -> None:
        self._asked_for = None
        if self._state is not None:
            self._ask(self._state, 0.0)

    @override
    def show_state(self, state: ViewState, now: float) -> None:
        self._state = state
        self._ask(state, now)
        self._show()

    def _ask(self, state: ViewState, now: float) -> None:
        """Ask what counts when it may be something else by now."""
        about = tuple((one.device.device_id, one.device.trust) for one in state.devices)
        known = self._asked_for
        is_fresh = known is not None and known[1] == about and now - known[0] < FRESH_S
        if is_fresh or self.deciding.is_under_way:
            return
        self._asked_for = (now, about)
        if self._asked is not None:
            self._asked.cancel()
        self._asked = self.wisher.wish(Policy(), done=self._take, failed=self.foot.say_trouble)

    def _take(self, answer: object) -> None:
        if isinstance(answer, PolicyShown) and not self.deciding.is_under_way:
            self._shown = answer
            self._show()

    # ---- showing -----------------------------------------------------------------------------

    @property
    def _target(self) -> str:
        return str(self.target.currentData() or FAMILY)

    def _show(self) -> None:
        state, shown = self._state, self._shown
        if state is None or shown is None:
            return
        own = state.this.device.trust if state.this else None
        is_full = own is Trust.FULL
        self._show_targets(shown)
        why_not = "" if shown.may_choose else hindrance(state)
        self._show_limits(why_not)
        for part in (self._whom, *self._choices):
            part.setVisible(is_full)
        self.share.show_choice(shown, own)
        self.file.show_choice(shown, state.me.profile if state.me else None)
        self.tags.setVisible(is_full and self._target == FAMILY)
        if is_full:
            self._show_choices(shown, why_not)
        self._put_in_order()

    def _put_in_order(self) -> None:
        """The Tab key goes as one reads: lines and tags come and go."""
        lines = [one for line in self.lines.values() for one in (line.back, line.control)]
        crosses = [chip.cross for chip in self.tags.chips.values()]
        notices = [one.action for one in self.foot.notices]
        in_order(
            self.target, *lines, *crosses, self.tags.field, self.tags.add,
            self.file.show_folder, *notices,
        )  # fmt: skip

    def _show_choices(self, shown: PolicyShown, why_not: str) -> None:
        target, counts = self._target, values(shown, self._target)
        say(self.means, words.whom_means(shown, target))
        self.knowing.show_device(device(shown, target))
        for key, line in self.lines.items():
            line.show_choice(shown, target, why_not or _idle(key, counts))
            self._places[key].setVisible(self._fits(key, shown))
        self.tags.show_choice(shown, why_not)

    def _fits(self, key: str, shown: PolicyShown) -> bool:
        """Whether a choice means anything for the target."""
        one = device(shown, self._target)
        level = str(one.trust) if one else self._target
        return key != "private_to_own_devices" or level != Trust.LIMITED

    def _show_targets(self, shown: PolicyShown) -> None:
        own = self._state.this.device.device_id if self._state and self._state.this else ""
        devices = [
            one.device_id
            for one in shown.devices
            if one.device_id != own and one.trust is not Trust.GUEST
        ]
        wanted = [(words.whom(shown, one), one) for one in (FAMILY, *LEVELS, *devices)]
        offered = [
            (self.target.itemText(place), self.target.itemData(place))
            for place in range(self.target.count())
        ]
        if offered != wanted:
            before = self._target
            self.target.clear()
            for name, one in wanted:
                self.target.addItem(name, one)
            self.target.setCurrentIndex(max(0, self.target.findData(before)))

    def _show_limits(self, why_not: str) -> None:
        self.limits.setVisible(bool(why_not))
        if why_not:
            self.limits.show_notice("info", "accent", why_not)

    # ---- changing ----------------------------------------------------------------------------

    def _want(self, key: str, value: str) -> None:
        self._begin(Change(self._target, key, value))

    def _begin(self, change: Change) -> None:
        if self._shown is None or self.deciding.is_under_way:
            return
        self.foot.end_trouble()
        own = self._state.this.device.device_id if self._state and self._state.this else None
        self.deciding.begin(change, self._shown, own)

    def _add_tag(self, tag: str, whole: str) -> None:
        self.foot.end_trouble()
        self.deciding.begin_with(Change(FAMILY, TAGS, whole), tags.adding(tag, self))

    def _remove_tag(self, whole: str) -> None:
        self.foot.end_trouble()
        self.deciding.begin_with(Change(FAMILY, TAGS, whole))

    def _begin_counting(self) -> None:
        self.foot.begin_counting(self.deciding.cancel)

    def _done(self, change: Change, answer: PolicyShown) -> None:
        before, self._shown = self._shown, answer
        if change.key == TAGS:
            self.tags.clear()
        if before is None or change == self._back:
            self._back = None
            self.foot.end_undo()
            return
        self._back = way_back(before, change)
        text = words.changed(answer, change.target, change.key, outcome(answer, change))
        self.foot.offer_undo(text, self._undo)

    def _undo(self) -> None:
        if self._back is not None:
            self.deciding.begin_with(self._back)

    def _ended(self) -> None:
        self.foot.end_counting()
        self._show()


def _idle(key: str, counts: Mapping[str, str]) -> str:
    """Why a choice has no meaning as long as another one stands."""
    if key == "mood_reasons" and counts.get("emotional_awareness") == "off":
        return tr("Only where the mood goes.")
    return ""
