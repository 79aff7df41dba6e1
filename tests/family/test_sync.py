"""Devices with the same rights hold the same, whatever happens in between."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

from mesh.model.device import Trust
from mesh.wishes import (
    Conversations,
    Feel,
    Forget,
    Forgettings,
    Import,
    Invite,
    Memories,
    Mood,
    Pause,
    Relabel,
    Remember,
    Resume,
    Retag,
    Revise,
    Say,
    Show,
    Sync,
)
from tests.family.household import Device, family, in_step, pair, strangers

if TYPE_CHECKING:
    from pathlib import Path

    import apsw

REAL = files("resources") / "demo" / "messages.jsonl"


async def take_in(device: Device, path: str) -> tuple[int, int]:
    done = await device.ask(Import(path=path))
    return done.imported, done.skipped


async def same_everywhere(*devices: Device) -> bytes:
    """In step, and every export is the same, byte for byte."""
    await in_step(*devices)
    first, *others = [await device.export("all") for device in devices]
    assert all(other == first for other in others)
    return first


async def test_an_import_comes_to_all_and_again_it_adds_nothing(tmp_path: Path) -> None:
    real = str(REAL)
    lines = len(REAL.read_text(encoding="utf-8").splitlines())
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        assert await take_in(desk, real) == (lines, 0)
        exported = await same_everywhere(desk, laptop, tablet)
        assert len(exported.splitlines()) == lines
        assert await take_in(laptop, real) == (0, lines)
        assert await same_everywhere(desk, laptop, tablet) == exported


async def test_a_file_imported_on_two_devices_apart_is_one_history(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        for device in (desk, laptop):
            await take_in(device, str(REAL))
        alone = await desk.export("all")
        await pair(desk, laptop)
        assert await same_everywhere(desk, laptop) == alone


async def test_what_was_written_apart_comes_together(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        said = await desk.ask(Say(text="shared"))
        memory = await desk.ask(Remember(text="first text", tags=("a",)))
        await in_step(desk, laptop)
        await laptop.stop()
        await desk.ask(Say(text="on the desk", conversation=said.conversation_id))
        await desk.ask(Revise(id=memory.id, text="text of the desk"))
        await desk.stop()
        await laptop.start()
        await laptop.ask(Say(text="on the laptop", conversation=said.conversation_id))
        await laptop.ask(Retag(id=memory.id, add=("b",)))
        await laptop.ask(Feel(valence=-0.5))
        await desk.start()
        await same_everywhere(desk, laptop)
        for device in (desk, laptop):
            texts = ["shared", "on the desk", "on the laptop"]
            assert await device.said(said.conversation_id) == texts
            (kept,) = await device.ask(Memories())
            assert (kept.text, set(kept.tags)) == ("text of the desk", {"a", "b"})
            assert (await device.ask(Mood())).valence < 0


async def test_devices_that_never_meet_agree_through_a_third(tmp_path: Path) -> None:
    async with strangers(tmp_path, 3) as (desk, laptop, tablet):
        for guest in (laptop, tablet):
            await pair(desk, guest)
        await in_step(desk, laptop, tablet)
        await tablet.stop()
        await laptop.ask(Say(text="of the laptop"))
        await laptop.ask(Remember(text="remembered on the laptop"))
        await in_step(laptop, device=desk)
        await laptop.stop()
        await tablet.start()
        await tablet.ask(Say(text="of the tablet"))
        await in_step(tablet, device=desk)
        there = await tablet.export("all")
        assert b"of the laptop" in there
        await tablet.stop()
        await laptop.start()
        await in_step(laptop, device=desk)
        assert await laptop.export("all") == there == await desk.export("all")


async def test_a_pause_holds_everything_back_and_an_end_of_it_nothing(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        await laptop.ask(Pause())
        await desk.ask(Remember(text="of the desk"))
        await laptop.ask(Remember(text="of the laptop"))
        await in_step(tablet, device=desk)
        assert await laptop.texts() == {"of the laptop"}
        assert await tablet.texts() == await desk.texts() == {"of the desk"}
        assert (await laptop.status()).paused
        await laptop.ask(Resume())
        await same_everywhere(desk, laptop, tablet)
        assert await laptop.texts() == {"of the desk", "of the laptop"}


async def test_a_pause_with_one_device_leaves_the_others(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        paused = await desk.ask(Pause(device="Laptop"))
        assert paused.devices == (laptop.id,)
        await desk.ask(Remember(text="of the desk"))
        await in_step(laptop, device=tablet)
        await in_step(tablet, device=desk)
        await in_step(laptop, device=tablet)
        assert await laptop.texts() == await tablet.texts() == {"of the desk"}


async def test_a_forgetting_is_confirmed_by_all_also_by_who_was_away(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        memory = await desk.ask(Remember(text="the blue cup"))
        await in_step(desk, laptop, tablet)
        await tablet.stop()
        await laptop.ask(Forget(id=memory.id))
        await in_step(laptop, device=desk)

        async def two_have() -> bool:
            return len((await laptop.ask(Forget(id=memory.id))).confirmed_by) == 2

        await laptop.until(two_have)
        shown = await laptop.ask(Forget(id=memory.id))
        assert set(shown.confirmed_by) == {desk.id, laptop.id}
        assert shown.waiting_for == (tablet.id,)
        await laptop.stop()
        await laptop.start()
        (still,) = await laptop.ask(Forgettings())
        assert (still.kind, still.waiting_for) == ("memory", (tablet.id,))
        assert await desk.ask(Forgettings()) == []
        await tablet.start()

        async def all_have() -> bool:
            return not (await laptop.ask(Forget(id=memory.id))).waiting_for

        await laptop.until(all_have)
        for device in (desk, laptop, tablet):
            assert await device.texts() == set()
            assert b"blue cup" not in await device.export("all")
            shown = await device.ask(Forget(id=memory.id))
            assert set(shown.confirmed_by) == {desk.id, laptop.id, tablet.id}


async def test_a_forgotten_line_stays_forgotten_whoever_imports_it_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "one.jsonl"
    line = {"conversation_id": "c", "role": "user", "text": "secret", "timestamp": 1.5e9}
    path.write_text(json.dumps(line))
    async with family(tmp_path, "full") as (desk, laptop):
        assert await take_in(desk, str(path)) == (1, 0)
        (row,) = (await desk.export()).splitlines()
        await desk.ask(Forget(id=(await listed(desk))[0]))
        await in_step(desk, laptop)
        for device in (desk, laptop):
            assert await take_in(device, str(path)) == (0, 1)
        assert await same_everywhere(desk, laptop) == b""
        assert b"secret" in row


async def listed(device: Device) -> list[str]:
    (conversation,) = await device.ask(Conversations())
    return [said.id for said in await device.ask(Show(conversation.conversation_id))]


async def test_what_becomes_private_is_not_sent_and_what_becomes_family_is(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        memory = await desk.ask(Remember(text="kept to myself", privacy="private"))
        await in_step(desk, laptop)
        assert await laptop.texts() == set()
        await desk.ask(Relabel(id=memory.id, privacy="family"))
        await in_step(desk, laptop)
        assert await laptop.texts() == {"kept to myself"}


async def test_who_is_away_is_named_and_does_not_keep_the_others_from_being_in_step(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        await tablet.stop()
        await laptop.ask(Remember(text="news"))
        done = await desk.ask(Sync(wait=1))
        assert (done.in_step, done.missing) == (True, ("Tablet",))
        assert await desk.texts() == {"news"}


async def test_a_device_that_joins_late_gets_the_whole_past(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await take_in(laptop, str(REAL))
        await in_step(desk, laptop)
        async with strangers(tmp_path / "late", 1) as (late,):
            await pair(desk, late, Invite(trust=Trust.FULL, name="Late"))
            await same_everywhere(desk, laptop, late)


async def test_private_words_are_nowhere_in_clear_and_on_no_other_device(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "limited") as devices:
        desk, laptop, _ = devices
        where = (await desk.ask(Say(text="canaryprivate said", private=True))).conversation_id
        await desk.ask(Say(text="canaryfamily said", conversation=where))
        await desk.ask(Remember(text="canaryprivate kept", privacy="private"))
        await desk.ask(Remember(text="canaryfamily kept", tags=("canarytag",)))
        gone = await laptop.ask(Remember(text="canarygone"))
        await desk.ask(Feel(valence=0.2, because="canaryreason"))
        await in_step(*devices)
        await laptop.ask(Forget(id=gone.id))
        await in_step(*devices)
        for device in devices:
            found = await rows_with(device, b"canaryprivate")
            assert bool(found) is (device is desk), found
            assert await rows_with(device, b"canaryfamily")
            assert not await rows_with(device, b"canarygone")
        for device in devices:
            clear = in_clear(device, b"canary")
            assert not clear, clear
            await device.stop()
            assert not in_clear(device, b"canary")


def in_clear(device: Device, word: bytes) -> list[str]:
    """The files of a profile in which a word stands as it is."""
    paths = [path for path in device.profile.home.rglob("*") if path.is_file()]
    assert any(path.name.endswith(".db") for path in paths)
    return [path.name for path in paths if word in path.read_bytes()]


async def rows_with(device: Device, word: bytes) -> list[str]:
    """The tables of an open database that hold a word."""

    def job(connection: apsw.Connection) -> list[str]:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return [str(name) for (name,) in tables.fetchall() if holds(connection, str(name))]

    def holds(connection: apsw.Connection, table: str) -> bool:
        rows = connection.execute(f"SELECT * FROM [{table}]")  # noqa: S608 — of the schema
        return any(word in as_bytes(cell) for row in rows for cell in row)

    return await device.node.services.database.read(job)


def as_bytes(cell: object) -> bytes:
    return cell if isinstance(cell, bytes) else str(cell).encode()
