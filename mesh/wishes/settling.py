"""What only a person can decide."""

from __future__ import annotations

from mesh.wishes.kinds import Shown, Wish


class Conflicts(Wish, frozen=True, tag="conflicts"):
    """What must people settle? Answer: list of ConflictShown."""


class Resolve(Wish, frozen=True, tag="resolve"):
    """Settle a contradiction: by a side (its number or id) or by a text of one's own.

    Answer: Remembered or Said.
    """

    id: str
    choice: str | None = None
    text: str | None = None


class Questions(Wish, frozen=True, tag="questions"):
    """What do devices wish that have no right to it? Answer: list of QuestionShown."""


class Decide(Wish, frozen=True, tag="decide"):
    """Grant such a wish, or refuse it; ``id`` as ``questions`` shows it. Answer: Done."""

    id: str
    yes: bool


class SideShown(Shown, frozen=True):
    """One text of a contradiction: its number, its id, who wrote it and when (Unix s)."""

    choice: str
    side: str
    text: str
    device_id: str | None
    timestamp: float


class ConflictShown(Shown, frozen=True):
    """A memory or message that was given different texts; ``shown`` is the one that stands."""

    id: str
    kind: str
    shown: str
    choices: tuple[SideShown, ...]
    conversation_id: str | None = None


class QuestionShown(Shown, frozen=True):
    """What another device would change, and a person must decide; ``timestamp`` in Unix s.

    ``about``: the id of the ``kind`` (memory, message, mood, conversation) whose text is
    ``shown``. ``what``: forget, text, privacy, tag, untag, reason; ``wanted``: to what.
    ``device_id``: who wishes it. Of the kind burst, ``wanted`` is how many things that device
    forgot at once; ``about`` is its id.
    """

    id: str
    about: str
    kind: str
    what: str
    shown: str
    device_id: str | None
    timestamp: float
    wanted: str | None = None
