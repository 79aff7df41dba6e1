"""The parts of windows: what they show, what they say to screen readers, how they give way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QProxyStyle, QStyle, QWidget
from typing_extensions import override

from app import theme
from app.viewstate import Link
from app.widgets.buttons import Button
from app.widgets.cards import Empty, Notice
from app.widgets.device_card import DeviceCard, aside, standing
from app.widgets.flow import Tiles
from app.widgets.labels import Line, Pill
from app.widgets.mood_ring import Feeling, MoodRing
from app.widgets.question import Question
from mesh.model.device import Trust
from tests.app.qt import scenes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot


@pytest.fixture
def light(qtbot: QtBot) -> Iterator[QApplication]:
    """The application in its light dress; the dark one is put on by the test."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "light")
    yield app
    theme.apply(app, "light")


def drawn(widget: QWidget) -> QImage:
    return widget.grab().toImage()


# ---- texts -----------------------------------------------------------------------------------


def test_a_line_without_room_is_shortened_and_whole_in_its_tooltip(qtbot: QtBot) -> None:
    line = Line(scenes.LONG_NAME)
    qtbot.addWidget(line)
    line.resize(80, 20)
    drawn(line)
    assert line.toolTip() == scenes.LONG_NAME
    line.resize(2000, 20)
    drawn(line)
    assert line.toolTip() == ""
    assert line.minimumSizeHint().width() < 80


def test_what_a_device_is_called_is_never_read_as_markup(qtbot: QtBot) -> None:
    for widget in (Line("<b>x</b>"), Pill("<b>x</b>")):
        qtbot.addWidget(widget)
        assert widget.textFormat() is Qt.TextFormat.PlainText


# ---- cards -----------------------------------------------------------------------------------


def test_a_card_is_chosen_by_mouse_and_by_keyboard(qtbot: QtBot) -> None:
    view = scenes.two().others[0]
    card = DeviceCard(view, scenes.NOW)
    qtbot.addWidget(card)
    heard: list[str] = []
    card.chosen.connect(heard.append)
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_A):
        QTest.keyClick(card, key)
    assert heard == [view.device.device_id] * 3


def test_a_card_says_how_far_a_device_has_come(qtbot: QtBot) -> None:
    view = scenes.catching_up().others[0]
    assert standing(view) == "Catching up · 75%"
    assert standing(view, in_numbers=True) == "Catching up · 74,000 of 99,000"
    assert aside(view, scenes.NOW) == "10 s left"


@pytest.mark.parametrize("scene", scenes.SCENES)
def test_in_step_stands_only_on_cards_of_devices_for_which_it_is_proven(scene: str) -> None:
    for view in scenes.SCENES[scene]().others:
        is_proven = view.link is Link.CONNECTED and view.device.in_step and view.is_partner
        assert (aside(view, scenes.NOW) == "in step") is is_proven


def test_devices_that_never_meet_are_not_called_away() -> None:
    me = scenes.this(trust=Trust.LIMITED, admin=False)
    state = scenes.family(scenes.away("Tablet", trust=Trust.LIMITED), me=me)
    assert standing(state.others[0]) == "Known from the others"
    assert aside(state.others[0], scenes.NOW) == ""


def test_a_notice_does_what_it_offers_now_and_nothing_it_offered_before(qtbot: QtBot) -> None:
    notice, done = Notice(), []
    qtbot.addWidget(notice)
    notice.show_notice("info", "warn", "First", "Do", lambda: done.append(1))
    notice.show_notice("info", "bad", "Second", "Do", lambda: done.append(2))
    notice.action.click()
    assert done == [2]
    assert notice.accessibleName() == "Second"
    notice.show_notice("info", "bad", "Third")
    assert not notice.action.isVisibleTo(notice)


def test_an_empty_place_says_what_will_be_there(qtbot: QtBot) -> None:
    empty = Empty("devices", "Nothing yet", "Here will be something.", Button("Begin"))
    qtbot.addWidget(empty)
    assert empty.accessibleName() == "Nothing yet"


# ---- buttons and questions -------------------------------------------------------------------


def test_a_button_without_text_has_a_name_and_a_tooltip(qtbot: QtBot) -> None:
    button = Button(look="flat", icon="copy", name="Copy")
    qtbot.addWidget(button)
    assert (button.accessibleName(), button.toolTip()) == ("Copy", "Copy")


def test_icons_follow_the_scheme(qtbot: QtBot, light: QApplication) -> None:
    button = Button("Pause", icon="pause")
    qtbot.addWidget(button)
    button.show()
    before = button.icon().pixmap(18).toImage()
    theme.apply(light, "dark")
    assert button.icon().pixmap(18).toImage() != before


def test_a_question_goes_away_with_escape_and_agrees_only_by_its_button(qtbot: QtBot) -> None:
    question = Question("Sure?", "It matters.", "Yes", is_grave=True)
    agreed: list[bool] = []
    question.agreed.connect(lambda: agreed.append(True))
    question.add_point("warning", "warn", "A word " * 60)
    question.open()
    assert question.height() > question.fontMetrics().height() * 8
    QTest.keyClick(question, Qt.Key.Key_Escape)
    assert agreed == []


# ---- tiles -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "columns"), [(180, 1), (330, 2), (520, 3), (700, 3), (2000, 5)]
)
def test_tiles_have_as_many_columns_as_fit(qtbot: QtBot, width: int, columns: int) -> None:
    tiles = Tiles(least=150, most_columns=5)
    qtbot.addWidget(tiles)
    parts = [QWidget() for _ in range(5)]
    tiles.resize(width, 400)
    tiles.show_all(parts)
    tiles.show()
    QApplication.processEvents()
    assert len({part.x() for part in parts}) == columns


def test_tiles_that_stay_are_not_hidden_when_others_come(qtbot: QtBot) -> None:
    tiles, first, second = Tiles(least=100), QWidget(), QWidget()
    qtbot.addWidget(tiles)
    tiles.show()
    tiles.show_all([first])
    tiles.show_all([second, first])
    assert first.isVisible()
    assert second.isVisible()
    tiles.show_all([second])
    assert not first.isVisible()
    first.deleteLater()


# ---- the ring --------------------------------------------------------------------------------


class Still(QProxyStyle):
    """A desktop whose owner wants nothing to move."""

    @override
    def styleHint(self, hint: QStyle.StyleHint, *more: object) -> int:
        if hint is QStyle.StyleHint.SH_Widget_Animation_Duration:
            return 0
        return int(super().styleHint(hint, *more))  # type: ignore[arg-type]


def test_the_ring_looks_different_for_good_bad_and_unknown(
    qtbot: QtBot, light: QApplication
) -> None:
    looks = []
    for feeling in (Feeling(0.7, 0.3, 0.9), Feeling(-0.7, 0.3, 0.9), None):
        ring = MoodRing()
        qtbot.addWidget(ring)
        ring.show_feeling(feeling, "words")
        looks.append(drawn(ring))
        assert ring.accessibleName() == "words"
    assert looks[0] != looks[1] != looks[2] != looks[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_unknown_mood_is_a_pale_face_whose_eyes_can_be_seen(
    qtbot: QtBot, light: QApplication, scheme: Literal["light", "dark"]
) -> None:
    theme.apply(light, scheme)
    ring = MoodRing()
    qtbot.addWidget(ring)
    ring.show_feeling(None, "words")
    picture, middle = drawn(ring), ring.rect().center()
    colours = {picture.pixelColor(middle.x() + x, middle.y() - 6).name() for x in range(30)}
    face, ink = (picture.pixelColor(middle).name(), theme.tokens().accent.lower())
    assert face == theme.tokens().accent_soft.lower()
    assert ink in colours


def test_the_ring_moves_softly_and_not_at_all_where_nothing_shall_move(
    qtbot: QtBot, light: QApplication
) -> None:
    style = Still("Fusion")
    still, moving = MoodRing(), MoodRing()
    still.setStyle(style)
    for ring in (still, moving):
        qtbot.addWidget(ring)
        ring.show()
        ring.show_feeling(Feeling(0.9, 0.0, 1.0), "happy")
    arrived = MoodRing()
    qtbot.addWidget(arrived)
    arrived.show_feeling(Feeling(0.9, 0.0, 1.0), "happy")
    assert drawn(still) == drawn(arrived)
    assert drawn(moving) != drawn(arrived)
    qtbot.waitUntil(lambda: drawn(moving) == drawn(arrived))


def test_the_same_feeling_again_moves_nothing(qtbot: QtBot, light: QApplication) -> None:
    ring = MoodRing()
    qtbot.addWidget(ring)
    ring.show_feeling(Feeling(0.9, 0.0, 1.0), "happy")
    ring.show()
    before = drawn(ring)
    ring.show_feeling(Feeling(0.9, 0.0, 1.0), "happy")
    assert drawn(ring) == before
