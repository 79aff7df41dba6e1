"""The Companion page: what it says of a state, and every wish that can be made there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel

from app.viewstate import Attention, AttentionKind, KindView, Standing, reduce
from app.windows.companion import CompanionPage, words
from app.windows.companion.mood import NOTED_MS
from mesh.errors import DiskFull
from mesh.messages import MoodChanged, told
from mesh.model.device import Trust
from mesh.wishes import BetweenUs, Feel, Mood, MoodShown, Pause, ReasonShown, Resume, Sync
from tests.app.qt import scenes

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.viewstate import ViewState
    from tests.app.qt.recorder import Recorder

DESK = scenes.device_id("Home Desktop")
WHY = MoodShown(
    valence=0.4,
    arousal=0.1,
    confidence=0.8,
    label="happy",
    contributing_devices=(scenes.ME, DESK),
    why=(
        ReasonShown(
            device_id=DESK, valence=-0.4, arousal=-0.3, confidence=1.0,
            timestamp=scenes.NOW - 60, weight=0.25,
        ),
        ReasonShown(
            device_id=scenes.ME, valence=0.8, arousal=0.5, confidence=1.0,
            timestamp=scenes.NOW - 60, weight=0.75, because="Back from the lake",
        ),
    ),
)  # fmt: skip


@pytest.fixture
def page(qtbot: QtBot, recorder: Recorder) -> CompanionPage:
    made = CompanionPage(recorder)
    qtbot.addWidget(made)
    made.resize(900, 900)
    made.show()
    return made


def texts(page: CompanionPage) -> list[str]:
    """All that can be read now, from top to bottom."""
    return [one.text() for one in page.findChildren(QLabel) if one.isVisible()]


def show(page: CompanionPage, state: ViewState) -> None:
    page.show_state(state, scenes.NOW)


@pytest.mark.parametrize("scene", scenes.SCENES)
def test_the_same_state_twice_changes_nothing(page: CompanionPage, scene: str) -> None:
    state = scenes.SCENES[scene]()
    show(page, state)
    before = (texts(page), dict(page.cards), dict(page.notices))
    show(page, state)
    assert (texts(page), dict(page.cards), dict(page.notices)) == before


# ---- what it says ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scene", "headline"),
    [
        ("alone", "AICO lives on this device"),
        ("two", "AICO is with you"),
        ("five", "AICO is with you, with limits"),
        ("all-offline", "AICO is on its own here"),
        ("paused", "AICO keeps to itself for now"),
    ],
)
def test_the_headline_says_how_the_companion_is(
    page: CompanionPage, scene: str, headline: str
) -> None:
    show(page, scenes.SCENES[scene]())
    assert page.hero.headline.text() == headline


@pytest.mark.parametrize(
    ("scene", "proof"),
    [
        ("two", "In step with every device"),
        ("five", "In step with 3 of 4 devices"),
        ("all-offline", "Not in step with any device right now"),
        ("catching-up", "Not in step with any device right now"),
        ("alone", ""),
    ],
)
def test_in_step_is_said_of_exactly_those_with_whom_it_is_proven(
    page: CompanionPage, scene: str, proof: str
) -> None:
    show(page, scenes.SCENES[scene]())
    assert page.hero.proof.text() == proof


@pytest.mark.parametrize("standing", Standing)
def test_only_a_kind_that_is_in_step_is_shown_so(standing: Standing) -> None:
    look = words.kind_standing(KindView(kind="memory", standing=standing), scenes.two())
    assert (look.tone == "ok") is (standing is Standing.IN_STEP)
    assert ("In step" in look.words) is (standing is Standing.IN_STEP)


def test_everything_that_wants_attention_has_its_notice_and_goes_with_its_cause(
    page: CompanionPage,
) -> None:
    show(page, scenes.troubled())
    assert len(page.notices) == len(scenes.troubled().attention) == 4
    show(page, scenes.two())
    assert page.notices == {}


@pytest.mark.parametrize("kind", AttentionKind)
def test_whatever_wants_attention_is_said(page: CompanionPage, kind: AttentionKind) -> None:
    attention = (Attention(kind=kind, device_id=DESK),)
    show(page, msgspec.structs.replace(scenes.two(), attention=attention))
    (notice,) = page.notices.values()
    assert notice.isVisible()
    assert notice.accessibleName() == notice.text.text() != ""


def test_a_notice_leads_to_its_device_or_to_the_recovery_words(
    page: CompanionPage, qtbot: QtBot
) -> None:
    show(page, scenes.troubled())
    by_action = {one.action.text(): one.action for one in page.notices.values()}
    with qtbot.waitSignal(page.device_chosen):
        by_action["Show device"].click()
    with qtbot.waitSignal(page.recovery_wanted):
        by_action["Write them down…"].click()


def test_without_other_devices_it_says_how_to_begin(page: CompanionPage) -> None:
    show(page, scenes.alone())
    assert page.empty.isVisible()
    assert not page.hero.pause.isVisible()
    show(page, scenes.two())
    assert not page.empty.isVisible()


def test_who_may_not_invite_reads_why(page: CompanionPage) -> None:
    show(page, scenes.as_limited())
    assert not page.hero.pair.isEnabled()
    assert "Home Desktop" in page.hero.pair.accessibleDescription()


# ---- mood ------------------------------------------------------------------------------------


def test_the_ring_follows_the_mood_and_says_it(page: CompanionPage) -> None:
    show(page, scenes.two())
    changed = MoodChanged(valence=-0.6, arousal=-0.4, confidence=0.9, label="sad")
    show(page, reduce(scenes.two(), told(changed, scenes.ME), scenes.NOW))
    ring = page.hero.ring
    assert ring.feeling is not None
    assert (ring.feeling.valence, ring.feeling.confidence) == (-0.6, 0.9)
    assert ring.accessibleName() == page.mood.feels.text() == "AICO feels sad"


def test_an_observation_is_noted_with_what_happened(
    page: CompanionPage, recorder: Recorder
) -> None:
    show(page, scenes.two())
    page.mood.because.setText("  Back from the lake ")
    page.mood.steps[-1].click()
    assert recorder.wishes == [Feel(valence=0.8, because="Back from the lake")]
    recorder.last(Feel).answer(WHY)
    assert page.mood.because.text() == ""
    assert page.mood.told.text() == "Noted."


def test_two_clicks_in_a_row_are_one_answer_and_what_is_noted_is_said_for_a_while(
    page: CompanionPage, recorder: Recorder, qtbot: QtBot
) -> None:
    show(page, scenes.two())
    for timer in page.mood.findChildren(QTimer):
        timer.setInterval(timer.interval() * 100)  # however slow this machine is
    page.mood.steps[1].click()
    page.mood.steps[2].click()
    assert recorder.wishes == [Feel(valence=-0.4)]
    recorder.last(Feel).answer(WHY)
    (noted,) = (
        one for one in page.mood.findChildren(QTimer) if one.interval() == 100 * NOTED_MS
    )
    assert noted.isActive()
    with qtbot.waitSignal(noted.timeout):
        noted.start(0)
    assert page.mood.told.isHidden()


def test_what_could_not_be_noted_is_said_and_what_was_typed_stays(
    page: CompanionPage, recorder: Recorder
) -> None:
    show(page, scenes.two())
    page.mood.because.setText("Rain")
    page.mood.steps[0].click()
    recorder.last(Feel).fail(DiskFull())
    assert page.mood.because.text() == "Rain"
    assert page.mood.told.text().startswith("There is no room left")


def test_why_it_feels_so_is_told_by_weight_with_device_and_reason(
    page: CompanionPage, recorder: Recorder
) -> None:
    show(page, scenes.two())
    page.mood.why.click()
    assert recorder.wishes == [Mood(why=True)]
    recorder.last(Mood).answer(WHY)
    said = [one.text() for one in page.mood.reasons.findChildren(QLabel)]
    assert said[0].startswith("Excited · Work Laptop")
    assert said[1] == "“Back from the lake”"
    assert said[2].startswith("Sad · Home Desktop")
    page.mood.why.click()
    assert not page.mood.reasons.isVisible()
    assert page.mood.why.text() == "Why?"


# ---- sharing ---------------------------------------------------------------------------------


def test_sharing_is_paused_for_a_span_and_resumed(
    page: CompanionPage, recorder: Recorder
) -> None:
    show(page, scenes.two())
    hour, tomorrow, until_resumed = page.hero.menu.actions()
    for action in (hour, tomorrow, until_resumed):
        action.trigger()
    minutes = [wish.minutes for wish in recorder.wishes if isinstance(wish, Pause)]
    assert minutes[0] == 60.0
    assert minutes[1] is not None
    assert 0 < minutes[1] <= 24 * 60 + 60
    assert minutes[2] is None
    show(page, scenes.paused())
    page.hero.pause.click()
    assert recorder.wishes[-1] == Resume()


def test_just_between_us_is_wished_and_taken_back(
    page: CompanionPage, recorder: Recorder
) -> None:
    show(page, scenes.two())
    page.hero.private.click()
    show(page, scenes.just_between_us())
    assert any("Just between us" in text for text in texts(page))
    page.hero.private.click()
    assert recorder.wishes == [BetweenUs(is_on=True), BetweenUs(is_on=False)]


def test_what_the_node_refuses_is_said_until_it_was_read(
    page: CompanionPage, recorder: Recorder
) -> None:
    show(page, scenes.two())
    page.hero.private.click()
    recorder.last(BetweenUs).fail(DiskFull())
    assert page.trouble.isVisible()
    page.trouble.action.click()
    assert not page.trouble.isVisible()


# ---- devices ---------------------------------------------------------------------------------


def test_cards_are_updated_in_place(page: CompanionPage) -> None:
    show(page, scenes.two())
    card = page.cards[DESK]
    show(page, scenes.family(scenes.away("Home Desktop"), level="offline"))
    assert page.cards[DESK] is card
    assert card.accessibleName().endswith("Away, seen 2 hours ago")


def test_a_guest_is_no_reason_to_say_that_something_is_missing(page: CompanionPage) -> None:
    guest = scenes.away("Visitor", trust=Trust.GUEST)
    show(page, scenes.family(scenes.device("Home Desktop"), guest))
    assert page.hero.proof.text() == "In step with every device"


def test_a_guest_reads_that_it_is_one_and_is_offered_nothing_that_needs_more(
    page: CompanionPage,
) -> None:
    show(page, scenes.as_guest())
    assert page.hero.level.text() == "Guest"
    assert not page.hero.pause.isVisible()
    assert not page.hero.private.isVisible()


def test_while_sharing_is_paused_no_kind_waits_for_a_device(page: CompanionPage) -> None:
    show(page, scenes.paused())
    assert texts(page).count("Paused") == 4


def test_a_history_that_waits_says_why_and_can_be_had_now(
    page: CompanionPage, recorder: Recorder
) -> None:
    state = scenes.sparing()
    page.show_state(state, scenes.NOW)
    notice = page.notices[state.attention[0]]
    assert "to spare the battery of Phone" in notice.text.text()
    notice.action.click()
    assert recorder.wishes[-1] == Sync()
    card = page.cards[scenes.device_id("Phone")]
    assert "Waits to spare its battery" in card.accessibleName()
