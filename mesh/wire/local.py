"""Frames of the local bus: what modules in any language and the node say to each other.

A body is a map in MessagePack; one that begins with ``{`` is JSON and is answered in JSON.

    publish     [topic, body]                      module (PUB or XPUB) → node
    subscribe   [topic, news]                      node → module; ``json/<topic>``: in JSON
    request     [topic, body, id?]                 module (REQ or DEALER) → node
    command     [wish, id?]                        owner's program (REQ or DEALER) → node
    both        [status, body, id?]                node → them
                status ok     the answer, the last frames of a call
                       error  {"error": code, "message": sentence}, also the last
                       event  what happens meanwhile (DEALER only)
                       part   rows of a long list; ``ok`` brings the rest (DEALER only)
    ask         [ask, topic, body, number]         node → module that offered it (DEALER)
                [alive]                            … once in a while; needs no answer
    answer      [bus/answer, body, number, status] module → node; status ok or error

``news`` is ``{"topic", "device_id", "body"}``. An ``id`` (at most 64 bytes, chosen by the
caller) comes back with every answer; a call sent again with the same id is worked only once.
Topics that begin with ``bus/`` belong to the door itself:

    bus/publish   request {"topic", "body"}: publish, and be told that the node has it
    bus/answer    the answer of a module to an ``ask``
    bus/ready/…   subscribe to it last: it comes back once, and then every subscription holds
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from mesh.errors import BadInput, MeshError, RequestFailed, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BODY_IN_MAX: Final = 1024 * 1024
BODY_OUT_MAX: Final = 16 * 1024 * 1024 - 1024
TOPIC_MAX: Final = 200
CALL_ID_MAX: Final = 64
DEPTH_MAX: Final = 32
ROWS_A_PART: Final = 500

ASK: Final = b"ask"
ALIVE: Final = b"alive"
JSON_PREFIX: Final = "json/"
DOOR_PREFIX: Final = "bus/"
PUBLISH: Final = "bus/publish"
ANSWER: Final = "bus/answer"
READY: Final = "bus/ready/"

_INT_MIN, _INT_MAX = -(2**63), 2**64 - 1

Body = dict[str, object]
T = TypeVar("T")


class Status(Enum):
    """What a frame from the node is."""

    OK = b"ok"
    ERROR = b"error"
    EVENT = b"event"
    PART = b"part"


class Face(Enum):
    """The two spellings of a body."""

    MESSAGEPACK = "messagepack"
    JSON = "json"

    @classmethod
    def of(cls, body: bytes) -> Face:
        """The spelling of a body that came in; an empty one is MessagePack."""
        return cls.JSON if body[:1] == b"{" else cls.MESSAGEPACK

    def encode(self, value: object) -> bytes:
        """A struct, map or list of them; TooLarge when it does not fit into one answer."""
        encode = msgspec.json.encode if self is Face.JSON else msgspec.msgpack.encode
        try:
            encoded = encode(value)
        except (TypeError, OverflowError, ValueError, RecursionError) as error:
            raise BadInput("That cannot be put into words of the bus.") from error
        if len(encoded) > BODY_OUT_MAX:
            raise TooLarge("That is more than fits into one answer; ask for less.")
        return encoded


@dataclass(frozen=True, slots=True)
class Reply:
    """What the node says last to a call."""

    status: Status
    body: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One call that came to a desk of the door; ``call_id`` None: its sender gave none."""

    sender: bytes
    is_lockstep: bool
    """From a REQ socket, which can take one answer and no events."""
    topic: str
    body: bytes
    call_id: bytes | None = None
    status: bytes = b""
    """Only in an answer to an ask."""
    fault: MeshError | None = None
    """Why it cannot be worked; such a call is still answered."""

    @property
    def face(self) -> Face:
        """How it is to be answered."""
        return Face.of(self.body)

    def frames(self, status: Status, body: bytes) -> list[bytes]:
        """An answer's frames."""
        route = [self.sender, b""] if self.is_lockstep else [self.sender]
        tail = [] if self.call_id is None else [self.call_id]
        return [*route, status.value, body, *tail]


def read_call(frames: Sequence[bytes], *, has_topic: bool) -> Call:
    """The call in what a ROUTER received; whatever is wrong with it stands in its ``fault``."""
    sender, *words = frames
    is_lockstep = words[:1] == [b""]
    words = words[is_lockstep:]
    topic = words.pop(0) if has_topic and words else b""
    body, call_id, status = [*words, b"", b"", b""][:3]
    call = Call(sender, is_lockstep, "", body, call_id[:CALL_ID_MAX] or None, status)
    try:
        name = read_topic(topic) if has_topic else ""
        if not 1 <= len(words) <= (3 if name == ANSWER else 2):
            raise BadInput("A call has a topic, a body, and an id if you like.")
        _bound(body, call_id)
    except MeshError as fault:
        return replace(call, fault=fault)
    return replace(call, topic=name)


def _bound(body: bytes, call_id: bytes) -> None:
    if len(body) > BODY_IN_MAX:
        raise TooLarge
    if len(call_id) > CALL_ID_MAX:
        raise BadInput(f"The id of a call has at most {CALL_ID_MAX} bytes.")


def read_topic(frame: bytes) -> str:
    """A topic: one line of printable UTF-8, at most 200 bytes."""
    try:
        topic = frame.decode()
    except UnicodeDecodeError as error:
        raise BadInput("A topic is text in UTF-8.") from error
    if not topic or len(frame) > TOPIC_MAX or not topic.isprintable():
        raise BadInput(f"A topic has 1 to {TOPIC_MAX} printable characters.")
    return topic


def read_body(body: bytes) -> Body:
    """The map in a body that came in, made only of what both spellings can say; {} if empty."""
    _bound(body, b"")
    value = _decoded(body) if body else {}
    if not isinstance(value, dict) or not _is_plain(value, DEPTH_MAX):
        raise BadInput("A body is a map of texts, numbers, lists and maps.")
    return value


def read_value(body: bytes, face: Face) -> object:
    """Whatever a node answered."""
    if face is Face.JSON or body[:1] == b"{":
        return msgspec.json.decode(body)
    return msgspec.msgpack.decode(body)


def shape(value: Body, kind: type[T]) -> T:
    """A map as a typed message or wish; BadInput says which field is wrong, never its value."""
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        raise BadInput(_field_sentence(str(error))) from error


def failure(error: MeshError) -> Body:
    """An error as it travels."""
    return {"error": error.code, "message": error.sentence}


def failed(body: object) -> MeshError:
    """The error that travelled: of its own class if this version knows it."""
    if not isinstance(body, dict):
        return RequestFailed()
    sentence = str(body.get("message") or "")
    known = {kind.__name__: kind for kind in _kinds(MeshError)}
    for kind in known.values():
        fresh = kind(sentence)
        if fresh.code == body.get("error"):
            return fresh
    return RequestFailed(sentence)


def _kinds(kind: type[MeshError]) -> Iterator[type[MeshError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def _decoded(body: bytes) -> object:
    try:
        if Face.of(body) is Face.JSON:
            return msgspec.json.decode(body)
        return msgspec.msgpack.decode(body)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        raise BadInput("The body is neither MessagePack nor JSON.") from error


def _is_plain(value: object, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(
            isinstance(key, str) and _is_plain(inner, depth - 1) for key, inner in value.items()
        )
    if isinstance(value, list):
        return depth > 0 and all(_is_plain(inner, depth - 1) for inner in value)
    if isinstance(value, int):
        return _INT_MIN <= value <= _INT_MAX
    return value is None or isinstance(value, str | float | bytes)


def _field_sentence(found: str) -> str:
    """Msgspec's words without a value a person may have written."""
    if found.startswith("Object missing required field"):
        return found + "."
    place = found.rpartition(" - at ")[2] if " - at " in found else ""
    wanted = found.partition(",")[0] if found.startswith("Expected") else "Not a valid value"
    return f"{wanted} at {place}." if place else f"{wanted}."
