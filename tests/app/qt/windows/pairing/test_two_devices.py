"""Two real devices pair by their windows: one looks at the picture the other shows."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.bridge import Bridge
from app.windows.pairing import PairingWizard
from app.windows.pairing.failures import Failure
from app.windows.pairing.steps import Comparing, Failed, Meeting, Reading, Showing, Step
from mesh.clock import SystemClock
from mesh.model.device import Trust
from mesh.wishes import Remember
from tests.family.household import PATIENCE_S, Device, strangers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


class Desk:
    """A device with its bridge and its wizard."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.bridge = Bridge(SystemClock())
        self.bridge.attach(device.node)
        self._moved = asyncio.Event()
        self.bridge.changed.connect(lambda _: self._moved.set())
        self.wizard: PairingWizard

    async def open_wizard(self) -> PairingWizard:
        """Once it is known who is in the family."""
        await self.until_known()
        self.wizard = PairingWizard(self.bridge, state=self.bridge.state)
        self.wizard.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        self.bridge.changed.connect(self.wizard.show_state)
        self.wizard.pages.currentChanged.connect(lambda _: self._moved.set())
        return self.wizard

    async def until_known(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.bridge.state.this is None:
                self._moved.clear()
                await self._moved.wait()

    async def until(self, kind: type[Step]) -> Step:
        """Until the wizard is at a step."""
        async with asyncio.timeout(PATIENCE_S):
            while not isinstance(self.wizard.step, kind):
                self._moved.clear()
                await self._moved.wait()
        return self.wizard.step

    async def until_in_step(self) -> Meeting:
        """Until the wizard says that both know the same."""
        async with asyncio.timeout(PATIENCE_S):
            while not (isinstance(self.wizard.step, Meeting) and self.wizard.step.is_in_step):
                self._moved.clear()
                await self._moved.wait()
        return self.wizard.step


@asynccontextmanager
async def two_desks(folder: Path) -> AsyncIterator[tuple[Desk, Desk]]:
    QApplication.setQuitOnLastWindowClosed(False)
    async with strangers(folder, 2) as devices:
        host, guest = desks = [Desk(device) for device in devices]
        try:
            await host.open_wizard()
            await guest.open_wizard()
            yield host, guest
        finally:
            for desk in desks:
                desk.wizard.close()
                desk.wizard.deleteLater()
                await desk.bridge.detach()


async def meet(host: Desk, guest: Desk) -> tuple[Comparing, Comparing]:
    """The guest looks at what the host shows; both are asked to compare."""
    host.wizard.show_invitation()
    host.wizard.choosing.trusts.choose(Trust.FULL)
    host.wizard.choosing.go.click()
    await host.until(Showing)
    guest.wizard.show_joining()
    reading = guest.wizard.reading
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    reading.looker.found.connect(found.set_result)
    reading.looker.look_at_image(host.wizard.grab().toImage())
    await found
    assert reading.step == Reading(host.wizard.showing.link.text())
    reading.go.click()
    steps = await host.until(Comparing), await guest.until(Comparing)
    assert isinstance(steps[0], Comparing)
    assert isinstance(steps[1], Comparing)
    return steps[0], steps[1]


async def test_one_looks_at_the_others_picture_and_both_become_family(
    tmp_path: Path, qtbot: QtBot
) -> None:
    async with two_desks(tmp_path) as (host, guest):
        await host.device.ask(Remember(text="The kettle is blue"))
        here, there = await meet(host, guest)
        assert here.pictures == there.pictures
        assert (here.name, there.name) == ("Laptop", "Desk")
        assert here.trust is there.trust is Trust.FULL
        host.wizard.comparing.yes.click()
        guest.wizard.comparing.yes.click()
        for desk in (host, guest):
            await desk.until_in_step()
            assert desk.wizard.meeting.progress.text() == "Both devices know the same now."
        assert await guest.device.texts() == {"The kettle is blue"}


async def test_different_pictures_leave_both_alone(tmp_path: Path, qtbot: QtBot) -> None:
    async with two_desks(tmp_path) as (host, guest):
        await meet(host, guest)
        guest.wizard.comparing.no.click()
        refused = await host.until(Failed)
        assert isinstance(refused, Failed)
        assert refused.why is Failure.SAID_NO_THERE
        assert isinstance(guest.wizard.step, Failed)
        assert guest.wizard.step.why is Failure.PICTURES_DIFFER
        assert len(await host.device.seen()) == len(await guest.device.seen()) == 1


async def test_a_closed_wizard_closes_its_window_and_the_other_side_hears_of_it(
    tmp_path: Path, qtbot: QtBot
) -> None:
    async with two_desks(tmp_path) as (host, guest):
        await meet(host, guest)
        host.wizard.close()
        told = await guest.until(Failed)
        assert isinstance(told, Failed)
        assert told.why is Failure.CLOSED
        guest.wizard.failed.remedy.click()
        assert isinstance(guest.wizard.step, Reading)


async def test_a_new_code_replaces_the_old_one(tmp_path: Path, qtbot: QtBot) -> None:
    async with two_desks(tmp_path) as (host, _):
        host.wizard.show_invitation()
        host.wizard.choosing.go.click()
        first = await host.until(Showing)
        host.wizard.showing.renew.click()
        second = await host.until(Showing)
        assert isinstance(first, Showing)
        assert isinstance(second, Showing)
        assert first.link != second.link
