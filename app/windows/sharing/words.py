"""What the page on sharing says: each choice in a sentence, for whom, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.windows.devices.words import things
from app.windows.sharing.change import ALL, LEVELS, TAGS, WINDOW, Effect, device
from app.wording import shared_kind, tr, trn, trust
from mesh.model.device import Trust
from mesh.model.policy import FAMILY

if TYPE_CHECKING:
    from mesh.wishes import PolicyShown

ICONS = {
    "conversation_continuity": "conversation",
    "memory_access": "memory",
    "emotional_awareness": "mood",
    "mood_reasons": "info",
    "personality_consistency": "companion",
    "private_to_own_devices": "lock",
    "privacy_levels": "shield",
    WINDOW: "clock",
    TAGS: "tag",
}
SWITCHES = tuple(ICONS)[:6]


def title(key: str) -> str:
    """What is chosen, in a word or two."""
    return {
        "conversation_continuity": tr("Conversations"),
        "memory_access": tr("Memories"),
        "emotional_awareness": tr("Mood"),
        "mood_reasons": tr("Reasons of moods"),
        "personality_consistency": tr("Personality"),
        "private_to_own_devices": tr("Private things"),
        "privacy_levels": tr("How personal"),
        WINDOW: tr("How far back"),
        TAGS: tr("Private tags"),
    }.get(key, key)


def meaning(key: str, *, is_full: bool = False) -> str:
    """What it means, in a sentence; ``is_full``: for devices with full trust alone."""
    if key == WINDOW and is_full:
        return tr("Older things do not go there. What is there of them stays.")
    return {
        "conversation_continuity": tr(
            "What you and AICO say goes there too: a conversation goes on on any device."
        ),
        "memory_access": tr("What AICO is to remember is known there too."),
        "emotional_awareness": tr("AICO feels the same there as here."),
        "mood_reasons": tr("What a mood comes from goes along, in words."),
        "personality_consistency": tr(
            "AICO has the same traits there. Without it each device has its own."
        ),
        "private_to_own_devices": tr(
            "What is private goes between devices with full trust. “Just between us” never "
            "does."
        ),
        "privacy_levels": tr("What is kept more closely than this does not go there."),
        WINDOW: tr(
            "Older things do not go to a device with limited trust. What it has of them stays."
        ),
    }.get(key, "")


def value(key: str, text: str) -> str:
    """A value as it is read."""
    if key == WINDOW:
        return days(text)
    if key == "privacy_levels":
        return level(text)
    if key == TAGS:
        return tr("none") if text == "none" else text
    return tr("on") if text == "on" else tr("off")


def days(text: str) -> str:
    """A window of days."""
    if text == ALL:
        return tr("Everything, however old")
    return trn("The last {n} day", "The last {n} days", int(text)) if int(text) else tr("Today")


def level(text: str) -> str:
    """How closely kept something may be."""
    return {
        "none": tr("Nothing at all"),
        "public": tr("What is for everyone"),
        "public, family": tr("What is for everyone or for the family"),
    }.get(text, text)


# ---- for whom --------------------------------------------------------------------------------


def whom(shown: PolicyShown, target: str) -> str:
    """A target in a list."""
    if target == FAMILY:
        return tr("The whole family")
    if target in LEVELS:
        return trust(target)
    one = device(shown, target)
    return one.name if one else target


def for_whom(shown: PolicyShown, target: str) -> str:
    """A target in the middle of a sentence."""
    if target == FAMILY:
        return tr("for the whole family")
    if target == Trust.FULL:
        return tr("for devices with full trust")
    if target == Trust.LIMITED:
        return tr("for devices with limited trust")
    return tr("for {name}", name=whom(shown, target))


def whom_means(shown: PolicyShown, target: str) -> str:
    """Who that is, and what goes before it."""
    if target == FAMILY:
        return tr("This holds where nothing else is chosen for a trust level or a device.")
    if target in LEVELS:
        names = [one.name for one in shown.devices if str(one.trust) == target]
        if not names:
            return tr("There is no such device now.")
        return tr("Now that is: {names}.", names=", ".join(names))
    one = device(shown, target)
    return tr("For this one alone; it goes before all else.") if one else ""


def above(shown: PolicyShown, target: str) -> str:
    """The button that lets count again what is chosen one step further up."""
    one = device(shown, target)
    if one is None:
        return tr("As for the family")
    return tr("As for “{trust}”", trust=trust(one.trust))


# ---- what a change does ----------------------------------------------------------------------


def changed(shown: PolicyShown, target: str, key: str, text: str) -> str:
    """What was just chosen."""
    return tr(
        "Changed {for_whom}: {what} – {value}.",
        for_whom=for_whom(shown, target), what=title(key), value=value(key, text),
    )  # fmt: skip


def effect(one: Effect) -> str:
    """What a change does for one device, in sentences."""
    said = []
    if one.gets:
        said.append(tr("{things} would go to {name}.", things=things(one.gets), name=one.name))
    if one.gives:
        said.append(
            tr("{name} would give back {things}.", things=things(one.gives), name=one.name)
        )
    if one.ends:
        said.append(
            tr(
                "{things} would no longer go to {name}; what it has of that stays there.",
                things=things(one.ends),
                name=one.name,
            )
        )
    return " ".join(said)


def holding(kind: str, widest: str) -> str:
    """Up to which level this device may have a kind."""
    levels = {
        "public": tr("what is for everyone"),
        "family": tr("what is for everyone or for the family"),
        "private": tr("what is private too"),
    }
    return f"{shared_kind(kind)}: {levels.get(widest, widest)}"
