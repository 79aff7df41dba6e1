"""The one door between the node and the windows.

    bus ─▶ gathered for a frame ─▶ reduce ─▶ ``changed(ViewState)``, ``told(list of News)``
    window ─▶ ``wish`` ─▶ the node ─▶ ``done``, ``failed``, ``event`` back on the GUI thread

However much arrives, windows hear of it once a frame.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from app.tasks import Tasks
from app.viewstate import RELOAD, ViewState, reduce, with_status
from mesh.errors import MeshError, NotRunning, RequestFailed
from mesh.messages import (
    BackupChanged,
    HealthChanged,
    JustBetweenUs,
    MoodChanged,
    RegistryUpdated,
    SharingPaused,
    SyncStatus,
)
from mesh.wishes import (
    Decide,
    Feel,
    Forget,
    Invite,
    Join,
    Leave,
    Meet,
    RecoveryPhrase,
    Relabel,
    Remember,
    Rename,
    Resolve,
    Restore,
    Retag,
    Revise,
    Revoke,
    Say,
    SetPolicy,
    SetRole,
    SetTrust,
    Status,
    StatusShown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.clock import Clock
    from mesh.messages import News
    from mesh.wishes import AnyWish, Event

Heard = TypeVar("Heard")

FRAME_MS = 33
TOLD_MAX = 200
MICRO = 1_000_000
SHOWN = (
    RegistryUpdated, SyncStatus, HealthChanged, MoodChanged, SharingPaused, JustBetweenUs,
    BackupChanged,
)  # fmt: skip
"""What ``reduce`` follows: the last of a frame counts, of ``SyncStatus`` the last a device."""
CHANGES_STATUS = (Invite, Join, Leave, Meet, RecoveryPhrase, Rename, Restore)
KEEPING = (
    Decide, Feel, Forget, Relabel, Remember, Rename, Resolve, Retag, Revise, Revoke, Say,
    SetPolicy, SetRole, SetTrust,
)  # fmt: skip
"""What a person has decided and must not be lost when the application ends just then."""
KEEPING_S = 1.0
FAULT = "Something went wrong inside AICO mesh; the log says where."


class Served(Protocol):
    """What the bridge needs of a node."""

    async def command(self, wish: AnyWish, tell: Callable[[Event], None]) -> object:
        """Do what the owner wishes."""

    def follow(self, callback: Callable[[News], None]) -> None:
        """Call back for all news, from the states as they stand on."""


class Sent:
    """A wish on its way."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.is_cancelled = False

    def cancel(self) -> None:
        """Give it up; nothing of it is heard any more."""
        self.is_cancelled = True
        if self.task is not None:
            self.task.cancel()


class Bridge(QObject):
    """Carries wishes to the node and its news to the windows, on one thread."""

    changed = Signal(object)
    """The new ViewState; at most once a frame."""
    told = Signal(object)
    """The news of a frame as a list, or only ``RELOAD`` when they were too many."""

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = ViewState()
        self._clock = clock
        self._tasks = Tasks()
        self._keeping: set[asyncio.Task[None]] = set()
        self._node: Served | None = None
        self._states: dict[tuple[str, str], News] = {}
        self._told: list[News] = []
        self._last_frame_ms = 0.0
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.timeout.connect(self._show)

    # ---- the node's side ---------------------------------------------------------------------

    def attach(self, node: Served) -> None:
        """The node is up: hear it from now on."""
        self._node = node
        node.follow(self.hear)
        self._ask_status()

    async def detach(self) -> None:
        """The node goes: what was said or forgotten a moment ago is still done.

        All other open wishes end unheard, the last state stays.
        """
        if self._keeping:
            await asyncio.wait(self._keeping, timeout=KEEPING_S)
        self._node = None
        await self._tasks.end()

    def hear(self, news: News) -> None:
        """Take a piece of news; windows get it with the next frame."""
        body = news.body
        if isinstance(body, SHOWN):
            about = body.device_id if isinstance(body, SyncStatus) else ""
            self._states.pop((news.topic, about), None)
            self._states[news.topic, about] = news
        elif len(self._told) <= TOLD_MAX:
            self._told.append(news)
        if not self._frame.isActive():
            since = self._now_ms() - self._last_frame_ms
            self._frame.start(max(0, FRAME_MS - int(since)))

    def _show(self) -> None:
        """A frame: what came since the last one."""
        self._last_frame_ms = self._now_ms()
        states, self._states = self._states, {}
        news, self._told = self._told, []
        state, now = self.state, self._now()
        for one in states.values():
            state = reduce(state, one, now)
        if state.me is not self.state.me:
            self._ask_status()
        self._become(state)
        if news:
            self.told.emit([RELOAD] if len(news) > TOLD_MAX else news)

    def _become(self, state: ViewState) -> None:
        if state is not self.state:
            self.state = state
            self.changed.emit(state)

    def _ask_status(self) -> None:
        self.wish(Status(), done=self._take_status)

    def _take_status(self, status: object) -> None:
        if isinstance(status, StatusShown):
            self._become(with_status(self.state, status, self._now()))

    def _now(self) -> float:
        return self._clock.wall() / MICRO

    def _now_ms(self) -> float:
        return self._clock.monotonic() * 1000

    # ---- the windows' side -------------------------------------------------------------------

    def wish(
        self,
        wish: AnyWish,
        *,
        done: Callable[[object], None] | None = None,
        failed: Callable[[MeshError], None] | None = None,
        event: Callable[[Event], None] | None = None,
    ) -> Sent:
        """Send a wish. Methods of a window that has been closed are not called any more."""
        sent = Sent()
        sent.task = self._tasks.spawn(self._grant(wish, sent, done, failed, event))
        if isinstance(wish, KEEPING):
            self._keeping.add(sent.task)
            sent.task.add_done_callback(self._keeping.discard)
        return sent

    async def _grant(
        self,
        wish: AnyWish,
        sent: Sent,
        done: Callable[[object], None] | None,
        failed: Callable[[MeshError], None] | None,
        event: Callable[[Event], None] | None,
    ) -> None:
        node = self._node
        if node is None:
            _call(sent, failed, NotRunning())
            return
        try:
            answer = await node.command(wish, lambda one: _call(sent, event, one))
        except MeshError as error:
            _call(sent, failed, error)
            return
        except Exception:
            # A fault of ours is noted by the loop; whoever waits must not wait for ever.
            _call(sent, failed, RequestFailed(FAULT))
            raise
        _call(sent, done, answer)
        if isinstance(wish, CHANGES_STATUS):
            self._ask_status()


def _call(sent: Sent, callback: Callable[[Heard], None] | None, heard: Heard) -> None:
    """Call back, unless nobody is there any more."""
    if callback is None or sent.is_cancelled:
        return
    holder = getattr(callback, "__self__", None)
    if not isinstance(holder, QObject) or shiboken6.isValid(holder):
        callback(heard)
