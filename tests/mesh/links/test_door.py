"""The door-keeper, asked by real ZeroMQ handshakes and by requests that make no sense."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.links.door import DoorKeeper
from mesh.sockets import Context, Happening, OnMessages, Received, Socket, curve_keypair

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOCAL = "tcp://127.0.0.1:*"
DEVICE = bytes(range(32))


@pytest.fixture
async def context() -> AsyncIterator[Context]:
    context = Context()
    yield context
    context.close()


class Knock:
    """One dialler, and what becomes of it."""

    def __init__(self, dealer: Socket, endpoint: str) -> None:
        self._verdict: asyncio.Future[Happening] = asyncio.get_running_loop().create_future()
        dealer.on_event(self._tell)
        dealer.connect(endpoint)

    def _tell(self, happening: Happening, _value: int) -> None:
        final = {Happening.READY, Happening.DISCONNECTED, Happening.REFUSED}
        if happening in final and not self._verdict.done():
            self._verdict.set_result(happening)

    async def is_let_in(self) -> bool:
        async with asyncio.timeout(8):
            return await self._verdict is Happening.READY


def ignore(_batch: list[Received]) -> None:
    """Nobody listens."""


def collect(into: asyncio.Queue[Received]) -> OnMessages:
    def on_messages(batch: list[Received]) -> None:
        for received in batch:
            into.put_nowait(received)

    return on_messages


async def test_a_family_key_comes_in_and_is_called_by_its_device(context: Context) -> None:
    door, server, member = DoorKeeper(context), curve_keypair(), curve_keypair()
    heard: asyncio.Queue[Received] = asyncio.Queue()
    router = context.mesh_router(server, collect(heard))
    router.bind(LOCAL)
    door.admit({member[0]: DEVICE})
    dealer = context.mesh_dealer(member, server[0], ignore)
    dealer.connect(router.endpoint)
    dealer.send([b"hello"])
    async with asyncio.timeout(5):
        received = await heard.get()
    assert received.user_id == DEVICE.hex()
    assert received.address == "127.0.0.1"
    assert received.fd > 2


async def test_an_unknown_key_that_knows_the_server_is_refused_and_counted(
    context: Context,
) -> None:
    door, server = DoorKeeper(context), curve_keypair()
    router = context.mesh_router(server, ignore)
    router.bind(LOCAL)
    door.admit({curve_keypair()[0]: DEVICE})
    stranger = context.mesh_dealer(curve_keypair(), server[0], ignore)
    assert not await Knock(stranger, router.endpoint).is_let_in()
    assert door.counts["refused_unknown_key"] == 1
    assert door.counts["refusing_addresses"] == 1


async def test_who_was_removed_does_not_come_in_again(context: Context) -> None:
    door, server, member = DoorKeeper(context), curve_keypair(), curve_keypair()
    router = context.mesh_router(server, ignore)
    router.bind(LOCAL)
    allowed = {member[0]: DEVICE}
    door.admit(allowed)
    first = context.mesh_dealer(member, server[0], ignore)
    assert await Knock(first, router.endpoint).is_let_in()
    door.admit({})
    allowed[member[0]] = DEVICE  # the door-keeper keeps its own copy
    second = context.mesh_dealer(member, server[0], ignore)
    assert not await Knock(second, router.endpoint).is_let_in()


async def test_pairing_is_open_to_strangers_only_while_its_window_is(context: Context) -> None:
    door = DoorKeeper(context)
    router = context.pairing_router(ignore)
    router.bind(LOCAL)
    assert not await Knock(context.pairing_dealer(ignore), router.endpoint).is_let_in()
    door.open_pairing()
    assert await Knock(context.pairing_dealer(ignore), router.endpoint).is_let_in()
    door.close_pairing()
    assert not await Knock(context.pairing_dealer(ignore), router.endpoint).is_let_in()
    assert door.counts["refused_pairing_closed"] == 2


async def test_an_open_pairing_window_does_not_open_the_mesh(context: Context) -> None:
    door, server = DoorKeeper(context), curve_keypair()
    door.open_pairing()
    router = context.mesh_router(server, ignore)
    router.bind(LOCAL)
    plain = context.pairing_dealer(ignore)
    assert not await Knock(plain, router.endpoint).is_let_in()
    stranger = context.mesh_dealer(curve_keypair(), server[0], ignore)
    assert not await Knock(stranger, router.endpoint).is_let_in()


async def test_a_closed_door_lets_nobody_in(context: Context) -> None:
    door, server, member = DoorKeeper(context), curve_keypair(), curve_keypair()
    door.admit({member[0]: DEVICE})
    door.open_pairing()
    door.close()
    mesh, pairing = context.mesh_router(server, ignore), context.pairing_router(ignore)
    mesh.bind(LOCAL)
    pairing.bind(LOCAL)
    knocks = [
        Knock(context.mesh_dealer(member, server[0], ignore), mesh.endpoint),
        Knock(context.pairing_dealer(ignore), pairing.endpoint),
    ]
    assert await asyncio.gather(*(knock.is_let_in() for knock in knocks)) == [False, False]


KNOWN = bytes([7]) * 32
PARTS = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"1.0", b"mesh", b"pairing", b"CURVE", b"NULL", KNOWN]),
)


async def test_only_a_well_formed_request_of_a_known_key_gets_a_yes(context: Context) -> None:
    door = DoorKeeper(context)
    door.admit({KNOWN: DEVICE})

    @given(st.lists(PARTS, max_size=9))
    def asked(request: list[bytes]) -> None:
        reply = door._reply(request)
        if reply and reply[2] == b"200":
            assert request[0] == b"1.0"
            assert (request[2], request[5], request[6:]) == (b"mesh", b"CURVE", [KNOWN])
        elif reply:
            assert reply[2] == b"400"
            assert reply[4] == b""

    asked()
    yes = door._reply([b"1.0", b"9", b"mesh", b"::1", b"", b"CURVE", KNOWN])
    assert yes == [b"1.0", b"9", b"200", b"OK", DEVICE.hex().encode(), b""]


async def test_a_decision_that_fails_is_a_no(context: Context) -> None:
    door = DoorKeeper(context)
    door.admit({KNOWN: DEVICE})
    door._allowed = None  # type: ignore[assignment]
    reply = door._reply([b"1.0", b"9", b"mesh", b"::1", b"", b"CURVE", KNOWN])
    assert reply[2] == b"400"
    assert door.counts["refused_by_failure"] == 1
