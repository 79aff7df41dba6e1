"""zstd at level 3, with a bound on what may come out, and a dictionary of how people chat."""

from __future__ import annotations

import functools

import zstandard

from mesh.errors import BadFrame

LEVEL = 3
SAVES_AT_LEAST = 0.2
DICTIONARY = "chat-1.zstd"
"""Trained by ``python -m resources.dictionary``. Another one gets forms of page of its own."""


def known() -> bytes:
    """What the dictionary is made of."""
    from importlib.resources import files  # who compresses nothing needs none of it

    return (files("resources") / "dictionary" / DICTIONARY).read_bytes()


@functools.cache
def _dictionary() -> zstandard.ZstdCompressionDict:
    dictionary = zstandard.ZstdCompressionDict(known(), zstandard.DICT_TYPE_FULLDICT)
    dictionary.precompute_compress(level=LEVEL)
    return dictionary


class Press:
    """Compresses one thing after another; not to be shared by threads."""

    @functools.cached_property
    def _alone(self) -> zstandard.ZstdCompressor:
        return zstandard.ZstdCompressor(level=LEVEL)

    @functools.cached_property
    def _by_dictionary(self) -> zstandard.ZstdCompressor:
        return zstandard.ZstdCompressor(level=LEVEL, dict_data=_dictionary())

    def press(self, plain: bytes, *, by_dictionary: bool) -> bytes | None:
        """The compressed form, or None when it would not save a fifth."""
        compressor = self._by_dictionary if by_dictionary else self._alone
        packed = compressor.compress(plain)
        return packed if saves(packed, plain) else None


def saves(packed: bytes, plain: bytes) -> bool:
    """Whether it is a fifth smaller: less is not worth unpacking."""
    return len(packed) <= len(plain) * (1 - SAVES_AT_LEAST)


def compress(plain: bytes) -> bytes | None:
    """The compressed form, or None when it would not save a fifth."""
    return Press().press(plain, by_dictionary=False)


def expanded_size(packed: bytes) -> int:
    """How large it says that it is when expanded; BadFrame when it does not say."""
    try:
        size = zstandard.frame_content_size(packed)
    except zstandard.ZstdError as error:
        raise BadFrame("a page that cannot be expanded") from error
    if size < 0:
        raise BadFrame("a page that does not say how large it is")
    return size


def expand(packed: bytes, limit: int, *, by_dictionary: bool = False) -> bytes:
    """The plain form of at most ``limit`` bytes; BadFrame otherwise.

    ``by_dictionary``: it may need the dictionary; whether it does, its header says.
    """
    if expanded_size(packed) > limit:
        raise BadFrame("a compressed page of a wrong size")
    dictionary = _dictionary() if by_dictionary else None
    try:
        expander = zstandard.ZstdDecompressor(dict_data=dictionary)
        return expander.decompress(packed, max_output_size=limit)
    except zstandard.ZstdError as error:
        raise BadFrame("a page that cannot be expanded") from error
