"""Tells the bus what was stored, and grants what modules publish as wishes.

A few facts are told one by one, as they happen; many at once (a first sync, an import) as a
count. What speaks for itself is told at once; what must be looked at again (a memory with all
its facts, the mood) a moment later, in order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from mesh.companion.telling import (
    disputable_in,
    forgettings_in,
    memories_in,
    messages_changed_in,
    observations_in,
    told_of,
)
from mesh.messages import (
    ConflictDetected,
    ConflictResolved,
    ForgetConfirmed,
    HistoryArrived,
    MemoryAsked,
    MemoryChanged,
    Message,
    MessageChanged,
    MoodChanged,
    Remembered,
    Said,
    UserSaid,
    told,
)
from mesh.model import fact as facts

if TYPE_CHECKING:
    from mesh.bus.bus import Bus
    from mesh.companion.reading import Reading
    from mesh.companion.settling import Settling
    from mesh.companion.writing import Writing
    from mesh.storage.objects import Outcome
    from mesh.wishes import ConflictShown, ForgetShown

LOOK_AFTER_S = 0.25
Spawn = Callable[[Coroutine[Any, Any, None]], object]


class Newsroom:
    """The voice of the companion on this device's bus."""

    def __init__(  # noqa: PLR0913 — what it asks of others, by name
        self,
        bus: Bus,
        reading: Reading,
        settling: Settling,
        device_id: str,
        spawn: Spawn,
        *,
        device_of: Callable[[bytes], str | None],
        members: Callable[[], Mapping[bytes, str]],
        progress: Callable[[bytes], Coroutine[Any, Any, ForgetShown]],
    ) -> None:
        self._bus = bus
        self._reading = reading
        self._settling = settling
        self._disputed: dict[bytes, str] = {}
        self._device_id = device_id
        self._spawn = spawn
        self._device_of = device_of
        self._members = members
        self._progress = progress
        self._order = asyncio.Lock()
        self._looks_soon = False

    def tell(self, outcome: Outcome) -> None:
        """What a commit brought."""
        for identity, fact, _ in outcome.fresh:
            author = facts.author_of(identity)
            device = None if author is None else self._device_of(author)
            message = told_of(identity, fact, device)
            if message is not None:
                self._publish(message, device)
        if outcome.added and not outcome.fresh:
            self._publish(HistoryArrived(messages=outcome.added))
            self._look_soon()
        elif outcome.fresh:
            self._tell_later(outcome)

    def _look_soon(self) -> None:
        """Look at all there is, once for all that came: a history comes in many pages."""
        if not self._looks_soon:
            self._looks_soon = True
            self._spawn(self._look())

    async def _look(self) -> None:
        await asyncio.sleep(LOOK_AFTER_S)
        self._looks_soon = False
        await self._tell_mood()
        await self.look_for_conflicts()

    def _tell_later(self, outcome: Outcome) -> None:
        for identity in messages_changed_in(outcome.fresh):
            self._publish(MessageChanged(id=facts.text_of_id(identity)))
        memories = memories_in(outcome.fresh)
        forgettings = forgettings_in(outcome.fresh)
        if memories or forgettings:
            self._spawn(self._tell_views(memories, forgettings))
        if observations_in(outcome.fresh):
            self._spawn(self._tell_mood())
        disputable = disputable_in(outcome.fresh)
        if disputable:
            self._spawn(self._tell_disputes(disputable))

    async def tell_mood(self) -> None:
        """The mood as it stands, for whoever subscribes later."""
        await self._tell_mood()

    async def _tell_mood(self) -> None:
        async with self._order:
            mood = await self._reading.mood(self._members())
            self._publish(
                MoodChanged(
                    valence=mood.valence,
                    arousal=mood.arousal,
                    confidence=mood.confidence,
                    label=mood.label,
                    contributing_devices=mood.contributing_devices,
                )
            )

    async def _tell_views(self, memories: set[bytes], forgettings: set[bytes]) -> None:
        async with self._order:
            for identity, shown in (await self._reading.look(memories)).items():
                self._publish(_memory(identity, shown))
            for identity in forgettings:
                shown_progress = await self._progress(identity)
                self._publish(
                    ForgetConfirmed(
                        id=shown_progress.id,
                        confirmed_by=shown_progress.confirmed_by,
                        waiting_for=shown_progress.waiting_for,
                    )
                )

    async def look_for_conflicts(self) -> None:
        """After a start, or when much came at once."""
        async with self._order:
            found = await self._settling.unsettled()
            self._tell_conflicts({**dict.fromkeys(self._disputed), **found})

    async def _tell_disputes(self, disputable: set[bytes]) -> None:
        async with self._order:
            self._tell_conflicts(await self._settling.among(disputable))

    def _tell_conflicts(self, found: Mapping[bytes, ConflictShown | None]) -> None:
        """What is new, and what is settled; each is told once."""
        for identity, conflict in found.items():
            if conflict is None:
                settled = self._disputed.pop(identity, None)
                if settled is not None:
                    self._publish(ConflictResolved(id=settled))
            elif identity not in self._disputed:
                self._disputed[identity] = conflict.id
                self._publish(
                    ConflictDetected(
                        id=conflict.id,
                        kind=conflict.kind,
                        conversation_id=conflict.conversation_id,
                    )
                )

    def _publish(self, message: Message, device: str | None = None) -> None:
        self._bus.publish(told(message, device or self._device_id))


def _memory(identity: bytes, shown: object) -> MemoryChanged:
    if not isinstance(shown, Remembered):
        return MemoryChanged(id=facts.text_of_id(identity), text=None)
    return MemoryChanged(
        id=shown.id,
        text=shown.text,
        tags=shown.tags,
        privacy=shown.privacy,
        timestamp=shown.timestamp,
        device_id=shown.device_id,
    )


async def grant_published(
    writing: Writing, reading: Reading, members: Mapping[bytes, str], message: Message
) -> Message | None:
    """A published record kind is a wish: written, and what came of it. None for all others."""
    match message:
        case UserSaid():
            said = await writing.say(
                message.text,
                conversation=message.conversation_id,
                role=message.role,
                tags=message.tags,
                private=message.private,
            )
            return _as_message(type(message), said)
        case MoodChanged():
            await writing.feel(
                message.valence,
                arousal=message.arousal,
                confidence=message.confidence,
                because=message.because,
            )
            mood = await reading.mood(members)
            return MoodChanged(
                valence=mood.valence,
                arousal=mood.arousal,
                confidence=mood.confidence,
                label=mood.label,
                contributing_devices=mood.contributing_devices,
            )
        case MemoryAsked():
            kept = await writing.remember(
                message.text, tags=message.tags, privacy=message.privacy
            )
            return _memory(bytes.fromhex(kept.id), kept)
        case _:
            return None


def _as_message(kind: type[UserSaid], said: Said) -> UserSaid:
    return kind(
        text=said.text,
        conversation_id=said.conversation_id,
        id=said.id,
        role=said.role,
        timestamp=said.timestamp,
        device_id=said.device_id,
        tags=said.tags,
    )
