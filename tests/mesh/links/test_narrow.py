"""Live never waits behind bulk: on a real link of 20 Mbit a second, saturated by bulk."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mesh.links.steering import WINDOW_MAX, WINDOW_MIN

ROOT = Path(__file__).parents[3]
TENTH_OF_A_SECOND = 20_000_000 // 8 // 10
"""Bytes the link carries in it."""


def can_lay_links() -> bool:
    """Whether this machine lets us have networks of our own."""
    if not all(map(shutil.which, ("unshare", "nsenter", "ip", "tc"))):
        return False
    trial = (
        "ip link set lo up && tc qdisc add dev lo root tbf rate 20mbit burst 32kbit latency 1s"
    )
    return subprocess.run(["unshare", "-rn", "sh", "-c", trial], check=False).returncode == 0


@pytest.mark.skipif(not can_lay_links(), reason="no network namespaces here")
def test_on_a_saturated_link_a_live_message_waits_for_little_bulk_only() -> None:
    """By what went beside it, not by the clock: a busy machine delays both."""
    command = ["unshare", "-rn", sys.executable, "-m", "tests.mesh.links.narrow"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=90)
    found = json.loads(done.stdout)
    beside = sorted(found["beside"])
    assert len(beside) >= 20
    assert beside[len(beside) // 2] <= TENTH_OF_A_SECOND / 2
    assert beside[len(beside) * 99 // 100 - 1] <= TENTH_OF_A_SECOND
    assert WINDOW_MIN < found["window"] < WINDOW_MAX / 2
