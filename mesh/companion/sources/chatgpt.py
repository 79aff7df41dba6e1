"""What a ChatGPT data export holds: conversations whose messages are a tree.

    conversation  {id, title, create_time, current_node, mapping: {id: node}}
    node          {parent, children, message}
    message       {author {role, name}, create_time, content {content_type, parts | text}, …}

The way to ``current_node`` is the conversation, under its own id. What was said on other ways,
before an edit or as another answer, is in a second conversation beside it. A message that is
here already, in either of the two, stays where it is: so a newer export adds what is new.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from mesh.companion.lines import Line
from mesh.companion.sources.findings import LEFT_OUT, Bad, Finding, shortened
from mesh.companion.sources.tree import branches
from mesh.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mesh.companion.lines import LineReader
    from mesh.companion.sources.parts import Part

OTHERS = " · other versions"
"""Follows the id of a conversation in the id of the one that holds its other branches."""
NODES_MAX = 200_000
_CITED = re.compile("\ue200[^\ue201]*\ue201")
"""Marks for what was looked up; ChatGPT itself never shows them."""
_UNSAID = frozenset({
    "thoughts", "reasoning_recap", "user_editable_context", "model_editable_context",
    "app_pairing_content",
})  # fmt: skip
_PICTURE = "image_asset_pointer"
_EVERYONE = (None, "", "all")


class Conversation(msgspec.Struct, frozen=True, gc=False):
    """A conversation; what else it has is ignored."""

    mapping: dict[str, msgspec.Raw]
    title: Any = None
    id: Any = None
    conversation_id: Any = None
    create_time: Any = None
    update_time: Any = None
    current_node: Any = None


class Author(msgspec.Struct, frozen=True, gc=False):
    """Who said it: user, assistant, system or tool."""

    role: str
    name: str | None = None


class Content(msgspec.Struct, frozen=True, gc=False):
    """What was said, in one of many shapes."""

    content_type: str = "text"
    parts: list[Any] | None = None
    text: Any = None
    result: Any = None


class Message(msgspec.Struct, frozen=True, gc=False):
    """A message as it comes."""

    author: Author
    content: Content | None = None
    create_time: Any = None
    recipient: Any = None
    metadata: Any = None


class Node(msgspec.Struct, frozen=True, gc=False):
    """A place in the tree; the first one usually says nothing."""

    message: Message | None = None
    parent: Any = None
    children: Any = None


class Place(msgspec.Struct, frozen=True, gc=False):
    """Of a node whose message cannot be read: where it stands."""

    parent: Any = None
    children: Any = None


class _Talk(NamedTuple):
    name: str
    other: str
    title: str | None


_decode = msgspec.json.Decoder(Conversation).decode
_decode_node = msgspec.json.Decoder(Node).decode
_decode_place = msgspec.json.Decoder(Place).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def findings(part: Part, reader: LineReader) -> Iterator[Finding]:
    """What is in one conversation of an export; its mistakes are its own."""
    if part.trouble:
        yield Bad(part.trouble)
        return
    try:
        found = _decode(part.raw)
    except _UNREADABLE:
        yield Bad(BadInput("It is not a conversation."))
        return
    talk = _talk(found)
    if len(found.mapping) > NODES_MAX:
        yield Bad(BadInput("It is too large."), conversation=talk.name, title=talk.title)
        return
    yield from _said(found, talk, reader)


def _said(found: Conversation, talk: _Talk, reader: LineReader) -> Iterator[Finding]:
    nodes, bad = _nodes(found, talk)
    yield from bad
    parents = {name: _text(node.parent) for name, node in nodes.items()}
    children = {name: _texts(node.children) for name, node in nodes.items()}
    ways = branches(parents, children, _text(found.current_node))
    moments = _Moments(nodes, ways.parents, found)
    for name, way in ((talk.name, ways.current), (talk.other, ways.others)):
        for key in way:
            message = nodes[key].message
            if message is not None:
                yield from _line(message, key, name, talk, moments, reader)


def _nodes(found: Conversation, talk: _Talk) -> tuple[dict[str, Node], list[Bad]]:
    """The nodes that can be read; of others their place in the tree, if that can be."""
    nodes, bad = {}, []
    for name, raw in found.mapping.items():
        try:
            nodes[name] = _decode_node(raw)
        except _UNREADABLE:
            bad.append(Bad(BadInput("It is not a message."), None, talk.name, talk.title,
                           shortened(name)))  # fmt: skip
            try:
                place = _decode_place(raw)
            except _UNREADABLE:
                place = Place()
            nodes[name] = Node(None, place.parent, place.children)
    return nodes, bad


def _line(  # noqa: PLR0917 — a message, where it stands, and what reads it
    message: Message, key: str, name: str, talk: _Talk, moments: _Moments, reader: LineReader
) -> Iterator[Finding]:
    content = message.content
    if content is None or content.content_type in _UNSAID or _is_hidden(message.metadata):
        yield LEFT_OUT
        return
    text = words(content, message.metadata)
    if not text:
        return
    role, speaker = _voice(message)
    other = talk.other if name == talk.name else talk.name
    try:
        line = Line(name, role, text, moments.of(key), key, speaker)
        yield reader.entry(line, also_in=other)
    except BadInput as error:
        yield Bad(error, None, talk.name, talk.title, shortened(key))


# ---- a conversation --------------------------------------------------------------------------


def _talk(found: Conversation) -> _Talk:
    name = _text(found.conversation_id) or _text(found.id) or _made_up(found)
    return _Talk(name, name + OTHERS, shortened(found.title))


def _made_up(found: Conversation) -> str:
    """A name for a conversation that has none, the same in every export."""
    first = next(iter(found.mapping), "")
    said = msgspec.json.encode([found.title, found.create_time, first])
    return "chatgpt-" + hashlib.blake2b(said, digest_size=12).hexdigest()


class _Moments:
    """When each message was said; one that does not tell takes the time before it."""

    def __init__(
        self, nodes: dict[str, Node], parents: Mapping[str, str], found: Conversation
    ) -> None:
        self._nodes = nodes
        self._parents = parents
        self._known: dict[str, float | str | None] = {}
        self._spare = _moment(found.create_time) or _moment(found.update_time)

    def of(self, key: str) -> float | str:
        """Unix seconds, or a date. BadInput when nothing tells."""
        way: list[str] = []
        node: str | None = key
        while node is not None and node not in self._known:
            message = self._nodes[node].message
            self._known[node] = _moment(message.create_time if message else None)
            way.append(node)
            node = None if self._known[node] is not None else self._parents.get(node)
        moment = self._known[node] if node is not None else self._known[way[-1]]
        if moment is None:
            moment = self._spare
        for one in way:
            self._known[one] = self._known[one] or moment
        if moment is None:
            raise BadInput("A line of an impossible time.")
        return moment


def _moment(told: object) -> float | str | None:
    """A time as a line may have it; zero stands for one that is not known."""
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    return told or None


# ---- a message -------------------------------------------------------------------------------


def _is_hidden(metadata: object) -> bool:
    key = "is_visually_hidden_from_conversation"
    return isinstance(metadata, dict) and metadata.get(key) is True


def _voice(message: Message) -> tuple[str, str | None]:
    """The role and the speaker: what is said to a tool is part of the tool's work."""
    role, recipient = message.author.role, message.recipient
    if role == "assistant" and recipient not in _EVERYONE:
        return "tool", shortened(recipient)
    return role, shortened(message.author.name)


def words(content: Content, metadata: object = None) -> str:
    """What a message says, pictures and files by their names; empty when it says nothing."""
    said = [_spoken(part) for part in content.parts or ()]
    if not said:
        said = [one for one in (content.text, content.result) if isinstance(one, str)][:1]
    text = _CITED.sub("", "\n".join(one for one in said if one))
    files = "\n".join(f"[{name}]" for name in _attached(metadata))
    return "\n".join(one for one in (text.strip(), files) if one)


def _spoken(part: object) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return ""
    if isinstance(text := part.get("text"), str):
        return text
    kind = part.get("content_type")
    pointer = part.get("asset_pointer")
    name = pointer.rpartition("/")[2] if isinstance(pointer, str) else ""
    what = "image" if kind == _PICTURE else shortened(kind) or "part"
    return f"[{what} {name}]" if name else f"[{what}]"


def _attached(metadata: object) -> list[str]:
    files = metadata.get("attachments") if isinstance(metadata, dict) else None
    names = [one.get("name") for one in files or () if isinstance(one, dict)] if isinstance(
        files, list
    ) else []  # fmt: skip
    return [name for name in names if isinstance(name, str) and name]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
