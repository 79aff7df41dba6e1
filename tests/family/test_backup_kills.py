"""Processes killed while a backup is made, and while one is taken in."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from app.cli.household import ChildDevice
from mesh.errors import MeshError
from mesh.wishes import Backup, Export, Import, Restore
from tests.family.test_kills import LINES, write_history

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.wishes import Wish

PASSPHRASE = "seven green boats"


async def killed_while(device: ChildDevice, wish: Wish, pieces: int) -> None:
    """Kill it once the bus has told so many times how far it is, some of it being done."""

    async def ask() -> None:
        with contextlib.suppress(MeshError):
            await device.ask(wish)

    async with asyncio.TaskGroup() as tasks:
        async with device.listen("device/backup") as comes:
            asking = tasks.create_task(ask())
            for _ in range(pieces):
                await comes(lambda body: body["done"])
            await device.kill()
        await asking


async def exported(device: ChildDevice, path: Path) -> bytes:
    await device.ask(Export(path=str(path)))
    return path.read_bytes()  # noqa: ASYNC240 - a test may wait


async def test_killed_at_any_moment_a_backup_is_the_former_and_a_restore_is_done_again(
    tmp_path: Path,
) -> None:
    desk, new = ChildDevice(tmp_path / "desk", "Desk"), ChildDevice(tmp_path / "new", "New")
    out = tmp_path / "out"
    out.mkdir()
    backup = Backup(path=str(out / "b"), passphrase=PASSPHRASE)
    restore = Restore(path=str(out / "b"), passphrase=PASSPHRASE)
    try:
        await asyncio.gather(desk.start(), new.start())
        for part in write_history(tmp_path):
            await desk.ask(Import(path=str(part)))
        await desk.ask(backup)
        former = (out / "b").read_bytes()
        await killed_while(desk, backup, 1)
        assert (out / "b").read_bytes() == former
        await desk.start()
        made = await desk.ask(backup)
        assert [path.name for path in out.iterdir()] == ["b"]

        for pieces in (1, 3):
            await killed_while(new, restore, pieces)
            await new.start()
        done = await new.ask(restore)
        assert done["known"] > 0, "what was committed before a kill is still there"
        assert done["known"] + done["restored"] == made["backed_up"]
        await new.stop()
        await new.start()
        assert new.device_id == done["device_id"]
        here, there = await exported(desk, out / "x"), await exported(new, out / "y")
        assert here == there
        assert len(here.splitlines()) == LINES
    finally:
        await asyncio.gather(desk.stop(), new.stop())
