"""Each rule that keeps a promise, switched off one at a time: something must notice.

    python -m tests.simulation.mutants                 all of them, the table of docs/rules.md
    python -m tests.simulation.mutants reach marks     these only

A rule is switched off in a copy of the code, by replacing one place; then the simulation plays
seeds until a run breaks, or the named test is run where chance alone comes by too rarely.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.simulation.switched_off import RULES

if TYPE_CHECKING:
    from tests.simulation.rule import Rule

ROOT = Path(__file__).parents[2]
COPIED = ("mesh", "app", "tests", "resources", "pyproject.toml")
SEEDS = 400


@dataclass(frozen=True)
class Finding:
    """What noticed that a rule was off: a seed and what broke, or a test; or nothing."""

    rule: Rule
    by: str
    says: str

    @property
    def is_found(self) -> bool:
        """Whether anything noticed."""
        return bool(self.by)


def broken_copy(rule: Rule, folder: Path) -> None:
    """The code without this rule."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    place = folder / rule.path
    place.write_text(rule.switched_off(place.read_text()))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python module in that copy."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def look_for(rule: Rule, seeds: int, jobs: int) -> Finding:
    """Switch a rule off and see what notices."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broken_copy(rule, folder)
        if rule.test is None:
            wanted = ("--runs", str(seeds), "--jobs", str(jobs), "--stop")
            done = run(folder, "tests.simulation", *wanted)
            first = next((x for x in done.stdout.splitlines() if x.startswith("seed ")), "")
            by, _, says = first.partition(": ")
            if (
                by
                and run(ROOT, "tests.simulation", "--seed", by.removeprefix("seed ")).returncode
            ):
                return Finding(rule, "", f"{by} breaks with the rule as well")
            return Finding(rule, by, says or done.stderr[-300:])
        done = run(folder, "pytest", "-q", "-x", "-p", "no:cacheprovider", rule.test)
        failed = [x for x in done.stdout.splitlines() if x.startswith("FAILED")]
        return Finding(rule, f"`{rule.test}`" if failed else "", done.stdout[-300:])


def main() -> int:
    """Switch off what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants")
    parser.add_argument("names", nargs="*", help="which rules; all when none is named")
    parser.add_argument("--runs", type=int, default=SEEDS, help="how many seeds at most")
    parser.add_argument("--jobs", type=int, default=2, help="in how many processes")
    asked = parser.parse_args()
    chosen = [rule for rule in RULES if not asked.names or rule.name in asked.names]
    missed = 0
    for rule in chosen:
        found = look_for(rule, asked.runs, asked.jobs)
        missed += not found.is_found
        by = found.by or "NOTHING"
        sys.stdout.write(f"| {rule.name} | {rule.says} | `{rule.path}` | {by} |\n")
        sys.stdout.flush()
        if not found.is_found:
            sys.stdout.write(f"{found.says}\n")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
