"""Whole nodes in one loop: real sockets, real encryption, a profile each."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh.clock import SystemClock
from mesh.errors import InvitationClosed, MeshError
from mesh.model.device import Trust
from mesh.node import Node, Outside
from mesh.profile import Profile
from mesh.wishes import (
    Answer,
    AnyWish,
    Cancel,
    Devices,
    Event,
    Export,
    Invite,
    InviteOpened,
    Join,
    MeetingAsked,
    Memories,
    PairingAsking,
    Show,
    Status,
    StatusShown,
    Sync,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from mesh.clock import Clock
    from mesh.messages import DeviceShown

PATIENCE_S = 20.0
NAMES = ("Desk", "Laptop", "Tablet", "Server")


class FastClock:
    """Makes the patience of a device short: each second counts as thirty."""

    def __init__(self) -> None:
        self._real = SystemClock()

    def wall(self) -> int:
        return self._real.wall()

    def monotonic(self) -> float:
        return self._real.monotonic() * 30


class Device:
    """A node in a task of its own, which can be stopped and started again."""

    def __init__(self, home: Path, runtime: Path, name: str, tasks: asyncio.TaskGroup) -> None:
        self.profile = Profile(home, runtime)
        self.name = name
        self.says_name = True
        """Whether it is told its name at every start; without, it keeps the one it has."""
        self.clock: Clock | None = None
        self.on_notice: Callable[[str], None] = lambda _: None
        self._tasks = tasks
        self._serving: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self.node: Node

    @property
    def id(self) -> str:
        """Its device id."""
        return self.node.device_id

    async def start(self, port: int = 0) -> None:
        """Start the node and wait until it is ready."""
        ready = asyncio.get_running_loop().create_future()
        self._stop = asyncio.Event()
        self._serving = self._tasks.create_task(self._serve(port, ready))
        await asyncio.wait({self._serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            await self._serving

    async def _serve(self, port: int, ready: asyncio.Future[None]) -> None:
        outside = Outside() if self.clock is None else Outside(clock=self.clock)
        opening = Node.open(
            self.profile,
            host="127.0.0.1",
            port=port,
            name=self.name if self.says_name else None,
            root_key=bytes(range(32)),
            outside=outside,
            on_notice=self._noticed,
        )
        async with opening as self.node:
            ready.set_result(None)
            await self._stop.wait()

    def _noticed(self, text: str) -> None:
        self.on_notice(text)

    async def stop(self) -> None:
        """End the node."""
        self._stop.set()
        if self._serving is not None:
            await self._serving
            self._serving = None

    async def ask(self, wish: AnyWish, tell: Callable[[Event], None] | None = None) -> Any:
        """A wish and its answer."""
        return await self.node.command(wish, tell or (lambda _: None))

    async def until(
        self, condition: Callable[[], Awaitable[object]], seconds: float = PATIENCE_S
    ) -> None:
        """Until something holds here; looked at again with every piece of news."""
        with self.node.bus.listen("") as news:
            async with asyncio.timeout(seconds):
                while not await condition():
                    await anext(news)

    async def status(self) -> StatusShown:
        """How it is."""
        shown: StatusShown = await self.ask(Status())
        return shown

    async def seen(self) -> dict[str, DeviceShown]:
        """The family as this device shows it, by id."""
        return {shown.device_id: shown for shown in await self.ask(Devices())}

    async def until_seen(self, other: str, condition: Callable[[DeviceShown], bool]) -> None:
        """Until this device shows another one so."""

        async def holds() -> bool:
            shown = (await self.seen()).get(other)
            return shown is not None and condition(shown)

        await self.until(holds)

    async def until_gone(self, other: str, seconds: float = PATIENCE_S) -> None:
        """Until this device lists another one no more."""

        async def holds() -> bool:
            return other not in await self.seen()

        await self.until(holds, seconds)

    async def texts(self) -> set[str]:
        """What it remembers."""
        return {memory.text for memory in await self.ask(Memories())}

    async def said(self, conversation: str) -> list[str]:
        """What was said in a conversation."""
        return [said.text for said in await self.ask(Show(conversation))]

    async def export(self, kind: str = "conversations") -> bytes:
        """What it exports."""
        path = self.profile.home / "out.jsonl"
        await self.ask(Export(path=str(path), kind=kind))
        content = path.read_bytes()
        path.unlink()
        return content


@asynccontextmanager
async def strangers(
    folder: Path, count: int, clock: Clock | None = None
) -> AsyncIterator[list[Device]]:
    """So many devices that run and do not know each other."""
    runtime = Path(tempfile.mkdtemp(prefix="aico-"))
    try:
        async with asyncio.TaskGroup() as tasks:
            devices = [
                Device(folder / name.lower(), runtime, name, tasks) for name in NAMES[:count]
            ]
            try:
                for device in devices:
                    device.clock = clock
                    await device.start()
                yield devices
            finally:
                for device in devices:
                    await device.stop()
    finally:
        shutil.rmtree(runtime)


@asynccontextmanager
async def family(folder: Path, *trusts: str) -> AsyncIterator[list[Device]]:
    """A first device and one more for each trust, all in step."""
    async with strangers(folder, 1 + len(trusts)) as devices:
        host, *guests = devices
        for guest, trust in zip(guests, trusts, strict=True):
            await pair(host, guest, Invite(trust=Trust(trust)))
        await in_step(*devices)
        yield devices


async def pair(
    host: Device,
    guest: Device,
    invite: Invite | None = None,
    *,
    host_says: bool = True,
    guest_says: bool = True,
    join: Callable[[InviteOpened], Join] | None = None,
) -> tuple[Any, Any]:
    """Pair: what host and guest answered, or the errors they ended with."""
    async with asyncio.TaskGroup() as tasks:
        opened: asyncio.Future[InviteOpened] = asyncio.get_running_loop().create_future()

        def hear(device: Device, yes: bool, event: Event) -> None:
            if isinstance(event, InviteOpened):
                opened.set_result(event)
            elif isinstance(event, PairingAsking | MeetingAsked):
                tasks.create_task(outcome(device.ask(Answer(run=event.run, yes=yes))))

        inviting = tasks.create_task(
            outcome(host.ask(invite or Invite(), lambda event: hear(host, host_says, event)))
        )
        shown = await opened
        wish = join(shown) if join else Join(invitation=shown.link)
        joined = await outcome(guest.ask(wish, lambda event: hear(guest, guest_says, event)))
        return await inviting, joined


@asynccontextmanager
async def window(
    host: Device, invite: Invite | None = None, told: list[Event] | None = None
) -> AsyncIterator[InviteOpened]:
    """An open window whose questions nobody answers; closed at the end of the block."""
    opened: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def hear(event: Event) -> None:
        if isinstance(event, InviteOpened):
            opened.set_result(event)
        elif told is not None:
            told.append(event)

    async with asyncio.TaskGroup() as tasks:
        inviting = tasks.create_task(outcome(host.ask(invite or Invite(), hear)))
        shown: InviteOpened = await opened
        try:
            yield shown
        finally:
            await host.ask(Cancel(run=shown.run))
            assert isinstance(await inviting, InvitationClosed)


async def outcome(work: Awaitable[Any]) -> Any:
    """The answer, or our own error as a value."""
    try:
        return await work
    except MeshError as error:
        return error


async def in_step(*devices: Device, device: Device | None = None) -> None:
    """Every one of these asks for all there is, of all or of one, and has it."""
    wish = Sync(wait=PATIENCE_S, device=device.id if device else None)
    for done in await asyncio.gather(*(one.ask(wish) for one in devices)):
        assert (done.in_step, done.missing) == (True, ()), done
