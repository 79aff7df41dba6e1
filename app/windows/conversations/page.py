"""Conversations: all of them at the left, one at the right.

Where the window is narrow, one of the two is shown at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from typing_extensions import override

from app.theme.tokens import GAP
from app.viewstate import RELOAD
from app.widgets.layout import column, row
from app.windows.conversations.sidebar import Sidebar
from app.windows.conversations.thread import Thread
from app.windows.lists.forgetting import Doomed, Forgetting
from app.windows.lists.transfer import Transfer
from app.windows.page import Page
from app.windows.settling import Banner
from app.wording import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QResizeEvent

    from app.viewstate import ViewState, Wisher
    from mesh.messages import Hit, News
    from mesh.wishes import ConversationHead

WIDE = 760
SIDE_WIDTH = 324


class ConversationsPage(Page):
    """``memory_wanted`` tells the id of a memory that was found here."""

    key = "conversations"
    memory_wanted = Signal(str)

    def __init__(self, wisher: Wisher) -> None:
        super().__init__(wisher)
        self.forgetting = Forgetting(wisher, Doomed.MESSAGE, Doomed.CONVERSATION)
        self.sidebar = Sidebar(wisher)
        self.thread_view = Thread(wisher, self.forgetting)
        self.transfer = Transfer(wisher, (GAP, GAP, GAP, 0))
        self._is_begun = False
        self._is_reading = False
        edges = (GAP, GAP, GAP, 0)
        self.banner = Banner("message", "conversation", "burst", edges=edges)
        sides = row(self.sidebar, self.thread_view, gap=0)
        sides.setStretch(1, 1)
        whole = column(self.transfer, self.banner, sides, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self._connect()

    def _connect(self) -> None:
        side, thread = self.sidebar, self.thread_view
        side.chosen.connect(self._open)
        side.continued.connect(self._go_on)
        side.begun.connect(self.begin)
        side.found.connect(self._show_hit)
        side.loaded.connect(self._follow_list)
        side.import_wanted.connect(self.transfer.ask_import)
        thread.beginning.import_wanted.connect(self.transfer.ask_import)
        side.export_wanted.connect(self._export)
        thread.heading.back_wanted.connect(self._go_back)
        thread.said.connect(self._said)
        thread.heading.relabelled.connect(side.relabel)
        self.transfer.imported.connect(self._reload)
        self.forgetting.fading.connect(self._fade)
        self.forgetting.gone.connect(self._drop)

    # ---- the main window ---------------------------------------------------------------------

    @override
    def show_state(self, state: ViewState, now: float) -> None:
        self.sidebar.show_state(state, now)
        self.thread_view.show_state(state, now)
        self.forgetting.show_names(state.names, now)

    @override
    def take(self, news: list[News]) -> None:
        if not self._is_begun:
            return
        if news == [RELOAD]:
            self._reload()
            return
        self.forgetting.take(news)
        self.sidebar.take(news)
        self.thread_view.take(news)

    @override
    def opened(self) -> None:
        if not self._is_begun:
            self._is_begun = True
            self.forgetting.look()
            self.sidebar.load()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.forgetting.flush()

    # ---- which conversation ------------------------------------------------------------------

    def begin(self) -> None:
        """A new conversation."""
        self._is_reading = True
        self.sidebar.choose(None)
        self.thread_view.begin()
        self._fit()

    def show_message(self, conversation: str, message: str) -> None:
        """Show a message among those around it."""
        self.opened()
        self._is_reading = True
        self.sidebar.choose(conversation)
        head = self.sidebar.head_of(conversation)
        if head is not None:
            self.thread_view.open(head, message)
        else:
            self.thread_view.open_id(conversation, message)
        self._fit()

    def _open(self, head: ConversationHead) -> None:
        self._is_reading = True
        self.thread_view.open(head)
        self._fit()

    def _go_on(self, head: ConversationHead) -> None:
        self._open(head)
        self.thread_view.compose.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_hit(self, hit: Hit) -> None:
        if hit.kind == "memory":
            self.memory_wanted.emit(hit.id)
        elif hit.conversation_id is not None:
            self.show_message(hit.conversation_id, hit.id)

    def _follow_list(self) -> None:
        """The list is here, or renewed."""
        self.thread_view.beginning.show_first_day(is_first=not self.sidebar.model.rows)
        head = self.sidebar.head_of(self.thread_view.conversation)
        if head is not None:
            self.thread_view.show_head(head)
        elif not self._is_reading and self.sidebar.model.rows and self._is_wide():
            first = self.sidebar.model.rows[0]
            self._is_reading = True
            self.sidebar.choose(first.conversation_id)
            self.thread_view.open(first)

    def _said(self, conversation: str) -> None:
        self.sidebar.choose(conversation)
        self.sidebar.model.look_above()

    def _reload(self) -> None:
        self.sidebar.renew()
        self.thread_view.reload()

    def _fade(self, object_id: str, is_fading: bool) -> None:
        self.sidebar.model.fade(object_id, is_fading=is_fading)

    def _drop(self, object_id: str) -> None:
        head = self.thread_view.heading.head
        self.sidebar.model.remove(object_id)
        if head is not None and head.object_id == object_id:
            self.begin()

    def _export(self) -> None:
        self.transfer.ask_export("conversations", tr("conversations") + ".jsonl")

    # ---- narrow windows ----------------------------------------------------------------------

    def _is_wide(self) -> bool:
        return self.width() >= WIDE

    def _go_back(self) -> None:
        self._is_reading = False
        self._fit()
        self.sidebar.view.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        is_wide = self._is_wide()
        self.thread_view.heading.back.setVisible(not is_wide)
        self.sidebar.setVisible(is_wide or not self._is_reading)
        self.thread_view.setVisible(is_wide or self._is_reading)
        if is_wide:
            self.sidebar.setFixedWidth(SIDE_WIDTH)
        else:
            self.sidebar.setMaximumWidth(16777215)
            self.sidebar.setMinimumWidth(0)
