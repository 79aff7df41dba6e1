"""`part`: undo a first meeting, with what that does in numbers before it is done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from app.cli.question import agrees
from app.cli.session import session
from app.cli.voice import BOLD, DIM, GREEN
from app.wording import tr, trn
from app.wording.parting import gives_back, hours_left, not_told, stays
from mesh.clock import SystemClock
from mesh.wishes import Part, PartingShown

if TYPE_CHECKING:
    from app.cli.voice import Voice
    from mesh.profile import Profile

    Options: TypeAlias = dict[str, Any]

DONE, FAILED = 0, 1


async def part(profile: Profile, options: Options, voice: Voice) -> int:
    """Count it, and do it when that is wanted; programs have to say so."""
    device, yes = options["device"], bool(options["yes"])
    async with session(profile) as talk:
        answer = await talk.ask(Part(device=device, yes=yes and voice.as_json))
        shown = msgspec.convert(answer, PartingShown)
        if not voice.as_json:
            _show(voice, shown)
            if not yes and sys.stdin.isatty():
                yes = await agrees(tr("Undo the first meeting?"))
                if not yes:
                    return FAILED
            if yes:
                answer = await talk.ask(Part(device=device, yes=True))
                _tell(voice, msgspec.convert(answer, PartingShown))
    if voice.as_json:
        voice.line(answer)
    return DONE


def _show(voice: Voice, shown: PartingShown) -> None:
    now = SystemClock().wall() / 1e6
    n = hours_left(shown.ends, now)
    head = trn(
        "That {name} joined can be undone for {n} more hour.",
        "That {name} joined can be undone for {n} more hours.",
        n,
        name=shown.name,
    )
    voice.say(head, BOLD)
    for line in gives_back(shown):
        voice.say(line)
    voice.say(stays(), DIM)
    if words := not_told(shown, now):
        voice.say(words, BOLD)


def _tell(voice: Voice, shown: PartingShown) -> None:
    voice.say(tr("Undone: each goes on with its own past."), GREEN)
    if not shown.is_level:
        voice.say(tr("What was still under way between the two was not exchanged before."))
