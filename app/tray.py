"""The icon beside the clock and its menu, which is made anew each time it opens.

Its four marks differ by shape as well as by colour; a dot says that a person has to decide
something. Desktops take icons in their own time, or
not at all: ``is_shown`` says whether anybody can see it, ``came`` and ``went`` when that
changes. All that the menu does can be done in the window too.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QSize, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app import wording
from app.desktop.autostart import AutostartRefused
from app.viewstate import ViewState, minutes_until_morning
from app.wording import tr
from mesh.wishes import BetweenUs, Pause, Resume, Sync

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QAction

    from app.desktop.autostart import Autostart
    from app.viewstate import Wisher
    from mesh.clock import Clock
    from mesh.errors import MeshError
    from mesh.wishes import AnyWish

LOOK_FOR_MS, LOOK_AFTER_MS = 2000, 10_000
"""How often a host is looked for, and whether it is still there: both ask the session bus."""
CAUSES_SHOWN = 2
HOUR_MIN = 60.0
MICRO = 1_000_000
SIDES = (16, 22, 24, 32, 44, 48, 64)
"""Pixels: what desktops ask of an icon."""
DOT, DOT_AT, DOT_RADIUS, DOT_GAP = "#6474d0", QPointF(0.79, 0.79), 0.19, 0.07
"""What is to be decided: place and size as shares of the side."""


class Mark(StrEnum):
    """How the companion is, on a few pixels."""

    WELL = "well"
    LIMITED = "limited"
    OFFLINE = "offline"
    PAUSED = "paused"


def mark_of(state: ViewState) -> Mark:
    """Without a node that runs: offline."""
    if state.me is None or state.level == "offline":
        return Mark.OFFLINE
    if state.pause.paused:
        return Mark.PAUSED
    return Mark.WELL if state.level == "full" else Mark.LIMITED


def headline(state: ViewState, now: float) -> str:
    """How the companion is, in a line that fits a menu; ``now`` in Unix seconds."""
    if state.me is None:
        return tr("AICO mesh is starting…")
    if state.pause.paused and state.pause.until is not None:
        return tr("Sharing is paused {until}.", until=wording.until(state.pause.until, now))
    if state.pause.paused:
        return tr("Sharing is paused.")
    return wording.health(state.level, state.causes[:CAUSES_SHOWN], state.names)


class Tray(QObject):
    """The icon. ``notice``: what to say in place of health while no node runs."""

    open_wanted = Signal()
    pair_wanted = Signal()
    decide_wanted = Signal()
    quit_wanted = Signal()
    failed = Signal(object)
    """What was chosen in the menu could not be done (MeshError); not every desktop tells."""
    came = Signal()
    went = Signal()

    def __init__(
        self,
        wisher: Wisher,
        clock: Clock,
        start: Autostart | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._start = start
        self.state = ViewState()
        self.notice: str | None = None
        self.open_count, self._open_told = 0, ""
        self._then: SignalInstance | None = None
        self.menu = QMenu()
        self.menu.aboutToShow.connect(self.rebuild)
        self._pauses: QMenu | None = None
        self._wisher, self._clock = wisher, clock
        self._icon: QSystemTrayIcon | None = None
        self._icons: dict[tuple[Mark, bool], QIcon] = {}
        self._look = QTimer(self)
        self._look.timeout.connect(self._look_for_a_host)

    @property
    def is_shown(self) -> bool:
        """Whether some desktop shows the icon."""
        return self._icon is not None

    def show(self) -> None:
        """Appear, now or as soon as a desktop takes icons."""
        self._look_for_a_host()

    def hide(self) -> None:
        """Disappear for good."""
        self._look.stop()
        self._drop()

    def show_state(self, state: ViewState, notice: str | None = None) -> None:
        """Show how the companion is now."""
        before = self._shown()
        self.state, self.notice = state, notice
        self._follow(before)

    def show_open(self, count: int, told: str) -> None:
        """Show that a person has to decide so much; ``told`` says it in a sentence."""
        before = self._shown()
        self.open_count, self._open_told = count, told
        self._follow(before)

    def _follow(self, before: tuple[object, ...]) -> None:
        if self._shown() != before:
            self._paint()
            if not self.menu.isVisible():
                self.rebuild()

    def tell(self, title: str, text: str, then: SignalInstance | None = None) -> None:
        """Say something beside the icon; ``then`` is emitted, or opened, on a click there."""
        if self._icon is not None:
            self._then = then
            self._icon.showMessage(title, text, self._drawn())

    # ---- the host ----------------------------------------------------------------------------

    def _look_for_a_host(self) -> None:
        """An icon that was made before its host would never be taken."""
        is_there = QSystemTrayIcon.isSystemTrayAvailable()
        if is_there and self._icon is None:
            self._make()
            self.came.emit()
        elif not is_there and self._icon is not None:
            self._drop()
            self.went.emit()
        self._look.start(LOOK_FOR_MS if self._icon is None else LOOK_AFTER_MS)

    def _make(self) -> None:
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(self._read)
        self.rebuild()
        self._paint()
        self._icon.show()

    def _drop(self) -> None:
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None

    def _paint(self) -> None:
        if self._icon is not None:
            self._icon.setIcon(self._drawn())
            told = (self._headline(), self._open_told)
            self._icon.setToolTip("\n".join(one for one in told if one))

    def _drawn(self) -> QIcon:
        look = mark_of(self.state), self.open_count > 0
        if look not in self._icons:
            self._icons[look] = drawn(*look)
        return self._icons[look]

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.open_wanted.emit()

    def _read(self) -> None:
        (self._then or self.open_wanted).emit()

    # ---- the menu ----------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Make the menu anew from the state."""
        menu, state = self.menu, self.state
        menu.clear()
        if self._pauses is not None:
            self._pauses.deleteLater()
            self._pauses = None
        self._add(self._headline(), None)
        menu.addSeparator()
        menu.setDefaultAction(self._add(tr("Open AICO mesh"), self.open_wanted.emit))
        if state.me is not None:
            self._add_decide()
            self._add_sync()
            self._add(tr("Pair a device…"), self.pair_wanted.emit)
            menu.addSeparator()
            self._add_pause()
            self._add_between_us()
        menu.addSeparator()
        self._add_start()
        self._add(tr("Quit"), self.quit_wanted.emit)

    def _shown(self) -> tuple[object, ...]:
        """All that the icon and its menu depend on."""
        state = self.state
        paused = state.pause.paused
        between_us = (state.just_between_us, state.private_conversation)
        is_off, told = state.me is None, self._open_told
        look = (self._headline(), mark_of(state), self._waits())
        return *look, is_off, paused, between_us, told

    def _headline(self) -> str:
        return self.notice or headline(self.state, self._clock.wall() / MICRO)

    def _add(
        self, text: str, do: Callable[[], object] | None, menu: QMenu | None = None
    ) -> QAction:
        action = (menu or self.menu).addAction(text.replace("&", "&&"))
        action.setEnabled(do is not None)
        if do is not None:
            action.triggered.connect(lambda _checked=False: do())
        return action

    def _add_decide(self) -> None:
        if self.open_count:
            self._add(tr("Decide… ({n})", n=self.open_count), self.decide_wanted.emit)

    def _add_sync(self) -> None:
        """What waits to be spared, and the way round it."""
        if self._waits():
            self._add(self._waits(), None)
            self._add(tr("Sync now"), lambda: self._send(Sync()))

    def _waits(self) -> str:
        held = [one.device for one in self.state.others if one.device.waits is not None]
        why = held[0].waits if held else None
        if why is None:
            return ""
        reason = wording.reason_to_wait(why, held[0].name)
        return tr("A long history waits {why}", why=reason)

    def _add_pause(self) -> None:
        if self.state.pause.paused:
            self._add(tr("Resume sharing"), lambda: self._send(Resume()))
            return
        pause = self._pauses = self.menu.addMenu(tr("Pause sharing"))
        self._add(tr("For 1 hour"), lambda: self._pause(HOUR_MIN), pause)
        self._add(tr("Until tomorrow"), self._pause_until_morning, pause)
        self._add(tr("Until I resume"), lambda: self._pause(None), pause)

    def _send(self, wish: AnyWish) -> None:
        self._wisher.wish(wish, failed=self._say_trouble)

    def _say_trouble(self, error: MeshError) -> None:
        self.tell("AICO mesh", wording.sentence(error))
        self.failed.emit(error)

    def _pause(self, minutes: float | None) -> None:
        self._send(Pause(minutes=minutes))

    def _pause_until_morning(self) -> None:
        now = datetime.fromtimestamp(self._clock.wall() / MICRO).astimezone()
        self._pause(minutes_until_morning(now))

    def _add_between_us(self) -> None:
        is_on = self.state.just_between_us
        text = tr("Just between us: the next conversation stays here")
        if is_on and self.state.private_conversation is not None:
            text = tr(
                "Just between us: this conversation stays here until it has been silent for "
                "half an hour"
            )
        wish = BetweenUs(is_on=not is_on)
        action = self._add(text, lambda: self._send(wish))
        action.setCheckable(True)
        action.setChecked(is_on)

    def _add_start(self) -> None:
        start = self._start
        if start is None:
            return
        is_on = start.is_on()
        turn = start.turn_off if is_on else start.turn_on
        action = self._add(tr("Start with this computer"), lambda: self._turn(turn))
        action.setCheckable(True)
        action.setChecked(is_on)

    def _turn(self, turn: Callable[[], None]) -> None:
        try:
            turn()
        except AutostartRefused as error:
            self._say_trouble(error)


def drawn(mark: Mark, is_asking: bool) -> QIcon:
    """The icon: how the companion is, and whether a person has to decide something."""
    plain = icon_of(f"tray/{mark}")
    if not is_asking:
        return plain
    dotted = QIcon()
    for side in SIDES:
        dotted.addPixmap(_dotted(plain.pixmap(QSize(side, side), 1.0)))
    return dotted


def _dotted(picture: QPixmap) -> QPixmap:
    """With a dot at the lower right, and a gap around it."""
    side = picture.width()
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(DOT))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.drawEllipse(
        DOT_AT * side, (DOT_RADIUS + DOT_GAP) * side, (DOT_RADIUS + DOT_GAP) * side
    )
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.drawEllipse(DOT_AT * side, DOT_RADIUS * side, DOT_RADIUS * side)
    painter.end()
    return picture


def icon_of(name: str) -> QIcon:
    """A drawing of ours that is not tinted; sharp at any size."""
    with as_file(files("resources") / "icons" / f"{name}.svg") as path:
        return QIcon(str(path))
