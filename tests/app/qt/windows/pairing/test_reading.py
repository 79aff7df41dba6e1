"""An invitation is found on a screen, in a picture, on the clipboard; or it is said why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest

from app.widgets.qr import QrCode
from app.windows.pairing.looking import FILE_MAX, Looker, Miss
from app.windows.pairing.reading import ReadingPage, missed
from app.windows.pairing.steps import Reading

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

LINK = "AICO-MESH:" + "ABCDEFGH234567" * 6


def picture(text: str) -> QImage:
    """A picture of a code."""
    code = QrCode()
    code.show_text(text)
    code.resize(code.sizeHint())
    return code.grab().toImage()


def blank() -> QImage:
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.gray)
    return image


@pytest.fixture
def looker(qtbot: QtBot) -> Looker:
    return Looker()


@pytest.fixture
def page(qtbot: QtBot) -> ReadingPage:
    page = ReadingPage()
    qtbot.addWidget(page)
    page.show_step(Reading())
    page.show()
    return page


# ---- looking ---------------------------------------------------------------------------------


def test_a_picture_with_an_invitation_gives_its_link(looker: Looker, qtbot: QtBot) -> None:
    with qtbot.waitSignal(looker.found) as found:
        looker.look_at_image(picture(LINK))
    assert found.args == [LINK]


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_a_file_with_an_invitation_gives_its_link(
    looker: Looker, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / f"shot.{kind}"
    assert picture(LINK).save(str(file))
    with qtbot.waitSignal(looker.found) as found:
        looker.look_at_file(str(file))
    assert found.args == [LINK]


@pytest.mark.parametrize(
    ("image", "miss"),
    [
        (blank, Miss.NO_CODE),
        (lambda: picture("https://example.org"), Miss.OTHER_CODE),
        (QImage, Miss.NO_PICTURE),
    ],
)
def test_it_says_why_there_is_none(
    looker: Looker, qtbot: QtBot, image: object, miss: Miss
) -> None:
    assert callable(image)
    with qtbot.waitSignal(looker.missed) as missed:
        looker.look_at_image(image())
    assert missed.args == [miss]


def test_what_is_no_picture_or_far_too_large_is_not_read(
    looker: Looker, qtbot: QtBot, tmp_path: Path
) -> None:
    text, huge = tmp_path / "text.png", tmp_path / "huge.png"
    text.write_text("no picture")
    with huge.open("wb") as file:
        file.truncate(FILE_MAX + 1)
    for path in (text, huge, tmp_path / "nothing.png"):
        with qtbot.waitSignal(looker.missed) as missed:
            looker.look_at_file(str(path))
        assert missed.args == [Miss.NO_PICTURE]


def test_only_the_last_look_counts(looker: Looker, qtbot: QtBot) -> None:
    told: list[str] = []
    looker.found.connect(told.append)
    looker.look_at_image(picture("AICO-MESH:FIRST"))
    with qtbot.waitSignal(looker.found):
        looker.look_at_image(picture("AICO-MESH:SECOND"))
    assert told == ["AICO-MESH:SECOND"]


def test_every_miss_has_its_own_sentence() -> None:
    assert len({missed(miss) for miss in Miss}) == len(Miss)


# ---- the page --------------------------------------------------------------------------------


def test_a_dropped_picture_fills_in_the_link(
    page: ReadingPage, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "shot.png"
    picture(LINK).save(str(file))
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(file))])
    with qtbot.waitSignal(page.looker.found):
        page.dropEvent(
            QDropEvent(
                QPointF(5, 5),
                Qt.DropAction.CopyAction,
                dropped,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )
    assert page.step == Reading(LINK)
    assert page.go.isEnabled()


def test_what_lies_on_the_clipboard_is_pasted(page: ReadingPage, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText(f"  {LINK}\n")
    page.paste()
    assert page.step == Reading(LINK)
    QGuiApplication.clipboard().setImage(picture(LINK + "22"))
    with qtbot.waitSignal(page.looker.found):
        page.setFocus()
        QTest.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.step == Reading(LINK + "22")


def test_a_pasted_code_asks_for_the_address(page: ReadingPage) -> None:
    QGuiApplication.clipboard().setText("482 913 077")
    page.paste()
    assert page.step.needs_place
    assert page.place.isEnabled()
    assert not page.go.isEnabled()


def test_what_is_no_invitation_is_not_taken_for_one(page: ReadingPage) -> None:
    QGuiApplication.clipboard().setText("hello")
    page.paste()
    assert "neither" in page.told.text()
    assert not page.go.isEnabled()


def test_our_own_windows_are_back_after_the_screen_was_looked_at(
    page: ReadingPage, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(page.looker.missed):
        page.look_at_screen()
    assert page.isVisible()
    assert page.told.text() in {missed(Miss.NO_CODE), missed(Miss.NO_PICTURE)}
