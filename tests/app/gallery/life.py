"""A small life, invented, in each language: what was said, kept and felt; see `life.json`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from app import wording
from mesh import wishes
from tests.app.qt import scenes

DESKTOP = scenes.device_id("Home Desktop")
PHONE = scenes.device_id("Phone")
MINUTE = 60.0
AGES = (3 * MINUTE, 5 * 60 * MINUTE, 26 * 60 * MINUTE, 3 * scenes.DAY, 5 * scenes.DAY,
        40 * scenes.DAY, 400 * scenes.DAY)  # fmt: skip


class Told(msgspec.Struct, frozen=True):
    """The life in one language."""

    talks: list[tuple[str, str]]
    words: list[tuple[str, str]]
    kept: list[tuple[str, tuple[str, ...], str]]
    reasons: list[str | None]
    versions: list[str]


@cache
def _languages() -> dict[str, Told]:
    text = Path(__file__).with_name("life.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Told])


def _told() -> Told:
    return _languages()[wording.language()]


def heads() -> tuple[wishes.ConversationHead, ...]:
    """The conversations, the newest first."""
    return tuple(
        wishes.ConversationHead(
            conversation_id=f"c{number}",
            object_id=f"o{number}",
            place=f"p{number}",
            title=title,
            last_text=last,
            messages=7 + 13 * number,
            first=scenes.NOW - age - 40 * MINUTE,
            last=scenes.NOW - age,
            device_id=PHONE if number == 0 else DESKTOP,
            privacy="here" if number == 5 else "family",
        )
        for number, ((title, last), age) in enumerate(zip(_told().talks, AGES, strict=True))
    )


def messages() -> tuple[wishes.MessageLine, ...]:
    """What was said in the newest one."""
    words = _told().words
    return tuple(
        wishes.MessageLine(
            object_id=f"m{number}",
            place=f"p{number}",
            id=f"m{number}",
            conversation_id="c0",
            role=role,
            text=text,
            timestamp=scenes.NOW - (len(words) - number) * 26 * MINUTE,
            device_id=DESKTOP if number < 4 else PHONE,
            speaker=None,
            tags=("plan",) if number == 3 else (),
            privacy="family",
            is_revised=number == 2,
        )
        for number, (role, text) in enumerate(words)
    )


def memories() -> tuple[wishes.MemoryLine, ...]:
    """What is kept, the newest first."""
    return tuple(
        wishes.MemoryLine(
            object_id=f"x{number}",
            place=f"p{number}",
            text=text,
            tags=tags,
            privacy=privacy,
            timestamp=scenes.NOW - AGES[number],
            device_id=DESKTOP,
            is_revised=number == 2,
        )
        for number, (text, tags, privacy) in enumerate(_told().kept)
    )


def versions() -> tuple[wishes.SideShown, ...]:
    """What a memory was changed to on two devices apart."""
    return tuple(
        wishes.SideShown(
            choice=str(number),
            side=f"s{number}",
            text=text,
            device_id=device,
            timestamp=scenes.NOW - number * scenes.HOUR,
        )
        for number, (text, device) in enumerate(
            zip(_told().versions, (DESKTOP, PHONE), strict=True), 1
        )
    )


def mood() -> wishes.MoodShown:
    """The mood, and what it comes from."""
    felt = ((0.7, 0.6), (0.1, 0.3), (-0.2, 0.1))
    why = tuple(
        wishes.ReasonShown(
            device_id=device,
            valence=valence,
            arousal=0.2,
            confidence=0.8,
            timestamp=scenes.NOW - age,
            weight=weight,
            because=because,
        )
        for device, (valence, weight), because, age in zip(
            (PHONE, DESKTOP, scenes.ME), felt, _told().reasons, AGES, strict=False
        )
    )
    return wishes.MoodShown(
        valence=0.45, arousal=0.2, confidence=0.8, label="content",
        contributing_devices=(PHONE, DESKTOP, scenes.ME), why=why,
    )  # fmt: skip


def preview(device: str) -> wishes.PreviewShown:
    """What a device would know."""
    return wishes.PreviewShown(
        device_id=device,
        would_send={"conversations": 3_214, "memories": 128, "moods": 412},
        withheld={"conversations": 96, "memories": 14, "moods": 0},
        would_withdraw={"conversations": 2_871, "memories": 96, "moods": 371},
    )
