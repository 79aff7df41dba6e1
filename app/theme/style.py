"""One small style sheet over Qt's Fusion style, filled in with the tokens of a scheme.

Widgets say what they are by a property, and the sheet says how that looks:

    kind    h1, h2, name, mute, small, big, mono        a label
    card    true, choice, notice, quiet, drop, bubble   a frame; ``tone`` colours a notice
    pill    a tone                                      a short state on its own ground
    chip    on, off                                     whether something is shared
    primary, danger, flat, nav                          a button
"""

from __future__ import annotations

from dataclasses import asdict
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from app.theme import tokens as size

if TYPE_CHECKING:
    from app.theme.tokens import Tokens

_SHEET = Template("""
QWidget { color: $text; font-size: ${TEXT}px; }
QWidget#ground, QDialog, QMainWindow, QWizard, QWidget#page { background: $ground; }
QAbstractButton { outline: none; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QWidget#side { background: $side; border: none; border-right: 1px solid $line; }

QFrame[card="true"], QFrame[card="choice"] {
    background: $card; border: 1px solid $line; border-radius: ${RADIUS_CARD}px; }
QFrame[card="choice"]:hover { background: $hover; }
QFrame[card="choice"][chosen="true"] { border: 2px solid $accent; }
QFrame[card="true"][chosen="true"] { border-color: $accent; background: $hover; }
QFrame[card][focused="true"] { border: 2px solid $accent; }
QFrame[card="quiet"] { background: transparent; border: 1px dashed $line;
    border-radius: ${RADIUS_CARD}px; }
QFrame[card="drop"] { background: $card; border: 2px dashed $edge;
    border-radius: ${RADIUS_CARD}px; }
QFrame[card="notice"] { background: $warn_soft; border: none; border-radius: 12px; }
QFrame[card="notice"][tone="bad"] { background: $bad_soft; }
QFrame[card="notice"][tone="ok"] { background: $ok_soft; }
QFrame[card="notice"][tone="accent"] { background: $accent_soft; }

QFrame[rule="true"] { background: $line; border: none; }

QLabel { background: transparent; }
QLabel[kind="h1"] { font-size: ${HEADLINE}px; font-weight: 650; }
QLabel[kind="h2"] { font-size: ${TITLE}px; font-weight: 600; }
QLabel[kind="name"] { font-weight: 600; }
QLabel[kind="big"] { font-size: ${BIG}px; font-weight: 600; }
QLabel[kind="mute"] { color: $mute; }
QLabel[kind="small"] { color: $mute; font-size: ${SMALL}px; }
QLabel[late="true"] { color: $warn; font-weight: 600; }
QLabel[tone="bad"] { color: $bad; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="ok"] { color: $ok; }
QLabel[pill] { border-radius: 10px; padding: 3px 10px; font-size: ${SMALL}px;
    font-weight: 550; }
QLabel[pill="ok"] { color: $ok; background: $ok_soft; }
QLabel[pill="warn"] { color: $warn; background: $warn_soft; }
QLabel[pill="bad"] { color: $bad; background: $bad_soft; }
QLabel[pill="off"] { color: $off; background: $off_soft; }
QLabel[pill="accent"] { color: $accent; background: $accent_soft; }
QLabel[chip] { border-radius: 8px; padding: 2px 9px; font-size: ${SMALL}px; }
QLabel[chip="on"] { color: $accent; background: $accent_soft; border: 1px solid $accent_soft; }
QLabel[chip="off"] { color: $mute; border: 1px dashed $edge; }

QPushButton, QToolButton {
    background: $card; border: 1px solid $line; border-radius: ${RADIUS_CONTROL}px;
    padding: 8px 14px; font-weight: 500; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:focus, QToolButton:focus { border: 2px solid $accent; padding: 7px 13px; }
QPushButton:disabled, QToolButton:disabled { color: $mute; background: $off_soft;
    border-color: $off_soft; }
QPushButton::menu-indicator, QToolButton::menu-indicator { width: 0px; image: none; }
QPushButton[primary="true"] { background: $accent; border-color: $accent; color: $on_accent; }
QPushButton[primary="true"]:hover { background: $accent; border-color: $text; }
QPushButton[primary="true"]:focus { border: 2px solid $text; }
QPushButton[primary="true"]:disabled { background: $off_soft; border-color: $off_soft;
    color: $mute; }
QPushButton[danger="true"] { color: $bad; border-color: $bad; }
QPushButton[danger="true"]:hover { background: $bad_soft; }
QPushButton[danger="true"]:disabled { color: $mute; border-color: $off_soft; }
QPushButton[flat="true"], QToolButton[flat="true"] { background: transparent;
    border: 1px solid transparent; padding: 5px; }
QPushButton[flat="true"]:hover, QToolButton[flat="true"]:hover { background: $hover; }
QPushButton[flat="true"]:focus, QToolButton[flat="true"]:focus {
    border: 2px solid $accent; padding: 4px; }
QPushButton[link="true"] { background: transparent; border: none; color: $accent;
    padding: 2px 4px; text-align: left; font-weight: 500; }
QPushButton[link="true"]:focus { border: 2px solid $accent; border-radius: 6px;
    padding: 0px 2px; }
QPushButton[link="true"][flush="true"] { padding: 2px 0px; }
QPushButton[link="true"]:disabled { color: $mute; }
QPushButton[nav="true"] { background: transparent; border: 1px solid transparent;
    text-align: left; padding: 9px 12px; color: $mute; }
QPushButton[nav="true"]:hover { background: $hover; }
QPushButton[nav="true"]:checked { background: $card; color: $text; font-weight: 600; }
QPushButton[nav="true"]:focus { border: 2px solid $accent; padding: 8px 11px; }

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox {
    background: $card; border: 1px solid $edge; border-radius: ${RADIUS_CONTROL}px;
    padding: 7px 10px; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QSpinBox:focus {
    border: 2px solid $accent; padding: 6px 9px; }
QLineEdit:disabled, QComboBox:disabled { color: $mute; background: $off_soft;
    border-color: $off_soft; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox QAbstractItemView { background: $card; border: 1px solid $line;
    selection-background-color: $accent_soft; selection-color: $text; outline: none; }
QRadioButton, QCheckBox { spacing: 8px; }
QRadioButton[kind="name"] { font-weight: 600; }
QRadioButton::indicator, QCheckBox::indicator { width: 14px; height: 14px; background: $card;
    border: 2px solid $edge; }
QRadioButton::indicator { border-radius: 9px; }
QRadioButton::indicator:checked { width: 8px; height: 8px; border: 5px solid $accent; }
QCheckBox::indicator { border-radius: 5px; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent;
    image: url("$checked"); }
QRadioButton::indicator:focus, QCheckBox::indicator:focus { border-color: $accent; }
QRadioButton:focus, QCheckBox:focus { color: $accent; }
QListView, QTreeView, QTableView { background: $card; border: none; outline: none; }
ListView { background: transparent; }

QProgressBar { background: $off_soft; border: none; border-radius: 3px; max-height: 6px;
    min-height: 6px; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QSlider::groove:horizontal { background: $off_soft; height: 6px; border-radius: 3px; }
QSlider::handle:horizontal { background: $accent; width: 18px; height: 18px; margin: -6px 0;
    border-radius: 9px; border: 2px solid $card; }
QSlider::handle:horizontal:focus { border: 2px solid $text; }

QMenu { background: $card; border: 1px solid $line; padding: 6px; }
QMenu::item { padding: 7px 26px 7px 14px; border-radius: 6px; background: transparent; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $mute; }
QMenu::separator { height: 1px; background: $line; margin: 6px 8px; }
QToolTip { background: $card; color: $text; border: 1px solid $edge; padding: 5px; }
QSplitter::handle { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle { background: $edge; border-radius: 3px; min-height: 32px; min-width: 32px; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
""")
_TEXTS = ("TEXT", "SMALL", "TITLE", "HEADLINE", "BIG")
_SIZES = {name: getattr(size, name) for name in dir(size) if name.isupper()}


def sheet(tokens: Tokens, scale: float = 1.0) -> str:
    """The style sheet of a scheme, its texts ``scale`` times as large."""
    texts = {name: round(_SIZES[name] * scale) for name in _TEXTS}
    scheme = "dark" if tokens.is_dark else "light"
    checked = files("resources") / "icons" / f"checked-{scheme}.svg"
    return _SHEET.substitute({**asdict(tokens), **_SIZES, **texts, "checked": str(checked)})
