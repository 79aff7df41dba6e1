"""Real devices on one machine: a child process and a temporary profile each."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

import app
from mesh.client import Client, connect
from mesh.errors import MeshError
from mesh.profile import Profile
from mesh.wishes import Answer, Invite, Join, Wish

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

START_WITHIN_S = 30.0
NEWS_WITHIN_S = 30.0
ROOT = os.fspath(Path(app.__file__).resolve().parent.parent)
"""Where a child process finds the same application."""


class DeviceDidNotStart(MeshError):
    """A device of the demonstration did not start; look into its log."""


class ChildDevice:
    """A headless node in a process of its own, and a client at its door."""

    def __init__(self, home: Path, name: str) -> None:
        self.home = home
        self.name = name
        self.device_id = ""
        self.ready: dict[str, Any] = {}
        self.process: asyncio.subprocess.Process | None = None
        self._passphrase = secrets.token_hex(16)
        self._open = contextlib.AsyncExitStack()
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The client; NotRunning-like mistakes are programming errors here."""
        assert self._client is not None  # noqa: S101 — start() comes first
        return self._client

    @property
    def pid(self) -> int:
        """The node's process."""
        assert self.process is not None  # noqa: S101 — start() comes first
        return self.process.pid

    @property
    def words(self) -> list[str]:
        """The module that serves the profile, and what it is told; it says when it is ready."""
        home, serve = str(self.home), ["--host", "127.0.0.1", "--port", "0"]
        return ["app", "--home", home, "--json", "node", *serve, "--name", self.name]

    @property
    def _environ(self) -> dict[str, str]:
        return {**os.environ, "AICO_MESH_PASSPHRASE": self._passphrase, "PYTHONPATH": ROOT}

    async def start(self) -> None:
        """Start the node, wait until it is ready, and connect to its door."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", *self.words,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env=self._environ,
        )  # fmt: skip
        assert self.process.stdout is not None  # noqa: S101 — asked for above
        async with asyncio.timeout(START_WITHIN_S):
            line = await self.process.stdout.readline()
        if not line:
            raise DeviceDidNotStart
        self.ready = msgspec.json.decode(line, type=dict[str, Any])
        self.device_id = self.ready["device_id"]
        profile = Profile.find(str(self.home), os.environ)
        self._client = await self._open.enter_async_context(connect(profile))

    async def ask(self, wish: Wish, on_event: Callable[[Any], None] | None = None) -> Any:
        """A wish, and its answer as maps."""
        return await self.client.command(wish, on_event)

    @contextlib.asynccontextmanager
    async def listen(self, prefix: str) -> AsyncIterator[Callable[..., Any]]:
        """Gives a function that waits for news with a body for which something holds."""
        async with self.client.subscribe(prefix) as heard:
            news = aiter(heard)

            async def matching(holds: Callable[[Any], bool]) -> None:
                async with asyncio.timeout(NEWS_WITHIN_S):
                    while not holds((await anext(news)).body):
                        pass

            yield matching

    async def open_window(self) -> None:
        """Let the application serve the profile instead, until its owner quits it."""
        await self.stop()
        words = ["app", "--home", str(self.home), "tray", "--host", "127.0.0.1", "--port", "0"]
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", *words, env=self._environ
        )
        await self.process.wait()

    async def stop(self) -> None:
        """End it cleanly."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self._end(signal.SIGKILL)

    async def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        if how is signal.SIGTERM:
            await self._open.aclose()
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        await self.process.wait()
        await self._open.aclose()
        self.process = None


async def pair(host: ChildDevice, guest: ChildDevice, invite: Invite) -> None:
    """Pair two devices; both owners say yes to the pictures, and to what becomes of both."""
    async with asyncio.TaskGroup() as tasks:
        link = asyncio.get_running_loop().create_future()

        def agree(device: ChildDevice, event: dict[str, Any]) -> None:
            if event["event"] == "invite":
                link.set_result(event["link"])
            elif event["event"] in {"asking", "meeting"}:
                tasks.create_task(device.ask(Answer(run=event["run"], yes=True)))

        inviting = tasks.create_task(host.ask(invite, lambda event: agree(host, event)))
        await asyncio.wait({inviting, link}, return_when=asyncio.FIRST_COMPLETED)
        if link.done():
            joining = Join(invitation=link.result(), name=guest.name)
            await guest.ask(joining, lambda event: agree(guest, event))
        await inviting
