"""``emotion/``: how the companion feels."""

from __future__ import annotations

from typing import ClassVar

from mesh.messages.kinds import Audience, Message


class MoodChanged(Message, frozen=True):
    """The companion's mood: valence and arousal −1…1, confidence 0…1.

    Published by a module (``valence`` and, if known, the others) it is an observation to keep.
    """

    topic: ClassVar[str] = "emotion/state/current"
    audience: ClassVar[Audience] = Audience.RECORD
    is_state: ClassVar[bool] = True
    is_asked: ClassVar[bool] = True
    valence: float
    arousal: float = 0.0
    confidence: float = 1.0
    label: str = "unknown"
    contributing_devices: tuple[str, ...] = ()
    because: str | None = None


class MoodObserved(Message, frozen=True):
    """One observation, on whichever device it was made."""

    topic: ClassVar[str] = "emotion/state/history"
    audience: ClassVar[Audience] = Audience.RECORD
    id: str
    valence: float
    arousal: float
    confidence: float
    timestamp: float
    device_id: str | None


class AnalysisRequested(Message, frozen=True):
    """Analyse this text emotionally. Content: it goes to the owner's own devices only."""

    topic: ClassVar[str] = "emotion/analysis/request"
    audience: ClassVar[Audience] = Audience.FULL
    is_asked: ClassVar[bool] = True
    text: str


class AnalysisMade(Message, frozen=True):
    """What an emotional analysis found."""

    topic: ClassVar[str] = "emotion/analysis/result"
    audience: ClassVar[Audience] = Audience.FULL
    is_asked: ClassVar[bool] = True
    valence: float
    arousal: float = 0.0
    confidence: float = 1.0
