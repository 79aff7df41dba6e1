"""Backups: made while the node runs, and taken in again, here or as a new device.

A restore is merged under what stands. A device that is alone becomes the heir of the family the
backup was made in: it gets new keys, and in its new family of one the names that family's
devices wrote under count as its own past, so that what they changed and forgot still holds.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from mesh import __version__
from mesh.commands.pairing import RESTORING, WINDOW
from mesh.companion.backing_up import Maker
from mesh.errors import WishRefused
from mesh.messages import BackupChanged, told
from mesh.model.device import author_tag
from mesh.storage.shelf import PAST_TAGS_MAX
from mesh.wishes import Backup, BackupDone, Progress, Restore, RestoreDone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh.commands.services import Services, Tell
    from mesh.companion.pace import OnProgress
    from mesh.companion.restoring import Opened, Past, Tally

MADE = "backup made"
MICRO = 1_000_000
CLAIMED_MAX = PAST_TAGS_MAX - 16
"""So many names of a backup's family are claimed; there must be room for one's own."""


class _Keeping:
    """A backup or a restore as a running wish."""

    def __init__(self) -> None:
        self.stop = threading.Event()

    def answer(self, *, yes: bool) -> None:
        """Nothing is asked."""

    def cancel(self) -> None:
        """Stop soon: a backup leaves no file, what a restore brought stays."""
        self.stop.set()


async def tell_last(services: Services) -> None:
    """When the last backup was made here, for whoever subscribes later."""
    _tell_bus(services, BackupChanged(made_at=await _made_at(services)))


async def backup(services: Services, wish: Backup, tell: Tell) -> BackupDone:
    """Write all that is here into one closed file."""
    registry = services.registry
    maker = Maker(
        __version__, registry.family, registry.key,
        (*await services.shelf.load_past_tags(), services.author.tag),
        services.name_of(registry.key),
    )  # fmt: skip
    made_at = await _made_at(services)
    with _under_way(services, "backup", made_at, tell) as (keeping, progress):
        written = await services.backing_up.write(
            Path(wish.path), wish.passphrase, maker, progress, keeping.stop
        )
        await services.shelf.save_secret(MADE, str(written.made_at).encode())
    _tell_bus(services, BackupChanged(made_at=written.made_at / MICRO))
    return BackupDone(
        backed_up=written.facts, size=written.size, seconds=written.seconds,
        made_at=written.made_at / MICRO,
    )  # fmt: skip


async def restore(services: Services, wish: Restore, tell: Tell) -> RestoreDone:
    """Merge a backup in; a device that is alone goes on for the one that made it."""
    if WINDOW in services.running:
        raise WishRefused("A pairing window is open; close it before restoring a backup.")
    made_at = await _made_at(services)
    with _under_way(services, "restore", made_at, tell) as (keeping, progress):
        opened = await services.restoring.open(Path(wish.path), wish.passphrase)
        with contextlib.closing(opened):
            return await _merge(services, opened, keeping, progress)


async def _merge(
    services: Services, opened: Opened, keeping: _Keeping, progress: OnProgress
) -> RestoreDone:
    past, registry = opened.past, services.registry
    is_heir = registry.is_alone and past.contents.family != registry.family
    if past.contents.family == registry.family:
        await _hear_of_family(services, past)
    tally = await services.restoring.take_in(
        opened, is_heir=is_heir, on_progress=progress, stopped=keeping.stop
    )
    is_new = is_heir and not tally.is_cut and await _inherit(services, past)
    return _done(services, past, tally, is_new=is_new)


async def _hear_of_family(services: Services, past: Past) -> None:
    """What the backup knows of this very family; each entry is checked as if a device told."""
    change = await services.registry.absorb(past.entries)
    if change:
        await services.wires.on_change(change)


async def _inherit(services: Services, past: Past) -> bool:
    """Make the past this device's own; whether it got new keys by that."""
    registry, policies, writing = services.registry, services.policies, services.writing
    tags = past.tags[-CLAIMED_MAX:]
    owned = registry.roster.past_of(registry.key) | {author_tag(registry.key)}
    if owned.issuperset(tags):
        await policies.carry_over(writing, past.contents.family)
        return False
    name, before = services.name_of(registry.key), registry.family
    await services.shelf.add_past_tags(*tags, services.author.tag)
    try:
        await registry.start_anew(await services.shelf.load_past_tags())
        await registry.directory.describe(registry.key, name=name)
        for family in (before, past.contents.family):
            await policies.carry_over(writing, family)
    finally:
        services.wires.on_leaving()
    return True


def _done(services: Services, past: Past, tally: Tally, *, is_new: bool) -> RestoreDone:
    return RestoreDone(
        restored=tally.added,
        known=tally.known,
        refused=tally.refused,
        seconds=tally.seconds,
        made_at=past.contents.made_at / MICRO,
        made_on=past.contents.name,
        device_id=services.device_id,
        new_device=is_new,
        cancelled=tally.is_cut,
    )


async def _made_at(services: Services) -> float | None:
    kept = await services.shelf.load_secret(MADE)
    return int(kept) / MICRO if kept else None


@contextlib.contextmanager
def _under_way(
    services: Services, doing: str, made_at: float | None, tell: Tell
) -> Iterator[tuple[_Keeping, OnProgress]]:
    """One at a time, told to whoever asked and to the bus."""
    if RESTORING in services.running:
        raise WishRefused("A backup is being made or restored; wait until that is done.")
    run, keeping = services.new_run(), _Keeping()
    services.running[run] = services.running[RESTORING] = keeping

    def progress(done: int, total: int, left: float | None) -> None:
        tell(Progress(run=run, done=done, total=total, seconds_left=left))
        _tell_bus(services, BackupChanged(
            made_at=made_at, doing=doing, done=done, total=total, seconds_left=left
        ))  # fmt: skip

    progress(0, 0, None)
    try:
        yield keeping, progress
    finally:
        del services.running[run], services.running[RESTORING]
        _tell_bus(services, BackupChanged(made_at=made_at))


def _tell_bus(services: Services, message: BackupChanged) -> None:
    services.bus.publish(told(message, services.device_id))
