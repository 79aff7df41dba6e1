"""What the companion knows, as windows, modules and the command line are shown it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from mesh.companion import terms
from mesh.messages import MoodObserved, Remembered, Said
from mesh.model import fact as facts
from mesh.model import hlc, views
from mesh.model import scope as scopes
from mesh.model.fact import FactKind, Memory, ObjectKind, Observation, Turn
from mesh.model.views import Felt
from mesh.storage import finding, reading
from mesh.storage.objects import Connection, State, object_by_id
from mesh.wishes import ConversationShown, ForgetShown, MoodShown, ReasonShown

if TYPE_CHECKING:
    from mesh.clock import Clock
    from mesh.storage.database import Database
    from mesh.storage.reading import View

MICROS = 1_000_000
MILLIS = 1000
FORGETTINGS_MAX = 50
"""So many of the latest are looked at."""
Names = Callable[[bytes], str | None]
"""The device id for an author tag; None when no device of the family has it."""
Shown = Said | Remembered | MoodObserved


class Counts(NamedTuple):
    """How much the companion holds here."""

    messages: int
    memories: int


class Forgotten(NamedTuple):
    """An object that was forgotten: which, of what kind, when (Unix s)."""

    identity: bytes
    kind: str
    timestamp: float


class Reading:
    """Answers questions from reader threads, so that the loop never waits for the disk."""

    def __init__(self, database: Database, names: Names, clock: Clock) -> None:
        self._database = database
        self._names = names
        self._clock = clock

    # ---- conversations -----------------------------------------------------------------------

    async def conversations(self) -> list[ConversationShown]:
        """Every conversation, newest first."""
        found = await self._database.read(reading.threads)
        return [
            ConversationShown(
                conversation_id=one.name, messages=one.messages, first=one.first / MICROS,
                last=one.last / MICROS, last_text=one.last_text,
            )
            for one in found
        ]  # fmt: skip

    async def show(self, conversation: str) -> list[Said]:
        """The messages of a conversation (id or unique prefix). NotFound, AmbiguousName."""

        def job(connection: Connection) -> list[Said]:
            row = finding.find_thread(connection, conversation)
            turns = reading.turns_of(connection, row.n)
            return [one for one in map(self.said, turns) if one is not None]

        return await self._database.read(job)

    async def memories(self) -> list[Remembered]:
        """Every memory, newest first."""

        def job(connection: Connection) -> list[Remembered]:
            found = reading.all_of(connection, ObjectKind.MEMORY, newest_first=True)
            return [one for one in map(self.remembered, found) if one is not None]

        return await self._database.read(job)

    async def item(self, identity: str) -> Shown | None:
        """What has this id (see ``find_object``); None when it is forgotten or not here now."""

        def job(connection: Connection) -> Shown | None:
            return self._shown(connection, finding.find_object(connection, identity).id)

        return await self._database.read(job)

    async def look(self, identities: Collection[bytes]) -> dict[bytes, Shown | None]:
        """These objects as they are shown now; None for what is no longer shown."""
        wanted = tuple(identities)

        def job(connection: Connection) -> dict[bytes, Shown | None]:
            return {identity: self._shown(connection, identity) for identity in wanted}

        return await self._database.read(job)

    async def counts(self) -> Counts:
        """How many messages and memories there are here."""

        def job(connection: Connection) -> Counts:
            return Counts(
                reading.count_of(connection, ObjectKind.TURN),
                reading.count_of(connection, ObjectKind.MEMORY),
            )

        return await self._database.read(job)

    # ---- mood --------------------------------------------------------------------------------

    async def mood(self, devices: Mapping[bytes, str], *, why: bool = False) -> MoodShown:
        """The mood by the latest observation of each device (author tag → device id).

        Devices not named, and feelings more than 24 hours ahead, do not count.
        """
        until = hlc.tick_of(self._clock.wall() // 1000 + hlc.AHEAD_MAX_MS + 1) - 1

        def job(connection: Connection) -> MoodShown:
            seen = _latest(reading.latest_observations(connection, until), devices)
            mood = views.mood_of(_felt(device, one) for device, one in seen.items())
            reasons = tuple(
                _reason(connection, device, one, mood.weights.get(device, 0.0))
                for device, one in sorted(seen.items())
            )
            return MoodShown(
                valence=mood.valence, arousal=mood.arousal, confidence=mood.confidence,
                label=mood.label, contributing_devices=mood.devices,
                why=reasons if why else None,
            )  # fmt: skip

        return await self._database.read(job)

    # ---- forgetting --------------------------------------------------------------------------

    async def is_hidden(self, identity: bytes) -> bool:
        """Whether it is only hidden here, and a person elsewhere is asked to forget it."""
        row = await self._database.read(lambda sql: object_by_id(sql, identity))
        return row is not None and row.state == State.HIDDEN

    async def latest_forgettings(self, author: bytes) -> list[Forgotten]:
        """What an author (tag) forgot last, latest first."""

        def job(connection: Connection) -> list[Forgotten]:
            rows = reading.latest_forgets(connection, author, FORGETTINGS_MAX)
            return [
                Forgotten(row.id, terms.kind_name(row.kind), hlc.milliseconds_of(tick) / MILLIS)
                for row, tick in rows
            ]

        return await self._database.read(job)

    async def forgetting(
        self,
        identity: bytes,
        expected: Callable[[int, bytes | None], Mapping[bytes, str]],
        gone: Mapping[bytes, str] | None = None,
    ) -> ForgetShown:
        """Who has confirmed a forgetting.

        ``expected``: by the scope its forgetting travels in and its author tag, the devices
        that should confirm, author tag → device id. ``gone``: devices that left the family with
        what they had.
        """

        def job(connection: Connection) -> tuple[int, frozenset[bytes]]:
            row = object_by_id(connection, identity)
            if row is None:
                return 0, frozenset()
            kind = scopes.scope_kind(row.kind, FactKind.FORGET)
            scope = scopes.scope_of(kind, row.reach, is_stub=True)
            return scope, reading.receipts(connection, row)

        scope, confirmed = await self._database.read(job)
        should, left = expected(scope, facts.author_of(identity)), gone or {}
        known = {**left, **should}
        return ForgetShown(
            id=facts.text_of_id(identity),
            confirmed_by=tuple(sorted(known[tag] for tag in confirmed if tag in known)),
            waiting_for=tuple(
                sorted(name for tag, name in should.items() if tag not in confirmed)
            ),
            gone=tuple(sorted(name for tag, name in left.items() if tag not in confirmed)),
        )

    # ---- views as messages -------------------------------------------------------------------

    def said(self, seen: View) -> Said | None:
        """A turn as it is shown."""
        root = seen.root
        if not isinstance(root, Turn):
            return None
        return Said(
            id=seen.public_id, conversation_id=root.conversation, role=root.role,
            text=seen.text, timestamp=root.shown / MICROS, device_id=self.device_of(seen),
            speaker=root.speaker, tags=seen.tags,
        )  # fmt: skip

    def remembered(self, seen: View) -> Remembered | None:
        """A memory as it is shown."""
        root = seen.root
        if not isinstance(root, Memory):
            return None
        return Remembered(
            id=seen.public_id, text=seen.text, tags=seen.tags,
            privacy=terms.level_name(seen.row.level), timestamp=root.shown / MICROS,
            device_id=self.device_of(seen),
        )  # fmt: skip

    def observed(self, seen: View) -> MoodObserved | None:
        """An observation as it is shown."""
        root = seen.root
        if not isinstance(root, Observation):
            return None
        return MoodObserved(
            id=seen.public_id, valence=root.valence, arousal=root.arousal,
            confidence=root.confidence, timestamp=root.shown / MICROS,
            device_id=self.device_of(seen),
        )  # fmt: skip

    def _shown(self, connection: Connection, identity: bytes) -> Shown | None:
        row = object_by_id(connection, identity)
        seen = reading.view(connection, row) if row is not None else None
        if seen is None:
            return None
        return self.said(seen) or self.remembered(seen) or self.observed(seen)

    def device_of(self, seen: View) -> str | None:
        """The device an object came from; None for imported lines."""
        author = facts.author_of(seen.row.id)
        return None if author is None else self._names(author)


def _latest(found: list[View], devices: Mapping[bytes, str]) -> dict[str, View]:
    """The newest of each device; one that goes on under a new key has several author tags."""
    found = [one for one in found if one.row.id[:6] in devices]
    found.sort(key=lambda one: (facts.tick_in(one.row.id), one.row.id))
    return {devices[one.row.id[:6]]: one for one in found}


def _felt(device: str, seen: View) -> Felt:
    root = seen.root
    assert isinstance(root, Observation)  # noqa: S101 — the query asks for observations only
    tick = facts.tick_in(seen.row.id)
    return Felt(device, tick, seen.row.id, root.valence, root.arousal, root.confidence)


def _reason(connection: Connection, device: str, seen: View, weight: float) -> ReasonShown:
    root = seen.root
    assert isinstance(root, Observation)  # noqa: S101 — the query asks for observations only
    is_hidden = seen.row.state == State.HIDDEN
    return ReasonShown(
        device_id=device, valence=root.valence, arousal=root.arousal,
        confidence=root.confidence, timestamp=root.shown / MICROS, weight=weight,
        because=None if is_hidden else reading.reason_of(connection, seen.row),
    )  # fmt: skip
