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

from mesh.messages.conversation import (
    AssistantSaid,
    ContextUpdated,
    HistoryArrived,
    JustBetweenUs,
    MessageChanged,
    Said,
    UserSaid,
)
from mesh.messages.device import (
    BackupChanged,
    DeviceAnnounced,
    DeviceRecognised,
    DeviceShown,
    HealthChanged,
    Heartbeat,
    PairingAsked,
    PairingDone,
    RegistryQuery,
    RegistryUpdated,
    SharingPaused,
    TransferChanged,
    WorkOffered,
)
from mesh.messages.emotion import AnalysisMade, AnalysisRequested, MoodChanged, MoodObserved
from mesh.messages.kinds import Audience, Message
from mesh.messages.memory import (
    ForgetConfirmed,
    Hit,
    MemoryAsked,
    MemoryChanged,
    Remembered,
    SearchAsked,
    SearchDone,
)
from mesh.messages.news import News, told
from mesh.messages.sync import (
    ConflictDetected,
    ConflictResolved,
    QuestionAsked,
    QuestionDecided,
    SyncArrived,
    SyncRequested,
    SyncStatus,
)

__all__ = [
    "TOPICS",
    "AnalysisMade",
    "AnalysisRequested",
    "AssistantSaid",
    "Audience",
    "BackupChanged",
    "ConflictDetected",
    "ConflictResolved",
    "ContextUpdated",
    "DeviceAnnounced",
    "DeviceRecognised",
    "DeviceShown",
    "ForgetConfirmed",
    "HealthChanged",
    "Heartbeat",
    "HistoryArrived",
    "Hit",
    "JustBetweenUs",
    "MemoryAsked",
    "MemoryChanged",
    "Message",
    "MessageChanged",
    "MoodChanged",
    "MoodObserved",
    "News",
    "PairingAsked",
    "PairingDone",
    "QuestionAsked",
    "QuestionDecided",
    "RegistryQuery",
    "RegistryUpdated",
    "Remembered",
    "Said",
    "SearchAsked",
    "SearchDone",
    "SharingPaused",
    "SyncArrived",
    "SyncRequested",
    "SyncStatus",
    "TransferChanged",
    "UserSaid",
    "WorkOffered",
    "told",
]

TOPICS: dict[str, type[Message]] = {
    kind.topic: kind
    for kind in (
        DeviceAnnounced, DeviceRecognised, RegistryUpdated, RegistryQuery, Heartbeat,
        PairingAsked, PairingDone, HealthChanged, SharingPaused, BackupChanged,
        TransferChanged,
        SyncRequested, SyncArrived, ConflictDetected, ConflictResolved,
        QuestionAsked, QuestionDecided, SyncStatus,
        UserSaid, AssistantSaid, MessageChanged, ContextUpdated, JustBetweenUs, HistoryArrived,
        MoodChanged, MoodObserved, AnalysisRequested, AnalysisMade,
        MemoryAsked, SearchAsked, SearchDone, MemoryChanged, ForgetConfirmed,
        WorkOffered,
    )
}  # fmt: skip
"""Every topic and its message."""
