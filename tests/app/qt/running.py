"""The application inside a test: a session on a profile of its own, and waiting for it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QWidget

from app.application.choices import Choices
from app.application.program import Program
from app.application.session import Session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from mesh.profile import Profile

KEY = bytes(32)
QUIT_S = 2.0
PATIENCE_S = 20.0


def quiet(**choices: object) -> Choices:
    known = {"is_quiet": True, "host": "127.0.0.1", "port": 0, "root_key": KEY}
    return Choices(**{**known, **choices})  # type: ignore[arg-type]


def start(profile: Profile, choices: Choices) -> tuple[Session, asyncio.Task[int]]:
    """A session, and its life."""
    program = QApplication.instance()
    assert isinstance(program, Program)
    session = Session(program, profile, choices)
    return session, asyncio.get_running_loop().create_task(session.live())


@contextlib.asynccontextmanager
async def live(profile: Profile, choices: Choices) -> AsyncIterator[Session]:
    """A session that runs inside the block, and ends as it should."""
    session, living = start(profile, choices)
    try:
        yield session
    finally:
        session.quit()
        async with asyncio.timeout(PATIENCE_S):
            await living


async def until(holds: Callable[[], bool]) -> None:
    """Turns the loop until it holds: windows tell nobody when they have opened."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def is_up(session: Session) -> bool:
    return session.bridge.state.me is not None


def is_asked(session: Session) -> bool:
    answer = session.faces._answer
    return answer is not None and not answer.done()


async def ended(session: Session, living: asyncio.Task[int]) -> float:
    """How long it took to end, in seconds."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    session.quit()
    async with asyncio.timeout(PATIENCE_S):
        assert await living == 0
    return loop.time() - begun


def words_of(opening: QWidget) -> str:
    from PySide6.QtWidgets import QLabel

    return " ".join(label.text() for label in opening.findChildren(QLabel))


def through_the_first_day(profile: Profile) -> None:
    from app.windows.first_run.course import Stage
    from app.windows.first_run.window import KEY as STAGE

    kept = QSettings(str(profile.home / "window.ini"), QSettings.Format.IniFormat)
    kept.setValue(STAGE, Stage.DONE.value)
    kept.sync()
