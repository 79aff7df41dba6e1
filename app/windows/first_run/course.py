"""The course of a first run, without Qt: where it goes on after a crash, and what comes next.

    welcome ─▶ name ─▶ family ─new─▶ words ─▶ done
                          └──join (the pairing wizard)──▶ done

The profile exists before the first page is shown: the node has made it. So what is kept between
two starts is only the page.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mesh.errors import BadInput
from mesh.model.device import NAME_MAX, clean_name

if TYPE_CHECKING:
    from app.viewstate import ViewState

_NOBODYS_NAMES: Final = {
    "localhost", "debian", "ubuntu", "fedora", "arch", "archlinux", "linux", "host", "pc",
    "computer", "desktop", "laptop", "device", "server",
}  # fmt: skip
_DRAWN = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Z0-9]{5,}|[0-9a-f]{8,}|\d{4,}")
"""Part of a name that a system's installer drew by lot: DESKTOP-4F7K2LM."""


class Stage(StrEnum):
    """A page of the first run; its value is what is kept."""

    WELCOME = "welcome"
    NAME = "name"
    FAMILY = "family"
    WORDS = "words"
    DONE = "done"


def is_wanted(kept: str | None) -> bool:
    """Whether a first run has begun and not ended; ``kept`` None: there never was one."""
    return kept is not None and kept != Stage.DONE


def resumed(kept: str | None, state: ViewState) -> Stage:
    """Where to go on: what has happened since, also from elsewhere, is not asked again."""
    known = {stage.value: stage for stage in Stage}
    stage = known.get(kept or "", Stage.WELCOME)
    if stage in {Stage.FAMILY, Stage.WORDS} and state.others:
        return Stage.DONE
    if stage is Stage.WORDS and state.me is not None and state.me.recovery_confirmed:
        return Stage.DONE
    return stage


def humane(machine: str, otherwise: str) -> str:
    """A name for people made of a machine's: "annas-macbook.local" → "Annas macbook"."""
    words = [word for word in re.split(r"[\s_-]+", machine.partition(".")[0]) if word]
    words = [word for word in words if not _DRAWN.fullmatch(word)]
    if not words or (len(words) == 1 and words[0].lower() in _NOBODYS_NAMES):
        return otherwise
    if all(word.isupper() for word in words):
        words = [word.capitalize() for word in words]
    name = " ".join(words)[:NAME_MAX].strip()
    try:
        return clean_name(name[:1].upper() + name[1:])
    except BadInput:
        return otherwise
