"""One conversation: its messages, and where one says more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget
from typing_extensions import override

from app import theme
from app.theme.tokens import CLOSE, EDGE, GAP, NEAR
from app.widgets.buttons import Button
from app.widgets.cards import Empty, Notice
from app.widgets.labels import Line, Pill, label, say
from app.widgets.layout import column, row
from app.windows.conversations.bubbles import Bubbles
from app.windows.conversations.compose import Compose
from app.windows.conversations.sources import Messages
from app.windows.lists import words
from app.windows.lists.deeds import Deeds
from app.windows.lists.dialogs import Sharing
from app.windows.lists.model import ListModel
from app.windows.lists.view import Anchor, ListView
from app.wording import full_date, grouped, sentence, tr, trn
from mesh.messages import HistoryArrived, Said, UserSaid
from mesh.wishes import Relabel, Say

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.viewstate import ViewState, Wisher
    from app.windows.lists.forgetting import Forgetting
    from mesh.errors import MeshError
    from mesh.messages import News
    from mesh.wishes import ConversationHead, MessageLine


class Thread(QWidget):
    """Shows a conversation, or the beginning of a new one."""

    back_wanted = Signal()
    said = Signal(str)
    """Something was said in this conversation."""
    relabelled = Signal(str, str)
    """A conversation (object id) is shared in another way now."""

    def __init__(self, wisher: Wisher, forgetting: Forgetting) -> None:
        super().__init__()
        self._wisher, self._forgetting = wisher, forgetting
        self.conversation: str | None = None
        self.head: ConversationHead | None = None
        self._state: ViewState | None = None
        self._reveal: str | None = None
        self._anchor: Anchor | None = None
        self._unseen = 0
        self.model: ListModel[MessageLine] = ListModel(wisher, self._describe)
        self.view = ListView(self.model, tr("Messages"), sticks=True)
        self.bubbles = Bubbles(self.view, self.model)
        self.view.setItemDelegate(self.bubbles)
        self.deeds = Deeds(wisher, self)
        self.compose = Compose()
        self._lay_out()
        self._connect()
        self._show_place()

    # ---- looks -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.back = Button(look="flat", icon="back", name=tr("All conversations"))
        self.back.hide()
        self.title = Line(kind="h2")
        self.about = Line(kind="small")
        self.pill = Pill()
        self.more = Button(look="flat", icon="more", name=tr("More about this conversation"))
        titles = column(self.title, self.about, gap=0)
        top = row(self.back, titles, self.pill, self.more, gap=CLOSE,
                  edges=(EDGE, GAP, GAP, NEAR))  # fmt: skip
        top.setStretch(1, 1)
        self.trouble = Notice("warning", "bad")
        self.trouble.hide()
        self.empty = Empty(
            "conversation",
            tr("A new conversation"),
            tr("Say something below. AICO will know it on every device that shares with it."),
        )
        self.loading = label(tr("One moment…"), "mute")
        self.loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        beginning = QWidget()
        beginning.setLayout(column(self.empty, None, edges=(EDGE, EDGE, EDGE, EDGE)))
        self.places = QStackedWidget()
        for place in (beginning, self.loading, self.view):
            self.places.addWidget(place)
        self.fresh = Button(look="primary", icon="down")
        self.fresh.setParent(self.places)
        self.fresh.hide()
        notices = column(self._forgetting, self.trouble, edges=(EDGE, 0, EDGE, 0))
        whole = column(top, self.places, notices, self.compose, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        self.back.clicked.connect(self.back_wanted)
        self.more.clicked.connect(self._open_menu)
        self.fresh.clicked.connect(self.go_to_end)
        self.compose.said.connect(self._say)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._fail)
        self.model.rowsInserted.connect(self._show_place)
        self.model.rowsRemoved.connect(self._show_place)
        self.view.bottom_seen.connect(self._saw_end)
        self.view.menu_wanted.connect(self.deeds.open_menu)
        self.view.opened.connect(self.deeds.read)
        self.deeds.changed.connect(self._replace)
        self.deeds.forget_wanted.connect(self._forget)
        self._forgetting.fading.connect(self._fade)
        self._forgetting.gone.connect(self.model.remove)
        self._key("Ctrl+C", self.deeds.copy)
        self._key("F2", self.deeds.reword)
        self._key("Ctrl+T", self.deeds.retag)
        self._key("Del", self._forget)

    def _key(self, keys: str, act: object) -> None:
        shortcut = QShortcut(QKeySequence(keys), self.view)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)

        def do() -> None:
            chosen = self.view.chosen()
            if chosen is not None and callable(act):
                act(chosen)

        shortcut.activated.connect(do)

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
        """A new conversation."""
        self._become(None, None)
        self.model.open(None)
        self._show_place()
        self.compose.field.setFocus()

    def _become(self, conversation: str | None, head: ConversationHead | None) -> None:
        self.conversation, self.head = conversation, head
        self._reveal, self._anchor = None, None
        self._set_unseen(0)
        self.trouble.hide()
        self._show_head()

    def show_head(self, head: ConversationHead) -> None:
        """What the list knows of it now."""
        if head.conversation_id == self.conversation:
            self.head = head
            self._show_head()

    def _show_head(self) -> None:
        head = self.head
        title = tr("Conversation") if self.conversation else tr("New conversation")
        say(self.title, head.title if head is not None and head.title else title)
        say(self.about, self._about(head) if head is not None else "")
        self.about.setVisible(head is not None)
        self.more.setVisible(head is not None)
        level = self._level()
        self.pill.setVisible(words.is_kept_close(level))
        self.pill.show_state(words.shared(level), "warn")
        self._show_note()

    def _about(self, head: ConversationHead) -> str:
        count = grouped(head.messages)
        said = trn("{count} message", "{count} messages", head.messages, count=count)
        since = words.moment_of(head.first, self.bubbles.now or head.first)
        return tr("{messages} since {date}", messages=said, date=since)

    def _level(self) -> str:
        state = self._state
        is_ours = state is not None and state.just_between_us
        if is_ours and state is not None and state.private_conversation == self.conversation:
            return "here"
        return self.head.privacy if self.head is not None else "public"

    def _show_note(self) -> None:
        kept = words.is_kept_close(self._level())
        self.compose.show_note(words.privacy_means(self._level()) if kept else "")

    # ---- the state ---------------------------------------------------------------------------

    def show_state(self, state: ViewState, now: float) -> None:
        """Names, the day, what is just between us."""
        is_other = self.bubbles.names != state.names or int(now // 60) != int(
            self.bubbles.now // 60
        )
        self._state = state
        self.bubbles.names, self.deeds.names = state.names, state.names
        self.bubbles.now = now
        if is_other:
            self.view.viewport().update()
        self._show_head()

    def take(self, news: list[News]) -> None:
        """What was said meanwhile, here or elsewhere."""
        for one in news:
            body = one.body
            if isinstance(body, UserSaid) and body.conversation_id == self.conversation:
                self._hear(body)
            elif isinstance(body, HistoryArrived):
                self.reload()

    def _hear(self, said: UserSaid) -> None:
        last = self.model.rows[-1] if self.model.rows else None
        is_earlier = last is not None and (said.timestamp or 0) < last.timestamp
        if not self.view.is_at_bottom or not self.model.is_at_bottom:
            self._set_unseen(self._unseen + 1)
        if is_earlier:
            self.reload()
        else:
            self.model.look_below()

    def reload(self) -> None:
        """Read anew what is in sight; it stays where it is."""
        if self.conversation is None or self.model.is_loading:
            return
        if self.view.is_at_bottom and self.model.is_at_bottom:
            self.model.load()
        else:
            self._anchor = self.view.anchor()
            self.model.load(self._anchor.object_id if self._anchor else None)

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
        text, again = sentence(error), tr("Try again")
        self.trouble.show_notice("warning", "bad", text, again, self._try_again)
        self.trouble.show()

    def _try_again(self) -> None:
        self.trouble.hide()
        self.model.load(self._reveal)

    def go_to_end(self) -> None:
        """To what was said last."""
        self._set_unseen(0)
        if self.model.is_at_bottom:
            self.view.scrollToBottom()
        else:
            self.model.load()
        self.compose.field.setFocus()

    def _saw_end(self) -> None:
        self._set_unseen(0)

    def _set_unseen(self, number: int) -> None:
        self._unseen = number
        self.fresh.setVisible(bool(number))
        if number:
            self.fresh.setText(trn("{n} new message", "{n} new messages", number))
            self._place_fresh()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_fresh()

    def _place_fresh(self) -> None:
        self.fresh.adjustSize()
        room = self.places.size()
        x = (room.width() - self.fresh.width()) // 2
        self.fresh.move(QPoint(x, room.height() - self.fresh.height() - CLOSE))
        self.fresh.raise_()

    # ---- saying and changing -----------------------------------------------------------------

    def _say(self, text: str, stays: bool) -> None:
        conversation = self.conversation or uuid4().hex
        is_new = self.conversation is None

        def done(answer: object) -> None:
            self.compose.accepted()
            if isinstance(answer, Said):
                self._said(answer, is_new=is_new)

        def failed(error: MeshError) -> None:
            self.compose.refused(sentence(error))

        wish = Say(text=text, conversation=conversation, private=stays)
        self._wisher.wish(wish, done=done, failed=failed)

    def _said(self, said: Said, *, is_new: bool) -> None:
        if is_new and self.conversation is None:
            self._become(said.conversation_id, None)
            self.model.open(Messages(said.conversation_id))
            self._show_place()
        elif self.conversation == said.conversation_id:
            self._set_unseen(0)
            if self.model.is_at_bottom:
                self.view.scrollToBottom()
                self.model.look_below()
            else:
                self.model.load()
        self.said.emit(said.conversation_id)

    def _replace(self, row: MessageLine) -> None:
        before = next((one for one in self.model.rows if one.object_id == row.object_id), None)
        self.model.replace(row)
        self.view.scheduleDelayedItemsLayout()
        if before is not None and before.tags != row.tags:
            # A tag may keep it private; how widely it is shared now is the node's to say.
            self.reload()

    def _forget(self, row: MessageLine) -> None:
        self._forgetting.forget(row.object_id, tr("This message"))

    def _fade(self, object_id: str, is_fading: bool) -> None:
        self.model.fade(object_id, is_fading=is_fading)

    def _describe(self, row: MessageLine) -> str:
        """The message for those who hear it."""
        parts = [
            self.bubbles.speaker(row),
            self.bubbles.device(row),
            full_date(row.timestamp),
            words.shared(row.privacy) if words.is_kept_close(row.privacy) else "",
            tr("Tags: {tags}", tags=", ".join(row.tags)) if row.tags else "",
        ]
        return ", ".join(part for part in parts if part) + ": " + row.text

    # ---- the conversation as a whole ---------------------------------------------------------

    def menu(self) -> QMenu:
        """What can be done with all of it."""
        tokens, made = theme.tokens(), QMenu(self)
        made.aboutToHide.connect(made.deleteLater)
        share = made.addAction(theme.icon("lock", tokens.mute, 18), tr("Who may have this…"))
        share.triggered.connect(self._share)
        made.addSeparator()
        icon = theme.icon("trash", tokens.bad, 18)
        forget = made.addAction(icon, tr("Forget this conversation"))
        forget.triggered.connect(self._forget_all)
        return made

    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _share(self) -> None:
        head = self.head
        if head is None:
            return
        asking = Sharing(head.privacy, self)

        def save(level: object) -> None:
            def done(_: object) -> None:
                asking.accept()
                self.show_head(msgspec.structs.replace(head, privacy=str(level)))
                self.relabelled.emit(head.object_id, str(level))
                self.reload()

            wish = Relabel(id=head.object_id, privacy=str(level))
            self._wisher.wish(wish, done=done, failed=asking.fail)

        asking.saved.connect(save)
        asking.open()

    def _forget_all(self) -> None:
        head = self.head
        if head is not None:
            what = trn(
                "This conversation with {count} message",
                "This conversation with {count} messages",
                head.messages,
                count=grouped(head.messages),
            )
            self._forgetting.forget(head.object_id, what)
