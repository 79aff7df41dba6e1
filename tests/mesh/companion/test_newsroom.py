"""A history that comes in many pages is told as counts, and looked at once for all of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.bus.bus import Bus
from mesh.companion.newsroom import Newsroom
from mesh.companion.settling import Settling
from mesh.messages import ConflictDetected, HistoryArrived, MoodChanged
from mesh.storage.objects import Outcome
from tests.mesh.companion.diary import NAMES, Diary, diary, id_of

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.messages import News
    from mesh.wishes import ForgetShown

PAGES = 50


class Room:
    """A newsroom over a diary, and all that it told."""

    def __init__(self, device: Diary, tasks: asyncio.TaskGroup) -> None:
        self.told: list[object] = []
        self._heard = asyncio.Event()
        bus = Bus()
        bus.subscribe("", callback=self._hear)
        settling = Settling(device.database, device.reading, device.writing, NAMES.get)
        self.newsroom = Newsroom(
            bus, device.reading, settling, id_of(device.name), tasks.create_task,
            device_of=NAMES.get, members=dict, progress=self._progress,
        )  # fmt: skip

    async def _progress(self, _: bytes) -> ForgetShown:
        raise AssertionError("nothing is forgotten here")

    def _hear(self, news: News) -> None:
        self.told.append(news.body)
        self._heard.set()

    def count(self, kind: type) -> int:
        return sum(isinstance(one, kind) for one in self.told)

    async def until(self, kind: type, times: int) -> None:
        async with asyncio.timeout(5):
            while self.count(kind) < times:
                self._heard.clear()
                await self._heard.wait()


async def test_many_pages_are_told_each_and_looked_at_once(laptop: Diary) -> None:
    async with asyncio.TaskGroup() as tasks:
        room = Room(laptop, tasks)
        for _ in range(PAGES):
            room.newsroom.tell(Outcome(added=1000))
        assert room.count(HistoryArrived) == PAGES
        await room.until(MoodChanged, 1)
    assert room.count(MoodChanged) == 1


async def test_what_came_behind_the_last_look_is_looked_at_too(
    laptop: Diary, tmp_path: Path
) -> None:
    async with asyncio.TaskGroup() as tasks, diary(tmp_path, "phone") as phone:
        room = Room(laptop, tasks)
        room.newsroom.tell(Outcome(added=1000))
        await room.until(MoodChanged, 1)
        kept = await laptop.writing.remember("tea")
        await laptop.give_all(phone)
        await laptop.writing.revise(kept.id, "green tea")
        await phone.writing.revise(kept.id, "black tea")
        await phone.give_all(laptop)
        room.newsroom.tell(Outcome(added=1000))
        await room.until(ConflictDetected, 1)
    assert room.count(ConflictDetected) == 1
