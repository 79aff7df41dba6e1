"""What AICO remembers: read, searched, kept, changed and forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget
from typing_extensions import override

from app import theme
from app.theme.tokens import CLOSE, EDGE, NEAR
from app.viewstate import RELOAD
from app.widgets.buttons import Button
from app.widgets.labels import label
from app.widgets.layout import column, row
from app.widgets.select import Select
from app.windows.lists import words
from app.windows.lists.deeds import Deeds
from app.windows.lists.forgetting import Doomed, Forgetting
from app.windows.lists.model import ListModel
from app.windows.lists.searching import Searching
from app.windows.lists.transfer import Transfer
from app.windows.lists.trouble import Trouble
from app.windows.lists.view import Anchor, ListView
from app.windows.memories.cards import WIDEST, Cards
from app.windows.memories.keeping import Keeping
from app.windows.memories.nothing import Nothing
from app.windows.memories.sources import Memories
from app.windows.page import Page
from app.windows.settling import Banner
from app.wording import full_date, tr
from mesh.messages import HistoryArrived, MemoryChanged

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent

    from app.viewstate import ViewState, Wisher
    from mesh.errors import MeshError
    from mesh.messages import Hit, News
    from mesh.wishes import MemoryLine


TAG_WIDEST = 220
TAGS_MAX = 200
"""A longer list nobody chooses from; search finds the others."""


class MemoriesPage(Page):
    """``message_wanted``: the conversation and id of a message that was found here."""

    key = "memories"
    message_wanted = Signal(str, str)

    def __init__(self, wisher: Wisher) -> None:
        super().__init__(wisher)
        self._is_begun = False
        self._reveal: str | None = None
        self._anchor: Anchor | None = None
        self._tags: set[str] = set()
        self.model: ListModel[MemoryLine] = ListModel(wisher, self._describe)
        self.view = ListView(self.model, tr("Memories"))
        self.cards = Cards(self.view, self.model)
        self.view.setItemDelegate(self.cards)
        self.deeds = Deeds(wisher, self)
        self.forgetting = Forgetting(wisher, Doomed.MEMORY)
        self.searching = Searching(wisher, tr("Search everything"))
        self.keeping = Keeping(wisher)
        self.transfer = Transfer(wisher)
        self._lay_out()
        self._connect()

    # ---- looks -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.more = Button(look="flat", icon="more", name=tr("Import and export"))
        self.tag = Select()
        self.tag.setAccessibleName(tr("Only with this tag"))
        self.tag.setSizeAdjustPolicy(Select.SizeAdjustPolicy.AdjustToContents)
        self.tag.setMaximumWidth(TAG_WIDEST)
        self.tag.addItem(tr("All tags"), None)
        self.privacy = Select()
        self.privacy.setAccessibleName(tr("Only what these may have"))
        self.privacy.addItem(tr("All kinds of sharing"), None)
        for level in words.LEVELS:
            self.privacy.addItem(words.shared(level), level)
        filters = row(self.searching, self.tag, self.privacy, gap=NEAR)
        filters.setStretch(0, 1)
        for each in (self.tag, self.privacy):
            filters.setAlignment(each, Qt.AlignmentFlag.AlignTop)
        self.trouble = Trouble()
        self.banner = Banner("memory", "burst")
        self.places = QStackedWidget()
        self.nothing = Nothing()
        for place in (self.view, self.nothing, self.searching.view):
            self.places.addWidget(place)
        top = row(label(tr("Memories"), "h1"), None, self.more)
        head = column(top, self.keeping, filters, self.transfer, self.trouble, self.banner,
                      gap=CLOSE, edges=(0, 0, NEAR + 2, 0))  # fmt: skip
        inner = QWidget()
        inner.setMaximumWidth(WIDEST + NEAR + 4)
        below = column(self.forgetting, edges=(0, 0, NEAR + 2, 0))
        body = column(head, self.places, below, gap=CLOSE)
        body.setStretch(1, 1)
        inner.setLayout(body)
        whole = row(inner, gap=0, edges=(EDGE + 4, EDGE, EDGE - NEAR, CLOSE))
        self.setLayout(whole)

    def _connect(self) -> None:
        self.more.clicked.connect(self._open_menu)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(self._fail)
        self.model.rowsInserted.connect(self._show_place)
        self.model.rowsRemoved.connect(self._show_place)
        self.tag.activated.connect(self._filter)
        self.privacy.activated.connect(self._filter)
        self.searching.toggled.connect(self._show_place)
        self.searching.found.connect(self._show_hit)
        self.keeping.kept.connect(self.model.look_above)
        self.transfer.imported.connect(self.reload)
        self.view.menu_wanted.connect(self.deeds.open_menu)
        self.view.opened.connect(self.deeds.read)
        self.deeds.changed.connect(self._change)
        self.deeds.forget_wanted.connect(self._forget)
        self.deeds.told.connect(self.trouble.tell)
        self.forgetting.fading.connect(self._fade)
        self.forgetting.gone.connect(self.model.remove)
        self.view.on_key("Ctrl+C", self.deeds.copy)
        self.view.on_key("F2", self.deeds.reword)
        self.view.on_key("Ctrl+T", self.deeds.retag)
        self.view.on_key("Del", self._forget)

    # ---- the main window ---------------------------------------------------------------------

    @override
    def show_state(self, state: ViewState, now: float) -> None:
        is_new = self.cards.names != state.names or int(now // 60) != int(self.cards.now // 60)
        self.cards.names, self.deeds.names = state.names, state.names
        self.cards.now = now
        self.forgetting.show_names(state.names, now)
        self.searching.show_names(state.names, may_ask_others=bool(state.others))
        if is_new:
            self.view.viewport().update()

    @override
    def take(self, news: list[News]) -> None:
        if not self._is_begun:
            return
        if news == [RELOAD] or any(isinstance(one.body, HistoryArrived) for one in news):
            self.reload()
            return
        self.forgetting.take(news)
        changed = [one.body for one in news if isinstance(one.body, MemoryChanged)]
        for body in changed:
            self._hear(body)
        if any(body.text is not None for body in changed):
            self.model.look_above()

    @override
    def opened(self) -> None:
        if not self._is_begun:
            self._begin()
            self.model.open(Memories())

    def _begin(self) -> None:
        if not self._is_begun:
            self._is_begun = True
            self.forgetting.look()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.forgetting.flush()

    # ---- rows --------------------------------------------------------------------------------

    def show_memory(self, memory: str) -> None:
        """Show a memory among those around it."""
        self._begin()
        self.searching.field.clear()
        self.tag.setCurrentIndex(0)
        self.privacy.setCurrentIndex(0)
        self._reveal = memory
        self.model.open(Memories(), memory)

    def reload(self) -> None:
        """Read anew what is in sight; it stays where it is."""
        if self.model.is_at_top and self.view.verticalScrollBar().value() == 0:
            self.model.look_above()
        else:
            self._anchor = self.view.anchor()
            self.model.load(self._anchor.object_id if self._anchor else None)

    def _filter(self) -> None:
        tag, privacy = self.tag.currentData(), self.privacy.currentData()
        self.model.open(Memories(tag, privacy))

    def _loaded(self) -> None:
        self.trouble.hide()
        self._show_place()
        reveal, self._reveal = self._reveal, None
        anchor, self._anchor = self._anchor, None
        if reveal is not None:
            self.view.reveal(reveal)
        elif anchor is not None:
            self.view.return_to(anchor)

    def _fail(self, error: MeshError) -> None:
        self.trouble.offer_again(error, self.model.load)

    def _show_place(self) -> None:
        self._note_tags()
        if self.searching.is_on:
            self.places.setCurrentIndex(2)
            return
        is_empty = not self.model.rows and not self.model.is_loading
        is_filtered = self.tag.currentIndex() > 0 or self.privacy.currentIndex() > 0
        self.nothing.show_why(is_filtered=is_filtered)
        self.places.setCurrentIndex(1 if is_empty else 0)

    def _note_tags(self) -> None:
        """Tags that were seen can be chosen."""
        found = {tag for row in self.model.rows for tag in row.tags} - self._tags
        fresh = sorted(found)[: TAGS_MAX - len(self._tags)]
        for tag in fresh:
            self.tag.addItem(tag, tag)
        self._tags.update(fresh)

    def _hear(self, body: MemoryChanged) -> None:
        index = self.model.index_of(body.id)
        row = self.model.row(index.row()) if index.isValid() else None
        if body.text is None:
            self.model.remove(body.id)
        elif row is not None:
            is_revised = row.is_revised or body.text != row.text
            self._replace(
                msgspec.structs.replace(
                    row, text=body.text, tags=body.tags, privacy=body.privacy,
                    is_revised=is_revised,
                )
            )  # fmt: skip

    def _change(self, row: MemoryLine) -> None:
        before = next((one for one in self.model.rows if one.object_id == row.object_id), None)
        self._replace(row)
        if before is not None and before.privacy != row.privacy:
            # Whether this device has the right to say so, the node knows.
            self.reload()

    def _replace(self, row: MemoryLine) -> None:
        self.model.replace(row)
        self.view.scheduleDelayedItemsLayout()
        self._note_tags()

    def _forget(self, row: MemoryLine) -> None:
        self.forgetting.forget(row.object_id, Doomed.MEMORY)

    def _fade(self, object_id: str, is_fading: bool) -> None:
        self.model.fade(object_id, is_fading=is_fading)

    def _show_hit(self, hit: Hit) -> None:
        if hit.kind == "memory":
            self.show_memory(hit.id)
        elif hit.conversation_id is not None:
            self.message_wanted.emit(hit.conversation_id, hit.id)

    def _describe(self, row: MemoryLine) -> str:
        """The memory for those who hear it."""
        parts = [
            words.shared(row.privacy),
            self.cards.names.get(row.device_id or "", ""),
            full_date(row.timestamp),
            tr("Tags: {tags}", tags=", ".join(row.tags)) if row.tags else "",
        ]
        return ", ".join(part for part in parts if part) + ": " + row.text

    # ---- files -------------------------------------------------------------------------------

    def menu(self) -> QMenu:
        """Memories to a file."""
        ink, made = theme.tokens().mute, QMenu(self)
        made.aboutToHide.connect(made.deleteLater)
        for kind, text, name in (
            ("memories", tr("Export memories…"), tr("memories")),
            ("all", tr("Export everything…"), tr("everything")),
        ):
            action = made.addAction(theme.icon("export", ink, 18), text)
            action.triggered.connect(
                lambda _checked=False, kind=kind, name=name: self.transfer.ask_export(
                    kind, f"{name}.jsonl"
                )
            )
        return made

    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(QPoint(0, self.more.height())))
