"""Buttons with icons that follow the scheme, and that say what they do to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton
from typing_extensions import override

from app import theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent


class Button(QPushButton):
    """A button; ``look``: primary, danger, flat, link, nav or none of these.

    Without a text it needs a ``name``, which is its tooltip too.
    """

    def __init__(
        self,
        text: str = "",
        *,
        look: str = "",
        icon: str = "",
        name: str = "",
        on_click: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(text)
        # A dialog would make one of its buttons the answer to Enter in any field.
        self.setAutoDefault(False)
        self._icon, self._look = icon, look
        if look:
            self.setProperty(look, True)
        if name:
            self.setAccessibleName(name)
            self.setToolTip(name)
        if icon:
            self.setIconSize(QSize(18, 18))
            self._paint_icon()
        if look in {"flat", "link", "nav"}:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self._paint_icon)
        if on_click is not None:
            self.clicked.connect(lambda _checked=False: on_click())

    def show_icon(self, icon: str) -> None:
        """Another icon."""
        if icon != self._icon:
            self._icon = icon
            self._paint_icon()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.EnabledChange}:
            self._paint_icon()
        super().changeEvent(event)

    def _paint_icon(self) -> None:
        if self._icon:
            self.setIcon(theme.icon(self._icon, self._ink(theme.tokens()), 18))

    def _ink(self, tokens: theme.Tokens) -> str:
        if not self.isEnabled():
            return tokens.mute
        inks = {
            "primary": tokens.on_accent, "danger": tokens.bad, "link": tokens.accent,
            "flat": tokens.mute, "nav": tokens.text if self.isChecked() else tokens.mute,
        }  # fmt: skip
        return inks.get(self._look, tokens.text)
