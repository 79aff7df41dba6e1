"""Diaries of two devices, each with a disk of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mesh.companion.diary import Diary, diary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def laptop(tmp_path: Path) -> AsyncIterator[Diary]:
    async with diary(tmp_path) as one:
        yield one


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Diary]:
    async with diary(tmp_path, "phone") as one:
        yield one
