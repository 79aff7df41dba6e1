"""The devices of the family: their cards at the left, the chosen one at the right.

Where the window is narrow, one of the two is shown at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from app import theme
from app.theme.tokens import CLOSE, EDGE, GAP
from app.widgets.buttons import Button
from app.widgets.cards import Empty
from app.widgets.device_card import DeviceCard
from app.widgets.labels import label, restyle, say
from app.widgets.layout import in_order, row
from app.windows.devices.detail import Detail
from app.windows.page import Page
from app.windows.rights import hindrance
from app.wording import tr, trn

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.viewstate import ViewState, Wisher

WIDE = 780
"""From this width on both sides are shown."""
LIST_WIDTH = 332
DETAIL_MAX = 720
OUTER = EDGE + 4
QWIDGETSIZE_MAX = (1 << 24) - 1
"""Qt's own; PySide6 does not tell it."""


class DevicesPage(Page):
    """Everything about devices; ``pair_wanted`` and ``recovery_wanted`` open other windows."""

    key = "devices"
    pair_wanted = Signal()
    recovery_wanted = Signal()

    def __init__(self, wisher: Wisher) -> None:
        super().__init__(wisher)
        self._state: ViewState | None = None
        self._chosen: str | None = None
        self._now = 0.0
        self.cards: dict[str, DeviceCard] = {}
        self.pair = Button(
            tr("Pair a device…"), look="primary", icon="plus", on_click=self.pair_wanted.emit
        )
        self.count = label(kind="small")
        self.empty = Empty(
            "devices",
            tr("Only this device so far"),
            tr("Pair another one and AICO is the same on both, without any cloud."),
        )
        self._list = QVBoxLayout()
        self._list.setSpacing(CLOSE)
        self.detail = Detail(wisher)
        self.detail.setMaximumWidth(theme.scaled(DETAIL_MAX))
        self.detail.back_wanted.connect(self._back)
        self.detail.recovery_wanted.connect(self.recovery_wanted)
        self._left = _scrolled(self._lay_out_list())
        self._right = _scrolled(self.detail)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._left)
        whole.addWidget(self._right, 1)

    @override
    def opened(self) -> None:
        self.detail.getting.refresh()
        self._show_detail()

    def _lay_out_list(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(row(label(tr("Devices"), "h1"), None, self.count, gap=CLOSE))
        column.addWidget(self.pair)
        column.addLayout(self._list)
        column.addWidget(self.empty)
        column.addStretch(1)
        return side

    # ---- the state ---------------------------------------------------------------------------

    @override
    def show_state(self, state: ViewState, now: float) -> None:
        self._state, self._now = state, now
        known = {one.device.device_id for one in state.devices}
        for gone in self.cards.keys() - known:
            self._drop(gone)
        for place, view in enumerate(state.devices):
            card = self.cards.get(view.device.device_id)
            if card is None:
                card = DeviceCard(view, now, is_narrow=True)
                card.chosen.connect(self.choose)
                self.cards[view.device.device_id] = card
            else:
                card.show_view(view, now)
            if self._list.indexOf(card) != place:
                self._list.insertWidget(place, card)
                card.show()
        in_order(self.pair, *(self.cards[one.device.device_id] for one in state.devices))
        reached = sum(one.device.connected for one in state.others)
        total = len(state.others)
        counted = trn("{here} of {n} nearby", "{here} of {n} nearby", total, here=reached)
        say(self.count, counted if total else "")
        self.empty.setVisible(not total)
        self._show_who_may_pair(state)
        if self._chosen not in known:
            self._chosen = None
        self._show_detail()

    def _show_who_may_pair(self, state: ViewState) -> None:
        why_not = hindrance(state) if state.others else ""
        self.pair.setEnabled(not why_not)
        self.pair.setToolTip(why_not)
        self.pair.setAccessibleDescription(why_not)

    def _drop(self, device: str) -> None:
        card = self.cards.pop(device)
        self._list.removeWidget(card)
        card.hide()
        card.deleteLater()

    # ---- the chosen one ----------------------------------------------------------------------

    def choose(self, device: str) -> None:
        """Show all about this device."""
        self._chosen = device
        self._show_detail()
        self._right.verticalScrollBar().setValue(0)
        if not self._is_wide():
            self.detail.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _back(self) -> None:
        card = self.cards.get(self._chosen or "")
        self._chosen = None
        self._show_detail()
        if card is not None:
            card.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_detail(self) -> None:
        shown = self._chosen
        if shown is None and self._is_wide() and self._state and self._state.devices:
            shown = self._state.devices[0].device.device_id
        for device, card in self.cards.items():
            restyle(card, chosen=device == shown and self._is_wide())
        for view in self._state.devices if self._state else ():
            if view.device.device_id == shown and self._state is not None:
                self.detail.show_device(view, self._state, self._now)
        self._arrange(is_detail=shown is not None)

    def _arrange(self, *, is_detail: bool) -> None:
        wide = self._is_wide()
        self.detail.back.setVisible(not wide)
        self._left.setVisible(wide or not is_detail)
        self._right.setVisible(is_detail)
        if wide:
            self._left.setFixedWidth(theme.scaled(LIST_WIDTH))
        else:
            self._left.setMinimumWidth(0)
            self._left.setMaximumWidth(QWIDGETSIZE_MAX)
        _inset(self._left, right=CLOSE if wide else OUTER)
        _inset(self._right, left=CLOSE if wide else OUTER)

    def _is_wide(self) -> bool:
        return self.width() >= theme.scaled(WIDE)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        was_wide = event.oldSize().width() >= theme.scaled(WIDE)
        if was_wide != self._is_wide():
            self._show_detail()


def _inset(area: QScrollArea, *, left: int = OUTER, right: int = OUTER) -> None:
    inner = area.widget()
    layout = inner.layout() if inner is not None else None
    if layout is not None:
        layout.setContentsMargins(left, EDGE, right, EDGE)


def _scrolled(content: QWidget) -> QScrollArea:
    inner = QWidget()
    layout = QHBoxLayout(inner)
    layout.addWidget(content, 1)
    layout.addStretch(0)
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    return area
