"""What tests of two devices share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.model.device import Trust
from tests.mesh.sync.loopback import A, B, Engine, LoopbackFamily

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[list[Engine]]:
    """Two devices that trust each other fully and are not connected yet."""
    known = {A: Trust.FULL, B: Trust.FULL}
    engines = [await Engine(key, LoopbackFamily(known, key), tmp_path).start() for key in known]
    yield engines
    for engine in engines:
        await engine.stop()
