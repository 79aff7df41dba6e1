"""The application ends by one way, soon, whoever wishes it and whatever is running."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent

from mesh.node import Node
from mesh.wishes import Import, Invite, InviteOpened, Stop

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.profile import Profile
from tests.app.qt.running import (
    KEY,
    PATIENCE_S,
    QUIT_S,
    ended,
    is_up,
    quiet,
    start,
    until,
)


async def test_qt_and_the_desktop_end_it_by_the_same_way(profile: Profile) -> None:
    session, living = start(profile, quiet())
    await until(lambda: is_up(session))
    program = QCoreApplication.instance()
    assert program is not None
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
    session, living = start(profile, quiet())
    await until(lambda: is_up(session))
    runs: list[object] = []
    session.bridge.wish(Import(path=str(path)), event=runs.append)
    await until(lambda: bool(runs))
    assert await ended(session, living) < QUIT_S


async def test_it_ends_at_once_with_a_pairing_window_open(profile: Profile) -> None:
    session, living = start(profile, quiet())
    await until(lambda: is_up(session))
    opened: list[object] = []
    session.bridge.wish(Invite(), event=opened.append)
    await until(lambda: bool(opened))
    assert isinstance(opened[0], InviteOpened)
    assert await ended(session, living) < QUIT_S


async def test_who_gives_up_the_passphrase_ends_it(profile: Profile) -> None:
    async with Node.open(profile, host="127.0.0.1", port=0, passphrase="four odd words"):
        pass
    session, living = start(profile, quiet(root_key=None, is_quiet=False))
    await until(lambda: session.faces._opening is not None)
    assert session.faces._opening is not None
    session.faces._opening.close()
    async with asyncio.timeout(PATIENCE_S):
        assert await living == 1


async def test_who_is_to_replace_a_node_stops_it_and_serves(profile: Profile) -> None:
    async with Node.open(profile, host="127.0.0.1", port=0, root_key=KEY) as node:
        stopped = asyncio.get_running_loop().create_task(node.wait_closed())
        session, living = start(profile, quiet(replaces=True))
        async with asyncio.timeout(PATIENCE_S):
            await stopped
    await until(lambda: is_up(session))
    assert await ended(session, living) < QUIT_S


async def test_a_wish_to_stop_ends_the_application(profile: Profile) -> None:
    session, living = start(profile, quiet())
    await until(lambda: is_up(session))
    session.bridge.wish(Stop())
    async with asyncio.timeout(QUIT_S):
        assert await living == 0
