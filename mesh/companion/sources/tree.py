"""A conversation that is a tree: which way through it was the last one shown, and the rest.

Editing a question or asking for another answer makes a new branch. A file may lie about its
tree: parents that are missing, circles, branches that nobody can reach. Every node is in
exactly one of the two answers, whatever the file says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Branches:
    """Node ids in the order in which they were said, each after its parent.

    ``current``: the way that was shown last. ``others``: all other branches.
    ``parents``: the node before each; those without begin something.
    """

    current: tuple[str, ...]
    others: tuple[str, ...]
    parents: Mapping[str, str]


def branches(
    parents: Mapping[str, str | None], children: Mapping[str, Sequence[str]], last: str | None
) -> Branches:
    """The branches of a tree whose nodes are the keys of ``parents``, in the file's order.

    ``children``: what each node itself calls its children, asked where a parent is missing.
    ``last``: the end of the way shown last; without it the way to the last leaf is taken.
    """
    found = _parents(parents, children)
    if last not in parents:
        last = _last_leaf(parents, found)
    current = _way_to(last, found)
    below = _below(found)
    starts = [*_roots(parents, found), *current, *parents]
    shown = frozenset(current)
    others = tuple(node for node in _reached(starts, below) if node not in shown)
    return Branches(current, others, found)


def _parents(
    parents: Mapping[str, str | None], children: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    claimed: dict[str, str] = {}
    for node, named in children.items():
        for child in named if node in parents else ():
            claimed.setdefault(child, node)
    found = {}
    for node, parent in parents.items():
        above = parent if parent in parents else claimed.get(node)
        if above is not None and above != node:
            found[node] = above
    return found


def _last_leaf(nodes: Iterable[str], parents: Mapping[str, str]) -> str | None:
    inner = set(parents.values())
    last = None
    for node in nodes:
        if last is None or node not in inner:
            last = node
    return last


def _way_to(last: str | None, parents: Mapping[str, str]) -> tuple[str, ...]:
    way: dict[str, None] = {}
    node = last
    while node is not None and node not in way:
        way[node] = None
        node = parents.get(node)
    return tuple(reversed(way))


def _below(parents: Mapping[str, str]) -> dict[str, list[str]]:
    below: dict[str, list[str]] = {}
    for node, parent in parents.items():
        below.setdefault(parent, []).append(node)
    return below


def _roots(nodes: Iterable[str], parents: Mapping[str, str]) -> list[str]:
    return [node for node in nodes if node not in parents]


def _reached(starts: Iterable[str], below: Mapping[str, Sequence[str]]) -> list[str]:
    """Everything at and below the starts, each branch to its end; circles are cut once."""
    seen: dict[str, None] = {}
    for start in starts:
        waiting = [start]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen[node] = None
                waiting.extend(reversed(below.get(node, ())))
    return list(seen)
