"""Links between whole devices over 127.0.0.1: coming up, staying up, letting go."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mesh.errors import BadInput, PeerUnreachable, ProtocolError, TooLarge
from mesh.links.pool import is_dialable
from mesh.links.session import RENEW_SECONDS
from mesh.links.steering import WINDOW, WINDOW_MAX
from mesh.sockets import PAYLOAD_MAX, curve_keypair
from tests.mesh.links.devices import HOST, Device, Raw, pair

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Pair = tuple[Device, Device]


@pytest.fixture
async def devices() -> AsyncIterator[Pair]:
    """Two devices that know each other; nobody dials yet, the first has the lower key."""
    here, there = await pair()
    yield here, there
    await here.close()
    await there.close()


@pytest.fixture
async def linked(devices: Pair) -> Pair:
    """The same, linked by the first."""
    here, there = devices
    here.seek(there)
    await here.told("up")
    await there.told("up")
    return devices


async def test_what_is_said_arrives_on_both_sides(linked: Pair) -> None:
    here, there = linked
    assert here.live(there).peer == there.id
    assert (here.live(there).dialled, there.live(here).dialled) == (True, False)
    assert here.live(there).version == there.live(here).version == 1
    assert here.live(there).send(b"question")
    assert await there.heard() == b"question"
    assert there.live(here).send(b"answer")
    assert await here.heard() == b"answer"


async def test_both_dial_at_once_and_one_lane_stays(devices: Pair) -> None:
    here, there = devices
    for _ in range(5):
        here.seek(there)
        there.seek(here)
        await here.told("up")
        await there.told("up")
        assert here.live(there).dialled != there.live(here).dialled
        for number in range(50):
            assert here.live(there).send(b"%d" % number)
            assert there.live(here).send(b"%d" % number)
        assert [await there.heard() for _ in range(50)] == [b"%d" % n for n in range(50)]
        assert [await here.heard() for _ in range(50)] == [b"%d" % n for n in range(50)]
        assert here.news == there.news == []
        here.links.forsake(there.id)
        there.links.forsake(here.id)
        await here.told("down")
        await there.told("down")


async def test_a_peer_that_comes_back_on_the_same_port_is_found_again(linked: Pair) -> None:
    here, there = linked
    for _ in range(2):
        await there.close()
        there.news.clear()
        await here.told("down")
        there.start()
        await there.open(here)
        await here.told("up")
        assert here.live(there).send(b"again")
        assert await there.heard() == b"again"


async def test_a_peer_that_was_not_there_yet_is_found(devices: Pair) -> None:
    here, there = devices
    await there.close()
    here.seek(there)
    there.start()
    await there.open(here)
    await here.told("up")


async def test_the_side_that_was_dialled_notices_a_loss(linked: Pair) -> None:
    here, there = linked
    here.links.forsake(there.id)
    await here.told("down")
    await there.told("down")
    assert there.links.live(here.id) is None


async def test_all_addresses_are_tried_and_one_serves(devices: Pair) -> None:
    here, there = devices
    wrong = [f"tcp://{HOST}:1", "tcp://name.invalid:5", "tcp://[::1]:1", "junk"]
    here.links.seek(there.id, there.curve[0], [*wrong, there.endpoint, there.endpoint])
    await here.told("up")
    await there.told("up")
    assert there.links.counts["live_lanes"] == 1
    assert len(here.links._dials[there.id]._calls) == 1


async def test_a_new_address_is_tried_at_once(devices: Pair) -> None:
    here, there = devices
    here.links.seek(there.id, there.curve[0], [f"tcp://{HOST}:1"])
    here.links.seek(there.id, there.curve[0], [there.endpoint])
    await here.told("up", seconds=3)


async def test_a_new_address_does_not_disturb_a_lane_that_is_up(linked: Pair) -> None:
    here, there = linked
    here.links.seek(there.id, there.curve[0], [f"tcp://{HOST}:1"])
    here.links.redial_now()
    assert here.live(there).send(b"undisturbed")
    assert await there.heard() == b"undisturbed"
    assert here.news == []


async def test_nobody_seeks_himself_or_a_stranger(devices: Pair) -> None:
    here, there = devices
    stranger = Device()
    here.links.seek(here.id, here.curve[0], [here.endpoint])
    here.links.seek(stranger.id, stranger.curve[0], [there.endpoint])
    assert here.links._dials == {}
    await stranger.close()


async def test_a_wrong_server_key_links_nobody(devices: Pair) -> None:
    here, there = devices
    imposter = await Device().open(here)
    here.links.seek(there.id, there.curve[0], [imposter.endpoint])
    there.seek(here)  # ends when this is up, and the other call had its chance
    await here.told("up")
    assert not here.live(there).dialled
    assert imposter.news == []
    await imposter.close()


async def test_the_port_wanted_is_taken_or_the_next_free_one() -> None:
    first, second = Device(), Device()
    port = await first.links.open(HOST, [0])
    assert port > 0
    other = await second.links.open("*", [port, 0])
    assert other not in {0, port}
    with pytest.raises(BadInput):
        await first.links.open(HOST, [port])
    await first.close()
    await second.close()


async def test_a_removed_device_is_cut_off_on_both_sides_of_dialling() -> None:
    for dials in (0, 1):
        here, there = await pair()
        (here, there)[dials].seek((there, here)[dials])
        await here.told("up")
        await there.told("up")
        lane = here.live(there)
        here.admit()
        assert here.news == ["down"]
        assert not lane.send(b"x")
        await there.told("down")
        here.news.clear()
        await Raw(there, here).is_cut_off()
        assert here.links.counts["refused_unknown_key"] >= 1
        assert here.news == []
        here.admit(there)
        here.seek(there)
        await here.told("up")
        await here.close()
        await there.close()


async def test_a_removed_device_is_cut_off_before_it_says_a_word(devices: Pair) -> None:
    here, there = devices
    silent = Raw(there, here)
    await silent.is_in()
    here.admit()
    await silent.is_cut_off()


async def test_a_removed_device_is_cut_off_though_nobody_was_told_yet_that_it_came(
    devices: Pair,
) -> None:
    here, there = devices
    silent = Raw(there, here)
    silent.let_in_by(here.door)
    here.admit()
    await silent.is_cut_off()


@pytest.mark.parametrize("dials", [0, 1])
async def test_who_hangs_up_before_its_lane_is_up_is_not_waited_for(
    devices: Pair, dials: int
) -> None:
    here, there = devices[dials], devices[1 - dials]
    here.clock.stands_at = 0.0
    hasty = Raw(there, here)
    hasty.send(hasty.m1().m1)
    await hasty.next()
    hasty.dealer.close()
    here.seek(there)
    await here.told("up")
    await there.told("up")


@pytest.mark.parametrize("dials", [0, 1])
async def test_who_hangs_up_before_it_is_answered_is_not_waited_for(
    devices: Pair, dials: int
) -> None:
    here, there = devices[dials], devices[1 - dials]
    here.clock.stands_at = 0.0
    hasty = Raw(there, here)
    await hasty.is_in()
    hasty.say_and_be_gone(hasty.m1().m1)
    here.seek(there)
    await here.told("up")
    await there.told("up")


async def test_another_curve_key_is_another_device(linked: Pair) -> None:
    here, there = linked
    here.links.admit({curve_keypair()[0]: there.id})
    await here.told("down")
    await there.told("down")


async def test_bulk_runs_beside_live_whoever_dialled(linked: Pair) -> None:
    for sender, receiver in (linked, linked[::-1]):
        lane = await sender.links.bulk(receiver.id)
        assert await sender.links.bulk(receiver.id) is lane
        await lane.send_bulk(b"page")
        assert await receiver.heard() == b"page"
    assert linked[0].news == linked[1].news == ["bulk up"]


async def test_many_may_want_bulk_at_once_and_share_it(linked: Pair) -> None:
    here, there = linked
    wanted = [side.links.bulk(other.id) for side, other in (linked, linked[::-1]) * 3]
    lanes = await asyncio.gather(*wanted)
    assert len(set(map(id, lanes))) == 2
    assert here.links.counts["bulk_lanes"] == there.links.counts["bulk_lanes"] == 1


async def test_bulk_waits_for_credit_and_goes_on(linked: Pair) -> None:
    here, there = linked
    there.releases = False
    lane = await here.links.bulk(there.id)
    page = bytes(WINDOW)
    async with asyncio.TaskGroup() as group:
        sending = [group.create_task(lane.send_bulk(page)) for _ in range(32)]
        arrived = [await there.frames.get()]
        assert here.live(there).send(b"live goes on")
        while (came := await there.frames.get())[1] != b"live goes on":
            arrived.append(came)
        there.live(here).send(b"back")
        assert await here.heard() == b"back"
        assert sum(task.done() for task in sending) * len(page) <= WINDOW_MAX
        for released in arrived:
            released[0].release(len(page))
            if len(arrived) < len(sending):
                arrived.append(await there.frames.get())
    assert len(arrived) == len(sending)


async def test_a_payload_above_the_window_goes_when_nothing_is_under_way(linked: Pair) -> None:
    here, there = linked
    lane = await here.links.bulk(there.id)
    await lane.send_bulk(b"s")
    await lane.send_bulk(bytes(PAYLOAD_MAX))
    await lane.send_bulk(b"t")
    assert [len(await there.heard()) for _ in range(3)] == [1, PAYLOAD_MAX, 1]
    assert here.live(there).send(bytes(PAYLOAD_MAX))
    assert len(await there.heard()) == PAYLOAD_MAX
    with pytest.raises(TooLarge):
        here.live(there).send(bytes(PAYLOAD_MAX + 1))


async def test_who_waits_for_credit_learns_that_the_lane_went_down(linked: Pair) -> None:
    here, there = linked
    there.releases = False
    lane = await here.links.bulk(there.id)
    await lane.send_bulk(bytes(WINDOW_MAX))

    async def remove() -> None:
        await there.frames.get()
        there.admit()

    outcome, _ = await asyncio.gather(lane.send_bulk(b"x"), remove(), return_exceptions=True)
    assert isinstance(outcome, PeerUnreachable)
    await here.told("bulk up", "bulk down", "down")


async def test_bulk_without_a_link_is_refused(devices: Pair) -> None:
    here, there = devices
    with pytest.raises(PeerUnreachable):
        await here.links.bulk(there.id)


async def test_a_bulk_call_that_hangs_is_given_up(linked: Pair) -> None:
    here, there = linked
    dial = here.links._dials[there.id]
    dial.bulk()
    hanging = dial._bulk
    dial._look_at_bulk()
    assert hanging is not dial._bulk
    lane = await here.links.bulk(there.id)
    assert lane.is_up


async def test_an_idle_bulk_lane_is_given_back_and_made_again(linked: Pair) -> None:
    here, there = linked
    lane = await here.links.bulk(there.id)
    await lane.send_bulk(b"page")
    assert await there.heard() == b"page"
    await here.told("bulk up")
    await there.told("bulk up")
    here.clock.ahead += 31
    here.links._dials[there.id]._look_at_bulk()
    await here.told("bulk down")
    await there.told("bulk down")
    again = await there.links.bulk(here.id)
    await again.send_bulk(b"more")
    assert await here.heard() == b"more"


async def test_a_lane_closed_by_its_owner_is_down_on_both_sides(linked: Pair) -> None:
    here, there = linked
    there.live(here).send(b"last words")
    there.live(here).close()
    assert await here.heard() == b"last words"
    await here.told("down", "up")
    await there.told("down", "up")


async def test_sessions_are_renewed_under_way(linked: Pair) -> None:
    here, there = linked
    before = here.live(there).connection.channel.current
    for number in range(40):
        if number == 20:
            here.clock.ahead += RENEW_SECONDS
        assert here.live(there).send(b"%d" % number)
        assert there.live(here).send(b"%d" % number)
    assert [await there.heard() for _ in range(40)] == [b"%d" % n for n in range(40)]
    assert [await here.heard() for _ in range(40)] == [b"%d" % n for n in range(40)]
    for _ in range(200):
        assert there.live(here).send(b"once more")
        await here.heard()
        if here.live(there).connection.channel.current is not before:
            break
    assert here.live(there).send(b"after")
    assert await there.heard() == b"after"
    renewed = here.live(there).connection.channel.current
    assert renewed is not before
    theirs = there.live(here).connection.channel.current
    assert renewed is not None
    assert theirs is not None
    assert theirs.tag == renewed.tag
    assert here.news == there.news == []


async def test_a_renewal_needs_no_words_from_the_dialler(linked: Pair) -> None:
    here, there = linked
    before = there.live(here).connection.channel.current
    here.clock.ahead += RENEW_SECONDS
    for _ in range(200):
        assert there.live(here).send(b"only I speak")
        await here.heard()
        if there.live(here).connection.channel.current is not before:
            break
    assert there.live(here).connection.channel.current is not before
    assert there.live(here).send(b"and go on")
    assert await here.heard() == b"and go on"


async def test_a_protocol_error_from_above_ends_that_link_only(linked: Pair) -> None:
    here, there = linked
    third = await Device().open(there)
    there.admit(here, third)
    third.seek(there)
    await third.told("up")
    await there.told("up")

    there.refuses = {b"bad": ProtocolError(), b"bug": RuntimeError()}
    here.live(there).send(b"bad")
    await here.told("down", "up")
    here.live(there).send(b"bug")
    await here.told("down", "up")
    assert there.links.counts["bad_frames"] == 1
    assert there.links.counts["failures"] == 1
    assert third.news == []
    await third.close()


async def test_redialling_now_does_not_wait(devices: Pair) -> None:
    here, there = devices
    await there.close()
    here.seek(there)
    dial = here.links._dials[there.id]
    dial._attempts = 12
    dial._seen -= 1000
    dial._rest()
    there.start()
    await there.open(here)
    assert dial._calls == []
    here.links.redial_now()
    await here.told("up", seconds=3)


@pytest.mark.parametrize(
    ("endpoint", "good"),
    [
        ("tcp://127.0.0.1:21550", True),
        ("tcp://[fe80::1%eth0]:21550", True),
        ("tcp://host.example:21550", False),
        ("tcp://127.0.0.1:0", False),
        ("tcp://127.0.0.1:65536", False),
        ("tcp://127.0.0.1:\u0665", False),
        ("ipc:///tmp/x", False),
        ("inproc://127.0.0.1:1", False),
        ("tcp://127.0.0.1", False),
        ("", False),
    ],
)
def test_only_numeric_tcp_addresses_are_dialled(endpoint: str, good: bool) -> None:
    assert is_dialable(endpoint) is good
