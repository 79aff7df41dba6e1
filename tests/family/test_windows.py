"""A device invites, or joins; not both at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.errors import WishRefused
from mesh.wishes import Join
from tests.family.household import strangers, window

if TYPE_CHECKING:
    from pathlib import Path


async def test_who_has_a_window_open_does_not_join_elsewhere(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2) as (host, other), window(host), window(other) as shown:
        with pytest.raises(WishRefused, match="window is open here"):
            await host.ask(Join(invitation=shown.link))
