"""Devices with pasts of their own meet families, whatever fails meanwhile: so many times."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUNS = ((0, 24), (87, 7))
"""Seeds, and how many from there on; the latter lost what was edited, when a no came."""
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("first", "count"), RUNS)
def test_nothing_crosses_before_both_agreed_and_the_counts_are_exact(
    first: int, count: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation.meetings", str(first), str(count)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{count} runs, 0 broken" in done.stdout
    assert all(came in done.stdout for came in ("became one", "stayed apart", "counted"))
