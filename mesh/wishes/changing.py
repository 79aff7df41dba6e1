"""Another text, privacy or tags for something that is kept, and forgetting it."""

from __future__ import annotations

from mesh.wishes.kinds import Shown, Wish


class History(Wish, frozen=True, tag="history"):
    """Every text a memory or message ever had, latest first. Answer: list of TextShown."""

    id: str


class Revise(Wish, frozen=True, tag="revise"):
    """Give a memory or message a new text. Answer: Remembered or Said."""

    id: str
    text: str


class Relabel(Wish, frozen=True, tag="relabel"):
    """Change how widely a memory, message or conversation is shared. Answer: Done."""

    id: str
    privacy: str


class Retag(Wish, frozen=True, tag="retag"):
    """Add and remove tags of a memory or message. Answer: Remembered or Said."""

    id: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class Forget(Wish, frozen=True, tag="forget"):
    """Forget something for good, or ask how far it is. Answer: ForgetShown."""

    id: str


class Forgettings(Wish, frozen=True, tag="forgettings"):
    """What did this device forget that others have not confirmed? The latest ones, first.

    Answer: list of ForgettingShown.
    """


class TextShown(Shown, frozen=True):
    """A text that something has or had, and where and when it was written."""

    text: str
    timestamp: float
    device_id: str | None


class ForgetShown(Shown, frozen=True):
    """Who has confirmed a forgetting, who is missing, who is gone and kept what it had."""

    id: str
    confirmed_by: tuple[str, ...]
    waiting_for: tuple[str, ...]
    gone: tuple[str, ...] = ()
    is_wish: bool = False
    """Hidden here only: it is another's, and a person on a full device is asked."""


class ForgettingShown(ForgetShown, frozen=True, kw_only=True):
    """How far a forgetting of this device is; ``kind`` as in QuestionShown, time in Unix s."""

    kind: str
    timestamp: float
