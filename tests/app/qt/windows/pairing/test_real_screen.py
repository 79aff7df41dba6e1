"""On a real display: an invitation that another window shows is found, even behind our own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.app.qt.desk import desk

if TYPE_CHECKING:
    from pathlib import Path

LINK = "AICO-MESH:" + "ABCDEFGH234567" * 6
ONLOOKER = (sys.executable, "-m", "tests.app.qt.windows.pairing.onlooker")


def test_an_invitation_behind_our_own_window_is_found(tmp_path: Path) -> None:
    with desk(tmp_path, with_bus=False) as place:
        showing = place.start(*ONLOOKER, "show", LINK)
        assert showing.stdout is not None
        assert showing.stdout.readline() == "shown\n"
        looking = place.start(*ONLOOKER, "look")
        assert looking.stdout is not None
        assert looking.stdout.readline() == f"{LINK}\n"
