"""The page on sharing: what it shows, what a change asks first, and every wish of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.windows.sharing import SharingPage, foot
from mesh.errors import BadInput, NotFound
from mesh.wishes import Policy, PolicyShown, PreviewPolicy, PreviewShown, SetPolicy
from tests.app.qt import scenes

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.viewstate import ViewState
    from app.widgets.question import Question
    from mesh.wishes import AnyWish
    from tests.app.qt.recorder import Recorder

MEMORY = "memory_access"
DESK, TABLET = scenes.device_id("Home Desktop"), scenes.device_id("Kitchen Tablet")
LIMITED_ONE = "limited"


@pytest.fixture
def page(qtbot: QtBot, recorder: Recorder) -> SharingPage:
    made = SharingPage(recorder)
    qtbot.addWidget(made)
    made.resize(900, 1400)
    made.show()
    return made


def show(
    page: SharingPage, recorder: Recorder, state: ViewState | None = None, **shown: object
) -> PolicyShown:
    """The page as it is once the node has answered."""
    state = state or scenes.five()
    answer = scenes.choices(state, **shown)
    page.show_state(state, scenes.NOW)
    recorder.last(Policy).answer(answer)
    return answer


def choose_target(page: SharingPage, target: str) -> None:
    page.target.setCurrentIndex(page.target.findData(target))
    page.target.activated.emit(page.target.currentIndex())


def flip(page: SharingPage, key: str) -> None:
    """As with the keyboard."""
    QTest.keyClick(page.lines[key].control, Qt.Key.Key_Space)


def counted(recorder: Recorder, now: dict[str, int], then: dict[str, int] | None = None,
            gives: dict[str, int] | None = None) -> None:  # fmt: skip
    """The node counts one device: as things stand, then with the change."""
    for send, back in ((now, {}), (now if then is None else then, gives or {})):
        asked = recorder.last(PreviewPolicy)
        wish = asked.wish
        assert isinstance(wish, PreviewPolicy)
        asked.answer(
            PreviewShown(
                device_id=wish.device, would_send=send, withheld={}, would_withdraw=back
            )
        )


def wished(recorder: Recorder) -> list[AnyWish]:
    """What was wished to be otherwise."""
    return [wish for wish in recorder.wishes if isinstance(wish, SetPolicy)]


def texts(widget: SharingPage | Question) -> str:
    return "\n".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def question_of(page: SharingPage) -> Question:
    question = page.deciding.question
    assert question is not None
    return question


# ---- what counts -----------------------------------------------------------------------------


def test_every_choice_shows_what_counts_for_the_family(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder)
    on = {key: line.switch.isChecked() for key, line in page.switches.items()}
    assert on == {
        "conversation_continuity": True, "memory_access": True, "emotional_awareness": True,
        "mood_reasons": True, "personality_consistency": False,
        "private_to_own_devices": False,
    }  # fmt: skip
    assert page.selects["time_window_days"].select.currentText() == "The last 7 days"
    assert set(page.tags.chips) == {"confidential", "personal"}
    assert page.lines[MEMORY].note.text() == "Chosen otherwise for: Kitchen Tablet."
    assert not page.lines[MEMORY].back.isVisible()


def test_a_device_shows_what_counts_for_it_and_the_way_back(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder)
    choose_target(page, TABLET)
    assert not page.switches[MEMORY].switch.isChecked()
    assert page.lines[MEMORY].back.text() == "As for “Limited trust”"
    assert not page.lines["conversation_continuity"].back.isVisible()
    assert not page.lines["private_to_own_devices"].isVisible()
    assert not page.tags.isVisible()


def test_what_a_device_may_know_is_counted_while_it_is_looked_at(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder)
    choose_target(page, TABLET)
    first = recorder.last(PreviewPolicy)
    choose_target(page, DESK)
    assert first.is_cancelled
    recorder.last(PreviewPolicy).answer(
        PreviewShown(
            device_id=DESK, would_send={"memories": 1204}, withheld={"conversations": 2},
            would_withdraw={},
        )
    )  # fmt: skip
    assert page.knowing.text.text() == (
        "Of what is here it may know: 1,204 memories. It does not get: 2 messages."
    )
    choose_target(page, LIMITED_ONE)
    assert not page.knowing.text.isVisible()


def test_guests_and_this_device_are_no_targets(page: SharingPage, recorder: Recorder) -> None:
    show(page, recorder)
    names = [page.target.itemText(place) for place in range(page.target.count())]
    assert names == [
        "The whole family", "Full trust", "Limited trust", "Home Desktop", "Phone",
        "Home Server", "Kitchen Tablet",
    ]  # fmt: skip


def test_a_window_that_is_none_of_the_usual_ones_is_shown_as_it_is(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder, limited={**scenes.VALUES, "time_window_days": "11"})
    choose_target(page, LIMITED_ONE)
    assert page.selects["time_window_days"].select.currentText() == "The last 11 days"


def test_a_window_of_own_devices_is_not_said_to_be_one_of_others(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder)
    days = page.selects["time_window_days"]
    assert "limited trust" in days.meaning.text()
    choose_target(page, DESK)
    assert "limited trust" not in days.meaning.text()
    assert days.select.currentText() == "Everything, however old"


def test_whoever_scrolls_over_a_list_chooses_nothing(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder)
    days = page.selects["time_window_days"].select
    middle = QPointF(days.rect().center())
    event = QWheelEvent(
        middle, QPointF(days.mapToGlobal(days.rect().center())), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(days, event)
    assert days.currentText() == "The last 7 days"
    assert not page.deciding.is_under_way


def test_reasons_cannot_be_chosen_where_no_mood_goes(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder, limited={**scenes.VALUES, "emotional_awareness": "off"})
    choose_target(page, LIMITED_ONE)
    reasons = page.lines["mood_reasons"].control
    assert not reasons.isEnabled()
    assert reasons.toolTip() == "Only where the mood goes."


def test_what_this_device_alone_restricts_is_said_at_the_choice_and_as_a_whole(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder, restricted={f"{TABLET} conversation_continuity": "off"})
    line = page.lines["conversation_continuity"]
    assert not line.own.isVisible()
    choose_target(page, TABLET)
    assert line.own.text() == "This device gives less, by its own settings file: off."
    assert page.file.said.text() == "•  Kitchen Tablet: Conversations – off"


def test_a_mistake_in_the_own_file_is_told(page: SharingPage, recorder: Recorder) -> None:
    show(page, recorder, mistake="settings.yaml, line 3: this is not YAML.")
    assert page.file.isVisible()
    assert "line 3" in page.file.trouble.text()


def test_what_was_chosen_elsewhere_is_asked_for_again(
    page: SharingPage, recorder: Recorder
) -> None:
    state = scenes.five()
    show(page, recorder, state)
    page.show_state(state, scenes.NOW + 1)
    assert len(recorder.wishes) == 1
    page.show_state(state, scenes.NOW + 20)
    assert len(recorder.wishes) == 2
    page.show_state(scenes.two(), scenes.NOW + 21)
    page.opened()
    assert len(recorder.wishes) == 4


# ---- who may ---------------------------------------------------------------------------------


def test_who_does_not_manage_the_family_reads_and_is_told_who_does(
    page: SharingPage, recorder: Recorder
) -> None:
    desk = scenes.device("Home Desktop", admin=True)
    state = scenes.family(desk, me=scenes.this(admin=False))
    show(page, recorder, state, may_choose=False)
    why = "This device does not manage the family. You can change it on Home Desktop."
    assert page.limits.text.text() == why
    controls = [line.control for line in page.lines.values()]
    assert not any(one.isEnabled() for one in controls)
    assert {one.accessibleDescription() for one in controls} == {why}
    assert not any(chip.cross.isVisible() for chip in page.tags.chips.values())
    flip(page, MEMORY)
    assert wished(recorder) == []


def test_a_device_with_limited_trust_reads_what_it_may_have(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder, scenes.as_limited(), may_choose=False)
    assert "Memories: what is for everyone or for the family" in page.share.said.text()
    assert "You can change it on Home Desktop." in page.limits.text.text()
    assert not page.target.isVisible()
    assert not page.lines[MEMORY].isVisible()


# ---- a change --------------------------------------------------------------------------------


def test_what_is_given_back_is_counted_and_asked_first(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder)
    choose_target(page, TABLET)
    flip(page, "conversation_continuity")
    counted(recorder, {"conversations": 340}, {}, gives={"conversations": 340})
    assert [wish for wish in recorder.wishes if isinstance(wish, PreviewPolicy)][1:] == [
        PreviewPolicy(device=TABLET),
        PreviewPolicy(device=TABLET, choices={"conversation_continuity": "off"}),
    ]
    said = texts(question_of(page))
    assert "Conversations: off" in said
    assert "Kitchen Tablet would give back 340 messages." in said
    assert wished(recorder) == []
    question_of(page).yes.click()
    wish = SetPolicy(key="conversation_continuity", value="off", device=TABLET)
    assert wished(recorder) == [wish]


def test_what_would_go_is_asked_first_too(page: SharingPage, recorder: Recorder) -> None:
    show(page, recorder)
    choose_target(page, TABLET)
    flip(page, MEMORY)
    counted(recorder, {"moods": 2}, {"moods": 2, "memories": 3})
    assert "3 memories would go to Kitchen Tablet." in texts(question_of(page))


def test_a_change_that_moves_nothing_is_made_at_once(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder)
    choose_target(page, TABLET)
    flip(page, MEMORY)
    assert page.foot.counting.isVisible()
    counted(recorder, {})
    assert wished(recorder) == [SetPolicy(key=MEMORY, value="on", device=TABLET)]


def test_a_change_for_the_family_counts_every_device_it_reaches_and_warns_of_this_one(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder)
    flip(page, MEMORY)
    for _ in range(3):
        counted(recorder, {"memories": 2}, {}, gives={"memories": 2})
    asked = {one.device for one in recorder.wishes if isinstance(one, PreviewPolicy)}
    assert asked == {DESK, scenes.device_id("Phone"), scenes.device_id("Home Server")}
    said = texts(question_of(page))
    assert said.count("would give back 2 memories") == 3
    assert "This device gives back what was written on other devices of the family." in said


def test_who_says_no_sees_it_as_it_was(page: SharingPage, recorder: Recorder) -> None:
    show(page, recorder)
    choose_target(page, TABLET)
    flip(page, MEMORY)
    counted(recorder, {}, {"memories": 3})
    question_of(page).no.click()
    assert not page.switches[MEMORY].switch.isChecked()
    assert wished(recorder) == []
    assert not page.deciding.is_under_way


def test_counting_can_be_given_up(page: SharingPage, recorder: Recorder) -> None:
    show(page, recorder)
    choose_target(page, TABLET)
    flip(page, MEMORY)
    page.foot.counting.action.click()
    assert recorder.last(PreviewPolicy).is_cancelled
    assert not page.foot.counting.isVisible()
    assert not page.switches[MEMORY].switch.isChecked()


def test_a_trust_level_is_chosen_by_its_name(page: SharingPage, recorder: Recorder) -> None:
    show(page, recorder)
    choose_target(page, LIMITED_ONE)
    days = page.selects["time_window_days"].select
    days.setCurrentIndex(days.findData("30"))
    days.activated.emit(days.currentIndex())
    counted(recorder, {"memories": 1})
    assert wished(recorder) == [SetPolicy(key="limited.time_window_days", value="30")]


def test_a_choice_is_taken_back_with_its_link(page: SharingPage, recorder: Recorder) -> None:
    show(page, recorder)
    choose_target(page, TABLET)
    page.lines[MEMORY].back.click()
    counted(recorder, {})
    assert wished(recorder) == [SetPolicy(key=MEMORY, value="default", device=TABLET)]


# ---- afterwards ------------------------------------------------------------------------------


def changed(page: SharingPage, recorder: Recorder) -> None:
    """The tablet gets memories now."""
    shown = show(page, recorder)
    choose_target(page, TABLET)
    flip(page, MEMORY)
    counted(recorder, {})
    devices = tuple(
        one if one.device_id != TABLET else one.__class__(
            device_id=TABLET, name=one.name, trust=one.trust, chosen=(MEMORY,),
            values={**one.values, MEMORY: "on"},
        )
        for one in shown.devices
    )  # fmt: skip
    recorder.last(SetPolicy).answer(scenes.choices(devices=devices))


def test_a_change_can_be_taken_back_for_a_while(
    page: SharingPage, recorder: Recorder, qtbot: QtBot
) -> None:
    changed(page, recorder)
    assert page.foot.undo.text.text() == "Changed for Kitchen Tablet: Memories – on."
    assert page.switches[MEMORY].switch.isChecked()
    page.foot.undo.action.click()
    assert wished(recorder)[-1] == SetPolicy(key=MEMORY, value="off", device=TABLET)
    recorder.last(SetPolicy).answer(scenes.choices())
    assert not page.foot.undo.isVisible()
    assert not page.switches[MEMORY].switch.isChecked()


def test_the_offer_to_take_it_back_ends_after_ten_seconds(
    page: SharingPage, recorder: Recorder
) -> None:
    changed(page, recorder)
    assert foot.UNDO_MS == 10_000
    assert page.foot.undoing.isActive()
    page.foot.undoing.timeout.emit()
    assert not page.foot.undo.isVisible()


def test_what_the_node_refuses_is_said_and_nothing_is_shown_as_changed(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder)
    choose_target(page, TABLET)
    flip(page, MEMORY)
    recorder.last(PreviewPolicy).fail(NotFound("No device goes by that name."))
    assert page.foot.trouble.isVisible()
    assert not page.switches[MEMORY].switch.isChecked()
    flip(page, MEMORY)
    counted(recorder, {})
    recorder.last(SetPolicy).fail(BadInput("That is switched on or off."))
    assert page.foot.trouble.isVisible()
    assert not page.foot.undo.isVisible()
    assert not page.switches[MEMORY].switch.isChecked()


# ---- tags ------------------------------------------------------------------------------------


def test_a_private_tag_is_added_after_a_question(page: SharingPage, recorder: Recorder) -> None:
    show(page, recorder)
    assert not page.tags.add.isEnabled()
    QTest.keyClicks(page.tags.field, " diary, ")
    QTest.keyClick(page.tags.field, Qt.Key.Key_Return)
    assert wished(recorder) == []
    assert "Is “diary” private?" in texts(question_of(page))
    question_of(page).yes.click()
    wish = SetPolicy(key="private_tags", value="confidential, diary, personal")
    assert wished(recorder) == [wish]
    family = {**scenes.VALUES, "private_tags": "confidential, diary, personal"}
    recorder.last(SetPolicy).answer(scenes.choices(family=family))
    assert "diary" in page.tags.chips
    assert page.tags.field.text() == ""


def test_a_tag_that_is_there_already_is_not_added_again(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder)
    QTest.keyClicks(page.tags.field, "personal")
    assert not page.tags.add.isEnabled()


def test_a_private_tag_is_taken_from_the_list_at_once(
    page: SharingPage, recorder: Recorder
) -> None:
    show(page, recorder, family={**scenes.VALUES, "private_tags": "personal"})
    page.tags.chips["personal"].cross.click()
    assert wished(recorder) == [SetPolicy(key="private_tags", value="none")]
    recorder.last(SetPolicy).answer(
        scenes.choices(family={**scenes.VALUES, "private_tags": "none"})
    )
    assert page.tags.nothing.isVisible()
    page.foot.undo.action.click()
    assert wished(recorder)[-1] == SetPolicy(key="private_tags", value="default")
