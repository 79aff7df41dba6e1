"""What could not be done with a list, and what a node made of what was wished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.widgets.cards import Notice
from app.wording import sentence, tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.errors import MeshError

ICONS = {"bad": "warning", "accent": "info"}


class Trouble(Notice):
    """Hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__("warning", "bad")
        self.hide()

    def offer_again(self, error: MeshError, again: Callable[[], object]) -> None:
        """Say why something could not be read; ``again`` tries once more."""
        self.show_notice("warning", "bad", sentence(error), tr("Try again"), again)
        self.show()

    def tell(self, tone: str, text: str) -> None:
        """Say this until it was read; ``tone``: bad or accent."""
        self.show_notice(ICONS[tone], tone, text, tr("Got it"), self.hide)
        self.show()
