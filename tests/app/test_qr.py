"""A phone reads what the terminal shows."""

from __future__ import annotations

from app import qr
from app.cli.qr import drawn

LINK = "AICO-MESH:" + "ABCDEFGH234567" * 7
INK = {" ": (0, 0), "▄": (0, 255), "▀": (255, 0), "█": (255, 255)}
SCALE = 5


def seen(lines: list[str]) -> tuple[memoryview, int, int]:
    """White ink on black, as a picture of five pixels a module; its width and height."""
    rows = []
    for line in lines:
        for half in (0, 1):
            row = b"".join(bytes([INK[mark][half]]) * SCALE for mark in line)
            rows.append(row * SCALE)
    return memoryview(b"".join(rows)), len(lines[0]) * SCALE, len(lines) * 2 * SCALE


def test_it_is_read_back_from_the_screen() -> None:
    assert qr.read(*seen(drawn(LINK))) == [LINK]


def test_a_picture_without_a_code_or_too_small_for_one_gives_nothing() -> None:
    assert qr.read(memoryview(bytes(100 * 100)), 100, 100) == []
    assert qr.read(memoryview(bytes(4)), 2, 2) == []


def test_it_has_its_quiet_zone_and_fits_a_terminal() -> None:
    rows = qr.matrix(LINK)
    assert not any(any(row) for row in rows[:4] + rows[-4:])
    assert not any(any(row[:4] + row[-4:]) for row in rows)
    assert len(drawn(LINK)) <= 40
    assert max(map(len, drawn(LINK))) <= 80
