"""What must hold on the port whoever knocks: strangers, thieves of ids, removed devices, junk.

Each test has a family link running beside the attack, and shows that it goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh.links import LaneKind
from mesh.links.handshake import Reason, Versions, read_refusal, refusal
from mesh.links.lane import Content
from mesh.links.reception import CONNECTIONS_MAX, HANDSHAKES_A_MINUTE
from mesh.links.session import FrameType, frame_type
from mesh.links.steering import WINDOW_MAX
from mesh.sockets import PAYLOAD_MAX, Context, Happening, Received, Socket, curve_keypair
from tests.mesh.links.devices import HOST, Device, Raw, pair

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import zmq

Pair = tuple[Device, Device]


@pytest.fixture
async def linked() -> AsyncIterator[Pair]:
    """Two devices, linked by the first."""
    here, there = await pair()
    here.seek(there)
    await here.told("up")
    await there.told("up")
    yield here, there
    await here.close()
    await there.close()


async def goes_on(linked: Pair) -> None:
    here, there = linked
    assert here.live(there).send(b"still here")
    assert await there.heard() == b"still here"
    assert there.live(here).send(b"me too")
    assert await here.heard() == b"me too"
    assert here.news == there.news == []


async def third(linked: Pair) -> Device:
    """One more device the second one allows; it dials by hand."""
    here, there = linked
    device = Device()
    there.admit(here, device)
    return device


def ignore(_batch: list[Received]) -> None:
    """Nobody listens."""


async def verdict(dealer: Socket, endpoint: str) -> Happening:
    told: asyncio.Queue[Happening] = asyncio.Queue()
    dealer.on_event(lambda happening, _: told.put_nowait(happening))
    dealer.connect(endpoint)
    final = {Happening.READY, Happening.REFUSED, Happening.DISCONNECTED}
    async with asyncio.timeout(8):
        while (happening := await told.get()) not in final:
            pass
    return happening


async def counted(device: Device, what: str) -> None:
    """Wait until the device has counted that: its own side of the same event."""
    async with asyncio.timeout(8):
        while not device.links.counts.get(what):  # noqa: ASYNC110 — counts have no event
            await asyncio.sleep(0)


async def test_a_stranger_who_knows_the_server_key_gets_nothing(linked: Pair) -> None:
    outsider = Device()
    stranger = Raw(outsider, linked[1])
    stranger.send(stranger.m1().m1)
    await stranger.is_cut_off()
    assert stranger.inbox.empty()
    await outsider.close()
    assert linked[1].links.counts["refused_unknown_key"] == 1
    await goes_on(linked)


async def test_a_stranger_without_the_server_key_gets_nothing(linked: Pair) -> None:
    context = Context()
    guess = context.mesh_dealer(curve_keypair(), os.urandom(32), ignore)
    assert await verdict(guess, linked[1].endpoint) is not Happening.READY
    context.close()
    await counted(linked[1], "refused_misshapen")
    await goes_on(linked)


async def test_a_plain_client_gets_nothing_even_while_pairing_is_open(linked: Pair) -> None:
    linked[1].door.open_pairing()
    context = Context()
    plain = context.pairing_dealer(ignore)
    assert await verdict(plain, linked[1].endpoint) is not Happening.READY
    context.close()
    await counted(linked[1], "refused_misshapen")
    await goes_on(linked)


async def test_without_the_door_keeper_not_even_the_family_gets_in(linked: Pair) -> None:
    here, there = linked
    there.door.close()
    late = Device()
    there.admit(here, late)
    dealer = late.context.mesh_dealer(late.curve, there.curve[0], ignore)
    assert await verdict(dealer, there.endpoint) is not Happening.READY
    await late.close()
    await goes_on(linked)


JUNK = [
    b"",
    os.urandom(4096),
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    bytes([0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 1]) + b"CURVE" + bytes(47),
    bytes([0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 1]) + b"CURVE" + bytes(47)
    + b"\x06" + struct.pack(">Q", 1 << 62) + bytes(64),
]  # fmt: skip


async def test_junk_on_the_port_changes_nothing(linked: Pair) -> None:
    for junk in JUNK:
        reader, writer = await asyncio.open_connection(HOST, linked[1].port)
        with contextlib.suppress(OSError):
            writer.write(junk)
            writer.write_eof()
            async with asyncio.timeout(8):
                assert len(await reader.read()) < 4096
        writer.close()
    await goes_on(linked)


async def test_a_flood_of_half_open_connections_changes_nothing(linked: Pair) -> None:
    there = linked[1]
    flood = [socket.create_connection((HOST, there.port)) for _ in range(CONNECTIONS_MAX + 40)]
    await goes_on(linked)
    late = await third(linked)
    late.admit(there)
    late.seek(there)
    await late.told("up")
    await there.told("up")
    assert there.links.counts["refused_crowd"] >= 30
    for connection in flood:
        connection.close()
    await late.close()
    await there.told("down")
    await goes_on(linked)


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=80).map(lambda b: b"\x01" + b)))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def frames_that_mean_nothing(frame: bytes) -> None:
    EXAMPLES.append(frame)


EXAMPLES: list[bytes] = []


async def test_frames_that_mean_nothing_cost_a_member_only_his_connection(
    linked: Pair,
) -> None:
    frames_that_mean_nothing()
    bad = await third(linked)
    for frame in [*EXAMPLES, b"\x01\x03" + bytes(30), b"\x01\x02" + bytes(1233)]:
        raw = Raw(bad, linked[1])
        raw.send(frame)
        await raw.is_cut_off()
        raw.dealer.close()
    counts = linked[1].links.counts
    assert counts["bad_frames"] + counts["bad_handshakes"] == len(EXAMPLES) + 2
    await bad.close()
    await goes_on(linked)


async def test_frames_in_several_parts_are_refused(linked: Pair) -> None:
    bad = await third(linked)
    raw = Raw(bad, linked[1])
    raw.send(raw.m1().m1, b"more")
    await raw.is_cut_off()
    await bad.close()
    await goes_on(linked)


async def test_a_bent_record_ends_its_own_lane(linked: Pair) -> None:
    there = linked[1]
    bad = await third(linked)
    raw = Raw(bad, there)
    session = await raw.session()
    await there.told("up")
    record = bytearray(session.seal(bytes([Content.PAYLOAD]) + b"truth"))
    record[-1] ^= 1
    raw.send(bytes(record))
    await raw.is_cut_off()
    await there.told("down")
    assert there.frames.empty()
    await bad.close()
    await goes_on(linked)


@pytest.mark.parametrize("again", ["a record twice", "an old record"])
async def test_a_replayed_record_is_refused(linked: Pair, again: str) -> None:
    there = linked[1]
    bad = await third(linked)
    raw = Raw(bad, there)
    session = await raw.session()
    records = [session.seal(bytes([Content.PAYLOAD]) + b"%d" % n) for n in range(3)]
    raw.send(records[0])
    raw.send(records[2])
    raw.send(records[2] if again == "a record twice" else records[1])
    await raw.is_cut_off()
    await there.told("up", "down")
    assert [await there.heard(), await there.heard()] == [b"0", b"2"]
    assert there.frames.empty()
    await bad.close()
    await goes_on(linked)


async def test_a_replayed_m1_makes_no_lane_and_disturbs_none(linked: Pair) -> None:
    there = linked[1]
    device = await third(linked)
    honest = Raw(device, there)
    dialling = honest.m1()
    honest.send(dialling.m1)
    session = dialling.finish(await honest.next(), 0.0)
    honest.send(session.seal(bytes([Content.PRESENT])))
    await there.told("up")
    replay = Raw(device, there)
    replay.send(dialling.m1)
    assert frame_type(await replay.next()) is FrameType.M2
    honest.send(dialling.m1)
    assert frame_type(await honest.next()) is FrameType.M2
    honest.send(session.seal(bytes([Content.PAYLOAD]) + b"unmoved"))
    assert await there.heard() == b"unmoved"
    replay.send(session.seal(bytes([Content.PAYLOAD]) + b"on the wrong connection"))
    await replay.is_cut_off()
    assert there.frames.empty()
    assert there.news == []
    await device.close()
    await there.told("down")
    await goes_on(linked)


async def test_a_stolen_routing_id_gives_neither_name_nor_session(linked: Pair) -> None:
    here, there = linked
    victim, thief = Device(), Device()
    there.admit(here, victim, thief)
    honest = Raw(victim, there, routing_id=b"victim")
    session = await honest.session()
    await there.told("up")

    beside = Raw(thief, there, routing_id=b"victim")
    await beside.is_in()
    beside.send(session.seal(bytes([Content.PAYLOAD]) + b"as the victim"))
    honest.send(session.seal(bytes([Content.PAYLOAD]) + b"mine"))
    lane, payload = await there.frames.get()
    assert (lane.peer, payload) == (victim.id, b"mine")
    assert lane.send(b"for the victim")
    assert frame_type(await honest.next()) is FrameType.RECORD
    assert beside.inbox.empty()
    beside.dealer.close()

    honest.dealer.close()
    await there.told("down")
    after = Raw(thief, there, routing_id=b"victim")
    after.send(session.seal(bytes([Content.PAYLOAD]) + b"as the victim"))
    await after.is_cut_off()
    assert there.frames.empty()
    assert there.links.live(victim.id) is None
    await victim.close()
    await thief.close()
    await goes_on(linked)


async def test_a_record_counts_only_from_the_connection_it_belongs_to(linked: Pair) -> None:
    there = linked[1]
    victim, thief = Device(), Device()
    there.admit(linked[0], victim, thief)
    honest = Raw(victim, there, routing_id=b"victim")
    session = await honest.session()
    await there.told("up")
    lane = there.links.live(victim.id)
    assert lane is not None
    guest = there.links._reception._guests[b"victim"]
    record = session.seal(bytes([Content.PAYLOAD]) + b"as the victim")
    for user_id, fd in ((thief.id.hex(), guest.fd), ("", guest.fd), ("zz", guest.fd)):
        source = cast("zmq.Frame", {"User-Id": user_id, "__fd": str(fd)})
        there.links._reception._heard([Received([b"victim", record], source)])
        assert there.frames.empty()
    await honest.is_cut_off()
    await victim.close()
    await thief.close()
    await there.told("down")


async def test_a_device_that_links_anew_has_one_lane(linked: Pair) -> None:
    there = linked[1]
    device = await third(linked)
    first, second = Raw(device, there), Raw(device, there)
    old = await first.session()
    await there.told("up")
    new = await second.session()
    await there.told("down", "up")
    first.send(old.seal(bytes([Content.PAYLOAD]) + b"from before"))
    second.send(new.seal(bytes([Content.PAYLOAD]) + b"from now"))
    assert await there.heard() == b"from now"
    first.dealer.close()
    second.send(new.seal(bytes([Content.PAYLOAD]) + b"still"))
    assert await there.heard() == b"still"
    assert there.frames.empty()
    await device.close()
    await there.told("down")
    await goes_on(linked)


async def test_nobody_signs_for_another(linked: Pair) -> None:
    there = linked[1]
    device, other = await third(linked), Device()
    forged = Device(curve=device.curve, key=other.key)
    raw = Raw(forged, there)
    raw.send(raw.m1().m1)
    await raw.is_cut_off()
    assert there.links.counts["bad_handshakes"] == 1
    for closing in (device, other, forged):
        await closing.close()
    await goes_on(linked)


async def test_another_family_is_no_family(linked: Pair) -> None:
    there = linked[1]
    device = await third(linked)
    device.family = b"x" * 32
    raw = Raw(device, there)
    raw.send(raw.m1().m1)
    await raw.is_cut_off()
    await device.close()
    await goes_on(linked)


async def test_who_speaks_another_version_is_told_and_named(linked: Pair) -> None:
    there = linked[1]
    device = await third(linked)
    raw = Raw(device, there)
    raw.send(raw.m1(versions=Versions(8, 9)).m1)
    assert read_refusal(await raw.next()) is Reason.VERSION
    assert there.links.mismatched == {device.id}
    await raw.session()
    await there.told("up")
    assert there.links.mismatched == frozenset()
    await device.close()
    await there.told("down")
    await goes_on(linked)


async def test_who_is_told_of_another_version_names_the_peer_and_waits(linked: Pair) -> None:
    here, later = linked[0], Device()
    gone = asyncio.Event()

    def refuse(batch: list[Received]) -> None:
        router.send([batch[0].frames[0], refusal(Reason.VERSION, Versions(8, 9))])

    def happened(happening: Happening, _value: int) -> None:
        if happening is Happening.DISCONNECTED:
            gone.set()

    router = later.context.mesh_router(later.curve, refuse)
    router.on_event(happened)
    router.bind(f"tcp://{HOST}:*")
    later.door.admit({here.curve[0]: here.id})
    here.admit(linked[1], later)
    here.links.seek(later.id, later.curve[0], [router.endpoint])
    async with asyncio.timeout(8):
        await gone.wait()
    assert here.links.mismatched == {later.id}
    await later.close()
    await goes_on(linked)


async def test_handshakes_are_rationed_by_device(linked: Pair) -> None:
    there = linked[1]
    device, other = Device(), Device()
    there.admit(linked[0], device, other)
    raw = Raw(device, there)
    for _ in range(HANDSHAKES_A_MINUTE):
        raw.send(raw.m1().m1)
        assert frame_type(await raw.next()) is FrameType.M2
    raw.send(raw.m1().m1)
    assert frame_type(await raw.next()) is FrameType.REFUSAL
    await Raw(other, there).session()
    await there.told("up")
    there.clock.ahead += 60
    raw.send(raw.m1().m1)
    assert frame_type(await raw.next()) is FrameType.M2
    await device.close()
    await other.close()
    await there.told("down")
    await goes_on(linked)


async def test_a_bulk_lane_needs_a_live_one(linked: Pair) -> None:
    there = linked[1]
    device = await third(linked)
    raw = Raw(device, there)
    await raw.session(LaneKind.BULK)
    await raw.is_cut_off()
    assert there.news == []
    await device.close()
    await goes_on(linked)


async def test_a_frame_that_is_too_large_ends_its_connection(linked: Pair) -> None:
    device = await third(linked)
    raw = Raw(device, linked[1])
    raw.send(bytes(PAYLOAD_MAX + 4096))
    await raw.is_cut_off()
    await device.close()
    await goes_on(linked)


async def test_who_sends_bulk_without_credit_is_cut_off(linked: Pair) -> None:
    there = linked[1]
    there.releases = False
    greedy = await third(linked)
    live, bulk = Raw(greedy, there), Raw(greedy, there)
    await live.session()
    await there.told("up")
    session = await bulk.session(LaneKind.BULK)
    for _ in range(5):
        bulk.send(session.seal(bytes([Content.PAYLOAD]) + bytes(WINDOW_MAX // 4)))
    await bulk.is_cut_off()
    await there.told("bulk up", "bulk down")
    assert there.frames.qsize() == 4
    while not there.frames.empty():
        there.frames.get_nowait()
    await greedy.close()
    await there.told("down")
    await goes_on(linked)


async def test_what_a_later_version_may_say_is_left_aside(linked: Pair) -> None:
    there = linked[1]
    device = await third(linked)
    raw = Raw(device, there)
    session = await raw.session()
    raw.send(session.seal(bytes([77]) + b"news from the future"))
    raw.send(session.seal(bytes([Content.PAYLOAD]) + b"today"))
    assert await there.heard() == b"today"
    raw.send(session.seal(b""))
    await raw.is_cut_off()
    await device.close()
    await there.told("up", "down")


async def test_a_connection_that_never_greets_costs_no_lane(linked: Pair) -> None:
    there = linked[1]
    device = await third(linked)
    many = [Raw(device, there) for _ in range(9)]
    for raw in many:
        raw.send(raw.m1().m1)
        assert frame_type(await raw.next()) is FrameType.M2
    guests = [g for g in there.links._reception._guests.values() if g.peer == device.id]
    assert len(guests) <= 6
    assert there.news == []
    await device.close()
    await goes_on(linked)
