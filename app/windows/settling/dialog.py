"""One matter after the other, until nothing is open or the person has had enough."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.windows.devices.questions import Farewell
from app.windows.settling.sheets import MatterSheet, QuestionSheet, sheet_of
from app.wording import tr
from mesh.wishes import QuestionShown, Revoke

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.matters import Matter, Matters
    from app.viewstate import Wisher
    from mesh.errors import MeshError
    from mesh.wishes import AnyWish

WIDTH, HEIGHT = 600, 560
HOUR_S = 3600.0


class SettlingDialog(QDialog):
    """What is postponed is not shown again before the dialog is opened anew."""

    def __init__(
        self,
        wisher: Wisher,
        matters: Matters,
        names: Mapping[str, str],
        now: float,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("What only you can decide"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(WIDTH, HEIGHT)
        self._wisher, self._matters = wisher, matters
        self._names, self._now = names, now
        self._postponed: list[Matter] = []
        self.sheet: MatterSheet | None = None
        self.question: Farewell | None = None
        self._place = QVBoxLayout(self)
        self._place.setContentsMargins(0, 0, 0, 0)
        matters.changed.connect(self._follow)
        matters.failed.connect(self._fail)
        self._follow()

    # ---- what is shown -----------------------------------------------------------------------

    def _follow(self) -> None:
        """Show the next one, unless the one that is shown is still open."""
        left = [one for one in self._matters.all if one not in self._postponed]
        if not left:
            self.accept()
            return
        if self.sheet is None or self.sheet.matter not in left:
            self._show(left[0])
        if self.sheet is not None:
            self.sheet.show_rest(len(left) - 1)

    def _show(self, matter: Matter) -> None:
        before = self.sheet
        sheet = self.sheet = sheet_of(matter, self._names, self._now)
        if before is not None:
            sheet.go_on_from(before)
            self._place.removeWidget(before)
            before.hide()
            before.deleteLater()
        sheet.decided.connect(self._decide)
        sheet.postponed.connect(self._postpone)
        if isinstance(sheet, QuestionSheet):
            sheet.removal_wanted.connect(self._ask_removal)
        self._place.addWidget(sheet)
        sheet.begin()

    # ---- what is answered --------------------------------------------------------------------

    def _decide(self, wish: AnyWish) -> None:
        if self.sheet is not None:
            self._matters.decide(self.sheet.matter, wish)

    def _fail(self, error: MeshError) -> None:
        if self.sheet is not None:
            self.sheet.fail(error)

    def _postpone(self) -> None:
        if self.sheet is not None:
            self._postponed.append(self.sheet.matter)
            self._follow()

    def _ask_removal(self) -> None:
        matter = self.sheet.matter if self.sheet is not None else None
        if not isinstance(matter, QuestionShown) or matter.device_id is None:
            return
        name = self._names.get(matter.device_id, tr("a device"))
        hours = max(1, ceil((self._now - matter.timestamp) / HOUR_S) + 1)
        wish = Revoke(device=matter.device_id, hours=float(hours))
        question = self.question = Farewell(
            tr("Remove {name}?", name=name),
            tr("Whoever has it now learns nothing more of your family."),
            tr("Remove"),
            parent=self,
            is_grave=True,
        )
        question.add_point("trash", "ok", tr("What it forgot comes back where it still is."))
        question.add_point(
            "warning", "bad", tr("To come back it has to be paired anew, as a new device.")
        )
        question.ask_what_it_alone_keeps(self._wisher, matter.device_id)
        question.agreed.connect(lambda: self._decide(replace(wish, lets_go=question.lets_go)))
        question.open()
