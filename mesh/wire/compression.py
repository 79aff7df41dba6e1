"""zstd at level 3, with a bound on what may come out."""

from __future__ import annotations

import zstandard

from mesh.errors import BadFrame

LEVEL = 3
SAVES_AT_LEAST = 0.2


def compress(plain: bytes) -> bytes | None:
    """The compressed form, or None when it would not save a fifth."""
    packed = zstandard.ZstdCompressor(level=LEVEL).compress(plain)
    return packed if len(packed) <= len(plain) * (1 - SAVES_AT_LEAST) else None


def expand(packed: bytes, limit: int) -> bytes:
    """The plain form of at most ``limit`` bytes; BadFrame otherwise."""
    try:
        size = zstandard.frame_content_size(packed)
        if not 0 <= size <= limit:
            raise BadFrame("a compressed page of a wrong size")
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=limit)
    except zstandard.ZstdError as error:
        raise BadFrame("a page that cannot be expanded") from error
