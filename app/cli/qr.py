"""A QR code in the terminal: two modules a character, dark on white in every colour scheme."""

from __future__ import annotations

from typing import cast

import zxingcpp

QUIET = 4
_HALVES = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}


def matrix(text: str) -> list[list[bool]]:
    """The modules, True for dark, with four of quiet zone around."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    # The library's image has the buffer protocol, its type stubs do not say so.
    image = memoryview(cast("bytes", code.to_image(scale=1, add_quiet_zones=False)))
    shades = cast("list[list[int]]", image.tolist())
    rows = [[shade == 0 for shade in row] for row in shades]
    side = len(rows) + 2 * QUIET
    margin = [False] * QUIET
    empty = [[False] * side for _ in range(QUIET)]
    return [*empty, *([*margin, *row, *margin] for row in rows), *empty]


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
