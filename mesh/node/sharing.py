"""What follows when the owner chooses otherwise: talks, what is here, what is noted of others.

settings stored, trust changed, file edited ─▶ what is in force ─▶ withdraw ─▶ say hello again
a hello came ─▶ terms for this device, or what that one may still have
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from operator import is_
from typing import TYPE_CHECKING

from mesh.messages import HistoryArrived, told
from mesh.model.allowance import Grants
from mesh.model.scope import ScopeKind, scope_parts
from mesh.storage import choices
from mesh.sync.circle import Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractContextManager

    from mesh.commands.services import Services
    from mesh.companion.holding import Holding
    from mesh.storage.objects import Outcome
    from mesh.wire.frames import Hello


HOUR_S = 3600.0
_NEVER = (None,) * 6
SYNCED_S = 3.0
"""So long after a device said that it has something no power cut can take that from it again:
it syncs what it committed once a second."""
NOTES_MAX = 60
"""So often an hour a device can make this one write down what it may have."""


class Sharing:
    """Follows the choices of one node; one change after the other."""

    def __init__(
        self,
        holding: Holding,
        current: Callable[[], Services],
        spawn: Callable[[Coroutine[None, None, None]], None],
        tell_mood: Callable[[], Coroutine[None, None, None]],
        owed: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self.holding = holding
        self._policies = holding.policies
        self._current = current
        self._spawn = spawn
        self._tell_mood = tell_mood
        self._owed = owed
        self._turn = asyncio.Lock()
        self._noting = asyncio.Lock()
        self._under_way = 0
        self._said: dict[bytes, Grants] = {}
        """What each device said in its last hello that it may still have."""
        self._noted: dict[bytes, deque[float]] = {}
        """When that was last noted, by device."""
        self._leaving: set[bytes] = set()
        self._left_nothing: dict[bytes, tuple[object, ...]] = {}
        """On what terms there was nothing that a device could take the place of."""
        self._looked_for: frozenset[str] | None = None
        """The private tags for which everything was looked at since the start."""

    @property
    def is_settled(self) -> bool:
        """Whether what may be here is what is here, asked for, and what others may have known.

        As long as it is not known what was chosen, devices that are not full are given nothing.
        """
        return not self._under_way and self._policies.is_heard

    # ---- hello -------------------------------------------------------------------------------

    def terms(self, key: bytes) -> Terms:
        """What our hello to a device says of holding."""
        policies = self._policies
        told, holds = policies.terms_for(key), self.holding.held.pairs()
        if told is not None:
            return Terms(told[0], told[1], holds)
        since = policies.policy.stamp + 1 if policies.is_full and policies.is_heard else 0
        return Terms(chosen_at=since, holds=holds, told_at=self.holding.told_at)

    def met(self, key: bytes, hello: Hello) -> None:
        """A device said hello: what it lets us hold, or what it may still have."""
        if hello.may_hold is not None:
            self._spawn(self._counted(self._told(key, hello)))
        if hello.holds is not None:
            self._said[key] = Grants.of_pairs(hello.holds)
            self._spawn(self._note(key))

    async def _told(self, key: bytes, hello: Hello) -> None:
        if await self._policies.told(key, hello.may_hold or (), hello.chosen_at):
            await self._follow(is_other=True)

    async def _note(self, *keys: bytes) -> None:
        """What these devices said last, beside what they may hold by what is chosen now."""
        with self._owed():
            async with self._noting:
                for key in keys:
                    await self._note_one(key)

    async def _note_one(self, key: bytes) -> None:
        services, now = self._current(), self._current().clock.monotonic()
        notes = self._noted.setdefault(key, deque(maxlen=NOTES_MAX))
        is_restless = len(notes) == NOTES_MAX and now - notes[0] < HOUR_S
        if is_restless or key not in self._said:
            return
        if await self._policies.note(key, self._said[key], services.writing):
            notes.append(now)

    # ---- following ---------------------------------------------------------------------------

    def stored(self, outcome: Outcome) -> None:
        """Facts were stored here."""
        if any(scope_parts(scope)[0] == ScopeKind.SETTING for scope in outcome.tops):
            self._spawn(self.follow())

    def moved(self, key: bytes) -> None:
        """A talk went on: all that was chosen may be here now, or all that is here there."""
        sync = self._current().sync
        if not self._policies.is_heard and sync.has_settings_of(key):
            self._spawn(self._hear())
        self._look_at(key)

    def _look_at(self, key: bytes) -> None:
        vouchers = self.holding.vouchers
        is_awaited = key in vouchers.awaited and not self._under_way
        if is_awaited and self._current().sync.in_step(key):
            self._spawn(self._came_back(key))
        if self._is_to_leave(key) and self._current().sync.in_step(key):
            self._leaving.add(key)
            self._spawn(self._leave(key))

    async def _came_back(self, key: bytes) -> None:
        with self._owed():
            await self.holding.vouchers.came_back(key)

    def _is_to_leave(self, key: bytes) -> bool:
        """Whether that device may take the place of last copies here; asked very often."""
        policies, said = self._policies, self._said.get(key)
        if said is None or key in self._leaving:
            return False
        roster, vouched = policies.home.roster, self.holding.vouchers.vouched
        of = (said, policies.policy, policies.own, policies.grants, roster, vouched)
        if all(map(is_, of, self._left_nothing.get(key, _NEVER))):
            return False
        if self.holding.left_to(key, said):
            return True
        self._left_nothing[key] = of
        return False

    async def _leave(self, key: bytes) -> None:
        """What a device that stays in step has as well goes, if it may not be here."""
        try:
            await asyncio.sleep(SYNCED_S)
            services = self._current()
            with self._owed():
                async with self._turn:
                    is_in_step = partial(services.sync.in_step, key)
                    terms = (key, self._said[key], services.writing, is_in_step)
                    has_left = await self.holding.leave_to(*terms)
        finally:
            self._leaving.discard(key)
        if has_left:
            services.bus.publish(told(HistoryArrived(messages=0), services.device_id))
            await self._tell_mood()

    async def _hear(self) -> None:
        if await self._policies.hear():
            self._current().sync.renew()

    async def follow(self, *, anew: bool = False) -> None:
        """See what is in force now, and do what follows. ``anew``: as after a start."""
        await self._counted(self._follow(anew=anew))

    async def _counted(self, work: Coroutine[None, None, None]) -> None:
        self._under_way += 1
        try:
            with self._owed():
                async with self._turn:
                    await work
        finally:
            self._under_way -= 1
            work.close()
            sync = self._current().sync
            sync.catching_up.look_again()
            for key in sync.peers():
                self._look_at(key)

    async def _follow(self, *, is_other: bool = False, anew: bool = False) -> None:
        if anew:
            self._looked_for = None
        services, policies = self._current(), self._policies
        is_other |= await policies.reload()
        is_other |= await policies.refresh()
        was_settled = await self.holding.settle(services.writing)
        await self._guard(policies.private_tags)
        if was_settled:
            services.sync.ask_again()
            services.bus.publish(told(HistoryArrived(messages=0), services.device_id))
            await self._tell_mood()
        if is_other or was_settled:
            services.sync.renew()
        if is_other or was_settled or anew:
            # Not after every note: two devices that heard different words would never end.
            self._spawn(self._note(*services.sync.peers()))

    async def _guard(self, tags: frozenset[str]) -> None:
        """What has one of these tags is private from now on; cut anywhere, it is done again."""
        services, fresh = self._current(), tags - self.holding.guarded
        is_first = tags != self._looked_for
        if fresh or (is_first and self._looked_for is not None):
            await services.database.wait_written()
        found = await services.database.read(lambda sql: choices.objects_with_tag(sql, fresh))
        if is_first:
            # Also what waits for the label of a tag that is not private, or no longer.
            found += await services.database.read(choices.objects_without_label)
        for start in range(0, len(found), choices.LOOKED_AT):
            await services.writing.look_again(found[start : start + choices.LOOKED_AT])
        await self.holding.guard(tags)
        self._looked_for = tags
