"""A window and the way to it over real sockets, two nodes' contexts in one process."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import zmq

from mesh.clock import SystemClock, SystemEntropy
from mesh.errors import (
    AlreadyInFamily,
    BadInput,
    CodeWrong,
    DiskFull,
    InvitationClosed,
    InvitationInvalid,
    InvitationOwn,
    NotPermitted,
    PairingRefused,
    PairingUnreachable,
)
from mesh.links.door import DoorKeeper
from mesh.model.device import Trust, device_id
from mesh.pairing.frames import Adopted, JoinRequest, Welcome
from mesh.pairing.invitation import Code, Invitation, parse
from mesh.pairing.joining import Compare, FamilyJoined, Joining, Party, endpoints_of
from mesh.pairing.offer import Asking, CodeTried, DeviceJoined, HostOffer, Place, Withdrawn
from mesh.pairing.reception import SILENCE_S
from mesh.pairing.window import PairingWindow
from mesh.sockets import Context, Happening
from tests.mesh.pairing.household import FAMILY, ROSTER, inviter, joiner, welcome

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mesh.errors import MeshError
    from mesh.pairing.guest import Joiner

LOCAL = "127.0.0.1"
# Ten ports for each window, none of another node among them: whoever has bound the first of
# them has all ten.
BASES = range(20_000, 30_000, 10)


class SkippingClock:
    """The system's clock, some time ahead."""

    ahead = 0.0
    wall = SystemClock().wall

    def monotonic(self) -> float:
        return SystemClock().monotonic() + self.ahead


@dataclass
class Node:
    """What pairing needs of a node, and what it did to it."""

    context: Context
    door: DoorKeeper
    clock: SkippingClock = field(default_factory=SkippingClock)
    port: int = 0
    failing: MeshError | None = None
    done: list[str] = field(default_factory=list)

    async def admit(self, request: JoinRequest) -> Welcome:
        self.done.append(f"admit {request.name}")
        if self.failing:
            raise self.failing
        return welcome()

    async def store(self, request: JoinRequest, card: bytes) -> None:
        self.done.append(f"store {request.name} {card.decode()}")

    async def adopt(self, given: Welcome) -> Adopted:
        self.done.append(f"adopt {given.name} {len(given.entries)}")
        if self.failing:
            raise self.failing
        return Adopted(b"new card", ROSTER)

    async def invite(self, name: str | None = None) -> PairingWindow:
        return await PairingWindow.open(
            HostOffer(inviter(), self.admit, self.store, name),
            Place(LOCAL, self.port, (LOCAL,)),
            context=self.context,
            door=self.door,
            clock=self.clock,
            entropy=SystemEntropy(),
        )

    def join(self, text: str, at: str | None = None, who: Joiner | None = None) -> Joining:
        party = Party(who or joiner(), self.adopt)
        return Joining.start(
            text,
            at,
            party,
            context=self.context,
            clock=self.clock,
            entropy=SystemEntropy(),
        )


@pytest.fixture
async def laptop() -> AsyncIterator[Node]:
    async for node in node_of():
        yield node


@pytest.fixture
async def phone() -> AsyncIterator[Node]:
    async for node in node_of():
        yield node


async def node_of() -> AsyncIterator[Node]:
    context = Context()
    with ten_ports() as taken:
        yield Node(context, DoorKeeper(context), port=taken.getsockname()[1])
    context.close()


def ten_ports() -> socket.socket:
    """Keeps them as long as it is open; nobody listens on the first one."""
    for first in random.sample(BASES, len(BASES)):
        taken = socket.socket()
        try:
            taken.bind((LOCAL, first))
        except OSError:
            taken.close()
        else:
            return taken
    pytest.fail("no ten ports are free")


async def compare(window: PairingWindow, joining: Joining) -> tuple[Asking, Compare]:
    asking, comparing = await asyncio.gather(window.next_event(), joining.next_event())
    assert isinstance(asking, Asking)
    assert isinstance(comparing, Compare)
    return asking, comparing


async def agree(window: PairingWindow, joining: Joining) -> tuple[object, object]:
    """What comes of it when both owners say yes: an event or an error for each."""
    asking, _ = await compare(window, joining)
    window.answer(asking.key, yes=True)
    joining.answer(yes=True)
    host, guest = await asyncio.gather(
        window.next_event(), joining.next_event(), return_exceptions=True
    )
    return host, guest


@pytest.mark.parametrize("way", ["link", "code"])
async def test_a_phone_joins_by_link_and_by_code(laptop: Node, phone: Node, way: str) -> None:
    window = await laptop.invite()
    shown = window.invitation
    text, at = (shown.link, None) if way == "link" else (shown.code, shown.at[0])
    joining = phone.join(text, at)
    asking, comparing = await compare(window, joining)
    key = joiner().key.public
    assert asking == Asking(key, device_id(key), "Phone", comparing.emoji)
    assert comparing.trust is inviter().trust is Trust.LIMITED
    assert comparing.inviter_name == "Laptop"
    assert laptop.done == phone.done == []
    window.answer(key, yes=True)
    joining.answer(yes=True)
    host, guest = await asyncio.gather(window.next_event(), joining.next_event())
    assert host == DeviceJoined(key, device_id(key), "Phone")
    assert guest == FamilyJoined(FAMILY, key, device_id(key), "Phone")
    assert laptop.done == ["admit Phone", "store Phone new card"]
    assert phone.done == ["adopt Phone 2"]
    await asyncio.gather(window.close(), joining.close())
    with pytest.raises(InvitationClosed):
        await window.next_event()


async def test_the_name_the_inviter_gives_wins(laptop: Node, phone: Node) -> None:
    window = await laptop.invite("Kitchen tablet")
    joining = phone.join(window.invitation.link)
    host, guest = await agree(window, joining)
    assert isinstance(host, DeviceJoined)
    assert isinstance(guest, FamilyJoined)
    assert host.name == guest.name == "Kitchen tablet"
    assert phone.done == ["adopt Kitchen tablet 2"]
    await asyncio.gather(window.close(), joining.close())


async def test_a_name_that_must_not_be_shown_opens_no_window(laptop: Node) -> None:
    with pytest.raises(BadInput):
        await laptop.invite("a\u202eb")


async def test_the_window_lies_behind_the_mesh_port_that_people_know(laptop: Node) -> None:
    first = await laptop.invite()
    assert first.invitation.at == (f"{LOCAL}:{laptop.port}",)
    invitation = parse(first.invitation.link)
    assert isinstance(invitation, Invitation)
    assert invitation.endpoints[0].port == laptop.port + 1
    second = await laptop.invite()
    again = parse(second.invitation.link)
    assert isinstance(again, Invitation)
    assert again.endpoints[0].port == laptop.port + 2
    dialled = endpoints_of(Code("123456789"), f"{LOCAL}:{laptop.port}")
    assert {*invitation.endpoints, *again.endpoints} <= set(dialled)
    await asyncio.gather(first.close(), second.close())


async def test_if_the_ports_are_taken_another_one_is_shown(laptop: Node, phone: Node) -> None:
    taken = []
    for port in range(laptop.port + 1, laptop.port + 10):
        listener = socket.socket()
        listener.bind((LOCAL, port))
        listener.listen()
        taken.append(listener)
    window = await laptop.invite()
    (at,) = window.invitation.at
    port = int(at.rpartition(":")[2])
    assert not laptop.port <= port <= laptop.port + 9
    joining = phone.join(window.invitation.code, at)
    await compare(window, joining)
    await asyncio.gather(window.close(), joining.close())
    for listener in taken:
        listener.close()


async def test_the_invitation_says_until_when(laptop: Node) -> None:
    window = await laptop.invite()
    left = window.invitation.expires_at - laptop.clock.wall() / 1e6
    assert 175 < left <= 180
    assert len(window.invitation.link) <= 120
    await window.close()


@pytest.mark.parametrize("who", ["laptop", "phone"])
async def test_a_no_on_either_side_refuses_on_both(laptop: Node, phone: Node, who: str) -> None:
    window = await laptop.invite()
    joining = phone.join(window.invitation.link)
    asking, _ = await compare(window, joining)
    if who == "laptop":
        joining.answer(yes=True)
        window.answer(asking.key, yes=False)
    else:
        window.answer(asking.key, yes=True)
        joining.answer(yes=False)
    with pytest.raises(PairingRefused):
        await joining.next_event()
    with pytest.raises(PairingRefused):
        await window.next_event()
    assert laptop.done == phone.done == []
    await asyncio.gather(window.close(), joining.close())


async def test_a_wrong_code_is_told_and_the_right_one_still_works(
    laptop: Node, phone: Node
) -> None:
    window = await laptop.invite()
    shown = window.invitation
    digits = shown.code.replace(" ", "")
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    mistyped = phone.join(wrong, shown.at[0])
    with pytest.raises(CodeWrong):
        await mistyped.next_event()
    async with asyncio.timeout(5):
        assert await window.next_event() == CodeTried(2)
    await mistyped.close()
    joining = phone.join(shown.code, shown.at[0])
    await compare(window, joining)
    await asyncio.gather(window.close(), joining.close())


async def test_a_device_that_hangs_up_is_withdrawn(laptop: Node, phone: Node) -> None:
    window = await laptop.invite()
    joining = phone.join(window.invitation.link)
    asking, _ = await compare(window, joining)
    await joining.close()
    async with asyncio.timeout(5):
        assert await window.next_event() == Withdrawn(asking.key)
    again = phone.join(window.invitation.link)
    await compare(window, again)
    await asyncio.gather(window.close(), again.close())


async def test_a_window_that_closes_tells_the_joiner(laptop: Node, phone: Node) -> None:
    window = await laptop.invite()
    joining = phone.join(window.invitation.link)
    await compare(window, joining)
    await window.close()
    with pytest.raises(InvitationClosed):
        await joining.next_event()
    with pytest.raises(InvitationClosed):
        await window.next_event()
    await joining.close()


async def test_a_window_closes_by_itself_when_its_time_is_over(laptop: Node) -> None:
    window = await laptop.invite()
    laptop.clock.ahead = 181
    with pytest.raises(InvitationClosed):
        await window.next_event()
    await window.close()


async def test_nobody_there_is_told_in_time(phone: Node) -> None:
    joining = phone.join("123 456 789", f"{LOCAL}:{phone.port}")
    phone.clock.ahead = 11
    with pytest.raises(PairingUnreachable):
        await joining.next_event()
    await joining.close()


async def test_once_closed_nobody_is_let_in(laptop: Node, phone: Node) -> None:
    window = await laptop.invite()
    link = window.invitation.link
    await window.close()
    await window.close()
    joining = phone.join(link)
    phone.clock.ahead = 11
    with pytest.raises(PairingUnreachable):
        await joining.next_event()
    await joining.close()
    assert not laptop.done


async def test_who_stands_still_is_not_cut_before_the_rules_call_it_silent(
    laptop: Node,
) -> None:
    context = laptop.context
    for made in (
        context.pairing_router(lambda _: None),
        context.pairing_dealer(lambda _: None),
    ):
        for patience in (zmq.HEARTBEAT_TIMEOUT, zmq.HEARTBEAT_TTL):
            assert int(made._plain.get(patience)) > 1000 * SILENCE_S


async def test_nobody_is_silent_while_our_own_process_stands_still(
    laptop: Node, phone: Node
) -> None:
    window = await laptop.invite()
    joining = phone.join(window.invitation.link)
    asking, _ = await compare(window, joining)
    laptop.clock.ahead = phone.clock.ahead = SILENCE_S - 1
    time.sleep(2)  # noqa: ASYNC251 — that is standing still
    window.answer(asking.key, yes=True)
    joining.answer(yes=True)
    host, guest = await asyncio.gather(window.next_event(), joining.next_event())
    assert isinstance(host, DeviceJoined)
    assert isinstance(guest, FamilyJoined)
    await asyncio.gather(window.close(), joining.close())


async def test_the_door_is_open_only_while_the_window_is(laptop: Node, phone: Node) -> None:
    window = await laptop.invite()
    invitation = parse(window.invitation.link)
    assert isinstance(invitation, Invitation)
    assert await is_let_in(phone, invitation.endpoints[0].address)
    await window.close()
    left_open = laptop.context.pairing_router(lambda _: None)
    left_open.bind(f"tcp://{LOCAL}:*")
    assert not await is_let_in(phone, left_open.endpoint)
    assert laptop.door.counts["refused_pairing_closed"] >= 1


async def is_let_in(node: Node, address: str) -> bool:
    """What the door-keeper says to somebody who knocks at a pairing socket."""
    verdict: asyncio.Future[Happening] = asyncio.get_running_loop().create_future()

    def told(happening: Happening, _value: int) -> None:
        if happening is not Happening.CONNECTED and not verdict.done():
            verdict.set_result(happening)

    dealer = node.context.pairing_dealer(lambda _: None)
    dealer.on_event(told)
    dealer.connect(address)
    async with asyncio.timeout(8):
        heard = await verdict
    dealer.close()
    return heard is Happening.READY


async def test_strangers_who_send_junk_do_not_disturb(laptop: Node, phone: Node) -> None:
    window = await laptop.invite()
    invitation = parse(window.invitation.link)
    assert isinstance(invitation, Invitation)
    junk = phone.context.pairing_dealer(lambda _: None)
    junk.connect(invitation.endpoints[0].address)
    for frames in ([b""], [b"\1\1" + bytes(60)], [b"a", b"b"], [os.urandom(9000)], [b"\1\0"]):
        junk.send(frames)
    raw = [socket.create_connection((LOCAL, invitation.endpoints[0].port)) for _ in range(5)]
    for connection in raw:
        connection.sendall(os.urandom(500))
    joining = phone.join(window.invitation.link)
    host, guest = await agree(window, joining)
    assert isinstance(host, DeviceJoined)
    assert isinstance(guest, FamilyJoined)
    for connection in raw:
        connection.close()
    junk.close()
    await asyncio.gather(window.close(), joining.close())


async def test_if_the_membership_cannot_be_stored_nothing_is_given(
    laptop: Node, phone: Node
) -> None:
    laptop.failing = NotPermitted()
    window = await laptop.invite()
    joining = phone.join(window.invitation.link)
    host, guest = await agree(window, joining)
    assert isinstance(host, NotPermitted)
    assert isinstance(guest, PairingRefused)
    assert phone.done == []
    await asyncio.gather(window.close(), joining.close())


async def test_if_the_joiner_cannot_store_it_both_sides_say_what_they_believe(
    laptop: Node, phone: Node
) -> None:
    phone.failing = DiskFull()
    window = await laptop.invite()
    joining = phone.join(window.invitation.link)
    host, guest = await agree(window, joining)
    assert isinstance(guest, DiskFull)
    assert isinstance(host, PairingUnreachable)
    assert "was added" in host.sentence
    await asyncio.gather(window.close(), joining.close())
    phone.failing = None
    second = await laptop.invite()
    again = phone.join(second.invitation.link)
    _, guest = await agree(second, again)
    assert isinstance(guest, FamilyJoined)
    await asyncio.gather(second.close(), again.close())


async def test_a_device_with_a_family_of_its_own_has_to_leave_first(
    laptop: Node, phone: Node
) -> None:
    window = await laptop.invite()
    joining = phone.join(window.invitation.link, who=joiner(is_alone=False))
    with pytest.raises(AlreadyInFamily):
        await joining.next_event()
    await asyncio.gather(window.close(), joining.close())


async def test_a_device_cannot_join_its_own_window(laptop: Node) -> None:
    window = await laptop.invite()
    joining = laptop.join(window.invitation.link, who=joiner(1, family=FAMILY))
    with pytest.raises(InvitationOwn):
        await joining.next_event()
    await asyncio.gather(window.close(), joining.close())


async def test_what_is_no_invitation_is_refused_before_anything_is_dialled(
    phone: Node,
) -> None:
    for text in ("", "hello", "12345678", "AICO-MESH:AAAA"):
        with pytest.raises(InvitationInvalid):
            phone.join(text)
    with pytest.raises(InvitationInvalid):
        phone.join("123456789", "not a host")


async def test_a_place_without_an_address_opens_no_window(laptop: Node) -> None:
    with pytest.raises(InvitationInvalid):
        await PairingWindow.open(
            HostOffer(inviter(), laptop.admit, laptop.store),
            Place(LOCAL, laptop.port, ("0.0.0.0", "fe80::1%lo")),  # noqa: S104 - refused
            context=laptop.context,
            door=laptop.door,
            clock=laptop.clock,
            entropy=SystemEntropy(),
        )
