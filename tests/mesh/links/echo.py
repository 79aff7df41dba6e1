"""A device in a process of its own: says its port, links whom it is told, echoes.

python -m tests.mesh.links.echo SEED CURVE_PUBLIC CURVE_SECRET PORT PEER_KEY PEER_CURVE
"""

from __future__ import annotations

import asyncio
import sys

from mesh.crypto import SigningKey
from tests.mesh.links.devices import HOST, Device


async def echo(seed: bytes, curve: tuple[bytes, bytes], port: int, peer: list[bytes]) -> None:
    device = Device(curve=curve, key=SigningKey(seed))
    port = await device.links.open(HOST, [port])
    device.links.admit({peer[1]: peer[0]})
    print(port, flush=True)  # noqa: T201 - for the test that started this
    while True:
        lane, payload = await device.frames.get()
        lane.send(payload)


if __name__ == "__main__":
    seed, public, secret, port, *peer = sys.argv[1:]
    ours = bytes.fromhex(public), bytes.fromhex(secret)
    asyncio.run(echo(bytes.fromhex(seed), ours, int(port), [*map(bytes.fromhex, peer)]))
