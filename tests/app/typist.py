"""Devices as a person has them: a `node` process each, and commands typed at them."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from tests.app.terminal import Ended, ended, seen, start, stop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


NODE = ("node", "--host", "127.0.0.1", "--port", "0")
READY_WITHIN_S = 30


class Desk:
    """A profile, its node, and a keyboard."""

    def __init__(self, home: Path, name: str) -> None:
        self.home = home
        self.name = name
        self.environ = {"AICO_MESH_HOME": str(home), "AICO_MESH_PASSPHRASE": "a passphrase"}
        self.node: asyncio.subprocess.Process | None = None
        self.ready: dict[str, Any] = {}

    @property
    def id(self) -> str:
        """The device id it said when it was ready."""
        return str(self.ready["device_id"])

    async def switch_on(self) -> None:
        """Start the node; ``ready`` is its line."""
        self.node = await start(*NODE, "--name", self.name, "--json", environ=self.environ)
        async with asyncio.timeout(READY_WITHIN_S):
            self.ready = await self.line(self.node)

    async def switch_off(self) -> Ended | None:
        """End the node with SIGTERM."""
        node, self.node = self.node, None
        if node is None:
            return None
        stop(node)
        return await ended(node)

    async def kill(self) -> None:
        """End the node as a power cut does."""
        assert self.node is not None
        self.node.kill()
        await self.node.communicate()
        self.node = None

    async def open(self, *words: str) -> asyncio.subprocess.Process:
        """A command that goes on, with JSON lines."""
        return await start(*words, "--json", environ=self.environ)

    async def type(self, *words: str) -> Ended:
        """A command that ends by itself, with JSON lines."""
        return await ended(await self.open(*words))

    async def read(self, *words: str, stdin: str = "", **environ: str) -> Ended:
        """A command that ends by itself, as a person has it; what is typed comes by a pipe."""
        return await ended(await start(*words, environ={**self.environ, **environ}), stdin)

    async def see(self, *words: str, stdin: str = "", **environ: str) -> tuple[Ended, str]:
        """The same on a terminal: how it ended, and what was to be seen."""
        return await seen(*words, environ={**self.environ, **environ}, stdin=stdin)

    async def rows(self, *words: str) -> list[Any]:
        """The lines of a command that succeeds."""
        done = await self.type(*words)
        assert (done.code, done.err) == (0, ""), done
        return done.rows

    async def row(self, *words: str) -> Any:
        """The last line of a command that succeeds."""
        return (await self.rows(*words))[-1]

    @staticmethod
    async def line(process: asyncio.subprocess.Process) -> Any:
        """The next line of a command that goes on."""
        assert process.stdout is not None
        async with asyncio.timeout(READY_WITHIN_S):
            line = await process.stdout.readline()
        assert line, await ended(process)
        return json.loads(line)


@asynccontextmanager
async def desks(folder: Path, *names: str) -> AsyncIterator[list[Desk]]:
    """Devices that are on; the others are paired with the first."""
    made = [Desk(folder / name.lower(), name) for name in names]
    async with AsyncExitStack() as ending:
        for desk in made:
            ending.push_async_callback(desk.switch_off)
        await asyncio.gather(*(desk.switch_on() for desk in made))
        for other in made[1:]:
            await pair(made[0], other)
        yield made


async def pair(host: Desk, guest: Desk, *options: str) -> tuple[list[Any], list[Any]]:
    """Invite and join with --yes: all that both commands printed."""
    inviting = await host.open("invite", "--yes", *options)
    opened = await host.line(inviting)
    joined = await guest.rows("join", opened["link"], "--yes")
    invited = await ended(inviting)
    assert invited.code == 0, invited
    return [opened, *invited.rows], joined
