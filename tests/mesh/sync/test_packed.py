"""In which form pages go: by what the other says that it reads, and by what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from mesh.links.handshake import LaneKind
from mesh.model.device import Kind, Trust
from mesh.model.fact import Observation
from mesh.model.scope import ScopeKind, scope_parts
from mesh.sync.talk import PAYS_FROM
from mesh.wire import frames
from mesh.wire.frames import Hello, Page
from tests.mesh.sync.loopback import Engine, LoopbackFamily, LoopbackLane, in_step, join

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

A, B = (bytes([number]) * 32 for number in (1, 2))
KNOWN = {A: Trust.FULL, B: Trust.FULL}
SAID = "Do you think that it is going to rain today? I would like to go for a walk. "


class Noted(LoopbackLane):
    """A lane that tells which pages went over it."""

    pages: list[Page]

    def send(self, payload: bytes) -> bool:
        frame = frames.read(payload)
        if isinstance(frame, Page):
            self.pages.append(frame)
        return super().send(payload)


class Older(LoopbackLane):
    """The lane of a device that knows rows only and does not say so."""

    def send(self, payload: bytes) -> bool:
        frame = frames.read(payload)
        if isinstance(frame, Hello):
            frame = msgspec.structs.replace(frame, forms=frames.FORMS_OF_OLD)
            assert frames.write(frame)[-4:] == msgspec.msgpack.encode((0, 1)) + b"\0"
            return super().send(frames.write(frame))
        return super().send(payload)


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[list[Engine]]:
    engines = [await Engine(key, LoopbackFamily(KNOWN, key), tmp_path).start() for key in KNOWN]
    yield engines
    for engine in engines:
        await engine.stop()


def meet(a: Engine, b: Engine, *, is_older: bool = False) -> list[Page]:
    """Bring up the lanes; the pages that A sends."""
    join(a, b)
    pages: list[Page] = []
    for kind in LaneKind:
        lane = a.lanes[B, kind]
        lane.__class__ = Noted
        lane.pages = pages  # type: ignore[attr-defined]
        if is_older:
            b.lanes[A, kind].__class__ = Older
    return pages


def forms_of(pages: list[Page]) -> dict[int, set[int]]:
    """The forms in which each kind of scope went."""
    found: dict[int, set[int]] = {}
    for page in pages:
        if frames.unpack_rows(page):
            found.setdefault(scope_parts(page.scope)[0], set()).add(page.form)
    return found


async def test_many_facts_go_as_a_table_and_arrive(pair: list[Engine]) -> None:
    a, b = pair
    await a.keep(*(a.turn(f"{SAID}{number}") for number in range(300)))
    pages = meet(a, b)
    await in_step(b, a)
    assert forms_of(pages) == {ScopeKind.CONVERSATION: {frames.TABLE}}
    assert await b.facts() == await a.facts()


async def test_a_device_that_does_not_say_what_it_reads_gets_rows(pair: list[Engine]) -> None:
    a, b = pair
    await a.keep(*(a.turn(f"{SAID}{number}") for number in range(300)))
    await a.keep(*(a.memory(f"{SAID}{number}" * 3) for number in range(6)))
    pages = meet(a, b, is_older=True)
    await in_step(b, a)
    assert forms_of(pages) == {
        ScopeKind.CONVERSATION: {frames.ROWS_ZSTD}, ScopeKind.MEMORY: {frames.ROWS_ZSTD},
    }  # fmt: skip
    assert await b.facts() == await a.facts()


async def test_moods_are_never_compressed(pair: list[Engine]) -> None:
    a, b = pair
    some = [Observation(0.5, 0.25, 1.0, 1_790_000_000_000_000) for _ in range(300)]
    await a.keep(*map(a.feeling, some))
    pages = meet(a, b)
    await in_step(b, a)
    await a.keep(a.feeling(some[0]))
    await in_step(b, a)
    assert forms_of(pages) == {ScopeKind.EMOTION: {frames.TABLE, frames.ROWS}}
    assert all(b"\x28\xb5\x2f\xfd" not in page.rows for page in pages)  # how zstd begins
    assert await b.facts() == await a.facts()


async def test_a_long_message_is_compressed_for_a_mobile_device_and_stored(
    pair: list[Engine],
) -> None:
    a, b = pair
    a.kinds[B] = Kind.MOBILE
    await a.keep(a.turn("first"))
    pages = meet(a, b)
    await in_step(b, a)
    pages.clear()
    for text in (SAID, SAID * 4):
        await a.keep(a.turn(text))
    await in_step(b, a)
    assert [page.form for page in pages] == [frames.ROWS, frames.ROWS_KNOWN]
    assert await b.facts() == await a.facts()


def test_it_pays_later_on_larger_machines() -> None:
    assert [PAYS_FROM[kind] for kind in Kind] == [256, 1024, 2048]
