"""What owners choose holds in sixteen simulated families, whatever fails meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RUNS = 16
ROOT = Path(__file__).parents[2]


def test_nothing_goes_that_was_not_chosen_and_what_was_is_everywhere() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation.choosing", "0", str(RUNS)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{RUNS} runs, 0 broken" in done.stdout
