"""What stands for this device alone: its own settings file, and what it may have itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app.theme.tokens import CLOSE, GAP, TIGHT
from app.widgets.buttons import Button
from app.widgets.cards import Card
from app.widgets.labels import label, say
from app.widgets.layout import column, row
from app.windows.sharing import words
from app.wording import told, tr
from mesh.model.device import Trust

if TYPE_CHECKING:
    from mesh.wishes import PolicyShown

INSET = (20, GAP, 20, GAP)


class OwnFile(Card):
    """What ``settings.yaml`` of this device restricts, and what is wrong in there."""

    def __init__(self) -> None:
        super().__init__()
        self._folder: str | None = None
        self.trouble = label(wraps=True)
        self.trouble.setProperty("tone", "bad")
        self.said = label(wraps=True)
        self.show_folder = Button(tr("Show the folder"), on_click=self._open)
        lead = tr(
            "The file settings.yaml of this device lets it give less than the family has "
            "chosen, never more. Whoever can open the file can change that."
        )
        self.setLayout(
            column(
                column(
                    label(tr("Restricted on this device"), "h2"),
                    label(lead, "mute", wraps=True), gap=TIGHT,
                ),
                self.trouble, self.said, row(self.show_folder, None),
                gap=CLOSE, edges=INSET,
            )
        )  # fmt: skip

    def show_choice(self, shown: PolicyShown, folder: str | None) -> None:
        """Every line of the file; hidden where it says nothing."""
        self._folder = folder
        said = [_restriction(shown, name, text) for name, text in shown.restricted.items()]
        say(self.said, "\n".join(f"•  {one}" for one in said))
        self.said.setVisible(bool(said))
        say(self.trouble, _mistake(shown.mistake))
        self.trouble.setVisible(bool(shown.mistake))
        self.show_folder.setVisible(folder is not None)
        self.setVisible(bool(said or shown.mistake))

    def _open(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder))


def _restriction(shown: PolicyShown, name: str, text: str) -> str:
    target, _, key = name.partition(" ")
    return tr(
        "{whom}: {what} – {value}",
        whom=words.whom(shown, target),
        what=words.title(key),
        value=words.value(key, text),
    )


def _mistake(mistake: str | None) -> str:
    if not mistake:
        return ""
    return tr("{mistake} What the file said before still holds.", mistake=told(mistake))


class OwnShare(Card):
    """What a device without full trust may have: it does not know what was chosen, or why."""

    def __init__(self) -> None:
        super().__init__()
        self.lead = label(kind="mute", wraps=True)
        self.said = label(wraps=True)
        title = label(tr("What this device may have"), "h2")
        self.setLayout(
            column(column(title, self.lead, gap=TIGHT), self.said, gap=CLOSE, edges=INSET)
        )

    def show_choice(self, shown: PolicyShown, trust: Trust | None) -> None:
        """What it was told; hidden on a device with full trust."""
        is_other = trust in {Trust.LIMITED, Trust.GUEST}
        self.setVisible(is_other)
        if not is_other:
            return
        held = [words.holding(kind, widest) for kind, widest in shown.holds.items()]
        is_guest = trust is Trust.GUEST
        say(
            self.lead,
            tr("A guest gets nothing, whatever is chosen.")
            if is_guest
            else tr(
                "What the family has chosen is known on its devices with full trust. This "
                "device is told what it may have, no more."
            ),
        )
        say(self.said, "\n".join(f"•  {one}" for one in held) or tr("Nothing."))
        self.said.setVisible(not is_guest)
