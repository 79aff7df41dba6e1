"""Text can be read in both schemes, and the look follows the system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QListView, QPushButton, QWidget

from app import theme
from app.theme.style import sheet
from app.theme.tokens import DARK, LIGHT, Tokens

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

READABLE, VISIBLE = 4.5, 3.0
TONES = ("accent", "ok", "warn", "bad", "off")


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    shade = QColor(color)
    red, green, blue = map(linear, (shade.redF(), shade.greenF(), shade.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_every_ground_it_stands_on(tokens: Tokens) -> None:
    grounds = (tokens.ground, tokens.side, tokens.card, tokens.hover)
    pairs = [(ink, ground) for ink in (tokens.text, tokens.mute) for ground in grounds]
    pairs += [tokens.tone(name) for name in TONES]
    pairs += [(tokens.tone(name)[0], tokens.card) for name in TONES]
    pairs += [(tokens.on_accent, tokens.accent), (tokens.text, tokens.accent_soft)]
    pairs += [(tokens.text, tokens.tone(name)[1]) for name in TONES]
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < READABLE} == {}


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_what_can_be_operated_has_an_edge_that_can_be_seen(tokens: Tokens) -> None:
    for ground in (tokens.ground, tokens.card):
        assert contrast(tokens.edge, ground) >= VISIBLE
        assert contrast(tokens.accent, ground) >= VISIBLE


def test_what_is_shown_is_what_was_put_on(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    assert theme.apply(app, "dark") is theme.tokens() is DARK
    assert theme.apply(app, "light") is theme.tokens() is LIGHT


def test_the_look_follows_the_system_while_it_runs(qtbot: QtBot) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication, QLabel

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    hints = app.styleHints()
    theme.apply(app)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    seen = QLabel("text")
    qtbot.addWidget(seen)
    seen.show()
    assert theme.tokens() is LIGHT
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens() is DARK
    assert seen.palette().color(seen.foregroundRole()) == QColor(DARK.text)
    theme.apply(app, "light")


@pytest.mark.parametrize(("system", "scale"), [(9, 1.0), (15, 1.0), (20, 1.25), (90, 2.0)])
def test_who_asked_for_larger_text_gets_it(system: int, scale: float) -> None:
    assert theme.text_scale(system) == scale
    written = sheet(LIGHT, theme.text_scale(system))
    assert f"font-size: {round(14 * scale)}px" in written
    assert f"font-size: {round(22 * scale)}px" in written


def test_an_icon_is_sharp_on_a_screen_of_any_density(qtbot: QtBot) -> None:
    made = theme.icon("pause", LIGHT.text, 20)
    assert made.pixmap(QSize(20, 20), 1.0).toImage().width() == 20
    assert made.pixmap(QSize(20, 20), 2.0).toImage().width() == 40


def test_what_holds_text_grows_with_it(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "light")
    before, larger = app.font(), app.font()
    assert theme.scaled(200) == 200
    larger.setPixelSize(21)
    app.setFont(larger)
    assert theme.scaled(200) == 300
    app.setFont(before)


def test_a_list_that_pops_up_over_something_has_a_ground(
    qapp: QApplication, qtbot: QtBot
) -> None:
    theme.apply(qapp, "light")
    popup = QListView()
    popup.setWindowFlag(Qt.WindowType.Popup)
    qtbot.addWidget(popup)
    popup.show()
    middle = popup.rect().center()
    assert popup.grab().toImage().pixelColor(middle).name() == LIGHT.card.lower()


def test_a_focused_button_has_one_ring_and_nothing_inside_it(
    qapp: QApplication, qtbot: QtBot
) -> None:
    theme.apply(qapp, "light")
    window = QWidget()
    focused = QPushButton("…", window)
    focused.setGeometry(10, 10, 200, 40)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    focused.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(focused.hasFocus)
    window.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
    image = focused.grab(focused.rect().adjusted(6, 6, -120, -6)).toImage()
    grounds = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
    }
    assert grounds == {LIGHT.card.lower()}
