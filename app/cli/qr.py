"""A QR code in the terminal: two modules a character, dark on white in every colour scheme."""

from __future__ import annotations

from app.qr import matrix

_HALVES = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}


def drawn(text: str) -> list[str]:
    """Its lines in half blocks, light modules as ink: to be printed white on black."""
    rows = matrix(text)
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return [
        "".join(_HALVES[upper, lower] for upper, lower in zip(*pair, strict=True))
        for pair in pairs
    ]
