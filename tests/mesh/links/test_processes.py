"""A peer in another process that is killed, or falls silent without a word."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.mesh.links.devices import HOST, Device

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

SILENCE_SECONDS = 6


@pytest.fixture
async def here() -> AsyncIterator[Device]:
    device = Device()
    await device.links.open(HOST, [0])
    yield device
    await device.close()


async def start(peer: Device, knows: Device) -> Process:
    """Run ``peer`` as a process of its own, on the port it had."""
    words = [peer.key.seed.hex(), peer.curve[0].hex(), peer.curve[1].hex(), str(peer.port)]
    words += [knows.id.hex(), knows.curve[0].hex()]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.mesh.links.echo", *words),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    peer.port = int(await process.stdout.readline())
    return process


async def answers(here: Device, peer: Device) -> None:
    assert here.live(peer).send(b"there?")
    assert await here.heard() == b"there?"


async def end(process: Process, peer: Device) -> None:
    process.kill()
    await process.wait()
    await peer.close()


async def test_a_killed_peer_is_found_again_when_it_is_back(here: Device) -> None:
    peer = Device()
    process = await start(peer, here)
    here.admit(peer)
    here.seek(peer)
    await here.told("up")
    await answers(here, peer)
    process.kill()
    await process.wait()
    await here.told("down")
    process = await start(peer, here)
    await here.told("up")
    await answers(here, peer)
    await end(process, peer)


async def test_a_peer_that_falls_silent_is_noticed_and_found_again(here: Device) -> None:
    peer = Device()
    process = await start(peer, here)
    here.admit(peer)
    here.seek(peer)
    await here.told("up")
    process.send_signal(signal.SIGSTOP)
    await here.told("down", seconds=SILENCE_SECONDS)
    assert here.links.live(peer.id) is None
    process.send_signal(signal.SIGCONT)
    await here.told("up")
    await answers(here, peer)
    await end(process, peer)
