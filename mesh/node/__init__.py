"""The node: builds every service, starts and stops them in order. The only composition root.

    profile ─ lock ─ root key ─ database ─ family ─ author ─ sync ─ links ─ bus ─ door

    tasks       what runs beside everything else
    building    the services, in order
    following   what follows from what happens
    tending     what is due now and then

When the device gets new keys (it left, or was removed) all services are built anew on the same
database.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from mesh.bus.door import Door
from mesh.commands.desk import grant
from mesh.commands.keeping import tell_last
from mesh.commands.leaving import take_up_again
from mesh.commands.services import Wires
from mesh.commands.sharing import restore_pauses
from mesh.errors import StorageError
from mesh.keystore import unlock
from mesh.node.building import build, introduce, listen
from mesh.node.following import Following
from mesh.node.machine import surroundings
from mesh.node.memory import keep_few_arenas, settle
from mesh.node.options import Options, Outside
from mesh.node.tasks import Tasks
from mesh.node.tending import tend
from mesh.profile import no_core_dumps
from mesh.storage import feeds
from mesh.storage.opening import open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from mesh.bus.bus import Bus
    from mesh.commands.services import Services
    from mesh.messages import News
    from mesh.profile import Profile
    from mesh.storage.database import Database
    from mesh.wishes import AnyWish, Event

__all__ = ["Node", "Options", "Outside", "surroundings"]

ANSWER_S = 0.05
"""So long an answer takes to get out of the door."""
ANSWERS_S = 5.0
"""Whoever waits for an answer has it before the door is closed, unless it takes longer."""


class Node:
    """One device. Made by ``open``; ends with its ``with`` block."""

    def __init__(
        self,
        profile: Profile,
        database: Database,
        options: Options,
        outside: Outside,
        group: asyncio.TaskGroup,
    ) -> None:
        self._profile = profile
        self._database = database
        self._options = options
        self._outside = outside
        self._group = group
        self._tasks = Tasks(group)
        self._closed = asyncio.Event()
        self._restarting: asyncio.Task[None] | None = None
        self._is_outdated = self._is_ending = False
        self._asked = 0
        self._all_answered = asyncio.Event()
        self._followers: list[Callable[[News], None]] = []
        self._following: Following
        self._door: Door
        self.services: Services

    @classmethod
    @contextlib.asynccontextmanager
    async def open(  # noqa: PLR0913 — the owner's choices, by name
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
        world = outside or Outside()
        if on_notice is not None:
            world = replace(world, on_notice=on_notice)
        no_core_dumps()
        keep_few_arenas()
        profile.prepare()
        with contextlib.closing(profile.lock()), _only_one_error():
            world.on_ours()
            is_first = not profile.database.exists()
            key = root_key or await _root_key(profile, world, passphrase)
            database = await open_database(profile.database, key, world.entropy)
            if is_first:
                _introduce(profile, world.on_notice)
            try:
                async with asyncio.TaskGroup() as group:
                    node = cls(profile, database, Options(host, port, name), world, group)
                    await node._start()
                    try:
                        yield node
                    finally:
                        await node._end()
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
        if self._restarting is not None:
            await asyncio.shield(self._restarting)
        self._asked += 1
        try:
            return await grant(self.services, wish, tell)
        finally:
            self._asked -= 1
            if not self._asked and self._restarting is not None:
                self._all_answered.set()

    def follow(self, callback: Callable[[News], None]) -> None:
        """Call back for all news, the states as they stand first, as long as the node lives."""
        self._followers.append(callback)
        self.services.bus.subscribe("", callback=callback)

    async def wait_closed(self) -> None:
        """Until somebody wishes the node to stop."""
        await self._closed.wait()

    # ---- starting and stopping ---------------------------------------------------------------

    async def _start(self) -> None:
        """Build all services and let them run."""
        self._tasks.resume()
        following = self._following = Following(self._tasks, self._begin_anew)
        wires = Wires(
            on_change=following.family_changed,
            on_leaving=self._begin_anew,
            on_stop=self._closed.set,
            own=self._tasks.own,
            later=self._tasks.later,
            publish=self._publish,
            counts=lambda: {**following.counts(), **self._door.counts},
        )
        services = self.services = await build(
            self._profile,
            self._database,
            self._outside,
            following=following,
            tasks=self._tasks,
            wires=wires,
        )
        for callback in self._followers:
            services.bus.subscribe("", callback=callback)
        await take_up_again(services)
        await introduce(services, self._options.name)
        await restore_pauses(services)
        await tell_last(services)
        if services.policies.mistake is not None:
            self._outside.on_notice(services.policies.mistake)
        await services.discretion.load()
        await listen(services, self._options)
        following.seek_all()
        self._door = Door(
            services.context,
            services.bus,
            services.device_id,
            on_wish=following.grant_published,
            command=self.command,
            tasks=self._group,
        ).open(self._profile)
        await following.newsroom.tell_mood()
        following.announce_soon()
        self._tasks.spawn(tend(following, self._options.host))
        settle()

    async def _publish(self, topic: str, body: dict[str, object]) -> News:
        return await self._door.publish(topic, body)

    async def _stop(self) -> None:
        """Close what listens, end what runs."""
        self._following.stop()
        self._door.close()
        services = self.services
        self._tasks.refuse()
        await services.links.close()
        services.door_keeper.close()
        await self._tasks.stop()
        services.context.close()
        with contextlib.suppress(StorageError):
            await self._database.write(feeds.end_run)

    async def _end(self) -> None:
        self._is_ending = True
        if self._restarting is not None:
            # One that is half built could not be closed: it is built first.
            self._all_answered.set()
            await asyncio.gather(self._restarting, return_exceptions=True)
        await self._stop()

    def _begin_anew(self) -> None:
        """This device has, or needs, new keys."""
        self._is_outdated = True
        if self._restarting is None:
            self._restarting = self._group.create_task(self._restart())

    async def _restart(self) -> None:
        """Build everything anew, with the answer to whoever asked for it on its way first."""
        try:
            self._all_answered.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ANSWERS_S):
                    while self._asked and not self._is_ending:
                        await self._all_answered.wait()
            await asyncio.sleep(ANSWER_S)
            while self._is_outdated and not self._is_ending:
                await self._stop()
                self._is_outdated = False
                await self._start()
        finally:
            self._restarting = None


@contextlib.contextmanager
def _only_one_error() -> Iterator[None]:
    """A task group wraps what its body raised; our tasks raise nothing, so it is alone."""
    try:
        yield
    except BaseExceptionGroup as group:
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from None
        raise


async def _root_key(profile: Profile, outside: Outside, passphrase: str | None) -> bytes:
    def wait() -> None:
        outside.on_notice("Waiting for your keyring; please unlock it.")
        outside.on_waiting()

    return await unlock(
        profile,
        passphrase=lambda: passphrase,
        entropy=outside.entropy,
        database_exists=profile.database.exists(),
        on_waiting=wait,
    )


def _introduce(profile: Profile, on_notice: Callable[[str], None]) -> None:
    record = profile.read_record()
    if record and record.keystore == "passphrase":
        on_notice(f"New profile in {profile.home}; its key is kept by a passphrase.")
    else:
        on_notice(f"New profile in {profile.home}; its key is kept by your keyring.")
