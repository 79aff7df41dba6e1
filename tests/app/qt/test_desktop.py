"""Starting with the session, and one application for a profile."""

from __future__ import annotations

import os
import plistlib
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtNetwork import QLocalSocket

from app.desktop.autostart import (
    AutostartRefused,
    File,
    RunKey,
    autostart,
    background,
    desktop_entry,
    launch_agent,
)
from app.desktop.instance import CALL_MAX, Call, Doorbell, ring
from app.desktop.signals import ending
from app.screen import has_screen
from mesh.profile import Profile

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

ODD = ("/opt/A B/python", "--home", '/home/a/$x `y` "z" %u \\ ä')


# ---- starting with the session ---------------------------------------------------------------


def test_a_desktop_entry_starts_exactly_these_words(tmp_path: Path) -> None:
    """Read back as GLib, whose rules the entry follows, reads it."""
    shown = tmp_path / "shown"
    script = tmp_path / "a script $HOME.py"
    script.write_text(f"import sys; open({str(shown)!r}, 'w').write(repr(sys.argv[1:]))")
    words = (sys.executable, str(script), *ODD)
    path = tmp_path / "x.desktop"
    path.write_bytes(desktop_entry(words))
    launch = (
        "import gi; from gi.repository import Gio, GLib; import sys;"
        "Gio.DesktopAppInfo.new_from_filename(sys.argv[1]).launch([], None)"
    )
    asked = ["/usr/bin/python3", "-c", "import gi"]
    if subprocess.run(asked, check=False, capture_output=True).returncode:
        line = next(x for x in path.read_text().splitlines() if x.startswith("Exec="))
        assert _read_exec(line.removeprefix("Exec=")) == list(words)
        return
    os.mkfifo(shown)  # reading waits for whoever was launched
    subprocess.run(["/usr/bin/python3", "-c", launch, str(path)], check=True)
    assert shown.read_text() == repr(list(ODD))


def _read_exec(value: str) -> list[str]:
    """The inverse by the specification: the value unescaped, then the quoted arguments."""
    value = value.replace("\\\\", "\\")
    words, word, inside, at = [], "", False, 0
    while at < len(value):
        letter = value[at]
        if letter == '"':
            inside = not inside
            if not inside:
                words.append(word.replace("%%", "%"))
                word = ""
        elif inside:
            at += letter == "\\"
            word += value[at]
        at += 1
    return words


def test_a_launch_agent_starts_exactly_these_words() -> None:
    told = plistlib.loads(launch_agent(ODD))
    assert told["ProgramArguments"] == list(ODD)
    assert told["RunAtLoad"] is True


def test_on_linux_the_entry_lies_where_the_desktop_looks(tmp_path: Path) -> None:
    start = autostart(ODD, {"XDG_CONFIG_HOME": str(tmp_path / "config"), "HOME": "/nowhere"})
    assert not start.is_on()
    start.turn_on()
    assert (tmp_path / "config/autostart/aico-mesh.desktop").exists()
    assert start.is_on()
    start.turn_off()
    start.turn_off()
    assert not start.is_on()


def test_a_system_that_refuses_is_told_as_ours(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    with pytest.raises(AutostartRefused):
        File(tmp_path / "taken" / "x.desktop", b"").turn_on()


def test_the_run_key_touches_only_its_own_value(tmp_path: Path) -> None:
    values = QSettings(str(tmp_path / "run.ini"), QSettings.Format.IniFormat)
    values.setValue("Another", "stays")
    start = RunKey(("C:\\A B\\aico.exe", "tray"), values)
    start.turn_on()
    assert values.value("aico-mesh") == '"C:\\A B\\aico.exe" tray'
    start.turn_off()
    assert not start.is_on()
    assert values.value("Another") == "stays"


def test_it_starts_in_the_background_on_its_own_profile(tmp_path: Path) -> None:
    assert background(tmp_path)[-4:] == ("--home", str(tmp_path), "tray", "--background")
    assert background(None)[-2:] == ("tray", "--background")


def test_without_a_display_there_is_no_screen() -> None:
    assert not has_screen({})
    assert has_screen({"WAYLAND_DISPLAY": "wayland-0"})


# ---- one application -------------------------------------------------------------------------


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    place = Profile(tmp_path / "home", tmp_path / "run")
    place.prepare()
    return place


RING = """
import sys
from pathlib import Path
from app.desktop.instance import Call, ring
from mesh.profile import Profile
home, runtime, link = sys.argv[1:]
sys.exit(not ring(Profile(Path(home), Path(runtime)), Call(link=link)))
"""


def test_a_second_start_calls_the_first(profile: Profile, qtbot: QtBot) -> None:
    bell = Doorbell()
    assert bell.listen(profile)
    words = [sys.executable, "-c", RING, str(profile.home), str(profile.runtime), "AICO-MESH:X"]
    with qtbot.waitSignal(bell.rung, timeout=20_000) as rung:
        second = subprocess.Popen(words, env={**os.environ, "PYTHONPATH": "."})
    assert second.wait(10) == 0
    assert rung.args == [Call(link="AICO-MESH:X")]


def test_where_nobody_listens_nobody_is_called(profile: Profile, qtbot: QtBot) -> None:
    assert not ring(profile, Call())


def test_what_a_killed_application_left_does_not_stop_the_next(
    profile: Profile, qtbot: QtBot
) -> None:
    (profile.sockets / "window.sock").touch()
    assert Doorbell().listen(profile)


@pytest.mark.parametrize("call", [b"x" * (CALL_MAX + 1), b"[]\n", b"\xff\n"])
def test_a_call_that_is_none_is_hung_up(profile: Profile, qtbot: QtBot, call: bytes) -> None:
    bell = Doorbell()
    bell.listen(profile)
    rung: list[object] = []
    bell.rung.connect(rung.append)
    caller = QLocalSocket()
    caller.connectToServer(str(profile.sockets / "window.sock"))
    with qtbot.waitSignal(caller.disconnected, timeout=5000):
        caller.write(call)
        caller.flush()
    assert rung == []


# ---- signals ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_reaches_a_loop_that_sleeps_in_qt(number: signal.Signals) -> None:
    import asyncio

    came = asyncio.Event()
    with ending(came.set):
        os.kill(os.getpid(), number)
        async with asyncio.timeout(5):
            await came.wait()
