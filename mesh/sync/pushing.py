"""What is new at one moment, cut into pages for the live lane; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh.storage.objects import Fed

PUSHED_MAX = 64
"""Facts in a page: of so many the other still tells each (``intake.DETAILS_MAX``)."""
PUSHED_BYTES_MAX = 16 * 1024


def packs(fed: list[Fed]) -> Iterator[list[Fed]]:
    """Facts of one scope each, numbers rising; one that is large stands alone."""
    by_scope: dict[int, list[Fed]] = {}
    for one in fed:
        by_scope.setdefault(one.scope, []).append(one)
    for some in by_scope.values():
        yield from _cut(sorted(some, key=lambda one: one.number))


def _cut(some: list[Fed]) -> Iterator[list[Fed]]:
    pack: list[Fed] = []
    size = 0
    for one in some:
        if pack and (size + len(one.raw) > PUSHED_BYTES_MAX or len(pack) >= PUSHED_MAX):
            yield pack
            pack, size = [], 0
        pack.append(one)
        size += len(one.raw)
    yield pack
