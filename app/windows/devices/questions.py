"""What is asked before a device is removed, trusted otherwise, or leaves its family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.widgets.labels import label, say
from app.widgets.question import Question
from app.windows.devices import words
from app.wording import tr, trust, trust_means
from mesh.model.device import Trust
from mesh.wishes import Policy, PolicyShown, PreviewPolicy, PreviewShown

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.viewstate import Wisher
    from mesh.errors import MeshError
    from mesh.messages import DeviceShown


class Farewell(Question):
    """Before an own device ceases to be one: what it alone keeps is said."""

    lets_go = False
    """Whether somebody was told that with it the only copy of something may go."""

    def ask_what_it_alone_keeps(self, wisher: Wisher, device: str) -> None:
        """Say it as soon as it is known; most devices keep nothing alone."""

        def take(answer: object) -> None:
            shown = answer.devices if isinstance(answer, PolicyShown) else ()
            for one in shown:
                if one.device_id == device and one.keeps_alone:
                    self.lets_go = True
                    self.add_point("warning", "bad", words.keeps_alone(one.keeps_alone))
                    self.fit()

        asked = wisher.wish(Policy(), done=take)
        self.finished.connect(lambda _result: asked.cancel())


class Removal(Farewell):
    """Before a device is removed for good."""

    def __init__(self, wisher: Wisher, device: DeviceShown, parent: QWidget) -> None:
        super().__init__(
            tr("Remove {name}?", name=device.name),
            tr("For a lost or stolen device, or one you give away. This cannot be undone."),
            tr("Remove for good"),
            parent=parent,
            is_grave=True,
        )
        self.add_point(
            "lock",
            "bad",
            tr("It is cut off at once: it gets nothing new and can send nothing."),
        )
        if device.trust is not Trust.GUEST:
            self.add_point(
                "warning",
                "warn",
                tr("It keeps what it has already. Nobody can erase that from here."),
            )
            self.add_point(
                "check", "ok", tr("What it has shared so far stays on your other devices.")
            )
        self.add_point("devices", "off", tr("It can come back only by pairing it again."))
        self.require(tr("I know what it keeps and what it loses"))
        if device.trust is Trust.FULL:
            self.ask_what_it_alone_keeps(wisher, device.device_id)


def leaving(managers: list[str], parent: QWidget) -> Question:
    """Before this device leaves; ``managers``: who would still manage the family."""
    question = Question(
        tr("Leave the family?"),
        tr("This device goes on alone, as a family of its own."),
        tr("Leave the family"),
        parent=parent,
        is_grave=True,
    )
    question.add_point("check", "ok", tr("Everything that is on this device stays here."))
    question.add_point(
        "devices",
        "off",
        tr("The other devices keep what they have and get nothing more from here."),
    )
    if not managers:
        question.add_point(
            "warning",
            "bad",
            tr(
                "No other device manages the family: nobody could invite or remove devices "
                "there any more."
            ),
        )
    question.require(tr("I want this device to go on alone"))
    return question


class TrustQuestion(Farewell):
    """Before a device is trusted otherwise: what that means, with exact counts."""

    def __init__(
        self, wisher: Wisher, device: DeviceShown, level: Trust, parent: QWidget
    ) -> None:
        super().__init__(
            tr("{name}: {trust}", name=device.name, trust=trust(level)),
            trust_means(level),
            tr("Change trust"),
            parent=parent,
            is_grave=level.rank < device.trust.rank,
        )
        is_less = level.rank < device.trust.rank
        self.add_point(*(("lock", "warn") if is_less else ("check", "ok")), words.flows(level))
        self.counted = label(tr("Counting what it would know…"), "mute", wraps=True)
        self._points.addWidget(self.counted)
        self._asked = wisher.wish(
            PreviewPolicy(device=device.device_id, trust=level),
            done=self._count,
            failed=self._cannot_count,
        )
        if is_less and device.trust is Trust.FULL:
            self.ask_what_it_alone_keeps(wisher, device.device_id)
        self.finished.connect(lambda _result: self._asked.cancel())

    def _count(self, answer: object) -> None:
        if not isinstance(answer, PreviewShown):
            return
        gets, gives = words.things(answer.would_send), words.things(answer.would_withdraw)
        said = tr("Of what is here it may know: {things}.", things=gets or tr("nothing"))
        if gives:
            said += " " + tr("It has to give back: {things}.", things=gives)
        say(self.counted, said)
        self.fit()

    def _cannot_count(self, _: MeshError) -> None:
        say(self.counted, "")
