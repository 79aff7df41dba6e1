"""How the companion feels, and what it is like."""

from __future__ import annotations

from mesh.wishes.kinds import Shown, Wish


class Feel(Wish, frozen=True, tag="feel"):
    """Keep an observation of mood. Answer: MoodShown."""

    valence: float
    arousal: float | None = None
    confidence: float | None = None
    because: str | None = None


class Mood(Wish, frozen=True, tag="mood"):
    """How does the companion feel? Answer: MoodShown."""

    why: bool = False


class Traits(Wish, frozen=True, tag="traits"):
    """What is the companion like? Answer: list of TraitShown."""


class SetTrait(Wish, frozen=True, tag="trait"):
    """Say what the companion is like. Answer: TraitShown."""

    name: str
    text: str


class ReasonShown(Shown, frozen=True):
    """One observation behind the mood; ``weight`` 0…1 of the whole."""

    device_id: str | None
    valence: float
    arousal: float
    confidence: float
    timestamp: float
    weight: float
    because: str | None = None


class MoodShown(Shown, frozen=True):
    """The mood: valence, arousal −1…1, confidence 0…1."""

    valence: float
    arousal: float
    confidence: float
    label: str
    contributing_devices: tuple[str, ...]
    why: tuple[ReasonShown, ...] | None = None


class TraitShown(Shown, frozen=True):
    """One trait of the companion; ``timestamp`` in Unix seconds."""

    name: str
    text: str
    timestamp: float
