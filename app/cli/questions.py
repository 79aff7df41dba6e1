"""What devices that are not fully trusted would change, told to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.cli.people import moment
from app.cli.voice import BOLD, DIM
from app.wording import tr, trn
from mesh.wishes import QuestionShown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.cli.voice import Voice


def questions(voice: Voice, rows: Sequence[object]) -> None:
    """Each with what it is about, and how to decide it."""
    for each in msgspec.convert(rows, list[QuestionShown]):
        voice.say(_asked(each), BOLD)
        voice.table((), [(moment(each.timestamp), each.shown)])
        voice.say(tr("Decide: aico-mesh decide {id} yes (or no)", id=each.id), DIM)


def _asked(question: QuestionShown) -> str:
    wanted = question.wanted or ""
    if question.kind == "burst":
        return trn(
            "{name} forgot {n} thing at once. Shall it be erased here too?",
            "{name} forgot {n} things at once. Shall they be erased here too?",
            int(wanted or 0),
            name=question.about,
        )
    match question.what:
        case "forget":
            return tr("Shall this be forgotten?")
        case "text":
            return tr("Shall this read: {text}", text=wanted)
        case "privacy":
            return tr("Shall this be shared as {privacy}?", privacy=wanted)
        case "tag":
            return tr("Shall this get the tag {tag}?", tag=wanted)
        case "untag":
            return tr("Shall this lose the tag {tag}?", tag=wanted)
        case _:
            return tr("Shall this get the reason: {text}", text=wanted)
