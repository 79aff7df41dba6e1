"""Two devices in network namespaces of their own, with a link of 20 Mbit a second between.

``unshare -rn python -m tests.mesh.links.narrow`` sends bulk as fast as it goes, and live
messages beside it that are echoed. It prints, as JSON, the bytes of bulk that went while each
live message went there and back, and the window at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

from mesh.crypto import SigningKey
from tests.mesh.links.devices import Device

if TYPE_CHECKING:
    from mesh.sockets import CurvePair

NEAR, FAR = "10.77.0.1", "10.77.0.2"
PORT = 21550
LINK = ("rate", "20mbit", "burst", "32kbit", "latency", "1s")
PAGE = 16 * 1024
PAGES = 512
EVERY_S = 0.02


async def run(*words: str) -> None:
    """A command of the system."""
    process = await asyncio.create_subprocess_exec(*words)
    assert await process.wait() == 0, words


async def plug(name: str, address: str, *inside: str) -> None:
    """An end of the link, in this namespace or another."""
    await run(*inside, "ip", "address", "add", f"{address}/24", "dev", name)
    await run(*inside, "ip", "link", "set", name, "up")
    await run(*inside, "tc", "qdisc", "add", "dev", name, "root", "tbf", *LINK)


async def near() -> None:
    """Start the other device, lay the link to it, and measure."""
    here, there = Device(), Device()
    words = [there.key.seed, *there.curve, here.id, here.curve[0]]
    far = await asyncio.create_subprocess_exec(
        *("unshare", "-n", sys.executable, "-m", "tests.mesh.links.narrow"),
        *[word.hex() for word in words],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert far.stdin is not None
    assert far.stdout is not None
    await far.stdout.readline()
    inside = ("nsenter", "-t", str(far.pid), "-n")
    await run("ip", "link", "add", "near", "type", "veth", "peer", "far", "netns", str(far.pid))
    await plug("near", NEAR)
    await plug("far", FAR, *inside)
    far.stdin.write(b"go\n")
    await far.stdout.readline()
    await here.links.open(NEAR, [PORT])
    here.admit(there)
    here.links.seek(there.id, there.curve[0], [f"tcp://{FAR}:{PORT}"])
    await here.told("up")
    json.dump(await measure(here, there), sys.stdout)
    far.kill()
    await far.wait()
    await there.close()
    await here.close()


async def measure(here: Device, there: Device) -> dict[str, object]:
    """Bulk and live side by side until all of the bulk has gone."""
    lane, live = await here.links.bulk(there.id), here.live(there)
    gone = 0

    async def give() -> None:
        nonlocal gone
        for _ in range(PAGES):
            await lane.send_bulk(os.urandom(PAGE))
            gone += PAGE

    beside: list[int] = []
    async with asyncio.TaskGroup() as tasks:
        giving = tasks.create_task(give())
        while not giving.done():
            before = gone
            assert live.send(b"live")
            assert await here.heard() == b"live"
            beside.append(gone - before)
            await asyncio.sleep(EVERY_S)
    return {"beside": beside, "window": lane.flow.window}


async def echo(seed: bytes, curve: CurvePair, peer: list[bytes]) -> None:
    """The other device: opens when the link is there, answers live, deals with bulk at once."""
    device = Device(curve=curve, key=SigningKey(seed))
    print("here", flush=True)  # noqa: T201 — for who started this
    await asyncio.to_thread(sys.stdin.readline)
    await device.links.open(FAR, [PORT])
    device.links.admit({peer[1]: peer[0]})
    print("open", flush=True)  # noqa: T201
    while True:
        lane, payload = await device.frames.get()
        if len(payload) < PAGE:
            lane.send(payload)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        asyncio.run(near())
    else:
        seed, public, secret, *peer = map(bytes.fromhex, sys.argv[1:])
        asyncio.run(echo(seed, (public, secret), peer))
