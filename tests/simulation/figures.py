"""What many runs came to: added up as they end, kept in a file so that they can go on later."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Result(msgspec.Struct, frozen=True):
    """How one run went: what broke (or nothing), and how much happened."""

    seed: int
    broke: str | None
    devices: int
    steps: int
    cpu_s: float
    frames: int = 0
    commits: int = 0
    events: int = 0
    simulated_s: float = 0.0
    faults: dict[str, int] = {}


class Figures(msgspec.Struct):
    """The figures of the runs from ``first`` on. ``seconds``: while somebody played."""

    first: int
    runs: int = 0
    broken: list[int] = []
    devices: int = 0
    steps: int = 0
    frames: int = 0
    commits: int = 0
    events: int = 0
    simulated_s: float = 0.0
    seconds: float = 0.0
    cpu_s: float = 0.0
    faults: dict[str, int] = {}

    @property
    def following(self) -> int:
        """The seed of the next run."""
        return self.first + self.runs

    def add(self, one: Result) -> None:
        """One run more, the next one."""
        self.runs += 1
        if one.broke is not None:
            self.broken.append(one.seed)
        for name in ("devices", "steps", "frames", "commits", "events", "simulated_s", "cpu_s"):
            setattr(self, name, getattr(self, name) + getattr(one, name))
        self.faults = dict(Counter(self.faults) + Counter(one.faults))

    def told(self) -> Iterator[str]:
        """The figures, in lines."""
        yield (
            f"{self.runs} runs, {len(self.broken)} broken; {self.devices} devices,"
            f" {self.steps} steps, {self.frames} frames, {self.commits} commits,"
            f" {self.events} events, {self.simulated_s / 3600:.1f} simulated hours"
            f" in {self.seconds:.0f} s, {self.cpu_s:.0f} s of CPU"
        )
        yield f"seeds {self.first} to {self.following - 1}"
        faults = sorted(self.faults.items(), key=lambda one: -one[1])
        yield f"{sum(self.faults.values())} faults: " + ", ".join(
            f"{count} {name}" for name, count in faults
        )
        if self.broken:
            yield "broken: " + " ".join(map(str, self.broken))

    def progress(self, runs: int, former: int) -> str:
        """How far it is, of so many runs; ``former`` of them were played another time."""
        left = self.seconds / max(self.runs, 1) * (runs - self.runs)
        again = f", {former} of them before" if former else ""
        return (
            f"{self.runs} of {runs} runs{again}, {len(self.broken)} broken,"
            f" {self.seconds / 60:.0f} min, about {left / 60:.0f} min left"
        )


def kept(path: Path | None, first: int) -> Figures:
    """What was kept of these runs; nothing yet when there is no such file."""
    if path is None or not path.exists():
        return Figures(first)
    found = msgspec.json.decode(path.read_bytes(), type=Figures)
    if found.first != first:
        raise SystemExit(f"{path.name} is about the runs from {found.first} on.")
    return found


def keep(path: Path | None, figures: Figures) -> None:
    """Keep the figures so far; whole or not at all."""
    if path is not None:
        beside = path.with_name(path.name + ".new")
        beside.write_bytes(msgspec.json.encode(figures))
        beside.replace(path)
