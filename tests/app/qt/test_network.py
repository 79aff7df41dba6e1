"""Without anybody to ask, no network is metered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.desktop.network import is_metered

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot


def test_without_a_system_bus_nothing_is_metered(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")
    assert is_metered() is False
    assert is_metered() is False
