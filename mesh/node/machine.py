"""What this machine runs on: its battery, and whether its network is metered.

Whatever cannot be told counts as what costs nothing: a desktop has no battery, most networks
have no meter.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Final

import psutil

from mesh.model.sparing import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICE: Final = "org.freedesktop.NetworkManager"
OBJECT: Final = "/org/freedesktop/NetworkManager"
METERED: Final = {1, 3}
"""Of NetworkManager's answers: yes, and a good guess."""
PATIENCE_S: Final = 1.0


async def surroundings(is_metered: Callable[[], bool] | None = None) -> Surroundings:
    """What this machine runs on now; ``is_metered``: who knows better than NetworkManager."""
    battery = await asyncio.to_thread(_battery)
    if is_metered is None:
        return Surroundings(*battery, metered=await asyncio.to_thread(_ask_network_manager))
    return Surroundings(*battery, metered=is_metered())


def _battery() -> tuple[bool, float | None]:
    """Whether it is in use, and its percentage if that is known."""
    if not hasattr(psutil, "sensors_battery"):
        return False, None
    try:
        found = psutil.sensors_battery()
    except (OSError, RuntimeError, ValueError, NotImplementedError):
        return False, None  # drivers have told such things that nobody could read them
    if found is None or found.power_plugged is not False:
        return False, None
    return True, float(found.percent)


def _ask_network_manager() -> bool:
    """Whether the network this machine uses is metered; False where nobody can tell."""
    if sys.platform != "linux":
        return False
    from jeepney import DBusAddress, MessageFlag, Properties
    from jeepney.io.blocking import open_dbus_connection

    asked = Properties(DBusAddress(OBJECT, SERVICE, interface=SERVICE)).get("Metered")
    asked.header.flags |= MessageFlag.no_auto_start
    try:
        with open_dbus_connection("SYSTEM", auth_timeout=PATIENCE_S) as bus:
            answer = bus.send_and_get_reply(asked, timeout=PATIENCE_S)
    except (OSError, ValueError, RuntimeError, TimeoutError):
        return False  # no such bus, or nobody answers there
    is_answer = answer.header.message_type.name == "method_return"
    return is_answer and answer.body[0][1] in METERED
