"""The page on which who invites says how far to trust the newcomer, and what it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.theme.tokens import GAP, TIGHT
from app.widgets.choice import Choices
from app.widgets.labels import label
from app.widgets.layout import column, row
from app.widgets.select import Select
from app.widgets.sheet import Sheet
from app.windows.pairing.steps import Choosing
from app.wording import role, tr, trust, trust_means
from mesh.model.device import NAME_MAX, Role, Trust

TRUSTS = (Trust.FULL, Trust.LIMITED, Trust.GUEST)
USUAL = {Trust.FULL: Role.PRIMARY, Trust.LIMITED: Role.SHARED, Trust.GUEST: Role.GUEST}
"""What a device with that trust mostly is."""


class ChoosingPage(Sheet):
    """Trust, role and name of the device that is to be invited."""

    opened = Signal(object)
    """The Choosing as it is when the person goes on."""
    joining_wanted = Signal()
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entitle(
            tr("Invite a device"),
            tr("How far do you trust it? You can change that at any time."),
        )
        self.trusts = Choices()
        for level in TRUSTS:
            self.trusts.add(level, trust(level), trust_means(level))
        self.trusts.chosen.connect(self._suggest_role)
        self.role = Select()
        for each in Role:
            self.role.addItem(role(each), each)
        self.role.activated.connect(self._keep_role)
        self.name = QLineEdit()
        self.name.setMaxLength(NAME_MAX)
        self.name.setPlaceholderText(tr("The name it gives itself"))
        self._role_is_chosen = False
        self._lay_out_form()
        self.add_button(tr("Cancel"), self.given_up.emit)
        self.push_right()
        self.to_join = self.add_button(
            tr("Read an invitation instead"), self.joining_wanted.emit
        )
        self.go = self.add_button(tr("Show invitation"), self._go, is_primary=True)
        self.name.returnPressed.connect(self.go.click)

    def show_step(self, step: Choosing, *, can_join: bool) -> None:
        """Show what was chosen before; only a family of one may join another."""
        self._role_is_chosen = step.role is not None
        self.trusts.choose(step.trust)
        self.trusts.focus_chosen()
        chosen = step.role or USUAL[step.trust]
        self.role.setCurrentIndex(self.role.findData(chosen))
        self.name.setText(step.name)
        self.to_join.setEnabled(can_join)
        why = tr("This device already has a family; to join another it has to leave it first.")
        self.to_join.setToolTip("" if can_join else why)

    @property
    def step(self) -> Choosing:
        """What is chosen now."""
        return Choosing(
            Trust(self.trusts.key or Trust.FULL),
            Role(self.role.currentData()),
            self.name.text(),
        )

    def _lay_out_form(self) -> None:
        kind, name = label(tr("&What it is"), "name"), label(tr("&Name"), "name")
        kind.setBuddy(self.role)
        name.setBuddy(self.name)
        self.role.setAccessibleName(tr("What it is"))
        self.name.setAccessibleName(tr("Name of the new device"))
        fields = row(
            column(kind, self.role, gap=TIGHT), column(name, self.name, gap=TIGHT), gap=GAP
        )
        fields.setStretch(0, 2)
        fields.setStretch(1, 3)
        self.fill(self.trusts, fields, None)

    def _suggest_role(self, level: str) -> None:
        if not self._role_is_chosen:
            self.role.setCurrentIndex(self.role.findData(USUAL[Trust(level)]))

    def _keep_role(self) -> None:
        self._role_is_chosen = True

    def _go(self) -> None:
        self.opened.emit(self.step)
