"""Runs the simulation from the command line.

python -m tests.simulation --seed 7 --trace              one run, told line by line
python -m tests.simulation --runs 100000 --keep FILE     many, with figures at the end

With ``--keep`` the figures so far are in that file: the same command goes on from there.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tests.simulation.figures import Figures, Result, keep, kept
from tests.simulation.world import World, play, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 10
TELL_EVERY_S = 60.0


def run(seed: int) -> Result:
    """Play one run; whatever it raises is told as text, with the seed."""
    began, broke = time.process_time(), None
    world = World(seed, shape_of(seed))
    try:
        world.play()
    except Exception as error:  # noqa: BLE001 — a run that fails must not end the others
        broke = f"{type(error).__name__}: {error}"
    return Result(
        seed,
        broke,
        len(world.shape.trusts),
        world.shape.steps,
        time.process_time() - began,
        world.network.frames,
        world.commits,
        world.loop.events,
        world.loop.time(),
        dict(world.faults.struck),
    )


def _prepare() -> None:
    """What is loaded stays, so that it need not be looked through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 1_000_000)


def _run_batch(seeds: range) -> list[Result]:
    results = [run(seed) for seed in seeds]
    gc.collect()
    return results


def run_many(first: int, count: int, jobs: int) -> Iterator[Result]:
    """Play many runs, in that many processes; results as they come, in order."""
    batches = [
        range(start, min(start + BATCH, first + count))
        for start in range(first, first + count, BATCH)
    ]
    with ProcessPoolExecutor(jobs, initializer=_prepare) as pool:
        try:
            for batch in pool.map(_run_batch, batches):
                yield from batch
        finally:
            pool.shutdown(cancel_futures=True)


def play_many(asked: argparse.Namespace, out: TextIO) -> int:
    """Tell each run that breaks a promise at once, and the figures at the end."""
    figures = kept(asked.keep, asked.first)
    try:
        _play_rest(figures, asked, out)
    finally:
        keep(asked.keep, figures)
        print(*figures.told(), sep="\n", file=out, flush=True)
    return int(bool(figures.broken))


def _play_rest(figures: Figures, asked: argparse.Namespace, out: TextIO) -> None:
    """Go on until all were played; how far it is, is told every minute."""
    former, told = figures.runs, time.monotonic()
    began = told - figures.seconds
    for one in run_many(figures.following, asked.runs - former, asked.jobs):
        figures.add(one)
        now = time.monotonic()
        figures.seconds = now - began
        if one.broke is not None:
            print(f"seed {one.seed}: {one.broke}", file=out, flush=True)
            if asked.stop:
                return
        if now > told + TELL_EVERY_S:
            told = now
            keep(asked.keep, figures)
            sys.stderr.write(f"{figures.progress(asked.runs, former)}\n")


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
    parser.add_argument("--keep", type=Path, help="keep the figures here, and go on from them")
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
