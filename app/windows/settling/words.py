"""What is said of a matter that a person must decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.wording import privacy, tr, trn, when

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mesh.wishes import ConflictShown, QuestionShown, SideShown

SHOWN_MAX = 1500
"""Characters of a text: enough to tell two apart, few enough to be laid out at once."""
BURST = "burst"


def clipped(text: str) -> str:
    """As much of a text as is shown."""
    return text if len(text) <= SHOWN_MAX else text[:SHOWN_MAX].rstrip() + "…"


def conflict_title(conflict: ConflictShown) -> str:
    """What is asked."""
    if conflict.kind == "message":
        return tr("Which version of this message is right?")
    return tr("Which version of this memory is right?")


def conflict_lead() -> str:
    """How it came to that, and that nothing is lost meanwhile."""
    return tr(
        "It was changed on devices that could not hear each other. Your answer counts on every "
        "device."
    )


def side(shown: SideShown, names: Mapping[str, str], now: float) -> str:
    """Who wrote a version, and when."""
    return _by(shown.device_id, shown.timestamp, names, now)


def question_title(question: QuestionShown, names: Mapping[str, str]) -> str:
    """What is asked."""
    if question.kind == BURST:
        return trn(
            "{name} forgot {n} thing at once. Shall it be erased here too?",
            "{name} forgot {n} things at once. Shall they be erased here too?",
            burst_size(question),
            name=_name(question.device_id, names),
        )
    wanted = question.wanted or ""
    match question.what:
        case "forget":
            return tr("Shall this be forgotten?")
        case "privacy":
            return tr("Shall this be shared as {privacy}?", privacy=privacy(wanted))
        case "tag":
            return tr("Shall this get the tag {tag}?", tag=wanted)
        case "untag":
            return tr("Shall this lose the tag {tag}?", tag=wanted)
        case "text":
            return tr("Shall this text be changed?")
        case _:
            return tr("Shall this get a reason?")


def question_lead(question: QuestionShown, names: Mapping[str, str], now: float) -> str:
    """Who wishes it, and why it is asked."""
    if question.kind == BURST:
        return tr(
            "Until you decide it is hidden here and not erased. If nobody of you did that, "
            "remove the device; what it forgot comes back."
        )
    who = _by(question.device_id, question.timestamp, names, now)
    return tr("Wished on {device}. That device may not change it by itself.", device=who)


def burst_size(question: QuestionShown) -> int:
    """How many things a device forgot at once."""
    wanted = question.wanted or ""
    return int(wanted) if wanted.isdecimal() else 0


def more(count: int) -> str:
    """How much is left after this one."""
    return trn("{n} more after this one", "{n} more after this one", count) if count else ""


def _by(device: str | None, timestamp: float, names: Mapping[str, str], now: float) -> str:
    parts: Iterable[str] = (_name(device, names), when(timestamp, now))
    return " · ".join(parts)


def _name(device: str | None, names: Mapping[str, str]) -> str:
    return names.get(device or "") or tr("A device")
