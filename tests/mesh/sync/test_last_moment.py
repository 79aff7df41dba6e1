"""What is narrowed or forgotten at the last moment does not go, though it was ready to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.links.handshake import LaneKind
from mesh.model import fact as facts
from mesh.model import scope as scopes
from mesh.model.cursor import Mark
from mesh.model.device import Trust
from mesh.model.fact import FactKind
from mesh.model.pauses import EVERYBODY, Pauses
from mesh.storage.records import Intake
from mesh.wire import frames
from tests.mesh.sync.loopback import A, Engine, LoopbackLane, in_step, join

if TYPE_CHECKING:
    from collections.abc import Callable

    import apsw

    from mesh.storage.objects import Outcome

MANY = 300


class WaitingLane(LoopbackLane):
    """A bulk lane without credit until ``gate`` is set; ``waits`` tells that a page is here."""

    waits: asyncio.Event
    gate: asyncio.Event

    async def send_bulk(self, payload: bytes, is_due: Callable[[], bool]) -> bool:
        self.waits.set()
        await self.gate.wait()
        return await super().send_bulk(payload, is_due)


def sent_texts(payloads: list[bytes]) -> set[str]:
    """The texts in all pages of these payloads."""
    found = set()
    for payload in payloads:
        frame = frames.read(payload)
        if isinstance(frame, frames.Page):
            bodies = [facts.body(facts.read(raw)) for raw in frames.unpack_rows(frame)]
            found |= {body.text for body in bodies if isinstance(body, facts.Memory)}
    return found


def record(lane: LoopbackLane, payloads: list[bytes]) -> None:
    """Keep a copy of whatever goes by a lane."""
    send = lane.send

    def noted(payload: bytes) -> bool:
        payloads.append(payload)
        return send(payload)

    lane.send = noted  # type: ignore[method-assign]


async def test_what_is_forgotten_while_its_page_waits_for_credit_does_not_go(
    pair: list[Engine],
) -> None:
    a, b = pair
    others = [a.memory(f"memory {n}") for n in range(MANY)]
    secret = a.memory("secret")  # the newest goes first
    await a.keep(*others, secret, details=False)
    join(a, b)
    payloads: list[bytes] = []
    bulk = a.lanes[b.key, LaneKind.BULK]
    bulk.__class__ = WaitingLane
    assert isinstance(bulk, WaitingLane)
    bulk.waits, bulk.gate = asyncio.Event(), asyncio.Event()
    for lane in a.lanes.values():
        record(lane, payloads)
    await bulk.waits.wait()
    await a.keep(a.about(facts.read(secret).id, FactKind.FORGET, facts.Forgetting()))
    bulk.gate.set()
    await in_step(b, a)
    assert sent_texts(payloads) == {f"memory {n}" for n in range(MANY)}


async def test_what_another_job_of_the_same_commit_forgot_is_not_pushed(
    pair: list[Engine],
) -> None:
    a, b = pair
    await a.keep(a.memory("first"))
    join(a, b)
    await in_step(b, a)
    payloads: list[bytes] = []
    for lane in a.lanes.values():
        record(lane, payloads)
    secret = a.memory("secret")
    forget = a.about(facts.read(secret).id, FactKind.FORGET, facts.Forgetting())

    def take(raw: bytes) -> Callable[[apsw.Connection], Outcome]:
        def job(connection: apsw.Connection) -> Outcome:
            intake = Intake(connection, a.rules(), details=True)
            for one in intake.expect([raw]):
                intake.take(*one, mine=True)
            return intake.finish()

        return job

    await asyncio.gather(
        *[a.database.write(take(raw), then=a.sync.grew) for raw in (secret, forget)]
    )
    await in_step(b, a)
    assert sent_texts(payloads) == set()


async def test_what_was_asked_for_right_before_a_pause_is_not_given_in_it(
    pair: list[Engine],
) -> None:
    a, b = pair
    join(a, b)
    await in_step(b, a)
    await a.keep(a.memory("secret"), details=False)
    payloads: list[bytes] = []
    for lane in a.lanes.values():
        record(lane, payloads)
    gives = a.sync._exchanges[b.key].gives
    scope = scopes.scope_of(scopes.ScopeKind.MEMORY, facts.Level.FAMILY)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(gives.since_came(frames.Since(scope, 7, (), Mark(b"", 0))))
        await asyncio.sleep(0)  # it waits for the database now
        a.sync.set_pauses(Pauses().begun(EVERYBODY, None))
    await a.database.wait_idle()
    assert not gives.scopes
    assert sent_texts(payloads) == set()


async def test_trusted_less_while_it_looks_for_what_to_give_it_relays_no_more(
    pair: list[Engine],
) -> None:
    a, b = pair
    await a.keep(a.memory("first"))
    join(a, b)
    await in_step(b, a)
    others = b.memory("of another")
    payloads: list[bytes] = []
    for lane in a.lanes.values():
        record(lane, payloads)

    def take(connection: apsw.Connection) -> Outcome:
        intake = Intake(connection, a.rules(), details=True)
        for one in intake.expect([others]):
            intake.take(*one, mine=False)
        return intake.finish()

    a.sync.grew(await a.database.write(take), None)
    read = a.database.read

    async def lowered(job):  # type: ignore[no-untyped-def]
        a.family.trust[A] = Trust.LIMITED
        return await read(job)

    a.database.read = lowered  # type: ignore[method-assign]
    gives = a.sync._exchanges[b.key].gives
    await gives._give_round()
    assert sent_texts(payloads) == set()
