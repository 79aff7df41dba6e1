"""A phone reads what the terminal shows."""

from __future__ import annotations

import zxingcpp

from app.cli import qr

LINK = "AICO-MESH:" + "ABCDEFGH234567" * 7
INK = {" ": (0, 0), "▄": (0, 255), "▀": (255, 0), "█": (255, 255)}
SCALE = 5


def seen(lines: list[str]) -> memoryview:
    """White ink on black, as a picture of five pixels a module."""
    rows = []
    for line in lines:
        for half in (0, 1):
            row = b"".join(bytes([INK[mark][half]]) * SCALE for mark in line)
            rows.append(row * SCALE)
    side = len(lines[0]) * SCALE
    return memoryview(b"".join(rows)).cast("B", (len(lines) * 2 * SCALE, side))


def test_it_is_read_back_from_the_screen() -> None:
    lines = qr.drawn(LINK)
    found = zxingcpp.read_barcodes(seen(lines))
    assert [code.text for code in found] == [LINK]


def test_it_has_its_quiet_zone_and_fits_a_terminal() -> None:
    rows = qr.matrix(LINK)
    assert not any(any(row) for row in rows[:4] + rows[-4:])
    assert not any(any(row[:4] + row[-4:]) for row in rows)
    assert len(qr.drawn(LINK)) <= 40
    assert max(map(len, qr.drawn(LINK))) <= 80
