"""One command's talk with the running node, and how it ends when somebody wants it to."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

from mesh.client import Client, connect
from mesh.wishes import Backup, Cancel, Export, Import, Invite, Join, Restore, Sync

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from mesh.profile import Profile
    from mesh.wishes import Wish

    Row: TypeAlias = dict[str, object]
    OnEvent: TypeAlias = Callable[[Row], None]
    OnRows: TypeAlias = Callable[[list[Row]], None]

STOPPABLE = (Invite, Join, Import, Export, Backup, Restore, Sync)
RUN_SECONDS = 2.0
END_SECONDS = 10.0


class StoppedError(Exception):
    """Ctrl+C or SIGTERM, and nothing more to say."""


class Session:
    """A connection, and the wish to stop."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.stop = asyncio.Event()
        self._run: str | None = None
        self._has_run = asyncio.Event()

    async def ask(
        self, wish: Wish, on_event: OnEvent | None = None, on_rows: OnRows | None = None
    ) -> object:
        """The node's answer. Long wishes are cancelled there when we are stopped."""

        def hear(event: Row) -> None:
            self._run = str(event.get("run") or "") or self._run
            if self._run:
                self._has_run.set()
            if on_event is not None:
                on_event(event)

        loop = asyncio.get_running_loop()
        asking = loop.create_task(self.client.command(wish, hear, on_rows))
        stopping = loop.create_task(self.stop.wait())
        try:
            await asyncio.wait((asking, stopping), return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                await self._give_up(wish, asking)
            return await asking
        finally:
            asking.cancel()
            stopping.cancel()

    async def _give_up(self, wish: Wish, asking: asyncio.Task[object]) -> None:
        """Have the node stop, so that it can say how far it came."""
        if isinstance(wish, STOPPABLE):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RUN_SECONDS):
                    await self._has_run.wait()
            if self._run is not None and not asking.done():
                await self.client.command(Cancel(run=self._run))
                await asyncio.wait((asking,), timeout=END_SECONDS)
        if not asking.done():
            raise StoppedError


@asynccontextmanager
async def session(profile: Profile) -> AsyncIterator[Session]:
    """A session with the node that serves the profile; NotRunning if there is none."""
    async with connect(profile) as client:
        talk = Session(client)
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError):  # Windows has no handlers on its loops
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, talk.stop.set)
        yield talk
