"""The seven pictures that two people compare, and their English names.

They are the first 42 of 48 bits of

    HKDF-SHA256(SPAKE2 key, salt BLAKE2b(transcript, r), "aico-mesh/1 pairing pictures")

with the person "aico pictures" in BLAKE2b; six bits choose a picture, the first ones first.
The pictures are everyday things of different shape and colour, so that they differ on every
screen and can be read out over a telephone. The order of ``PICTURES`` is part of the protocol:
it never changes, or two versions would show different pictures for one key.
"""

from __future__ import annotations

from typing import Final

from mesh.crypto import derive, digest

COUNT: Final = 7
BITS: Final = 6

PICTURES: Final = (
    ("🐕", "dog"), ("🐈", "cat"), ("🦁", "lion"), ("🐘", "elephant"),
    ("🐄", "cow"), ("🐖", "pig"), ("🐇", "rabbit"), ("🐻", "bear"),
    ("🐧", "penguin"), ("🦉", "owl"), ("🐢", "turtle"), ("🐍", "snake"),
    ("🐸", "frog"), ("🦋", "butterfly"), ("🐌", "snail"), ("🐙", "octopus"),
    ("🐳", "whale"), ("🦀", "crab"), ("🐝", "bee"), ("🦒", "giraffe"),
    ("🌲", "tree"), ("🌵", "cactus"), ("🌻", "sunflower"), ("🍄", "mushroom"),
    ("🌍", "globe"), ("🌙", "moon"), ("🔥", "fire"), ("🌈", "rainbow"),
    ("🍎", "apple"), ("🍌", "banana"), ("🍇", "grapes"), ("🍓", "strawberry"),
    ("🍋", "lemon"), ("🥕", "carrot"), ("🌽", "corn"), ("🍞", "bread"),
    ("🧀", "cheese"), ("🍕", "pizza"), ("🎂", "cake"), ("☕", "coffee"),
    ("🏠", "house"), ("🚗", "car"), ("🚲", "bicycle"), ("🚂", "train"),
    ("⛵", "sailboat"), ("🚀", "rocket"), ("🎈", "balloon"), ("⛺", "tent"),
    ("🔑", "key"), ("🔔", "bell"), ("🔨", "hammer"), ("📞", "telephone"),
    ("📖", "book"), ("✏️", "pencil"), ("✂️", "scissors"), ("☂️", "umbrella"),
    ("👓", "glasses"), ("👑", "crown"), ("👢", "boot"), ("⏰", "clock"),
    ("🎸", "guitar"), ("🥁", "drum"), ("⚽", "football"), ("⚓", "anchor"),
)  # fmt: skip


def pictures(key: bytes, transcript: bytes, opened: bytes) -> tuple[tuple[str, str], ...]:
    """Seven (symbol, name) pairs from the key, all said so far, and ``opened``.

    That is the joiner's random number, to which it committed before it knew anything.
    """
    size = (COUNT * BITS + 7) // 8
    salt = digest(transcript, opened, person=b"aico pictures")
    number = int.from_bytes(derive(key, "aico-mesh/1 pairing pictures", length=size, salt=salt))
    number >>= size * 8 - COUNT * BITS
    shifts = range((COUNT - 1) * BITS, -1, -BITS)
    return tuple(PICTURES[number >> shift & (1 << BITS) - 1] for shift in shifts)
