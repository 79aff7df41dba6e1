"""What is said, felt, remembered, found, forgotten; history in and out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mesh.errors import BadInput
from mesh.messages import Hit, Remembered, Said, TransferChanged, told
from mesh.model.device import Trust
from mesh.wishes import (
    Conflicts,
    ConflictShown,
    Conversations,
    ConversationShown,
    Done,
    Export,
    ExportDone,
    Feel,
    Forget,
    ForgetShown,
    Forgettings,
    ForgettingShown,
    Import,
    ImportDone,
    Memories,
    Mood,
    MoodShown,
    Progress,
    Relabel,
    Remember,
    Resolve,
    Retag,
    Revise,
    Say,
    Search,
    Show,
)

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell
    from mesh.companion.pace import OnProgress

EVERYWHERE_S = 5.0
LIMIT_MAX = 1000


async def say(services: Services, wish: Say, _: Tell) -> Said:
    """Say something."""
    said = await services.writing.say(
        wish.text,
        conversation=wish.conversation,
        role=wish.role,
        tags=wish.tags,
        private=wish.private,
    )
    services.sync.somebody_speaks()
    return said


async def conversations(
    services: Services, _: Conversations, __: Tell
) -> list[ConversationShown]:
    """Every conversation, newest first."""
    return await services.reading.conversations()


async def show(services: Services, wish: Show, _: Tell) -> list[Said]:
    """The messages of one conversation."""
    return await services.reading.show(wish.conversation)


async def remember(services: Services, wish: Remember, _: Tell) -> Remembered:
    """Keep a memory."""
    return await services.writing.remember(wish.text, tags=wish.tags, privacy=wish.privacy)


async def memories(services: Services, _: Memories, __: Tell) -> list[Remembered]:
    """Every memory, newest first."""
    return await services.reading.memories()


async def revise(services: Services, wish: Revise, _: Tell) -> object:
    """Give something a new text."""
    await services.writing.revise(wish.id, wish.text)
    return await services.reading.item(wish.id)


async def retag(services: Services, wish: Retag, _: Tell) -> object:
    """Put tags on, take tags off."""
    await services.writing.retag(wish.id, add=wish.add, remove=wish.remove)
    return await services.reading.item(wish.id)


async def relabel(services: Services, wish: Relabel, _: Tell) -> Done:
    """Share something more or less widely."""
    await services.writing.relabel(wish.id, wish.privacy)
    return Done()


async def forget(services: Services, wish: Forget, _: Tell) -> ForgetShown:
    """Forget for good; asked again, tell how far it is."""
    found = await services.writing.forget(wish.id)
    if await services.reading.is_hidden(found):
        nobody = ()
        return ForgetShown(
            id=found.hex(), confirmed_by=nobody, waiting_for=nobody, is_wish=True
        )
    return await services.reading.forgetting(found, services.holders, services.gone())


async def forgettings(services: Services, _: Forgettings, __: Tell) -> list[ForgettingShown]:
    """The latest forgettings of this device that somebody has still to confirm."""
    latest = await services.reading.latest_forgettings(services.author.tag)
    told = []
    for one in latest:
        how_far = await services.reading.forgetting(
            one.identity, services.holders, services.gone()
        )
        if how_far.waiting_for:
            known = msgspec.structs.asdict(how_far)
            told.append(ForgettingShown(**known, kind=one.kind, timestamp=one.timestamp))
    return told


async def conflicts(services: Services, _: Conflicts, __: Tell) -> list[ConflictShown]:
    """What people must settle."""
    return await services.settling.conflicts()


async def resolve(services: Services, wish: Resolve, _: Tell) -> object:
    """Settle a contradiction."""
    return await services.settling.resolve(wish.id, wish.choice, wish.text)


async def feel(services: Services, wish: Feel, _: Tell) -> MoodShown:
    """Keep an observation, and tell the mood that comes of it."""
    await services.writing.feel(
        wish.valence,
        arousal=0.0 if wish.arousal is None else wish.arousal,
        confidence=1.0 if wish.confidence is None else wish.confidence,
        because=wish.because,
    )
    return await services.reading.mood(services.tags_of_members())


async def mood(services: Services, wish: Mood, _: Tell) -> MoodShown:
    """The mood, the same on every device."""
    return await services.reading.mood(services.tags_of_members(), why=wish.why)


async def search(services: Services, wish: Search, _: Tell) -> list[Hit]:
    """Find memories and messages here, or on the own devices too."""
    if not 0 < wish.limit <= LIMIT_MAX:
        raise BadInput(f"A search gives between 1 and {LIMIT_MAX} results.")
    hits = await services.search.search(wish.query, wish.limit)
    if wish.everywhere:
        hits = _merged(hits, await _elsewhere(services, wish), wish.limit)
    return hits


async def _elsewhere(services: Services, wish: Search) -> list[Hit]:
    """What the own devices find; one that does not answer in time is left out."""
    gossip = services.gossip
    keys = [key for key in services.sync.peers() if gossip.trust(key) is Trust.FULL]
    body = {"query": wish.query, "limit": wish.limit}

    async def one(key: bytes) -> list[Hit]:
        answer = await services.requests.ask(key, "memory/search/request", body, EVERYWHERE_S)
        return [Hit(**row) for row in answer["hits"]]

    found = await asyncio.gather(*(one(key) for key in keys), return_exceptions=True)
    return [hit for hits in found if isinstance(hits, list) for hit in hits]


def _merged(here: list[Hit], elsewhere: list[Hit], limit: int) -> list[Hit]:
    best = {(hit.conversation_id, hit.id): hit for hit in [*elsewhere, *here]}
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.id))[:limit]


# ---- history ---------------------------------------------------------------------------------


class _Importing:
    """An import as a running wish."""

    def __init__(self) -> None:
        self.cancelled = asyncio.Event()

    def answer(self, *, yes: bool) -> None:
        """Nothing is asked."""

    def cancel(self) -> None:
        """Stop after what is under way; what is in stays."""
        self.cancelled.set()


async def take_in(services: Services, wish: Import, tell: Tell) -> ImportDone:
    """Import a file; it can be cancelled, and goes on when it is asked for again."""
    run, importing = services.new_run(), _Importing()
    services.running[run] = importing
    try:
        return await services.importing.take_in(
            Path(wish.path),
            form=wish.format,
            on_progress=_teller(services, run, "import", tell),
            cancelled=importing.cancelled,
        )
    finally:
        del services.running[run]
        _tell_bus(services, TransferChanged())


async def give_out(services: Services, wish: Export, tell: Tell) -> ExportDone:
    """Export to a file."""
    try:
        return await services.exporting.write(
            Path(wish.path),
            kind=wish.kind,
            form=wish.format,
            on_progress=_teller(services, services.new_run(), "export", tell),
        )
    finally:
        _tell_bus(services, TransferChanged())


def _teller(services: Services, run: str, doing: str, tell: Tell) -> OnProgress:
    """To whoever asked, and to the bus."""

    def progress(done: int, total: int, left: float | None) -> None:
        tell(Progress(run=run, done=done, total=total, seconds_left=left))
        _tell_bus(services, TransferChanged(
            doing=doing, done=done, total=total, seconds_left=left
        ))  # fmt: skip

    return progress


def _tell_bus(services: Services, message: TransferChanged) -> None:
    services.bus.publish(told(message, services.device_id))
