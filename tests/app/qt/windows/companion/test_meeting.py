"""A first meeting that waits: the Companion page says so, and lets its owner decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.viewstate import Attention, AttentionKind, with_status
from app.widgets.question import Question
from app.windows.companion.page import CompanionPage
from mesh.wishes import Meet, MeetingShown, Met
from tests.app.qt import scenes

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.app.qt.recorder import Recorder

WAITING = MeetingShown(
    device_id="other",
    name="Tablet",
    here=2,
    there=3,
    same=1,
    to_settle=0,
    kinds={"messages": Met(here=2, there=3, same=1)},
)


def test_it_asks_and_sends_the_yes(qtbot: QtBot, recorder: Recorder) -> None:
    page = CompanionPage(recorder)
    qtbot.addWidget(page)
    state = scenes.two()
    assert state.me is not None
    me = msgspec.structs.replace(state.me, meetings=(WAITING,))
    state = with_status(state, me, scenes.NOW)
    attention = Attention(kind=AttentionKind.MEETING, device_id="other")
    assert attention in state.attention
    page.show_state(state, scenes.NOW)
    page.notices[attention].action.click()
    assert recorder.wishes[-1] == Meet(device="other")
    recorder.last(Meet).answer(WAITING)
    asked = page.findChild(Question)
    assert asked is not None
    asked.yes.click()
    assert recorder.wishes[-1] == Meet(device="other", yes=True)


def test_what_was_agreed_here_wants_no_attention() -> None:
    state = scenes.two()
    assert state.me is not None
    agreed = msgspec.structs.replace(WAITING, agreed=True)
    me = msgspec.structs.replace(state.me, meetings=(agreed,))
    kinds = {one.kind for one in with_status(state, me, scenes.NOW).attention}
    assert AttentionKind.MEETING not in kinds
