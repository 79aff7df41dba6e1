"""What stands above a conversation: its first words, who may have it, what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app import theme
from app.theme.tokens import CLOSE, EDGE, GAP, NEAR
from app.widgets.buttons import Button
from app.widgets.labels import Line, Pill, say
from app.widgets.layout import column, row
from app.windows.lists import words
from app.windows.lists.dialogs import Sharing
from app.wording import grouped, tr, trn
from mesh.wishes import Relabel

if TYPE_CHECKING:
    from app.viewstate import ViewState, Wisher
    from mesh.wishes import ConversationHead


class Heading(QWidget):
    """``head`` is what the list knows of the conversation; None while that is nothing."""

    back_wanted = Signal()
    forget_wanted = Signal(object)
    """Somebody wants this conversation forgotten."""
    relabelled = Signal(str, str)
    """A conversation (object id) is shared in another way now."""

    def __init__(self, wisher: Wisher) -> None:
        super().__init__()
        self._wisher = wisher
        self._state: ViewState | None = None
        self._now = 0.0
        self.conversation: str | None = None
        self.head: ConversationHead | None = None
        self.back = Button(look="flat", icon="back", name=tr("All conversations"))
        self.back.hide()
        self.title = Line(kind="h2")
        self.about = Line(kind="small")
        self.pill = Pill()
        self.more = Button(look="flat", icon="more", name=tr("More about this conversation"))
        titles = column(self.title, self.about, gap=0)
        whole = row(self.back, titles, self.pill, self.more, gap=CLOSE,
                    edges=(EDGE, GAP, GAP, NEAR))  # fmt: skip
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self.back.clicked.connect(self.back_wanted)
        self.more.clicked.connect(self._open_menu)

    # ---- what is shown -----------------------------------------------------------------------

    def show_conversation(self, name: str | None, head: ConversationHead | None) -> None:
        """This one; None: a new one."""
        self.conversation, self.head = name, head
        self._show()

    def show_state(self, state: ViewState, now: float) -> None:
        """What is just between us, and the time."""
        self._state, self._now = state, now
        self._show()

    @property
    def level(self) -> str:
        """How widely what is said here is shared."""
        state = self._state
        is_ours = state is not None and state.just_between_us
        if is_ours and state is not None and state.private_conversation == self.conversation:
            return "here"
        return self.head.privacy if self.head is not None else "public"

    def _show(self) -> None:
        head = self.head
        title = tr("Conversation") if self.conversation else tr("New conversation")
        say(self.title, head.title if head is not None and head.title else title)
        say(self.about, self._about(head) if head is not None else "")
        self.about.setVisible(head is not None)
        self.more.setVisible(head is not None)
        self.pill.setVisible(words.is_kept_close(self.level))
        self.pill.show_state(words.shared(self.level), "warn")

    def _about(self, head: ConversationHead) -> str:
        count = grouped(head.messages)
        said = trn("{count} message", "{count} messages", head.messages, count=count)
        since = words.moment_of(head.first, self._now or head.first)
        return tr("{messages} since {date}", messages=said, date=since)

    # ---- what can be done --------------------------------------------------------------------

    def menu(self) -> QMenu:
        """What can be done with all of it."""
        tokens, made = theme.tokens(), QMenu(self)
        made.aboutToHide.connect(made.deleteLater)
        share = made.addAction(theme.icon("lock", tokens.mute, 18), tr("Who may have this…"))
        share.triggered.connect(self.share)
        made.addSeparator()
        icon = theme.icon("trash", tokens.bad, 18)
        forget = made.addAction(icon, tr("Forget this conversation"))
        forget.triggered.connect(lambda _checked=False: self.forget_wanted.emit(self.head))
        return made

    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def share(self) -> Sharing | None:
        """Ask who may have the conversation."""
        head = self.head
        if head is None:
            return None
        asking = Sharing(head.privacy, self)

        def save(level: object) -> None:
            def done(_: object) -> None:
                asking.accept()
                if self.head is not None and self.head.object_id == head.object_id:
                    self.head = msgspec.structs.replace(self.head, privacy=str(level))
                    self._show()
                self.relabelled.emit(head.object_id, str(level))

            wish = Relabel(id=head.object_id, privacy=str(level))
            self._wisher.wish(wish, done=done, failed=asking.fail)

        asking.saved.connect(save)
        asking.open()
        return asking
