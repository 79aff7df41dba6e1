"""Sockets over real ipc and tcp, on the running loop."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mesh.sockets import Context, Happening, Received, Sent, curve_keypair, cut, watch
from mesh.sockets.readiness import _Lookout
from mesh.sockets.socket import BATCH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOCAL = "tcp://127.0.0.1:*"


class Inbox:
    """Keeps what arrived, and lets a test wait for the next."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.queue: asyncio.Queue[Received] = asyncio.Queue()

    def __call__(self, batch: list[Received]) -> None:
        self.batches.append(len(batch))
        for received in batch:
            self.queue.put_nowait(received)

    async def next(self) -> Received:
        async with asyncio.timeout(5):
            return await self.queue.get()


class Events:
    """What a monitor told."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[tuple[Happening, int]] = asyncio.Queue()

    def __call__(self, happening: Happening, value: int) -> None:
        self.queue.put_nowait((happening, value))

    async def wait_for(self, wanted: Happening) -> int:
        async with asyncio.timeout(8):
            while True:
                happening, value = await self.queue.get()
                if happening is wanted:
                    return value


def threads_of_zeromq() -> set[int]:
    """In this process, by their numbers."""
    found = set()
    for thread in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # it may end meanwhile
            if (thread / "comm").read_text().startswith("ZMQbg"):
                found.add(int(thread.name))
    return found


@pytest.fixture
async def context() -> AsyncIterator[Context]:
    context = Context()
    yield context
    context.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere ZeroMQ cannot choose")
async def test_only_threads_of_zeromq_are_kept_on_one_processor(context: Context) -> None:
    allowed, before = os.sched_getaffinity(0), threads_of_zeromq()
    context.router(Inbox())

    def are_there() -> bool:
        begun = threads_of_zeromq() - before  # one sends and receives, one ends sockets
        return len(begun) > 1 and all(map(is_on_the_first, begun))

    def is_on_the_first(thread: int) -> bool:
        return os.sched_getaffinity(thread) == {min(allowed)}

    async with asyncio.timeout(5):
        while not are_there():  # noqa: ASYNC110 — nobody tells when a thread has named itself
            await asyncio.sleep(0)
    assert os.sched_getaffinity(0) == allowed


async def test_a_request_travels_there_and_back_over_ipc(
    context: Context, tmp_path: Path
) -> None:
    asked, answered = Inbox(), Inbox()
    router, dealer = context.router(asked), context.dealer(answered)
    router.bind(f"ipc://{tmp_path}/request.sock")
    dealer.connect(router.endpoint)
    assert dealer.send([b"question", b"body"])
    question = await asked.next()
    assert question.frames[1:] == [b"question", b"body"]
    assert router.send([question.frames[0], b"answer"])
    assert (await answered.next()).frames == [b"answer"]


async def test_a_publisher_hears_of_subscriptions_and_reaches_only_them(
    context: Context, tmp_path: Path
) -> None:
    subscriptions, news = Inbox(), Inbox()
    xpub, sub = context.xpub(subscriptions), context.sub(news)
    xpub.bind(f"ipc://{tmp_path}/publish.sock")
    sub.subscribe(b"emotion/")
    sub.connect(xpub.endpoint)
    assert (await subscriptions.next()).frames == [b"\x01emotion/"]
    xpub.send([b"memory/", b"no"])
    xpub.send([b"emotion/state", b"yes"])
    assert (await news.next()).frames == [b"emotion/state", b"yes"]


async def test_a_burst_arrives_whole_while_the_loop_goes_on(
    context: Context, tmp_path: Path
) -> None:
    inbox = Inbox()
    router, dealer = context.router(inbox), context.dealer(Inbox())
    router.bind(f"ipc://{tmp_path}/burst.sock")
    dealer.connect(router.endpoint)
    for number in range(3000):
        assert dealer.send([b"%d" % number])
    got = [(await inbox.next()).frames[1] for _ in range(3000)]
    assert got == [b"%d" % number for number in range(3000)]
    assert max(inbox.batches) <= BATCH


async def test_a_full_queue_is_said_and_ends(context: Context, tmp_path: Path) -> None:
    inbox = Inbox()
    dealer = context.dealer(Inbox())
    dealer.connect(f"ipc://{tmp_path}/later.sock")
    sent = 0
    while dealer.offer([b"x"]) is Sent.TAKEN:
        sent += 1
    assert dealer.offer([b"x"]) is Sent.FULL
    context.router(inbox).bind(f"ipc://{tmp_path}/later.sock")
    for _ in range(sent):
        assert (await inbox.next()).frames[1] == b"x"
    assert dealer.send([b"last"])
    assert (await inbox.next()).frames[1] == b"last"


async def test_a_callback_that_fails_does_not_stop_the_socket(
    context: Context, tmp_path: Path
) -> None:
    inbox, failures = Inbox(), asyncio.Queue[object]()
    asyncio.get_running_loop().set_exception_handler(
        lambda _, told: failures.put_nowait(told["exception"])
    )

    def listen(batch: list[Received]) -> None:
        if batch[0].frames[1] == b"bad":
            raise ValueError
        inbox(batch)

    router, dealer = context.router(listen), context.dealer(Inbox())
    router.bind(f"ipc://{tmp_path}/fails.sock")
    dealer.connect(router.endpoint)
    dealer.send([b"bad"])
    assert isinstance(await failures.get(), ValueError)
    dealer.send([b"good"])
    assert (await inbox.next()).frames[1] == b"good"


async def test_nobody_there_is_told_apart_from_a_full_queue(
    context: Context, tmp_path: Path
) -> None:
    router = context.router(Inbox())
    router.bind(f"ipc://{tmp_path}/gone.sock")
    assert router.offer([b"nobody", b"x"]) is Sent.GONE


async def test_a_closed_socket_takes_and_tells_nothing(context: Context) -> None:
    dealer = context.dealer(Inbox())
    dealer.close()
    dealer.close()
    assert dealer.offer([b"x"]) is Sent.GONE


async def test_a_taken_address_is_an_os_error(context: Context) -> None:
    first, second = context.router(Inbox()), context.router(Inbox())
    first.bind(LOCAL)
    with pytest.raises(OSError, match="in use"):
        second.bind(first.endpoint)


async def test_a_curve_router_without_a_door_keeper_lets_nobody_in(context: Context) -> None:
    keys, stranger = curve_keypair(), curve_keypair()
    router = context.mesh_router(keys, Inbox())
    router.bind(LOCAL)
    seen: asyncio.Queue[Happening] = asyncio.Queue()
    dealer = context.mesh_dealer(stranger, keys[0], Inbox())
    dealer.on_event(lambda happening, _: seen.put_nowait(happening))
    dealer.connect(router.endpoint)
    happenings = []
    async with asyncio.timeout(8):
        while Happening.DISCONNECTED not in happenings:
            happenings.append(await seen.get())
    assert Happening.READY not in happenings


async def test_a_cut_needs_the_right_port_and_ends_the_connection(context: Context) -> None:
    inbox, gone = Inbox(), Events()
    router, accepted = context.router(inbox), Events()
    router.on_event(accepted)
    router.bind(LOCAL)
    port = int(router.endpoint.rpartition(":")[2])
    dealer = context.dealer(Inbox())
    dealer.on_event(gone)
    dealer.connect(router.endpoint)
    fd = await accepted.wait_for(Happening.ACCEPTED)
    dealer.send([b"x"])
    assert (await inbox.next()).frames[1] == b"x"
    assert not cut(fd, port + 1)
    assert not cut(999_999, port)
    dealer.send([b"y"])
    assert (await inbox.next()).frames[1] == b"y"
    assert cut(fd, port)
    await gone.wait_for(Happening.DISCONNECTED)


async def test_a_thread_watches_where_the_loop_cannot(context: Context, tmp_path: Path) -> None:
    here, there = socket.socketpair()
    ready = asyncio.Event()

    def read() -> None:
        here.recv(1)
        ready.set()

    lookout = _Lookout(asyncio.get_running_loop(), here.fileno(), read)
    for _ in range(3):
        ready.clear()
        there.send(b"x")
        async with asyncio.timeout(5):
            await ready.wait()
    lookout.stop()
    here.close()
    there.close()


async def test_watching_ends_when_told() -> None:
    here, there = socket.socketpair()
    calls: asyncio.Queue[bytes] = asyncio.Queue()
    stop = watch(here.fileno(), lambda: calls.put_nowait(here.recv(1)))
    there.send(b"x")
    assert await calls.get() == b"x"
    stop()
    there.send(b"y")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert calls.empty()
    here.close()
    there.close()
