"""Building the services of a node, in order, on an open database."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mesh import __version__
from mesh.bus.bus import Bus
from mesh.commands.services import Place, Services, Wires
from mesh.commands.telling import answerers, answerers_to_others
from mesh.companion.asking import Asking
from mesh.companion.author import Author
from mesh.companion.backing_up import BackingUp
from mesh.companion.browsing import Browsing
from mesh.companion.discretion import Discretion
from mesh.companion.exporting import Exporting
from mesh.companion.holding import Holding
from mesh.companion.importing import Importing
from mesh.companion.newsroom import Newsroom
from mesh.companion.parting import part
from mesh.companion.policies import Policies
from mesh.companion.reading import Reading
from mesh.companion.restoring import Restoring
from mesh.companion.settling import Settling
from mesh.companion.writing import Writing
from mesh.errors import BadInput
from mesh.family.gossip import Gossip
from mesh.family.household import Means
from mesh.family.meetings import Meetings
from mesh.family.registry import Registry
from mesh.health.presence import Presence
from mesh.links.addresses import own_addresses
from mesh.links.door import DoorKeeper
from mesh.links.pool import Links
from mesh.links.switchboard import Me
from mesh.model.device import NAME_MAX, Kind, clean_name
from mesh.model.hlc import tick_of
from mesh.node.sharing import Sharing
from mesh.profile import read_small
from mesh.recall.search import Search
from mesh.sockets import Context, curve_keypair
from mesh.storage import feeds
from mesh.storage.shelf import FamilyShelf
from mesh.sync.circle import Circle, Hooks
from mesh.sync.service import Sync
from mesh.work.requests import Requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.node.following import Following
    from mesh.node.options import Options, Outside
    from mesh.node.tasks import Tasks
    from mesh.profile import Profile
    from mesh.storage.database import Database

DEFAULT_PORT = 21550
PORT = "port"
RUN_SIZE = 8
SETTINGS_MAX = 64 * 1024


@dataclass(frozen=True)
class Network:
    """How this device reaches others, and who keeps its door."""

    context: Context
    door_keeper: DoorKeeper
    links: Links


def real_network(registry: Registry, outside: Outside, following: Following) -> Network:
    """ZeroMQ's sockets, with the door closed until somebody is admitted."""
    context, identity = Context(), registry.identity
    door_keeper = DoorKeeper(context)
    me = Me(
        identity.signing,
        identity.curve,
        lambda: registry.family,
        outside.clock,
        outside.entropy,
    )
    links = Links(
        me,
        context,
        door_keeper,
        on_up=following.lane_up,
        on_down=following.lane_down,
        on_frame=following.lane_frame,
    )
    return Network(context, door_keeper, links)


@dataclass(frozen=True)
class Ground:
    """What the services of a node stand on: its family, its pen and what the owner chose."""

    profile: Profile
    database: Database
    outside: Outside
    following: Following
    tasks: Tasks
    shelf: FamilyShelf
    registry: Registry
    author: Author
    meetings: Meetings
    policies: Policies
    holding: Holding
    sharing: Sharing
    gossip: Gossip


async def build(  # noqa: PLR0913 — the parts of a node, by name
    profile: Profile,
    database: Database,
    outside: Outside,
    *,
    following: Following,
    tasks: Tasks,
    wires: Wires,
    network: Callable[[Registry, Outside, Following], Network] = real_network,
) -> Services:
    """Every service, wired to ``following``; nothing listens yet."""
    ground = await _ground(profile, database, outside, following, tasks)
    sync = Sync(await _circle(ground))
    ways = network(ground.registry, outside, following)
    services = await _services(ground, sync, ways, wires)
    await _follow(services, following, tasks)
    for topic, answerer in answerers(lambda: services).items():
        services.bus.answer(topic, answerer)
    return services


async def _ground(
    profile: Profile, database: Database, outside: Outside, following: Following, tasks: Tasks
) -> Ground:
    shelf = FamilyShelf(database)
    registry, author = await _family(shelf, database, outside)
    meetings = await Meetings.open(shelf, registry)
    read_file = partial(read_small, profile.settings, SETTINGS_MAX)
    policies = Policies(database, shelf, registry, outside.clock, read_file)
    holding = Holding(database, shelf, policies, lambda: meetings.is_joining)
    policies.at_least = holding.at_least
    await holding.open()
    following.sharing = sharing = Sharing(
        holding,
        lambda: following.services,
        tasks.spawn,
        following.tell_mood,
        following.amends.owed,
    )
    gossip = Gossip(registry, outside.clock, following.family_told, policies.allowance)
    await gossip.refresh()
    return Ground(
        profile=profile,
        database=database,
        outside=outside,
        following=following,
        tasks=tasks,
        shelf=shelf,
        registry=registry,
        author=author,
        meetings=meetings,
        policies=policies,
        holding=holding,
        sharing=sharing,
        gossip=gossip,
    )


async def _services(ground: Ground, sync: Sync, ways: Network, wires: Wires) -> Services:
    database, author, following = ground.database, ground.author, ground.following
    clock, entropy, bus = ground.outside.clock, ground.outside.entropy, Bus()
    reading = Reading(database, following.device_of, clock)
    discretion = Discretion(ground.shelf, clock, following.confiding.changed)
    writing = Writing(
        database,
        author,
        following.judging.rules,
        following.wrote,
        discretion,
        on_certain=following.writes,
    )
    return Services(
        profile=ground.profile,
        clock=clock,
        entropy=entropy,
        database=database,
        shelf=ground.shelf,
        registry=ground.registry,
        gossip=ground.gossip,
        policies=ground.policies,
        holding=ground.holding,
        author=author,
        writing=writing,
        discretion=discretion,
        reading=reading,
        browsing=Browsing(database, following.device_of),
        settling=Settling(database, reading, writing, following.device_of),
        asking=Asking(database, writing, following.device_of),
        importing=Importing(database, following.judging.rules, clock, author, following.wrote),
        exporting=Exporting(database, reading, clock),
        backing_up=BackingUp(database, clock, entropy),
        restoring=Restoring(
            database, author, following.judging.rules, clock, following.restored
        ),
        search=Search(database, following.device_of),
        presence=Presence(clock, await ground.shelf.load_sightings()),
        sync=sync,
        requests=_requests(ground, bus, sync),
        context=ways.context,
        door_keeper=ways.door_keeper,
        links=ways.links,
        bus=bus,
        wires=wires,
        meetings=ground.meetings,
        follow_choices=ground.sharing.follow,
        around=ground.outside.around,
    )


def _requests(ground: Ground, bus: Bus, sync: Sync) -> Requests:
    following = ground.following
    return Requests(
        bus,
        sync,
        ground.outside.entropy,
        ground.tasks.spawn,
        is_full=following.is_full_with,
        answerers=answerers_to_others(lambda: following.services),
    )


async def _follow(services: Services, following: Following, tasks: Tasks) -> None:
    """From now on what happens has consequences."""
    following.services = services
    await following.judging.open()
    following.newsroom = Newsroom(
        services.bus,
        services.reading,
        services.settling,
        services.device_id,
        tasks.spawn,
        device_of=following.device_of,
        members=services.tags_of_members,
        progress=following.forget_progress,
    )


async def _family(
    shelf: FamilyShelf, database: Database, outside: Outside
) -> tuple[Registry, Author]:
    """The family and this device's pen; new keys for a device that was removed from it."""
    ticking: list[Author] = []

    def tick() -> int:
        return ticking[0].foresee() if ticking else tick_of(outside.clock.wall() // 1000)

    means = Means(shelf, outside.clock, outside.entropy, tick, curve_keypair)
    registry = await Registry.open(means)
    if not registry.is_member:
        await _go_alone(shelf, database, registry, outside)
    author = await Author.open(database, registry.key, outside.clock, outside.entropy)
    ticking.append(author)
    return registry, author


async def _go_alone(
    shelf: FamilyShelf, database: Database, registry: Registry, outside: Outside
) -> None:
    """Go on under new keys; if our joining was undone, without what came by it.

    Cut anywhere it is done again: what is gone is gone, and the new family comes last.
    """
    undone = next((x for x in registry.roster.undone if x.tag == registry.identity.tag), None)
    name = registry.directory.name_of(registry.key)
    await shelf.add_past_tags(registry.identity.tag)
    tags = await shelf.load_past_tags()
    if undone is not None:
        author = await Author.open(database, registry.key, outside.clock, outside.entropy)
        await database.write(lambda sql: part(sql, author, undone, tags), synced=True)
    await registry.start_anew(tags)
    if name is not None:
        await registry.directory.describe(registry.key, name=name)


async def _circle(ground: Ground) -> Circle:
    """What all talks share, in a run of its own."""
    database, outside = ground.database, ground.outside
    run = outside.entropy.draw(RUN_SIZE)
    await database.write(lambda sql: feeds.begin_run(sql, run))
    tops = await database.read(feeds.tops)
    return Circle(
        database,
        ground.gossip,
        ground.following.judging.rules,
        _hooks(ground),
        outside.clock,
        run,
        tops,
        __version__,
    )


def _hooks(ground: Ground) -> Hooks:
    following, meetings, sharing = ground.following, ground.meetings, ground.sharing
    return Hooks(
        on_taking=following.takes,
        on_taken=following.took,
        on_said=following.heard,
        on_moved=following.moved,
        on_met=following.met,
        on_asked=following.asked,
        bulk_lane=following.bulk,
        spawn=ground.tasks.own,
        note_clock=ground.author.see,
        capabilities=following.capabilities,
        terms=sharing.terms,
        is_settled=lambda: sharing.is_settled,
        waits=lambda key: following.judging.is_parting or meetings.waits(key),
        wants_survey=meetings.wants_survey,
        on_surveyed=following.surveyed,
        kind_of=lambda key: _kind_of(following.services, key),
    )


def _kind_of(services: Services, key: bytes) -> Kind:
    """What sort of machine a device is; who is family no more has none, and gets nothing."""
    if not services.gossip.is_member(key):
        return Kind.DESKTOP
    return services.presence.kind_of(services.registry.directory.view_of(key))


async def introduce(services: Services, name: str | None) -> None:
    """A device without a name gets the owner's choice, else the machine's."""
    directory, key = services.registry.directory, services.registry.key
    if name is not None:
        await directory.describe(key, name=clean_name(name))
    elif not directory.is_described(key):
        await directory.describe(key, name=_machine_name())


async def listen(services: Services, options: Options) -> None:
    """Take a port, and tell on this device's card where it is."""
    wanted = options.port
    last = int((await services.shelf.load_secret(PORT)) or b"0")
    first = last if wanted == 0 else wanted or DEFAULT_PORT
    services.links.admit(services.registry.directory.allowed())
    port = await services.links.open(options.host, [first, last, 0])
    if port != last:
        await services.shelf.save_secret(PORT, str(port).encode())
    services.place = Place(options.host, port, own_addresses(options.host))
    await services.registry.directory.renew_card(services.endpoints)


def _machine_name() -> str:
    try:
        return clean_name(platform.node().partition(".")[0][:NAME_MAX])
    except BadInput:
        return "This device"
