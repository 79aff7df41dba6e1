"""A family with a long past still talks, also more than fits into one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model.device import Trust
from mesh.model.entry import (
    DEVICES_MAX,
    PURPOSE,
    RECIPIENT_SIZE,
    AnyBody,
    Epoch,
    Word,
    close,
    entry_hash,
    write,
)
from mesh.sockets import PAYLOAD_MAX
from mesh.wishes import Remember, Rename
from tests.family.household import Device, family, in_step, pair, strangers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANY = 1600


def past_epoch(number: int) -> Epoch:
    """One that is not in force, for as many devices as there can be."""
    nonce = number.to_bytes(16, "big")
    return Epoch(0, nonce, nonce[-RECIPIENT_SIZE:] * DEVICES_MAX, nonce * 2)


def past_word(number: int) -> Word:
    """Somebody was trusted more or less, again and again."""
    return Word(bytes(32), Trust.LIMITED, False, number, (), number)


async def write_many(device: Device, body: Callable[[int], AnyBody]) -> int:
    """A long past, by this device; how many bytes it has."""
    registry = device.node.services.registry
    signing, (tip, *_) = registry.identity.signing, registry.roster.trees[registry.key].tips()
    prev, seq = tip.hash, tip.seq
    signed = []
    for number in range(1, MANY + 1):
        entry = write(
            body(number),
            family=registry.family,
            issuer=registry.key,
            prev=prev,
            seq=seq + number,
        )
        prev = entry_hash(entry)
        signed.append(close(entry, signing.sign(PURPOSE, registry.family, entry)))
    change = await registry.absorb(signed)
    assert change.refused == 0
    return sum(map(len, signed))


async def until_same_roster(one: Device, other: Device) -> None:
    heads = other.node.services.registry.heads

    async def same() -> bool:
        return one.node.services.registry.heads() == heads()

    await one.until(same)


async def test_a_roster_larger_than_a_message_reaches_who_was_away(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await laptop.stop()
        assert await write_many(desk, past_epoch) > PAYLOAD_MAX
        await desk.ask(Remember(text="of the desk"))
        await laptop.start()
        await until_same_roster(laptop, desk)
        await in_step(desk, laptop)
        assert await laptop.texts() == {"of the desk"}
        await desk.ask(Rename(device=laptop.id, name="Still here"))
        await laptop.until_seen(laptop.id, lambda shown: shown.name == "Still here")
        refused = (await laptop.status()).refused
        assert not refused.get("unsaid_frames")
        assert not refused.get("refused_entries")


async def test_a_newcomer_learns_a_long_past(tmp_path: Path) -> None:
    async with strangers(tmp_path, 3) as (desk, laptop, tablet):
        await pair(desk, laptop)
        await write_many(desk, past_word)
        await pair(desk, tablet)
        await until_same_roster(tablet, desk)
        await laptop.until_seen(tablet.id, lambda shown: shown.connected)
        await tablet.ask(Remember(text="of the tablet"))
        await in_step(desk, laptop, tablet)
        assert await laptop.texts() == {"of the tablet"}
