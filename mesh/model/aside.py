"""Just between us: one conversation that stays on this device; pure.

off ─ wished ─▶ on, waiting ─ something is said ─▶ on, that conversation ─┐
 ▲                                                                        │
 └──────────── wished, or nothing said in it for half an hour ◀───────────┘
"""

from __future__ import annotations

import msgspec

CONTINUES_US = 30 * 60 * 1_000_000
"""How old the last message may be for a new one to belong to the same conversation."""


class Aside(msgspec.Struct, frozen=True):
    """Whether a conversation stays here: without a name the next one; times in Unix µs."""

    is_on: bool = False
    conversation: str | None = None
    last: int = 0

    @property
    def ends(self) -> int | None:
        """When it is over if nothing more is said; None while it waits for its conversation."""
        return self.last + CONTINUES_US if self.is_on and self.conversation else None

    def keeps(self, conversation: str | None) -> bool:
        """Whether what is said or told in that conversation stays here."""
        return self.is_on and self.conversation in {None, conversation}

    def said(self, conversation: str, now: int) -> Aside:
        """After something was said: the first conversation is the one."""
        return Aside(True, conversation, now) if self.keeps(conversation) else self

    def at(self, now: int) -> Aside:
        """As it is at a time."""
        return Aside() if self.ends is not None and now >= self.ends else self


NOT_ASIDE = Aside()
"""Nothing stays here."""
