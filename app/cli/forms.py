"""Commands of several forms: how their words are read."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from app.wording import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = {"show": 1, "set": 3, "preview": 2}
"""How many words each form of the command has."""


class Words(argparse.Action):
    """`show`, `set KEY VALUE` or `preview DEVICE`; anything else is wrong usage."""

    @override
    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Keep the words, if they make sense."""
        del option_string
        words = list(values or ()) or ["show"]
        if WORDS.get(words[0]) != len(words):
            parser.error(
                tr("write: policy show, policy set KEY VALUE or policy preview DEVICE")
            )
        setattr(namespace, self.dest, words)


def choices(text: str) -> tuple[str, str]:
    """``KEY=VALUE``."""
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(tr("write it like memory_access=off"))
    return key.strip(), value.strip()
