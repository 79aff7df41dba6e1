"""Pairing, from either side: events to the owner, the owner's answer back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.errors import (
    AlreadyInFamily,
    BadFrame,
    BadInput,
    InvitationClosed,
    NotPermitted,
    WishRefused,
)
from mesh.messages import PairingAsked, PairingDone, told
from mesh.model.device import Role, Trust, clean_name, device_id
from mesh.pairing.frames import Adopted, JoinRequest, Welcome
from mesh.pairing.guest import Joiner
from mesh.pairing.host import Inviter
from mesh.pairing.joining import Compare, Joining, Party
from mesh.pairing.window import Asking, HostOffer, PairingWindow, Withdrawn
from mesh.pairing.window import DeviceJoined as Admitted
from mesh.pairing.window import Place as WindowPlace
from mesh.wishes import (
    Answer,
    Cancel,
    DeviceJoined,
    Done,
    FamilyJoined,
    Invite,
    InviteOpened,
    Join,
    PairingAsking,
)

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell
    from mesh.family.registry import Registry

WINDOW = "pairing window"
NAMED_WITHIN_S = 5.0
LOOK_EVERY_S = 0.02
SETTLE_S = 0.15


class _Inviting:
    """An open window as a running wish."""

    def __init__(self, window: PairingWindow, task: asyncio.Task[object] | None) -> None:
        self._window = window
        self._task = task
        self.asked: bytes | None = None

    def answer(self, *, yes: bool) -> None:
        if self.asked is not None:
            self._window.answer(self.asked, yes=yes)

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()


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


async def answer(services: Services, wish: Answer, _: Tell) -> Done:
    """The owner compared the pictures."""
    services.run_of(wish.run).answer(yes=wish.yes)
    return Done()


async def cancel(services: Services, wish: Cancel, _: Tell) -> Done:
    """The owner wants a running wish to stop."""
    services.run_of(wish.run).cancel()
    return Done()


# ---- inviting --------------------------------------------------------------------------------


async def invite(services: Services, wish: Invite, tell: Tell) -> DeviceJoined:
    """Open a window until one device has joined, or it ends without."""
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
        joined = await _until_joined(services, inviting, window, run, tell)
    except asyncio.CancelledError as error:
        raise InvitationClosed("The pairing window was closed.") from error
    finally:
        del services.running[run], services.running[WINDOW]
        await window.close()
    services.bus.publish(
        told(PairingDone(device_id=joined.device_id, name=joined.name), services.device_id)
    )
    return DeviceJoined(device_id=joined.device_id, name=joined.name)


async def _window(services: Services, wish: Invite) -> PairingWindow:
    registry = services.registry
    offer = HostOffer(
        Inviter(registry.identity.signing, services.name_of(registry.key), registry.family),
        admit=lambda request: _admit(services, wish, request),
        store=lambda request, card: _store(services, request, card),
        guest_name=None if wish.name is None else clean_name(wish.name),
        minutes=wish.minutes,
    )
    place = services.place
    where = WindowPlace(place.host, place.port, place.addresses)
    return await PairingWindow.open(
        offer,
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
    services: Services, inviting: _Inviting, window: PairingWindow, run: str, tell: Tell
) -> Admitted:
    while True:
        event = await window.next_event()
        match event:
            case Asking():
                inviting.asked = event.key
                _ask(services, run, event.name, event.emoji, tell)
            case Withdrawn():
                inviting.asked = None
            case Admitted():
                return event


def _ask(
    services: Services, run: str, name: str, emoji: tuple[tuple[str, str], ...], tell: Tell
) -> None:
    symbols = tuple(symbol for symbol, _ in emoji)
    tell(
        PairingAsking(run=run, name=name, emoji=symbols, emoji_names=tuple(n for _, n in emoji))
    )
    services.bus.publish(told(PairingAsked(name=name, emoji=symbols), services.device_id))


async def _admit(services: Services, wish: Invite, request: JoinRequest) -> Welcome:
    """Write the membership; harmless when the device is family already."""
    registry = services.registry
    is_admin = wish.trust is Trust.FULL and wish.role is not Role.MOBILE
    await registry.add(request.key, wish.trust, admin=is_admin, tags=request.tags)
    await registry.directory.describe(request.key, name=request.name, role=wish.role)
    await registry.directory.renew_card()
    return Welcome(
        family=registry.family,
        genesis=registry.genesis,
        entries=tuple(registry.entries()),
        card=_own_card(registry),
        roster_hash=registry.heads(),
    )


def _own_card(registry: Registry) -> bytes:
    return registry.directory.signed_card(registry.key)


async def _store(services: Services, request: JoinRequest, card: bytes) -> None:
    """Keep the new member's card, and let links and the others know of it."""
    registry = services.registry
    if await registry.directory.absorb_card(card) is None and not registry.directory.card_of(
        request.key
    ):
        raise BadFrame("The card of the new device is not its own.")
    epoch = await registry.renew_epoch(services.sync.peers())
    await services.wires.on_change(epoch)


# ---- joining ---------------------------------------------------------------------------------


async def join(services: Services, wish: Join, tell: Tell) -> FamilyJoined:
    """Go to an open window, compare, and become family."""
    registry = services.registry
    if WINDOW in services.running:
        raise WishRefused("A pairing window is open here; close it before joining elsewhere.")
    own_name = services.name_of(registry.key)
    if wish.name is not None:
        own_name = clean_name(wish.name)
    joiner = Joiner(
        key=registry.identity.signing,
        name=own_name,
        tags=await services.shelf.load_past_tags(),
        card=b"",
        family=registry.family,
        is_alone=registry.is_alone,
    )
    joining = Joining.start(
        wish.invitation,
        wish.at,
        Party(joiner, lambda welcome: _adopt(services, welcome)),
        context=services.context,
        clock=services.clock,
        entropy=services.entropy,
    )
    run = services.new_run()
    services.running[run] = _Joining(joining, asyncio.current_task())
    try:
        while True:
            event = await joining.next_event()
            if not isinstance(event, Compare):
                break
            _ask(services, run, event.inviter_name, event.emoji, tell)
    except asyncio.CancelledError as error:
        raise InvitationClosed("Joining was stopped.") from error
    finally:
        del services.running[run]
        await joining.close()
    await _until_named(services, event.name)
    return FamilyJoined(
        family_id=event.family.hex(), device_id=device_id(registry.key), name=event.name
    )


async def _until_named(services: Services, name: str) -> None:
    """Names come over the first link, right after pairing; do not wait long for them."""
    until = services.clock.monotonic() + NAMED_WITHIN_S
    while services.clock.monotonic() < until:
        if services.name_of(services.registry.key) == name:
            return
        await asyncio.sleep(LOOK_EVERY_S)


async def _adopt(services: Services, welcome: Welcome) -> Adopted:
    """Become a member: the new family is stored before anybody is told."""
    registry = services.registry
    if not registry.is_alone and welcome.family != registry.family:
        raise AlreadyInFamily
    change = await registry.adopt(welcome.genesis, welcome.entries)
    if registry.family != welcome.family:
        raise BadFrame("The welcome is of another family than it says.")
    await registry.directory.absorb_card(welcome.card)
    await registry.directory.renew_card(services.endpoints)
    services.wires.later(services.wires.on_change(change), SETTLE_S)
    return Adopted(_own_card(registry), registry.heads())
