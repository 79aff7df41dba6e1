"""The owner's own settings of one device: a YAML file in the profile, and what it says.

    sharing:
      memory_access: off            # as `policy set`; it only restricts what the family chose
      limited:                      # for devices of a trust level
        time_window_days: 3
      devices:
        ABCDEFGHX-…: {conversation_continuity: off}
    sparing: strong                 # off, normal, strong; it only makes stricter too

A mistake is a sentence with the number of its line; nothing of such a file counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from mesh.errors import BadInput, BadSettings
from mesh.model.device import Trust, parse_device_id
from mesh.model.policy import FAMILY, NO_CHOICES, Policy, checked
from mesh.model.sparing import SPARING, Sparing

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARING, DEVICES = "sharing", "devices"
NESTED_MAX = 32
_LEVELS = (str(Trust.FULL), str(Trust.LIMITED))


def read_settings(content: bytes) -> Policy:
    """What a file's content restricts; BadSettings names the first line that is wrong."""
    root = _tree(content)
    if root is None:
        return NO_CHOICES
    said: dict[str, tuple[str, ...]] = {}
    for key, node in _pairs(root):
        if key.value == SPARING:
            said[SPARING] = (_sparing(key, node),)
            continue
        if key.value != SHARING:
            raise _wrong(key, "there is only “sharing” and “sparing” to be set")
        for name, value in _choices(node):
            said[name] = (value,)
    return Policy(said)


def _tree(content: bytes) -> yaml.Node | None:
    try:
        text = content.decode()
        _refuse_what_is_odd(yaml.parse(text))
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise BadSettings("settings.yaml is not a text in UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadSettings(f"settings.yaml, line {line}: this is not YAML.") from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadSettings("settings.yaml cannot be read: it is not YAML.") from error
    return node


def _refuse_what_is_odd(events: Iterator[yaml.Event]) -> None:
    """Event by event: what is nested deeply takes ever longer to read, the deeper it is."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise BadSettings("settings.yaml: anchors and aliases are not understood here.")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > NESTED_MAX:
            raise BadSettings("settings.yaml is nested too deeply.")


def _wrong(node: yaml.Node, what: str) -> BadSettings:
    return BadSettings(f"settings.yaml, line {node.start_mark.line + 1}: {what}.")


def _pairs(node: yaml.Node) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(node, "names with values are wanted here")
    known: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _wrong(key, "a name is wanted here")
        if key.value in known:
            raise _wrong(key, "this name stands here twice")
        known.add(key.value)
        yield key, value


def _choices(node: yaml.Node) -> Iterator[tuple[str, str]]:
    for key, value in _pairs(node):
        if key.value in _LEVELS:
            yield from _for_target(value, key.value)
        elif key.value == DEVICES:
            for device, choices in _pairs(value):
                yield from _for_target(choices, _device(device))
        else:
            yield _choice(key, value, FAMILY)


def _for_target(node: yaml.Node, target: str) -> Iterator[tuple[str, str]]:
    for key, value in _pairs(node):
        yield _choice(key, value, target)


def _device(key: yaml.ScalarNode) -> str:
    try:
        return parse_device_id(key.value)
    except BadInput as error:
        raise _wrong(key, "a device is named by its whole id") from error


def _choice(key: yaml.ScalarNode, value: yaml.Node, target: str) -> tuple[str, str]:
    try:
        return checked(key.value, _text(value), target)
    except BadInput as error:
        raise _wrong(key, error.sentence.rstrip(".")) from error


def _sparing(key: yaml.Node, value: yaml.Node) -> str:
    """YAML alone takes a bare ``off`` for a truth; here a word is the word."""
    text = _text(value).lower()
    if text not in set(Sparing):
        raise _wrong(key, f"sparing is one of {', '.join(Sparing)}")
    return text


def _text(node: yaml.Node) -> str:
    """A value as it is written; a list with commas."""
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return ", ".join(_text(one) for one in node.value)
    raise _wrong(node, "one value is wanted here")
