"""Conversations: read, said, searched, forgotten; from answers as a node gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app import wording
from app.viewstate import RELOAD
from app.windows.conversations import ConversationsPage
from app.windows.lists.dialogs import Rewording, Sharing
from app.windows.lists.forgetting import RECEIPTS_MAX, RECENT_S
from mesh.errors import NotFound, NotPermitted, TooLarge
from mesh.messages import HistoryArrived, Hit, Said, told
from mesh.wishes import (
    BrowseConversations,
    BrowseMessages,
    ConversationPage,
    Done,
    Forget,
    ForgetShown,
    Forgettings,
    ForgettingShown,
    MessagePage,
    Relabel,
    Revise,
    Say,
    Search,
)
from tests.app.qt import scenes
from tests.app.qt.scenes import ME, NOW, device_id
from tests.app.qt.windows.rows import (
    TALK,
    changed,
    confirmed,
    head,
    heads,
    message,
    messages,
    object_id,
    said,
)

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.app.qt.recorder import Recorder

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(qtbot: QtBot, recorder: Recorder) -> ConversationsPage:
    """A page in a wide window, before the node has answered."""
    made = ConversationsPage(recorder)
    qtbot.addWidget(made)
    made.show_state(scenes.two(), NOW)
    made.resize(1000, 700)
    made.show()
    made.opened()
    return made


def opened(page: ConversationsPage, recorder: Recorder, count: int = 20) -> None:
    """With its newest conversation and the last messages of it."""
    recorder.last(BrowseConversations).answer(heads(TALK, "garden"))
    recorder.last(BrowseMessages).answer(messages(range(count)))


def texts(page: ConversationsPage) -> list[str]:
    return [row.text for row in page.thread_view.model.rows]


def test_nothing_is_asked_before_the_page_is_opened(qtbot: QtBot, recorder: Recorder) -> None:
    made = ConversationsPage(recorder)
    qtbot.addWidget(made)
    made.take([said(1)])
    assert recorder.sent == []


def test_the_newest_conversation_is_shown_at_its_end(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder, 60)
    wish = recorder.last(BrowseMessages).wish
    assert wish == BrowseMessages(conversation=TALK)
    assert page.thread_view.heading.title.text() == "About talk"
    assert page.thread_view.view.is_at_bottom
    assert page.sidebar.view.chosen().conversation_id == TALK


def test_a_first_day_says_how_to_begin(page: ConversationsPage, recorder: Recorder) -> None:
    recorder.last(BrowseConversations).answer(ConversationPage(rows=()))
    assert page.thread_view.beginning.first.isVisible()
    assert page.thread_view.compose.isVisible()
    page.take([said(1)])
    recorder.last(BrowseConversations).answer(heads(TALK))
    assert not page.thread_view.beginning.first.isVisible()


def test_why_there_is_no_list_is_said_and_it_can_be_tried_again(
    page: ConversationsPage, recorder: Recorder
) -> None:
    recorder.last(BrowseConversations).fail(NotFound("It is not here."))
    assert page.sidebar.trouble.text.text() == "It is not here."
    before = len(recorder.sent)
    page.sidebar.trouble.action.click()
    assert len(recorder.sent) == before + 1
    recorder.last(BrowseConversations).answer(heads(TALK))
    assert not page.sidebar.trouble.isVisible()


# ---- scrolling -------------------------------------------------------------------------------


def test_earlier_messages_come_above_and_what_is_read_stays_in_place(
    page: ConversationsPage, recorder: Recorder
) -> None:
    recorder.last(BrowseConversations).answer(heads(TALK))
    recorder.last(BrowseMessages).answer(messages(range(100, 150), older="place 100"))
    view = page.thread_view.view
    view.verticalScrollBar().setValue(100)
    assert recorder.last(BrowseMessages).wish == BrowseMessages(
        conversation=TALK, before="place 100"
    )
    before = view.anchor()
    recorder.last(BrowseMessages).answer(messages(range(50, 100), older="place 50"))
    assert view.anchor() == before
    assert len(page.thread_view.model.rows) == 100
    assert view.verticalScrollBar().value() > 2000


def test_a_new_message_appears_at_the_end_for_who_reads_there(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder, 60)
    page.take([said(60)])
    assert recorder.last(BrowseMessages).wish == BrowseMessages(
        conversation=TALK, after="place 59"
    )
    recorder.last(BrowseMessages).answer(messages([60]))
    assert texts(page)[-1] == "message 60"
    assert page.thread_view.view.is_at_bottom
    assert not page.thread_view.fresh.isVisible()


def test_who_reads_further_up_is_not_moved_but_told(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder, 60)
    view = page.thread_view.view
    view.verticalScrollBar().setValue(700)
    before = view.anchor()
    for number in (60, 61):
        page.take([said(number)])
        recorder.last(BrowseMessages).answer(messages([number]))
    assert view.anchor() == before
    assert page.thread_view.fresh.isVisible()
    assert page.thread_view.fresh.text() == "2 new messages"
    page.thread_view.fresh.click()
    assert view.is_at_bottom
    assert not page.thread_view.fresh.isVisible()


def test_messages_of_one_frame_are_asked_for_once_or_twice_but_all_come(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    before = len([one for one in recorder.wishes if isinstance(one, BrowseMessages)])
    page.take([said(number) for number in range(20, 50)])
    first = recorder.last(BrowseMessages)
    first.answer(messages(range(20, 40)))
    recorder.last(BrowseMessages).answer(messages(range(40, 50)))
    asked = len([one for one in recorder.wishes if isinstance(one, BrowseMessages)])
    assert asked - before == 2
    assert texts(page)[-1] == "message 49"


def test_what_arrives_late_among_the_old_is_shown_in_its_place(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.take([said(5)])
    assert recorder.last(BrowseMessages).wish == BrowseMessages(conversation=TALK)


def test_what_another_device_changes_is_read_anew_where_it_is_in_sight(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder, 60)
    page.thread_view.view.verticalScrollBar().setValue(700)
    before = page.thread_view.view.anchor()
    assert before is not None
    sent = len(recorder.sent)
    page.take([changed(object_id(999))])
    assert recorder.wishes[sent:] == [BrowseConversations()]
    page.take([changed(object_id(4))])
    around = BrowseMessages(conversation=TALK, around=before.object_id)
    assert recorder.last(BrowseMessages).wish == around
    recorder.last(BrowseMessages).answer(messages(range(50), newer="place 49"))
    assert page.thread_view.view.anchor() == before
    page.take([changed("talk object")])
    assert recorder.last(BrowseMessages).wish == around


def test_the_chosen_message_stays_chosen_when_all_is_read_anew(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.thread_view.view.reveal(object_id(7))
    page.take([RELOAD])
    recorder.last(BrowseMessages).answer(messages(range(3, 25)))
    assert page.thread_view.view.chosen().object_id == object_id(7)


def test_too_much_news_reads_the_lists_anew(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.take([RELOAD])
    assert recorder.wishes[-2:] == [BrowseConversations(), BrowseMessages(conversation=TALK)]


def test_a_conversation_that_goes_on_moves_to_the_top_and_stays_chosen(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.take([said(1, conversation="garden")])
    recorder.last(BrowseConversations).answer(heads("garden", TALK))
    names = [row.conversation_id for row in page.sidebar.model.rows]
    assert names == ["garden", TALK]
    assert page.sidebar.view.chosen().conversation_id == TALK
    assert page.thread_view.conversation == TALK


def long_list(page: ConversationsPage, recorder: Recorder) -> list[str]:
    """More conversations than can be seen; the first one is open."""
    names = [f"old {number}" for number in range(40)]
    recorder.last(BrowseConversations).answer(heads(*names))
    recorder.last(BrowseMessages).answer(messages(range(20)))
    return names


def test_after_an_import_the_list_stands_at_the_newest(
    page: ConversationsPage, recorder: Recorder
) -> None:
    names = long_list(page, recorder)
    page.take([RELOAD])
    imported = [f"new {number}" for number in range(30)]
    recorder.last(BrowseConversations).answer(heads(*imported, *names[:20]))
    assert page.sidebar.view.anchor() is not None
    assert page.sidebar.view.verticalScrollBar().value() == 0
    assert page.sidebar.view.chosen().conversation_id == "old 0"
    assert page.thread_view.conversation == "old 0"


def test_a_conversation_from_elsewhere_is_seen_by_who_stands_at_the_newest(
    page: ConversationsPage, recorder: Recorder
) -> None:
    names = long_list(page, recorder)
    page.take([said(1, conversation="fresh")])
    recorder.last(BrowseConversations).answer(heads("fresh", *names))
    assert page.sidebar.view.verticalScrollBar().value() == 0
    anchor = page.sidebar.view.anchor()
    assert anchor is not None
    assert anchor.object_id == "fresh object"


def test_who_has_scrolled_stays_there_after_an_import_and_sees_all_from_there_on(
    page: ConversationsPage, recorder: Recorder
) -> None:
    names = long_list(page, recorder)
    view = page.sidebar.view
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    before = view.anchor()
    assert before is not None
    number = page.sidebar.model.index_of(before.object_id).row()
    page.take([RELOAD])
    asked = BrowseConversations(before=f"old {number - 1} place")
    assert recorder.last(BrowseConversations).wish == asked
    rest = heads(*names[number : number + 2], "from the middle", *names[number + 2 :])
    newer = msgspec.structs.replace(rest, newer=f"old {number} place")
    recorder.last(BrowseConversations).answer(newer)
    assert view.anchor() == before
    shown = [row.conversation_id for row in page.sidebar.model.rows]
    assert "from the middle" in shown
    recorder.last(BrowseConversations).answer(heads(*names[:number]))
    assert view.anchor() == before
    assert page.sidebar.model.is_at_top


def test_news_while_the_list_is_read_lead_to_one_more_look(
    page: ConversationsPage, recorder: Recorder
) -> None:
    long_list(page, recorder)
    asked = len(recorder.wishes)
    for _ in range(5):
        page.sidebar.take([told(HistoryArrived(messages=9), ME)])
    assert len(recorder.wishes) == asked + 1
    recorder.last(BrowseConversations).answer(heads("a"))
    assert len(recorder.wishes) == asked + 2


# ---- saying ----------------------------------------------------------------------------------


def test_enter_sends_and_shift_enter_breaks_the_line(
    qtbot: QtBot, page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    compose = page.thread_view.compose
    QTest.keyClicks(compose.field, "one")
    QTest.keyClick(compose.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(compose.field, "two")
    compose.stays.setChecked(True)
    QTest.keyClick(compose.field, Qt.Key.Key_Return)
    wish = recorder.last(Say).wish
    assert wish == Say(text="one\ntwo", conversation=TALK, private=True)
    QTest.keyClick(compose.field, Qt.Key.Key_Return)
    assert len([one for one in recorder.wishes if isinstance(one, Say)]) == 1


def test_what_was_typed_stays_until_it_was_taken(
    qtbot: QtBot, page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    compose = page.thread_view.compose
    compose.field.setPlainText("hello")
    QTest.mouseClick(compose.send, LEFT)
    recorder.last(Say).fail(TooLarge("That is too long."))
    assert (compose.field.toPlainText(), compose.trouble.text()) == (
        "hello",
        "That is too long.",
    )
    assert compose.send.isEnabled()
    QTest.mouseClick(compose.send, LEFT)
    recorder.last(Say).answer(answer_of(20))
    assert compose.field.toPlainText() == ""
    assert not compose.trouble.isVisible()


def answer_of(number: int, conversation: str = TALK) -> Said:
    row = message(number)
    return Said(
        id=row.id, conversation_id=conversation, role="user", text=row.text,
        timestamp=row.timestamp, device_id=ME,
    )  # fmt: skip


def test_a_new_conversation_begins_with_its_first_message(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.sidebar.new.click()
    assert not page.thread_view.conversation
    page.thread_view.compose.field.setPlainText("hello")
    page.thread_view.compose.send.click()
    wish = recorder.last(Say).wish
    assert isinstance(wish, Say)
    name = wish.conversation or ""
    assert name not in {"", TALK}
    recorder.last(Say).answer(answer_of(1, name))
    assert page.thread_view.conversation == name
    assert recorder.last(BrowseMessages).wish == BrowseMessages(conversation=name)


def test_what_is_typed_while_a_message_is_on_its_way_stays(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.sidebar.new.click()
    compose = page.thread_view.compose
    for text in ("one", "two"):
        compose.field.setPlainText(text)
        compose.send.click()
    first, second = [one for one in recorder.sent if isinstance(one.wish, Say)]
    assert isinstance(first.wish, Say)
    assert isinstance(second.wish, Say)
    assert first.wish.conversation == second.wish.conversation
    compose.field.setPlainText("three")
    first.answer(answer_of(1, first.wish.conversation or ""))
    assert compose.field.toPlainText() == "three"
    second.fail(TooLarge("That is too long."))
    assert compose.field.toPlainText() == "two\nthree"


def test_what_was_typed_belongs_to_its_conversation(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    compose = page.thread_view.compose
    compose.field.setPlainText("for talk")
    compose.send.click()
    compose.field.setPlainText("more for talk")
    page.thread_view.open(head("garden"))
    assert compose.field.toPlainText() == ""
    recorder.last(Say).fail(TooLarge("That is too long."))
    assert (compose.field.toPlainText(), compose.trouble.isVisible()) == ("", True)
    page.thread_view.open(head(TALK))
    assert compose.field.toPlainText() == "for talk\nmore for talk"


def test_a_new_conversation_is_not_left_for_one_that_was_begun_before(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.sidebar.new.click()
    page.thread_view.compose.field.setPlainText("hello")
    page.thread_view.compose.send.click()
    late = recorder.last(Say)
    assert isinstance(late.wish, Say)
    page.sidebar.new.click()
    late.answer(answer_of(1, late.wish.conversation or ""))
    assert page.thread_view.conversation is None


def test_the_conversation_of_another_device_goes_on_here(
    page: ConversationsPage, recorder: Recorder
) -> None:
    desktop = device_id("Home Desktop")
    there = head("garden", NOW - 60, device_id=desktop)
    rows = (there, head(TALK, NOW - 600))
    page.thread_view.heading.show_conversation(TALK, rows[1])
    recorder.last(BrowseConversations).answer(ConversationPage(rows=rows))
    assert page.sidebar.offer.isVisible()
    assert "Home Desktop" in page.sidebar.offer.about.text()
    page.sidebar.offer.go_on.click()
    assert recorder.last(BrowseMessages).wish == BrowseMessages(conversation="garden")
    assert not page.sidebar.offer.isVisible()


def test_just_between_us_is_said_where_one_writes(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    assert not page.thread_view.compose.note.isVisible()
    page.thread_view.show_head(head(privacy="here"))
    assert page.thread_view.heading.pill.text() == "Just between us"
    assert "never leaves this device" in page.thread_view.compose.note.text()
    assert not page.thread_view.compose.stays.isVisible()


# ---- changing and forgetting -----------------------------------------------------------------


def test_a_message_is_forgotten_only_after_a_moment_and_can_be_undone(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    row = page.thread_view.model.rows[3]
    page.thread_view.deeds.forget_wanted.emit(row)
    assert page.forgetting.bar.isVisible()
    assert "6 seconds" in page.forgetting.bar.text.text()
    page.forgetting.undo_button.click()
    page.forgetting.flush()
    assert not any(isinstance(one, Forget) for one in recorder.wishes)
    assert row in page.thread_view.model.rows


def test_leaving_the_page_forgets_at_once(page: ConversationsPage, recorder: Recorder) -> None:
    opened(page, recorder)
    page.thread_view.deeds.forget_wanted.emit(page.thread_view.model.rows[3])
    page.hide()
    assert recorder.last(Forget).wish == Forget(id=object_id(3))


def test_receipts_are_told_until_all_have_confirmed(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.thread_view.deeds.forget_wanted.emit(page.thread_view.model.rows[3])
    page.forgetting.flush()
    desktop = device_id("Home Desktop")
    shown = ForgetShown(id=object_id(3), confirmed_by=(ME,), waiting_for=(desktop,))
    recorder.last(Forget).answer(shown)
    assert "message 3" not in texts(page)
    receipt = page.forgetting.receipts[object_id(3)]
    assert receipt.text.text() == ("Forgotten on 1 of 2 devices. Still missing: Home Desktop.")
    page.take([confirmed(object_id(3), (ME, desktop))])
    assert receipt.text.text() == "Forgotten on every device."


def former(number: int, *, kind: str = "message", age: float = 3600.0) -> ForgettingShown:
    desktop = device_id("Home Desktop")
    return ForgettingShown(
        id=object_id(number), confirmed_by=(ME,), waiting_for=(desktop,), kind=kind,
        timestamp=NOW - age,
    )  # fmt: skip


def test_what_was_forgotten_before_the_start_is_told_until_all_have_confirmed(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    recorder.last(Forgettings).answer([former(3), former(4, kind="memory")])
    (receipt,) = page.forgetting.receipts.values()
    missing = "Forgotten on 1 of 2 devices. Still missing: Home Desktop."
    since = wording.when(NOW - 3600, NOW)
    assert receipt.text.text() == f"{missing} Forgotten here: {since}."
    page.take([confirmed(object_id(3), (ME, device_id("Home Desktop")))])
    assert receipt.text.text().startswith("Forgotten on every device.")


def test_of_what_was_forgotten_before_only_the_last_is_told(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    old = former(9, age=RECENT_S)
    recorder.last(Forgettings).answer([*(former(n, age=n) for n in range(1, 6)), old])
    latest = [object_id(n) for n in range(RECEIPTS_MAX, 0, -1)]
    assert list(page.forgetting.receipts) == latest


def test_the_keyboard_alone_forgets_and_takes_it_back(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.activateWindow()
    page.thread_view.view.setFocus()
    chosen = page.thread_view.view.chosen()
    assert chosen.object_id == object_id(19)
    QTest.keyClick(page.thread_view.view, Qt.Key.Key_Up)
    QTest.keyClick(page.thread_view.view, Qt.Key.Key_Delete)
    assert page.forgetting.bar.isVisible()
    page.forgetting.undo_button.setFocus()
    QTest.keyClick(page.forgetting.undo_button, Qt.Key.Key_Space)
    assert not page.forgetting.bar.isVisible()
    page.forgetting.flush()
    assert not any(isinstance(one, Forget) for one in recorder.wishes)


def test_what_may_not_be_forgotten_stays_and_why_is_said(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.thread_view.deeds.forget_wanted.emit(page.thread_view.model.rows[3])
    page.forgetting.flush()
    recorder.last(Forget).fail(NotPermitted("Only another may."))
    assert "message 3" in texts(page)
    assert page.forgetting.trouble.text.text() == "Only another may."


def test_what_another_device_forgets_disappears(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.take([confirmed(object_id(4), (ME,))])
    assert "message 4" not in texts(page)


def test_a_forgotten_conversation_leaves_the_page(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    heading = page.thread_view.heading
    heading.forget_wanted.emit(heading.head)
    page.forgetting.flush()
    assert recorder.last(Forget).wish == Forget(id="talk object")
    recorder.last(Forget).answer(
        ForgetShown(id="talk object", confirmed_by=(ME,), waiting_for=())
    )
    assert page.thread_view.conversation is None
    assert [row.conversation_id for row in page.sidebar.model.rows] == ["garden"]


def test_a_text_is_changed_where_it_stands(page: ConversationsPage, recorder: Recorder) -> None:
    opened(page, recorder)
    deeds = page.thread_view.deeds
    deeds.reword(page.thread_view.model.rows[2])
    assert isinstance(deeds.asking, Rewording)
    deeds.asking.field.setPlainText("better")
    deeds.asking.save()
    assert recorder.last(Revise).wish == Revise(id=object_id(2), text="better")
    row = message(2)
    recorder.last(Revise).answer(
        Said(id=row.id, conversation_id=TALK, role=row.role, text="better",
             timestamp=row.timestamp, device_id=ME)
    )  # fmt: skip
    assert page.thread_view.model.rows[2].text == "better"
    assert page.thread_view.model.rows[2].is_revised
    assert deeds.asking is None


def test_who_may_have_a_message_is_chosen_with_a_sentence_each(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    deeds = page.thread_view.deeds
    deeds.share(page.thread_view.model.rows[2])
    asking = deeds.asking
    assert isinstance(asking, Sharing)
    asking.field.choose("here")
    asking.save()
    assert recorder.last(Relabel).wish == Relabel(id=object_id(2), privacy="here")
    recorder.last(Relabel).fail(NotPermitted("It is not yours."))
    assert asking.trouble.text() == "It is not yours."
    asking.save()
    recorder.last(Relabel).answer(Done())
    assert page.thread_view.model.rows[2].privacy == "here"


def test_a_message_is_copied(qtbot: QtBot, page: ConversationsPage, recorder: Recorder) -> None:
    opened(page, recorder)
    page.thread_view.view.setFocus()
    page.thread_view.view.reveal(object_id(5))
    page.thread_view.deeds.copy(page.thread_view.view.chosen())
    assert QGuiApplication.clipboard().text() == "message 5"


# ---- searching -------------------------------------------------------------------------------


def hit(number: int, kind: str = "message", conversation: str | None = TALK) -> Hit:
    return Hit(
        id=object_id(number), kind=kind, text=f"message {number}", score=1.0,
        device_id=ME, conversation_id=conversation,
    )  # fmt: skip


def test_a_result_is_shown_among_its_neighbours(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.sidebar.searching.field.setText("lake")
    page.sidebar.searching.search()
    wish = recorder.last(Search).wish
    assert wish == Search(query="lake", limit=50)
    recorder.last(Search).answer([hit(905)])
    page.sidebar.searching.view.clicked.emit(page.sidebar.searching.model.index(0, 0))
    assert recorder.last(BrowseMessages).wish == BrowseMessages(
        conversation=TALK, around=object_id(905)
    )
    recorder.last(BrowseMessages).answer(
        messages(range(880, 930), newer="place 929", older="place 880")
    )
    assert page.thread_view.view.chosen().object_id == object_id(905)


def test_other_devices_are_asked_only_where_there_are_some(
    page: ConversationsPage, recorder: Recorder
) -> None:
    searching = page.sidebar.searching
    searching.field.setText("lake")
    searching.search()
    assert searching.everywhere.isVisible()
    searching.everywhere.setChecked(True)
    assert recorder.last(Search).wish == Search(query="lake", everywhere=True, limit=50)
    page.show_state(scenes.alone(), NOW)
    assert not searching.everywhere.isVisible()


def test_a_memory_that_was_found_is_shown_on_its_own_page(
    qtbot: QtBot, page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.sidebar.searching.field.setText("tea")
    page.sidebar.searching.search()
    recorder.last(Search).answer([hit(7, "memory", None)])
    with qtbot.waitSignal(page.memory_wanted) as told:
        page.sidebar.searching.view.clicked.emit(page.sidebar.searching.model.index(0, 0))
    assert told.args == [object_id(7)]


def test_a_result_that_is_not_here_is_said_so(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.show_message("elsewhere", object_id(1))
    recorder.last(BrowseMessages).fail(NotFound("There is no such conversation here."))
    assert page.thread_view.trouble.isVisible()


# ---- who does not see ------------------------------------------------------------------------


def test_every_row_says_who_where_when_and_what(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    role = int(Qt.ItemDataRole.AccessibleTextRole)
    model = page.thread_view.model
    spoken = str(model.data(model.index(0, 0), role))
    assert spoken.startswith("You, Work Laptop, ")
    assert spoken.endswith(": message 0")
    side = page.sidebar.model
    assert str(side.data(side.index(0, 0), role)).startswith("About talk, 3 messages, ")


def test_the_arrow_keys_go_through_the_conversations(
    qtbot: QtBot, page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.sidebar.view.setFocus()
    QTest.keyClick(page.sidebar.view, Qt.Key.Key_Down)
    assert recorder.last(BrowseMessages).wish == BrowseMessages(conversation="garden")


def test_in_a_narrow_window_one_side_is_shown_at_a_time(
    page: ConversationsPage, recorder: Recorder
) -> None:
    page.resize(500, 600)
    recorder.last(BrowseConversations).answer(heads(TALK))
    assert page.sidebar.isVisible()
    assert not page.thread_view.isVisible()
    page.sidebar.view.picked.emit(page.sidebar.model.rows[0])
    recorder.last(BrowseMessages).answer(MessagePage(rows=()))
    assert page.thread_view.isVisible()
    assert not page.sidebar.isVisible()
    page.thread_view.heading.back.click()
    assert page.sidebar.isVisible()


def test_what_was_typed_for_a_new_conversation_is_not_lost_by_beginning_it_once_more(
    page: ConversationsPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.sidebar.new.click()
    page.thread_view.compose.field.setPlainText("half a thought")
    page.sidebar.new.click()
    assert page.thread_view.compose.field.toPlainText() == "half a thought"
