"""Processes killed in the middle of everything: nothing is lost, nothing is there twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.resources import files
from itertools import cycle, islice
from typing import TYPE_CHECKING

from app.cli.household import ChildDevice, pair
from mesh.errors import MeshError
from mesh.wishes import Export, Import, Invite, Sync

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

LINES = 20_000
ROUNDS = 6


def write_history(folder: Path) -> list[Path]:
    """The messages of the demonstration, over and over; a file a round."""
    real = (files("resources") / "demo" / "messages.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in real.splitlines()]
    lines = []
    for number, row in enumerate(islice(cycle(rows), LINES)):
        turn = number // len(rows)
        renamed = {key: f"{row[key]}/{turn}" for key in ("id", "conversation_id")}
        lines.append(json.dumps({**row, **renamed}) + "\n")
    paths = [folder / f"part{number}.jsonl" for number in range(ROUNDS)]
    for number, path in enumerate(paths):
        path.write_text("".join(lines[number::ROUNDS]), encoding="utf-8")
    return paths


@asynccontextmanager
async def processes(folder: Path, count: int) -> AsyncIterator[list[ChildDevice]]:
    """Devices that are processes, paired with the first."""
    devices = [
        ChildDevice(folder / f"d{number}", f"Device {number}") for number in range(count)
    ]
    async with AsyncExitStack() as ending:
        for device in devices:
            ending.push_async_callback(device.stop)
        await asyncio.gather(*(device.start() for device in devices))
        host, *guests = devices
        for guest in guests:
            await pair(host, guest, Invite(name=guest.name))
        yield devices


async def cut_short(
    part: Path, first: ChildDevice, victim: ChildDevice, watched: ChildDevice, pieces: int
) -> None:
    """Import on the first device; kill one after so many pieces came to one."""

    async def take_in() -> None:
        with contextlib.suppress(MeshError):  # the importing device itself may be the victim
            await first.ask(Import(path=str(part)))

    async with asyncio.TaskGroup() as tasks:
        async with watched.client.subscribe("conversation/history/sync") as heard:
            importing = tasks.create_task(take_in())
            for _ in range(pieces):
                await anext(heard)
            await victim.kill()
        await importing


async def exported(device: ChildDevice, folder: Path) -> bytes:
    path = folder / f"{device.name}.jsonl"
    await device.ask(Export(path=str(path)))
    return path.read_bytes()


async def test_nodes_killed_at_any_moment_end_identical(tmp_path: Path) -> None:
    parts = write_history(tmp_path)
    chance = random.Random(20)  # noqa: S311 — moments, not keys
    async with processes(tmp_path, 3) as devices:
        first, *others = devices
        skipped = 0
        for part in parts:
            watched = chance.choice(others)
            victim = chance.choice([watched, first])
            await cut_short(part, first, victim, watched, chance.randint(1, 3))
            await victim.start()
            done = await first.ask(Import(path=str(part)))
            skipped += done["skipped"]
        assert skipped > 0, "what was committed before a kill is still there"
        for ended in await asyncio.gather(*(one.ask(Sync(wait=60)) for one in devices)):
            assert ended["in_step"], ended
        here, *elsewhere = [await exported(device, tmp_path) for device in devices]
        assert [there == here for there in elsewhere] == [True, True]
        ids = [json.loads(line)["id"] for line in here.splitlines()]
        assert len(ids) == len(set(ids)) == LINES
