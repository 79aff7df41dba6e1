"""What the windows show, worked out from what the node told; no Qt, no clock, no words.

    begin(status, devices, …) ─▶ ViewState
    ViewState + News + now    ─▶ reduce ─▶ ViewState

Times are Unix seconds. ``Wisher`` is all that a window may ask of the node.
"""

from app.viewstate.pausing import minutes_until_morning
from app.viewstate.reducing import begin, reduce, with_status
from app.viewstate.shapes import (
    Asked,
    Attention,
    AttentionKind,
    DeviceView,
    KindView,
    Link,
    Standing,
    ViewState,
    Wisher,
)
from mesh.messages import News

__all__ = [
    "RELOAD",
    "Asked",
    "Attention",
    "AttentionKind",
    "DeviceView",
    "KindView",
    "Link",
    "Standing",
    "ViewState",
    "Wisher",
    "begin",
    "minutes_until_morning",
    "reduce",
    "with_status",
]

RELOAD = News(topic="lists/reload", device_id="", body={})
"""Told instead of the news of a frame when they were too many: lists must be read anew."""
