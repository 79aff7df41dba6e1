"""What the tests of the windows share: no screen, the loop of the application, a recorder."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from app.application.collecting import Collecting
from app.application.program import Program
from mesh.profile import Profile
from tests.app.qt.recorder import Recorder

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Iterator
    from pathlib import Path


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], AbstractEventLoop]]:
    """An async test here runs on the loop of the application."""
    return {"qt": lambda: qasync.QEventLoop(QApplication.instance() or Program(sys.argv[:1]))}


@pytest.fixture(scope="session")
def qapp_cls() -> type[Program]:
    """The application object is our own."""
    return Program


@pytest.fixture(scope="package", autouse=True)
def collecting(qapp: Program) -> Iterator[Collecting]:
    """Other threads, the one of pytest-xdist too, collect nothing of Qt's."""
    gc.freeze()
    with Collecting(qapp) as collecting:
        yield collecting
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """What a test leaves goes right after it: each style sheet is put on all that lives.

    Windows too that are still known to somebody; an application ends with its process.
    """
    yield
    gc.collect()
    for left in QApplication.topLevelWidgets():
        left.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def recorder() -> Recorder:
    """A node that only notes what it is asked."""
    return Recorder()


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    """A profile that was never used."""
    return Profile(tmp_path / "home", tmp_path / "run")
