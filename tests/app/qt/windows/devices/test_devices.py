"""The devices page: what it shows of a device, and every wish that can be made there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel

from app.viewstate import ViewState, reduce
from app.windows.devices import DevicesPage
from mesh.errors import NotPermitted, TooLate
from mesh.messages import RegistryUpdated, SharingPaused, told
from mesh.model.device import Role, Trust
from mesh.wishes import (
    DevicePolicy,
    Leave,
    Part,
    PartingShown,
    Pause,
    Policy,
    PolicyShown,
    PreviewPolicy,
    PreviewShown,
    Rename,
    Resume,
    Revoke,
    SetRole,
    SetTrust,
)
from tests.app.qt import scenes

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.widgets.question import Question
    from mesh.wishes import AnyWish
    from tests.app.qt.recorder import Recorder

DESK, TABLET = scenes.device_id("Home Desktop"), scenes.device_id("Kitchen Tablet")
WIDE, NARROW = 1000, 520


@pytest.fixture
def page(qtbot: QtBot, recorder: Recorder) -> DevicesPage:
    made = DevicesPage(recorder)
    qtbot.addWidget(made)
    made.resize(WIDE, 900)
    made.show()
    return made


def texts(page: DevicesPage) -> str:
    """All that can be read now."""
    return "\n".join(one.text() for one in page.findChildren(QLabel) if one.isVisible())


def show(page: DevicesPage, state: ViewState, device: str) -> None:
    page.show_state(state, scenes.NOW)
    page.choose(device)


def wished(recorder: Recorder) -> list[AnyWish]:
    """What was wished, apart from the question what a device gets."""
    return [wish for wish in recorder.wishes if not isinstance(wish, Policy)]


def agree(page: DevicesPage) -> Question:
    """The person has read the question and says yes."""
    question = page.detail.question
    assert question is not None
    for box in question.findChildren(QCheckBox):
        box.setChecked(True)
    question.yes.click()
    return question


@pytest.mark.parametrize("scene", scenes.SCENES)
def test_the_same_state_twice_changes_nothing(page: DevicesPage, scene: str) -> None:
    state = scenes.SCENES[scene]()
    page.show_state(state, scenes.NOW)
    before, cards = texts(page), dict(page.cards)
    page.show_state(state, scenes.NOW)
    assert texts(page) == before
    assert page.cards == cards


def test_every_device_has_a_card_that_says_how_it_stands(page: DevicesPage) -> None:
    page.show_state(scenes.five(), scenes.NOW)
    said = [card.accessibleName() for card in page.cards.values()]
    assert said[0] == "Work Laptop, Main device, Full trust, This device"
    assert "Home Desktop, Main device, Full trust, Connected, in step" in said
    assert "Home Server, Main device, Full trust, Away, seen 2 hours ago" in said


def test_a_device_that_is_gone_has_no_card_any_more(page: DevicesPage) -> None:
    page.show_state(scenes.five(), scenes.NOW)
    page.choose(TABLET)
    page.show_state(scenes.two(), scenes.NOW)
    assert set(page.cards) == {scenes.ME, DESK}
    assert page.detail.header.name.text() == "Work Laptop"


def test_in_step_is_not_said_of_a_device_that_is_still_comparing(page: DevicesPage) -> None:
    show(page, scenes.family(scenes.device("Home Desktop", in_step=False)), DESK)
    assert page.detail.header.standing.text() == "Comparing notes"


def test_a_guest_is_connected_and_gets_nothing(page: DevicesPage) -> None:
    guest = scenes.device("Visitor", trust=Trust.GUEST)
    show(page, scenes.family(guest), guest.device_id)
    assert page.detail.header.standing.text() == "Connected · nothing is shared"


# ---- name and role ---------------------------------------------------------------------------


def test_a_new_name_and_role_are_wished_together(page: DevicesPage, recorder: Recorder) -> None:
    show(page, scenes.five(), TABLET)
    naming = page.detail.naming
    assert not naming.save.isEnabled()
    naming.name.setFocus()
    naming.name.selectAll()
    QTest.keyClicks(naming.name, "  Old   tablet ")
    naming.role.setCurrentIndex(naming.role.findData(Role.MOBILE))
    naming.role.activated.emit(naming.role.currentIndex())
    naming.save.click()
    assert wished(recorder) == [
        Rename(device=TABLET, name="Old tablet"),
        SetRole(device=TABLET, role=Role.MOBILE),
    ]


def test_what_is_being_typed_stays_when_news_comes(page: DevicesPage) -> None:
    show(page, scenes.five(), TABLET)
    QTest.keyClick(page.detail.naming.name, Qt.Key.Key_End)
    QTest.keyClicks(page.detail.naming.name, "!")
    page.show_state(scenes.five(), scenes.NOW + 60)
    assert page.detail.naming.name.text() == "Kitchen Tablet!"
    page.choose(DESK)
    assert page.detail.naming.name.text() == "Home Desktop"


def test_a_name_changed_elsewhere_is_shown(page: DevicesPage) -> None:
    show(page, scenes.two(), DESK)
    renamed = scenes.family(scenes.device("Attic", device_id=DESK, admin=True))
    page.show_state(renamed, scenes.NOW)
    assert page.detail.naming.name.text() == page.detail.header.name.text() == "Attic"


def test_a_late_refusal_names_the_device_that_it_is_about(
    page: DevicesPage, recorder: Recorder
) -> None:
    show(page, scenes.five(), TABLET)
    QTest.keyClicks(page.detail.naming.name, "!")
    page.detail.naming.save.click()
    other = next(one for one in scenes.five().others if one.device.device_id != TABLET)
    name = scenes.five().names[TABLET]
    page.choose(other.device.device_id)
    recorder.last(Rename).fail(NotPermitted())
    assert page.detail.trouble.text.text().startswith(f"{name}: ")


def test_what_the_node_refuses_is_said_in_its_sentence(
    page: DevicesPage, recorder: Recorder
) -> None:
    show(page, scenes.five(), TABLET)
    QTest.keyClicks(page.detail.naming.name, "!")
    page.detail.naming.save.click()
    recorder.last(Rename).fail(NotPermitted())
    assert page.detail.trouble.isVisible()
    assert "not allowed to do that" in page.detail.trouble.text.text()


# ---- trust -----------------------------------------------------------------------------------


def test_trust_changes_after_a_question_with_exact_counts(
    page: DevicesPage, recorder: Recorder
) -> None:
    show(page, scenes.five(), TABLET)
    trusting = page.detail.trusting
    assert not trusting.change.isEnabled()
    trusting.levels.choose(Trust.FULL)
    trusting.change.click()
    assert wished(recorder) == [PreviewPolicy(device=TABLET, trust=Trust.FULL)]
    recorder.last(PreviewPolicy).answer(
        PreviewShown(
            device_id=TABLET,
            would_send={"conversations": 1204, "memories": 1},
            withheld={},
            would_withdraw={"moods": 2},
        )
    )
    question = page.detail.question
    assert question is not None
    said = "\n".join(one.text() for one in question.findChildren(QLabel))
    assert "1,204 messages, 1 memory" in said
    assert "give back: 2 moods" in said
    agree(page)
    assert recorder.wishes[-1] == SetTrust(device=TABLET, trust=Trust.FULL)


@pytest.mark.parametrize("is_removal", [True, False])
def test_what_a_device_alone_may_keep_is_said_before_it_goes(
    page: DevicesPage, recorder: Recorder, is_removal: bool
) -> None:
    show(page, scenes.five(), DESK)
    if is_removal:
        page.detail.parting.button.click()
    else:
        page.detail.trusting.levels.choose(Trust.LIMITED)
        page.detail.trusting.change.click()
    alone = DevicePolicy(
        device_id=DESK, name="Home Desktop", trust=Trust.FULL, values={},
        keeps_alone=("memories", "reasons"),
    )  # fmt: skip
    others = DevicePolicy(device_id=scenes.ME, name="Me", trust=Trust.FULL, values={})
    recorder.last(Policy).answer(PolicyShown({}, {}, {}, (others, alone)))
    question = page.detail.question
    assert question is not None
    height = question.height()
    QApplication.processEvents()
    layout = question.layout()
    assert layout is not None
    assert height == question.height() == layout.totalHeightForWidth(question.width())
    said = [one.text() for one in question.findChildren(QLabel)]
    agree(page)
    assert sum("may keep all of: Memories, Reasons of moods." in one for one in said) == 1
    wanted = Revoke(device=DESK) if is_removal else SetTrust(device=DESK, trust=Trust.LIMITED)
    assert recorder.wishes[-1] == structs.replace(wanted, lets_go=True)


def test_a_question_that_is_declined_changes_nothing(
    page: DevicesPage, recorder: Recorder
) -> None:
    show(page, scenes.five(), TABLET)
    page.detail.trusting.levels.choose(Trust.GUEST)
    page.detail.trusting.change.click()
    question = page.detail.question
    assert question is not None
    question.no.click()
    assert page.detail.trusting.levels.key == Trust.LIMITED
    assert [type(wish) for wish in wished(recorder)] == [PreviewPolicy]
    assert recorder.last(PreviewPolicy).is_cancelled


def gets(device: str, **values: str) -> PolicyShown:
    policy = DevicePolicy(device_id=device, name="", trust=Trust.LIMITED, values=values)
    return PolicyShown(family={}, full={}, limited={}, devices=(policy,))


def test_what_a_device_gets_is_shown_kind_by_kind(
    page: DevicesPage, recorder: Recorder
) -> None:
    show(page, scenes.five(), TABLET)
    getting = page.detail.getting
    assert not getting.isVisible()
    answer = gets(TABLET, memory_access="on", emotional_awareness="off", time_window_days="14")
    recorder.last(Policy).answer(answer)
    assert getting.isVisible()
    looks = {chip.text(): chip.property("chip") for chip in getting.chips.values()}
    assert looks == {
        "Conversations": "off", "Memories": "on", "Mood": "off", "Personality": "off",
    }  # fmt: skip
    assert getting.chips["memory_access"].accessibleName() == "Memories: shared with it"
    assert getting.span.text() == "Of the last 14 days."


def test_what_another_device_gets_is_asked_once_and_never_shown_for_the_wrong_one(
    page: DevicesPage, recorder: Recorder
) -> None:
    show(page, scenes.five(), TABLET)
    first = recorder.last(Policy)
    page.show_state(scenes.five(), scenes.NOW)
    page.choose(DESK)
    assert [type(one) for one in recorder.wishes] == [Policy, Policy]
    first.answer(gets(TABLET, memory_access="on"))
    assert not page.detail.getting.isVisible()
    page.choose(scenes.device_id("Visitor"))
    assert len(recorder.wishes) == 2
    page.choose(TABLET)
    page.opened()
    assert len(recorder.wishes) == 4


# ---- pause -----------------------------------------------------------------------------------


def test_sharing_with_one_device_is_paused_and_resumed(
    page: DevicesPage, recorder: Recorder
) -> None:
    show(page, scenes.five(), DESK)
    hour, tomorrow, until_resumed = page.detail.pausing.menu.actions()
    hour.trigger()
    until_resumed.trigger()
    assert wished(recorder) == [Pause(device=DESK, minutes=60.0), Pause(device=DESK)]
    tomorrow.trigger()
    pause = recorder.wishes[-1]
    assert isinstance(pause, Pause)
    assert (pause.minutes or 0.0) > 0
    paused = SharingPaused(everybody=False, devices=(DESK,), until=scenes.NOW + scenes.HOUR)
    page.show_state(reduce(scenes.five(), told(paused, scenes.ME), scenes.NOW), scenes.NOW)
    assert page.detail.pausing.lead.text().startswith("Paused until")
    page.detail.pausing.resume.click()
    assert recorder.wishes[-1] == Resume(device=DESK)


# ---- the end ---------------------------------------------------------------------------------


def test_a_device_is_removed_only_after_its_owner_said_to_know_what_that_means(
    page: DevicesPage, recorder: Recorder
) -> None:
    show(page, scenes.five(), TABLET)
    page.detail.parting.button.click()
    question = page.detail.question
    assert question is not None
    said = "\n".join(one.text() for one in question.findChildren(QLabel))
    assert "It keeps what it has already" in said
    assert not question.yes.isEnabled()
    question.yes.click()
    assert wished(recorder) == []
    agree(page)
    assert wished(recorder) == [Revoke(device=TABLET)]


def test_enter_on_a_grave_question_does_nothing_grave(
    page: DevicesPage, recorder: Recorder
) -> None:
    show(page, scenes.five(), TABLET)
    page.detail.parting.button.click()
    question = page.detail.question
    assert question is not None
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert not question.isVisible()
    assert wished(recorder) == []


@pytest.mark.parametrize("is_last_manager", [True, False])
def test_the_last_that_manages_the_family_is_warned_before_it_leaves(
    page: DevicesPage, recorder: Recorder, is_last_manager: bool
) -> None:
    desk = scenes.device("Home Desktop", admin=not is_last_manager)
    show(page, scenes.family(desk), scenes.ME)
    page.detail.parting.button.click()
    question = page.detail.question
    assert question is not None
    said = "\n".join(one.text() for one in question.findChildren(QLabel))
    assert ("No other device manages" in said) is is_last_manager
    agree(page)
    assert wished(recorder) == [Leave()]


def test_who_is_alone_has_nothing_to_leave(page: DevicesPage) -> None:
    page.show_state(scenes.alone(), scenes.NOW)
    assert not page.detail.parting.isVisible()
    assert page.empty.isVisible()


# ---- undoing a first meeting -----------------------------------------------------------------


def met_lately(hours: float = 22.5) -> ViewState:
    """The desktop and this device, which joined not long ago."""
    ends = scenes.NOW + hours * scenes.HOUR
    desk = scenes.device("Home Desktop", undo_until=ends)
    return scenes.family(desk, me=scenes.this(undo_until=ends))


def counts(device: str, *, is_self: bool, is_in_reach: bool = True) -> PartingShown:
    return PartingShown(
        device_id=device,
        name="Home Desktop",
        is_self=is_self,
        ends=scenes.NOW + 22.5 * scenes.HOUR,
        is_in_reach=is_in_reach,
        here={"messages": 3, "memories": 1},
        there={"moods": 2},
    )


@pytest.mark.parametrize("is_self", [True, False])
def test_a_first_meeting_is_undone_after_its_numbers_were_read(
    page: DevicesPage, recorder: Recorder, is_self: bool
) -> None:
    device = scenes.ME if is_self else DESK
    wanted = None if is_self else DESK
    show(page, met_lately(), device)
    assert page.detail.undoing.button.text() == "Undo the first meeting, 23 h left"
    page.detail.undoing.button.click()
    question = page.detail.question
    assert question is not None
    assert not question.yes.isEnabled()
    recorder.last(Part).answer(counts(device, is_self=is_self))
    said = "\n".join(one.text() for one in question.findChildren(QLabel))
    for words in ("3 messages, 1 memory", "2 moods", "stays forgotten"):
        assert words in said
    assert "not in reach" not in said
    assert wished(recorder) == [Part(device=wanted)]
    question.yes.click()
    assert wished(recorder) == [Part(device=wanted), Part(device=wanted, yes=True)]


def test_who_cannot_be_told_of_it_is_named_before(
    page: DevicesPage, recorder: Recorder
) -> None:
    show(page, met_lately(), DESK)
    page.detail.undoing.button.click()
    recorder.last(Part).answer(counts(DESK, is_self=False, is_in_reach=False))
    question = page.detail.question
    assert question is not None
    said = "\n".join(one.text() for one in question.findChildren(QLabel))
    assert (
        "Home Desktop is not in reach to be told. Undo it there too, within 23 hours." in said
    )


def test_why_it_cannot_be_undone_is_said_where_it_was_asked(
    page: DevicesPage, recorder: Recorder
) -> None:
    show(page, met_lately(), DESK)
    page.detail.undoing.button.click()
    recorder.last(Part).fail(TooLate())
    question = page.detail.question
    assert question is not None
    said = "\n".join(one.text() for one in question.findChildren(QLabel))
    assert "can be undone for one day" in said
    assert not question.yes.isEnabled()


def test_after_the_day_there_is_nothing_to_undo(page: DevicesPage) -> None:
    show(page, met_lately(hours=-0.1), DESK)
    assert not page.detail.undoing.isVisible()
    show(page, scenes.two(), DESK)
    assert not page.detail.undoing.isVisible()


# ---- rights ----------------------------------------------------------------------------------


def test_who_does_not_manage_the_family_reads_why_and_where(page: DevicesPage) -> None:
    show(page, scenes.as_limited(), DESK)
    detail = page.detail
    why = (
        "This device has limited trust and cannot change others. "
        "You can change it on Home Desktop."
    )
    assert detail.limits.text.text() == why
    assert detail.naming.name.isReadOnly()
    for control in (detail.naming.role, detail.naming.save, detail.parting.button, page.pair):
        assert not control.isEnabled()
        assert control.accessibleDescription() == why
    assert not any(card.radio.isEnabled() for card in detail.trusting.cards.values())


def test_a_guest_reads_what_it_does_not_get(page: DevicesPage) -> None:
    show(page, scenes.as_guest(), scenes.ME)
    assert "gets no conversations" in page.detail.limits.text.text()


def test_this_device_says_where_it_keeps_what_it_knows(page: DevicesPage) -> None:
    show(page, scenes.two(), scenes.ME)
    storing = page.detail.storing
    assert "keyring" in storing.lead.text()
    assert storing.place.text() == "AICO mesh 0.1.0 · /home/ada/.local/share/aico-mesh"
    page.choose(DESK)
    assert not storing.isVisible()


def test_recovery_words_that_are_not_written_down_are_asked_for(
    page: DevicesPage, qtbot: QtBot
) -> None:
    page.show_state(scenes.alone(), scenes.NOW)
    with qtbot.waitSignal(page.recovery_wanted):
        page.detail.recovery.action.click()


# ---- room and keyboard -----------------------------------------------------------------------


def test_a_narrow_window_shows_the_list_or_one_device(page: DevicesPage) -> None:
    page.resize(NARROW, 800)
    page.show_state(scenes.five(), scenes.NOW)
    card = page.cards[DESK]
    assert card.isVisible()
    assert not page.detail.isVisible()
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert page.detail.isVisible()
    assert not card.isVisible()
    page.detail.back.click()
    assert card.isVisible()
    assert QApplication.focusWidget() is card or not page.isActiveWindow()


def test_the_id_of_a_device_can_be_copied(page: DevicesPage) -> None:
    show(page, scenes.five(), DESK)
    page.detail.header.copy.click()
    assert QApplication.clipboard().text() == DESK


def test_cards_stand_in_the_order_of_the_family(page: DevicesPage, qtbot: QtBot) -> None:
    page.show_state(scenes.ten(), scenes.NOW)
    devices = tuple(one.device for one in reversed(scenes.five().devices))
    changed = RegistryUpdated(family_id="f" * 32, devices=devices)
    state = reduce(scenes.ten(), told(changed, scenes.ME), scenes.NOW)
    page.show_state(state, scenes.NOW)
    wanted = [one.device.device_id for one in state.devices]

    def is_in_order() -> bool:
        return sorted(page.cards, key=lambda key: page.cards[key].y()) == wanted

    qtbot.waitUntil(is_in_order)
