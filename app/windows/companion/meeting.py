"""A first meeting that waits: what becomes of both, and the question once more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.widgets.question import Question
from app.wording import grouped, meeting_kind, meeting_outcome, tr
from mesh.wishes import Meet, MeetingShown

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.viewstate import Wisher
    from mesh.errors import MeshError

ICONS = {"messages": "conversation", "moods": "mood", "memories": "memory"}


def look_at(
    wisher: Wisher, device_id: str, parent: QWidget, failed: Callable[[MeshError], None]
) -> None:
    """Ask how it stands, then ask whoever sits here."""
    wisher.wish(
        Meet(device=device_id), done=partial(_ask, wisher, parent, failed), failed=failed
    )


def _ask(
    wisher: Wisher, parent: QWidget, failed: Callable[[MeshError], None], shown: object
) -> None:
    if isinstance(shown, MeetingShown):
        asked = question(shown, parent)
        agreed = Meet(device=shown.device_id, yes=True)
        asked.agreed.connect(lambda: wisher.wish(agreed, failed=failed))
        asked.open()


def question(shown: MeetingShown, parent: QWidget) -> Question:
    """Shall the two become one? Whoever does not want it removes the device, or leaves."""
    made = Question(
        tr("Shall the two become one?"),
        tr(
            "This device and {name} would share all of this. Nothing flows before somebody has "
            "agreed on both.",
            name=shown.name,
        ),
        tr("Let them become one"),
        parent=parent,
    )
    if shown.here is None:
        told = tr("They have not compared yet what each of them has.")
        made.add_point("devices", "off", told)
        return made
    for kind, one in shown.kinds.items():
        told = tr(
            "{kind}: {here} here, {there} there, {same} on both",
            kind=meeting_kind(kind),
            here=grouped(one.here),
            there=grouped(one.there),
            same=grouped(one.same),
        )
        made.add_point(ICONS.get(kind, "info"), "accent", told)
    made.add_point("check", "ok", meeting_outcome(shown.to_settle or 0))
    return made
