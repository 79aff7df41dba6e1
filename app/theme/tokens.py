"""The colours, sizes and distances everything is drawn with, in a light and a dark scheme.

A colour is named for what it says, not for what it looks like. Each tone has a soft partner to
stand on; text on its ground has a contrast of at least 4.5 to 1 in both schemes (WCAG 2.2 AA).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# Distances, radii and type sizes, logical pixels.
TIGHT: Final = 4
NEAR: Final = 8
CLOSE: Final = 12
GAP: Final = 16
EDGE: Final = 24

RADIUS_CARD: Final = 14
RADIUS_CONTROL: Final = 9

TEXT: Final = 14
SMALL: Final = 12
TITLE: Final = 15
HEADLINE: Final = 22
BIG: Final = 30


@dataclass(frozen=True)
class Tokens:
    """One scheme. ``is_dark`` tells which."""

    is_dark: bool
    ground: str
    side: str
    card: str
    line: str
    edge: str
    """The outline of what can be operated; 3 to 1 against its ground."""
    hover: str
    text: str
    mute: str
    accent: str
    accent_soft: str
    on_accent: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    off: str
    off_soft: str

    def tone(self, name: str) -> tuple[str, str]:
        """A tone and its ground: accent, ok, warn, bad or off."""
        return getattr(self, name), getattr(self, f"{name}_soft")


LIGHT: Final = Tokens(
    is_dark=False,
    ground="#F7F6F3",
    side="#EFEDE8",
    card="#FFFFFF",
    line="#E4E1DA",
    edge="#8D8981",
    hover="#F1EFEB",
    text="#21201E",
    mute="#5F5C56",
    accent="#4656BD",
    accent_soft="#E8EAF8",
    on_accent="#FFFFFF",
    ok="#1B7049",
    ok_soft="#DFF1E7",
    warn="#875309",
    warn_soft="#FAECD0",
    bad="#B3261E",
    bad_soft="#FBE6E3",
    off="#5F5C56",
    off_soft="#EAE8E3",
)
DARK: Final = Tokens(
    is_dark=True,
    ground="#18191D",
    side="#131417",
    card="#212228",
    line="#33353D",
    edge="#757882",
    hover="#2B2C33",
    text="#EDECE9",
    mute="#A9A7A2",
    accent="#98A4F3",
    accent_soft="#2A2E4B",
    on_accent="#12142A",
    ok="#61C99A",
    ok_soft="#1B392C",
    warn="#E6B25E",
    warn_soft="#3D3018",
    bad="#F2958C",
    bad_soft="#472522",
    off="#A9A7A2",
    off_soft="#2E2F35",
)
