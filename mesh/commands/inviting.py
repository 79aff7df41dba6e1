"""Inviting: a pairing window, its events to the owner, the newcomer's place in the family."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.commands.meeting import meet_first
from mesh.commands.pairing import WINDOW, ask, asking, own_card, refuse_while_restoring
from mesh.errors import BadFrame, BadInput, InvitationClosed, NotPermitted, WishRefused
from mesh.messages import PairingDone, told
from mesh.model.device import Role, Trust, clean_name
from mesh.pairing import offer
from mesh.pairing.frames import JoinRequest, Welcome
from mesh.pairing.host import Inviter
from mesh.pairing.window import PairingWindow
from mesh.wishes import (
    CodeTried,
    DeviceJoined,
    Invite,
    InviteOpened,
    PairingWithdrawn,
)

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell


class _Inviting:
    """An open window as a running wish."""

    def __init__(self, window: PairingWindow, task: asyncio.Task[object] | None) -> None:
        self.window = window
        self._task = task
        self.asked: bytes | None = None

    def answer(self, *, yes: bool) -> None:
        if self.asked is not None:
            self.window.answer(self.asked, yes=yes)

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()


async def invite(services: Services, wish: Invite, tell: Tell) -> DeviceJoined:
    """Open a window until one device has joined, or it ends without."""
    refuse_while_restoring(services)
    if WINDOW in services.running:
        raise WishRefused("A pairing window is open already; close it first.")
    if not 0 < wish.minutes <= 55:  # noqa: PLR2004 — the bound of mesh.pairing.window
        raise BadInput("A pairing window is open for up to 55 minutes.")
    registry = services.registry
    if not registry.roster.members[registry.key].admin:
        raise NotPermitted("Another device manages this family; invite from there.")
    window = await _window(services, wish)
    run = services.new_run()
    inviting = _Inviting(window, asyncio.current_task())
    services.running[run] = services.running[WINDOW] = inviting
    try:
        tell(_opened(run, window))
        joined = await _until_joined(services, inviting, run, wish.trust, tell)
    except asyncio.CancelledError as error:
        raise InvitationClosed("The pairing window was closed.") from error
    finally:
        del services.running[run], services.running[WINDOW]
        await window.close()
    services.bus.publish(
        told(PairingDone(device_id=joined.device_id, name=joined.name), services.device_id)
    )
    await meet_first(services, run, registry.directory.resolve(joined.device_id), tell)
    return DeviceJoined(device_id=joined.device_id, name=joined.name)


async def _window(services: Services, wish: Invite) -> PairingWindow:
    registry = services.registry
    own_name = services.name_of(registry.key)
    offered = offer.HostOffer(
        Inviter(registry.identity.signing, own_name, registry.family, wish.trust),
        admit=lambda request: admit(services, wish, request),
        store=lambda request, card: store(services, request, card),
        guest_name=None if wish.name is None else clean_name(wish.name),
        minutes=wish.minutes,
    )
    place = services.place
    where = offer.Place(place.host, place.port, place.addresses)
    return await PairingWindow.open(
        offered,
        where,
        context=services.context,
        door=services.door_keeper,
        clock=services.clock,
        entropy=services.entropy,
    )


def _opened(run: str, window: PairingWindow) -> InviteOpened:
    shown = window.invitation
    at = shown.at[0] if shown.at else ""
    return InviteOpened(
        run=run, link=shown.link, code=shown.code, at=at, expires_at=shown.expires_at
    )


async def _until_joined(
    services: Services, inviting: _Inviting, run: str, trust: Trust, tell: Tell
) -> offer.DeviceJoined:
    while True:
        event = await inviting.window.next_event()
        match event:
            case offer.Asking():
                inviting.asked = event.key
                ask(services, asking(run, event.name, event.emoji, trust), tell)
            case offer.Withdrawn():
                inviting.asked = None
                tell(PairingWithdrawn(run=run))
            case offer.CodeTried(left):
                tell(CodeTried(run=run, left=left))
            case offer.DeviceJoined():
                return event


async def admit(services: Services, wish: Invite, request: JoinRequest) -> Welcome:
    """Write the membership; harmless when the device is family already."""
    registry = services.registry
    if request.key not in registry.roster.members:
        await services.meetings.expect_guest(request.key, agrees=wish.agrees)
    is_admin = wish.trust is Trust.FULL and wish.role is not Role.MOBILE
    await registry.add(request.key, wish.trust, admin=is_admin, tags=request.tags)
    await registry.directory.describe(request.key, name=request.name, role=wish.role)
    await registry.directory.renew_card()
    return Welcome(
        family=registry.family,
        genesis=registry.genesis,
        entries=tuple(registry.entries()),
        card=own_card(registry),
        roster_hash=registry.heads(),
    )


async def store(services: Services, request: JoinRequest, card: bytes) -> None:
    """Keep the new member's card, and let links and the others know of it."""
    registry = services.registry
    if await registry.directory.absorb_card(card) is None and not registry.directory.card_of(
        request.key
    ):
        raise BadFrame("The card of the new device is not its own.")
    epoch = await registry.renew_epoch(services.sync.peers())
    await services.wires.on_change(epoch)
    if not epoch:  # which alone would have told the others of the new member
        services.sync.spread()
