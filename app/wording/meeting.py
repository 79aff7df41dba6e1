"""What becomes of two pasts when two devices first meet, in words."""

from __future__ import annotations

from app.wording.language import tr, trn


def meeting_kind(kind: str) -> str:
    """What is counted."""
    return {
        "messages": tr("Messages"),
        "memories": tr("Memories"),
        "moods": tr("Moods"),
        "traits": tr("Traits"),
    }.get(kind, kind)


def meeting_outcome(to_settle: int) -> str:
    """What a person has to do about it, and that nothing is lost."""
    if not to_settle:
        return tr("Nothing contradicts itself, and nothing is lost.")
    return trn(
        "{n} thing was changed on both; you will be asked which words count. Nothing is lost.",
        "{n} things were changed on both; you will be asked which words count. "
        "Nothing is lost.",
        to_settle,
    )
