"""Every text a person reads, in the language that was chosen; no Qt and nothing at import.

``tr`` and its kin speak; ``dates`` and ``terms`` know how moments, health and trust are called;
``errors`` says what went wrong, ``history`` what a file brought. The
translations lie in ``resources/locale``.
"""

from app.wording.dates import (
    ago,
    clock_time,
    day,
    full_date,
    lately,
    left,
    until,
    when,
)
from app.wording.errors import sentence, told
from app.wording.history import bad_part, bad_place, left_out
from app.wording.language import (
    folder,
    grouped,
    language,
    locale,
    mark,
    speak,
    tr,
    trc,
    trn,
    wished_by,
)
from app.wording.meeting import meeting_kind, meeting_outcome
from app.wording.sparing import reason_to_wait, spared_by, waits
from app.wording.terms import (
    cause,
    devices,
    feeling,
    health,
    mood,
    percent,
    privacy,
    role,
    seen,
    shared_kind,
    signed,
    trust,
    trust_means,
)

__all__ = [
    "ago",
    "bad_part",
    "bad_place",
    "cause",
    "clock_time",
    "day",
    "devices",
    "feeling",
    "folder",
    "full_date",
    "grouped",
    "health",
    "language",
    "lately",
    "left",
    "left_out",
    "locale",
    "mark",
    "meeting_kind",
    "meeting_outcome",
    "mood",
    "percent",
    "privacy",
    "reason_to_wait",
    "role",
    "seen",
    "sentence",
    "shared_kind",
    "signed",
    "spared_by",
    "speak",
    "told",
    "tr",
    "trc",
    "trn",
    "trust",
    "trust_means",
    "until",
    "waits",
    "when",
    "wished_by",
]
