"""Whether the application starts with the session, in the way each system has for that.

    Linux     an entry in the XDG autostart folder
    macOS     a property list in LaunchAgents
    Windows   a value under the user's Run key

The entry starts this very program in the background, on the profile it was made for.
"""

from __future__ import annotations

import plistlib
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import list2cmdline
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QSettings

from mesh.errors import MeshError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "aico-mesh"
LABEL = "org.aico.mesh"
_RUN = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run"
_QUOTED = str.maketrans({character: "\\" + character for character in '"`$\\'})


class AutostartRefused(MeshError):
    """The system did not let the start with the session be changed."""


class Autostart(Protocol):
    """The start with the session."""

    def is_on(self) -> bool:
        """Whether the application starts with the session."""

    def turn_on(self) -> None:
        """Start with the session from now on; AutostartRefused."""

    def turn_off(self) -> None:
        """Start only by hand from now on; AutostartRefused."""


def background(home: Path | None) -> tuple[str, ...]:
    """The words that start this program in the background."""
    is_packed = getattr(sys, "frozen", False)
    program = (sys.executable,) if is_packed else (sys.executable, "-P", "-m", "app")
    chosen = () if home is None else ("--home", str(home))
    return (*program, *chosen, "tray", "--background")


def autostart(words: Sequence[str], environ: Mapping[str, str]) -> Autostart:
    """The one of this system."""
    if sys.platform == "win32":
        return RunKey(words, QSettings(_RUN, QSettings.Format.NativeFormat))
    home = Path(environ.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return File(home / "Library/LaunchAgents" / f"{LABEL}.plist", launch_agent(words))
    settings = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    path = environ.get("PYTHONPATH")
    return File(settings / "autostart" / f"{NAME}.desktop", desktop_entry(words, path))


@dataclass(frozen=True, slots=True)
class File:
    """A start with the session that is a file."""

    path: Path
    content: bytes

    def is_on(self) -> bool:
        """Whether the file is there; what it says may be of an older version."""
        return self.path.exists()

    def turn_on(self) -> None:
        """Write the file; AutostartRefused."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(self.content)
        except OSError as error:
            raise AutostartRefused from error

    def turn_off(self) -> None:
        """Remove the file; AutostartRefused."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise AutostartRefused from error


def desktop_entry(words: Sequence[str], python_path: str | None = None) -> bytes:
    """An entry of the XDG autostart folder (Desktop Entry Specification 1.5)."""
    if python_path:
        words = ("env", f"PYTHONPATH={python_path}", *words)
    line = " ".join(_quoted(word) for word in words)
    return (
        "[Desktop Entry]\nType=Application\nName=AICO mesh\nIcon=aico-mesh\n"
        f"Exec={line}\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
    ).encode()


def _quoted(word: str) -> str:
    """One argument of an Exec line: quoted, then escaped once more as a value of the file."""
    inside = word.replace("%", "%%").translate(_QUOTED).replace("\\", "\\\\")
    return f'"{inside}"'


def launch_agent(words: Sequence[str]) -> bytes:
    """A property list for launchd."""
    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": list(words),
            "RunAtLoad": True,
            "ProcessType": "Interactive",
        }
    )


@dataclass(frozen=True, slots=True)
class RunKey:
    """A start with the session that is a value among others, which stay as they are."""

    words: Sequence[str]
    values: QSettings

    def is_on(self) -> bool:
        """Whether the value is there."""
        return self.values.contains(NAME)

    def turn_on(self) -> None:
        """Write the value; AutostartRefused."""
        self.values.setValue(NAME, list2cmdline(self.words))
        self._save()

    def turn_off(self) -> None:
        """Remove the value; AutostartRefused."""
        self.values.remove(NAME)
        self._save()

    def _save(self) -> None:
        self.values.sync()
        if self.values.status() is not QSettings.Status.NoError:
            raise AutostartRefused
