from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from mesh.errors import BadFact, BadFrame
from mesh.model import fact as facts
from mesh.model.device import Trust
from mesh.model.fact import Fact, FactKind, ObjectKind
from mesh.model.nesting import DEPTH_MAX, is_too_deep
from mesh.storage.identified import identified
from mesh.wire import frames
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from pathlib import Path

KEYS = (b"A" * 32, b"B" * 32)


def nested(depth: int) -> bytes:
    return b"\x91" * depth + b"\xc0"


async def pair_of(folder: Path) -> tuple[Engine, Engine]:
    trust = dict.fromkeys(KEYS, Trust.FULL)
    one, two = [Engine(key, LoopbackFamily(trust, key), folder) for key in KEYS]
    return await one.start(), await two.start()


def poisoned(engine: Engine, depth: int) -> bytes:
    identity, tick = engine.mint()
    body = msgspec.Raw(nested(depth))
    return facts.write(Fact(1, 99, identity, identity, ObjectKind.MEMORY, tick, 1, (), body))


@pytest.mark.parametrize("depth", [DEPTH_MAX + 100, 200_000])
def test_what_is_nested_without_end_is_a_protocol_error(depth: int) -> None:
    with pytest.raises(BadFrame):
        frames.read(b"\x93\x04" + nested(depth))
    identity = b"\x01" * 16
    fact = Fact(1, 99, identity, identity, 4, 0, 1, (), msgspec.Raw(nested(depth)))
    with pytest.raises(BadFact):
        identified(msgspec.msgpack.encode(fact))


def test_depth_is_counted_in_maps_and_keys_too() -> None:
    padding = b"\xd9\x80" + b"x" * 128
    assert not is_too_deep(b"\x92" + padding + nested(DEPTH_MAX - 3))
    assert is_too_deep(b"\x92" + padding + b"\x81\xa1k" + nested(DEPTH_MAX))
    assert is_too_deep(b"\x92" + padding + b"\x81" + nested(DEPTH_MAX) + b"\xc0")


async def test_a_fact_nobody_can_read_does_not_stop_what_comes_after_it(
    tmp_path: Path,
) -> None:
    one, two = await pair_of(tmp_path)
    await one.keep(one.memory("before"))
    raw = poisoned(one, 2000)

    def plant(connection: object) -> None:
        connection.execute(  # type: ignore[attr-defined]
            "UPDATE fact SET raw=? WHERE n=(SELECT min(n) FROM fact)", (raw,)
        )

    await one.database.write(plant)
    await one.keep(one.memory("after"))
    join(one, two)
    await in_step(one, two)
    texts = [facts.body(facts.read(raw)) for raw in await two.facts()]
    assert [body.text for body in texts if isinstance(body, facts.Memory)] == ["after"]
    assert two.sync.counts["refused_facts"] == 1
    await one.stop()
    await two.stop()


def test_a_known_kind_hides_no_depth_behind_its_fields(tmp_path: Path) -> None:
    engine = Engine(KEYS[0], LoopbackFamily({}, KEYS[0]), tmp_path)
    identity, tick = engine.mint()
    body = b"\x94" + msgspec.msgpack.encode("text")[0:] + b"\x90\x00" + nested(900)
    kind = (FactKind.ROOT, identity, b"", ObjectKind.MEMORY)
    raw = msgspec.msgpack.encode(Fact(1, *kind, tick, 1, (), msgspec.Raw(body)))
    with pytest.raises(BadFact):
        identified(raw)
