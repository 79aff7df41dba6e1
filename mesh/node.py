"""The node: builds every service, starts and stops them in order. The only composition root.

    profile ─ lock ─ root key ─ database ─ family ─ author ─ sync ─ links ─ bus ─ door

A node lives in one task group. When the device gets new keys (it left, or was removed) all
services are built anew on the same database.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import platform
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from mesh import __version__
from mesh.bus.bus import Bus
from mesh.bus.door import Door
from mesh.bus.faults import note
from mesh.clock import Clock, Entropy, SystemClock, SystemEntropy
from mesh.commands.desk import grant
from mesh.commands.services import Place, Services
from mesh.commands.telling import answerers, bulletin, heartbeat
from mesh.companion.author import Author
from mesh.companion.exporting import Exporting
from mesh.companion.importing import Importing
from mesh.companion.newsroom import Newsroom, grant_published
from mesh.companion.reading import Reading
from mesh.companion.writing import Writing
from mesh.errors import BadInput, MeshError
from mesh.family.gossip import Gossip
from mesh.family.household import Means
from mesh.family.registry import Registry
from mesh.health.presence import Presence
from mesh.keystore import unlock
from mesh.links.addresses import own_addresses
from mesh.links.door import DoorKeeper
from mesh.links.handshake import LaneKind
from mesh.links.pool import Links
from mesh.links.switchboard import Me
from mesh.messages import Audience, DeviceRecognised, Message, News, SyncRequested, told
from mesh.model.device import Trust, author_tag, clean_name, device_id
from mesh.model.fact import FactKind
from mesh.profile import no_core_dumps
from mesh.recall.search import Search
from mesh.sockets import Context, curve_keypair
from mesh.storage import feeds
from mesh.storage.database import Database
from mesh.storage.objects import Outcome, Rules
from mesh.storage.opening import open_database
from mesh.storage.shelf import FamilyShelf
from mesh.sync.circle import Circle, Hooks
from mesh.sync.service import Sync
from mesh.wire.frames import Answered, Ask, Frame, Hello, Tell
from mesh.wire.told import read_told, write_told
from mesh.work.requests import Requests

if TYPE_CHECKING:
    from mesh.family.change import Change
    from mesh.links.lane import Lane
    from mesh.profile import Profile
    from mesh.wishes import AnyWish, Event, ForgetShown

log = logging.getLogger(__name__)
DEFAULT_PORT = 21550
FIRST_LOOK_S = 2.0
TEND_EVERY_S = 30.0
SETTLE_S = 0.15
FAREWELL_S = 0.4
INDEX_SLICE = 2000
PORT = "port"
TAGGING = frozenset({FactKind.TAG, FactKind.ROOT})


@dataclass(frozen=True)
class Options:
    """How a node is to be served. ``port`` None: the usual one, or the one last used."""

    host: str = "*"
    port: int | None = None
    name: str | None = None


@dataclass
class Outside:
    """What a node takes from the world: time, chance, words for its owner."""

    clock: Clock = field(default_factory=SystemClock)
    entropy: Entropy = field(default_factory=SystemEntropy)
    on_notice: Callable[[str], None] = field(default=lambda _: None)


class Node:
    """One device. Made by ``open``; ends with its ``with`` block."""

    def __init__(
        self, profile: Profile, database: Database, options: Options, outside: Outside
    ) -> None:
        self._profile = profile
        self._database = database
        self._options = options
        self._outside = outside
        self._tasks: asyncio.TaskGroup
        self._spawned: set[asyncio.Task[None]] = set()
        self._closed = asyncio.Event()
        self._newsroom: Newsroom
        self._door: Door
        self._bulletin: asyncio.TimerHandle | None = None
        self.services: Services

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls,
        profile: Profile,
        *,
        host: str = "*",
        port: int | None = None,
        name: str | None = None,
        passphrase: str | None = None,
        root_key: bytes | None = None,
        outside: Outside | None = None,
        on_notice: Callable[[str], None] | None = None,
    ) -> AsyncIterator[Self]:
        """Serve a profile: everything works inside the block.

        ProfileInUse, KeystoreError and StorageError come before anything is changed. Tests give
        a ``root_key`` and so need no keystore.
        """
        outside = outside or Outside()
        if on_notice is not None:
            outside.on_notice = on_notice
        no_core_dumps()
        profile.prepare()
        with contextlib.closing(profile.lock()):
            is_first = not profile.database.exists()
            key = root_key or await _root_key(profile, outside, passphrase)
            database = await open_database(profile.database, key, outside.entropy)
            node = cls(profile, database, Options(host, port, name), outside)
            if is_first:
                outside.on_notice(_introduction(profile))
            try:
                async with asyncio.TaskGroup() as node._tasks:
                    await node._start()
                    try:
                        yield node
                    finally:
                        await node._stop()
            finally:
                await database.close()

    # ---- what its holder asks ----------------------------------------------------------------

    @property
    def device_id(self) -> str:
        """This device's id."""
        return self.services.device_id

    @property
    def name(self) -> str:
        """This device's name."""
        return self.services.name_of(self.services.registry.key)

    @property
    def host(self) -> str:
        """The first address others reach it at."""
        return self.services.place.addresses[0]

    @property
    def port(self) -> int:
        """The port of its links."""
        return self.services.place.port

    @property
    def bus(self) -> Bus:
        """The bus inside this device."""
        return self.services.bus

    async def command(self, wish: AnyWish, tell: Callable[[Event], None]) -> object:
        """Do what the owner wishes: the one way, for windows and command line."""
        return await grant(self.services, wish, tell)

    async def wait_closed(self) -> None:
        """Until somebody wishes the node to stop."""
        await self._closed.wait()

    # ---- starting and stopping ---------------------------------------------------------------

    async def _start(self) -> None:
        """Build all services and let them run."""
        outside, database = self._outside, self._database
        shelf = FamilyShelf(database)
        registry = await self._open_registry(shelf)
        author = await Author.open(database, registry.key, outside.clock, outside.entropy)
        self._tick = author.foresee
        bus, context = Bus(), Context()
        reading = Reading(database, self._device_of, outside.clock)
        gossip = Gossip(registry, outside.clock, self._family_told)
        sync = await self._make_sync(gossip, author)
        door_keeper = DoorKeeper(context)
        links = self._make_links(registry, context, door_keeper)
        requests = Requests(
            bus, sync, outside.entropy, self._spawn, is_full=self._is_full_with
        )
        writing = Writing(database, author, self._rules, self._wrote)
        self.services = Services(
            profile=self._profile, clock=outside.clock, entropy=outside.entropy,
            database=database, shelf=shelf, registry=registry, gossip=gossip, author=author,
            writing=writing, reading=reading,
            importing=Importing(database, self._rules, outside.clock, self._wrote),
            exporting=Exporting(database, reading, outside.clock),
            search=Search(database, self._device_of),
            presence=Presence(outside.clock, await shelf.load_sightings()),
            sync=sync, requests=requests, context=context, door_keeper=door_keeper,
            links=links, bus=bus, place=Place("", 0, ()),
            on_change=self._family_changed, on_leaving=self._leave_soon,
            on_stop=self._closed.set, spawn=self._own, later=self._later,
            publish=self._publish, counts=self._counts,
        )  # fmt: skip
        await self._introduce()
        self._newsroom = Newsroom(
            bus, reading, self.device_id, self._spawn, device_of=self._device_of,
            members=self.services.tags_of_members, progress=self._forget_progress,
        )  # fmt: skip
        self._answer_modules()
        await self._listen()
        self._door = Door(
            context, bus, self.device_id, on_wish=self._grant_published,
            command=self.command, tasks=self._tasks,
        )  # fmt: skip
        self._door.open(self._profile)
        self._spawn(self._tend())
        await self._newsroom.tell_mood()

    async def _open_registry(self, shelf: FamilyShelf) -> Registry:
        """The family, and new keys if this device was removed from it."""
        outside = self._outside
        means = Means(shelf, outside.clock, outside.entropy, self._next_tick, curve_keypair)
        registry = await Registry.open(means)
        if not registry.is_member:
            await shelf.add_past_tag(author_tag(registry.key))
            await registry.start_anew()
        return registry

    async def _make_sync(self, gossip: Gossip, author: Author) -> Sync:
        run = self._outside.entropy.draw(8)
        await self._database.write(lambda sql: feeds.begin_run(sql, run))
        tops = await self._database.read(feeds.tops)
        await gossip.refresh()
        hooks = Hooks(
            on_taken=self._took, on_said=self._heard, on_moved=self._moved, on_met=self._met,
            on_asked=self._asked, bulk_lane=self._bulk, spawn=self._own,
            note_clock=author.see, capabilities=self._capabilities,
        )  # fmt: skip
        clock = self._outside.clock
        return Sync(
            Circle(self._database, gossip, self._rules, hooks, clock, run, tops, __version__)
        )

    def _make_links(self, registry: Registry, context: Context, door: DoorKeeper) -> Links:
        me = Me(
            registry.identity.signing, registry.identity.curve, lambda: registry.family,
            self._outside.clock, self._outside.entropy,
        )  # fmt: skip
        return Links(
            me, context, door, on_up=self._lane_up, on_down=self._lane_down,
            on_frame=self._lane_frame,
        )  # fmt: skip

    async def _introduce(self) -> None:
        """A device without a name gets the owner's choice, else the machine's."""
        directory = self.services.registry.directory
        key = self.services.registry.key
        if self._options.name is not None:
            await directory.describe(key, name=clean_name(self._options.name))
        elif not directory.is_described(key):
            await directory.describe(key, name=_machine_name())

    async def _listen(self) -> None:
        """Take a port, tell the family where, and look for the others."""
        services, wanted = self.services, self._options.port
        last = int((await services.shelf.load_secret(PORT)) or b"0")
        first = last if wanted == 0 else wanted or DEFAULT_PORT
        services.links.admit(services.registry.directory.allowed())
        port = await services.links.open(self._options.host, [first, last, 0])
        if port != last:
            await services.shelf.save_secret(PORT, str(port).encode())
        addresses = own_addresses(self._options.host)
        services.place = Place(self._options.host, port, addresses)
        await services.registry.directory.renew_card(services.endpoints)
        self._seek_all()

    async def _stop(self) -> None:
        """Close what listens, end what runs."""
        if self._bulletin is not None:
            self._bulletin.cancel()
        self._door.close()
        services = self.services
        await services.links.close()
        services.door_keeper.close()
        running = list(self._spawned)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        services.context.close()

    async def _restart(self) -> None:
        """Begin again with new keys, on the same database."""
        await asyncio.sleep(FAREWELL_S)  # the answer and the farewells are on their way
        await self._stop()
        await self._start()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run beside everything else."""
        self._spawned.add(self._own(work))

    def _own(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task of this node; what fails there is noted and ends nothing else."""
        task = self._tasks.create_task(_guarded(work))
        self._spawned.add(task)
        task.add_done_callback(self._spawned.discard)
        # One that is cancelled before its first step would leave its work never awaited.
        task.add_done_callback(lambda _: work.close())
        return task

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """Run once whoever asks has had its answer."""
        asyncio.get_running_loop().call_later(SETTLE_S, self._spawn, work)

    # ---- the family --------------------------------------------------------------------------

    def _family_told(self, change: Change, is_named: bool) -> None:  # noqa: FBT001
        """Another device told something of the family; it is stored already."""
        self._spawn(self._family_changed(change))

    async def _family_changed(self, change: Change) -> None:
        """Follow the roster: doors and lanes first, then the news, then the next epoch."""
        services = self.services
        registry, links, sync = services.registry, services.links, services.sync
        if not registry.is_member:
            self._leave_soon()
            return
        links.admit(registry.directory.allowed())
        for key in change.gone:
            links.forsake(key)
            sync.down(key)
        self._seek_all()
        if change:
            sync.spread()
        if change.retrusted:
            sync.renew()
        await services.gossip.refresh()
        if registry.roster.needs_epoch():
            following = await registry.renew_epoch(sync.peers())
            if following:
                await self._family_changed(following)
        self._announce_soon()

    def _seek_all(self) -> None:
        directory = self.services.registry.directory
        for curve, key in directory.allowed().items():
            card = directory.card_of(key)
            if card is not None:
                self.services.links.seek(key, curve, card.endpoints)

    def _leave_soon(self) -> None:
        """This device has, or needs, new keys: all services are built anew."""
        task = self._tasks.create_task(_guarded(self._restart()))
        task.add_done_callback(lambda _: None)

    # ---- lanes and talks ---------------------------------------------------------------------

    def _lane_up(self, lane: Lane) -> None:
        if lane.kind is LaneKind.LIVE:
            self.services.sync.up(lane)
            self._spawn(self._seen(lane.peer, connected=True))

    def _lane_down(self, lane: Lane) -> None:
        if lane.kind is LaneKind.LIVE:
            self.services.sync.down(lane.peer)
            self._spawn(self._seen(lane.peer, connected=False))

    def _lane_frame(self, lane: Lane, payload: bytes) -> None:
        self.services.sync.hear(lane, payload)

    async def _seen(self, key: bytes, *, connected: bool) -> None:
        services = self.services
        await services.shelf.save_sighting(key, services.presence.see(key))
        news = DeviceRecognised(device_id=device_id(key), connected=connected)
        services.bus.publish(told(news, self.device_id))
        self._announce_soon()

    async def _bulk(self, key: bytes) -> Lane:
        return await self.services.links.bulk(key)

    def _took(self, _key: bytes, outcome: Outcome) -> None:
        """Another device's facts were stored."""
        self._newsroom.tell(outcome)
        if outcome.forgotten:
            self._spawn(self._confirm(set(outcome.forgotten)))
        tagged = {target for _, fact, target in outcome.fresh if fact.kind in TAGGING}
        if tagged:
            self._spawn(self._guard(tagged))

    async def _confirm(self, forgotten: set[bytes]) -> None:
        await self.services.writing.confirm(forgotten)

    async def _guard(self, tagged: set[bytes]) -> None:
        await self.services.writing.guard(tagged)

    def _wrote(self, outcome: Outcome) -> None:
        """Facts of this device were stored: to the others at once, and to the bus."""
        self.services.sync.grew(outcome)
        self._newsroom.tell(outcome)

    def _heard(self, key: bytes, frame: Frame) -> None:
        """A message or request of another device that is no record."""
        services = self.services
        if isinstance(frame, Ask | Answered):
            services.requests.came(key, frame)
        elif isinstance(frame, Tell):
            services.presence.see(key)
            message = read_told(frame, is_holder=services.gossip.takes_from(key))
            if message is None:
                services.sync.count("refused_tells")
            else:
                services.bus.publish(told(message, device_id(key)))

    def _met(self, key: bytes, hello: Hello) -> None:
        self.services.presence.met(key, hello.capabilities, paused=hello.paused)
        self._announce_soon()

    def _asked(self, key: bytes) -> None:
        news = SyncRequested(device_id=device_id(key))
        self.services.bus.publish(told(news, self.device_id))

    def _moved(self, key: bytes) -> None:
        self._announce_soon()

    def _capabilities(self) -> tuple[str, ...]:
        return tuple(sorted(self.services.presence.own_capabilities))

    # ---- telling -----------------------------------------------------------------------------

    def _announce_soon(self) -> None:
        """Tell how the family stands, a moment later: many small changes are one piece of news."""
        if self._bulletin is None:
            loop = asyncio.get_running_loop()
            self._bulletin = loop.call_later(SETTLE_S, self._announce)

    def _announce(self) -> None:
        self._bulletin = None
        services = self.services
        for message in bulletin(services):
            services.bus.publish(told(message, self.device_id))

    async def _tend(self) -> None:
        """What must be done now and then."""
        services = self.services
        await asyncio.sleep(FIRST_LOOK_S)
        await services.writing.confirm()
        while True:
            await services.search.refresh(INDEX_SLICE)
            addresses = own_addresses(self._options.host)
            if addresses != services.place.addresses:
                services.place = Place(services.place.host, services.place.port, addresses)
                services.links.redial_now()
            if await services.registry.directory.renew_card(services.endpoints):
                services.sync.spread()
            beat = heartbeat(services)
            for key in services.sync.peers():
                services.sync.say(key, beat)
            await asyncio.sleep(TEND_EVERY_S)

    # ---- modules -----------------------------------------------------------------------------

    async def _grant_published(self, message: Message) -> Message | None:
        services = self.services
        members = services.tags_of_members()
        made = await grant_published(services.writing, services.reading, members, message)
        if made is None and type(message).audience is Audience.HOLDERS:
            frame = write_told(message)
            for key in services.sync.peers():
                if services.gossip.takes_from(key) and not services.sync.is_paused(key):
                    services.sync.say(key, frame)
        return made

    async def _publish(self, topic: str, body: dict[str, object]) -> News:
        return await self._door.publish(topic, body)

    def _answer_modules(self) -> None:
        """Requests that the node itself answers."""
        bus = self.services.bus
        for topic, answerer in answerers(lambda: self.services).items():
            bus.answer(topic, answerer)

    # ---- small questions ---------------------------------------------------------------------

    def _rules(self) -> Rules:
        services = self.services
        return Rules(services.author.tag, services.registry.roster.was_full_at)

    def _next_tick(self) -> int:
        return self._tick()

    def _device_of(self, tag: bytes) -> str | None:
        services = self.services
        owner = services.registry.roster.owner_of(tag)
        if owner is None:
            return self.device_id if tag == services.author.tag else None
        return device_id(owner)

    def _is_full_with(self, key: bytes) -> bool:
        """Whether that device and this one are both the owner's own."""
        gossip = self.services.gossip
        return {gossip.trust(key), gossip.trust(self.services.registry.key)} == {Trust.FULL}

    async def _forget_progress(self, identity: bytes) -> ForgetShown:
        services = self.services
        return await services.reading.forgetting(identity, services.holders, services.gone())

    def _counts(self) -> dict[str, int]:
        services = self.services
        return {
            **services.links.counts, **services.sync.counts, **services.gossip.counts,
            **self._door.counts,
        }  # fmt: skip


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    """The edge of every task: one that fails must not end the node."""
    try:
        await work
    except MeshError as error:
        log.warning("a task ended: %s", error.code)
    except Exception as error:  # noqa: BLE001 — an error of ours: noted without its text
        note("A task", error)


async def _root_key(profile: Profile, outside: Outside, passphrase: str | None) -> bytes:
    return await unlock(
        profile,
        passphrase=lambda: passphrase,
        entropy=outside.entropy,
        database_exists=profile.database.exists(),
        on_waiting=lambda: outside.on_notice("Waiting for your keyring; please unlock it."),
    )


def _introduction(profile: Profile) -> str:
    record = profile.read_record()
    kept = "a passphrase" if record and record.keystore == "passphrase" else "your keyring"
    return f"New profile in {profile.home}; its key is kept by {kept}."


def _machine_name() -> str:
    try:
        return clean_name(platform.node().partition(".")[0][:40])
    except BadInput:
        return "This device"
