"""All conversations: search, go on where another device left off, begin a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from app import theme
from app.theme.tokens import CLOSE, GAP, NEAR, TIGHT
from app.widgets.buttons import Button
from app.widgets.cards import Card, Notice
from app.widgets.labels import Line, label, say
from app.widgets.layout import column, row
from app.windows.conversations.sources import Heads
from app.windows.lists import words
from app.windows.lists.entries import Entries, Entry
from app.windows.lists.model import ListModel
from app.windows.lists.searching import Searching
from app.windows.lists.view import ListView
from app.wording import full_date, grouped, sentence, tr, trn
from mesh.messages import ForgetConfirmed, HistoryArrived, MessageChanged, UserSaid

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from app.viewstate import ViewState, Wisher
    from mesh.errors import MeshError
    from mesh.messages import News
    from mesh.wishes import ConversationHead

RECENT_S = 24 * 3600.0
"""What was said longer ago is not offered to be continued."""


class Offer(Card):
    """The conversation another device had last."""

    def __init__(self) -> None:
        super().__init__()
        self.title = Line(kind="name")
        self.about = Line(kind="small")
        self.go_on = Button(tr("Continue here"))
        text = column(self.about, self.title, gap=0)
        self.setLayout(column(text, self.go_on, gap=NEAR, edges=(CLOSE, CLOSE, CLOSE, CLOSE)))


class Sidebar(QWidget):
    """``chosen`` tells the conversation to show."""

    chosen = Signal(object)
    continued = Signal(object)
    begun = Signal()
    found = Signal(object)
    loaded = Signal()
    import_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, wisher: Wisher) -> None:
        super().__init__()
        self._state: ViewState | None = None
        self._now = 0.0
        self._wanted: str | None = None
        self.model: ListModel[ConversationHead] = ListModel(wisher, self._describe)
        self.view = ListView(self.model, tr("Conversations"))
        self.view.setItemDelegate(Entries(self.view, self._entry))
        self.searching = Searching(wisher, tr("Search everything"))
        self.new = Button(tr("New"), look="primary", icon="plus", name=tr("New conversation"))
        self.more = Button(look="flat", icon="more", name=tr("Import and export"))
        self.offer = Offer()
        self.offer.hide()
        self.trouble = Notice("warning", "bad")
        self.trouble.hide()
        top = row(label(tr("Conversations"), "h1"), None, self.more, self.new, gap=TIGHT)
        head = column(top, self.searching, self.offer, self.trouble, gap=CLOSE,
                      edges=(GAP + TIGHT, GAP + TIGHT, CLOSE, NEAR))  # fmt: skip
        lists = column(self.view, self.searching.view, gap=0, edges=(CLOSE, 0, 1, 0))
        whole = column(head, lists, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self._connect()

    def _connect(self) -> None:
        self.new.clicked.connect(self.begun)
        self.more.clicked.connect(self._open_menu)
        self.offer.go_on.clicked.connect(self._go_on)
        self.searching.toggled.connect(self._show_search)
        self.searching.found.connect(self.found)
        self.view.picked.connect(self._choose)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._fail)
        self.model.rowsRemoved.connect(self._show_offer)

    # ---- rows --------------------------------------------------------------------------------

    def load(self) -> None:
        """Read the conversations."""
        self.model.open(Heads())

    def choose(self, conversation: str | None) -> None:
        """Mark a conversation as the one that is shown, and go there."""
        self._wanted = conversation
        head = self.head_of(conversation)
        self.view.setCurrentIndex(self.model.index_of(head.object_id if head else None))

    def renew(self) -> None:
        """Read anew, at the newest unless somebody has scrolled."""
        self.view.renew()

    def head_of(self, conversation: str | None) -> ConversationHead | None:
        """A conversation as the list knows it."""
        rows = self.model.rows
        return next((one for one in rows if one.conversation_id == conversation), None)

    def _choose(self, head: ConversationHead) -> None:
        if head.conversation_id != self._wanted:
            self._wanted = head.conversation_id
            self._show_offer()
            self.chosen.emit(head)

    def _loaded(self) -> None:
        self.trouble.hide()
        head = self.head_of(self._wanted)
        self.view.mark(head.object_id if head else None)
        self._show_offer()
        self.loaded.emit()

    def _fail(self, error: MeshError) -> None:
        again = tr("Try again")
        self.trouble.show_notice("warning", "bad", sentence(error), again, self.load)
        self.trouble.show()

    # ---- what happens ------------------------------------------------------------------------

    def take(self, news: list[News]) -> None:
        """Something was said, came or went somewhere."""
        if any(isinstance(one.body, HistoryArrived) for one in news):
            self.renew()
        elif any(
            isinstance(one.body, UserSaid | ForgetConfirmed | MessageChanged) for one in news
        ):
            self.model.look_above()

    def show_state(self, state: ViewState, now: float) -> None:
        """Names and times."""
        is_new = self._state is None or self._state.names != state.names
        if is_new or int(now // 60) != int(self._now // 60):
            self.view.viewport().update()
        self._state, self._now = state, now
        self.searching.show_names(state.names, may_ask_others=bool(state.others))
        self._show_offer()

    def relabel(self, object_id: str, level: str) -> None:
        """A conversation is shared in another way."""
        index = self.model.index_of(object_id)
        head = self.model.row(index.row()) if index.isValid() else None
        if head is not None:
            self.model.replace(msgspec.structs.replace(head, privacy=level))

    def _offered(self) -> ConversationHead | None:
        """The newest conversation, if it was had on another device and just now."""
        rows, state = self.model.rows, self._state
        if not rows or state is None or not self.model.is_at_top:
            return None
        head = rows[0]
        others = {one.device.device_id for one in state.others}
        is_recent = self._now - head.last < RECENT_S
        is_shown = head.conversation_id == self._wanted
        return head if head.device_id in others and is_recent and not is_shown else None

    def _show_offer(self) -> None:
        head = self._offered()
        self.offer.setVisible(head is not None and not self.searching.is_on)
        if head is not None and self._state is not None:
            say(self.offer.title, head.title)
            name = self._state.names.get(head.device_id or "", "")
            moment = words.moment_of(head.last, self._now)
            say(self.offer.about, tr("On {name}, {moment}", name=name, moment=moment))

    def _go_on(self) -> None:
        head = self._offered()
        if head is not None:
            self.choose(head.conversation_id)
            self._show_offer()
            self.continued.emit(head)

    def _show_search(self, is_on: bool) -> None:
        self.view.setVisible(not is_on)
        self._show_offer()

    # ---- words -------------------------------------------------------------------------------

    def _entry(self, head: ConversationHead) -> Entry:
        return Entry(
            title=head.title or tr("Conversation"),
            aside=words.lately(head.last, self._now),
            under=head.last_text if head.messages > 1 else tr("One message"),
            under_aside=grouped(head.messages) if head.messages > 1 else "",
            marks=("lock",) if words.is_kept_close(head.privacy) else (),
        )

    def _describe(self, head: ConversationHead) -> str:
        names = self._state.names if self._state is not None else {}
        parts = [
            head.title,
            trn("{n} message", "{n} messages", head.messages),
            full_date(head.last),
            names.get(head.device_id or "", ""),
            words.shared(head.privacy) if words.is_kept_close(head.privacy) else "",
        ]
        return ", ".join(part for part in parts if part)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), QColor(theme.tokens().line))

    def menu(self) -> QMenu:
        """History in and out."""
        ink, made = theme.tokens().mute, QMenu(self)
        made.aboutToHide.connect(made.deleteLater)
        take_in = made.addAction(theme.icon("import", ink, 18), tr("Import history…"))
        take_in.triggered.connect(lambda _checked=False: self.import_wanted.emit())
        give_out = made.addAction(theme.icon("export", ink, 18), tr("Export conversations…"))
        give_out.triggered.connect(lambda _checked=False: self.export_wanted.emit())
        return made

    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(QPoint(0, self.more.height())))
