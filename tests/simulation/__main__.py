"""Runs the simulation from the command line.

python -m tests.simulation --seed 7 --trace          one run, told line by line
python -m tests.simulation --runs 100000 --jobs 2    many, with figures at the end
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from tests.simulation.world import play, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH = 10


@dataclass(frozen=True)
class Result:
    """How one run went: what broke (or nothing), and how much happened."""

    seed: int
    broke: str | None
    devices: int
    steps: int
    frames: int
    commits: int
    simulated_s: float


def run(seed: int) -> Result:
    """Play one run; whatever it raises is told as text, with the seed."""
    shape, broke = shape_of(seed), None
    try:
        world = play(seed)
    except Exception as error:  # noqa: BLE001 — a run that fails must not end the others
        broke = f"{type(error).__name__}: {error}"
        return Result(seed, broke, len(shape.trusts), shape.steps, 0, 0, 0.0)
    return Result(
        seed, None, len(shape.trusts), shape.steps, world.network.frames, world.commits,
        world.loop.time(),
    )  # fmt: skip


def _run_batch(seeds: range) -> list[Result]:
    return [run(seed) for seed in seeds]


def run_many(first: int, count: int, jobs: int) -> Iterator[Result]:
    """Play many runs, in that many processes; results as they come, in order."""
    batches = [
        range(start, min(start + BATCH, first + count))
        for start in range(first, first + count, BATCH)
    ]
    with ProcessPoolExecutor(jobs) as pool:
        try:
            for batch in pool.map(_run_batch, batches):
                yield from batch
        finally:
            pool.shutdown(cancel_futures=True)


def tell(results: Sequence[Result], seconds: float, out: TextIO) -> None:
    """The figures of many runs."""
    broken = sum(one.broke is not None for one in results)
    print(
        f"{len(results)} runs, {broken} broken; {sum(r.devices for r in results)} devices,"
        f" {sum(r.steps for r in results)} steps, {sum(r.frames for r in results)} frames,"
        f" {sum(r.commits for r in results)} commits,"
        f" {sum(r.simulated_s for r in results) / 3600:.1f} simulated hours"
        f" in {seconds:.0f} s",
        file=out,
    )


def play_many(asked: argparse.Namespace, out: TextIO) -> int:
    """Tell each run that breaks a promise at once, and the figures at the end."""
    began = time.monotonic()
    results = []
    for one in run_many(asked.first, asked.runs, asked.jobs):
        results.append(one)
        if one.broke is not None:
            print(f"seed {one.seed}: {one.broke}", file=out, flush=True)
            if asked.stop:
                break
    tell(results, time.monotonic() - began, out)
    return int(any(one.broke for one in results))


def _repeatable() -> None:
    """Sets are walked in the same order in every process only under a fixed hash seed."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        again = [sys.executable, "-m", "tests.simulation", *sys.argv[1:]]
        os.execve(sys.executable, again, environment)  # noqa: S606 — ourselves


def main() -> int:
    """Parse the command line and play."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int, help="play this run")
    parser.add_argument("--trace", action="store_true", help="tell what happens in it")
    parser.add_argument("--runs", type=int, default=300, help="how many runs")
    parser.add_argument("--first", type=int, default=0, help="the seed of the first")
    parser.add_argument("--jobs", type=int, default=2, help="in how many processes")
    parser.add_argument("--stop", action="store_true", help="end at the first that breaks")
    asked = parser.parse_args()
    _repeatable()
    if asked.seed is not None:
        play(asked.seed, print if asked.trace else None)
        sys.stdout.write(f"seed {asked.seed}: nothing broke\n")
        return 0
    return play_many(asked, sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
