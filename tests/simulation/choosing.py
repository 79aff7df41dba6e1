"""The same families while their owners choose what is shared: what goes, what goes back.

python -m tests.simulation.choosing FIRST COUNT      that many seeds, from the first on
python -m tests.simulation.choosing SEED             one, with all that happens
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh import wishes
from mesh.model.device import Trust, author_tag, device_id
from mesh.model.fact import STUBS
from mesh.model.scope import scope_parts
from mesh.wire import frames
from tests.simulation import checks, watch
from tests.simulation.model import item, store_of
from tests.simulation.world import World, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.simulation.device import Device
    from tests.simulation.network import Ways

    Said = Mapping[str, tuple[str, ...]]

CHOOSES = 0.15
SWITCHES = {
    "conversation_continuity": True, "emotional_awareness": True, "mood_reasons": True,
    "memory_access": True, "personality_consistency": False, "private_to_own_devices": False,
}  # fmt: skip
LEVELS = {"none": -1, "public": 0, "public, family": 1}
VALUES = {
    "privacy_levels": ("none", "public", "family"),
    "time_window_days": ("3", "30", "all"),
    "private_tags": ("none", "personal, tea"),
}
KEYS = (*SWITCHES, *VALUES)
KINDS = {
    1: ("conversation_continuity",), 2: ("emotional_awareness",), 3: ("memory_access",),
    4: ("personality_consistency",), 6: ("emotional_awareness", "mood_reasons"),
}  # fmt: skip
SETTING, FAMILY, PRIVATE, UNKNOWN = 5, 1, 2, 32


# ---- what should be, worked out apart from the product ---------------------------------------


def _value(said: Said, key: str, trust: Trust, device: str, start: int) -> int:
    value = start
    for target in ("family", str(trust), device):
        heads = said.get(f"policy {target} {key}", ())
        read = [value if one == "default" else _read(key, one) for one in heads]
        value = min(read, default=value)
    return value


def _read(key: str, text: str) -> int:
    return LEVELS[text] if key == "privacy_levels" else text == "on"


def widest(said: Said, kind: int, trust: Trust, device: str) -> int:
    """How strict a level of a scope kind a device may have; -1: nothing."""
    if trust is Trust.GUEST:
        return -1
    if kind == SETTING:
        return FAMILY if trust is Trust.FULL else -1
    if kind >= UNKNOWN:
        return -1
    if not all(_value(said, key, trust, device, SWITCHES[key]) for key in KINDS[kind]):
        return -1
    level = _value(said, "privacy_levels", trust, device, FAMILY)
    is_own = trust is Trust.FULL and level == FAMILY
    if is_own and _value(said, "private_to_own_devices", trust, device, 0):
        return PRIVATE
    return level


# ---- the run ---------------------------------------------------------------------------------


@dataclass
class Choosing(World):
    """One run in which owners also choose. ``greeted``: what counted at each last hello."""

    greeted: dict[tuple[str, bytes], tuple[Said, Trust]] = field(default_factory=dict)

    async def _act(self) -> None:
        if self.running and self.rng.random() < CHOOSES:
            self.wish(self.rng.choice(self.running), self._choice())
        else:
            await super()._act()

    def _choice(self) -> wishes.SetPolicy:
        key = self.rng.choice(KEYS)
        value = self.rng.choice(VALUES.get(key, ("on", "off", "default")))
        if key == "private_tags":
            return wishes.SetPolicy(key=key, value=value)
        whom = self.rng.choice(("", "limited.", "full.", None))
        if whom is None:
            device = device_id(self.rng.choice(self.devices).key)
            return wishes.SetPolicy(key=key, value=value, device=device)
        return wishes.SetPolicy(key=whom + key, value=value)

    # ---- at each send ------------------------------------------------------------------------

    def _watch(self, ways: Ways, peer: bytes, payload: bytes) -> None:
        device = self._by_ways.get(ways)
        if device is None or not device.is_running or self.is_liar(device):
            return
        try:
            self._judge_frame(device, peer, payload)
        except watch.Leak as leak:
            self.note(device, f"LEAK {leak}")
            self._leak = self._leak or leak

    def _judge_frame(self, sender: Device, peer: bytes, payload: bytes) -> None:
        frame = frames.read(payload)
        if isinstance(frame, frames.Hello):
            policies = sender.services.policies
            trust = policies.trust(peer) or Trust.GUEST
            is_ready = policies.is_heard or trust is Trust.FULL
            counts = trust if is_ready else Trust.GUEST
            sender.windows[peer] = frame.since
            self.greeted[sender.name, peer] = (policies.policy.said, counts)
        for scope in _scopes_of(frame):
            said, trust = self.greeted.get((sender.name, peer), ({}, Trust.GUEST))
            kind, _, level = scope_parts(scope)
            if level > widest(said, kind, trust, device_id(peer)):
                raise watch.Leak(f"{sender.name} speaks of {scope_parts(scope)} to {trust}")

    def _look(self, *, thoroughly: bool) -> None:
        """Only leaks and errors: the other promises do not know of choices."""
        del thoroughly
        super()._look(thoroughly=False)

    # ---- at rest -----------------------------------------------------------------------------

    async def _judge(self) -> None:
        self._look(thoroughly=True)
        roster = self._roster()
        members = [d for d in self.honest if d.key in roster.members and not d.is_out]
        founder = self.devices[0].services.policies
        said = founder.policy.said
        fulls = [d for d in members if roster.members[d.key].trust is Trust.FULL]
        for device in fulls:
            policies = device.services.policies
            if policies.policy.said != said or not policies.is_heard:
                raise checks.Broken(f"{device.name} does not know what was chosen")
        for device in members:
            trust = roster.members[device.key].trust
            self._holds_what_it_may(device, trust, said)
            self._has_what_it_may(device, trust, said, fulls)
        await checks.all_are_in_step(members)

    def _holds_what_it_may(self, device: Device, trust: Trust, said: Said) -> None:
        name, store = device_id(device.key), store_of(device.connection)
        roster = self._roster()
        tags = {author_tag(key) for key in roster.members}
        others = [
            device_id(key) for key, member in roster.members.items()
            if member.trust is Trust.FULL and key != device.key
        ]  # fmt: skip
        # Who is given only what is recent does not have all of it.
        windowed = {device_id(key) for key, since in device.windows.items() if since}
        for scope, raw in _others_content(device):
            kind, _, level = scope_parts(scope)
            if trust is not Trust.FULL:
                # Private tags are known to full devices alone; others take those built in.
                level = max(item(raw).level, store.level(item(raw).object))
            is_last = trust is Trust.FULL and item(raw).object[:6] not in tags
            is_last = is_last and all(
                level > widest(said, kind, Trust.FULL, other) or other in windowed
                for other in others
            )
            # What it said itself and lost in a crash came back from others; it may keep that.
            is_own = item(raw).object[:6] == author_tag(device.key)
            if level > widest(said, kind, trust, name) and not (is_last or is_own):
                raise checks.Broken(f"{device.name} still has {item(raw).object.hex()}")
        noted = self.devices[0].services.policies.may_have(device.key)
        if trust is not Trust.GUEST and device is not self.devices[0]:
            for kind in KINDS:
                if noted.widest(kind) != widest(said, kind, trust, name):
                    raise checks.Broken(f"{device.name} is noted to have what it has not")

    def _has_what_it_may(
        self, device: Device, trust: Trust, said: Said, fulls: list[Device]
    ) -> None:
        here = {raw for (raw,) in device.connection.execute("SELECT raw FROM fact")}
        gone = {i for i, s in checks.states(device.connection).items() if s in checks.GONE}
        name = device_id(device.key)
        for other in fulls:
            window = other.windows.get(device.key, 0)
            for scope, stamp, raw in other.connection.execute(
                "SELECT scope, object.stamp, raw FROM fact JOIN object"
                " ON object.n=fact.object WHERE number IS NOT NULL"
            ):
                kind, is_stub, level = scope_parts(scope)
                is_due = is_stub or stamp >= window
                is_due = is_due and level <= widest(said, kind, trust, name)
                if is_due and raw not in here and item(raw).object not in gone:
                    raise checks.Broken(f"{device.name} lacks {item(raw).id.hex()}")


def _scopes_of(frame: object) -> list[int]:
    match frame:
        case frames.Hello() | frames.Offer():
            return [scope for scope, _ in frame.offers]
        case frames.Frontier():
            return [scope for scope, _ in frame.tops]
        case frames.Page() | frames.Compared():
            return [frame.scope]
        case _:
            return []


def _others_content(device: Device) -> Iterator[tuple[int, bytes]]:
    """What is shown here of objects about which nothing was written here."""
    for scope, raw in device.connection.execute(
        "SELECT fact.scope, fact.raw FROM fact JOIN object ON object.n=fact.object"
        " WHERE object.state=0 AND fact.number IS NOT NULL AND object.kind<>1"
        " AND NOT EXISTS(SELECT 1 FROM fact own WHERE own.object=object.n AND own.mine)"
    ):
        if item(raw).kind not in STUBS:
            yield scope, raw


def main(words: list[str]) -> int:
    """Play; 1 when a promise was broken."""
    first, *count = map(int, words)
    if not count:
        Choosing(first, shape_of(first), print).play()
        return 0
    broken = 0
    for seed in range(first, first + count[0]):
        try:
            Choosing(seed, shape_of(seed)).play()
        except AssertionError as error:
            broken += 1
            sys.stdout.write(f"seed {seed}: {type(error).__name__}: {error}\n")
    sys.stdout.write(f"{count[0]} runs, {broken} broken\n")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
