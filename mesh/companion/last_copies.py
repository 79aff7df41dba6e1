"""What a device keeps though it may not hold it: there may be no other copy.

Who wrote a thing keeps it, whatever is chosen. What no member wrote, since its author has left
or nobody can tell, is kept by the owner's own devices as soon as none of them may hold it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh.model import policy as policies
from mesh.model.device import Trust, device_id

if TYPE_CHECKING:
    from mesh.model.policy import Policy
    from mesh.model.roster import Roster


@dataclass(frozen=True, slots=True)
class LastCopies:
    """Answers for one device, by the roster and the choices at a moment."""

    key: bytes
    roster: Roster
    policy: Policy

    def keeps(self, kind: int, level: int, author: bytes | None) -> bool:
        """Whether the device keeps what this author tag wrote of a scope kind at a level.

        None: nobody can tell who wrote it.
        """
        members = self.roster.members
        fulls = [key for key, member in members.items() if member.trust is Trust.FULL]
        if self.key not in fulls or any(author in self.roster.tags_of(key) for key in members):
            return False
        return not any(self._may_hold(key, kind, level) for key in fulls if key != self.key)

    def _may_hold(self, key: bytes, kind: int, level: int) -> bool:
        return level <= policies.grants(self.policy, Trust.FULL, device_id(key)).widest(kind)
