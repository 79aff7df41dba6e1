"""How much is spared: shown as it counts, chosen, and told when the file is stricter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.windows.settings import SettingsPage
from mesh.errors import DiskFull
from mesh.model.sparing import Sparing
from mesh.wishes import Spare, SparingShown

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.app.qt.recorder import Recorder


@pytest.fixture
def page(qtbot: QtBot, recorder: Recorder) -> SettingsPage:
    made = SettingsPage(recorder)
    qtbot.addWidget(made)
    made.show()
    made.opened()
    return made


def shown(chosen: Sparing, level: Sparing | None = None) -> SparingShown:
    return SparingShown(level=level or chosen, chosen=chosen)


def test_what_was_chosen_is_shown(page: SettingsPage, recorder: Recorder) -> None:
    thrift = page.machine.thrift
    recorder.last(Spare).answer(shown(Sparing.STRONG))
    assert thrift.select.currentData() == Sparing.STRONG
    assert thrift.aside.isHidden()


def test_another_level_is_wished(page: SettingsPage, recorder: Recorder) -> None:
    select = page.machine.thrift.select
    select.setCurrentIndex(select.findData(Sparing.OFF))
    select.activated.emit(select.currentIndex())
    assert recorder.wishes[-1] == Spare(level="off")


def test_a_stricter_file_is_told(page: SettingsPage, recorder: Recorder) -> None:
    recorder.last(Spare).answer(shown(Sparing.OFF, Sparing.STRONG))
    aside = page.machine.thrift.aside
    assert page.machine.thrift.select.currentData() == Sparing.OFF
    assert "On battery, or metered" in aside.text()
    assert aside.isVisible()


def test_what_could_not_be_kept_is_told(page: SettingsPage, recorder: Recorder) -> None:
    recorder.last(Spare).fail(DiskFull())
    assert page.machine.thrift.aside.isVisible()
