"""What went wrong, in the spoken language.

The mesh makes its sentences in English; those with a value in them are found by their form.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from app.wording.language import known, language, trc

if TYPE_CHECKING:
    from mesh.errors import MeshError

CONTEXT = "error"
_HOLE = re.compile(r"\{(\d+)\}")


def sentence(error: MeshError) -> str:
    """What went wrong and what to do next, in one line."""
    return told(error.sentence)


def told(english: str) -> str:
    """A sentence of the mesh in the spoken language; what nobody translated stays as it is."""
    text = " ".join(english.split())
    for template, form in _forms(language()):
        if found := form.fullmatch(text):
            return trc(CONTEXT, template).format(*found.groups())
    return text


@lru_cache(maxsize=2)
def _forms(_language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The sentences that are translated; the more exact ones come first."""
    texts = sorted(known(CONTEXT), key=lambda text: (len(_HOLE.findall(text)), -len(text)))
    return tuple((text, _form(text)) for text in texts)


def _form(template: str) -> re.Pattern[str]:
    parts = _HOLE.split(template)
    return re.compile("(.+?)".join(re.escape(part) for part in parts[::2]), re.DOTALL)
