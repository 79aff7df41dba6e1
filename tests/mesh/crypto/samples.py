"""Points and bits to try the primitives with."""

from __future__ import annotations

Point = tuple[int, int]
PRIME = 2**255 - 19
D = -121665 * pow(121666, -1, PRIME) % PRIME


def added(left: Point, right: Point) -> Point:
    """Addition on the Edwards curve, from its textbook formula."""
    (x1, y1), (x2, y2) = left, right
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, PRIME)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, PRIME)
    return x % PRIME, y % PRIME


def root(square: int) -> int | None:
    """A square root modulo the field prime, if there is one."""
    candidate = pow(square, (PRIME + 3) // 8, PRIME)
    for found in (candidate, candidate * pow(2, (PRIME - 1) // 4, PRIME) % PRIME):
        if found * found % PRIME == square % PRIME:
            return found
    return None


def small_order_points() -> set[Point]:
    """The eight points that a multiplication by eight takes to the neutral one.

    Any point times the order of the main subgroup lies among them.
    """
    order = 2**252 + 27742317777372353535851937790883648493
    found: set[Point] = set()
    for y in range(2, 60):
        x = root((y * y - 1) * pow(D * y * y + 1, -1, PRIME))
        if x is not None:
            found.add(multiplied((x, y), order))
    return found


def multiplied(point: Point, times: int) -> Point:
    total: Point = (0, 1)
    while times:
        if times & 1:
            total = added(total, point)
        point, times = added(point, point), times >> 1
    return total


def encodings(point: Point) -> set[bytes]:
    """Every way a point can be written in 32 bytes, canonical or not."""
    ys = {y for y in (point[1], point[1] + PRIME) if y < 1 << 255}
    return {(y | sign << 255).to_bytes(32, "little") for y in ys for sign in (0, 1)}


SMALL = sorted({text for point in small_order_points() for text in encodings(point)})


def flipped(message: bytes, bit: int) -> bytes:
    """The message with one of its bits turned; ``bit`` counts around."""
    place, inside = divmod(bit % (len(message) * 8), 8)
    return message[:place] + bytes([message[place] ^ (1 << inside)]) + message[place + 1 :]
