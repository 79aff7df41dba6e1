"""What owners do, drawn by chance: the product's own wishes, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mesh import wishes
from mesh.model.device import Trust, device_id
from mesh.model.fact import conversation_object

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from tests.simulation.device import Device

CONVERSATIONS = ("kitchen", "garden", "work")
TAGS = ("tea", "blue", "trip", "personal")
ARCHIVES = ("diary.jsonl", "diary-begun.jsonl", "letters.jsonl")
"""Lines with ids and without; a part of the same, as of an import that was cut; some again."""
FOLDER = Path(__file__).parent / "archives"
RUSH_MAX = 12
LEVELS = ("public", "family", "family", "family", "private", "here")


class Owner:
    """Draws wishes. ``weights``: how often which one comes; 0 leaves it out."""

    def __init__(self, rng: random.Random, weights: dict[str, float]) -> None:
        self._rng = rng
        self._names = [name for name, weight in weights.items() if weight]
        self._weights = [weights[name] for name in self._names]
        self._count = 0
        self._draws: dict[str, Callable[[Device], wishes.AnyWish | None]] = {
            "say": self._say,
            "remember": self._remember,
            "feel": self._feel,
            "revise": self._revise,
            "retag": self._retag,
            "relabel": self._relabel,
            "forget": self._forget,
            "sync": lambda _: wishes.Sync(wait=rng.choice((5.0, 20.0))),
            "pause": self._pause,
            "resume": lambda _: wishes.Resume(),
            "search": lambda _: wishes.Search("number"),
            "import": lambda _: wishes.Import(str(FOLDER / rng.choice(ARCHIVES))),
        }

    def wish(self, device: Device) -> wishes.AnyWish | None:
        """Something the owner wants of this device now."""
        name = self._rng.choices(self._names, self._weights)[0]
        return self._draws[name](device)

    def rush(self, device: Device) -> list[wishes.AnyWish]:
        """What comes at the same moment as something new: now and then much."""
        more = self._rng.choice((0, 0, self._rng.randint(1, RUSH_MAX)))
        drawn = [self._rng.choice((self._say, self._remember, self._feel)) for _ in range(more)]
        return [draw(device) for draw in drawn]

    def trust(self, device: Device) -> wishes.AnyWish:
        """How far a device is trusted from now on."""
        levels = (Trust.FULL, Trust.LIMITED, Trust.LIMITED, Trust.GUEST)
        return wishes.SetTrust(device_id(device.key), self._rng.choice(levels))

    def _text(self) -> str:
        self._count += 1
        size = self._rng.choice((1, 1, 1, 1, 20))
        return f"number {self._count} " + "and so on " * size

    def _say(self, _: Device) -> wishes.AnyWish:
        rng = self._rng
        where = rng.choice((*CONVERSATIONS, None))
        tags = (rng.choice(TAGS),) if rng.random() < 0.1 else ()
        return wishes.Say(self._text(), where, tags=tags, private=rng.random() < 0.08)

    def _remember(self, _: Device) -> wishes.AnyWish:
        rng = self._rng
        tags = (rng.choice(TAGS),) if rng.random() < 0.3 else ()
        return wishes.Remember(self._text(), tags=tags, privacy=rng.choice(LEVELS))

    def _feel(self, _: Device) -> wishes.AnyWish:
        rng = self._rng
        because = self._text() if rng.random() < 0.3 else None
        return wishes.Feel(round(rng.uniform(-1, 1), 2), because=because)

    def _object(self, device: Device, *kinds: int) -> str | None:
        marks = ",".join(map(str, kinds))
        found = device.connection.execute(
            f"SELECT id FROM object WHERE state=0 AND kind IN ({marks}) ORDER BY n"  # noqa: S608
        )
        here = [identity for (identity,) in found]
        if not here:
            return None
        recent = here[-12:]
        return str(self._rng.choice(recent if self._rng.random() < 0.7 else here).hex())

    def _revise(self, device: Device) -> wishes.AnyWish | None:
        found = self._object(device, 2, 4)
        return wishes.Revise(found, self._text()) if found else None

    def _retag(self, device: Device) -> wishes.AnyWish | None:
        found, tag = self._object(device, 2, 4), self._rng.choice(TAGS)
        if found is None:
            return None
        adds = self._rng.random() < 0.6
        return wishes.Retag(found, add=(tag,) if adds else (), remove=() if adds else (tag,))

    def _relabel(self, device: Device) -> wishes.AnyWish | None:
        found = self._target(device)
        return wishes.Relabel(found, self._rng.choice(LEVELS)) if found else None

    def _forget(self, device: Device) -> wishes.AnyWish | None:
        found = self._target(device)
        return wishes.Forget(found) if found else None

    def _target(self, device: Device) -> str | None:
        if self._rng.random() < 0.12:
            return conversation_object(self._rng.choice(CONVERSATIONS)).hex()
        return self._object(device, 2, 3, 4)

    def _pause(self, _: Device) -> wishes.AnyWish:
        return wishes.Pause(minutes=self._rng.choice((0.1, 0.5, 2.0)))
