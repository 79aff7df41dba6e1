"""QR codes, written and read; without Qt, for the terminal and the windows alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import zxingcpp

if TYPE_CHECKING:
    from collections.abc import Sequence

QUIET = 4
"""Light modules around a code, without which cameras do not find it."""
CODES_MAX = 16
"""How many codes of one picture are looked at."""
SIDE_MIN = 21
"""Pixels below which no picture can hold a code."""


def matrix(text: str) -> list[list[bool]]:
    """The modules, True for dark, with the quiet zone around."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    # The library's image has the buffer protocol, its type stubs do not say so.
    image = memoryview(cast("bytes", code.to_image(scale=1, add_quiet_zones=False)))
    shades = cast("list[list[int]]", image.tolist())
    rows = [[shade == 0 for shade in row] for row in shades]
    side = len(rows) + 2 * QUIET
    margin = [False] * QUIET
    empty = [[False] * side for _ in range(QUIET)]
    return [*empty, *([*margin, *row, *margin] for row in rows), *empty]


def read(grays: memoryview, width: int, height: int) -> Sequence[str]:
    """The texts of the QR codes in a picture: a byte a pixel, no padding between lines."""
    if min(width, height) < SIDE_MIN:
        return []
    picture = grays.cast("B", (height, width))
    found = zxingcpp.read_barcodes(
        picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    )
    return [code.text for code in found[:CODES_MAX] if code.valid]
