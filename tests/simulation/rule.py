"""A rule of the product that can be switched off, in a copy of the code."""

from __future__ import annotations

from dataclasses import dataclass


class Moved(AssertionError):
    """The place a rule hangs on is no longer where it was."""


@dataclass(frozen=True)
class Rule:
    """A rule: where it stands in the code, and what stands there without it.

    ``test``: what notices that it is off, when that is not the simulation.
    """

    name: str
    says: str
    path: str
    here: str
    without: str
    test: str | None = None

    def switched_off(self, code: str) -> str:
        """The file without the rule."""
        if code.count(self.here) != 1:
            raise Moved(self.name)
        return code.replace(self.here, self.without)
