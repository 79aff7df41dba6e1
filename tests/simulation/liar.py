"""A limited device in strange hands: it says what it wants, to whoever listens.

It is family, so its lanes are open. It writes facts in the name of others and about what is
theirs, with stamps of another century, asks for scopes it has no part in, and confirms what it
never got. Honest devices must keep none of it and tell it nothing.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mesh.errors import DiskFull
from mesh.links.handshake import LaneKind
from mesh.model import fact as facts
from mesh.model import hlc
from mesh.model.cursor import Mark
from mesh.model.device import author_tag
from mesh.model.fact import Fact, FactKind, ObjectKind
from mesh.storage.objects import Rules
from mesh.storage.records import Intake
from mesh.wire import frames

if TYPE_CHECKING:
    import random

    import apsw

    from mesh.storage.objects import Outcome
    from tests.simulation.device import Device

FAR_AHEAD = hlc.tick_of(7_500_000_000_000)
"""A tick of the year 2207."""


class Liar:
    """What a device in strange hands does. ``forged``: the facts nobody honest may hold."""

    def __init__(self, device: Device, victims: list[Device], rng: random.Random) -> None:
        self.device = device
        self.forged: set[bytes] = set()
        self._victims = victims
        self._rng = rng

    async def lie(self) -> None:
        """One lie, to whoever is connected."""
        if self._rng.random() < 0.5:
            with suppress(DiskFull):
                await self._forge()
        else:
            self._say(self._rng.choice(self._frames()))

    # ---- facts -------------------------------------------------------------------------------

    async def _forge(self) -> None:
        victim = self._rng.choice(self._others())
        theirs, mine = author_tag(victim.key), author_tag(self.device.key)
        target = self._object_of(theirs)
        lies = [self._memory(theirs)]
        if target is not None:
            lies += [
                self._about(target, mine, FactKind.FORGET, facts.Forgetting()),
                self._about(target, mine, FactKind.LABEL, facts.Labelling(3)),
                self._about(target, mine, FactKind.TEXT, facts.Words("forged")),
                self._about(target, theirs, FactKind.FORGET, facts.Forgetting()),
            ]
        raw = self._rng.choice(lies)
        self.forged.add(raw)
        everybody = Rules(mine, lambda _tag, _tick: True)

        def job(connection: apsw.Connection) -> Outcome:
            intake = Intake(connection, everybody, details=True)
            for one in intake.expect([raw]):
                intake.take(*one, mine=True)
            return intake.finish()

        services = self.device.services
        outcome = await services.database.write(job)
        services.sync.grew(outcome)

    def _others(self) -> list[Device]:
        """All but itself and its copies: what is said of one's own is no lie."""
        return [one for one in self._victims if one.key != self.device.key]

    def _object_of(self, tag: bytes) -> bytes | None:
        found = self.device.connection.execute(
            "SELECT id FROM object WHERE state=0 AND kind IN (2,3,4) AND substr(id,1,6)=?"
            " ORDER BY n",
            (tag,),
        )
        here: list[bytes] = [identity for (identity,) in found]
        return self._rng.choice(here) if here else None

    def _tick(self) -> int:
        now = hlc.tick_of(self.device.clock.wall() // 1000)
        return self._rng.choice((now, FAR_AHEAD)) + self._rng.randrange(1000)

    def _memory(self, author: bytes) -> bytes:
        tick = self._tick()
        identity = facts.minted_id(author, b"\xee\xee", tick)
        content = facts.encode_body(facts.Memory("forged", (), tick >> 16))
        kind = (FactKind.ROOT, identity, b"", ObjectKind.MEMORY)
        return facts.write(Fact(1, *kind, tick, 1, (), content))

    def _about(
        self, target: bytes, author: bytes, kind: FactKind, content: facts.Body
    ) -> bytes:
        tick = self._tick()
        identity = facts.minted_id(author, b"\xee\xee", tick)
        sql = "SELECT kind FROM object WHERE id=?"
        about: int = self.device.connection.execute(sql, (target,)).get
        said = facts.encode_body(content)
        return facts.write(Fact(1, kind, identity, target, about, tick, 1, (), said))

    # ---- frames ------------------------------------------------------------------------------

    def _frames(self) -> list[frames.Frame]:
        scope = self._rng.choice((9, 10, 11, 13, 17, 25, 26, 27, 29, 41, 45))
        mark = Mark(self._rng.randbytes(8), self._rng.randrange(1 << 40))
        return [
            frames.Since(scope, self._rng.randrange(50), (), Mark(b"", 0)),
            frames.Since(scope, self._rng.randrange(50), (1, 1 << 40), mark),
            frames.Ack(scope, self._rng.randrange(1, 20), 1 << 40),
            frames.Offer(((scope, 1 << 40),)),
            frames.Frontier(1, ((scope, 1 << 40),)),
            frames.FrontierAsk(self._rng.randrange(9)),
        ]

    def _say(self, frame: frames.Frame) -> None:
        for (_, kind), lane in list(self.device.ways.lanes.items()):
            if kind is LaneKind.LIVE:
                lane.send(frames.write(frame))
