"""What is done now and then goes on, whatever one turn of it came to."""

from __future__ import annotations

import logging

import pytest

from mesh.errors import DiskFull, MeshError, NotPermitted
from mesh.node.tending import _tried


@pytest.mark.parametrize("error", [DiskFull(), NotPermitted()])
async def test_what_cannot_be_done_this_time_is_noted_and_ends_nothing(
    error: MeshError, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        raise error

    with caplog.at_level(logging.WARNING):
        await _tried(work())
    assert error.code in caplog.text
