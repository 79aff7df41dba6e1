"""The sentences of errors and notices, as the code of the mesh makes them.

A class says one in its docstring; a call that makes an error may say a more exact one, with
values in it. ``{0}``, ``{1}`` … stand for these values, in their order.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ROOT_ERROR = "MeshError"
FOR_MACHINES = "ProtocolError"
"""What ends a link and is never told to a person, but for its docstring."""
NOTICE = "on_notice"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the file it stands in."""

    text: str
    file: Path


def sentences(paths: Iterable[Path]) -> Iterator[Sentence]:
    """Every sentence that an error or a notice of these files may have."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    parents = dict(_classes(trees.values()))
    errors = {name for name in parents if ROOT_ERROR in _line(name, parents)}
    told = {name for name in errors if FOR_MACHINES not in _line(name, parents)}
    constants = dict(pair for tree in trees.values() for pair in _constants(tree))
    for path, tree in trees.items():
        for node in ast.walk(tree):
            for text in _texts_of(node, errors, told, constants):
                yield Sentence(" ".join(text.split()), path)


def _texts_of(
    node: ast.AST, errors: set[str], told: set[str], constants: dict[str, str]
) -> Iterator[str]:
    if isinstance(node, ast.ClassDef) and node.name in errors:
        yield ast.get_docstring(node) or ""
        yield from _given_to_parent(node, constants)
    elif isinstance(node, ast.Call) and _name(node.func) in told | {NOTICE}:
        yield from (text for text in (_text(each, constants) for each in node.args[:1]) if text)


def _given_to_parent(error: ast.ClassDef, constants: dict[str, str]) -> Iterator[str]:
    """What an error of its own making hands to ``super().__init__``."""
    for node in ast.walk(error):
        if isinstance(node, ast.Call) and _name(node.func) == "__init__" and node.args:
            text = _text(node.args[0], constants)
            if text:
                yield text


def _text(node: ast.expr, constants: dict[str, str]) -> str:
    """The text of an expression, with numbered places for its values; empty if it is none."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        places = count()
        return "".join(
            _text(part, constants) if isinstance(part, ast.Constant) else f"{{{next(places)}}}"
            for part in node.values
        )
    if isinstance(node, ast.BinOp):
        return _joined([node.left, node.right], constants)
    return constants.get(_name(node), "")


def _joined(parts: list[ast.expr], constants: dict[str, str]) -> str:
    """``"a: " + names + "."``: what is no text is a value."""
    texts, places = [], count()
    for part in _flat(parts):
        texts.append(_text(part, constants) or f"{{{next(places)}}}")
    return "".join(texts)


def _flat(parts: list[ast.expr]) -> Iterator[ast.expr]:
    for part in parts:
        if isinstance(part, ast.BinOp):
            yield from _flat([part.left, part.right])
        else:
            yield part


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _classes(trees: Iterable[ast.Module]) -> Iterator[tuple[str, str]]:
    """Each class and what it is made of."""
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield node.name, _name(node.bases[0]) if node.bases else ""


def _line(name: str, parents: dict[str, str]) -> list[str]:
    """A class and all it descends from, within these files."""
    line = [name]
    while (parent := parents.get(line[-1], "")) and parent not in line:
        line.append(parent)
    return line


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The texts that a module gives a name."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            yield _name(node.targets[0]), _text(node.value, {})
