"""Two devices become one family, and only when both owners want it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from mesh.commands.inviting import admit
from mesh.commands.joining import adopt
from mesh.errors import (
    AlreadyInFamily,
    CodeWrong,
    InvitationClosed,
    PairingRefused,
    PairingUnreachable,
)
from mesh.model.device import Role, Trust
from mesh.pairing.frames import JoinRequest
from mesh.wishes import (
    Cancel,
    CodeTried,
    DeviceJoined,
    FamilyJoined,
    Invite,
    InviteOpened,
    Join,
    JoinBegun,
    PairingAsking,
    PairingWithdrawn,
    Remember,
)
from tests.family.household import (
    FastClock,
    family,
    in_step,
    outcome,
    pair,
    strangers,
    window,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.pairing.frames import Adopted, Welcome
    from mesh.wishes import Event
    from tests.family.household import Device


def by_code(shown: InviteOpened) -> Join:
    return Join(invitation=shown.code, at=shown.at)


async def test_by_link_both_say_which_device_joined(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        host, guest = await pair(desk, laptop)
        assert host == DeviceJoined(device_id=laptop.id, name="Laptop")
        assert isinstance(guest, FamilyJoined)
        assert (guest.device_id, guest.name) == (laptop.id, "Laptop")
        for device in (desk, laptop):
            assert (await device.status()).family_id == guest.family_id


async def test_the_inviter_sets_name_trust_and_role_and_both_show_them(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        invite = Invite(trust=Trust.LIMITED, role=Role.MOBILE, name="Kitchen Tablet")
        _, joined = await pair(desk, laptop, invite)
        assert joined.name == "Kitchen Tablet"
        for device in (desk, laptop):
            shown = (await device.seen())[laptop.id]
            assert (shown.name, shown.trust, shown.role) == (
                "Kitchen Tablet", Trust.LIMITED, Role.MOBILE,
            )  # fmt: skip
            assert (await device.seen())[desk.id].name == "Desk"


async def test_without_a_name_from_the_inviter_the_joiners_own_stands(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        await pair(desk, laptop, join=lambda shown: Join(invitation=shown.link, name="Mine"))
        assert {one.name for one in (await laptop.seen()).values()} == {"Desk", "Mine"}


async def test_by_typed_code_with_its_place(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        host, guest = await pair(desk, laptop, join=by_code)
        assert (host.device_id, guest.device_id) == (laptop.id, laptop.id)


async def test_three_wrong_codes_close_the_code(tmp_path: Path) -> None:
    told: list[Event] = []
    async with strangers(tmp_path, 2) as (desk, laptop), window(desk, told=told) as shown:
        digits = shown.code.replace(" ", "")
        wrong = digits[:2] + str((int(digits[2:]) + 1) % 10**7).zfill(7)
        for _ in range(3):
            with pytest.raises(CodeWrong):
                await laptop.ask(Join(invitation=wrong, at=shown.at))
        assert told == [CodeTried(run=shown.run, left=left) for left in (2, 1, 0)]
        with pytest.raises(InvitationClosed):
            await laptop.ask(Join(invitation=digits, at=shown.at))
        assert len(await desk.seen()) == len(await laptop.seen()) == 1


async def test_who_joins_sees_where_it_calls_and_how_far_it_would_be_trusted(
    tmp_path: Path,
) -> None:
    here: asyncio.Queue[Event] = asyncio.Queue()
    there: asyncio.Queue[Event] = asyncio.Queue()
    async with strangers(tmp_path, 2) as (desk, laptop), asyncio.TaskGroup() as tasks:
        inviting = tasks.create_task(
            outcome(desk.ask(Invite(trust=Trust.LIMITED), here.put_nowait))
        )
        shown = await here.get()
        assert isinstance(shown, InviteOpened)
        joining = tasks.create_task(
            outcome(laptop.ask(Join(invitation=shown.link), there.put_nowait))
        )
        begun = await there.get()
        assert isinstance(begun, JoinBegun)
        assert begun == JoinBegun(run=begun.run, hosts=("127.0.0.1",))
        for ear, name in ((there, "Desk"), (here, "Laptop")):
            asking = await ear.get()
            assert isinstance(asking, PairingAsking)
            assert (asking.name, asking.trust) == (name, Trust.LIMITED)
        await laptop.ask(Cancel(run=begun.run))
        assert isinstance(await joining, InvitationClosed)
        assert await here.get() == PairingWithdrawn(run=shown.run)
        await desk.ask(Cancel(run=shown.run))
        assert isinstance(await inviting, InvitationClosed)


@pytest.mark.parametrize("who", ["host", "guest"])
async def test_a_no_on_either_side_leaves_both_alone(tmp_path: Path, who: str) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        before = [await device.seen() for device in (desk, laptop)]
        host, guest = await pair(
            desk, laptop, host_says=who != "host", guest_says=who != "guest"
        )
        assert isinstance(host, PairingRefused)
        assert isinstance(guest, PairingRefused)
        after = [await device.seen() for device in (desk, laptop)]
        assert [set(seen) for seen in after] == [set(seen) for seen in before]


async def welcome(host: Device, guest: Device) -> Welcome:
    """Both owners agreed, and the membership is stored."""
    request = JoinRequest(guest.node.services.registry.key, guest.name, (), b"")
    return await admit(host.node.services, Invite(), request)


async def adopts(guest: Device, given: Welcome) -> Adopted:
    return await adopt(guest.node.services, Join(invitation=""), given)


async def test_a_pairing_that_broke_off_is_mended_by_joining_again_whatever_was_said_since(
    tmp_path: Path,
) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        await adopts(laptop, await welcome(desk, laptop))  # and nobody hears of it
        await laptop.node.services.registry.new_epoch()
        host, guest = await pair(desk, laptop)
        assert host == DeviceJoined(device_id=laptop.id, name="Laptop"), guest
        assert isinstance(guest, FamilyJoined)
        await in_step(desk, laptop)


async def test_what_a_device_says_while_it_joins_does_not_spoil_its_joining(
    tmp_path: Path,
) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        given = await welcome(desk, laptop)
        registry = laptop.node.services.registry

        async def says_something() -> None:
            while registry.family != given.family:  # noqa: ASYNC110 — no event between the two
                await asyncio.sleep(0)
            await registry.new_epoch()

        adopted, _ = await asyncio.gather(adopts(laptop, given), says_something())
        assert adopted.roster_hash == given.roster_hash != registry.heads()


async def test_an_expired_invitation_opens_nothing(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2, clock=FastClock()) as (desk, laptop):
        opened: list[Any] = []
        with pytest.raises(InvitationClosed):
            await desk.ask(Invite(minutes=0.01), opened.append)
        with pytest.raises(PairingUnreachable):
            await laptop.ask(Join(invitation=opened[0].link))
        assert len(await desk.seen()) == len(await laptop.seen()) == 1


async def test_one_invitation_lets_in_one_device(tmp_path: Path) -> None:
    async with strangers(tmp_path, 3) as (desk, laptop, tablet):
        used: list[str] = []

        def keep(shown: InviteOpened) -> Join:
            used.append(shown.link)
            return Join(invitation=shown.link)

        await pair(desk, laptop, join=keep)
        await tablet.stop()
        tablet.clock = FastClock()
        await tablet.start()
        with pytest.raises(PairingUnreachable):
            await tablet.ask(Join(invitation=used[0]))
        assert len(await tablet.seen()) == 1


async def test_a_device_with_others_in_its_family_has_to_leave_first(tmp_path: Path) -> None:
    async with (
        family(tmp_path / "one", "full") as (_, laptop),
        strangers(tmp_path / "two", 1) as (other,),
        window(other) as shown,
    ):
        before = set(await laptop.seen())
        with pytest.raises(AlreadyInFamily):
            await laptop.ask(Join(invitation=shown.link))
        assert set(await laptop.seen()) == before
        assert set(await other.seen()) == {other.id}


async def test_the_past_of_both_comes_along(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        await desk.ask(Remember(text="from the desk"))
        await laptop.ask(Remember(text="from the laptop"))
        await pair(desk, laptop)
        await in_step(desk, laptop)
        for device in (desk, laptop):
            assert await device.texts() == {"from the desk", "from the laptop"}


async def test_a_limited_device_brings_its_own_past(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        await laptop.ask(Remember(text="before it joined"))
        await pair(desk, laptop, Invite(trust=Trust.LIMITED))
        await in_step(desk, laptop)
        assert await desk.texts() == {"before it joined"}
