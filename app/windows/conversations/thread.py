"""One conversation: its messages, and where one says more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.theme.tokens import EDGE
from app.widgets.labels import label
from app.widgets.layout import column
from app.windows.conversations.beginning import Beginning
from app.windows.conversations.bubbles import Bubbles, spoken
from app.windows.conversations.compose import Compose
from app.windows.conversations.fresh import Fresh
from app.windows.conversations.heading import Heading
from app.windows.conversations.sources import Messages
from app.windows.lists import words
from app.windows.lists.deeds import Deeds
from app.windows.lists.forgetting import Doomed
from app.windows.lists.model import ListModel
from app.windows.lists.trouble import Trouble
from app.windows.lists.view import Anchor, ListView
from app.wording import sentence, tr
from mesh.messages import HistoryArrived, MessageChanged, Said, UserSaid
from mesh.wishes import Say

if TYPE_CHECKING:
    from app.viewstate import ViewState, Wisher
    from app.windows.lists.forgetting import Forgetting
    from mesh.errors import MeshError
    from mesh.messages import News
    from mesh.wishes import ConversationHead, MessageLine


class Thread(QWidget):
    """Shows a conversation, or the beginning of a new one."""

    said = Signal(str)
    """Something was said in this conversation."""

    def __init__(self, wisher: Wisher, forgetting: Forgetting) -> None:
        super().__init__()
        self._wisher, self._forgetting = wisher, forgetting
        self._reveal: str | None = None
        self._anchor: Anchor | None = None
        self._talk = uuid4().hex
        """The conversation that what is said belongs to, also before it has begun."""
        self._has_spoken = False
        self.model: ListModel[MessageLine] = ListModel(wisher, self._describe)
        self.view = ListView(self.model, tr("Messages"), sticks=True)
        self.bubbles = Bubbles(self.view, self.model)
        self.view.setItemDelegate(self.bubbles)
        self.deeds = Deeds(wisher, self)
        self.heading = Heading(wisher)
        self.compose = Compose()
        self.compose.turn_to(self._talk)
        self._lay_out()
        self._connect()
        self._show_place()

    # ---- looks -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.trouble = Trouble()
        self.beginning = Beginning()
        self.loading = label(tr("One moment…"), "mute")
        self.loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.places = QStackedWidget()
        for place in (self.beginning, self.loading, self.view):
            self.places.addWidget(place)
        self.fresh = Fresh(self.places)
        notices = column(self._forgetting, self.trouble, edges=(EDGE, 0, EDGE, 0))
        whole = column(self.heading, self.places, notices, self.compose, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        self.heading.relabelled.connect(self.reload)
        self.heading.forget_wanted.connect(self._forget_all)
        self.fresh.clicked.connect(self.go_to_end)
        self.compose.said.connect(self._say)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._fail)
        self.model.rowsInserted.connect(self._show_place)
        self.model.rowsRemoved.connect(self._show_place)
        self.view.bottom_seen.connect(lambda: self.fresh.show_number(0))
        self.view.menu_wanted.connect(self.deeds.open_menu)
        self.view.opened.connect(self.deeds.read)
        self.deeds.changed.connect(self._change)
        self.deeds.forget_wanted.connect(self._forget)
        self.deeds.told.connect(self.trouble.tell)
        self._forgetting.fading.connect(self._fade)
        self._forgetting.gone.connect(self.model.remove)
        self.view.on_key("Ctrl+C", self.deeds.copy)
        self.view.on_key("F2", self.deeds.reword)
        self.view.on_key("Ctrl+T", self.deeds.retag)
        self.view.on_key("Del", self._forget)

    @property
    def conversation(self) -> str | None:
        """Which conversation is shown; None: a new one."""
        return self.heading.conversation

    # ---- which conversation ------------------------------------------------------------------

    def open(self, head: ConversationHead, reveal: str | None = None) -> None:
        """Show this conversation, at its end or around a message."""
        self._become(head.conversation_id, head)
        self._reveal = reveal
        self.model.open(Messages(head.conversation_id), reveal)
        self._show_place()

    def open_id(self, conversation: str, reveal: str) -> None:
        """Show a conversation around a message, whatever it is called."""
        self._become(conversation, None)
        self._reveal = reveal
        self.model.open(Messages(conversation), reveal)
        self._show_place()

    def begin(self) -> None:
        """A new conversation; one of which nothing was said yet goes on, with what is typed."""
        if self.conversation is not None or self._has_spoken:
            self._become(None, None)
            self.model.open(None)
            self._show_place()
        self.compose.field.setFocus()

    def _become(self, conversation: str | None, head: ConversationHead | None) -> None:
        self._talk = conversation or uuid4().hex
        self._has_spoken = False
        self.compose.turn_to(self._talk)
        self.heading.show_conversation(conversation, head)
        self._reveal, self._anchor = None, None
        self.fresh.show_number(0)
        self.trouble.hide()
        self._show_note()

    def show_head(self, head: ConversationHead) -> None:
        """What the list knows of it now."""
        if head.conversation_id == self.conversation:
            self.heading.show_conversation(self.conversation, head)
            self._show_note()

    def _show_note(self) -> None:
        level = self.heading.level
        kept = words.is_kept_close(level)
        self.compose.show_note(words.privacy_means(level) if kept else "")

    # ---- the state ---------------------------------------------------------------------------

    def show_state(self, state: ViewState, now: float) -> None:
        """Names, the day, what is just between us."""
        is_other = self.bubbles.names != state.names or int(now // 60) != int(
            self.bubbles.now // 60
        )
        self.bubbles.names, self.deeds.names = state.names, state.names
        self.bubbles.now = now
        if is_other:
            self.view.viewport().update()
        self.heading.show_state(state, now)
        self._show_note()

    def take(self, news: list[News]) -> None:
        """What was said meanwhile, here or elsewhere."""
        for one in news:
            body = one.body
            if isinstance(body, UserSaid) and body.conversation_id == self.conversation:
                self._hear(body)
            elif isinstance(body, HistoryArrived) or self._shows_changed(body):
                self.reload()

    def _shows_changed(self, body: object) -> bool:
        """Whether something that is in sight, or all of it, is not what it was."""
        if not isinstance(body, MessageChanged):
            return False
        head = self.heading.head
        is_head = head is not None and head.object_id == body.id
        return is_head or self.model.index_of(body.id).isValid()

    def _hear(self, said: UserSaid) -> None:
        last = self.model.rows[-1] if self.model.rows else None
        is_earlier = last is not None and (said.timestamp or 0) < last.timestamp
        if not self.view.is_at_bottom or not self.model.is_at_bottom:
            self.fresh.add_one()
        if is_earlier:
            self.reload()
        else:
            self.model.look_below()

    def reload(self) -> None:
        """Read anew what is in sight; it stays where it is."""
        if self.conversation is None:
            return
        is_at_end = self.view.is_at_bottom and self.model.is_at_bottom
        if self._reveal is None and not is_at_end:
            self._anchor = self.view.anchor()
        around = self._anchor.object_id if self._anchor else None
        self.model.load(self._reveal or around)

    # ---- places ------------------------------------------------------------------------------

    def _show_place(self) -> None:
        if self.conversation is None:
            self.places.setCurrentIndex(0)
        elif self.model.rows:
            self.places.setCurrentWidget(self.view)
        else:
            self.places.setCurrentWidget(self.loading if self.model.is_loading else self.view)

    def _loaded(self) -> None:
        self._show_place()
        self.trouble.hide()
        reveal, self._reveal = self._reveal, None
        anchor, self._anchor = self._anchor, None
        if reveal is not None:
            row = next(
                (one for one in self.model.rows if reveal in (one.id, one.object_id)), None
            )
            if row is not None:
                self.view.reveal(row.object_id)
        elif anchor is not None:
            self.view.return_to(anchor)

    def _fail(self, error: MeshError) -> None:
        self._show_place()
        self.trouble.offer_again(error, self._try_again)

    def _try_again(self) -> None:
        self.trouble.hide()
        self.model.load(self._reveal)

    def go_to_end(self) -> None:
        """To what was said last."""
        self.fresh.show_number(0)
        if self.model.is_at_bottom:
            self.view.scrollToBottom()
        else:
            self.model.load()
        self.compose.field.setFocus()

    # ---- saying and changing -----------------------------------------------------------------

    def _say(self, text: str, stays: bool) -> None:
        conversation = self._talk
        self._has_spoken = True

        def done(answer: object) -> None:
            self.compose.accepted()
            if isinstance(answer, Said):
                self._said(answer)

        def failed(error: MeshError) -> None:
            self.compose.refused(conversation, text, sentence(error))

        wish = Say(text=text, conversation=conversation, private=stays)
        self._wisher.wish(wish, done=done, failed=failed)

    def _said(self, said: Said) -> None:
        if self.conversation is None and self._talk == said.conversation_id:
            self._become(said.conversation_id, None)
            self.model.open(Messages(said.conversation_id))
            self._show_place()
        elif self.conversation == said.conversation_id:
            self.fresh.show_number(0)
            if self.model.is_at_bottom:
                self.view.scrollToBottom()
                self.model.look_below()
            else:
                self.model.load()
        self.said.emit(said.conversation_id)

    def _change(self, row: MessageLine) -> None:
        before = next((one for one in self.model.rows if one.object_id == row.object_id), None)
        self._replace(row)
        if before is not None and before.privacy != row.privacy:
            # Whether this device has the right to say so, the node knows.
            self.reload()

    def _replace(self, row: MessageLine) -> None:
        self.model.replace(row)
        self.view.scheduleDelayedItemsLayout()

    def _forget(self, row: MessageLine) -> None:
        self._forgetting.forget(row.object_id, Doomed.MESSAGE)

    def _forget_all(self, head: ConversationHead) -> None:
        self._forgetting.forget(head.object_id, Doomed.CONVERSATION)

    def _fade(self, object_id: str, is_fading: bool) -> None:
        self.model.fade(object_id, is_fading=is_fading)

    def _describe(self, row: MessageLine) -> str:
        return spoken(row, self.bubbles.device(row))
