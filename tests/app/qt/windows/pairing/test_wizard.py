"""The pairing wizard: what each step shows, what is wished, and that closing cancels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QGridLayout, QLabel

from app.viewstate import reduce
from app.windows.pairing import PairingWizard
from app.windows.pairing.failures import Failure
from app.windows.pairing.steps import (
    Choosing,
    Comparing,
    Failed,
    Meeting,
    Reading,
    Showing,
    Uniting,
)
from mesh import errors
from mesh.messages import SyncStatus, told
from mesh.model.device import Role, Trust
from mesh.wishes import (
    Answer,
    Cancel,
    CodeTried,
    DeviceJoined,
    FamilyJoined,
    Invite,
    InviteOpened,
    Join,
    JoinBegun,
    MeetingAsked,
    Met,
    PairingAsking,
    PairingWithdrawn,
)
from tests.app.qt import scenes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from app.viewstate import ViewState
    from tests.app.qt.recorder import Recorder

LINK = "AICO-MESH:" + "ABCDEFGH234567" * 6
OPENED = InviteOpened(
    run="run-1",
    link=LINK,
    code="482 913 077",
    at="192.168.178.23:21550",
    expires_at=scenes.NOW + 180,
)
PICTURES = ("🐕", "🔑", "🍎", "🌙", "🚲", "☂️", "👑")
NAMES = ("dog", "key", "apple", "moon", "bicycle", "umbrella", "crown")
ASKING = PairingAsking(
    run="run-1", name="Tablet", emoji=PICTURES, emoji_names=NAMES, trust=Trust.LIMITED
)


class StandingClock:
    """It is always the same moment, until a test turns it."""

    def __init__(self) -> None:
        self.now = scenes.NOW

    def wall(self) -> int:
        return int(self.now * 1_000_000)

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def open_wizard(
    qtbot: QtBot, recorder: Recorder, clock: StandingClock
) -> Callable[[ViewState], PairingWizard]:
    def make(state: ViewState) -> PairingWizard:
        wizard = PairingWizard(recorder, state=state, clock=clock)
        wizard.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(wizard)
        return wizard

    return make


@pytest.fixture
def wizard(open_wizard: Callable[[ViewState], PairingWizard]) -> PairingWizard:
    return open_wizard(scenes.family())


def invited(wizard: PairingWizard, recorder: Recorder) -> None:
    """An invitation is shown."""
    wizard.show_invitation()
    wizard.choosing.go.click()
    recorder.last(Invite).tell(OPENED)


def called(wizard: PairingWizard, recorder: Recorder) -> None:
    """The other device is being called."""
    wizard.show_joining(LINK)
    wizard.reading.go.click()
    recorder.last(Join).tell(JoinBegun(run="run-1", hosts=("192.168.178.23",)))


# ---- inviting --------------------------------------------------------------------------------


def test_the_role_follows_the_trust_until_it_is_chosen(wizard: PairingWizard) -> None:
    wizard.show_invitation()
    page = wizard.choosing
    assert page.step == Choosing(Trust.FULL, Role.PRIMARY)
    page.trusts.choose(Trust.LIMITED)
    assert page.step.role is Role.SHARED
    page.role.setCurrentIndex(page.role.findData(Role.MOBILE))
    page.role.activated.emit(page.role.currentIndex())
    page.trusts.choose(Trust.FULL)
    assert page.step == Choosing(Trust.FULL, Role.MOBILE)


def test_what_is_chosen_is_wished(wizard: PairingWizard, recorder: Recorder) -> None:
    wizard.show_invitation()
    wizard.choosing.trusts.choose(Trust.LIMITED)
    wizard.choosing.name.setText("Kitchen")
    wizard.choosing.go.click()
    assert recorder.wishes == [Invite(trust=Trust.LIMITED, role=Role.SHARED, name="Kitchen")]
    assert wizard.pages.currentWidget() is wizard.waiting


def test_an_invitation_is_shown_in_three_ways_with_its_time(
    wizard: PairingWizard, recorder: Recorder, clock: StandingClock
) -> None:
    invited(wizard, recorder)
    page = wizard.showing
    assert wizard.pages.currentWidget() is page
    assert (page.link.text(), page.code.text()) == (LINK, "482 913 077")
    assert "192.168.178.23:21550" in page.place.text()
    assert page.time_left.text() == "3 min 0 s left"
    page.copy.click()
    assert QGuiApplication.clipboard().text() == LINK
    clock.now += 100
    page.show_time(clock.now)
    assert (page.time_left.text(), page.time.value()) == ("1 min 20 s left", 80)


def test_wrong_codes_are_told_with_the_tries_that_are_left(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    invited(wizard, recorder)
    assert not wizard.showing.notice.isVisibleTo(wizard)
    recorder.last(Invite).tell(CodeTried(run="run-1", left=1))
    assert "1 try is left" in wizard.showing.notice.text.text()
    assert wizard.showing.notice.isVisibleTo(wizard)
    recorder.last(Invite).tell(CodeTried(run="run-1", left=0))
    assert "three times" in wizard.showing.notice.text.text()
    assert not wizard.showing.code.isEnabled()


def test_a_new_code_closes_the_old_window_first(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    invited(wizard, recorder)
    old = recorder.last(Invite)
    wizard.showing.renew.click()
    assert recorder.wishes[1:] == [Cancel(run="run-1")]
    old.fail(errors.InvitationClosed())
    assert wizard.pages.currentWidget() is wizard.waiting
    recorder.last(Cancel).answer(None)
    assert recorder.wishes[2:] == [old.wish]
    recorder.last(Invite).tell(OPENED)
    assert isinstance(wizard.step, Showing)


def test_no_window_is_opened_anew_for_somebody_who_has_left(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    invited(wizard, recorder)
    wizard.showing.renew.click()
    wizard.reject()
    recorder.last(Cancel).answer(None)
    assert len([wish for wish in recorder.wishes if isinstance(wish, Invite)]) == 1


def test_only_a_device_that_manages_the_family_invites(
    open_wizard: Callable[[ViewState], PairingWizard],
) -> None:
    wizard = open_wizard(scenes.family(me=scenes.this(admin=False)))
    wizard.show_invitation()
    assert isinstance(wizard.step, Failed)
    assert wizard.step.why is Failure.NOT_ALLOWED
    assert not wizard.failed.close_button.isVisibleTo(wizard)


# ---- comparing -------------------------------------------------------------------------------


def test_seven_pictures_with_names_and_what_will_flow(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    invited(wizard, recorder)
    recorder.last(Invite).tell(ASKING)
    page = wizard.comparing
    assert page.pictures is not None
    assert page.pictures.accessibleName() == f"Seven pictures: {', '.join(NAMES)}"
    assert "Tablet" in page.lead.text()
    assert "seven days" in page.flow.text.text()
    assert not page.yes.isDefault()
    assert not page.no.isDefault()


def test_a_yes_is_sent_once_and_waits_for_the_other_side(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    invited(wizard, recorder)
    recorder.last(Invite).tell(ASKING)
    wizard.comparing.yes.click()
    wizard.comparing.answered.emit(False)
    assert recorder.wishes[1:] == [Answer(run="run-1", yes=True)]
    assert not wizard.comparing.no.isEnabled()
    assert wizard.comparing.busy.isVisibleTo(wizard)


def test_a_no_says_that_nothing_was_shared(wizard: PairingWizard, recorder: Recorder) -> None:
    invited(wizard, recorder)
    recorder.last(Invite).tell(ASKING)
    wizard.comparing.no.click()
    assert recorder.wishes[1:] == [Answer(run="run-1", yes=False)]
    recorder.last(Invite).fail(errors.PairingRefused())
    assert isinstance(wizard.step, Failed)
    assert wizard.step.why is Failure.PICTURES_DIFFER
    wizard.failed.remedy.click()
    assert wizard.pages.currentWidget() is wizard.choosing


def test_who_goes_away_while_pictures_are_compared_leaves_the_invitation_open(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    invited(wizard, recorder)
    recorder.last(Invite).tell(ASKING)
    recorder.last(Invite).tell(PairingWithdrawn(run="run-1"))
    assert wizard.pages.currentWidget() is wizard.showing
    assert "went away" in wizard.showing.notice.text.text()


# ---- joining ---------------------------------------------------------------------------------


def test_an_invitation_from_outside_is_filled_in_and_nothing_more(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    wizard.show_joining(f" {LINK} ")
    assert wizard.reading.text.text() == LINK
    assert wizard.reading.go.isEnabled()
    assert recorder.wishes == []


def test_a_code_needs_its_address(wizard: PairingWizard, recorder: Recorder) -> None:
    wizard.show_joining()
    page = wizard.reading
    assert not page.go.isEnabled()
    page.text.setText("482-913-077")
    assert not page.go.isEnabled()
    page.place.setText("192.168.178.23:21550")
    page.go.click()
    assert recorder.wishes == [Join(invitation="482-913-077", at="192.168.178.23:21550")]


def test_whom_it_calls_is_shown(wizard: PairingWizard, recorder: Recorder) -> None:
    called(wizard, recorder)
    assert wizard.pages.currentWidget() is wizard.waiting
    assert "192.168.178.23" in wizard.waiting.lead.text()


def test_a_device_with_a_family_is_told_to_leave_it_first(
    open_wizard: Callable[[ViewState], PairingWizard], qtbot: QtBot
) -> None:
    wizard = open_wizard(scenes.family(scenes.device("Desk")))
    wizard.show_joining(LINK)
    assert isinstance(wizard.step, Failed)
    with qtbot.waitSignal(wizard.devices_wanted):
        wizard.failed.remedy.click()


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (errors.PairingUnreachable(), "192.168.178.23 does not answer"),
        (errors.InvitationClosed(), "This invitation is closed"),
        (errors.CodeWrong(), "This code does not match"),
        (errors.VersionMismatch(), "The two devices have different versions"),
        (errors.PairingRefused(), "The other device said no"),
        (errors.AlreadyInFamily(), "This device already has a family"),
        (errors.PairingInterrupted(), "The connection broke"),
        (errors.DiskFull(), "Pairing did not succeed"),
    ],
)
def test_each_failure_is_told_and_leads_back_to_what_was_typed(
    wizard: PairingWizard, recorder: Recorder, error: errors.MeshError, title: str
) -> None:
    called(wizard, recorder)
    recorder.last(Join).fail(error)
    assert wizard.failed.headline.text() == title
    assert wizard.failed.advice.text()
    if wizard.failed.remedy.text() == "Try again":
        wizard.failed.remedy.click()
        assert wizard.step == Reading(LINK)


# ---- the first sync --------------------------------------------------------------------------


def test_who_joined_sees_how_far_the_first_sync_is(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    called(wizard, recorder)
    recorder.last(Join).tell(ASKING)
    wizard.comparing.yes.click()
    recorder.last(Join).answer(
        FamilyJoined(family_id="f", device_id=scenes.ME, name="Work Laptop")
    )
    assert wizard.has_met
    assert "Waiting" in wizard.meeting.progress.text()
    desk = scenes.device("Desk", in_step=False)
    status = SyncStatus(device_id=desk.device_id, in_step=False, pending=60, received=40)
    state = reduce(scenes.family(desk), told(status, scenes.ME), scenes.NOW)
    wizard.show_state(state)
    assert "60 changes" in wizard.meeting.progress.text()
    assert (wizard.meeting.bar.value(), wizard.meeting.bar.maximum()) == (400, 1000)
    wizard.show_state(scenes.family(scenes.device("Desk")))
    assert wizard.meeting.progress.text().endswith("on both of them now.")
    assert not wizard.meeting.note.isVisibleTo(wizard)


def test_who_invited_looks_at_the_newcomer(wizard: PairingWizard, recorder: Recorder) -> None:
    invited(wizard, recorder)
    recorder.last(Invite).tell(ASKING)
    wizard.comparing.yes.click()
    tablet = scenes.device("Tablet", trust=Trust.LIMITED)
    recorder.last(Invite).answer(DeviceJoined(device_id=tablet.device_id, name="Tablet"))
    wizard.show_state(scenes.family(tablet, scenes.device("Desk", in_step=False)))
    assert isinstance(wizard.step, Meeting)
    assert wizard.step.is_in_step
    assert wizard.meeting.headline.text() == "Tablet belongs to the family now"


def test_an_open_invitation_is_not_begun_again_by_a_second_wish_to_pair(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    invited(wizard, recorder)
    wizard.show_invitation()
    wizard.show_joining(LINK)
    assert wizard.pages.currentWidget() is wizard.showing
    recorder.last(Invite).fail(errors.InvitationClosed())
    wizard.show_joining(LINK)
    assert wizard.step == Reading(LINK)


# ---- closing ---------------------------------------------------------------------------------


def test_closing_cancels_what_is_under_way_and_hears_no_more_of_it(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    invited(wizard, recorder)
    asked = recorder.last(Invite)
    wizard.close()
    assert recorder.wishes[1:] == [Cancel(run="run-1")]
    asked.tell(ASKING)
    asked.fail(errors.InvitationClosed())
    assert isinstance(wizard.step, Showing)


def test_closing_before_the_window_is_open_gives_the_wish_up(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    wizard.show_invitation()
    wizard.choosing.go.click()
    wizard.close()
    assert recorder.last(Invite).is_cancelled


def test_closing_after_all_is_done_cancels_nothing(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    called(wizard, recorder)
    recorder.last(Join).tell(ASKING)
    assert isinstance(wizard.step, Comparing)
    recorder.last(Join).answer(FamilyJoined(family_id="f", device_id=scenes.ME, name="Me"))
    wizard.meeting.done.click()
    assert [type(wish) for wish in recorder.wishes] == [Join]


# ---- by keyboard -----------------------------------------------------------------------------


def test_the_keyboard_begins_where_the_person_goes_on(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    wizard.show_joining()
    wizard.activateWindow()
    assert wizard.focusWidget() is wizard.reading.text
    wizard.show_joining(LINK)
    assert wizard.focusWidget() is wizard.reading.go
    wizard.reading.go.click()
    recorder.last(Join).tell(ASKING)
    assert wizard.focusWidget() is wizard.comparing.pictures
    recorder.last(Join).fail(errors.PairingInterrupted())
    assert wizard.focusWidget() is wizard.failed.remedy


def test_enter_goes_on_from_a_field_and_never_answers_the_question_about_pictures(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    wizard.show_joining(LINK)
    QTest.keyClick(wizard.reading.text, Qt.Key.Key_Return)
    recorder.last(Join).tell(ASKING)
    assert wizard.pages.currentWidget() is wizard.comparing
    assert wizard.comparing.pictures is not None
    for place in (wizard, wizard.comparing, wizard.comparing.pictures):
        QTest.keyClick(place, Qt.Key.Key_Return)
    assert [type(wish) for wish in recorder.wishes] == [Join]
    QTest.keyClick(wizard.comparing.yes, Qt.Key.Key_Return)
    assert recorder.wishes[1:] == [Answer(run="run-1", yes=True)]
    QTest.keyClick(wizard, Qt.Key.Key_Escape)
    assert recorder.wishes[2:] == [Cancel(run="run-1")]


# ---- what becomes of both --------------------------------------------------------------------


MEETING = MeetingAsked(
    run="run-1",
    device_id="d",
    name="Tablet",
    here=1284,
    there=39,
    same=12,
    to_settle=2,
    kinds={
        "messages": Met(here=1102, there=31, same=12),
        "memories": Met(here=182, there=8, same=0),
    },
)


def shown_counts(wizard: PairingWizard, recorder: Recorder) -> None:
    """The pictures were the same, and it is known what becomes of both."""
    invited(wizard, recorder)
    recorder.last(Invite).tell(ASKING)
    wizard.comparing.yes.click()
    recorder.last(Invite).tell(MEETING)


def _cell(counts: QGridLayout, row: int, place: int) -> str:
    item = counts.itemAtPosition(row, place)
    shown = item.widget() if item is not None else None
    assert isinstance(shown, QLabel)
    return shown.text()


def test_before_two_pasts_become_one_the_counts_are_shown_and_yes_is_sent_once(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    shown_counts(wizard, recorder)
    page = wizard.uniting
    assert wizard.pages.currentWidget() is page
    cells = [[_cell(page.counts, row, place) for place in range(4)] for row in (1, 2)]
    assert cells == [["Messages", "1,102", "31", "12"], ["Memories", "182", "8", "0"]]
    assert page.table.accessibleName() == "1,284 here, 39 there, 12 on both"
    page.yes.click()
    page.yes.click()
    assert recorder.wishes[-1] == Answer(run="run-1", yes=True)
    assert sum(isinstance(wish, Answer) for wish in recorder.wishes) == 2
    assert not page.no.isEnabled()
    recorder.last(Invite).answer(DeviceJoined(device_id="d", name="Tablet"))
    assert isinstance(wizard.step, Meeting)


def test_who_keeps_them_apart_is_told_that_nothing_was_shared(
    wizard: PairingWizard, recorder: Recorder
) -> None:
    shown_counts(wizard, recorder)
    wizard.uniting.no.click()
    assert recorder.wishes[-1] == Answer(run="run-1", yes=False)
    assert isinstance(wizard.step, Failed)
    assert wizard.step.why is Failure.APART
    recorder.last(Invite).fail(errors.PairingRefused())
    assert wizard.failed.headline.text() == "The two stay apart"


def test_closing_leaves_the_meeting_waiting(wizard: PairingWizard, recorder: Recorder) -> None:
    shown_counts(wizard, recorder)
    assert isinstance(wizard.step, Uniting)
    wizard.reject()
    assert recorder.wishes[-1] == Cancel(run="run-1")
