"""What happens, and what follows from it: the wires between the services of one node.

facts stored    ─▶ to the other devices, to the bus, receipts for what was forgotten
roster changed  ─▶ doors and lanes first, then the news, then the next epoch
lane up, down   ─▶ a talk begins, ends; who is around changes
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.commands import meeting
from mesh.commands.telling import bulletin, tell_holders
from mesh.companion.newsroom import grant_published
from mesh.family.change import Change
from mesh.links.handshake import LaneKind
from mesh.messages import (
    ContextUpdated,
    DeviceRecognised,
    Heartbeat,
    Message,
    SyncRequested,
    UserSaid,
    told,
)
from mesh.model.device import Trust, device_id
from mesh.node.amends import Amends
from mesh.node.confiding import Confiding
from mesh.node.judging import Judging
from mesh.wire.frames import Answered, Ask, Frame, Hello, Tell
from mesh.wire.told import read_told

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.commands.services import Services
    from mesh.companion.newsroom import Newsroom
    from mesh.links.lane import Lane
    from mesh.model.meeting import Preview
    from mesh.node.sharing import Sharing
    from mesh.node.tasks import Tasks
    from mesh.storage.objects import Outcome
    from mesh.wishes import ForgetShown

SETTLE_S = 0.15


class Following:
    """Reacts for one node; what it holds is set when it is built."""

    def __init__(self, tasks: Tasks, begin_anew: Callable[[], None]) -> None:
        self._tasks = tasks
        self._begin_anew = begin_anew
        self.amends = Amends(tasks, self._make_all_good)
        self.judging = Judging(lambda: self.services, self._show_anew)
        self.confiding = Confiding(lambda: self.services, tasks)
        self._announcing: asyncio.TimerHandle | None = None
        self.sharing: Sharing
        self.services: Services
        self.newsroom: Newsroom

    def stop(self) -> None:
        """Announce nothing more."""
        self.confiding.stop()
        if self._announcing is not None:
            self._announcing.cancel()

    async def tell_mood(self) -> None:
        """The mood as it stands now."""
        await self.newsroom.tell_mood()

    # ---- the family --------------------------------------------------------------------------

    def family_told(self, change: Change, is_named: bool) -> None:
        """Another device told something of the family; it is stored already."""
        self._tasks.spawn(self.family_changed(change, is_named=is_named))

    async def family_changed(self, change: Change, *, is_named: bool = False) -> None:
        """Follow the roster. ``is_named``: cards or portraits are new here, for others too."""
        with self.amends.owed():
            await self._follow_family(change, is_named=is_named)

    async def _follow_family(self, change: Change, *, is_named: bool) -> None:
        services = self.services
        registry, links, sync = services.registry, services.links, services.sync
        if await services.meetings.settle():
            sync.renew()
        if not registry.is_member:
            self._begin_anew()
            return
        links.admit(registry.directory.allowed())
        for key in change.gone:
            links.forsake(key)
            sync.down(key)
        self.seek_all()
        await services.gossip.refresh()
        if change or is_named:
            sync.spread()
        await self.sharing.follow()
        if change.retrusted:
            sync.renew()
        await self.judging.judge()
        if registry.roster.needs_epoch():
            following = await registry.renew_epoch(sync.peers())
            if following:
                await self.family_changed(following)
        self.announce_soon()

    async def _show_anew(self) -> None:
        await self.sharing.follow()
        await self.tell_mood()

    def seek_all(self) -> None:
        """Keep a lane to every device whose card says where it is."""
        directory = self.services.registry.directory
        for curve, key in directory.allowed().items():
            card = directory.card_of(key)
            if card is not None:
                self.services.links.seek(key, curve, card.endpoints)

    # ---- lanes and talks ---------------------------------------------------------------------

    def lane_up(self, lane: Lane) -> None:
        """A lane is up: with a live one a talk begins."""
        if lane.kind is LaneKind.LIVE:
            self.services.sync.up(lane)
            self._tasks.spawn(self._seen(lane.peer, connected=True))

    def lane_down(self, lane: Lane) -> None:
        """A lane is down: with a live one the talk ends."""
        if lane.kind is LaneKind.LIVE:
            self.services.sync.down(lane.peer)
            self._tasks.spawn(self._seen(lane.peer, connected=False))

    def lane_frame(self, lane: Lane, payload: bytes) -> None:
        """Something came on a lane."""
        self.services.sync.hear(lane, payload)

    async def bulk(self, key: bytes) -> Lane:
        """The bulk lane to a device."""
        return await self.services.links.bulk(key)

    async def _seen(self, key: bytes, *, connected: bool) -> None:
        services = self.services
        await services.shelf.save_sighting(key, services.presence.see(key))
        news = DeviceRecognised(device_id=device_id(key), connected=connected)
        services.bus.publish(told(news, services.device_id))
        self.announce_soon()

    def takes(self, _key: bytes, outcome: Outcome) -> None:
        """Another device's facts are certain to be stored: the bus need not wait for it.

        Should the process die this very moment they come again, and are told again.
        """
        self.newsroom.tell(outcome)

    def took(self, _key: bytes, outcome: Outcome) -> None:
        """Another device's facts were stored."""
        if outcome.forgotten:
            self._tasks.spawn(self._confirm(set(outcome.forgotten)))
        self._stored(outcome)

    def _stored(self, outcome: Outcome) -> None:
        self.sharing.stored(outcome)
        if outcome.unlabelled:
            self._tasks.spawn(self._guard(set(outcome.unlabelled)))

    async def _confirm(self, forgotten: set[bytes]) -> None:
        with self.amends.owed():
            await self.services.writing.confirm(forgotten)

    async def _guard(self, tagged: set[bytes]) -> None:
        members = self.services.tags_of_members()
        with self.amends.owed():
            await self.services.writing.guard(tagged, members.__contains__)

    def writes(self, outcome: Outcome) -> None:
        """Facts of this device are about to be stored: the others may have them meanwhile."""
        self.services.sync.grows(outcome)

    def wrote(self, outcome: Outcome) -> None:
        """Facts of this device were stored: to the others at once, and to the bus."""
        self.services.sync.grew(outcome)
        self.newsroom.tell(outcome)
        self._stored(outcome)

    def heard(self, key: bytes, frame: Frame) -> None:
        """A message or request of another device that is no record."""
        services = self.services
        if isinstance(frame, Ask | Answered):
            services.requests.came(key, frame)
        elif isinstance(frame, Tell):
            services.presence.see(key)
            message = read_told(frame, is_holder=services.gossip.takes_from(key))
            if message is None or _is_of_another(message, key):
                services.sync.count("refused_tells")
            else:
                services.bus.publish(told(message, device_id(key)))

    def met(self, key: bytes, hello: Hello) -> None:
        """A device said hello."""
        services = self.services
        services.presence.met(key, hello.capabilities, paused=hello.paused, now=hello.now)
        self.sharing.met(key, hello)
        if self.services.meetings.heard(key, waits=hello.waits):
            self._tasks.spawn(self._settle())
        self.announce_soon()

    async def _settle(self) -> None:
        with self.amends.owed():
            await meeting.settle(self.services)

    def surveyed(self, key: bytes, preview: Preview) -> None:
        """It was counted what becomes of a first meeting."""
        self._tasks.spawn(self._counted(key, preview))

    async def _counted(self, key: bytes, preview: Preview) -> None:
        with self.amends.owed():
            await meeting.counted(self.services, key, preview)

    def asked(self, key: bytes) -> None:
        """We asked a device for what we missed."""
        news = SyncRequested(device_id=device_id(key))
        self.services.bus.publish(told(news, self.services.device_id))

    def moved(self, key: bytes) -> None:
        """How far a device is has changed."""
        self.sharing.moved(key)
        self.announce_soon()

    def capabilities(self) -> tuple[str, ...]:
        """What this device can do."""
        return tuple(sorted(self.services.presence.own_capabilities))

    def restored(self, outcome: Outcome) -> None:
        """Facts came in from a backup: as if written here, with receipts for what is gone."""
        self.wrote(outcome)
        if outcome.forgotten:
            self._tasks.spawn(self._confirm(set(outcome.forgotten)))

    # ---- telling -----------------------------------------------------------------------------

    def announce_soon(self) -> None:
        """Tell how all stand, a moment later: many small changes are one piece of news."""
        if self._announcing is None:
            loop = asyncio.get_running_loop()
            self._announcing = loop.call_later(SETTLE_S, self._announce)

    def _announce(self) -> None:
        self._announcing = None
        services = self.services
        for message in bulletin(services):
            services.bus.publish(told(message, services.device_id))

    async def make_good(self) -> None:
        """What a crash may have left out: receipts, and the epoch after a removal."""
        with self.amends.owed():
            await self._make_good()

    async def _make_all_good(self) -> None:
        """The same, and what found no room on the disk while the family changed."""
        await self.family_changed(Change())
        if self.services.registry.is_member:
            await self._make_good()
            self.services.sync.renew()

    async def _make_good(self) -> None:
        services = self.services
        await self.sharing.follow(anew=True)
        await self.judging.judge()
        await services.writing.confirm()
        await self.newsroom.look_for_conflicts()
        if services.registry.roster.needs_epoch():
            await self.family_changed(
                await services.registry.renew_epoch(services.sync.peers())
            )

    # ---- modules -----------------------------------------------------------------------------

    async def grant_published(self, message: Message) -> Message | None:
        """A module published something: a record is written, the rest handed on."""
        services = self.services
        if isinstance(message, UserSaid):
            services.sync.somebody_speaks()
        members = services.tags_of_members()
        made = await grant_published(services.writing, services.reading, members, message)
        if isinstance(message, ContextUpdated):
            await tell_holders(services, message)
        return made

    # ---- small questions ---------------------------------------------------------------------

    def device_of(self, tag: bytes) -> str | None:
        """The device id behind an author tag."""
        services = self.services
        owner = services.registry.roster.owner_of(tag)
        if owner is None:
            return services.device_id if tag == services.author.tag else None
        return device_id(owner)

    def is_full_with(self, key: bytes) -> bool:
        """Whether that device and this one are both the owner's own."""
        gossip = self.services.gossip
        if self.services.sync.is_held(key):
            return False
        return {gossip.trust(key), gossip.trust(self.services.registry.key)} == {Trust.FULL}

    async def forget_progress(self, identity: bytes) -> ForgetShown:
        """How far a forgetting is."""
        services = self.services
        return await services.reading.forgetting(identity, services.holders, services.gone())

    def counts(self) -> dict[str, int]:
        """What should be rare, and what was refused, by name."""
        services = self.services
        return {**services.links.counts, **services.sync.counts, **services.gossip.counts}


def _is_of_another(message: Message, key: bytes) -> bool:
    """A device speaks for itself only."""
    return isinstance(message, Heartbeat) and message.device_id != device_id(key)
