"""Three hundred runs of the simulation; more with ``python -m tests.simulation --runs N``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.world import UNDOING

RUNS = 300
UNDOINGS = 40
ROOT = Path(__file__).parents[2]


def simulate(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, in a process of its own with a fixed order of sets."""
    return subprocess.run(
        [sys.executable, "-m", "tests.simulation", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(300)
def test_nothing_is_lost_and_nothing_leaks_in_three_hundred_families() -> None:
    done = simulate("--runs", str(RUNS), "--jobs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{RUNS} runs, 0 broken" in done.stdout


@pytest.mark.timeout(300)
def test_what_came_by_a_first_meeting_goes_when_it_is_undone() -> None:
    done = simulate("--first", str(UNDOING), "--runs", str(UNDOINGS), "--jobs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{UNDOINGS} runs, 0 broken" in done.stdout


def test_a_run_is_the_same_whenever_it_is_repeated() -> None:
    told = [simulate("--seed", "47", "--trace").stdout for _ in range(2)]
    assert told[0] == told[1]
    assert len(told[0].splitlines()) > 50


def test_runs_that_were_ended_go_on_where_they_were(tmp_path: Path) -> None:
    kept = ("--first", "40", "--jobs", "1", "--keep", str(tmp_path / "figures"))
    simulate("--runs", "3", *kept)
    on, whole = simulate("--runs", "6", *kept), simulate("--first", "40", "--runs", "6")
    assert "seeds 40 to 45" in on.stdout
    assert _happened(on.stdout) == _happened(whole.stdout)


def _happened(told: str) -> list[str]:
    """All figures but how long it took."""
    first, *others = told.splitlines()
    return [first.partition(" in ")[0], *others]
