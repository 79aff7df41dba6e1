"""What is shown: pure functions of the facts of an object. Any order gives the same answer.

text        of those no other has seen the highest (stamp, author, id); two that differ are a
            contradiction, until somebody answers it; of two answers the later stands
tags        an add wins over removals that did not see it
level       the strictest label that no other label has seen (a root is its first label)
reach       the widest level the object ever had
forgotten   one forget absorbs all, for ever
mood        the latest observation of each device, weighted by confidence and age
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from mesh.model import hlc
from mesh.model.fact import (
    STUBS,
    TEXTUAL,
    Body,
    Fact,
    FactKind,
    Labelling,
    Level,
    Memory,
    Tagging,
    Trait,
    Turn,
    Wishing,
    Words,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

HALF_LIFE_S = 6 * 3600.0
"""How fast an observation of mood loses weight against newer ones."""


@dataclass(frozen=True, slots=True)
class Held:
    """A fact that is here, with its id and decoded body (None: a kind we only forward)."""

    id: bytes
    fact: Fact
    body: Body | None

    @property
    def order(self) -> tuple[int, bytes, bytes, int]:
        """Later facts are greater; ties are settled by author, id, and for rivals by bytes."""
        return (self.fact.stamp, self.id, bytes(self.fact.body), self.fact.level)


def of_kind(facts: Iterable[Held], *kinds: FactKind) -> list[Held]:
    """The facts of these kinds."""
    return [held for held in facts if held.fact.kind in kinds]


def unseen(facts: Collection[Held]) -> list[Held]:
    """Those that no other of them has seen."""
    seen = {identity for held in facts for identity in held.fact.sees}
    return [held for held in facts if held.id not in seen]


def root_of(facts: Iterable[Held]) -> Held | None:
    """The object's root; of rivals under one id the first in order, so all devices agree."""
    roots = of_kind(facts, FactKind.ROOT)
    return min(roots, key=lambda held: held.order) if roots else None


def is_forgotten(facts: Iterable[Held]) -> bool:
    """Whether somebody with the right to it has forgotten the object."""
    return any(held.fact.kind == FactKind.FORGET for held in facts)


def confirmed_by(facts: Collection[Held]) -> frozenset[bytes]:
    """The author tags of who has forgotten the object: whose receipt saw a forget that stands.

    One that names none, as the first version wrote them, stands for any.
    """
    forgets = {held.id for held in of_kind(facts, FactKind.FORGET)}
    return frozenset(
        held.id[:6]
        for held in of_kind(facts, FactKind.RECEIPT)
        if forgets and (not held.fact.sees or not forgets.isdisjoint(held.fact.sees))
    )


def owes_receipt(facts: Collection[Held], tag: bytes) -> bool:
    """Whether a forget stands that no receipt of this author (tag) saw.

    Each is confirmed: who says one need not know of the others, such as a device whose disk is
    an older one now.
    """
    forgets = {held.id for held in of_kind(facts, FactKind.FORGET)}
    own = [held.fact.sees for held in of_kind(facts, FactKind.RECEIPT) if held.id[:6] == tag]
    return all(own) and not forgets.issubset(chain.from_iterable(own))


def _label_of(held: Held) -> int:
    return held.body.level if isinstance(held.body, Labelling) else held.fact.level


def level_of(facts: Collection[Held]) -> int:
    """The object's level: the strictest label no other label has seen; PUBLIC without any."""
    labels = of_kind(facts, FactKind.ROOT, FactKind.LABEL)
    return max((_label_of(held) for held in unseen(labels)), default=Level.PUBLIC)


def reach_of(facts: Collection[Held]) -> int:
    """The widest level the object ever had: how far its labels and forgets must travel.

    Facts without content carry in their header how far it was when they were written.
    """
    widths = [held.fact.level for held in facts if held.fact.kind in STUBS]
    widths += [_label_of(held) for held in of_kind(facts, FactKind.ROOT, FactKind.LABEL)]
    return min(widths, default=Level.HERE)


def _is_rival(held: Held, facts: Iterable[Held]) -> bool:
    """Whether another root under the same id stands instead of this one."""
    return held.fact.kind == FactKind.ROOT and any(
        other.id == held.id and other.order < held.order
        for other in of_kind(facts, FactKind.ROOT)
    )


def texts_of(facts: Collection[Held]) -> list[tuple[Held, str]]:
    """Every text the object ever had, latest first."""
    found = [
        (held, held.body.text)
        for held in facts
        if isinstance(held.body, Turn | Memory)
        or (isinstance(held.body, Words) and held.fact.kind in TEXTUAL)
    ]
    found.sort(key=lambda pair: pair[0].order, reverse=True)
    return found


def rivalless_texts(facts: Collection[Held]) -> list[tuple[Held, str]]:
    """Every text of the object but those of rival roots that do not stand, latest first."""
    return [pair for pair in texts_of(facts) if not _is_rival(pair[0], facts)]


def standing(facts: Collection[Held]) -> Held | None:
    """The fact whose text stands: of those no other text has seen, the last in order.

    So an edit made after seeing wins, whatever was stamped before it. Of rival roots only the
    one all devices agree on counts.
    """
    texts = [held for held, _ in rivalless_texts(facts)]
    heads = unseen(texts) or texts
    return heads[0] if heads else None


def text_of(facts: Collection[Held]) -> str | None:
    """The text that stands."""
    held = standing(facts)
    return held.body.text if held and isinstance(held.body, Turn | Memory | Words) else None


def sides_of(facts: Collection[Held]) -> tuple[tuple[Held, str], ...]:
    """The differing texts of a contradiction, earliest first; empty when there is none.

    Texts that no other text has seen are its sides. Two answers are no contradiction, whatever
    they say: the later one stands, and only that one is a side against a text it has not seen.
    """
    texts = rivalless_texts(facts)
    heads = {id(held) for held in unseen([held for held, _ in texts])}
    sides: dict[str, tuple[Held, str]] = {}
    has_answer = False
    for held, text in texts:
        if id(held) not in heads:
            continue
        if held.fact.kind == FactKind.ANSWER:
            if has_answer:
                continue
            has_answer = True
        sides.setdefault(text, (held, text))
    return tuple(reversed(sides.values())) if len(sides) > 1 else ()


def tags_of(facts: Collection[Held]) -> tuple[str, ...]:
    """The tags that stand, sorted: an add stays unless a removal saw it."""
    seen_by_removals = {
        (held.body.tag, identity)
        for held in of_kind(facts, FactKind.UNTAG)
        if isinstance(held.body, Tagging)
        for identity in held.fact.sees
    }
    standing = set()
    for held in facts:
        for tag in tags_put(held):
            if (tag, held.id) not in seen_by_removals:
                standing.add(tag)
    return tuple(sorted(standing))


def tags_put(held: Held) -> tuple[str, ...]:
    """The tags one fact puts on its object."""
    if isinstance(held.body, Turn | Memory):
        return held.body.tags
    if held.fact.kind == FactKind.TAG and isinstance(held.body, Tagging):
        return (held.body.tag,)
    return ()


def open_wishes(facts: Collection[Held]) -> list[Held]:
    """What devices without the right wish for, and no person has decided yet, in order."""
    decided = {one for held in of_kind(facts, FactKind.SETTLED) for one in held.fact.sees}
    wishes = [one for one in of_kind(facts, FactKind.WISH) if isinstance(one.body, Wishing)]
    return sorted(
        (one for one in unseen(wishes) if one.id not in decided), key=lambda one: one.order
    )


def trait_of(facts: Collection[Held]) -> Trait | None:
    """The trait as the last in order says it."""
    said = [held for held in facts if isinstance(held.body, Trait)]
    last = max(said, key=lambda held: held.order, default=None)
    return last.body if last and isinstance(last.body, Trait) else None


# ---- mood ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Felt:
    """One observation: by which device, when it was felt (tick) and values."""

    device: str
    tick: int
    id: bytes
    valence: float
    arousal: float
    confidence: float


@dataclass(frozen=True, slots=True)
class MoodView:
    """The mood all devices agree on, and the weight (0…1) of each observation behind it."""

    valence: float
    arousal: float
    confidence: float
    label: str
    devices: tuple[str, ...]
    weights: Mapping[str, float]


NO_MOOD = MoodView(0.0, 0.0, 0.0, "unknown", (), {})


def latest_of_each(observations: Iterable[Felt]) -> dict[str, Felt]:
    """The newest observation of each device."""
    latest: dict[str, Felt] = {}
    for one in observations:
        known = latest.get(one.device)
        if known is None or (one.tick, one.id) > (known.tick, known.id):
            latest[one.device] = one
    return latest


def mood_of(observations: Iterable[Felt]) -> MoodView:
    """The blend: weight = confidence × 0.5^(age/half-life), age from the newest of them.

    Not from now: so the mood is the same on every device whatever its clock says.
    """
    latest = latest_of_each(observations)
    if not latest:
        return NO_MOOD
    newest = max(one.tick for one in latest.values())
    weights = {
        device: one.confidence * 0.5 ** (_age_s(one.tick, newest) / HALF_LIFE_S)
        for device, one in sorted(latest.items())
    }
    total = math.fsum(weights.values())
    if total <= 0.0:
        return NO_MOOD
    valence = math.fsum(latest[d].valence * w for d, w in weights.items()) / total
    arousal = math.fsum(latest[d].arousal * w for d, w in weights.items()) / total
    confidence = max(weights.values())
    return MoodView(
        round(valence, 6) + 0.0,
        round(arousal, 6) + 0.0,
        round(confidence, 6),
        mood_label(valence, arousal),
        tuple(weights),
        {device: round(weight / total, 6) for device, weight in weights.items()},
    )


def _age_s(tick: int, newest: int) -> float:
    return (hlc.milliseconds_of(newest) - hlc.milliseconds_of(tick)) / 1000


def mood_label(valence: float, arousal: float) -> str:
    """A plain word for a place on the circumplex (Russell 1980)."""
    if abs(valence) < 0.15 and abs(arousal) < 0.25:  # noqa: PLR2004 — a small calm middle
        return "calm"
    if valence >= 0:
        return "excited" if arousal > 0.4 else "content" if arousal < -0.2 else "happy"  # noqa: PLR2004
    return "upset" if arousal > 0.4 else "sad" if arousal < -0.2 else "concerned"  # noqa: PLR2004
