"""What the wishes work with: the services of a running node, as its composition gives them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from mesh.companion.last_copies import LastCopies
from mesh.errors import NotFound
from mesh.model.device import Trust, author_tag, device_id
from mesh.model.scope import scope_parts
from mesh.wishes import Event

if TYPE_CHECKING:
    import asyncio

    from mesh.bus.bus import Bus
    from mesh.clock import Clock, Entropy
    from mesh.companion.asking import Asking
    from mesh.companion.author import Author
    from mesh.companion.backing_up import BackingUp
    from mesh.companion.browsing import Browsing
    from mesh.companion.discretion import Discretion
    from mesh.companion.exporting import Exporting
    from mesh.companion.holding import Holding
    from mesh.companion.importing import Importing
    from mesh.companion.policies import Policies
    from mesh.companion.reading import Reading
    from mesh.companion.restoring import Restoring
    from mesh.companion.settling import Settling
    from mesh.companion.writing import Writing
    from mesh.family.change import Change
    from mesh.family.gossip import Gossip
    from mesh.family.meetings import Meetings
    from mesh.family.registry import Registry
    from mesh.health.presence import Presence
    from mesh.links.door import DoorKeeper
    from mesh.links.pool import Links
    from mesh.messages import News
    from mesh.model.sparing import Surroundings
    from mesh.profile import Profile
    from mesh.recall.search import Search
    from mesh.sockets import Context
    from mesh.storage.database import Database
    from mesh.storage.shelf import FamilyShelf
    from mesh.sync.service import Sync
    from mesh.work.requests import Requests

Tell: TypeAlias = Callable[[Event], None]


class Running(Protocol):
    """A wish that takes time, and can be answered or cancelled."""

    def answer(self, *, yes: bool) -> None:
        """The owner answered what was asked."""

    def cancel(self) -> None:
        """The owner wants it to stop."""


@dataclass(frozen=True)
class Place:
    """Where this node listens."""

    host: str
    port: int
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Wires:
    """What a wish can set going in the node itself."""

    on_change: Callable[[Change], Coroutine[Any, Any, None]]
    on_leaving: Callable[[], None]
    on_stop: Callable[[], None]
    own: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
    later: Callable[[Coroutine[Any, Any, None], float], None]
    publish: Callable[[str, dict[str, object]], Awaitable[News]]
    counts: Callable[[], Mapping[str, int]]


@dataclass
class Services:
    """All services of one running node."""

    profile: Profile
    clock: Clock
    entropy: Entropy
    database: Database
    shelf: FamilyShelf
    registry: Registry
    gossip: Gossip
    policies: Policies
    holding: Holding
    author: Author
    writing: Writing
    discretion: Discretion
    reading: Reading
    browsing: Browsing
    settling: Settling
    asking: Asking
    importing: Importing
    exporting: Exporting
    backing_up: BackingUp
    restoring: Restoring
    search: Search
    presence: Presence
    sync: Sync
    requests: Requests
    context: Context
    door_keeper: DoorKeeper
    links: Links
    bus: Bus
    wires: Wires
    meetings: Meetings
    follow_choices: Callable[[], Coroutine[Any, Any, None]]
    around: Callable[[], Awaitable[Surroundings]]
    place: Place = Place("", 0, ())
    running: dict[str, Running] = field(default_factory=dict)

    def new_run(self) -> str:
        """A name for a wish that takes time."""
        return self.entropy.draw(8).hex()

    def run_of(self, name: str) -> Running:
        """The running wish of that name; NotFound when it has ended."""
        if name not in self.running:
            raise NotFound("That is no longer under way.")
        return self.running[name]

    @property
    def device_id(self) -> str:
        """This device's id."""
        return device_id(self.registry.key)

    def name_of(self, key: bytes) -> str:
        """A device's name."""
        return self.registry.directory.view_of(key).name

    def move(self, addresses: tuple[str, ...]) -> None:
        """This machine is on another network, perhaps."""
        if addresses != self.place.addresses:
            self.place = Place(self.place.host, self.place.port, addresses)
            self.links.redial_now()

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Where other devices reach this one."""
        return tuple(
            f"tcp://{_bracketed(host)}:{self.place.port}" for host in self.place.addresses
        )

    @property
    def others(self) -> list[bytes]:
        """The keys of the other devices of the family."""
        return [key for key in self.registry.roster.members if key != self.registry.key]

    @property
    def partners(self) -> list[bytes]:
        """The others with whom records flow: limited devices do not meet each other."""
        return [key for key in self.others if self.gossip.takes_from(key)]

    def tags_of_members(self) -> dict[bytes, str]:
        """Author tag → device id, for the devices now in the family, their past included."""
        roster = self.registry.roster
        return {tag: device_id(key) for key in roster.members for tag in roster.tags_of(key)}

    def holders(self, scope: int, author: bytes | None) -> dict[bytes, str]:
        """Who may have what travels in this scope, and so should confirm a forgetting.

        This device, the one that wrote it (its author tag), and whoever may hold such things
        or was not yet heard to have withdrawn them, or keeps them as there is no other copy.
        """
        roster, policies = self.registry.roster, self.policies
        kind, _, level = scope_parts(scope)

        def keeps(key: bytes) -> bool:
            return LastCopies(key, roster, policies.policy).keeps(kind, level, author)

        sure = {self.registry.key, roster.owner_of(author) if author is not None else None}
        return {
            author_tag(key): device_id(key)
            for key in roster.members
            if key in sure or policies.may_have(key).covers(scope) or keeps(key)
        }

    def gone(self) -> dict[bytes, str]:
        """Devices that left the family with what they had."""
        roster = self.registry.roster
        return {
            author_tag(key): device_id(key)
            for key in roster.everyone
            if key not in roster.members
            and key not in roster.parted
            and roster.trust_history(key) - {Trust.GUEST}
        }


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
