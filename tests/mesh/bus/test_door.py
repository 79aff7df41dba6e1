"""The door as a program in another language meets it: plain ZeroMQ frames over ipc."""

from __future__ import annotations

import asyncio
import json
import stat
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import zmq

from mesh.errors import BadInput, MeshError
from mesh.messages import HealthChanged, MoodChanged, News, RegistryQuery, UserSaid, told
from mesh.wire.local import BODY_IN_MAX
from mesh.wishes import Say
from tests.mesh.bus.household import DEVICE, Household, Module, household, listens

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from mesh.bus.bus import Listener

pack, unpack = msgspec.msgpack.encode, msgspec.msgpack.decode
MOOD = b"emotion/state/current"


async def hear_one(listener: Listener) -> News:
    return await anext(listener)


async def outcome(asking: Awaitable[object]) -> object:
    try:
        return await asking
    except MeshError as error:
        return error


async def ask(socket: Any, *frames: bytes) -> list[bytes]:
    await socket.send_multipart(frames)
    answer: list[bytes] = await socket.recv_multipart()
    return answer


async def test_only_this_user_can_reach_the_endpoints(tmp_path: Path) -> None:
    async with household(tmp_path) as house:
        assert stat.S_IMODE(house.profile.sockets.stat().st_mode) == 0o700
        names = {path.name for path in house.profile.sockets.iterdir()}
        assert names == {"publish.sock", "subscribe.sock", "request.sock", "command.sock"}


async def test_what_a_module_says_is_stored_and_then_told_to_all(tmp_path: Path) -> None:
    async with household(tmp_path) as house:
        with Module(house.profile) as module:
            ear, mouth = module.open(zmq.SUB, "subscribe"), module.open(zmq.XPUB, "publish")
            await listens(ear, b"conversation/")
            assert (await mouth.recv())[:1] == b"\1"
            body = {"text": "hello", "device_id": "forged"}
            await mouth.send_multipart([b"conversation/message/user", pack(body)])
            topic, news = await ear.recv_multipart()
    heard = unpack(news)
    assert topic == b"conversation/message/user"
    assert heard["topic"] == topic.decode()
    assert heard["device_id"] == DEVICE
    assert heard["body"]["text"] == "hello"
    assert heard["body"]["id"] == "m0"


async def test_json_goes_in_and_comes_out_for_those_who_want_it(tmp_path: Path) -> None:
    async with household(tmp_path) as house:
        with Module(house.profile) as module:
            ear, other = module.open(zmq.SUB, "subscribe"), module.open(zmq.SUB, "subscribe")
            await listens(ear, b"json/conversation/")
            await listens(other, b"conversation/")
            mouth = module.open(zmq.XPUB, "publish")
            await mouth.recv()
            said = '{"text": "grüße 🙂"}'.encode()
            await mouth.send_multipart([b"conversation/message/user", said])
            topic, news = await ear.recv_multipart()
            assert topic == b"json/conversation/message/user"
            assert json.loads(news)["body"]["text"] == "grüße 🙂"
            assert "grüße 🙂" in news.decode()
            assert unpack((await other.recv_multipart())[1])["body"]["text"] == "grüße 🙂"


async def test_a_pub_socket_may_speak_too_and_its_own_topics_stay_as_they_are(
    tmp_path: Path,
) -> None:
    async with household(tmp_path) as house:
        with house.bus.listen("my/") as heard, Module(house.profile) as module:
            mouth = module.open(zmq.PUB, "publish")
            hearing = house.tasks.create_task(hear_one(heard))
            async with asyncio.timeout(5):
                while not hearing.done():  # what PUB says before somebody listens is lost
                    await mouth.send_multipart([b"my/lamp", pack({"on": True})])
                    await asyncio.wait([hearing], timeout=0.02)
            assert (await hearing).body == {"on": True}
    assert house.kept == []


async def test_a_late_subscriber_gets_the_state_at_once(tmp_path: Path) -> None:
    async with household(tmp_path) as house:
        house.bus.publish(told(MoodChanged(valence=0.1), DEVICE))
        house.bus.publish(told(MoodChanged(valence=0.6), DEVICE))
        house.bus.publish(told(HealthChanged(level="full"), DEVICE))
        with Module(house.profile) as module:
            for prefix in (b"emotion/", b"emotion/", b"json/emotion/"):
                late = module.open(zmq.SUB, "subscribe")
                late.subscribe(prefix)
                topic, news = await late.recv_multipart()
                body = (json.loads if prefix[:1] == b"j" else unpack)(news)["body"]
                assert topic.endswith(MOOD)
                assert body["valence"] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        (b"device/registry/update", pack({"family_id": "x", "devices": []})),
        (b"device/heartbeat", pack({"device_id": "x"})),
        (b"sync/status/update", pack({"device_id": "x", "in_step": True})),
        (b"sync/mine", pack({})),
        (b"memory/sync/update", pack({"id": "x", "text": "planted"})),
        (b"emotion/state/history", pack({})),
        (b"conversation/mine", pack({})),
        (b"json/my/own", pack({})),
        (b"bus/ready/1", pack({})),
        (b"device/capability/offered", pack({"capability": "x"})),
        (b"", pack({})),
        (b"\xff\xfe", pack({})),
        (b"two\nlines", pack({})),
        (b"t" * 201, pack({})),
        (b"my/own", b"\xc1"),
        (b"my/own", b"{not json"),
        (b"my/own", b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
        (b"my/own", b"\x81" * 5000),
        (b"my/own", pack([1, 2])),
        (b"my/own", pack({"a": {1: 2}})),
        (b"my/own", pack({"a": msgspec.msgpack.Ext(5, b"x")})),
        (b"my/own", b'{"a": 123456789012345678901234567890}'),
        (b"my/own", b'{"a": "' + b"x" * BODY_IN_MAX + b'"}'),
        (b"conversation/message/user", pack({"role": "user"})),
        (b"conversation/message/user", pack({"text": 7})),
        (b"emotion/state/current", pack({"valence": "much"})),
    ],
)
async def test_what_modules_may_not_say_is_dropped_and_counted(
    tmp_path: Path, topic: bytes, body: bytes
) -> None:
    async with household(tmp_path) as house:
        with house.bus.listen("") as heard, Module(house.profile) as module:
            mouth = module.open(zmq.XPUB, "publish")
            await mouth.recv()
            await mouth.send_multipart([topic, body])
            await mouth.send_multipart([b"my/own"])
            await mouth.send_multipart([b"my/last", pack({})])
            assert (await anext(heard)).topic == "my/last"
            assert house.door is not None
            assert house.door.counts["published_refused"] == 2
    assert house.kept == []


async def test_a_fault_inside_costs_one_message_and_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with household(tmp_path) as house:
        with house.bus.listen("") as heard, Module(house.profile) as module:
            mouth = module.open(zmq.XPUB, "publish")
            await mouth.recv()
            for text in ("crash", "later"):
                await mouth.send_multipart([b"conversation/message/user", pack({"text": text})])
            body = (await anext(heard)).body
            assert isinstance(body, UserSaid)
            assert body.text == "later"
            caller = module.open(zmq.REQ, "command")
            status, answer = await ask(caller, pack({"wish": "say", "text": "crash"}))
            assert (status, unpack(answer)["error"]) == (b"error", "request_failed")
    assert "RuntimeError" in caplog.text
    assert "a fault inside" not in caplog.text


async def offers_registry(house: Household) -> None:
    async def devices(body: object) -> object:
        assert body == RegistryQuery()
        return [{"device_id": DEVICE}]

    house.bus.answer("device/registry/query", devices)


async def test_requests_from_req_and_dealer_in_both_spellings(tmp_path: Path) -> None:
    async with household(tmp_path) as house:
        await offers_registry(house)
        with Module(house.profile) as module:
            req, dealer = module.open(zmq.REQ, "request"), module.open(zmq.DEALER, "request")
            topic, wanted = b"device/registry/query", [{"device_id": DEVICE}]
            assert await ask(req, topic, b"") == [b"ok", pack(wanted)]
            assert await ask(req, topic, b"{}", b"id 7") == [
                b"ok",
                json.dumps(wanted, separators=(",", ":")).encode(),
                b"id 7",
            ]
            assert await ask(dealer, topic, pack({}), b"id 8") == [b"ok", pack(wanted), b"id 8"]
            assert await ask(dealer, b"", topic, b"") == [b"", b"ok", pack(wanted)]


@pytest.mark.parametrize(
    ("frames", "error"),
    [
        ((b"my/unknown", b""), "not_found"),
        ((b"device/unknown", b""), "not_permitted"),
        ((b"device/heartbeat", b""), "not_permitted"),
        ((b"memory/search/request", b"\x80"), "bad_input"),
        ((b"memory/search/request", b"\xc1"), "bad_input"),
        ((b"bus/publish", pack({"topic": 5})), "bad_input"),
        ((b"bus/publish", pack({"topic": "sync/x", "body": {}})), "not_permitted"),
        ((b"t" * 201, b""), "bad_input"),
        ((b"topic alone",), "bad_input"),
        ((b"a", b"", b"", b"", b"", b""), "bad_input"),
        ((b"my/topic", b"", b"i" * 65), "bad_input"),
        ((b"my/topic", b"x" * (BODY_IN_MAX + 1), b"id"), "too_large"),
        ((b"device/capability/offered", pack({"capability": "x"})), "bad_input"),
    ],
)
async def test_a_wrong_request_is_answered_with_a_typed_error(
    tmp_path: Path, frames: tuple[bytes, ...], error: str
) -> None:
    async with household(tmp_path) as house:
        with Module(house.profile) as module:
            caller = module.open(zmq.REQ, "request")
            status, body, *_ = await ask(caller, *frames)
            assert (status, unpack(body)["error"]) == (b"error", error)
            assert unpack(body)["message"].endswith(".")
            status, *_ = await ask(caller, b"bus/publish", pack({"topic": "my/x"}))
            assert status == b"ok"


async def test_a_frame_beyond_all_bounds_costs_its_sender_the_connection_only(
    tmp_path: Path,
) -> None:
    async with household(tmp_path) as house:
        with Module(house.profile) as module:
            floods = [module.open(zmq.DEALER, "request"), module.open(zmq.XPUB, "publish")]
            for flood in floods:
                await flood.send_multipart([b"my/x", bytes(17 * 1024 * 1024)])
            caller = module.open(zmq.REQ, "request")
            status, *_ = await ask(caller, b"bus/publish", pack({"topic": "my/x"}))
    assert status == b"ok"


async def test_publishing_with_an_answer_shows_what_was_stored(tmp_path: Path) -> None:
    async with household(tmp_path) as house:
        with Module(house.profile) as module:
            caller = module.open(zmq.REQ, "request")
            said = {"topic": "conversation/message/user", "body": {"text": "hi"}}
            status, body = await ask(caller, b"bus/publish", json.dumps(said).encode())
    assert status == b"ok"
    assert json.loads(body)["body"]["id"] == "m0"


async def test_a_wish_tells_its_events_first_and_a_req_socket_hears_the_end_only(
    tmp_path: Path,
) -> None:
    wish = b'{"wish": "import", "path": "/x"}'
    async with household(tmp_path) as house:
        with Module(house.profile) as module:
            dealer, req = module.open(zmq.DEALER, "command"), module.open(zmq.REQ, "command")
            status, event, call_id = await ask(dealer, wish, b"1")
            assert (status, call_id) == (b"event", b"1")
            assert json.loads(event)["event"] == "progress"
            assert await dealer.recv_multipart() == [b"ok", b'{"done":true}', b"1"]
            assert await ask(req, wish) == [b"ok", b'{"done":true}']


@pytest.mark.parametrize(
    "wish", [b'{"wish": "fly"}', b"{}", b'{"wish": "say"}', b'{"wish": "say", "txt": "x"}', b""]
)
async def test_an_unknown_wish_is_refused_without_repeating_what_was_said(
    tmp_path: Path, wish: bytes
) -> None:
    async with household(tmp_path) as house:
        with Module(house.profile) as module:
            status, body = await ask(module.open(zmq.REQ, "command"), wish)
    answer = (json.loads if wish else unpack)(body)
    assert (status, answer["error"]) == (b"error", "bad_input")
    assert "fly" not in answer["message"]
    assert house.said == []


async def test_a_wish_sent_again_with_its_id_is_done_once(tmp_path: Path) -> None:
    wish = pack({"wish": "say", "text": "once"})
    async with household(tmp_path) as house:
        with Module(house.profile) as module:
            caller = module.open(zmq.DEALER, "command")
            first = await ask(caller, wish, b"77")
            assert await ask(caller, wish, b"77") == first
            assert await ask(caller, wish, b"78") != first
    assert house.said == [Say(text="once")] * 2


async def test_a_long_list_comes_in_parts_to_a_dealer_and_whole_to_a_req(
    tmp_path: Path,
) -> None:
    async with household(tmp_path) as house:
        with Module(house.profile) as module:
            caller = module.open(zmq.DEALER, "command")
            await caller.send_multipart([pack({"wish": "memories"}), b"1"])
            frames = [await caller.recv_multipart() for _ in range(3)]
            assert [status for status, _, _ in frames] == [b"part", b"part", b"ok"]
            rows = [row for _, body, _ in frames for row in unpack(body)]
            assert rows == [{"id": str(number)} for number in range(1200)]
            _, body = await ask(module.open(zmq.REQ, "command"), pack({"wish": "memories"}))
            assert unpack(body) == rows


async def test_one_caller_cannot_take_all_the_room(tmp_path: Path) -> None:
    wait = pack({"wish": "say", "text": "wait"})
    async with household(tmp_path) as house:
        with Module(house.profile) as module:
            greedy, other = module.open(zmq.DEALER, "command"), module.open(zmq.REQ, "command")
            for _ in range(65):
                await greedy.send_multipart([wait])
            status, body = await greedy.recv_multipart()
            assert (status, unpack(body)["error"]) == (b"error", "request_failed")
            status, _ = await ask(other, pack({"wish": "say", "text": "hello"}))
            assert status == b"ok"
            house.release.set()
            assert [(await greedy.recv_multipart())[0] for _ in range(64)] == [b"ok"] * 64
            assert (await ask(greedy, wait))[0] == b"ok"


async def test_modules_that_offer_a_topic_are_asked_in_turn_until_they_go(
    tmp_path: Path,
) -> None:
    offer = json.dumps({"capability": "tea"}).encode()
    async with household(tmp_path) as house:
        with Module(house.profile) as module:
            workers = [module.open(zmq.DEALER, "request") for _ in range(2)]
            for worker in workers:
                assert (await ask(worker, b"device/capability/offered", offer))[0] == b"ok"
            for worker in workers:
                question = house.tasks.create_task(house.bus.request("work/tea", {"cups": 2}))
                word, topic, body, number = await worker.recv_multipart()
                assert (word, topic, json.loads(body)) == (b"ask", b"work/tea", {"cups": 2})
                await worker.send_multipart([b"bus/answer", b'{"ready": 2}', number, b"ok"])
                assert await question == {"ready": 2}
            workers[0].close()
            question = house.tasks.create_task(outcome(house.bus.request("work/tea", {})))
            number = (await workers[1].recv_multipart())[3]
            await workers[1].send_multipart([b"bus/answer", b"\xc1", number, b"ok"])
            assert isinstance(await question, BadInput)
            withdrawn = json.dumps({"capability": "tea", "is_offered": False}).encode()
            assert (await ask(workers[1], b"device/capability/offered", withdrawn))[0] == b"ok"
            asker = module.open(zmq.REQ, "request")
            _, body = await ask(asker, b"work/tea", b"{}")
            assert json.loads(body)["error"] in {"not_found", "peer_unreachable"}


async def test_nobody_can_offer_what_only_the_node_tells(tmp_path: Path) -> None:
    async with household(tmp_path) as house:
        await offers_registry(house)
        with Module(house.profile) as module:
            worker = module.open(zmq.DEALER, "request")
            for topic in ("device/heartbeat", "sync/x", "bus/publish", "device/registry/query"):
                offer = pack({"capability": topic})
                status, body = await ask(worker, b"device/capability/offered", offer)
                assert (status, unpack(body)["error"]) == (b"error", "not_permitted")
