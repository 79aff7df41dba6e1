"""Devices as people see and name them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mesh.errors import AmbiguousName, NotFound
from mesh.model.device import Context, Role, Trust, device_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh.family.portrait import Portrait
    from mesh.model.roster import Member

SHORT_ID = 9
PREFIX_MIN = 4
_ROLES = {Trust.FULL: Role.PRIMARY, Trust.LIMITED: Role.SHARED, Trust.GUEST: Role.GUEST}


@dataclass(frozen=True)
class DeviceView:
    """A device of the family, ready to be shown."""

    key: bytes
    device_id: str
    name: str
    role: Role
    trust: Trust
    context: Context
    capabilities: tuple[str, ...]
    is_self: bool
    admin: bool
    undo_until_ms: int | None = None
    """Until when this device may undo that it joined."""

    def painted(self, portrait: Portrait) -> DeviceView:
        """The device with what its portrait says of it."""
        return replace(
            self,
            name=portrait.name,
            role=portrait.role,
            context=portrait.context,
            capabilities=portrait.capabilities,
        )


def unnamed(member: Member, *, is_self: bool, undo_until_ms: int | None = None) -> DeviceView:
    """A device nobody has described yet: called by the beginning of its id."""
    shown = device_id(member.key)
    is_own = member.trust is Trust.FULL
    return DeviceView(
        key=member.key,
        device_id=shown,
        name=shown[:SHORT_ID],
        role=_ROLES[member.trust],
        trust=member.trust,
        context=Context.PERSONAL if is_own else Context.FAMILY,
        capabilities=(),
        is_self=is_self,
        admin=member.admin,
        undo_until_ms=undo_until_ms,
    )


def find(text: str, devices: Sequence[DeviceView]) -> bytes:
    """The key of the one device meant by its id, the beginning of its id, or its name."""
    typed = text.strip()
    prefix = "".join(typed.upper().replace("-", " ").split())
    found = {view.key for view in devices if view.name.casefold() == typed.casefold()}
    for view in devices:
        plain = view.device_id.replace("-", "")
        if plain == prefix:
            return view.key
        if len(prefix) >= PREFIX_MIN and plain.startswith(prefix):
            found.add(view.key)
    if len(found) > 1:
        raise AmbiguousName
    if not found:
        raise NotFound("There is no device by that name or id in the family.")
    return found.pop()
