"""Joining: the way to another device's window, and this device's new family."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.commands.leaving import as_it_is
from mesh.commands.meeting import meet_first
from mesh.commands.pairing import WINDOW, ask, asking, own_card, refuse_while_restoring
from mesh.errors import AlreadyInFamily, BadFrame, InvitationClosed, WishRefused
from mesh.model.device import clean_name, device_id
from mesh.pairing.frames import Adopted, Welcome
from mesh.pairing.guest import Joiner
from mesh.pairing.joining import Compare, Joining, Party
from mesh.pairing.joining import FamilyJoined as Belonging
from mesh.wishes import FamilyJoined, Join, JoinBegun

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell

NAMED_WITHIN_S = 5.0
LOOK_EVERY_S = 0.02
SETTLE_S = 0.15


class _Joining:
    """An attempt to join as a running wish."""

    def __init__(self, joining: Joining, task: asyncio.Task[object] | None) -> None:
        self._joining = joining
        self._task = task

    def answer(self, *, yes: bool) -> None:
        self._joining.answer(yes=yes)

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()


async def join(services: Services, wish: Join, tell: Tell) -> FamilyJoined:
    """Go to an open window, compare, and become family."""
    registry = services.registry
    refuse_while_restoring(services)
    if WINDOW in services.running:
        raise WishRefused("A pairing window is open here; close it before joining elsewhere.")
    joiner = Joiner(
        key=registry.identity.signing,
        name=_own_name(services) if wish.name is None else clean_name(wish.name),
        tags=await services.shelf.load_past_tags(),
        card=b"",
        family=registry.family,
        is_alone=registry.is_alone,
    )
    joining = Joining.start(
        wish.invitation,
        wish.at,
        Party(joiner, lambda welcome: adopt(services, wish, welcome)),
        context=services.context,
        clock=services.clock,
        entropy=services.entropy,
    )
    run = services.new_run()
    services.running[run] = _Joining(joining, asyncio.current_task())
    try:
        hosts = dict.fromkeys(endpoint.host for endpoint in joining.endpoints)
        tell(JoinBegun(run=run, hosts=tuple(hosts)))
        joined = await _until_family(services, joining, run, tell)
    except asyncio.CancelledError as error:
        raise InvitationClosed("Joining was stopped.") from error
    finally:
        del services.running[run]
        await joining.close()
    key = registry.key
    await _until_named(services, joined.name)
    host = services.meetings.host
    if host is not None:
        await meet_first(services, run, host, tell)
    return FamilyJoined(
        family_id=joined.family.hex(), device_id=device_id(key), name=joined.name
    )


def _own_name(services: Services) -> str:
    """What it is called; where it joined and nobody named it yet, what it was called before."""
    key, before = services.registry.key, services.meetings.left_behind
    if before is not None and not services.registry.directory.is_described(key):
        return before.name
    return services.name_of(key)


async def _until_family(
    services: Services, joining: Joining, run: str, tell: Tell
) -> Belonging:
    while True:
        event = await joining.next_event()
        if not isinstance(event, Compare):
            return event
        question = asking(
            run,
            event.inviter_name,
            event.emoji,
            event.trust,
            is_same_family=event.is_same_family,
        )
        ask(services, question, tell)


async def _until_named(services: Services, name: str) -> None:
    """Names come over the first link, right after pairing; do not wait long for them."""
    until = services.clock.monotonic() + NAMED_WITHIN_S
    while services.clock.monotonic() < until:
        if services.name_of(services.registry.key) == name:
            return
        await asyncio.sleep(LOOK_EVERY_S)


async def adopt(services: Services, wish: Join, welcome: Welcome) -> Adopted:
    """Become a member: the new family is stored before anybody is told.

    Told is what was given: this device may have said something there already, as who went
    through half of this before and now comes again, or as who was looking after its family
    at this very moment.
    """
    registry = services.registry
    if not registry.is_alone and welcome.family != registry.family:
        raise AlreadyInFamily
    before = as_it_is(services)
    await services.meetings.expect_host(welcome.family, before, agrees=wish.agrees)
    adoption = await registry.adopt(welcome.genesis, welcome.entries)
    if registry.family != welcome.family:
        raise BadFrame("The welcome is of another family than it says.")
    await registry.directory.absorb_card(welcome.card)
    await registry.directory.renew_card(services.endpoints)
    services.wires.later(services.wires.on_change(adoption.change), SETTLE_S)
    return Adopted(own_card(registry), adoption.given)
