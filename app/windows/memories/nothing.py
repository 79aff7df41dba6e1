"""What stands where no memory is."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.theme.tokens import NEAR
from app.widgets.cards import Empty
from app.widgets.layout import column
from app.wording import tr


class Nothing(QWidget):
    """``yet``: nothing was remembered; ``fits``: nothing has what was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.yet = Empty(
            "memory",
            tr("Nothing remembered yet"),
            tr("What you give AICO to remember stands here, on every device that may have it."),
        )
        self.fits = Empty(
            "memory", tr("Nothing fits"), tr("There is no memory with this tag and sharing.")
        )
        self.setLayout(column(self.yet, self.fits, None, edges=(0, 0, NEAR + 2, 0)))

    def show_why(self, *, is_filtered: bool) -> None:
        """Whether something was chosen that nothing has."""
        self.yet.setVisible(not is_filtered)
        self.fits.setVisible(is_filtered)
