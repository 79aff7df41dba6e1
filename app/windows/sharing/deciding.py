"""From a wished change to the deed: count what it does, ask where it does something, do it.

    begin ─▶ for each device: a preview as things stand, a preview with the change
          ─▶ nothing moves: done at once · something moves: a question, then done or left

This device is not counted: it is told in words what it would give back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.widgets.question import Question
from app.windows.sharing import words
from app.windows.sharing.change import (
    Change,
    Effect,
    concerned,
    effect,
    outcome,
    preview,
    takes_from,
)
from app.wording import tr, trn
from mesh.wishes import PolicyShown, PreviewShown

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.viewstate import Asked, Wisher
    from mesh.errors import MeshError
    from mesh.wishes import DevicePolicy

POINTS_MAX = 6
"""So many devices are told one by one."""


class Deciding(QObject):
    """One change at a time; ``ended`` follows every end, whichever it was."""

    counting = Signal()
    done = Signal(object, object)
    """The ``Change`` and the ``PolicyShown`` after it."""
    failed = Signal(object)
    """A ``MeshError``."""
    ended = Signal()

    def __init__(self, wisher: Wisher, window: QWidget) -> None:
        super().__init__(window)
        self._wisher, self._window = wisher, window
        self._asked: Asked | None = None
        self._change: Change | None = None
        self._effects: list[Effect] = []
        self._waiting: list[tuple[DevicePolicy, str]] = []
        self._is_felt_here = False
        self.question: Question | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether a change is being counted, asked about or made."""
        return self._change is not None

    def begin(self, change: Change, shown: PolicyShown, own: str | None) -> None:
        """Somebody wants this; ``own`` is the id of this device."""
        if self.is_under_way:
            return
        self._change, self._shown, self._effects = change, shown, []
        found = concerned(shown, change)
        self._waiting = [one for one in found if one[0].device_id != own]
        self._is_felt_here = any(
            takes_from(one, change.key, value) for one, value in found if one.device_id == own
        )
        if self._waiting:
            self.counting.emit()
        self._count_next()

    def cancel(self) -> None:
        """Leave everything as it is."""
        if self._asked is not None:
            self._asked.cancel()
        self._end()

    # ---- counting ----------------------------------------------------------------------------

    def _count_next(self) -> None:
        if not self._waiting:
            self._decide()
            return
        one, value = self._waiting.pop(0)
        self._asked = self._wisher.wish(
            preview(one, self._key), done=lambda now: self._compare(one, value, now),
            failed=self._fail,
        )  # fmt: skip

    def _compare(self, one: DevicePolicy, value: str, now: object) -> None:
        def take(then: object) -> None:
            if isinstance(now, PreviewShown) and isinstance(then, PreviewShown):
                self._effects.append(effect(one.name, now, then))
            self._count_next()

        self._asked = self._wisher.wish(
            preview(one, self._key, value), done=take, failed=self._fail
        )

    @property
    def _key(self) -> str:
        return self._change.key if self._change else ""

    # ---- deciding ----------------------------------------------------------------------------

    def _decide(self) -> None:
        effects = [one for one in self._effects if not one.is_nothing]
        if self._change is None:
            return
        if effects or self._is_felt_here:
            self._ask(
                asking(
                    self._shown, self._change, effects, self._window,
                    is_felt_here=self._is_felt_here,
                )
            )  # fmt: skip
        else:
            self._do()

    def begin_with(self, change: Change, question: Question | None = None) -> None:
        """A change that cannot be counted: after this question, or at once."""
        if self.is_under_way:
            return
        self._change = change
        if question is None:
            self._do()
        else:
            self._ask(question)

    def _ask(self, question: Question) -> None:
        self.question = question
        question.agreed.connect(self._do)
        question.rejected.connect(self._end)
        question.open()

    def _do(self) -> None:
        if self._change is not None:
            self._asked = self._wisher.wish(
                self._change.wish, done=self._take, failed=self._fail
            )

    def _take(self, answer: object) -> None:
        change = self._change
        self._change = None
        if isinstance(answer, PolicyShown) and change is not None:
            self.done.emit(change, answer)
        self._end()

    def _fail(self, error: MeshError) -> None:
        self.failed.emit(error)
        self._end()

    def _end(self) -> None:
        self._change, self._asked, self._waiting = None, None, []
        self.ended.emit()


def asking(
    shown: PolicyShown,
    change: Change,
    effects: list[Effect],
    window: QWidget,
    *,
    is_felt_here: bool = False,
) -> Question:
    """The question before a change; ``is_felt_here``: this device would give something back."""
    value = words.value(change.key, outcome(shown, change))
    question = Question(
        tr("{what}: {value}", what=words.title(change.key), value=value),
        tr(
            "Chosen {for_whom}. With what is on this device now, it does this:",
            for_whom=words.for_whom(shown, change.target),
        ),
        tr("Apply"),
        parent=window,
    )
    for one in effects[:POINTS_MAX]:
        look = ("warning", "warn") if one.gives else ("devices", "accent")
        question.add_point(*look, words.effect(one))
    more = len(effects) - POINTS_MAX
    if more > 0:
        text = trn("And so for {n} more device.", "And so for {n} more devices.", more)
        question.add_point("devices", "off", text)
    if is_felt_here:
        # What goes from this device itself is not counted.
        text = tr("This device gives back what was written on other devices of the family.")
        question.add_point("laptop", "warn", text)
    return question
