"""What the machine runs on: asked of a real bus; a service there answers as NetworkManager."""

from __future__ import annotations

import shutil
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from jeepney import HeaderFields, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from mesh.model.sparing import Surroundings
from mesh.node.machine import SERVICE, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="no dbus-daemon")
CONFIG = """<busconfig><type>system</type><listen>unix:path={path}</listen>
<auth>EXTERNAL</auth><policy context="default"><allow send_destination="*"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bus where the system's would be."""
    config = tmp_path / "bus.conf"
    config.write_text(CONFIG.format(path=tmp_path / "bus"))
    daemon = subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    yield address
    daemon.terminate()
    daemon.wait()
    daemon.stdout.close()


@contextmanager
def network_manager(bus: str, metered: int | None) -> Iterator[None]:
    """Whoever asks there is told that once; None: an error."""
    serving = open_dbus_connection(bus)
    serving.send_and_get_reply(message_bus.RequestName(SERVICE))
    thread = threading.Thread(target=answer_one, args=(serving, metered))
    thread.start()
    yield
    thread.join()
    serving.close()


def answer_one(serving: object, metered: int | None) -> None:
    while True:
        asked = serving.receive(timeout=20)  # type: ignore[attr-defined]
        if asked.header.message_type is not MessageType.method_call:
            continue
        assert asked.header.fields[HeaderFields.member] == "Get"
        assert asked.body == (SERVICE, "Metered")
        reply = (
            new_error(asked, "org.freedesktop.DBus.Error.Failed")
            if metered is None
            else new_method_return(asked, "v", (("u", metered),))
        )
        serving.send(reply)  # type: ignore[attr-defined]
        return


@pytest.mark.parametrize(
    ("metered", "is_metered"), [(0, False), (1, True), (2, False), (3, True), (4, False)]
)
async def test_networkmanager_is_asked(bus: str, metered: int, is_metered: bool) -> None:
    with network_manager(bus, metered):
        assert (await surroundings()).metered is is_metered


async def test_an_error_there_counts_as_not_metered(bus: str) -> None:
    with network_manager(bus, None):
        assert not (await surroundings()).metered


async def test_without_networkmanager_nothing_is_metered(bus: str) -> None:
    assert not (await surroundings()).metered


async def test_without_a_bus_nothing_is_metered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")
    found = await surroundings()
    assert isinstance(found, Surroundings)
    assert not found.metered


async def test_who_knows_better_is_believed() -> None:
    assert (await surroundings(lambda: True)).metered
    assert not (await surroundings(lambda: False)).metered
