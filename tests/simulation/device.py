"""A device of the simulation: a disk that stays, and a process that comes and dies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mesh.commands.services import Wires
from mesh.commands.sharing import restore_pauses
from mesh.model import fact as facts
from mesh.model.policy import NOTE
from mesh.node.building import Network as Cabling
from mesh.node.building import build
from mesh.node.following import Following
from mesh.node.options import Outside
from mesh.node.tasks import Tasks
from mesh.profile import Profile
from tests.simulation.disk import Disk, Slowness, copy_of
from tests.simulation.model import FORGET, Store, has_right, store_of
from tests.simulation.network import Ways
from tests.simulation.timeline import Chance, SkewedClock

if TYPE_CHECKING:
    import asyncio
    import random
    from collections.abc import Callable, Coroutine

    import apsw

    from mesh.commands.services import Services
    from mesh.family.registry import Registry
    from mesh.messages import News
    from mesh.model.fact import Fact
    from mesh.model.meeting import Preview
    from mesh.storage.objects import Outcome
    from tests.simulation.network import Network

NOWHERE = Profile(Path("/nonexistent"))


class Crew:
    """The tasks of one process, in the order they began; stands where a TaskGroup would."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._tasks: dict[asyncio.Task[Any], None] = {}

    def create_task(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self._loop.create_task(work)
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))
        return task

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run it; nobody waits for it."""
        _ = self.create_task(work)

    def dismiss(self) -> None:
        """Cancel them all."""
        for task in list(self._tasks):
            task.cancel()


class Reactions(Following):
    """The product's own reactions; what was written or counted here is told to the run."""

    on_wrote: Callable[[Outcome], None]
    on_took: Callable[[Outcome], None]
    on_surveyed: Callable[[bytes, Preview], None]

    def wrote(self, outcome: Outcome) -> None:
        self.on_wrote(outcome)
        super().wrote(outcome)

    def took(self, key: bytes, outcome: Outcome) -> None:
        self.on_took(outcome)
        super().took(key, outcome)

    def surveyed(self, key: bytes, preview: Preview) -> None:
        self.on_surveyed(key, preview)
        super().surveyed(key, preview)

    def announce_soon(self) -> None:
        """Nobody listens to how all stand, and working it out takes time."""


class Device:
    """One device. ``name`` is where it is on the network.

    ``is_out``: it learnt that it was removed, and takes part no more. ``windows``: from which
    tick on it said to give objects, by device. ``wrote``: the facts its owner was told are
    kept and has not forgotten there since, id to object. ``widened``: those of them by which
    lines of files were said anew. ``let_go``: what was forgotten on it since the rest began.
    """

    def __init__(
        self,
        name: str,
        key: bytes,
        connection: apsw.Connection,
        network: Network,
        rng: random.Random,
    ) -> None:
        self.name = name
        self.key = key
        self.connection = connection
        self.network = network
        self.clock = SkewedClock(network.loop)
        self.is_out = False
        self.starts = 0
        self.windows: dict[bytes, int] = {}
        self.wrote: dict[bytes, bytes] = {}
        self.widened: set[bytes] = set()
        self.let_go: set[bytes] = set()
        self.on_crash: Callable[[Device], None] = lambda _d: None
        self.on_surveyed: Callable[[bytes, Preview], None] = lambda *_: None
        self._rng = rng
        self._store = Store()
        self._read_as_of: tuple[apsw.Connection, int] | None = None
        self.slowness = Slowness(0, 0.0)
        self.disk: Disk | None = None
        self.crew = Crew(network.loop)
        self.ways: Ways
        self.services: Services
        self.following: Reactions

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self.disk is not None and not self.disk.is_dead

    # ---- life --------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin a process on what the disk holds."""
        self.starts += 1
        self._let_go_untold()
        disk = self.disk = Disk(self.connection, self._rng, self.slowness)
        disk.on_crash = self.crash
        crew = self.crew = Crew(self.network.loop)
        await crew.create_task(self._start(disk, crew))

    async def _start(self, disk: Disk, crew: Crew) -> None:
        tasks = Tasks(cast("asyncio.TaskGroup", crew))
        following = self.following = Reactions(tasks, self._begin_anew)
        following.on_wrote = self._note_written
        following.on_took = self._note_taken
        following.on_surveyed = self.on_surveyed
        self.services = services = await build(
            NOWHERE,
            disk,
            Outside(self.clock, Chance(self._rng)),
            following=following,
            tasks=tasks,
            wires=self._wires(following, tasks),
            network=self._connect,
        )
        await restore_pauses(services)
        services.links.admit(services.registry.directory.allowed())
        self.network.join(self.name, self.ways)
        following.seek_all()
        tasks.spawn(following.make_good())

    def _connect(self, registry: Registry, _: Outside, following: Following) -> Cabling:
        self.ways = Ways(
            self.network,
            registry.key,
            on_up=cast("Any", following.lane_up),
            on_down=cast("Any", following.lane_down),
            on_frame=cast("Any", following.lane_frame),
        )
        return Cabling(cast("Any", None), cast("Any", None), cast("Any", self.ways))

    def _wires(self, following: Following, tasks: Tasks) -> Wires:
        return Wires(
            on_change=following.family_changed,
            on_leaving=self._begin_anew,
            on_stop=lambda: None,
            own=tasks.own,
            later=tasks.later,
            publish=_nobody_publishes,
            counts=dict,
        )

    def _begin_anew(self) -> None:
        """It was removed: for this run it is out."""
        self.is_out = True
        self.crash()

    def crash(self) -> None:
        """The process dies this very moment; the disk keeps what was committed."""
        if self.disk is None or self.disk.is_dead:
            return
        self.disk.is_dead = True
        self.network.leave(self.ways)
        self.crew.dismiss()
        self.on_crash(self)

    # ---- the disk ----------------------------------------------------------------------------

    @property
    def store(self) -> Store:
        """What is on the disk; read anew when something was written."""
        connection = self.connection
        as_of = (connection, connection.total_changes())
        if self._read_as_of != as_of:
            self._read_as_of, self._store = as_of, store_of(connection)
        return self._store

    def _note_written(self, outcome: Outcome) -> None:
        for identity, fact, target in outcome.fresh:
            if not _is_note(fact):
                self.wrote[identity] = target
            if _widens_a_line(identity, fact, target):
                self.widened.add(identity)
            if fact.kind == FORGET:
                self._let_go(target)

    def _note_taken(self, outcome: Outcome) -> None:
        """What another device forgot is gone for good, though it may be trusted less later."""
        was_full_at = self.services.registry.roster.was_full_at
        for target in outcome.forgotten:
            about = self.store.objects.get(target, ())
            if any(one.kind == FORGET and has_right(one, was_full_at) for one in about):
                self._let_go(target)

    def _let_go(self, target: bytes) -> None:
        """Its owner forgot it on this very device: it is gone, also if others may keep it."""
        turns = "SELECT id FROM object WHERE home=(SELECT n FROM object WHERE id=?)"
        gone = {target, *(turn for (turn,) in self.connection.execute(turns, (target,)))}
        self.wrote = {one: about for one, about in self.wrote.items() if about not in gone}
        self.let_go |= gone

    def _let_go_untold(self) -> None:
        """What was forgotten right before the process died, so that nobody was told."""
        forgets = (
            "SELECT object.id FROM fact JOIN object ON object.n=fact.object"
            " WHERE fact.kind=? AND fact.mine"
        )
        for (target,) in list(self.connection.execute(forgets, (FORGET,))):
            self._let_go(target)

    def backup(self) -> apsw.Connection:
        """The disk as it is now."""
        return copy_of(self.connection)

    def restore(self, backup: apsw.Connection) -> None:
        """Put an earlier disk in; the process must be dead."""
        self.connection.close()
        self.connection = copy_of(backup)
        self.wrote.clear()


def _is_note(fact: Fact) -> bool:
    """What a device notes of another by itself, and would again: nobody was told."""
    content = facts.body(fact)
    return isinstance(content, facts.Setting) and content.name.startswith(NOTE)


def _widens_a_line(identity: bytes, fact: Fact, target: bytes) -> bool:
    is_line = facts.is_imported(target) and fact.object_kind not in facts.NAMED
    return is_line and fact.kind == facts.FactKind.ROOT and identity != target


async def _nobody_publishes(_topic: str, _body: dict[str, object]) -> News:
    raise NotImplementedError
