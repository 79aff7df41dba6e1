"""The loop of the application, as in the tests of the windows."""

from __future__ import annotations

from tests.app.qt.conftest import pytest_asyncio_loop_factories

__all__ = ["pytest_asyncio_loop_factories"]
