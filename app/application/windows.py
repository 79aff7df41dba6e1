"""Makes the windows, each when it is first wanted: what nobody opens costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QWidget

    from app.bridge import Bridge
    from app.desktop.autostart import Autostart
    from app.matters import Matters
    from app.windows.first_run import FirstRun
    from app.windows.main import MainWindow
    from app.windows.opening import Opening
    from app.windows.pairing import PairingWizard


class Wardrobe(Protocol):
    """Whoever makes windows; tests make plain ones."""

    def opening(self) -> Opening:
        """The one before the node is up."""

    def first_run(self, bridge: Bridge, kept: QSettings) -> FirstRun:
        """The one of a first day; how far it is, is ``kept``."""

    def main(
        self, bridge: Bridge, kept: QSettings | None, start: Autostart, matters: Matters
    ) -> MainWindow:
        """The one of every day; its size and page are ``kept``, the ``matters`` shared."""

    def wizard(self, bridge: Bridge, parent: QWidget | None) -> PairingWizard:
        """The one for a new device."""


class Windows:
    """The real ones."""

    def opening(self) -> Opening:
        """The one before the node is up."""
        from app.windows.opening import Opening

        return Opening()

    def first_run(self, bridge: Bridge, kept: QSettings) -> FirstRun:
        """The one of a first day; how far it is, is ``kept``."""
        from app.windows.first_run import FirstRun

        return FirstRun(bridge, kept, state=bridge.state)

    def main(
        self, bridge: Bridge, kept: QSettings | None, start: Autostart, matters: Matters
    ) -> MainWindow:
        """The one of every day; its size and page are ``kept``, the ``matters`` shared."""
        from app.windows.main import MainWindow

        return MainWindow(bridge, state=bridge.state, kept=kept, start=start, matters=matters)

    def wizard(self, bridge: Bridge, parent: QWidget | None) -> PairingWizard:
        """The one for a new device."""
        from app.windows.pairing import PairingWizard

        return PairingWizard(bridge, parent, state=bridge.state)
