"""What waits for a decision is on the icon before any window is opened, and said once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer
from typing_extensions import override

from app.application.notices import REST_S, Notices
from app.bridge import Bridge
from app.matters import Matters
from app.tray import Tray
from app.viewstate import RELOAD
from mesh.clock import SystemClock
from mesh.wishes import ConflictShown, QuestionShown
from tests.app.qt.recorder import Recorder
from tests.app.qt.running import is_up, live, quiet, through_the_first_day, until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import SignalInstance

    from mesh.profile import Profile


class MovedClock(SystemClock):
    """Stands still until it is moved."""

    now = 1000.0

    @override
    def monotonic(self) -> float:
        return self.now


class Loud(Tray):
    """An icon whose words are kept; no desktop here shows them."""

    def __init__(self) -> None:
        super().__init__(Recorder(), SystemClock())
        self.said: list[str] = []

    @override
    def tell(self, title: str, text: str, then: SignalInstance | None = None) -> None:
        self.said.append(text)


class Case:
    """An icon, the notices on it, and the clock they see."""

    def __init__(self) -> None:
        self.clock, self.tray, self.is_watched = MovedClock(), Loud(), False
        self.notices = Notices(
            Bridge(self.clock), self.tray, self.clock, lambda: self.is_watched
        )

    def answer(self, conflicts: Sequence[str] = (), questions: Sequence[str] = ()) -> None:
        """The node answers a look."""
        matters = self.notices.matters
        matters._take_conflicts([conflict(one) for one in conflicts])
        matters._take_questions([question(one) for one in questions])


def conflict(name: str) -> ConflictShown:
    return ConflictShown(id=name, kind="memory", shown="Milk", choices=())


def question(name: str) -> QuestionShown:
    return QuestionShown(
        id=name, about="m", kind="memory", what="forget", shown="Tea", device_id=None,
        timestamp=0.0,
    )  # fmt: skip


@pytest.fixture
def case(qapp: object) -> Case:
    del qapp
    return Case()


def test_what_waits_since_before_the_start_is_on_the_icon_and_not_said(case: Case) -> None:
    case.answer(["a"], ["b", "c"])
    assert case.tray.open_count == 3
    assert case.tray.said == []


def test_what_comes_later_is_said_once(case: Case) -> None:
    case.answer(["a"])
    case.answer(["a"], ["b"])
    case.answer(["a"], ["b"])
    assert case.tray.open_count == 2
    assert len(case.tray.said) == 1


def test_what_goes_is_not_said(case: Case) -> None:
    case.answer(["a"], ["b"])
    case.answer()
    assert case.tray.open_count == 0
    assert case.tray.said == []


def test_however_much_comes_it_is_said_only_now_and_then(case: Case) -> None:
    case.answer()
    for number in range(5):
        case.answer(questions=[str(one) for one in range(number + 1)])
    assert len(case.tray.said) == 1
    case.clock.now += REST_S
    case.answer(questions=["another"])
    assert len(case.tray.said) == 2


def test_who_looks_at_a_window_is_told_there(case: Case) -> None:
    case.is_watched = True
    case.answer()
    case.answer(["a"])
    assert case.tray.open_count == 1
    assert case.tray.said == []


async def test_the_menu_opens_the_window_with_the_question(profile: Profile) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        through_the_first_day(profile)
        session.faces.notices.matters._take_conflicts([conflict("a")])
        session.faces.tray.decide_wanted.emit()
        main = session.faces.main
        assert main is not None
        assert main.isVisible()
        assert main.settling is not None
        assert main.companion.banner.isVisible()
        main.settling.reject()


async def test_it_looks_by_itself_once_the_node_is_up(profile: Profile) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        matters = session.faces.notices.matters
        assert not matters.is_known
        await until(lambda: matters.is_known)
        assert session.faces.main is None


def test_once_the_node_is_gone_news_ask_nothing_until_there_is_one_again(
    recorder: Recorder,
) -> None:
    matters = Matters(recorder)
    (rest,) = matters.findChildren(QTimer)
    matters.stop()
    matters.take([RELOAD])
    matters.look_in_time(1.0)
    assert not rest.isActive()
    assert not recorder.wishes
    matters.go_on()
    matters.take([RELOAD])
    assert rest.isActive()
