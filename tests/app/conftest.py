"""What the tests of the application share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app import wording

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def german() -> Iterator[None]:
    """This test reads German."""
    wording.speak("de")
    yield
    wording.speak()
