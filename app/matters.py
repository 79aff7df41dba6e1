"""What only a person can decide: two versions of a text, and what other devices wish.

It is asked of the node, and again when news or time may have changed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal

from app.viewstate import RELOAD
from app.wording import trn
from mesh.messages import (
    ConflictDetected,
    ConflictResolved,
    ForgetConfirmed,
    HistoryArrived,
    MemoryChanged,
    MessageChanged,
    QuestionAsked,
    QuestionDecided,
)
from mesh.wishes import Conflicts, ConflictShown, Questions, QuestionShown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.viewstate import Asked, Wisher
    from mesh.errors import MeshError
    from mesh.messages import News
    from mesh.wishes import AnyWish

Matter: TypeAlias = ConflictShown | QuestionShown

REST_MS = 1000
"""News within so long lead to one look."""
PATIENCE_S = 60.0
"""A wish of another device brings no news of its own; so often it is looked for."""
MATTERS_MAX = 200
"""More than that nobody decides in one go; the others come when these are gone."""


class Matters(QObject):
    """``conflicts`` and ``questions`` as the node told them last."""

    changed = Signal()
    failed = Signal(object)
    """They cannot be had, or one could not be decided (MeshError); the last ones stay."""

    def __init__(self, wisher: Wisher, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wisher = wisher
        self.conflicts: tuple[ConflictShown, ...] = ()
        self.questions: tuple[QuestionShown, ...] = ()
        self._has_conflicts = self._has_questions = False
        self._is_stopped = False
        self._asked: list[Asked] = []
        self._looked_at: float | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.look)

    @property
    def all(self) -> tuple[Matter, ...]:
        """Everything that is open, in the order in which it is asked."""
        return (*self.conflicts, *self.questions)

    @property
    def is_known(self) -> bool:
        """Whether the node has answered once: what opens from now on is new."""
        return self._has_conflicts and self._has_questions

    def look(self) -> None:
        """Ask the node; an answer that is still on its way is of no interest any more."""
        self._forget_asked()
        self._asked = [
            self._wisher.wish(Conflicts(), done=self._take_conflicts, failed=self.failed.emit),
            self._wisher.wish(Questions(), done=self._take_questions, failed=self.failed.emit),
        ]

    def stop(self) -> None:
        """The node goes: hear no answer any more, and ask nothing until ``go_on``."""
        self._is_stopped = True
        self._forget_asked()

    def go_on(self) -> None:
        """A node is there again."""
        self._is_stopped = False

    def _forget_asked(self) -> None:
        self._rest.stop()
        for asked in self._asked:
            asked.cancel()
        self._asked = []

    def look_in_time(self, now: float) -> None:
        """Ask when that was last done long ago; ``now`` in Unix seconds."""
        is_due = self._looked_at is None or abs(now - self._looked_at) >= PATIENCE_S
        if is_due and not self._is_stopped:
            self._looked_at = now
            self.look()

    def take(self, news: list[News]) -> None:
        """What was told may have opened or closed something."""
        kinds = (
            ConflictDetected, ConflictResolved, ForgetConfirmed, HistoryArrived,
            MemoryChanged, MessageChanged, QuestionAsked, QuestionDecided,
        )  # fmt: skip
        is_touched = news == [RELOAD] or any(isinstance(one.body, kinds) for one in news)
        if is_touched and not self._is_stopped and not self._rest.isActive():
            self._rest.start()

    def decide(self, matter: Matter, wish: AnyWish) -> None:
        """Answer ``matter`` by ``wish``; it is gone from here as soon as the node agrees."""

        def done(_answer: object) -> None:
            self._drop(matter)
            self.look()

        def failed(error: MeshError) -> None:
            self.failed.emit(error)
            self.look()

        self._wisher.wish(wish, done=done, failed=failed)

    def _drop(self, matter: Matter) -> None:
        self.conflicts = tuple(one for one in self.conflicts if one != matter)
        self.questions = tuple(one for one in self.questions if one != matter)
        self.changed.emit()

    def _take_conflicts(self, answer: object) -> None:
        found = answer if isinstance(answer, list) else []
        kept = [one for one in found if isinstance(one, ConflictShown)]
        self._become(tuple(kept[:MATTERS_MAX]), self.questions)
        self._has_conflicts = True

    def _take_questions(self, answer: object) -> None:
        found = answer if isinstance(answer, list) else []
        kept = [one for one in found if isinstance(one, QuestionShown)]
        self._become(self.conflicts, tuple(kept[:MATTERS_MAX]))
        self._has_questions = True

    def _become(
        self, conflicts: tuple[ConflictShown, ...], questions: tuple[QuestionShown, ...]
    ) -> None:
        if (conflicts, questions) != (self.conflicts, self.questions):
            self.conflicts, self.questions = conflicts, questions
            self.changed.emit()


def summary(matters: Sequence[Matter]) -> str:
    """That something is open, in a sentence; nothing when nothing is."""
    wishes = sum(isinstance(one, QuestionShown) for one in matters)
    texts = len(matters) - wishes
    parts = []
    if texts:
        parts.append(
            trn(
                "{n} text was changed on two devices at once. Which version is right?",
                "{n} texts were changed on two devices at once. Which versions are right?",
                texts,
            )
        )
    if wishes:
        parts.append(
            trn(
                "Another device wishes something that you decide.",
                "Other devices wish {n} things that you decide.",
                wishes,
            )
        )
    return " ".join(parts)
