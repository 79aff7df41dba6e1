"""The page itself: hero, what needs attention, kinds, mood, devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout
from typing_extensions import override

from app.theme.tokens import NEAR
from app.viewstate import Attention, AttentionKind
from app.widgets.cards import Card, Empty, Notice
from app.widgets.device_card import DeviceCard
from app.widgets.flow import Tiles
from app.widgets.labels import Line, label, say
from app.widgets.layout import column, in_order, row
from app.widgets.marks import Dot, Tile
from app.windows.companion import meeting, words
from app.windows.companion.hero import Hero
from app.windows.companion.mood import MoodCard
from app.windows.page import ScrolledPage
from app.windows.settling import Banner
from app.wording import sentence, tr, trn
from mesh.wishes import BetweenUs, Sync

if TYPE_CHECKING:
    from app.viewstate import ViewState, Wisher
    from mesh.errors import MeshError

ICONS = {"conversation": "conversation", "memory": "memory", "mood": "mood"}
SHAPES = {"ok": Dot.FULL, "warn": Dot.HALF}
NOTICES = {
    AttentionKind.RECOVERY: ("key", "warn"),
    AttentionKind.DISK: ("disk", "bad"),
    AttentionKind.CLOCK: ("clock", "warn"),
    AttentionKind.LONG_AWAY: ("info", "warn"),
    AttentionKind.REMOVED: ("warning", "bad"),
    AttentionKind.MEETING: ("devices", "accent"),
    AttentionKind.SPARING: ("clock", "accent"),
}


class KindCard(Card):
    """One kind of content: how far it is the same everywhere."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._tile = Tile(ICONS.get(kind, "info"), "off", 36)
        self._dot = Dot()
        self._state = Line(kind="small")
        self._name = words.kind_name(kind)
        state = row(self._dot, self._state, gap=6)
        state.setStretch(1, 1)
        text = column(Line(self._name, "name"), state, gap=1)
        layout = row(self._tile, text, gap=11, edges=(13, 11, 10, 11))
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._kind = kind

    def show_look(self, look: words.Look) -> None:
        """Show how far it is."""
        self._tile.show_state(ICONS.get(self._kind, "info"), look.tone)
        self._dot.show_state(look.tone, SHAPES.get(look.tone, Dot.HOLLOW))
        say(self._state, look.words)
        self.setAccessibleName(f"{self._name}: {look.words}")


class CompanionPage(ScrolledPage):
    """Shows a ``ViewState``."""

    key = "companion"
    pair_wanted = Signal()
    recovery_wanted = Signal()
    device_chosen = Signal(str)

    def __init__(self, wisher: Wisher) -> None:
        super().__init__(wisher)
        self.hero = Hero(wisher)
        self.hero.pair_wanted.connect(self.pair_wanted)
        self.hero.failed.connect(self.say_trouble)
        self.trouble = Notice("warning", "bad")
        self.trouble.hide()
        self.banner = Banner()
        self.notices: dict[object, Notice] = {}
        self._notices = QVBoxLayout()
        self._notices.setSpacing(NEAR)
        self._kinds: dict[str, KindCard] = {}
        self._kind_tiles = Tiles(least=190, most_columns=4)
        self.mood = MoodCard(wisher)
        self._heading = label(tr("Your devices"), "h2")
        self._count = label(kind="small")
        self.cards: dict[str, DeviceCard] = {}
        self._devices = Tiles(least=330, most_columns=2, always=2)
        self.empty = Empty(
            "devices",
            tr("No other device yet"),
            tr(
                "Install AICO mesh on your phone, laptop or home server and pair it here. "
                "Both devices show the same seven pictures; that is all it takes."
            ),
        )
        self._lay_out()

    def _lay_out(self) -> None:
        self.body.addWidget(self.hero)
        self.body.addWidget(self.trouble)
        self.body.addWidget(self.banner)
        self.body.addLayout(self._notices)
        self.body.addWidget(self._kind_tiles)
        self.body.addWidget(self.mood)
        self.body.addLayout(row(self._heading, self._count, None, gap=10, edges=(2, 4, 0, 0)))
        self.body.addWidget(self._devices)
        self.body.addWidget(self.empty)
        self.body.addStretch(1)

    @override
    def show_state(self, state: ViewState, now: float) -> None:
        self.hero.show_state(state, now)
        self._show_notices(state)
        self._show_kinds(state)
        self.mood.show_state(state, now)
        self._show_devices(state, now)
        cards = [self.cards[one.device.device_id] for one in state.others]
        in_order(self.mood.steps[-1], *cards)

    def _show_kinds(self, state: ViewState) -> None:
        for view in state.kinds:
            if view.kind not in self._kinds:
                self._kinds[view.kind] = KindCard(view.kind)
            self._kinds[view.kind].show_look(words.kind_standing(view, state))
        self._kind_tiles.show_all([self._kinds[view.kind] for view in state.kinds])

    def _show_devices(self, state: ViewState, now: float) -> None:
        others = state.others
        for view in others:
            card = self.cards.get(view.device.device_id)
            if card is None:
                card = self.cards[view.device.device_id] = DeviceCard(view, now)
                card.chosen.connect(self.device_chosen)
            card.show_view(view, now)
        here = {view.device.device_id for view in others}
        for gone in [one for one in self.cards if one not in here]:
            self.cards.pop(gone).deleteLater()
        self._devices.show_all([self.cards[view.device.device_id] for view in others])
        connected = sum(view.device.connected for view in others)
        count = trn("{here} of {n} connected", "{here} of {n} connected", len(others),
                    here=connected)  # fmt: skip
        say(self._count, count if others else "")
        self._devices.setVisible(bool(others))
        self.empty.setVisible(not others)

    # ---- what needs attention ----------------------------------------------------------------

    def _show_notices(self, state: ViewState) -> None:
        wanted: list[object] = ["private"] if state.just_between_us else []
        wanted += list(state.attention)
        for gone in [one for one in self.notices if one not in wanted]:
            self.notices.pop(gone).deleteLater()
        for place, one in enumerate(wanted):
            if one not in self.notices:
                self.notices[one] = Notice()
                self._notices.insertWidget(place, self.notices[one])
                self.notices[one].show()
            if isinstance(one, Attention):
                self._show_attention(self.notices[one], one, state)
            else:
                self._show_private(self.notices[one], state)
        actions = [self.notices[one].action for one in wanted]
        first = (self.hero.private, self.trouble.action, self.banner.action)
        in_order(*first, *actions, self.mood.why)

    def _show_attention(self, notice: Notice, one: Attention, state: ViewState) -> None:
        icon, tone = NOTICES[one.kind]
        text = words.attention(one, state)
        device = one.device_id
        if one.kind is AttentionKind.RECOVERY:
            notice.show_notice(icon, tone, text, tr("Write them down…"), self._recover)
        elif one.kind is AttentionKind.REMOVED:
            notice.show_notice(icon, tone, text, tr("Pair a device…"), self.pair_wanted.emit)
        elif one.kind is AttentionKind.DISK and state.me and state.me.profile:
            folder = QUrl.fromLocalFile(state.me.profile)
            notice.show_notice(
                icon,
                tone,
                text,
                tr("Show the folder"),
                lambda: QDesktopServices.openUrl(folder),
            )
        elif one.kind is AttentionKind.MEETING and device is not None:
            notice.show_notice(icon, tone, text, tr("Decide…"), lambda: self._meet(device))
        elif one.kind is AttentionKind.SPARING:
            notice.show_notice(icon, tone, text, tr("Sync now"), self._sync_now)
        elif device is not None:
            notice.show_notice(
                icon, tone, text, tr("Show device"), lambda: self.device_chosen.emit(device)
            )
        else:
            notice.show_notice(icon, tone, text)

    def _meet(self, device: str) -> None:
        meeting.look_at(self.wisher, device, self, self.say_trouble)

    def _sync_now(self) -> None:
        self.wisher.wish(Sync(), failed=self.say_trouble)

    def _recover(self) -> None:
        self.recovery_wanted.emit()

    def _show_private(self, notice: Notice, state: ViewState) -> None:
        text = (
            tr("Just between us: the next conversation stays on this device.")
            if state.private_conversation is None
            else tr("Just between us: this conversation stays on this device until it is over.")
        )
        notice.show_notice("lock", "accent", text, tr("Share again"), self._share_again)

    def _share_again(self) -> None:
        self.wisher.wish(BetweenUs(is_on=False), failed=self.say_trouble)

    def say_trouble(self, error: MeshError) -> None:
        """Say what could not be done."""
        self.trouble.show_notice(
            "warning", "bad", sentence(error), tr("Got it"), self.trouble.hide
        )
        self.trouble.show()
