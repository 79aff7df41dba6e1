"""The icon in real trays: XEmbed (trayer) and StatusNotifier (xfce4-panel), early and late."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.app.qt.desk import PATIENCE_S, WELL, Desk, desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRAYER = ("trayer", "--edge", "top", "--align", "right", "--widthtype", "request",
          "--height", "32")  # fmt: skip
PANEL = ("xfce4-panel", "--disable-wm-check")


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, with_bus=False) as place:
        yield place


@pytest.fixture
def modern(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, with_bus=True) as place:
        yield place


def quit_by_menu(place: Desk, app: subprocess.Popen[str]) -> None:
    """The last line of the menu."""
    at = place.find(WELL)
    assert at is not None
    before = place.windows()
    place.click(3, at)
    place.until(lambda: place.windows() > before)
    place.xdotool("key", "Up", "sleep", "0.1", "key", "Return")
    assert app.wait(PATIENCE_S) == 0


def test_an_old_tray_shows_the_icon_and_its_menu(bare: Desk) -> None:
    bare.start(*TRAYER)
    app = bare.application("--background")
    quit_by_menu(bare, app)


def test_a_click_on_the_icon_opens_the_window(bare: Desk) -> None:
    bare.start(*TRAYER)
    bare.application("--background")
    at = bare.find(WELL)
    assert at is not None
    bare.click(1, at)
    assert bare.window("AICO")


def test_a_panel_shows_the_icon_and_its_menu(modern: Desk) -> None:
    modern.start(*PANEL)
    app = modern.application("--background")
    quit_by_menu(modern, app)


@pytest.mark.parametrize(("host", "with_bus"), [(TRAYER, False), (PANEL, True)])
def test_a_tray_that_comes_later_shows_the_icon_too(
    tmp_path: Path, host: tuple[str, ...], with_bus: bool
) -> None:
    with desk(tmp_path, with_bus=with_bus) as place:
        place.application("--background")
        place.wait_until_served()
        place.start(*host)
        assert place.find(WELL) is not None


def test_without_a_tray_a_start_by_hand_shows_the_window(bare: Desk) -> None:
    bare.application()
    assert bare.window("Welcome to AICO")


def test_without_a_tray_a_start_in_the_background_shows_nothing(bare: Desk) -> None:
    app = bare.application("--background")
    bare.wait_until_served()
    with pytest.raises(subprocess.CalledProcessError):
        bare.xdotool("search", "--onlyvisible", "--name", "AICO")
    second = bare.application()
    assert second.wait(PATIENCE_S) == 0
    assert bare.window("Welcome to AICO")
    app.terminate()
    assert app.wait(PATIENCE_S) == 0
