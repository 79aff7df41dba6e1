"""What is missing is missed, but for what nobody who has it may tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh import wishes
from mesh.model.device import Trust, device_id
from tests.simulation import checks, losses
from tests.simulation.calm import calm_world, told
from tests.simulation.families import FULL, LIMITED
from tests.simulation.model import LABEL, REASON, ROOT, TAG, TEXT, WISH, Store, item
from tests.simulation.owner import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    import apsw

    from tests.simulation.device import Device
    from tests.simulation.world import World


@pytest.fixture
def calm() -> Iterator[World]:
    """A full device and two limited ones, and nothing that fails."""
    with calm_world(FULL, LIMITED, LIMITED) as world:
        yield world


def put_back(device: Device, earlier: apsw.Connection) -> None:
    """Its disk is an earlier one when it starts the next time."""
    device.crash()
    device.restore(earlier)
    earlier.close()


def on_disks(world: World) -> Store:
    """What they hold of which they may tell others."""
    stores = [(one, one.store) for one in world.devices]
    return checks.given_of(stores, world.devices[0].services.registry.roster)


def look_for_losses(world: World, before: Store) -> None:
    """Whether anything that was there before is missing."""
    founder = world.devices[0]
    roster, now_ms = founder.services.registry.roster, founder.clock.wall() // 1000
    losses.nothing_is_lost(world.devices, before, roster, now_ms)


def message_on(device: Device) -> bytes:
    """The one message there."""
    facts = map(item, device.store.raws)
    (found,) = (one.object for one in facts if one.kind == ROOT and one.home)
    return found


def old_line_on(device: Device) -> bytes:
    """A line of a file of years ago."""
    facts = map(item, device.store.raws)
    return min((one.stamp, one.object) for one in facts if one.kind == ROOT)[1]


def kinds_on(device: Device, target: bytes) -> list[int]:
    """What sort of facts are there of an object."""
    return sorted(one.kind for one in device.store.objects.get(target, ()))


def test_a_wish_that_went_nowhere_is_missed(calm: World) -> None:
    full, wisher, _ = told(calm, (0, wishes.Say(text="ours", conversation="work")))
    message = message_on(full)
    told(calm, (1, wishes.Retag(id=message.hex(), add=("tea",))))
    before = on_disks(calm)
    look_for_losses(calm, before)
    for device in (full, wisher):
        assert kinds_on(device, message) == [ROOT, WISH]
    full.connection.execute("DELETE FROM fact WHERE kind=?", (WISH,))
    with pytest.raises(checks.Broken):
        look_for_losses(calm, before)


def test_a_wish_about_what_only_a_lost_disk_made_private_stays_where_that_is_known(
    calm: World,
) -> None:
    full, wisher, _ = told(calm, (0, wishes.Say(text="ours", conversation="work")))
    earlier, message = full.backup(), message_on(full)
    tag = (1, wishes.Retag(id=message.hex(), add=("tea",)))
    told(calm, tag, (0, wishes.Relabel(id=message.hex(), privacy="here")))
    put_back(full, earlier)
    before = on_disks(calm)
    told(calm)
    assert kinds_on(full, message) == [ROOT]
    assert kinds_on(wisher, message) == [LABEL, WISH]
    look_for_losses(calm, before)


def test_a_wish_about_what_only_limited_devices_still_have_goes_no_further(
    calm: World,
) -> None:
    full, _, other = told(calm)
    earlier = full.backup()
    told(calm, (0, wishes.Say(text="ours", conversation="work")))
    message = message_on(full)
    calm.network.block(full.name, other.name)
    told(calm, (1, wishes.Retag(id=message.hex(), add=("tea",))))
    put_back(full, earlier)
    before = on_disks(calm)
    calm.network.heal()
    told(calm)
    assert kinds_on(full, message) == [WISH]
    assert kinds_on(other, message) == [ROOT]
    look_for_losses(calm, before)


def test_a_wish_about_what_only_limited_devices_know_to_be_new_goes_no_further(
    calm: World,
) -> None:
    full, wisher, other = told(calm, (0, wishes.Import(str(FOLDER / "diary-begun.jsonl"))))
    earlier, line = full.backup(), old_line_on(full)
    told(calm, (0, wishes.Revise(line.hex(), "ours")))
    assert kinds_on(other, line) == [ROOT, TEXT]
    put_back(full, earlier)
    told(calm, (1, wishes.Retag(id=line.hex(), add=("tea",))))
    assert kinds_on(full, line) == [ROOT, WISH]
    assert kinds_on(wisher, line) == [ROOT, TEXT, WISH]
    assert kinds_on(other, line) == [ROOT, TEXT]
    look_for_losses(calm, on_disks(calm))


def test_what_a_private_tag_keeps_on_a_device_that_was_lowered_is_missed_by_nobody() -> None:
    with calm_world(FULL, FULL) as world:
        one, other = told(world, (0, wishes.Say(text="ours", conversation="work")))
        message = message_on(one)
        lowered = wishes.SetTrust(device=device_id(other.key), trust=Trust.LIMITED)
        told(
            world,
            (1, wishes.Retag(id=message.hex(), add=("personal",))),
            (0, lowered),
            (0, wishes.Relabel(id=message.hex(), privacy="family")),
        )
        assert TAG in kinds_on(other, message)
        assert TAG not in kinds_on(one, message)
        assert other.services.sync.in_step(one.key)
        checks.in_step_is_true(other, one)
        look_for_losses(world, on_disks(world))


def test_a_reason_that_went_comes_again_though_the_other_never_heard_that_it_had_to() -> None:
    with calm_world(FULL, FULL) as world:
        one, other = told(world, (0, wishes.Feel(valence=0.5, because="a walk")))
        mood = next(one.object for one in map(item, other.store.raws) if one.kind == REASON)
        world.network.block(one.name, other.name)
        told(
            world,
            (1, wishes.Relabel(id=mood.hex(), privacy="here")),
            (1, wishes.Relabel(id=mood.hex(), privacy="family")),
        )
        assert REASON not in kinds_on(other, mood)
        world.network.heal()
        told(world)
        told(world)
        assert REASON in kinds_on(other, mood)
        assert one.services.sync.in_step(other.key)
        checks.in_step_is_true(one, other)
