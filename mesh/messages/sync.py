"""``sync/``: how far the devices are in step, and what a person is asked."""

from __future__ import annotations

from typing import ClassVar

from mesh.messages.kinds import Audience, Message
from mesh.model.sparing import Why


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
    """How far this device and another are: ``pending`` facts are known to be missing here.

    ``seconds_left`` until they are here, if known; ``waits``: for what the rest waits.
    """

    topic: ClassVar[str] = "sync/status/update"
    audience: ClassVar[Audience] = Audience.HERE
    device_id: str
    in_step: bool
    pending: int = 0
    received: int = 0
    sent: int = 0
    seconds_left: float | None = None
    waits: Why | None = None
