"""However much the node tells, windows hear of it once a frame; wishes come back answered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject

from app.bridge import TOLD_MAX, Bridge
from app.viewstate import RELOAD, ViewState
from mesh.clock import SystemClock
from mesh.errors import MeshError, NotFound, NotRunning
from mesh.messages import (
    HealthChanged,
    HistoryArrived,
    News,
    SyncStatus,
    UserSaid,
    told,
)
from mesh.model.device import Trust
from mesh.wishes import (
    Decide,
    Done,
    Feel,
    Import,
    Progress,
    Resolve,
    Revoke,
    SetTrust,
    Show,
    Status,
)
from tests.app.qt import scenes
from tests.app.qt.scenes import ME

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.wishes import AnyWish, Event


class Node:
    """Answers as the test says."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.wishes: list[AnyWish] = []
        self.followers: list[Callable[[News], None]] = []
        self.cancelled = asyncio.Event()

    async def command(self, wish: AnyWish, tell: Callable[[Event], None]) -> object:
        self.wishes.append(wish)
        if isinstance(wish, Status):
            return scenes.two().me
        if isinstance(wish, Import):
            tell(Progress(run="r", done=1, total=2))
        if self.answer is Ellipsis:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def follow(self, callback: Callable[[News], None]) -> None:
        self.followers.append(callback)


class Heard:
    """What a window hears of a bridge."""

    def __init__(self, bridge: Bridge) -> None:
        self.states: list[ViewState] = []
        self.news: list[list[News]] = []
        self._woken = asyncio.Event()
        bridge.changed.connect(self._state)
        bridge.told.connect(self._told)

    def _state(self, state: ViewState) -> None:
        self.states.append(state)
        self._woken.set()

    def _told(self, news: list[News]) -> None:
        self.news.append(news)
        self._woken.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not holds():
                self._woken.clear()
                await self._woken.wait()


def said(text: str) -> News:
    return told(UserSaid(text=text), ME)


async def test_a_burst_is_one_frame_with_the_last_of_each_state() -> None:
    bridge = Bridge(SystemClock())
    heard = Heard(bridge)
    for level in ("limited", "offline", "full"):
        bridge.hear(told(HealthChanged(level=level, causes=(level,)), ME))
    bridge.hear(said("one"))
    bridge.hear(said("two"))
    await heard.until(lambda: bool(heard.news))
    assert [state.causes for state in heard.states] == [("full",)]
    assert heard.news == [[said("one"), said("two")]]


async def test_each_device_keeps_the_last_of_its_own_states() -> None:
    bridge = Bridge(SystemClock())
    bridge.state = scenes.ten()
    heard = Heard(bridge)
    others = [one.device.device_id for one in bridge.state.others]
    for pending in (9, 5):
        for name in others:
            bridge.hear(told(SyncStatus(device_id=name, in_step=False, pending=pending), ME))
    await heard.until(lambda: bool(heard.states))
    assert {one.pending for one in heard.states[-1].others} == {5}
    assert len(heard.states) == 1


async def test_too_many_news_are_one_call_to_read_lists_anew() -> None:
    bridge = Bridge(SystemClock())
    heard = Heard(bridge)
    for number in range(TOLD_MAX + 1):
        bridge.hear(told(HistoryArrived(messages=number), ME))
    await heard.until(lambda: bool(heard.news))
    assert heard.news == [[RELOAD]]


async def test_frames_keep_their_distance() -> None:
    bridge = Bridge(SystemClock())
    heard = Heard(bridge)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while loop.time() - begun < 0.4:
        bridge.hear(said("again"))
        await asyncio.sleep(0)
    assert 2 <= len(heard.news) <= 14


async def test_what_changes_nothing_is_not_told() -> None:
    bridge = Bridge(SystemClock())
    heard = Heard(bridge)
    state = bridge.state
    bridge.hear(told(HealthChanged(level=state.level), ME))
    bridge.hear(said("something"))
    await heard.until(lambda: bool(heard.news))
    assert heard.states == []


async def test_a_wish_brings_its_events_then_its_answer() -> None:
    bridge = Bridge(SystemClock())
    bridge.attach(Node(Done()))
    came: list[object] = []
    done = asyncio.Event()

    def answered(answer: object) -> None:
        came.append(answer)
        done.set()

    bridge.wish(Import(path="/x"), done=answered, event=came.append)
    async with asyncio.timeout(5):
        await done.wait()
    assert came == [Progress(run="r", done=1, total=2), Done()]


@pytest.mark.parametrize("is_up", [True, False])
async def test_what_goes_wrong_comes_back_as_an_error(is_up: bool) -> None:
    bridge = Bridge(SystemClock())
    if is_up:
        bridge.attach(Node(NotFound()))
    failed: asyncio.Future[MeshError] = asyncio.get_running_loop().create_future()
    bridge.wish(Show(conversation="x"), failed=failed.set_result)
    async with asyncio.timeout(5):
        assert isinstance(await failed, NotFound if is_up else NotRunning)


async def test_a_fault_of_ours_is_told_to_who_waits_and_noted() -> None:
    bridge = Bridge(SystemClock())
    bridge.attach(Node(KeyError("secret")))
    loop = asyncio.get_running_loop()
    failed: asyncio.Future[MeshError] = loop.create_future()
    noted: asyncio.Future[object] = loop.create_future()
    loop.set_exception_handler(lambda _, told: noted.set_result(told["exception"]))
    bridge.wish(Show(conversation="x"), failed=failed.set_result)
    async with asyncio.timeout(5):
        assert "secret" not in (await failed).sentence
        assert isinstance(await noted, KeyError)


@pytest.mark.parametrize(
    "wish",
    [
        Resolve(id="x", choice="1"),
        Decide(id="x", yes=False),
        Feel(valence=0.4),
        Revoke(device="x"),
        SetTrust(device="x", trust=Trust.GUEST),
    ],
)
async def test_what_a_person_decided_is_done_before_the_application_ends(
    wish: AnyWish,
) -> None:
    bridge, node = Bridge(SystemClock()), Node(Done())
    bridge.attach(node)
    bridge.wish(wish)
    await bridge.detach()
    assert wish in node.wishes


async def test_a_wish_that_was_given_up_is_cancelled_at_the_node() -> None:
    bridge, node = Bridge(SystemClock()), Node(...)
    bridge.attach(node)
    came: list[object] = []
    asked = bridge.wish(Import(path="/x"), done=came.append, failed=came.append)
    await asyncio.sleep(0)
    asked.cancel()
    async with asyncio.timeout(5):
        await node.cancelled.wait()
    assert came == []


async def test_a_window_that_was_destroyed_is_not_called() -> None:
    class Window(QObject):
        called = False

        def take(self, _answer: object) -> None:
            Window.called = True

    import shiboken6

    bridge, window = Bridge(SystemClock()), Window()
    bridge.attach(Node(Done()))
    done = asyncio.Event()
    bridge.wish(Show(conversation="x"), done=window.take)
    bridge.wish(Show(conversation="x"), done=lambda _: done.set())
    shiboken6.delete(window)
    async with asyncio.timeout(5):
        await done.wait()
    assert not Window.called


async def test_the_status_is_asked_at_the_start_and_known_from_then() -> None:
    bridge, node = Bridge(SystemClock()), Node(Done())
    heard = Heard(bridge)
    bridge.attach(node)
    await heard.until(lambda: bridge.state.me is not None)
    assert node.followers == [bridge.hear]
    await bridge.detach()
