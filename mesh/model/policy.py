"""What the owner shares with whom: choices by meaning, and what follows from them.

    built in ─▶ the family's ─▶ of a trust level ─▶ of one device     the later one counts
    every value nobody has seen another of: of several the strictest counts
    this device's own file: only where it is stricter

Choices are settings of the family, replicated between full devices (facts). A guest gets
nothing whatever is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

from mesh.errors import BadInput
from mesh.model import hlc
from mesh.model.allowance import (
    FAMILY_GRANTS,
    NO_GRANTS,
    NOTHING,
    Allowance,
    Grants,
    window_start,
)
from mesh.model.choices import ALL_DAYS, CHOICES, Choice, Value, choice
from mesh.model.device import Trust
from mesh.model.fact import Level, tick_in
from mesh.model.scope import ScopeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from mesh.model.fact import Setting

FAMILY = "family"
INHERIT = "default"
"""The value that takes a choice back."""
PREFIX = "policy"
NOTE = "held "
"""How the names of settings begin that say what a device may still have."""

_SHARED = {
    ScopeKind.CONVERSATION: ("conversation_continuity",),
    ScopeKind.EMOTION: ("emotional_awareness",),
    ScopeKind.REASON: ("emotional_awareness", "mood_reasons"),
    ScopeKind.MEMORY: ("memory_access",),
    ScopeKind.PERSONALITY: ("personality_consistency",),
}


def setting_name(key: str, target: str = FAMILY) -> str:
    """The name of the setting that holds a choice: for the family, a trust level, a device."""
    return f"{PREFIX} {target} {key}"


@dataclass(frozen=True, slots=True)
class Policy:
    """What was chosen: by setting name every value that no later one has seen.

    ``stamp``: the tick of the newest of them.
    """

    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stamp: int = 0
    _counted: dict[tuple[str, Trust | None, str], Value] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What was asked for already: it is asked for at every page."""

    def value(self, key: str, trust: Trust | None = None, device: str = "") -> Value:
        """What counts: for a device (its key in hex) of a trust level, or for the family."""
        asked = (key, trust, device)
        if asked not in self._counted:
            self._counted[asked] = self._value(*asked)
        return self._counted[asked]

    def _value(self, key: str, trust: Trust | None, device: str) -> Value:
        one = choice(key)
        value = one.built_in
        for target in _targets(key, trust, device):
            if target is _START_FULL:
                value = ALL_DAYS
            else:
                value = self._after(one, setting_name(key, target), value)
        return value

    def _after(self, one: Choice, name: str, inherited: Value) -> Value:
        heads = self.said.get(name, ())
        return (
            reduce(one.stricter, [_heard(one, head, inherited) for head in heads])
            if heads
            else inherited
        )

    def chosen_for(self, target: str) -> tuple[str, ...]:
        """What was chosen for a target itself."""
        return tuple(
            key for key in CHOICES
            if any(head != INHERIT for head in self.said.get(setting_name(key, target), ()))
        )  # fmt: skip

    def with_choices(self, changes: Mapping[str, str]) -> Policy:
        """As it would be after these changes (setting name → value)."""
        return Policy({**self.said, **{name: (text,) for name, text in changes.items()}})


_START_FULL = "\0"
"""Own devices are given everything, unless it was chosen for them."""


def _targets(key: str, trust: Trust | None, device: str) -> Iterable[str]:
    yield FAMILY
    if trust is None or choice(key).is_for_all:
        return
    if key == "time_window_days" and trust is Trust.FULL:
        yield _START_FULL
    yield str(trust)
    if device:
        yield device


def _heard(one: Choice, text: str, inherited: Value) -> Value:
    if text == INHERIT:
        return inherited
    try:
        return one.read(text)
    except BadInput:
        return one.strictest


def restricted(key: str, family: Value, own: Policy, trust: Trust, device: str) -> Value:
    """The family's value, or this device's own where that is stricter."""
    if not own.said:
        return family
    one, heads = choice(key), list[str]()
    for target in _targets(key, trust, device):
        heads = [] if target is _START_FULL else heads
        heads += own.said.get(setting_name(key, target), ())
    return reduce(one.stricter, [_heard(one, head, family) for head in heads], family)


def carried(theirs: Policy, ours: Policy, devices: Collection[str] = ()) -> dict[str, str]:
    """What one family chose for itself and by trust, as settings for another that did not.

    Of values that did not see each other the strictest; what was chosen for single devices of
    theirs stays behind, but for ``devices``.
    """
    found = {}
    for key, one in CHOICES.items():
        for target in (FAMILY, str(Trust.FULL), str(Trust.LIMITED), *devices):
            name = setting_name(key, target)
            heads = [head for head in theirs.said.get(name, ()) if head != INHERIT]
            if heads and name not in ours.said:
                values = [_heard(one, head, one.built_in) for head in heads]
                found[name] = one.show(reduce(one.stricter, values))
    return found


NO_CHOICES = Policy()


def _grants(value: Callable[[str], Value], trust: Trust | None) -> Grants:
    if trust is None or trust is Trust.GUEST:
        return NO_GRANTS
    is_full = trust is Trust.FULL
    widest = int(value("privacy_levels"))  # type: ignore[arg-type]
    if is_full and widest == Level.FAMILY and value("private_to_own_devices"):
        widest = Level.PRIVATE
    levels = {
        int(kind): widest for kind, keys in _SHARED.items() if all(value(key) for key in keys)
    }
    if is_full:
        levels[ScopeKind.SETTING] = Level.FAMILY
    return Grants(
        {kind: level for kind, level in levels.items() if level > NOTHING},
        min(widest, Level.FAMILY) if is_full else NOTHING,
    )


def grants(policy: Policy, trust: Trust | None, device: str = "") -> Grants:
    """What a device of the family may hold."""
    return _grants(lambda key: policy.value(key, trust, device), trust)


def allowance(
    trust: Trust | None,
    now_ms: int,
    policy: Policy = NO_CHOICES,
    device: str = "",
    own: Policy = NO_CHOICES,
) -> Allowance:
    """What a device may be given by this one, whose owner may have restricted it (``own``)."""
    if trust is None:
        return Allowance(NO_GRANTS)

    def value(key: str) -> Value:
        return restricted(key, policy.value(key, trust, device), own, trust, device)

    days = int(value("time_window_days"))  # type: ignore[arg-type]
    since = 0 if days == ALL_DAYS else window_start(now_ms, days)
    return Allowance(_grants(value, trust), min(since, hlc.TICK_MAX))


def private_tags(policy: Policy, own: Policy = NO_CHOICES) -> frozenset[str]:
    """Whatever carries one of these is private."""
    family = policy.value("private_tags")
    return frozenset(restricted("private_tags", family, own, Trust.FULL, ""))  # type: ignore[arg-type]


def checked(key: str, text: str, target: str = FAMILY) -> tuple[str, str]:
    """A choice as the setting it is written as: its name, and its value as it is shown.

    BadInput when there is no such thing to choose, or no such value.
    """
    one = choice(key)
    if target != FAMILY and one.is_for_all:
        raise BadInput("That is chosen for the family as a whole.")
    if target == str(Trust.GUEST):
        raise BadInput("A guest is given nothing, whatever is chosen.")
    plain = text.strip()
    value = plain.lower() if plain.lower() == INHERIT else one.show(one.read(plain))
    return setting_name(key, target), value


# ---- settings as facts -----------------------------------------------------------------------


def in_force(
    here: Iterable[tuple[bytes, tuple[bytes, ...], Setting]],
    family: bytes,
    may_say: Callable[[bytes, Setting], bool],
) -> tuple[Policy, dict[str, Grants]]:
    """What counts of the settings here (id, ids it saw, content), and what devices may hold.

    Those of another family, and of authors without the right to them, do not count.
    """
    known = [
        (identity, sees, setting)
        for identity, sees, setting in here
        if setting.family == family and may_say(identity, setting)
    ]
    seen = {identity for _, sees, _ in known for identity in sees}
    heads: dict[str, list[str]] = {}
    for identity, _, setting in sorted(known, key=lambda one: one[0]):
        if identity not in seen:
            heads.setdefault(setting.name, []).append(setting.value)
    chosen = {name: tuple(v) for name, v in heads.items() if not name.startswith(NOTE)}
    notes = {
        name.removeprefix(NOTE): reduce(Grants.joined, map(read_note, values))
        for name, values in heads.items()
        if name.startswith(NOTE)
    }
    ticks = (tick_in(one) for one, _, said in known if not said.name.startswith(NOTE))
    stamp = max(ticks, default=0)
    return Policy(chosen, stamp), notes


def read_note(text: str) -> Grants:
    """What a device may still have, as it was noted; all when that cannot be read."""
    try:
        pairs = [one.partition(":")[::2] for one in text.split()]
        return Grants.of_pairs(tuple((int(kind), int(level)) for kind, level in pairs))
    except ValueError:
        return FAMILY_GRANTS


def write_note(held: Grants) -> str:
    """The inverse of ``read_note``."""
    return " ".join(f"{kind}:{level}" for kind, level in held.pairs())
