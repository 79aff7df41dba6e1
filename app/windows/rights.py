"""Who may change the family, and what the others read instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.wording import tr
from mesh.model.device import Trust

if TYPE_CHECKING:
    from app.viewstate import ViewState


def other_managers(state: ViewState) -> list[str]:
    """The names of the other devices that manage the family."""
    return [one.device.name for one in state.others if one.device.admin]


def hindrance(state: ViewState) -> str:
    """Why this device cannot change another; empty if it can."""
    this = state.this
    if this is None or this.device.admin:
        return ""
    if this.device.trust is Trust.GUEST:
        return tr("This device is a guest here. {where}", where=_where(state))
    if this.device.trust is Trust.LIMITED:
        return tr(
            "This device has limited trust and cannot change others. {where}",
            where=_where(state),
        )
    return tr("This device does not manage the family. {where}", where=_where(state))


def _where(state: ViewState) -> str:
    names = other_managers(state)
    if not names:
        return tr("No device does.")
    return tr("You can change it on {names}.", names=_listed(names))


def _listed(words: list[str]) -> str:
    if len(words) <= 1:
        return "".join(words)
    return tr("{first} or {last}", first=", ".join(words[:-1]), last=words[-1])
