from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.windows.lists.transfer import Transfer
from mesh.errors import BadInput
from mesh.wishes import BadPart, Cancel, Export, ExportDone, Import, ImportDone, Progress

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.app.qt.recorder import Recorder


@pytest.fixture
def transfer(qtbot: QtBot, recorder: Recorder) -> Transfer:
    made = Transfer(recorder)
    qtbot.addWidget(made)
    return made


def test_an_import_tells_how_far_it_is_and_what_came_of_it(
    qtbot: QtBot, transfer: Transfer, recorder: Recorder
) -> None:
    transfer.take_in("history.jsonl")
    sent = recorder.last(Import)
    assert not transfer.stop.isEnabled()
    sent.tell(Progress(run="r", done=1, total=4, seconds_left=9.0))
    assert transfer.bar.value() * 4 == transfer.bar.maximum()
    assert transfer.text.text() == "Importing… 9 s left"
    done = ImportDone(
        imported=3, skipped=2, conversations=1, seconds=1.0, bad=2, bad_lines=(4, 9)
    )
    with qtbot.waitSignal(transfer.imported):
        sent.answer(done)
    assert transfer.text.text() == (
        "3 messages imported in 1 conversation. 2 were here already. "
        "2 lines could not be read: 4, 9."
    )
    assert not transfer.is_under_way


def test_of_other_files_it_says_in_which_conversation_something_is_wrong(
    transfer: Transfer, recorder: Recorder
) -> None:
    transfer.take_in("export.zip")
    parts = (BadPart(why="It is not a message.", line=7, title="Tea", message="m1"),
             BadPart(why="It is too large.", line=9))  # fmt: skip
    recorder.last(Import).answer(
        ImportDone(imported=1, skipped=0, conversations=1, seconds=1.0, format="chatgpt",
                   left_out=3, bad=2, bad_lines=(7, 9), bad_parts=parts)
    )  # fmt: skip
    assert transfer.text.text() == (
        "1 message imported in 1 conversation. 3 hidden notes were left out. "
        "2 parts could not be read: number 7, Tea, m1; number 9."
    )


def test_the_name_of_a_file_says_in_which_form_it_is_written(
    transfer: Transfer, recorder: Recorder
) -> None:
    transfer.give_out("/all.JSON", "all")
    assert recorder.last(Export).wish == Export(path="/all.JSON", kind="all", format="aico")


def test_an_import_that_brings_nothing_new_says_so(
    transfer: Transfer, recorder: Recorder
) -> None:
    transfer.take_in("history.jsonl")
    done = ImportDone(imported=0, skipped=1, conversations=0, seconds=1)
    recorder.last(Import).answer(done)
    assert transfer.text.text() == "1 was here already."


def test_an_import_is_stopped_by_its_name_and_keeps_what_it_has(
    transfer: Transfer, recorder: Recorder
) -> None:
    transfer.take_in("history.jsonl")
    sent = recorder.last(Import)
    sent.tell(Progress(run="r7", done=1, total=4))
    transfer.stop.click()
    assert recorder.last(Cancel).wish == Cancel(run="r7")
    sent.answer(ImportDone(imported=1, skipped=0, conversations=1, seconds=1, cancelled=True))
    assert "import the same file again" in transfer.text.text()


def test_a_second_one_does_not_push_the_first_aside(
    transfer: Transfer, recorder: Recorder
) -> None:
    transfer.take_in("/first.jsonl")
    transfer.take_in("/second.jsonl")
    transfer.give_out("/third.jsonl", "all")
    assert recorder.wishes == [Import(path="/first.jsonl")]


def test_what_cannot_be_stopped_says_so(transfer: Transfer, recorder: Recorder) -> None:
    transfer.take_in("/x.jsonl")
    recorder.last(Import).tell(Progress(run="r", done=1, total=2))
    transfer.cancel()
    recorder.last(Cancel).fail(BadInput("It cannot be stopped now."))
    assert transfer.text.text() == "It cannot be stopped now."
    assert transfer.stop.isEnabled()


def test_an_export_that_is_stopped_leaves_no_file(
    transfer: Transfer, recorder: Recorder
) -> None:
    transfer.give_out("out.jsonl", "memories")
    sent = recorder.last(Export)
    assert sent.wish == Export(path="out.jsonl", kind="memories")
    transfer.stop.click()
    assert sent.is_cancelled
    assert "there is no file" in transfer.text.text()
    transfer.give_out("out.jsonl", "all")
    recorder.last(Export).answer(ExportDone(exported=12, seconds=0.1))
    assert transfer.text.text() == "12 lines written."


def test_why_nothing_was_imported_is_said(transfer: Transfer, recorder: Recorder) -> None:
    transfer.take_in("nowhere.jsonl")
    recorder.last(Import).fail(BadInput("There is no such file."))
    assert transfer.text.text() == "There is no such file."
    assert not transfer.stop.isVisibleTo(transfer)
