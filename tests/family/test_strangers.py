"""Whoever is not family gets nothing at the mesh port, is counted, and changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import zmq
import zmq.asyncio
from zmq.utils.monitor import recv_monitor_message

from mesh.wishes import Remember
from tests.family.household import Device, family, in_step

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

FAILED = (
    zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
    | zmq.EVENT_DISCONNECTED
)


@asynccontextmanager
async def stranger() -> AsyncIterator[Any]:
    """A DEALER of somebody else; not yet connected."""
    context = zmq.asyncio.Context()
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    try:
        yield socket
    finally:
        context.destroy(linger=0)


async def knock(socket: Any, device: Device) -> int:
    """Connect, say something, and wait for what becomes of it: the monitor's event."""
    monitor = socket.get_monitor_socket(FAILED | zmq.EVENT_HANDSHAKE_SUCCEEDED)
    socket.connect(f"tcp://127.0.0.1:{device.node.port}")
    await socket.send(b"\x01 hello", zmq.NOBLOCK)
    async with asyncio.timeout(10):
        event = await recv_monitor_message(monitor)
    socket.disable_monitor()
    monitor.close(0)
    return int(event["event"])


def server_key(device: Device) -> bytes:
    return device.node.services.registry.identity.curve[0]


async def refused(device: Device) -> dict[str, int]:
    counts = (await device.status()).refused
    return {name: count for name, count in counts.items() if name.startswith("refused")}


@asynccontextmanager
async def counted(device: Device) -> AsyncIterator[None]:
    """More is counted as refused at the end of the block than at its beginning."""
    before = await refused(device)
    yield
    after = await refused(device)
    assert sum(after.values()) > sum(before.values()), after


async def unharmed(desk: Device, laptop: Device) -> None:
    """The family goes on as before, and lists nobody new."""
    await desk.ask(Remember(text="all is well"))
    await in_step(desk, laptop)
    assert await laptop.texts() == {"all is well"}
    for device in (desk, laptop):
        assert set(await device.seen()) == {desk.id, laptop.id}
        assert (await device.status()).refused["live_lanes"] == 1


async def test_who_guesses_the_server_key_does_not_get_in(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop), stranger() as socket:
        socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
        socket.curve_serverkey = zmq.curve_keypair()[0]
        async with counted(desk):
            assert await knock(socket, desk) & FAILED
            await unharmed(desk, laptop)


async def test_who_knows_the_server_key_but_is_not_family_is_refused_and_counted(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop), stranger() as socket:
        before = await refused(desk)
        socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
        socket.curve_serverkey = server_key(desk)
        assert await knock(socket, desk) == zmq.EVENT_HANDSHAKE_FAILED_AUTH
        after = await refused(desk)
        assert after["refused_unknown_key"] == before.get("refused_unknown_key", 0) + 1
        await unharmed(desk, laptop)


async def test_a_plain_connection_does_not_get_in(tmp_path: Path) -> None:
    async with (
        family(tmp_path, "full") as (desk, laptop),
        stranger() as socket,
        counted(desk),
    ):
        assert await knock(socket, desk) & FAILED
        assert not await socket.poll(0)
        await unharmed(desk, laptop)


@pytest.mark.parametrize(
    "junk",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        os.urandom(4096),
        b"\xff" + bytes(8) + b"\x7f\x03\x00CURVE" + bytes(48) + os.urandom(2000),
        b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(48) + b"\x04\x29\x05READY" + bytes(99),
    ],
    ids=["http", "noise", "half a greeting", "plain greeting"],
)
async def test_junk_on_the_port_is_hung_up_on(tmp_path: Path, junk: bytes) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        reader, writer = await asyncio.open_connection("127.0.0.1", desk.node.port)
        answer = b""
        with contextlib.suppress(OSError):  # it may hang up at the first byte
            writer.write(junk)
            writer.write_eof()
            async with asyncio.timeout(10):
                while piece := await reader.read(4096):
                    answer += piece
        writer.close()
        assert laptop.id.encode() not in answer
        assert len(answer) <= 64 + 100, "no more than a greeting and a refusal"
        await unharmed(desk, laptop)


async def test_a_member_may_not_speak_for_another(tmp_path: Path) -> None:
    async with family(tmp_path, "guest", "full") as (desk, guest, laptop):
        public, secret = guest.node.services.registry.identity.curve
        async with stranger() as socket:
            socket.curve_publickey, socket.curve_secretkey = public, secret
            socket.curve_serverkey = server_key(desk)
            socket.identity = b"laptop"
            assert await knock(socket, desk) == zmq.EVENT_HANDSHAKE_SUCCEEDED
            for frame in (b"\x03" + bytes(80), b"\x01" + bytes(3000), b"", b"\x02" * 50):
                await socket.send(frame)
        await desk.ask(Remember(text="all is well"))
        await in_step(desk, laptop)
        assert await laptop.texts() == {"all is well"}
        assert await guest.texts() == set()


async def test_a_flood_of_strangers_does_not_stop_the_family(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop), contextlib.AsyncExitStack() as crowd:
        sockets = [await crowd.enter_async_context(stranger()) for _ in range(40)]
        for socket in sockets:
            socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
            socket.curve_serverkey = server_key(desk)
        knocking = asyncio.gather(*(knock(socket, desk) for socket in sockets))
        await unharmed(desk, laptop)
        assert set(await knocking) == {zmq.EVENT_HANDSHAKE_FAILED_AUTH}
        assert (await refused(desk))["refused_unknown_key"] >= 40
