"""Engines whose owner has chosen what each device may have, and what came over their lanes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.model import fact as facts
from mesh.model.device import Trust, device_id
from mesh.model.fact import Fact, FactKind, ObjectKind
from mesh.model.policy import Policy, allowance, grants, private_tags
from mesh.storage.objects import Rules
from mesh.wire import frames
from tests.mesh.sync.loopback import Engine, LoopbackFamily

if TYPE_CHECKING:
    import random

    from mesh.model.allowance import Allowance
    from tests.mesh.sync.loopback import LoopbackLane

DAY = 24 * 3600 * 1000 << 16
TAGS = ("garden", "personal", "work")


@dataclass
class ChosenFamily(LoopbackFamily):
    """A family with one policy, at a time that stands still."""

    policy: Policy = field(default_factory=Policy)
    now_ms: int = 0

    def allowance(self, key: bytes) -> Allowance:
        return allowance(self.trust[key], self.now_ms, self.policy, device_id(key))


class ChosenEngine(Engine):
    """An engine that holds what it may, and keeps every frame that reaches it."""

    def __init__(self, key: bytes, family: ChosenFamily, *rest: object) -> None:
        super().__init__(key, family, *rest)  # type: ignore[arg-type]
        self.chosen = family
        self.heard: list[frames.AnyFrame] = []

    def rules(self) -> Rules:
        family = self.chosen
        mine = grants(family.policy, family.trust[self.key], device_id(self.key))
        plain = super().rules()
        return Rules(plain.own, plain.was_full_at, mine, private_tags(family.policy))

    def listen(self) -> None:
        """Keep what comes from now on."""
        real = self.sync.hear

        def hear(lane: LoopbackLane, payload: bytes) -> None:
            frame = frames.read(payload)
            assert frame is not None
            self.heard.append(frame)
            real(lane, payload)

        self.sync.hear = hear  # type: ignore[method-assign,assignment]

    def told(self) -> list[bytes]:
        """Every fact that was in a page, whether it was taken or not."""
        pages = [frame for frame in self.heard if isinstance(frame, frames.Page)]
        return [raw for page in pages for raw in frames.unpack_rows(page)]

    def scopes(self) -> set[int]:
        """Every scope that was named in any way."""
        found: set[int] = set()
        for frame in self.heard:
            match frame:
                case frames.Hello() | frames.Offer():
                    found |= {scope for scope, _ in frame.offers}
                case frames.Frontier():
                    found |= {scope for scope, _ in frame.tops}
                case frames.Page() | frames.Compared():
                    found.add(frame.scope)
                case _:
                    pass
        return found

    def something(self, chance: random.Random) -> bytes:
        """A new thing of any kind, level, age and tags."""
        identity, now = self.mint()
        age = chance.choice([0, 0, 3, 6, 9, 40]) * DAY
        tick = max(now - age - chance.randrange(1000), 1)
        identity = facts.minted_id(self.tag, self.run, tick)
        level = chance.choice([0, 1, 1, 1, 2, 3])
        tags = tuple(chance.sample(TAGS, chance.choice([0, 0, 1])))
        body: facts.Body
        kind = chance.choice(
            [ObjectKind.TURN, ObjectKind.MEMORY, ObjectKind.OBSERVATION, ObjectKind.TRAIT]
        )
        text, target = f"{kind.name} {identity.hex()}", b""
        if kind is ObjectKind.TURN:
            body = facts.Turn(f"c{chance.randrange(4)}", "user", text, tick >> 16, tags=tags)
        elif kind is ObjectKind.MEMORY:
            body = facts.Memory(text, tags, tick >> 16)
        elif kind is ObjectKind.OBSERVATION:
            body = facts.Observation(0.1, 0.2, 0.5, tick >> 16)
        else:
            body, level = facts.Trait(identity.hex(), text, tick >> 16), 1
            target = facts.named_object(body) or b""
        content = facts.encode_body(body)
        return facts.write(
            Fact(1, FactKind.ROOT, identity, target, kind, tick, level, (), content)
        )

    def afterwards(self, chance: random.Random, raw: bytes) -> bytes | None:
        """Something more about a thing: a reason, a text, a label, a forgetting."""
        root = facts.read(raw)
        identity, tick = self.mint()
        target, level = root.object or root.id, root.level
        stamp = root.stamp + 1
        body: facts.Body
        if root.object_kind == ObjectKind.OBSERVATION:
            kind, body = FactKind.REASON, facts.Words(f"REASON {identity.hex()}")
        elif root.object_kind == ObjectKind.TRAIT:
            return None
        else:
            kind, body = chance.choice(
                [
                    (FactKind.TEXT, facts.Words(f"TEXT {identity.hex()}")),
                    (FactKind.LABEL, facts.Labelling(chance.choice([1, 2]))),
                    (FactKind.FORGET, facts.Forgetting()),
                    (FactKind.TAG, facts.Tagging("personal")),
                ]
            )
            stamp = tick if kind is FactKind.TEXT else stamp
        sees = (target,) if kind in {FactKind.TEXT, FactKind.LABEL} else ()
        content = facts.encode_body(body)
        return facts.write(
            Fact(1, kind, identity, target, root.object_kind, stamp, level, sees, content)
        )


def trusts(chance: random.Random) -> Trust:
    """How far the second device is trusted."""
    return chance.choice([Trust.LIMITED, Trust.LIMITED, Trust.FULL, Trust.GUEST])
