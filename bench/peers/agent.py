"""One node under a runner that measures many kinds of programs: line JSON in, line JSON out.

``python -m bench.peers.agent FOLDER PORT`` prints ``{"ready": true}`` once the node runs and,
where it has been paired, its link is up. Times are the machine's monotonic clock in ns. A node
that was paired comes up paused, so that ``connect`` alone decides when sharing goes on.

    load, put     {file, off, n}   so many lines of a file of messages are imported
    info, connect {info}           a link to pair by, and pairing by it, or going on
    disconnect                     a pause
    count, wait   {n}              until so many messages are here and on the disk
    live_reset, live_write {n, rate}, live_wait {n}   messages that carry when they were said
    conflict      {op, v}          one memory, changed on both sides
    quit
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sys
import time
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh.messages import AssistantSaid, DeviceRecognised, HistoryArrived, News, UserSaid
from mesh.model.fact import ObjectKind
from mesh.node import Node
from mesh.profile import Profile
from mesh.storage.objects import State
from mesh.wishes import (
    Answer,
    Conflicts,
    Event,
    Import,
    Invite,
    InviteOpened,
    Join,
    Memories,
    PairingAsking,
    Pause,
    Remember,
    Resume,
    Revise,
    Say,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mesh.storage.objects import Connection
    from mesh.wishes import AnyWish

KEY = bytes(range(32))
LINK_S, WAIT_S = 20.0, 500.0
AT_ONCE = 512
"""So many messages a program says before it waits for the first of them."""
LIVE = "live"


class Agent:
    """Answers the runner for one node."""

    def __init__(self, node: Node, folder: Path, tasks: asyncio.TaskGroup) -> None:
        self._node, self._folder, self._tasks = node, folder, tasks
        self._count = 0
        self._times: list[float] = []
        self._last = 0
        self._news = asyncio.Event()
        self._inviting: asyncio.Task[Any] | None = None
        self._link = ""

    async def open(self) -> None:
        """Count what is here; where it is paired, wait for the link."""
        self._count = await self._counted()
        self._node.bus.subscribe("", callback=self._hear)
        others = (await self._ask(Status())).devices
        if others:
            async with asyncio.timeout(LINK_S):
                while not any(one.connected for one in (await self._ask(Status())).devices):
                    await self._next()

    async def _ask(self, wish: AnyWish, tell: Callable[[Event], None] | None = None) -> Any:
        return await self._node.command(wish, tell or (lambda _: None))

    def _hear(self, news: News) -> None:
        now, said = time.monotonic_ns(), news.body
        if isinstance(said, HistoryArrived):
            self._count += said.messages
        elif isinstance(said, UserSaid | AssistantSaid):
            self._count += 1
            if said.conversation_id == LIVE and news.device_id != self._node.device_id:
                self._times.append((now - int(said.text)) / 1e6)
                self._last = now
        elif not isinstance(said, DeviceRecognised):
            return
        self._news.set()

    async def _next(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def _until(self, holds: Callable[[], bool], seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not holds():
                    await self._next()
        return holds()

    async def _counted(self) -> int:
        def job(sql: Connection) -> int:
            asked = (int(ObjectKind.TURN), int(State.LIVE))
            return int(
                sql.execute("SELECT count(*) FROM object WHERE kind=? AND state=?", asked).get
            )

        return await self._node.services.database.read(job)

    # ---- records -----------------------------------------------------------------------------

    async def load(self, file: str, n: int, off: int = 0) -> dict[str, Any]:
        """Import a slice of a file; how long it took, s."""
        done = await self.put(file, n, off)
        return {"s": done["s"]}

    async def put(self, file: str, n: int, off: int = 0) -> dict[str, Any]:
        """The same, and when it began."""
        path = self._folder / "lines.jsonl"
        with path.open("w", encoding="utf-8") as out:
            out.writelines(_lines(file, off, n))
        begun = time.monotonic_ns()
        await self._ask(Import(path=str(path)))
        path.unlink()
        return {"t0": str(begun), "s": (time.monotonic_ns() - begun) / 1e9}

    async def count(self) -> dict[str, Any]:
        """How many messages are here."""
        return {"n": await self._counted()}

    async def wait(self, n: int, timeout: float = WAIT_S) -> dict[str, Any]:  # noqa: ASYNC109 — the runner's word
        """Until so many are here; when that was."""
        if not await self._until(lambda: self._count >= n, timeout):
            return {"timeout": True, "n": self._count}
        now = time.monotonic_ns()
        found = await self._counted()
        return {"n": found, "t": str(now)} if found >= n else {"error": f"{found} of {n}"}

    # ---- the other one -----------------------------------------------------------------------

    async def info(self) -> dict[str, Any]:
        """The link to a pairing window, where nobody came yet the one open already.

        Whoever comes is agreed to.
        """
        if not self._link:
            opened: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            hear = partial(self._agree, opened.set_result)
            if self._inviting is not None:
                await self._inviting  # two windows at once there are not
            self._inviting = self._tasks.create_task(self._ask(Invite(), hear))
            self._link = await opened
        return {"link": self._link}

    async def connect(self, info: dict[str, Any], port: int = 0) -> dict[str, Any]:
        """Pair by the other one's link; where that was done before, share again."""
        del port
        if (await self._ask(Status())).paused:
            await self._ask(Resume())
        else:
            await self._ask(Join(invitation=info["link"]), partial(self._agree, None))
        return {}

    def _agree(self, opened: Callable[[str], None] | None, event: Event) -> None:
        if isinstance(event, InviteOpened) and opened is not None:
            opened(event.link)
        elif isinstance(event, PairingAsking):
            self._link = ""
            self._tasks.create_task(self._ask(Answer(run=event.run, yes=True)))

    async def disconnect(self) -> dict[str, Any]:
        """Share nothing until ``connect``."""
        await self._ask(Pause())
        return {}

    # ---- live --------------------------------------------------------------------------------

    async def live_reset(self) -> dict[str, Any]:
        """Forget the times so far."""
        self._times, self._last = [], 0
        return {}

    async def live_write(self, n: int, rate: float = 0) -> dict[str, Any]:
        """Say ``n`` messages, ``rate`` a second, or as fast as it goes."""
        begun = time.monotonic_ns()
        if rate:
            for number in range(n):
                due = begun / 1e9 + number / rate
                await asyncio.sleep(max(0.0, due - time.monotonic_ns() / 1e9))
                await self._say()
        else:
            left = iter(range(n))
            async with asyncio.TaskGroup() as speakers:
                for _ in range(min(n, AT_ONCE)):
                    speakers.create_task(self._say_on(left))
        return {"t0": str(begun), "s": (time.monotonic_ns() - begun) / 1e9}

    async def _say_on(self, left: Iterator[int]) -> None:
        for _ in left:
            await self._say()

    async def _say(self) -> None:
        await self._ask(Say(text=str(time.monotonic_ns()), conversation=LIVE))

    async def live_wait(self, n: int, timeout: float = WAIT_S) -> dict[str, Any]:  # noqa: ASYNC109 — the runner's word
        """Until so many came from the other side; how long each took, ms."""
        await self._until(lambda: len(self._times) >= n, timeout)
        return {"n": len(self._times), "last": str(self._last), "lat": self._times}

    # ---- a contradiction ---------------------------------------------------------------------

    async def conflict(self, op: str, v: str = "base") -> dict[str, Any]:
        """``base`` makes one memory, ``edit`` changes it, ``read`` tells what is known."""
        if op == "base":
            await self._ask(Remember(text=v))
        elif op == "edit":
            (memory,) = await self._ask(Memories())
            await self._ask(Revise(id=memory.id, text=v))
        texts = [memory.text for memory in await self._ask(Memories())]
        asked = [[side.text for side in one.choices] for one in await self._ask(Conflicts())]
        return {"texts": texts, "asked": asked}

    async def quit(self) -> dict[str, Any]:
        """Come up paused next time, if there is somebody to share with."""
        if (await self._ask(Status())).devices:
            await self._ask(Pause())
        return {}


def _lines(file: str, off: int, n: int) -> Iterator[str]:
    """Lines of the runner's file as our import reads them."""
    with Path(file).open(encoding="utf-8") as found:
        for row in itertools.islice(found, off, off + n):
            line = json.loads(row)
            line["timestamp"] = datetime.fromisoformat(line["created_at"]).timestamp()
            yield json.dumps(line) + "\n"


async def serve(folder: Path, port: int) -> None:
    """Answer one line after the other until ``quit`` or the end of the input."""
    loop = asyncio.get_running_loop()
    profile = Profile(folder)
    opening = Node.open(profile, host="127.0.0.1", port=port, root_key=KEY)
    async with opening as node, asyncio.TaskGroup() as tasks:
        agent = Agent(node, folder, tasks)
        await agent.open()
        _tell({"ready": True, "t": str(time.monotonic_ns())})
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            asked = json.loads(line)
            name = asked.pop("cmd")
            try:
                _tell(await getattr(agent, name)(**asked))
            except Exception as error:  # noqa: BLE001 — the runner is told, whatever it is
                _tell({"error": repr(error)})
            if name == "quit":
                break


def _tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
