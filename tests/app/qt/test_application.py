"""The application from start to end, with a real node and no screen."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.application.choices import Choices
from app.application.faces import TOLD_OF_TRAY
from app.application.program import Program
from app.application.session import Session
from app.desktop.instance import Call
from app.tray import Mark, mark_of
from mesh.node import Node
from mesh.profile import Profile
from mesh.wishes import Import, Invite, InviteOpened, Stop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

KEY = bytes(32)
QUIT_S = 2.0
PATIENCE_S = 20.0


def quiet(**choices: object) -> Choices:
    known = {"is_quiet": True, "host": "127.0.0.1", "port": 0, "root_key": KEY}
    return Choices(**{**known, **choices})  # type: ignore[arg-type]


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile(tmp_path / "home", tmp_path / "run")


@contextlib.asynccontextmanager
async def live(profile: Profile, choices: Choices) -> AsyncIterator[Session]:
    """A session that runs inside the block, and ends as it should."""
    program = QApplication.instance()
    assert isinstance(program, Program)
    session = Session(program, profile, choices)
    living = asyncio.get_running_loop().create_task(session.live())
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


async def test_it_serves_the_profile_and_shows_how_the_companion_is(profile: Profile) -> None:
    async with live(profile, quiet()) as session:
        assert mark_of(session.bridge.state) is Mark.OFFLINE
        await until(lambda: is_up(session))
        assert profile.is_running()
        assert mark_of(session.faces.tray.state) is Mark.WELL
    assert not profile.is_running()


async def test_started_with_the_session_nothing_pops_up(profile: Profile) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        assert [one for one in QApplication.topLevelWidgets() if one.isVisible()] == []


async def test_started_by_hand_the_first_day_begins(profile: Profile) -> None:
    async with live(profile, quiet(is_quiet=False)) as session:
        await until(lambda: session.faces.first_run is not None)
        assert session.faces.first_run is not None
        assert session.faces.first_run.isVisible()
        _through_the_first_day(profile)
        session.faces.first_run.ended.emit()
        await until(lambda: session.faces.first_run is None)
        await until(lambda: session.faces.main is not None)


async def test_a_second_day_begins_with_the_main_window(profile: Profile) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
    _through_the_first_day(profile)
    async with live(profile, quiet(is_quiet=False)) as session:
        await until(lambda: session.faces.main is not None)
        assert session.faces.main is not None
        assert session.faces.main.isVisible()


async def test_a_second_start_brings_the_window_to_the_front(profile: Profile) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        session._answer(Call(is_quiet=True))
        assert session.faces.first_run is None
        session._answer(Call())
        assert session.faces.first_run is not None


async def test_an_invitation_from_outside_opens_the_wizard_and_does_nothing(
    profile: Profile,
) -> None:
    async with live(profile, quiet(link="AICO-MESH:XYZ")) as session:
        await until(lambda: session.faces.wizard is not None)
        assert session.bridge.state.others == ()


async def test_a_wizard_that_was_closed_can_be_opened_again(profile: Profile) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        _through_the_first_day(profile)
        session.faces.pair()
        first = session.faces.wizard
        assert first is not None
        first.reject()
        session.faces.pair()
        assert session.faces.wizard is not first
        assert session.faces.wizard is not None
        assert session.faces.wizard.isVisible()


async def test_qt_and_the_desktop_end_it_by_the_same_way(profile: Profile) -> None:
    program = QApplication.instance()
    assert isinstance(program, Program)
    session = Session(program, profile, quiet())
    living = asyncio.get_running_loop().create_task(session.live())
    await until(lambda: is_up(session))
    QCoreApplication.postEvent(program, QEvent(QEvent.Type.Quit))
    async with asyncio.timeout(QUIT_S):
        assert await living == 0
    assert not profile.is_running()


async def test_it_ends_at_once_in_the_middle_of_an_import(
    profile: Profile, tmp_path: Path
) -> None:
    path = tmp_path / "history.jsonl"
    with path.open("w") as file:
        for number in range(60_000):
            line = {"conversation_id": f"c{number % 50}", "role": "user", "text": f"t{number}"}
            file.write(json.dumps({**line, "timestamp": 1_700_000_000 + number}) + "\n")
    program = QApplication.instance()
    assert isinstance(program, Program)
    session = Session(program, profile, quiet())
    living = asyncio.get_running_loop().create_task(session.live())
    await until(lambda: is_up(session))
    runs: list[object] = []
    session.bridge.wish(Import(path=str(path)), event=runs.append)
    await until(lambda: bool(runs))
    assert await ended(session, living) < QUIT_S


async def test_it_ends_at_once_with_a_pairing_window_open(profile: Profile) -> None:
    program = QApplication.instance()
    assert isinstance(program, Program)
    session = Session(program, profile, quiet())
    living = asyncio.get_running_loop().create_task(session.live())
    await until(lambda: is_up(session))
    opened: list[object] = []
    session.bridge.wish(Invite(), event=opened.append)
    await until(lambda: bool(opened))
    assert isinstance(opened[0], InviteOpened)
    assert await ended(session, living) < QUIT_S


async def test_a_passphrase_is_asked_for_until_it_is_right(profile: Profile) -> None:
    async with Node.open(profile, host="127.0.0.1", port=0, passphrase="four odd words"):
        pass
    choices = quiet(root_key=None, is_quiet=False)
    async with live(profile, choices) as session:
        await until(lambda: session.faces._opening is not None)
        opening = session.faces._opening
        assert opening is not None
        assert opening.isVisible()
        opening.answered.emit("three odd words")
        await until(lambda: is_asked(session) and "does not open" in _words(opening))
        opening.answered.emit("four odd words")
        await until(lambda: is_up(session))
        assert session.faces._opening is None


async def test_who_gives_up_the_passphrase_ends_it(profile: Profile) -> None:
    async with Node.open(profile, host="127.0.0.1", port=0, passphrase="four odd words"):
        pass
    program = QApplication.instance()
    assert isinstance(program, Program)
    session = Session(program, profile, quiet(root_key=None, is_quiet=False))
    living = asyncio.get_running_loop().create_task(session.live())
    await until(lambda: session.faces._opening is not None)
    assert session.faces._opening is not None
    session.faces._opening.close()
    async with asyncio.timeout(PATIENCE_S):
        assert await living == 1


async def test_a_profile_that_a_node_serves_is_said_in_a_sentence(profile: Profile) -> None:
    node = Node.open(profile, host="127.0.0.1", port=0, root_key=KEY)
    async with node, live(profile, quiet(is_quiet=False)) as session:
        await until(lambda: is_asked(session))
        assert "aico-mesh node" in (session.faces.tray.notice or "")
        assert session.faces._opening is not None
        assert session.faces._opening.isVisible()


async def test_who_is_to_replace_a_node_stops_it_and_serves(profile: Profile) -> None:
    async with Node.open(profile, host="127.0.0.1", port=0, root_key=KEY) as node:
        stopped = asyncio.get_running_loop().create_task(node.wait_closed())
        program = QApplication.instance()
        assert isinstance(program, Program)
        session = Session(program, profile, quiet(replaces=True))
        living = asyncio.get_running_loop().create_task(session.live())
        async with asyncio.timeout(PATIENCE_S):
            await stopped
    await until(lambda: is_up(session))
    assert await ended(session, living) < QUIT_S


async def test_closing_the_window_without_an_icon_asks_what_that_means(
    profile: Profile,
) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        _through_the_first_day(profile)
        session.faces.present()
        assert session.faces.main is not None
        QApplication.sendEvent(session.faces.main, QCloseEvent())
        question = session.faces.question
        assert question is not None
        assert question.isVisible()
        assert profile.is_running()
        question.done(0)


async def test_closing_the_window_with_an_icon_goes_on_and_says_so_once(
    profile: Profile,
) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        _through_the_first_day(profile)
        session.faces.tray._make()  # as if a desktop had taken it
        session.faces.present()
        main, kept = session.faces.main, session.faces._settings
        assert main is not None
        assert kept is not None
        assert not kept.contains(TOLD_OF_TRAY)
        QApplication.sendEvent(main, QCloseEvent())
        assert kept.contains(TOLD_OF_TRAY)
        assert session.faces.question is None
        assert profile.is_running()


async def test_a_keyring_that_waits_for_a_person_is_said_while_nothing_freezes(
    profile: Profile,
) -> None:
    async with live(profile, quiet(is_quiet=False)) as session:
        session.faces.wait("Waiting for your keyring; please unlock it.")
        assert session.faces._opening is not None
        assert session.faces._opening.isVisible()
        assert session.faces.tray.notice == "Waiting for your keyring; please unlock it."
        await until(lambda: is_up(session) and session.faces._opening is None)
        assert session.faces.tray.notice is None


async def test_where_no_keyring_is_a_passphrase_is_chosen_and_opens_it_from_then_on(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
    choices = quiet(root_key=None, is_quiet=False)
    async with live(profile, choices) as session:
        await until(lambda: is_asked(session))
        assert session.faces._opening is not None
        session.faces._opening.answered.emit("four odd words")
        await until(lambda: is_up(session))
    async with Node.open(profile, host="127.0.0.1", port=0, passphrase="four odd words"):
        pass


async def test_a_wish_to_stop_ends_the_application(profile: Profile) -> None:
    program = QApplication.instance()
    assert isinstance(program, Program)
    session = Session(program, profile, quiet())
    living = asyncio.get_running_loop().create_task(session.live())
    await until(lambda: is_up(session))
    session.bridge.wish(Stop())
    async with asyncio.timeout(QUIT_S):
        assert await living == 0


def _words(opening: QWidget) -> str:
    from PySide6.QtWidgets import QLabel

    return " ".join(label.text() for label in opening.findChildren(QLabel))


def _through_the_first_day(profile: Profile) -> None:
    from app.windows.first_run.course import Stage
    from app.windows.first_run.window import KEY as STAGE

    kept = QSettings(str(profile.home / "window.ini"), QSettings.Format.IniFormat)
    kept.setValue(STAGE, Stage.DONE.value)
    kept.sync()
