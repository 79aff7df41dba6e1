"""Names and addresses learned from one device go on to those that do not meet it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mesh.commands.services import Place
from mesh.errors import NotPermitted
from mesh.messages import RegistryUpdated
from mesh.model.device import Role, Trust
from mesh.wishes import Invite, Remember, Rename, SetRole, Sync
from tests.family.household import PATIENCE_S, family, pair, strangers

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.bus.bus import Listener
    from mesh.messages import DeviceShown
    from mesh.node import Node


def key_of(node: Node) -> bytes:
    return node.services.registry.key


def part(one: Node, other: Node) -> None:
    """The first lets the other in no more, and does not go to it."""
    services = one.services
    allowed = services.registry.directory.allowed()
    services.links.admit({c: key for c, key in allowed.items() if key != key_of(other)})
    services.sync.down(key_of(other))


async def test_a_name_is_passed_on_to_a_device_that_never_meets_its_own(tmp_path: Path) -> None:
    async with family(tmp_path, "limited", "limited") as (_, laptop, tablet):
        assert not (await tablet.seen())[laptop.id].connected
        await laptop.ask(Rename(device=laptop.id, name="Kitchen"))
        await tablet.until_seen(laptop.id, lambda shown: shown.name == "Kitchen")
        assert not (await tablet.seen())[laptop.id].connected


async def test_who_joined_is_passed_on_before_it_says_a_word_itself(tmp_path: Path) -> None:
    async with strangers(tmp_path, 3) as (tablet, desk, laptop):
        await pair(desk, laptop)
        with desk.node.bus.listen("device/heartbeat") as here, \
                laptop.node.bus.listen("device/heartbeat") as there:  # fmt: skip
            await anext(here)  # from here on both tell nothing by themselves for a while
            await anext(there)
        # Neither will know where the other is: after pairing they do not meet.
        await desk.node.services.registry.directory.renew_card([])
        tablet.node.services.place = Place("", 0, ())
        async with asyncio.TaskGroup() as tasks:
            pairing = tasks.create_task(pair(desk, tablet, Invite(trust=Trust.LIMITED)))
            await laptop.until_seen(tablet.id, lambda shown: shown.trust is Trust.LIMITED)
            pairing.cancel()


async def own(news: Listener) -> DeviceShown:
    """A device that is alone, as its next news tells it."""
    body = (await anext(news)).body
    assert isinstance(body, RegistryUpdated)
    return body.devices[0]


async def test_a_device_without_a_family_tells_its_windows_what_it_is_called(
    tmp_path: Path,
) -> None:
    async with strangers(tmp_path, 1) as (desk,), asyncio.timeout(PATIENCE_S):
        with desk.node.bus.listen("device/registry") as news:
            await desk.ask(Rename(device=desk.id, name="Kitchen"))
            while (await own(news)).name != "Kitchen":
                pass
            await desk.ask(SetRole(device=desk.id, role=Role.SHARED))
            while (await own(news)).role is not Role.SHARED:
                pass


async def test_what_a_device_is_to_the_companion_reaches_every_device(tmp_path: Path) -> None:
    async with family(tmp_path, "limited", "limited") as (desk, laptop, tablet):
        await desk.ask(SetRole(device=laptop.id, role=Role.SHARED))
        await tablet.until_seen(laptop.id, lambda shown: shown.role is Role.SHARED)
        with pytest.raises(NotPermitted):
            await tablet.ask(SetRole(device=laptop.id, role=Role.MOBILE))


async def test_a_limited_device_does_not_wait_for_one_it_never_meets(tmp_path: Path) -> None:
    async with family(tmp_path, "limited", "limited") as (desk, _, tablet):
        await desk.ask(Remember(text="of the desk"))
        done = await tablet.ask(Sync(wait=PATIENCE_S))
        assert (done.in_step, done.missing) == (True, ())
        assert await tablet.texts() == {"of the desk"}


async def test_a_new_address_is_passed_on_by_the_one_who_learned_it(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (_, laptop, tablet):
        part(laptop.node, tablet.node)
        directory = laptop.node.services.registry.directory
        assert await directory.renew_card(("tcp://192.0.2.7:21550",))
        laptop.node.services.sync.spread()
        assert key_of(tablet.node) not in laptop.node.services.sync.peers()

        async def knows() -> bool:
            card = tablet.node.services.registry.directory.card_of(key_of(laptop.node))
            return card is not None and card.endpoints == ("tcp://192.0.2.7:21550",)

        await tablet.until(knows)
