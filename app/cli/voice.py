"""How the command line speaks: JSON lines for programs, plain words or tables for people.

Results go to stdout, all else to stderr. What other devices wrote is cleaned of control
characters before a terminal sees it.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.console import Console

PLAIN, BOLD, DIM, GREEN = "", "1", "2", "32"
_INVISIBLE = {"Cc", "Cs", "Co"}
_TURNS_TEXT = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Voice:
    """One command's mouth."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None) -> None:
        self.as_json = as_json
        self.out = out or sys.stdout
        if as_json and hasattr(self.out, "reconfigure"):
            self.out.reconfigure(encoding="utf-8", errors="strict")
        self.is_terminal = self.out.isatty() and not as_json
        self._has_colour = self.is_terminal and not os.environ.get("NO_COLOR")

    def line(self, value: object) -> None:
        """One JSON line."""
        import msgspec

        self._write(msgspec.json.encode(value).decode())

    def result(self, answer: object, show: Callable[[Voice, object], None]) -> None:
        """What a command was for: a JSON line, or ``show`` for people."""
        if self.as_json:
            self.line(answer)
        else:
            show(self, answer)

    def say(self, text: str, *styles: str) -> None:
        """A line for people."""
        self._write(self.styled(clean(text), *styles))

    def pieces(self, *pieces: tuple[str, str]) -> None:
        """A line of differently styled pieces, for people."""
        self._write("  ".join(self.styled(clean(text), style) for text, style in pieces))

    def tell(self, text: str) -> None:
        """A line on stderr, for people and in logs of programs."""
        sys.stdout.flush()
        sys.stderr.write(clean(text) + "\n")
        sys.stderr.flush()

    def styled(self, text: str, *styles: str) -> str:
        """Text with terminal styles, where there is colour."""
        if not any(styles) or not self._has_colour:
            return text
        return f"\x1b[{';'.join(styles)}m{text}\x1b[0m"

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table on a terminal; elsewhere a line a row, with tabs between the cells."""
        if not self.is_terminal:
            for row in rows:
                self._write("\t".join(_one_line(cell) for cell in row))
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
        for name in header:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*(Text(clean(cell)) for cell in row))
        self.console().print(table)

    def console(self) -> Console:
        """A rich console on stdout that takes texts as they are."""
        from rich.console import Console

        return Console(file=self.out, highlight=False, markup=False, emoji=False)

    def _write(self, text: str) -> None:
        try:
            self.out.write(text + "\n")
        except UnicodeEncodeError:
            encoding = self.out.encoding or "ascii"
            self.out.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        self.out.flush()


def clean(text: str) -> str:
    """Text that can neither move the cursor nor turn what stands around it."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\t":
        return character
    if character in _TURNS_TEXT or unicodedata.category(character) in _INVISIBLE:
        return "\N{REPLACEMENT CHARACTER}"
    return character


def _one_line(cell: str) -> str:
    return " ".join(clean(cell).replace("\t", " ").split("\n"))
