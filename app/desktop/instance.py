"""One application for a profile: a second start asks the first to show itself, and ends.

    second ─▶ Call {link} ─▶ a local socket beside the door of the profile ─▶ first
    second ◀─ one byte    ◀─ when it has taken the call

The lock of the profile says who is first; the socket is made only by the process that holds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

if TYPE_CHECKING:
    from mesh.profile import Profile

CALL_MAX = 4096
PATIENCE_MS = 3000
TAKEN = b"\x06"


class Call(msgspec.Struct, frozen=True):
    """What a second start wants: the window, a link to be opened, or (quiet) nothing."""

    link: str | None = None
    is_quiet: bool = False


class Doorbell(QObject):
    """The first application's ear for those that start after it."""

    rung = Signal(object)
    """A ``Call``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)

    def listen(self, profile: Profile) -> bool:
        """Take calls from now on. Only for the process that holds the lock of the profile."""
        self._server.close()
        name = _name(profile)
        QLocalServer.removeServer(name)
        return self._server.listen(name)

    def close(self) -> None:
        """Take no more calls."""
        self._server.close()

    def _answer(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.readyRead.connect(self._hear)
            caller.disconnected.connect(caller.deleteLater)
            self._take(caller)

    def _hear(self) -> None:
        caller = self.sender()
        if isinstance(caller, QLocalSocket):
            self._take(caller)

    def _take(self, caller: QLocalSocket) -> None:
        """A call is one line; who says something else is hung up."""
        if not caller.canReadLine():
            if caller.bytesAvailable() > CALL_MAX:
                caller.disconnectFromServer()
            return
        try:
            call = msgspec.json.decode(caller.readLine(CALL_MAX).data(), type=Call)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            caller.disconnectFromServer()
            return
        caller.write(TAKEN)
        caller.flush()
        self.rung.emit(call)


def ring(profile: Profile, call: Call) -> bool:
    """Call the application that serves the profile, or is about to; False if there is none."""
    if not profile.sockets.exists():
        return False
    profile.check_sockets()
    line = QLocalSocket()
    line.connectToServer(_name(profile))
    if not line.waitForConnected(PATIENCE_MS):
        return False
    line.write(msgspec.json.encode(call) + b"\n")
    line.flush()
    return line.waitForReadyRead(PATIENCE_MS) and line.read(1).data() == TAKEN


def _name(profile: Profile) -> str:
    return str(profile.sockets / "window.sock")
