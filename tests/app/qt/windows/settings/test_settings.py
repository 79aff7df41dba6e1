"""The page of settings: each of them works, is remembered, and says when it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, QSettings, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app import __version__
from app.desktop.autostart import File
from app.viewstate import ViewState, reduce
from app.windows.kept import LANGUAGE, STAYS, TOLD_OF_TRAY, kept_in
from app.windows.settings import SettingsPage
from mesh.errors import BackupNotOpened
from mesh.messages import BackupChanged, told
from mesh.wishes import (
    Backup,
    BackupDone,
    Cancel,
    Export,
    Import,
    Progress,
    Restore,
    RestoreDone,
)
from tests.app.qt import scenes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.app.qt.recorder import Recorder


@pytest.fixture
def kept(tmp_path: Path) -> QSettings:
    return kept_in(tmp_path)


@pytest.fixture
def start(tmp_path: Path) -> File:
    """A start with the session that is a file here."""
    return File(tmp_path / "autostart" / "aico-mesh.desktop", b"[Desktop Entry]")


@pytest.fixture
def page(qtbot: QtBot, recorder: Recorder, kept: QSettings, start: File) -> SettingsPage:
    made = SettingsPage(recorder, kept, start)
    qtbot.addWidget(made)
    made.resize(900, 1200)
    made.show_state(scenes.two(), scenes.NOW)
    made.show()
    return made


class Opened(QObject):
    """Hears what would be opened outside."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[str] = []

    @Slot(QUrl)
    def hear(self, url: QUrl) -> None:
        self.paths.append(url.toLocalFile())


@pytest.fixture
def opened() -> Iterator[Opened]:
    ear = Opened()
    QDesktopServices.setUrlHandler("file", ear, "hear")  # type: ignore[arg-type]  # the stub is wrong
    yield ear
    QDesktopServices.unsetUrlHandler("file")


# ---- this computer ---------------------------------------------------------------------------


def test_the_start_with_this_computer_is_switched(page: SettingsPage, start: File) -> None:
    switch = page.machine.starting.switch
    assert not switch.isChecked()
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert start.is_on()
    assert switch.isChecked()
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert not start.is_on()


def test_a_start_that_was_changed_elsewhere_is_shown(page: SettingsPage, start: File) -> None:
    start.turn_on()
    page.show_state(scenes.two(), scenes.NOW)
    assert page.machine.starting.switch.isChecked()


def test_a_start_that_the_system_refuses_is_told_and_shown_as_it_is(
    page: SettingsPage, start: File
) -> None:
    start.path.parent.write_text("a file where a folder is wanted")
    QTest.keyClick(page.machine.starting.switch, Qt.Key.Key_Space)
    assert page.machine.starting.trouble.isVisible()
    assert not page.machine.starting.switch.isChecked()


def test_without_a_way_to_start_with_the_session_nothing_is_offered(
    qtbot: QtBot, recorder: Recorder
) -> None:
    made = SettingsPage(recorder)
    qtbot.addWidget(made)
    made.show()
    assert not made.machine.starting.isVisible()
    assert made.machine.speaking.isVisible()


def test_a_language_is_remembered_and_holds_from_the_next_start_on(
    page: SettingsPage, kept: QSettings
) -> None:
    speaking = page.machine.speaking
    for key, is_later in (("de", True), ("en", True), ("", False)):
        place = speaking.select.findData(key)
        speaking.select.setCurrentIndex(place)
        speaking.select.activated.emit(place)
        assert kept.value(LANGUAGE, "") == key
        assert speaking.later.isVisible() is is_later


def test_the_language_that_was_chosen_before_is_shown(
    qtbot: QtBot, recorder: Recorder, kept: QSettings
) -> None:
    kept.setValue(LANGUAGE, "de")
    made = SettingsPage(recorder, kept)
    qtbot.addWidget(made)
    assert made.machine.speaking.select.currentText() == "Deutsch"


def test_what_is_said_once_can_be_said_again(page: SettingsPage, kept: QSettings) -> None:
    again = page.machine.telling.again
    assert not again.isEnabled()
    kept.setValue(TOLD_OF_TRAY, True)
    kept.setValue(STAYS, True)
    page.show_state(scenes.two(), scenes.NOW)
    again.click()
    assert not kept.contains(TOLD_OF_TRAY)
    assert not kept.contains(STAYS)
    assert not again.isEnabled()


# ---- what is kept ----------------------------------------------------------------------------


def test_folder_and_log_are_shown_and_opened(page: SettingsPage, opened: Opened) -> None:
    home = "/home/ada/.local/share/aico-mesh"
    assert page.keeping.folder.path.text() == home
    page.keeping.folder.show_it.click()
    page.keeping.log.show_it.click()
    assert opened.paths == [home, f"{home}/aico-mesh.log"]


def test_who_keeps_the_key_is_said_in_words(page: SettingsPage) -> None:
    assert "keyring of this computer" in page.keeping.key.meaning.text()
    page.show_state(scenes.family(keystore="passphrase"), scenes.NOW)
    assert "Your passphrase opens it" in page.keeping.key.meaning.text()


def test_recovery_words_are_asked_for_only_while_they_are_not_written_down(
    page: SettingsPage, qtbot: QtBot
) -> None:
    assert not page.keeping.write.isVisible()
    page.show_state(scenes.alone(), scenes.NOW)
    with qtbot.waitSignal(page.recovery_wanted):
        page.keeping.write.click()


def test_before_the_node_has_told_of_itself_nothing_is_said_of_what_is_kept(
    page: SettingsPage,
) -> None:
    page.show_state(ViewState(), scenes.NOW)
    assert not page.keeping.isVisible()


# ---- history ---------------------------------------------------------------------------------


def dialogs(page: SettingsPage) -> list[QFileDialog]:
    return page.window().findChildren(QFileDialog)


def test_history_is_brought_in_from_a_file(page: SettingsPage, recorder: Recorder) -> None:
    page.history.take_in.click()
    dialogs(page)[-1].fileSelected.emit("/media/history.jsonl")
    assert recorder.wishes == [Import(path="/media/history.jsonl")]
    assert page.history.transfer.isVisible()
    page.history.take_in.click()
    assert len(dialogs(page)) == 1


@pytest.mark.parametrize(
    ("place", "kind"), list(enumerate(("conversations", "memories", "all")))
)
def test_history_is_taken_along_in_a_file(
    page: SettingsPage, recorder: Recorder, place: int, kind: str
) -> None:
    page.history.menu.actions()[place].trigger()
    dialogs(page)[-1].fileSelected.emit("/media/out.jsonl")
    assert recorder.wishes == [Export(path="/media/out.jsonl", kind=kind)]


# ---- versions and the end --------------------------------------------------------------------


def test_versions_can_be_copied(page: SettingsPage) -> None:
    page.about.copy.click()
    copied = QApplication.clipboard().text()
    assert copied.startswith(f"AICO mesh {__version__} · Qt ")
    assert page.about.version.meaning.text() == copied


def test_the_application_can_be_quit(page: SettingsPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.quit_wanted):
        page.about.quit.click()


# ---- backups ---------------------------------------------------------------------------------

WORDS = "seven green boats on a small lake"


def test_a_backup_is_closed_with_what_was_typed_twice_and_written_down(
    page: SettingsPage, recorder: Recorder
) -> None:
    dialog = page.backups.choose_passphrase("/mine.aico-backup")
    for field in (dialog.page.first, dialog.page.second):
        field.setText(WORDS)
    assert not dialog.page.go.isEnabled()
    dialog.page.written.setChecked(True)
    dialog.page.go.click()
    sent = recorder.last(Backup)
    assert sent.wish == Backup(path="/mine.aico-backup", passphrase=WORDS)
    transfer = page.backups.transfer
    sent.tell(Progress(run="r", done=0, total=0))
    sent.tell(Progress(run="r", done=1, total=4, seconds_left=9.0))
    assert transfer.text.text() == "Backing up… 9 s left"
    transfer.stop.click()
    assert recorder.last(Cancel).wish == Cancel(run="r")
    sent.answer(BackupDone(backed_up=12, size=900, seconds=1.0, made_at=scenes.NOW))
    assert transfer.text.text().startswith("12 entries backed up.")


def test_a_restore_asks_for_the_passphrase_and_says_what_came_back(
    page: SettingsPage, recorder: Recorder
) -> None:
    dialog = page.backups.ask_passphrase("/mine.aico-backup")
    assert not dialog.yes.isEnabled()
    dialog.field.setText("wrong")
    dialog.yes.click()
    recorder.last(Restore).fail(BackupNotOpened())
    transfer = page.backups.transfer
    assert transfer.text.text() == BackupNotOpened().sentence
    dialog = page.backups.ask_passphrase("/mine.aico-backup")
    dialog.field.setText(WORDS)
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    sent = recorder.last(Restore)
    assert sent.wish == Restore(path="/mine.aico-backup", passphrase=WORDS)
    sent.answer(
        RestoreDone(
            restored=3, known=1, refused=2, seconds=1.0, made_at=1.0, made_on="Desk",
            device_id="x", new_device=True,
        )
    )  # fmt: skip
    assert transfer.text.text() == (
        "3 entries restored. 1 was here already. 2 entries have no right in this family and "
        "were left out. This is a new device, which goes on for Desk. Pair it with your "
        "others; if Desk is gone, remove it from the family."
    )
    assert len([one for one in recorder.wishes if isinstance(one, Restore)]) == 2


def test_when_the_last_backup_was_made_is_told(page: SettingsPage) -> None:
    meaning = page.backups.last.meaning
    assert meaning.text().startswith("There is no backup of this device yet.")
    made = told(BackupChanged(made_at=scenes.NOW - 86_400), scenes.ME)
    page.show_state(reduce(scenes.two(), made, scenes.NOW), scenes.NOW)
    assert "Yesterday" in meaning.text()
