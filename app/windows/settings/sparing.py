"""How much battery and metered links are spared on this device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.widgets.labels import label, say
from app.widgets.select import Select
from app.widgets.setting import Setting
from app.wording import sentence, spared_by, tr
from mesh.model.sparing import Sparing
from mesh.wishes import Spare, SparingShown

if TYPE_CHECKING:
    from app.viewstate import Wisher
    from mesh.errors import MeshError


class Thrift(Setting):
    """When long histories wait."""

    def __init__(self, wisher: Wisher) -> None:
        self._wisher = wisher
        self.select = Select()
        self.select.setAccessibleName(tr("Spare battery and metered connections"))
        super().__init__(
            "clock", tr("Spare battery and metered connections"),
            tr("When long histories wait; what is new always comes at once."),
            self.select, is_wide=True,
        )  # fmt: skip
        for one in Sparing:
            self.select.addItem(spared_by(one), one)
        self.select.setCurrentIndex(self.select.findData(Sparing.NORMAL))
        self.aside = label(wraps=True)
        self.aside.hide()
        self.foot.addWidget(self.aside)
        self.select.activated.connect(self._choose)

    def look(self) -> None:
        """See what counts."""
        self._wisher.wish(Spare(), done=self._show, failed=self._say_trouble)

    def _choose(self, _: int) -> None:
        wish = Spare(level=self.select.currentData())
        self._wisher.wish(wish, done=self._show, failed=self._say_trouble)

    def _show(self, answer: object) -> None:
        if not isinstance(answer, SparingShown):
            return
        self.select.setCurrentIndex(self.select.findData(answer.chosen))
        is_stricter = answer.level != answer.chosen
        self._tell(
            tr("The settings file of this device is stricter: {level}.",
               level=spared_by(answer.level)) if is_stricter else "",
            "warn",
        )  # fmt: skip

    def _say_trouble(self, error: MeshError) -> None:
        self._tell(sentence(error), "bad")

    def _tell(self, text: str, tone: str) -> None:
        self.aside.setProperty("tone", tone)
        say(self.aside, text)
        self.aside.setVisible(bool(text))
