"""The vocabulary of the mesh: every message, its topic, and who may hear it.

    device/        who belongs to the family and how they are
    sync/          how far the devices are in step
    conversation/  what is said
    emotion/       how the companion feels
    memory/        what it remembers

A message is a frozen struct; the same object serves the windows, the local modules and the
other devices. On the local bus it travels as ``{"topic", "device_id", "body"}`` where ``body``
is the struct as a map. A message says what happened (past) or what is asked for
(``…/request``).

The audience says how far it may travel:

    HERE     this device's bus only
    MEMBERS  every device of the family, guests too: presence, never companion content
    HOLDERS  devices that may hold records of the message's scope kind (``may_send`` decides)
    FULL     the owner's own devices only
    RECORD   it tells of a stored fact, which travels by sync; the message itself stays here
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

from mesh.model.device import Context, Role, Trust


class Audience(StrEnum):
    """How far a message may travel."""

    HERE = "here"
    MEMBERS = "members"
    HOLDERS = "holders"
    FULL = "full"
    RECORD = "record"


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What every message has: a topic, and an audience that the door of the device enforces."""

    topic: ClassVar[str]
    audience: ClassVar[Audience]
    is_state: ClassVar[bool] = False
    """Whether a late subscriber gets the last one first."""
    is_asked: ClassVar[bool] = False
    """Whether modules may publish it (a wish) or only the node (news)."""


# ---- device/ ---------------------------------------------------------------------------------


class DeviceAnnounced(Message, frozen=True):
    """A device of the family was seen on the network."""

    topic: ClassVar[str] = "device/discovery/announce"
    audience: ClassVar[Audience] = Audience.HERE
    device_id: str


class DeviceRecognised(Message, frozen=True):
    """A device of the family is connected, or no longer is."""

    topic: ClassVar[str] = "device/discovery/response"
    audience: ClassVar[Audience] = Audience.HERE
    device_id: str
    connected: bool


class DeviceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A device as people and modules see it; ``last_seen`` in Unix seconds.

    ``undo_until``: until when, Unix seconds, its joining can be undone from this device.
    """

    device_id: str
    name: str
    role: Role
    trust: Trust
    context: Context
    capabilities: tuple[str, ...] = ()
    connected: bool = False
    last_seen: float | None = None
    in_step: bool = False
    is_self: bool = False
    admin: bool = False
    undo_until: float | None = None


class RegistryUpdated(Message, frozen=True):
    """The family as it stands now."""

    topic: ClassVar[str] = "device/registry/update"
    audience: ClassVar[Audience] = Audience.HERE
    is_state: ClassVar[bool] = True
    family_id: str
    devices: tuple[DeviceShown, ...]


class RegistryQuery(Message, frozen=True):
    """Which devices are in our family? Answered with ``RegistryUpdated``."""

    topic: ClassVar[str] = "device/registry/query"
    audience: ClassVar[Audience] = Audience.HERE
    is_asked: ClassVar[bool] = True


class Heartbeat(Message, frozen=True):
    """A device is here and available."""

    topic: ClassVar[str] = "device/heartbeat"
    audience: ClassVar[Audience] = Audience.MEMBERS
    device_id: str
    capabilities: tuple[str, ...] = ()
    paused: bool = False


class PairingAsked(Message, frozen=True):
    """A device wants to join; people compare the pictures."""

    topic: ClassVar[str] = "device/pairing/asking"
    audience: ClassVar[Audience] = Audience.HERE
    name: str
    emoji: tuple[str, ...]


class PairingDone(Message, frozen=True):
    """A device joined the family."""

    topic: ClassVar[str] = "device/pairing/joined"
    audience: ClassVar[Audience] = Audience.HERE
    device_id: str
    name: str


class HealthChanged(Message, frozen=True):
    """How the companion is: ``level`` full, limited or offline; ``causes`` are typed words."""

    topic: ClassVar[str] = "device/health"
    audience: ClassVar[Audience] = Audience.HERE
    is_state: ClassVar[bool] = True
    level: str
    causes: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


class SharingPaused(Message, frozen=True):
    """With whom nothing is shared: with everybody, or with some ``devices``.

    ``until`` is when that with everybody ends (Unix s), None if it ends when the owner resumes.
    """

    topic: ClassVar[str] = "device/pause"
    audience: ClassVar[Audience] = Audience.HERE
    is_state: ClassVar[bool] = True
    everybody: bool
    until: float | None = None
    devices: tuple[str, ...] = ()


class BackupChanged(Message, frozen=True):
    """When the last backup was made on this device (Unix s), and how far one is now.

    ``doing``: backup, restore, or nothing; ``done`` of ``total`` facts, seconds left if known.
    """

    topic: ClassVar[str] = "device/backup"
    audience: ClassVar[Audience] = Audience.HERE
    is_state: ClassVar[bool] = True
    made_at: float | None = None
    doing: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None


# ---- sync/ -----------------------------------------------------------------------------------


class SyncRequested(Message, frozen=True):
    """This device asked another for what it missed."""

    topic: ClassVar[str] = "sync/data/request"
    audience: ClassVar[Audience] = Audience.HERE
    device_id: str


class SyncArrived(Message, frozen=True):
    """Another device sent what was missed: ``received`` facts so far of ``expected``."""

    topic: ClassVar[str] = "sync/data/response"
    audience: ClassVar[Audience] = Audience.HERE
    device_id: str
    received: int
    expected: int


class ConflictDetected(Message, frozen=True):
    """Two devices gave a memory or message different texts; a person is asked."""

    topic: ClassVar[str] = "sync/conflict/detected"
    audience: ClassVar[Audience] = Audience.RECORD
    id: str
    kind: str = "memory"
    conversation_id: str | None = None


class ConflictResolved(Message, frozen=True):
    """One text stands now: somebody answered, or the memory or message was forgotten."""

    topic: ClassVar[str] = "sync/conflict/resolved"
    audience: ClassVar[Audience] = Audience.RECORD
    id: str


class QuestionAsked(Message, frozen=True):
    """A device that is not fully trusted would change something; ``questions`` tells what."""

    topic: ClassVar[str] = "sync/question/asked"
    audience: ClassVar[Audience] = Audience.RECORD
    id: str


class QuestionDecided(Message, frozen=True):
    """Somebody has granted or refused what a device wished for."""

    topic: ClassVar[str] = "sync/question/decided"
    audience: ClassVar[Audience] = Audience.RECORD
    id: str


class SyncStatus(Message, frozen=True):
    """How far this device and another are: ``pending`` facts are known to be missing here."""

    topic: ClassVar[str] = "sync/status/update"
    audience: ClassVar[Audience] = Audience.HERE
    device_id: str
    in_step: bool
    pending: int = 0
    received: int = 0
    sent: int = 0


# ---- conversation/ ---------------------------------------------------------------------------


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a conversation; ``timestamp`` in Unix seconds, ids as text."""

    id: str
    conversation_id: str
    role: str
    text: str
    timestamp: float
    device_id: str | None
    speaker: str | None = None
    tags: tuple[str, ...] = ()


class UserSaid(Message, frozen=True):
    """The person said something. Published by a module it is a wish; then it is told to all."""

    topic: ClassVar[str] = "conversation/message/user"
    audience: ClassVar[Audience] = Audience.RECORD
    is_asked: ClassVar[bool] = True
    text: str
    conversation_id: str | None = None
    id: str | None = None
    role: str = "user"
    timestamp: float | None = None
    device_id: str | None = None
    speaker: str | None = None
    tags: tuple[str, ...] = ()
    private: bool = False


class AssistantSaid(UserSaid, frozen=True):
    """The companion said something."""

    topic: ClassVar[str] = "conversation/message/assistant"
    role: str = "assistant"


class MessageChanged(Message, frozen=True):
    """A message, or a whole conversation, has another text, other tags or another privacy.

    ``id`` names it beyond doubt (32 hex digits); what it is now is to be read.
    """

    topic: ClassVar[str] = "conversation/message/changed"
    audience: ClassVar[Audience] = Audience.RECORD
    id: str


class ContextUpdated(Message, frozen=True):
    """A conversation's subject or mood shifted; for devices that may hold the conversation."""

    topic: ClassVar[str] = "conversation/context/update"
    audience: ClassVar[Audience] = Audience.HOLDERS
    is_asked: ClassVar[bool] = True
    conversation_id: str
    subject: str | None = None
    valence: float | None = None
    draft: str | None = None


class JustBetweenUs(Message, frozen=True):
    """Whether a conversation stays on this device: the next one, then that one until it ends.

    Without ``conversation_id`` it has not begun yet.
    """

    topic: ClassVar[str] = "conversation/private"
    audience: ClassVar[Audience] = Audience.HERE
    is_state: ClassVar[bool] = True
    is_on: bool
    conversation_id: str | None = None


class HistoryArrived(Message, frozen=True):
    """Sync brought ``messages`` earlier messages, or an import did."""

    topic: ClassVar[str] = "conversation/history/sync"
    audience: ClassVar[Audience] = Audience.RECORD
    messages: int


# ---- emotion/ --------------------------------------------------------------------------------


class MoodChanged(Message, frozen=True):
    """The companion's mood: valence and arousal −1…1, confidence 0…1.

    Published by a module (``valence`` and, if known, the others) it is an observation to keep.
    """

    topic: ClassVar[str] = "emotion/state/current"
    audience: ClassVar[Audience] = Audience.RECORD
    is_state: ClassVar[bool] = True
    is_asked: ClassVar[bool] = True
    valence: float
    arousal: float = 0.0
    confidence: float = 1.0
    label: str = "unknown"
    contributing_devices: tuple[str, ...] = ()
    because: str | None = None


class MoodObserved(Message, frozen=True):
    """One observation, on whichever device it was made."""

    topic: ClassVar[str] = "emotion/state/history"
    audience: ClassVar[Audience] = Audience.RECORD
    id: str
    valence: float
    arousal: float
    confidence: float
    timestamp: float
    device_id: str | None


class AnalysisRequested(Message, frozen=True):
    """Analyse this text emotionally. Content: it goes to the owner's own devices only."""

    topic: ClassVar[str] = "emotion/analysis/request"
    audience: ClassVar[Audience] = Audience.FULL
    is_asked: ClassVar[bool] = True
    text: str


class AnalysisMade(Message, frozen=True):
    """What an emotional analysis found."""

    topic: ClassVar[str] = "emotion/analysis/result"
    audience: ClassVar[Audience] = Audience.FULL
    is_asked: ClassVar[bool] = True
    valence: float
    arousal: float = 0.0
    confidence: float = 1.0


# ---- memory/ ---------------------------------------------------------------------------------


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """One memory; ``timestamp`` in Unix seconds."""

    id: str
    text: str
    tags: tuple[str, ...]
    privacy: str
    timestamp: float
    device_id: str | None


class MemoryAsked(Message, frozen=True):
    """Remember this. Answered with ``Remembered``."""

    topic: ClassVar[str] = "memory/store/request"
    audience: ClassVar[Audience] = Audience.HERE
    is_asked: ClassVar[bool] = True
    text: str
    tags: tuple[str, ...] = ()
    privacy: str = "family"


class SearchAsked(Message, frozen=True):
    """Find memories and messages about something. ``everywhere`` asks the own devices too."""

    topic: ClassVar[str] = "memory/search/request"
    audience: ClassVar[Audience] = Audience.FULL
    is_asked: ClassVar[bool] = True
    query: str
    limit: int = 10
    everywhere: bool = False


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """Something found: ``kind`` is memory or message, a higher ``score`` fits better."""

    id: str
    kind: str
    text: str
    score: float
    device_id: str | None
    conversation_id: str | None = None


class SearchDone(Message, frozen=True):
    """What a search found, best first."""

    topic: ClassVar[str] = "memory/search/result"
    audience: ClassVar[Audience] = Audience.FULL
    hits: tuple[Hit, ...]


class MemoryChanged(Message, frozen=True):
    """A memory is new, changed, or no longer here (``text`` None)."""

    topic: ClassVar[str] = "memory/sync/update"
    audience: ClassVar[Audience] = Audience.RECORD
    id: str
    text: str | None
    tags: tuple[str, ...] = ()
    privacy: str = "family"
    timestamp: float | None = None
    device_id: str | None = None


class ForgetConfirmed(Message, frozen=True):
    """Devices that have confirmed a forgetting, and those still missing."""

    topic: ClassVar[str] = "memory/forget/receipt"
    audience: ClassVar[Audience] = Audience.RECORD
    id: str
    confirmed_by: tuple[str, ...]
    waiting_for: tuple[str, ...]


# ---- work ------------------------------------------------------------------------------------


class WorkOffered(Message, frozen=True):
    """A local module offers a capability, for example ``semantic_search``."""

    topic: ClassVar[str] = "device/capability/offered"
    audience: ClassVar[Audience] = Audience.HERE
    is_asked: ClassVar[bool] = True
    capability: str
    is_offered: bool = True


TOPICS: dict[str, type[Message]] = {
    kind.topic: kind
    for kind in (
        DeviceAnnounced, DeviceRecognised, RegistryUpdated, RegistryQuery, Heartbeat,
        PairingAsked, PairingDone, HealthChanged, SharingPaused, BackupChanged,
        SyncRequested, SyncArrived, ConflictDetected, ConflictResolved,
        QuestionAsked, QuestionDecided, SyncStatus,
        UserSaid, AssistantSaid, MessageChanged, ContextUpdated, JustBetweenUs, HistoryArrived,
        MoodChanged, MoodObserved, AnalysisRequested, AnalysisMade,
        MemoryAsked, SearchAsked, SearchDone, MemoryChanged, ForgetConfirmed,
        WorkOffered,
    )
}  # fmt: skip
"""Every topic and its message."""


class News(msgspec.Struct, frozen=True):
    """A message on the bus: what, and on which device it happened.

    ``body`` is the typed message, or for topics outside the vocabulary (a module's own)
    whatever map the module published; these never leave the device.
    """

    topic: str
    device_id: str
    body: Message | dict[str, object]


def told(message: Message, device_id: str) -> News:
    """The news of a typed message."""
    return News(type(message).topic, device_id, message)
