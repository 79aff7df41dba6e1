"""`node`: the mesh without a screen, until SIGTERM or Ctrl+C."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

from app import logfile
from app.cli.voice import GREEN
from app.passphrase import given
from app.wording import told, tr
from mesh.node import Node

if TYPE_CHECKING:
    from app.cli.voice import Voice
    from mesh.profile import Profile

    Options: TypeAlias = dict[str, Any]

DONE = 0


async def serve(profile: Profile, options: Options, voice: Voice) -> int:
    """Serve the profile; the line `ready` comes when everything works."""
    opening = Node.open(
        profile,
        host=options["host"],
        port=options["port"],
        name=options["name"],
        passphrase=passphrase(profile, options["passphrase_file"]),
        on_notice=lambda notice: voice.tell(told(notice)),
    )
    async with opening as node:
        logfile.begin(profile.log)
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError):  # Windows has no handlers on its loops
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop.set)
        _ready(voice, node)
        ends = [loop.create_task(stop.wait()), loop.create_task(node.wait_closed())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
    return DONE


def _ready(voice: Voice, node: Node) -> None:
    if voice.as_json:
        ready = {"device_id": node.device_id, "name": node.name, "host": node.host}
        voice.line({"event": "ready", **ready, "port": node.port})
    else:
        where = {"name": node.name, "port": node.port}
        voice.say(tr("{name} is running on port {port}. Ctrl+C ends it.", **where), GREEN)


def passphrase(profile: Profile, file: str | None) -> str | None:
    """What closes the profile's key: from a file, the environment, a terminal. None: a keyring.

    A profile that was made with a passphrase asks for it where somebody can type.
    """
    known = given(file)
    if known is not None:
        return known
    record = profile.read_record()
    if record is None or record.keystore != "passphrase" or not sys.stdin.isatty():
        return None
    import getpass

    return getpass.getpass(tr("Passphrase of this profile:") + " ")
