"""The command line as a person or a program runs it: a process of its own at a real door."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import sys
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mesh import wishes
from mesh.errors import InvitationClosed, NotFound, PairingRefused
from mesh.model.device import Trust
from tests.mesh.bus.household import DEVICE, Household, household

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).parents[2]
MESSAGE = {
    "id": "m1",
    "conversation_id": "c1",
    "role": "user",
    "text": "grüße \U0001f642",
    "timestamp": 1700000000.123456,
    "device_id": DEVICE,
    "speaker": None,
    "tags": [],
}


Tell = Callable[[wishes.Event], None]


@dataclass
class Node:
    """Answers wishes as ``answers`` says, and pairs and imports with a script."""

    house: Household
    answers: dict[type[wishes.Wish], object] = field(default_factory=dict)
    waits: asyncio.Future[bool] | None = None

    @property
    def said(self) -> list[wishes.Wish]:
        """What was asked for."""
        return self.house.said

    async def command(self, wish: wishes.Wish, tell: Tell) -> object:
        if isinstance(wish, wishes.Invite | wishes.Join):
            return await self.pair(wish, tell)
        if isinstance(wish, wishes.Import):
            return await self.take_in(tell)
        if isinstance(wish, wishes.Answer | wishes.Cancel):
            self.settle(wish)
        elif type(wish) not in self.answers:
            raise NotFound("There is no such thing.")
        return self.answers.get(type(wish))

    def settle(self, wish: wishes.Answer | wishes.Cancel) -> None:
        assert self.waits is not None
        if isinstance(wish, wishes.Answer):
            self.waits.set_result(wish.yes)
        else:
            self.waits.set_exception(InvitationClosed())

    async def pair(self, wish: wishes.Invite | wishes.Join, tell: Tell) -> wishes.Event:
        self.waits = asyncio.get_running_loop().create_future()
        if isinstance(wish, wishes.Invite):
            where = {"link": "AICO-MESH:ABC", "code": "123 456 789", "at": "h:1"}
            tell(wishes.InviteOpened(run="r1", **where, expires_at=1.7e9))
        if wish.name != "nobody":
            dog = wishes.PairingAsking(
                run="r1",
                name="Tablet",
                emoji=("\U0001f436",),
                emoji_names=("dog",),
                trust=Trust.FULL,
            )
            tell(dog)
        if not await self.waits:
            raise PairingRefused
        if isinstance(wish, wishes.Invite):
            return wishes.DeviceJoined(device_id=DEVICE, name="Tablet")
        return wishes.FamilyJoined(family_id="f1", device_id=DEVICE, name="Tablet")

    async def take_in(self, tell: Tell) -> wishes.ImportDone:
        self.waits = asyncio.get_running_loop().create_future()
        tell(wishes.Progress(run="r2", done=1, total=4, seconds_left=3.0))
        done = wishes.ImportDone(imported=1, skipped=0, conversations=1, seconds=0.1)
        try:
            await self.waits
        except InvitationClosed:
            return msgspec.structs.replace(done, cancelled=True)
        return done


@dataclass
class Ended:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        """Its JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Terminal:
    """Where commands for one profile are typed."""

    node: Node

    @property
    def home(self) -> str:
        """The profile's folder."""
        return str(self.node.house.profile.home)

    async def start(self, *words: str, **environ: str) -> asyncio.subprocess.Process:
        """A command that goes on."""
        return await start("--home", self.home, *words, environ=environ)

    async def type(self, *words: str, stdin: str = "", **environ: str) -> Ended:
        """A command that ends by itself."""
        return await ended(await self.start(*words, **environ), stdin)

    async def answer(self, line: str, *words: str) -> Ended:
        """A command whose question somebody answers at a keyboard."""
        mine, theirs = pty.openpty()
        process = await start("--home", self.home, *words, environ={}, stdin=theirs)
        os.close(theirs)
        os.write(mine, f"{line}\n".encode())
        try:
            return await ended(process)
        finally:
            os.close(mine)

    async def see(self, *words: str, **environ: str) -> str:
        """What a command shows on a real terminal of 100 columns."""
        _, shown = await seen("--home", self.home, *words, environ=environ)
        return shown


async def seen(*words: str, environ: dict[str, str], stdin: str = "") -> tuple[Ended, str]:
    """How a command ended, and what it showed on a real terminal of 100 columns."""
    mine, theirs = pty.openpty()
    screen = {"COLUMNS": "100", "TERM": "xterm-256color", **environ}
    process = await start(*words, stdout=theirs, environ=screen)
    os.close(theirs)
    reading = asyncio.get_running_loop().run_in_executor(None, _drain, mine)
    done = await ended(process, stdin)
    return done, await reading


async def start(
    *words: str,
    environ: dict[str, str],
    stdout: int = asyncio.subprocess.PIPE,
    stdin: int = asyncio.subprocess.PIPE,
) -> asyncio.subprocess.Process:
    """A command as a process."""
    inherited = {name: os.environ[name] for name in ("PATH", "LC_ALL") if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app",
        *words,
        cwd=ROOT,
        env={**inherited, **environ},
        stdin=stdin,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process, stdin: str = "") -> Ended:
    """Wait for its end."""
    async with asyncio.timeout(20):
        out, err = await process.communicate(stdin.encode() if process.stdin else None)
    return Ended(process.returncode or 0, (out or b"").decode(), err.decode())


def stop(process: asyncio.subprocess.Process, number: int = signal.SIGTERM) -> None:
    """As a person or a service does it."""
    process.send_signal(number)


def _drain(descriptor: int) -> str:
    seen = b""
    while True:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:  # how Linux says that the other end is closed
            piece = b""
        if not piece:
            os.close(descriptor)
            return seen.decode().replace("\r\n", "\n")
        seen += piece


@asynccontextmanager
async def terminal(folder: Path) -> AsyncIterator[Terminal]:
    """A node that is running, and a place to type."""
    async with household(folder) as house:
        node = Node(house)
        house.rooms = node.command
        yield Terminal(node)
