"""How everything looks: tokens, a palette and one small style sheet, light and dark.

``apply`` is called once; from then on the look follows the system's scheme. Widgets that paint
themselves ask ``tokens()`` in their ``paintEvent``, so that they follow too; what holds icons
makes them anew on ``QEvent.PaletteChange``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QGuiApplication,
    QPalette,
)

from app.theme.icons import icon, pixmap
from app.theme.style import sheet
from app.theme.tokens import DARK, LIGHT, TEXT, Tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QApplication

__all__ = [
    "DARK",
    "LIGHT",
    "Tokens",
    "apply",
    "icon",
    "pixmap",
    "scaled",
    "text_scale",
    "tokens",
]

Scheme = Literal["light", "dark"]
_LACKING = {"DejaVu Sans", "Sans Serif", "Sans", "Bitstream Vera Sans"}
"""What Linux falls back to where nobody chose a font."""
USUAL, LARGEST = 16, 2.0
"""Systems write up to so many pixels high unless somebody asked for more."""
_PREFERRED = ("Inter", "Noto Sans", "Cantarell", "Ubuntu")


def tokens() -> Tokens:
    """The scheme that is shown now."""
    ground = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if ground.lightness() < 128 else LIGHT  # noqa: PLR2004 — half of 255


def apply(app: QApplication, scheme: Scheme | None = None) -> Tokens:
    """Dress the application; without a ``scheme`` it follows the system from now on."""
    app.setStyle("Fusion")
    app.setFont(_font(app))
    hints = app.styleHints()
    if scheme is None:
        hints.colorSchemeChanged.connect(partial(_follow, app))
        scheme = "dark" if hints.colorScheme() is Qt.ColorScheme.Dark else "light"
    return _dress(app, DARK if scheme == "dark" else LIGHT)


def _follow(app: QApplication, scheme: Qt.ColorScheme) -> None:
    _dress(app, DARK if scheme is Qt.ColorScheme.Dark else LIGHT)


def _dress(app: QApplication, chosen: Tokens) -> Tokens:
    app.setPalette(_palette(chosen))
    app.setStyleSheet(sheet(chosen, text_scale(_system_text())))
    return chosen


def text_scale(pixels: int) -> float:
    """How much larger texts are for those whose system writes its own ``pixels`` high."""
    return min(LARGEST, max(1.0, pixels / USUAL))


def scaled(length: int) -> int:
    """A width that holds text, as much larger as texts are; logical pixels."""
    return round(length * max(1.0, QGuiApplication.font().pixelSize() / TEXT))


def _system_text() -> int:
    general = QFontDatabase.SystemFont.GeneralFont
    return QFontInfo(QFontDatabase.systemFont(general)).pixelSize()


def _font(app: QApplication) -> QFont:
    font = QFont(app.font())
    if font.family() in _LACKING:
        known = set(QFontDatabase.families())
        font.setFamily(next((one for one in _PREFERRED if one in known), font.family()))
    font.setPixelSize(round(TEXT * text_scale(_system_text())))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _palette(chosen: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for each, color in _roles(role, chosen):
        palette.setColor(each, QColor(color))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(chosen.mute))
    return palette


def _roles(
    role: type[QPalette.ColorRole], chosen: Tokens
) -> Iterable[tuple[QPalette.ColorRole, str]]:
    return (
        (role.Window, chosen.ground), (role.Base, chosen.card),
        (role.AlternateBase, chosen.hover), (role.Button, chosen.card),
        (role.WindowText, chosen.text), (role.Text, chosen.text),
        (role.ButtonText, chosen.text), (role.PlaceholderText, chosen.mute),
        (role.Highlight, chosen.accent), (role.HighlightedText, chosen.on_accent),
        (role.Link, chosen.accent), (role.ToolTipBase, chosen.card),
        (role.ToolTipText, chosen.text), (role.Mid, chosen.line), (role.Accent, chosen.accent),
    )  # fmt: skip
