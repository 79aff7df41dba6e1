"""What nothing can be faster or smaller than, measured in the same run."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import apsw
import msgspec
import zmq
import zstandard

PINGS = 2000
ROWS_A_COMMIT = 500


def curve_ping() -> dict[str, float]:
    """One way through raw pyzmq with CURVE: half a round trip, ms."""
    context = zmq.Context()
    server, client = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    public, secret = zmq.curve_keypair()
    server.curve_server, server.curve_secretkey = True, secret
    client.curve_serverkey = public
    client.curve_publickey, client.curve_secretkey = zmq.curve_keypair()
    client.connect(f"tcp://127.0.0.1:{server.bind_to_random_port('tcp://127.0.0.1')}")
    times = []
    for _ in range(PINGS):
        begun = time.perf_counter()
        client.send(b"x" * 300)
        server.send_multipart(server.recv_multipart())
        client.recv()
        times.append((time.perf_counter() - begun) / 2 * 1e3)
    context.destroy(linger=0)
    times.sort()
    return {"p50_ms": round(times[PINGS // 2], 3), "p99_ms": round(times[PINGS * 99 // 100], 3)}


def insert_rate(lines: list[bytes]) -> dict[str, float]:
    """Rows into one encrypted table, ``ROWS_A_COMMIT`` a commit."""
    with tempfile.TemporaryDirectory() as folder:
        connection = apsw.Connection(str(Path(folder) / "floor.db"))
        connection.pragma("key", "raw:" + "00" * 32)
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "normal")
        connection.execute("CREATE TABLE t(n INTEGER PRIMARY KEY, raw BLOB)")
        begun = time.perf_counter()
        for start in range(0, len(lines), ROWS_A_COMMIT):
            with connection:
                part = lines[start : start + ROWS_A_COMMIT]
                connection.executemany("INSERT INTO t(raw) VALUES(?)", [(row,) for row in part])
        seconds = time.perf_counter() - begun
        connection.close()
    return {"seconds": round(seconds, 3), "rows_per_s": round(len(lines) / seconds)}


def zstd_size(lines: list[bytes]) -> dict[str, float]:
    """The lines as JSON and as MessagePack rows, zstd 3 in one piece, MB."""
    packer = zstandard.ZstdCompressor(level=3)
    rows = [list(msgspec.json.decode(line).values()) for line in lines]
    packed = msgspec.msgpack.encode(rows)
    return {
        "json_mb": round(len(packer.compress(b"\n".join(lines))) / 1e6, 2),
        "rows_mb": round(len(packer.compress(packed)) / 1e6, 2),
    }


def floors(lines: list[bytes]) -> dict[str, Any]:
    """All floors."""
    return {
        "curve_ping": curve_ping(),
        "sqlite_insert": insert_rate(lines),
        "zstd": zstd_size(lines),
    }


def spread(times_ms: list[float]) -> dict[str, float]:
    """p50, p99 and worst of some times in ms."""
    ordered = sorted(times_ms)
    return {
        "p50_ms": round(statistics.median(ordered), 3),
        "p99_ms": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 3),
        "worst_ms": round(ordered[-1], 3),
    }
