"""Memories: kept, filtered, changed, forgotten; from answers as a node gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from shiboken6 import isValid

from app.windows.lists.dialogs import Rewording, Sharing, Tagging
from app.windows.lists.forgetting import Doomed
from app.windows.memories import MemoriesPage
from app.windows.memories.page import TAGS_MAX
from mesh.errors import BadInput, NotFound
from mesh.messages import Hit, MemoryChanged, Remembered, told
from mesh.wishes import (
    BrowseMemories,
    Done,
    Forget,
    ForgetShown,
    History,
    Relabel,
    Remember,
    Retag,
    Revise,
    Search,
    TextShown,
)
from tests.app.qt import scenes
from tests.app.qt.scenes import ME, NOW
from tests.app.qt.windows.rows import memories, memory, object_id, remembered

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.app.qt.recorder import Recorder


@pytest.fixture
def page(qtbot: QtBot, recorder: Recorder) -> MemoriesPage:
    made = MemoriesPage(recorder)
    qtbot.addWidget(made)
    made.show_state(scenes.two(), NOW)
    made.resize(900, 700)
    made.show()
    made.opened()
    return made


def opened(page: MemoriesPage, recorder: Recorder) -> None:
    rows = (memory(1), memory(2, tags=("tea",)), memory(3, privacy="private", is_revised=True))
    recorder.last(BrowseMemories).answer(memories(*rows))


def texts(page: MemoriesPage) -> list[str]:
    return [row.text for row in page.model.rows]


def reworded(page: MemoriesPage, text: str) -> Rewording:
    """The dialog in which the first memory was given another text."""
    page.deeds.reword(page.model.rows[0])
    asking = page.deeds.asking
    assert isinstance(asking, Rewording)
    asking.field.setPlainText(text)
    asking.save()
    return asking


def tagging(page: MemoriesPage, tags: str) -> Tagging:
    """The dialog in which the second memory is about to have these tags."""
    page.deeds.retag(page.model.rows[1])
    asking = page.deeds.asking
    assert isinstance(asking, Tagging)
    asking.field.setText(tags)
    return asking


def test_a_first_day_says_what_will_be_here(page: MemoriesPage, recorder: Recorder) -> None:
    recorder.last(BrowseMemories).answer(memories())
    assert page.nothing.yet.isVisible()
    opened_again = memories(memory(1))
    page.take([remembered(memory(1))])
    recorder.last(BrowseMemories).answer(opened_again)
    assert not page.nothing.yet.isVisible()
    assert texts(page) == ["memory 1"]


def test_memories_are_shown_as_they_come(page: MemoriesPage, recorder: Recorder) -> None:
    opened(page, recorder)
    assert texts(page) == ["memory 1", "memory 2", "memory 3"]
    role = int(Qt.ItemDataRole.AccessibleTextRole)
    spoken = str(page.model.data(page.model.index(1, 0), role))
    assert spoken.startswith("For the family, Work Laptop, ")
    assert spoken.endswith(", Tags: tea: memory 2")


def test_something_is_remembered_with_tags_and_for_whom(
    qtbot: QtBot, page: MemoriesPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    keeping = page.keeping
    assert not keeping.keep.isVisible()
    keeping.field.setPlainText("Kim likes tea")
    keeping.tags.setText(" kim, tea,, kim")
    keeping.privacy.setCurrentIndex(keeping.privacy.findData("here"))
    assert "never leaves this device" in keeping.meaning.text()
    QTest.keyClick(keeping.field, Qt.Key.Key_Return)
    wish = recorder.last(Remember).wish
    assert wish == Remember(text="Kim likes tea", tags=("kim", "tea"), privacy="here")
    recorder.last(Remember).fail(BadInput("That cannot be kept."))
    assert keeping.field.toPlainText() == "Kim likes tea"
    assert keeping.trouble.text() == "That cannot be kept."
    keeping.keep.click()
    recorder.last(Remember).answer(None)
    assert keeping.field.toPlainText() == ""
    assert recorder.last(BrowseMemories).wish == BrowseMemories()


def test_what_is_being_remembered_is_neither_sent_twice_nor_changed(
    page: MemoriesPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    field = page.keeping.field
    field.setPlainText("Kim likes tea")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, " and milk")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert len([one for one in recorder.wishes if isinstance(one, Remember)]) == 1
    recorder.last(Remember).fail(BadInput("That cannot be kept."))
    assert field.toPlainText() == "Kim likes tea"
    QTest.keyClicks(field, "!")
    assert "!" in field.toPlainText()


def test_a_tag_and_a_privacy_choose_what_is_shown(
    page: MemoriesPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    place = page.tag.findData("tea")
    assert place > 0
    page.tag.setCurrentIndex(place)
    page.tag.activated.emit(place)
    assert recorder.last(BrowseMemories).wish == BrowseMemories(tag="tea")
    recorder.last(BrowseMemories).answer(memories())
    assert page.nothing.fits.isVisible()
    page.tag.setCurrentIndex(0)
    page.privacy.setCurrentIndex(page.privacy.findData("private"))
    page.privacy.activated.emit(0)
    assert recorder.last(BrowseMemories).wish == BrowseMemories(privacy="private")


def test_what_another_device_changes_or_forgets_changes_here(
    page: MemoriesPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.take([remembered(memory(2, text="green tea", privacy="public"))])
    row = page.model.rows[1]
    assert (row.text, row.privacy, row.is_revised) == ("green tea", "public", True)
    gone = MemoryChanged(id=object_id(1), text=None)
    page.take([told(gone, ME)])
    assert texts(page) == ["green tea", "memory 3"]


def test_tags_are_put_and_taken(page: MemoriesPage, recorder: Recorder) -> None:
    opened(page, recorder)
    tagging(page, "green, cup").save()
    wish = recorder.last(Retag).wish
    assert wish == Retag(id=object_id(2), add=("green", "cup"), remove=("tea",))
    recorder.last(Retag).answer(
        Remembered(id=object_id(2), text="memory 2", tags=("cup", "green"),
                   privacy="private", timestamp=NOW, device_id=ME)
    )  # fmt: skip
    assert page.model.rows[1].tags == ("cup", "green")
    assert page.model.rows[1].privacy == "private"
    assert page.tag.findData("green") > 0


def test_what_may_be_chosen_from_does_not_grow_for_ever(
    page: MemoriesPage, recorder: Recorder
) -> None:
    many = (memory(n, tags=(f"tag {n}", f"more {n}")) for n in range(TAGS_MAX))
    recorder.last(BrowseMemories).answer(memories(*many))
    assert page.tag.count() == TAGS_MAX + 1


def test_a_change_is_sent_once_and_its_failure_is_said_wherever_one_is(
    page: MemoriesPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    asking = tagging(page, "green")
    for _ in range(2):
        QTest.keyClick(asking.field, Qt.Key.Key_Return)
    assert len([one for one in recorder.wishes if isinstance(one, Retag)]) == 1
    asking.reject()
    recorder.last(Retag).fail(BadInput("That is no tag."))
    assert page.trouble.isVisible()
    assert page.trouble.text.text() == "That is no tag."


def test_a_change_counts_also_when_its_dialog_was_closed_before_the_answer(
    qtbot: QtBot, page: MemoriesPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    asking = reworded(page, "green tea")
    asking.reject()
    qtbot.waitUntil(lambda: not isValid(asking))
    recorder.last(Revise).answer(said_anew("green tea"))
    assert texts(page)[0] == "green tea"


def test_who_has_no_right_to_change_a_text_is_told_that_others_are_asked(
    page: MemoriesPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    reworded(page, "green tea")
    recorder.last(Revise).answer(said_anew("memory 1"))
    assert texts(page)[0] == "memory 1"
    assert "your fully trusted devices ask" in page.trouble.text.text()


def test_how_widely_it_is_shared_is_read_anew(page: MemoriesPage, recorder: Recorder) -> None:
    opened(page, recorder)
    page.deeds.share(page.model.rows[0])
    assert page.deeds.asking is not None
    page.deeds.asking.save()
    before = len(recorder.sent)
    recorder.last(Relabel).answer(Done())
    assert len(recorder.sent) == before
    page.deeds.share(page.model.rows[0])
    assert isinstance(page.deeds.asking, Sharing)
    page.deeds.asking.field.choose("public")
    page.deeds.asking.save()
    recorder.last(Relabel).answer(Done())
    assert isinstance(recorder.wishes[-1], BrowseMemories)


def test_why_earlier_texts_cannot_be_read_is_said(
    page: MemoriesPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.deeds.recall(page.model.rows[2])
    recorder.last(History).fail(NotFound("It is not here any more."))
    assert page.trouble.isVisible()


def said_anew(text: str) -> Remembered:
    """The first memory as a node answers a change of its text."""
    return Remembered(
        id=object_id(1), text=text, tags=(), privacy="family", timestamp=NOW, device_id=ME
    )


def test_earlier_texts_can_be_read(page: MemoriesPage, recorder: Recorder) -> None:
    opened(page, recorder)
    labels = [one.text() for one in page.deeds.menu(page.model.rows[2]).actions()]
    assert "Earlier texts…" in labels
    plain = [one.text() for one in page.deeds.menu(page.model.rows[0]).actions()]
    assert "Earlier texts…" not in plain
    page.deeds.recall(page.model.rows[2])
    told_texts = [
        TextShown(text="now", timestamp=NOW, device_id=ME),
        TextShown(text="before", timestamp=NOW - 99, device_id=None),
    ]
    recorder.last(History).answer(told_texts)
    assert page.deeds.reader is not None
    shown = page.deeds.reader.field.toPlainText()
    assert shown.index("now") < shown.index("before")
    assert "Work Laptop" in shown


def test_a_memory_is_forgotten_after_a_moment(page: MemoriesPage, recorder: Recorder) -> None:
    opened(page, recorder)
    page.deeds.forget_wanted.emit(page.model.rows[0])
    assert not any(isinstance(one, Forget) for one in recorder.wishes)
    page.deeds.forget_wanted.emit(page.model.rows[1])
    assert recorder.last(Forget).wish == Forget(id=object_id(1))
    recorder.last(Forget).answer(
        ForgetShown(id=object_id(1), confirmed_by=(ME,), waiting_for=())
    )
    assert texts(page) == ["memory 2", "memory 3"]


def test_a_limited_device_is_not_told_that_all_have_forgotten(
    page: MemoriesPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.forgetting.forget(object_id(1), Doomed.MEMORY)
    page.forgetting.flush()
    recorder.last(Forget).answer(
        ForgetShown(id=object_id(1), confirmed_by=(), waiting_for=(), is_wish=True)
    )
    receipt = page.forgetting.receipts[object_id(1)]
    assert receipt.text.text().startswith("Hidden here; your fully trusted devices ask")
    assert receipt.property("tone") == "warn"


def test_a_memory_that_was_found_is_shown_among_its_neighbours(
    qtbot: QtBot, page: MemoriesPage, recorder: Recorder
) -> None:
    opened(page, recorder)
    page.searching.field.setText("tea")
    page.searching.search()
    hits = [
        Hit(id=object_id(50), kind="memory", text="tea", score=2.0, device_id=ME),
        Hit(id="7", kind="message", text="tea?", score=1.0, device_id=ME, conversation_id="t"),
    ]
    recorder.last(Search).answer(hits)
    with qtbot.waitSignal(page.message_wanted) as wanted:
        page.searching.view.clicked.emit(page.searching.model.index(1, 0))
    assert wanted.args == ["t", "7"]
    page.searching.view.clicked.emit(page.searching.model.index(0, 0))
    assert recorder.last(BrowseMemories).wish == BrowseMemories(around=object_id(50))
    recorder.last(BrowseMemories).answer(memories(memory(49), memory(50), memory(51)))
    assert page.view.chosen().object_id == object_id(50)
    assert page.places.currentWidget() is page.view


def test_why_there_is_no_list_is_said(page: MemoriesPage, recorder: Recorder) -> None:
    recorder.last(BrowseMemories).fail(NotFound("It is not here."))
    assert page.trouble.text.text() == "It is not here."
    page.trouble.action.click()
    opened(page, recorder)
    assert not page.trouble.isVisible()
