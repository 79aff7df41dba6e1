"""A whole family on this machine in under a minute: real processes, real links, real messages.

Every step is one function that does something a person could do, and tells what came of it in
a sentence and in figures.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
import time
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.household import ChildDevice, pair
from app.wording import feeling, tr
from mesh.errors import MeshError
from mesh.model.device import Trust
from mesh.wishes import (
    Conversations,
    Export,
    Feel,
    Forget,
    Import,
    Invite,
    Memories,
    Mood,
    Remember,
    Say,
    Sync,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Tell = Callable[[dict[str, object], str], None]

NAMES = ("Home Desktop", "Laptop", "Kitchen Tablet")
DEVICES_MIN, DEVICES_MAX = 3, 10
PATIENCE_S = 30.0


class DemoFailed(MeshError):
    """The demonstration did not go as it must; please report this."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The demonstration did not go as it must ({what}); please report this."
        )


class Demo:
    """The family, and how what happens is told."""

    def __init__(self, devices: list[ChildDevice], tell: Tell) -> None:
        self.devices = devices
        self.tell = tell
        self.figures: dict[str, object] = {"devices": len(devices)}

    @property
    def trio(self) -> tuple[ChildDevice, ChildDevice, ChildDevice]:
        """The three that have parts to play."""
        first, second, third, *_ = self.devices
        return first, second, third

    async def play(self) -> dict[str, object]:
        """All steps in order; the figures at the end."""
        begun = time.perf_counter()
        for step in (
            self.start, self.pair, self.history, self.mood, self.conversation,
            self.private, self.power_cut, self.forget, self.compare,
        ):  # fmt: skip
            await step()
        self.figures["seconds"] = round(time.perf_counter() - begun, 1)
        return self.figures

    async def start(self) -> None:
        """Start every device."""
        await asyncio.gather(*(device.start() for device in self.devices))
        names = ", ".join(device.name for device in self.devices)
        self.tell(
            {"event": "started", "devices": [device.name for device in self.devices]},
            tr(
                "{n} devices are running, each a process and a profile of its own: {names}.",
                n=len(self.devices),
                names=names,
            ),
        )

    async def pair(self) -> None:
        """Pair all of them with the first."""
        begun = time.perf_counter()
        host, *guests = self.devices
        for guest in guests:
            await pair(host, guest, Invite(trust=Trust.FULL, name=guest.name))
        took = round(time.perf_counter() - begun, 2)
        self.figures["pairing_seconds"] = took
        self.tell(
            {"event": "paired", "seconds": took},
            tr(
                "They are one family now: paired by link, seven pictures compared ({n} s).",
                n=took,
            ),
        )

    async def history(self) -> None:
        """Import real messages on one; see them on all."""
        host = self.devices[0]
        with as_file(files("resources") / "demo" / "messages.jsonl") as path:
            done = await host.ask(Import(path=str(path)))
        begun = time.perf_counter()
        await self._in_step()
        took = round((time.perf_counter() - begun) * 1000)
        self.figures |= {"messages": done["imported"], "sync_ms": took}
        self.tell(
            {"event": "imported", "messages": done["imported"],
             "conversations": done["conversations"], "sync_ms": took},
            tr(
                "{n} real messages in {threads} conversations came to {name}; {took} ms later "
                "every device had them.",
                n=done["imported"], threads=done["conversations"], name=host.name, took=took,
            ),
        )  # fmt: skip

    async def mood(self) -> None:
        """Feel on one, see it on another."""
        one, other, _ = self.trio
        async with other.listen("emotion/state/current") as next_news:
            begun = time.perf_counter()
            await one.ask(Feel(valence=0.6, arousal=0.3, because="a good walk"))
            await next_news(lambda body: body["valence"] > 0)
            took = round((time.perf_counter() - begun) * 1000, 1)
        mood = await other.ask(Mood())
        self.figures["mood_ms"] = took
        self.tell(
            {"event": "mood", "valence": mood["valence"], "label": mood["label"], "ms": took},
            tr(
                "The companion felt {feeling} on {one}; {other} felt it {took} ms later.",
                feeling=feeling(mood["label"]),
                one=one.name,
                other=other.name,
                took=took,
            ),
        )

    async def conversation(self) -> None:
        """Begin a conversation on one device, go on with it on another."""
        desk, laptop, tablet = self.trio
        said = await desk.ask(Say(text="Shall we plan the garden for spring?"))
        where = said["conversation_id"]
        await self._in_step()
        reply = "Gladly. Tomatoes by the wall, as you wished last year?"
        async with tablet.listen("conversation/message/") as next_news:
            await laptop.ask(Say(text=reply, role="assistant", conversation=where))
            await next_news(lambda body: body["text"] == reply)
        listed = await tablet.ask(Conversations())
        newest = next(row for row in listed if row["conversation_id"] == where)
        _expect(newest["messages"] == 2, "both messages everywhere")  # noqa: PLR2004 — the question and the answer
        self.tell(
            {"event": "continued", "conversation_id": where, "messages": newest["messages"]},
            tr(
                "A conversation begun on {one} went on on {other}, and {third} has both "
                "messages.",
                one=desk.name,
                other=laptop.name,
                third=tablet.name,
            ),
        )

    async def private(self) -> None:
        """A private memory stays on its device."""
        desk, laptop, tablet = self.trio
        kept_here = "The surprise party is on Saturday."
        await laptop.ask(Remember(text=kept_here, privacy="private"))
        await self._in_step()
        here = [row["text"] for row in await laptop.ask(Memories())]
        others = [await device.ask(Memories()) for device in (desk, tablet)]
        _expect(kept_here in here, "the secret is kept")
        kept = all(kept_here not in [row["text"] for row in rows] for rows in others)
        _expect(kept, "the secret stays home")
        self.tell(
            {"event": "private", "kept_on": laptop.name},
            tr(
                "A private memory on {name} stayed there; nobody else has heard of it.",
                name=laptop.name,
            ),
        )

    async def power_cut(self) -> None:
        """Kill one device in mid-life; it misses things, comes back and has them."""
        desk, laptop, tablet = self.trio
        await tablet.kill()
        for number in range(20):
            await desk.ask(Say(text=f"While the tablet was off, note {number + 1}."))
        await laptop.ask(
            Remember(text="Grandma prefers tea in the blue cup.", tags=("family",))
        )
        begun = time.perf_counter()
        await tablet.start()
        await self._in_step()
        took = round(time.perf_counter() - begun, 2)
        self.figures["back_seconds"] = took
        self.tell(
            {"event": "killed", "device": tablet.name, "missed": 21, "back_seconds": took},
            tr(
                "{name} was killed (SIGKILL), missed 20 messages and a memory, and had them "
                "{took} s after its start.",
                name=tablet.name,
                took=took,
            ),
        )

    async def forget(self) -> None:
        """Forget something, and see every device confirm it."""
        laptop = self.trio[1]
        rows = await laptop.ask(Memories())
        wanted = next(row for row in rows if "blue cup" in row["text"])
        begun = time.perf_counter()
        progress = await laptop.ask(Forget(id=wanted["id"]))
        deadline = begun + PATIENCE_S
        while progress["waiting_for"] and time.perf_counter() < deadline:
            await self._in_step()
            progress = await laptop.ask(Forget(id=wanted["id"]))
        _expect(not progress["waiting_for"], "every device confirms")
        for device in self.devices:
            texts = [row["text"] for row in await device.ask(Memories())]
            _expect(not any("blue cup" in text for text in texts), "it is gone everywhere")
        count = len(progress["confirmed_by"])
        self.tell(
            {"event": "forgotten", "confirmed": count},
            tr(
                "“Forget this”: all {n} devices have confirmed that the memory is gone.",
                n=count,
            ),
        )

    async def compare(self) -> None:
        """Export everywhere and compare byte for byte."""
        await self._in_step()
        digests, lines = set(), 0
        for device in self.devices:
            path = device.home / "export.jsonl"
            await device.ask(Export(path=str(path)))
            content = path.read_bytes()
            lines = content.count(b"\n")
            digests.add(hashlib.sha256(content).hexdigest())
        _expect(len(digests) == 1, "identical exports")
        self.figures |= {"exported": lines, "identical": True}
        self.tell(
            {"event": "identical", "messages": lines, "sha256": digests.pop()},
            tr(
                "The conversations exported from all {n} devices are identical, byte for byte: "
                "{lines} messages.",
                n=len(self.devices),
                lines=lines,
            ),
        )

    async def _in_step(self) -> None:
        """Until every device says that it has all, and has given all."""
        until = time.perf_counter() + PATIENCE_S
        for device in self.devices:
            while not _is_level(await device.ask(Sync(wait=PATIENCE_S))):
                _expect(time.perf_counter() < until, f"{device.name} is in step")


def _is_level(done: dict[str, Any]) -> bool:
    """Whether a device has caught up with every other one."""
    return bool(done["in_step"]) and not done["missing"]


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise DemoFailed(what)


async def play(
    count: int, tell: Tell, after: Callable[[ChildDevice, dict[str, object]], Awaitable[None]]
) -> None:
    """Run the demonstration with ``count`` devices; ``after`` gets one of them and the figures.

    Leaves nothing behind.
    """
    folder = Path(tempfile.mkdtemp(prefix="aico-demo-"))
    names = [*NAMES, *(f"Device {number}" for number in range(4, count + 1))]
    devices = [
        ChildDevice(folder / f"device-{n}", name) for n, name in enumerate(names[:count])
    ]
    try:
        demo = Demo(devices, tell)
        figures = await demo.play()
        await after(demo.trio[1], figures)
    finally:
        await asyncio.gather(*(device.stop() for device in devices))
        shutil.rmtree(folder, ignore_errors=True)
