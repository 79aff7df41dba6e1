"""What the bus is told of facts that were stored: the record topics of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mesh.errors import BadFact
from mesh.messages import (
    AssistantSaid,
    Message,
    MoodObserved,
    QuestionAsked,
    QuestionDecided,
    UserSaid,
)
from mesh.model import fact as facts
from mesh.model.fact import TEXTUAL, Fact, FactKind, ObjectKind, Observation, Turn
from mesh.storage.reading import public_id

MICRO = 1_000_000
CHANGES = TEXTUAL | {FactKind.TAG, FactKind.UNTAG, FactKind.LABEL}
DeviceOf = Callable[[bytes], str | None]


def told_of(identity: bytes, fact: Fact, device: str | None) -> Message | None:
    """The news of a fact that speaks for itself; None when its object must be looked at.

    A second root of an object (it is shared more widely now) is no news: it was said before.
    """
    if fact.kind == FactKind.WISH:
        return QuestionAsked(id=facts.text_of_id(identity))
    if fact.kind == FactKind.SETTLED and fact.sees:
        return QuestionDecided(id=facts.text_of_id(fact.sees[0]))
    if fact.kind != FactKind.ROOT or fact.object:
        return None
    try:
        content = facts.body(fact)
    except BadFact:
        return None
    if isinstance(content, Turn):
        return _said(identity, content, device)
    if isinstance(content, Observation):
        return MoodObserved(
            id=facts.text_of_id(identity),
            valence=content.valence,
            arousal=content.arousal,
            confidence=content.confidence,
            timestamp=content.shown / MICRO,
            device_id=device,
        )
    return None


def _said(identity: bytes, turn: Turn, device: str | None) -> UserSaid:
    kind = UserSaid if turn.role == "user" else AssistantSaid
    return kind(
        text=turn.text,
        conversation_id=turn.conversation,
        id=public_id(identity, turn),
        role=turn.role,
        timestamp=turn.shown / MICRO,
        device_id=device,
        speaker=turn.speaker,
        tags=turn.tags,
    )


def memories_in(fresh: Iterable[tuple[bytes, Fact, bytes]]) -> set[bytes]:
    """The memories whose view may have changed."""
    return {target for _, fact, target in fresh if fact.object_kind == ObjectKind.MEMORY}


def messages_changed_in(fresh: Iterable[tuple[bytes, Fact, bytes]]) -> set[bytes]:
    """The messages and conversations that were here and are not what they were."""
    return {
        target
        for _, fact, target in fresh
        if fact.object_kind in {ObjectKind.TURN, ObjectKind.CONVERSATION}
        and (fact.kind in CHANGES or (fact.kind == FactKind.ROOT and fact.object))
    }


def observations_in(fresh: Iterable[tuple[bytes, Fact, bytes]]) -> bool:
    """Whether the mood may have changed."""
    return any(fact.object_kind == ObjectKind.OBSERVATION for _, fact, _ in fresh)


def forgettings_in(fresh: Iterable[tuple[bytes, Fact, bytes]]) -> set[bytes]:
    """The objects that were forgotten, or whose forgetting was confirmed."""
    kinds = {FactKind.FORGET, FactKind.RECEIPT}
    return {target for _, fact, target in fresh if fact.kind in kinds}


def disputable_in(fresh: Iterable[tuple[bytes, Fact, bytes]]) -> set[bytes]:
    """The objects that got another text, or were forgotten: a contradiction came or went."""
    return {
        target
        for _, fact, target in fresh
        if fact.object_kind in {ObjectKind.TURN, ObjectKind.MEMORY} and _is_other_text(fact)
    }


def _is_other_text(fact: Fact) -> bool:
    return (
        fact.kind in TEXTUAL or fact.kind == FactKind.FORGET or bool(fact.object and fact.sees)
    )
