"""How what is typed after a command must look, and what it is read as."""

from __future__ import annotations

import argparse
import json
import math
import os
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from app.wording import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def between(least: float, most: float) -> Callable[[str], float]:
    """A number within these bounds."""

    def number(text: str) -> float:
        value = float(text)
        if not (math.isfinite(value) and least <= value <= most):
            raise argparse.ArgumentTypeError(
                tr(
                    "{text} is not between {least} and {most}",
                    text=text,
                    least=f"{least:g}",
                    most=f"{most:g}",
                )
            )
        return value

    return number


MINUTES = between(0.01, 60 * 24 * 366)
UNIT, SHARE = between(-1, 1), between(0, 1)


def port(text: str) -> int:
    """A port; 0 is any free one."""
    return int(between(0, 65535)(text))


def limit(text: str) -> int:
    """How many findings are wanted."""
    return int(between(1, 1000)(text))


def samples(text: str) -> int:
    """How many examples are wanted of each kind."""
    return int(between(0, 20)(text))


def family(text: str) -> int:
    """How many devices a family of the demonstration has."""
    return int(between(3, 10)(text))


def json_map(text: str) -> dict[str, object]:
    """A message's body."""
    try:
        value = json.loads(text)
    except ValueError as error:
        why = tr("that is not JSON: {error}", error=error)
        raise argparse.ArgumentTypeError(why) from error
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(tr('a JSON map is wanted, like {"valence": 0.4}'))
    return value


def numbered_words(text: str) -> dict[str, str]:
    """``3=word 9=word 17=word``."""
    pairs = [pair.partition("=") for pair in text.replace(",", " ").split()]
    if not pairs or not all(place.isdigit() and word for place, _, word in pairs):
        raise argparse.ArgumentTypeError(tr('write it like "3=word 9=word 17=word"'))
    return {place: word.lower() for place, _, word in pairs}


def path(text: str) -> str:
    """A file, wherever the node is that reads or writes it."""
    return os.path.abspath(os.path.expanduser(text))  # noqa: PTH100, PTH111 - pathlib is slow here


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
