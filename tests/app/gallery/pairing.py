"""The pairing wizard, step by step, and when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.windows.pairing.wizard import PairingWizard
from mesh.errors import CodeWrong, PairingUnreachable
from mesh.model.device import Trust
from mesh.wishes import DeviceJoined, InviteOpened, MeetingAsked, Met, PairingAsking
from tests.app.qt import scenes
from tests.app.qt.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from mesh.errors import MeshError

RUN = "run"
LINK = "AICO-MESH:1AZ2BX5QK7M3TRYHPNWEL4DGSFUC6VJI5OQ2ZK7B3XHMRTYNPWELDGS4FUCVJI6OQ7A2ZKB5XHM"
OPENED = InviteOpened(
    run=RUN, link=LINK, code="482 915 307", at="192.168.1.23:21550",
    expires_at=scenes.NOW + 171,
)  # fmt: skip
EMOJI = ("\U0001f419", "\U0001f333", "⚓", "\U0001f9c0", "\U0001f989", "\U0001f680", "☂️")
NAMES = ("octopus", "tree", "anchor", "cheese", "owl", "rocket", "umbrella")


@dataclass(frozen=True)
class StoppedClock:
    """It is always the same moment, so that the same picture is drawn twice."""

    def wall(self) -> int:
        return int(scenes.NOW * 1_000_000)

    def monotonic(self) -> float:
        return 0.0


def asking(name: str) -> PairingAsking:
    """Somebody asks to join, or is asked whether it lets us in."""
    return PairingAsking(
        run=RUN, name=name, emoji=EMOJI, emoji_names=NAMES, trust=Trust.LIMITED
    )


def wizard(recorder: Recorder, *, alone: bool = False) -> PairingWizard:
    """A wizard of a device with a family, or of one that is alone."""
    state = scenes.alone() if alone else scenes.two()
    return PairingWizard(recorder, None, state=state, clock=StoppedClock())


def _choosing() -> QWidget:
    window = wizard(Recorder())
    window.show_invitation()
    return window


def _showing() -> QWidget:
    recorder = Recorder()
    window = wizard(recorder)
    window.show_invitation()
    window.choosing.opened.emit(window.step)
    recorder.sent[-1].tell(OPENED)
    return window


def _comparing() -> QWidget:
    recorder = Recorder()
    window = wizard(recorder)
    window.show_invitation()
    window.choosing.opened.emit(window.step)
    recorder.sent[-1].tell(OPENED)
    recorder.sent[-1].tell(asking("Kitchen Tablet"))
    return window


def _reading() -> QWidget:
    window = wizard(Recorder(), alone=True)
    window.show_joining()
    return window


def _meeting() -> QWidget:
    recorder = Recorder()
    window = wizard(recorder)
    window.show_invitation()
    window.choosing.opened.emit(window.step)
    recorder.sent[-1].tell(OPENED)
    recorder.sent[-1].tell(asking("Home Desktop"))
    window.comparing.answered.emit(True)
    desktop = scenes.catching_up().others[0].device
    recorder.sent[0].answer(DeviceJoined(device_id=desktop.device_id, name=desktop.name))
    window.show_state(scenes.catching_up())
    return window


MEETING = MeetingAsked(
    run=RUN,
    device_id="d",
    name="Home Desktop",
    here=1284,
    there=39,
    same=12,
    to_settle=2,
    kinds={
        "messages": Met(here=1102, there=31, same=12),
        "moods": Met(here=40, there=3, same=0),
        "memories": Met(here=142, there=5, same=0),
    },
)


def _uniting() -> QWidget:
    recorder = Recorder()
    window = wizard(recorder, alone=True)
    window.show_joining(LINK)
    window.reading.ready.emit(window.step)
    recorder.sent[-1].tell(asking("Home Desktop"))
    window.comparing.answered.emit(True)
    recorder.sent[0].tell(MEETING)
    return window


def _failing(error: MeshError) -> Callable[[], QWidget]:
    def build() -> QWidget:
        recorder = Recorder()
        window = wizard(recorder, alone=True)
        window.show_joining(LINK)
        window.reading.ready.emit(window.step)
        recorder.sent[-1].fail(error)
        return window

    return build


WINDOWS: dict[str, tuple[str, Callable[[], QWidget]]] = {
    "choosing": ("how far the new device will be trusted", _choosing),
    "showing": ("an invitation: picture, link, code", _showing),
    "reading": ("reading an invitation", _reading),
    "comparing": ("seven pictures to compare", _comparing),
    "uniting": ("what becomes of both, before anything flows", _uniting),
    "meeting": ("the first exchange", _meeting),
    "no-answer": ("nobody answers", _failing(PairingUnreachable())),
    "wrong-code": ("a code that does not match", _failing(CodeWrong())),
}
