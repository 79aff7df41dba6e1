"""What the owner can ask of a node: the typed wishes that windows and the command line send.

A wish travels over the owner's endpoint of the door as a map with its name under ``wish``. The
answer is a result (a struct of this file or of ``messages``, or a list of them), preceded by
any number of events (``progress``, ``asking`` …).
"""

from __future__ import annotations

import msgspec

from mesh.messages import DeviceShown
from mesh.model.device import Role, Trust


class Wish(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="wish", forbid_unknown_fields=True
):
    """Something the owner asks for."""


class Status(Wish, frozen=True, tag="status"):
    """How is this device? Answer: StatusShown."""


class Stop(Wish, frozen=True, tag="stop"):
    """End the node cleanly. Answer: Done."""


class Devices(Wish, frozen=True, tag="devices"):
    """Who is in the family? Answer: list of DeviceShown."""


class Invite(Wish, frozen=True, tag="invite"):
    """Open a pairing window. Answer: DeviceJoined.

    Events: InviteOpened, CodeTried, PairingAsking, PairingWithdrawn, MeetingAsked. ``agrees``:
    to the first meeting, whatever it brings.
    """

    trust: Trust = Trust.FULL
    role: Role | None = None
    name: str | None = None
    minutes: float = 3.0
    agrees: bool = False


class Join(Wish, frozen=True, tag="join"):
    """Join a family by link or code. Answer: FamilyJoined.

    Events: JoinBegun, PairingAsking, MeetingAsked. ``agrees`` as with Invite.
    """

    invitation: str
    at: str | None = None
    name: str | None = None
    agrees: bool = False


class Answer(Wish, frozen=True, tag="answer"):
    """Do the pictures match, shall they become one? For the run that asked. Answer: Done."""

    run: str
    yes: bool


class Meet(Wish, frozen=True, tag="meet"):
    """Agree to a first meeting that waits, or part again; without ``yes`` just look.

    Answer: MeetingShown.
    """

    device: str
    yes: bool | None = None


class Part(Wish, frozen=True, tag="part"):
    """Undo that a device joined, within a day; without ``yes`` just count what that does.

    Without a device it is this one. What it brought goes back with it, what came from the
    family stays there. Answer: PartingShown.
    """

    device: str | None = None
    yes: bool = False


class Cancel(Wish, frozen=True, tag="cancel"):
    """Stop a running wish (its ``run``), keeping what is done. Answer: Done."""

    run: str


class SetTrust(Wish, frozen=True, tag="trust"):
    """Set how far a device is trusted. Answer: DeviceShown."""

    device: str
    trust: Trust


class Rename(Wish, frozen=True, tag="rename"):
    """Name a device. Answer: DeviceShown."""

    device: str
    name: str


class SetRole(Wish, frozen=True, tag="role"):
    """Say what a device is to the companion. Answer: DeviceShown."""

    device: str
    role: Role


class Revoke(Wish, frozen=True, tag="revoke"):
    """Remove a device for good. Answer: DeviceShown (as it was).

    ``hours``: what it changed of others' words in the last so many hours does not count
    either, so that what it forgot comes back where it is still held.
    """

    device: str
    hours: float | None = None


class Leave(Wish, frozen=True, tag="leave"):
    """Leave the family; this device goes on as a family of one. Answer: FamilyJoined."""


class Say(Wish, frozen=True, tag="say"):
    """Say something. Answer: Said."""

    text: str
    conversation: str | None = None
    role: str = "user"
    tags: tuple[str, ...] = ()
    private: bool = False


class BetweenUs(Wish, frozen=True, tag="between-us"):
    """Keep the next conversation on this device, or share again. Answer: JustBetweenUs."""

    is_on: bool


class Conversations(Wish, frozen=True, tag="conversations"):
    """List the conversations, newest first. Answer: list of ConversationShown."""


class Show(Wish, frozen=True, tag="show"):
    """The messages of a conversation (id or unique prefix). Answer: list of Said."""

    conversation: str


class BrowseConversations(Wish, frozen=True, tag="browse-conversations"):
    """A page of the conversations, the one spoken in last first. Answer: ConversationPage.

    ``before`` and ``after``: cursors of an earlier page.
    """

    before: str | None = None
    after: str | None = None
    limit: int = 50


class BrowseMessages(Wish, frozen=True, tag="browse-messages"):
    """A page of a conversation, earliest first; the last one without a cursor.

    ``around``: the id of a message to have in the middle. Answer: MessagePage.
    """

    conversation: str
    before: str | None = None
    after: str | None = None
    around: str | None = None
    limit: int = 50


class BrowseMemories(Wish, frozen=True, tag="browse-memories"):
    """A page of the memories (of a tag, of a privacy), newest first. Answer: MemoryPage."""

    before: str | None = None
    after: str | None = None
    around: str | None = None
    tag: str | None = None
    privacy: str | None = None
    limit: int = 50


class History(Wish, frozen=True, tag="history"):
    """Every text a memory or message ever had, latest first. Answer: list of TextShown."""

    id: str


class Remember(Wish, frozen=True, tag="remember"):
    """Keep a memory. Answer: Remembered."""

    text: str
    tags: tuple[str, ...] = ()
    privacy: str = "family"


class Memories(Wish, frozen=True, tag="memories"):
    """List the memories, newest first. Answer: list of Remembered."""


class Revise(Wish, frozen=True, tag="revise"):
    """Give a memory or message a new text. Answer: Remembered or Said."""

    id: str
    text: str


class Relabel(Wish, frozen=True, tag="relabel"):
    """Change how widely a memory, message or conversation is shared. Answer: Done."""

    id: str
    privacy: str


class Retag(Wish, frozen=True, tag="retag"):
    """Add and remove tags of a memory or message. Answer: Remembered or Said."""

    id: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class Forget(Wish, frozen=True, tag="forget"):
    """Forget something for good, or ask how far it is. Answer: ForgetShown."""

    id: str


class Forgettings(Wish, frozen=True, tag="forgettings"):
    """What did this device forget that others have not confirmed? The latest ones, first.

    Answer: list of ForgettingShown.
    """


class Conflicts(Wish, frozen=True, tag="conflicts"):
    """What must people settle? Answer: list of ConflictShown."""


class Resolve(Wish, frozen=True, tag="resolve"):
    """Settle a contradiction: by a side (its number or id) or by a text of one's own.

    Answer: Remembered or Said.
    """

    id: str
    choice: str | None = None
    text: str | None = None


class Questions(Wish, frozen=True, tag="questions"):
    """What do devices wish that have no right to it? Answer: list of QuestionShown."""


class Decide(Wish, frozen=True, tag="decide"):
    """Grant such a wish, or refuse it; ``id`` as ``questions`` shows it. Answer: Done."""

    id: str
    yes: bool


class Feel(Wish, frozen=True, tag="feel"):
    """Keep an observation of mood. Answer: MoodShown."""

    valence: float
    arousal: float | None = None
    confidence: float | None = None
    because: str | None = None


class Mood(Wish, frozen=True, tag="mood"):
    """How does the companion feel? Answer: MoodShown."""

    why: bool = False


class Import(Wish, frozen=True, tag="import"):
    """Take in real history from a file. Events: Progress. Answer: ImportDone."""

    path: str
    format: str = "auto"


class Export(Wish, frozen=True, tag="export"):
    """Write history to a file. Events: Progress. Answer: ExportDone."""

    path: str
    format: str = "jsonl"
    kind: str = "conversations"


class Backup(Wish, frozen=True, tag="backup"):
    """Write all that is here into one closed file. Events: Progress. Answer: BackupDone."""

    path: str
    passphrase: str


class Restore(Wish, frozen=True, tag="restore"):
    """Merge a backup into what is here. Events: Progress. Answer: RestoreDone.

    A device that is alone gets new keys by that and goes on for the one that made the backup.
    """

    path: str
    passphrase: str


class Search(Wish, frozen=True, tag="search"):
    """Find memories and messages. Answer: list of Hit."""

    query: str
    everywhere: bool = False
    limit: int = 10


class Publish(Wish, frozen=True, tag="publish"):
    """Put a message on the bus by hand. Answer: News as a map."""

    topic: str
    body: dict[str, object]


class Request(Wish, frozen=True, tag="request"):
    """Ask by hand, here or on a device. Answer: News as a map."""

    topic: str
    body: dict[str, object]
    device: str | None = None
    seconds: float = 10.0


class Sync(Wish, frozen=True, tag="sync"):
    """Catch up now; ``wait`` seconds: until in step. Events: Progress. Answer: SyncDone."""

    device: str | None = None
    wait: float | None = None


class Health(Wish, frozen=True, tag="health"):
    """How is the companion? Answer: HealthShown."""


class Pause(Wish, frozen=True, tag="pause"):
    """Stop sharing, with one device or all, for a while or for good. Answer: PauseShown."""

    device: str | None = None
    minutes: float | None = None


class Resume(Wish, frozen=True, tag="resume"):
    """Share again. Answer: PauseShown."""

    device: str | None = None


class Policy(Wish, frozen=True, tag="policy"):
    """What is shared with whom? Answer: PolicyShown."""


class SetPolicy(Wish, frozen=True, tag="policy-set"):
    """Choose what is shared, for the family or one device; ``default`` takes a choice back.

    ``key`` may begin with a trust level: ``limited.memory_access``. Answer: PolicyShown.
    """

    key: str
    value: str
    device: str | None = None


class PreviewPolicy(Wish, frozen=True, tag="policy-preview"):
    """What will a device know? Answer: PreviewShown.

    As things stand, or with another trust level and other choices (key → value, for that
    device). ``samples``: so many of each kind and fate.
    """

    device: str
    trust: Trust | None = None
    choices: dict[str, str] = {}
    samples: int = 0


class Traits(Wish, frozen=True, tag="traits"):
    """What is the companion like? Answer: list of TraitShown."""


class SetTrait(Wish, frozen=True, tag="trait"):
    """Say what the companion is like. Answer: TraitShown."""

    name: str
    text: str


class RecoveryPhrase(Wish, frozen=True, tag="recovery-phrase"):
    """Show the recovery words, or erase them once three (position → word) are confirmed."""

    confirm: dict[str, str] | None = None


# ---- answers and events ----------------------------------------------------------------------


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a node answers."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """What a node tells while a wish is running, and the answers that are called events."""


class Done(Shown, frozen=True):
    """It is done."""

    done: bool = True


class DoorShown(Shown, frozen=True):
    """ZeroMQ endpoints of the local bus."""

    publish: str
    subscribe: str
    request: str


class Met(Shown, frozen=True):
    """Of one kind: so many here, so many there, so many of these the same."""

    here: int
    there: int
    same: int


class MeetingShown(Shown, frozen=True):
    """A first meeting that waits. ``agreed``: here, so that it waits for the other owner.

    The counts are None until the two devices have compared what they have.
    """

    device_id: str
    name: str
    agreed: bool = False
    here: int | None = None
    there: int | None = None
    same: int | None = None
    to_settle: int | None = None
    lost: int = 0
    kinds: dict[str, Met] = {}


class PartingShown(Shown, frozen=True):
    """The undoing of a first meeting.

    ``here``, ``there``: how many things of each kind are given back on this device and on the
    other side. ``is_in_reach``: whether the other side hears of it now. ``is_level``, once it
    is done: whether all that was outstanding between the two was exchanged before.
    """

    device_id: str
    name: str
    is_self: bool
    ends: float
    is_in_reach: bool
    here: dict[str, int] = {}
    there: dict[str, int] = {}
    is_done: bool = False
    is_level: bool = False


class StatusShown(Shown, frozen=True):
    """This device and its links. ``pending``: facts known to be missing here."""

    device_id: str | None
    name: str | None
    running: bool
    port: int | None = None
    door: DoorShown | None = None
    in_step: bool = False
    pending: int = 0
    devices: tuple[DeviceShown, ...] = ()
    family_id: str | None = None
    paused: bool = False
    recovery_confirmed: bool = False
    log: str | None = None
    profile: str | None = None
    keystore: str | None = None
    version: str | None = None
    refused: dict[str, int] = {}
    meetings: tuple[MeetingShown, ...] = ()


class InviteOpened(Event, frozen=True, tag="invite"):
    """A pairing window is open until ``expires_at`` (Unix s); the code is good at ``at``."""

    run: str
    link: str
    code: str
    at: str
    expires_at: float


class CodeTried(Event, frozen=True, tag="tried"):
    """Somebody typed a wrong code; the code of this window is good for ``left`` more tries."""

    run: str
    left: int


class JoinBegun(Event, frozen=True, tag="calling"):
    """The inviting device is looked for at these hosts."""

    run: str
    hosts: tuple[str, ...]


class PairingAsking(Event, frozen=True, tag="asking"):
    """Compare the seven pictures on both screens, then answer. ``name``: the other side's.

    ``trust``: how far the joining device will be trusted. ``is_same_family``: it is in this
    family already, and going on mends a pairing that broke.
    """

    run: str
    name: str
    emoji: tuple[str, ...]
    emoji_names: tuple[str, ...]
    trust: Trust
    is_same_family: bool = False


class MeetingAsked(Event, frozen=True, tag="meeting"):
    """What becomes of both pasts, before anything flows: answer whether it shall.

    So many things would flow from here and from the other device, so many both have, so many
    will contradict each other; none is lost. ``kinds``: the same by kind.
    """

    run: str
    device_id: str
    name: str
    here: int
    there: int
    same: int
    to_settle: int
    lost: int = 0
    kinds: dict[str, Met] = {}


class PairingWithdrawn(Event, frozen=True, tag="withdrawn"):
    """The device that was asked about is gone; the window is still open."""

    run: str


class DeviceJoined(Event, frozen=True, tag="joined"):
    """A device joined this family."""

    device_id: str
    name: str


class FamilyJoined(Event, frozen=True, tag="joined"):
    """This device belongs to that family now."""

    family_id: str
    device_id: str
    name: str


class Progress(Event, frozen=True, tag="progress"):
    """How far a long wish is: ``done`` of ``total`` units, seconds left if known."""

    run: str
    done: int
    total: int
    seconds_left: float | None = None


class ConversationShown(Shown, frozen=True):
    """A conversation: times in Unix seconds."""

    conversation_id: str
    messages: int
    first: float
    last: float
    last_text: str


class ConversationHead(Shown, frozen=True):
    """A conversation in a list: its first and last words, shortened; times in Unix seconds.

    ``privacy``: of the whole conversation; ``device_id``: where its last message was said;
    ``place``: its cursor.
    """

    conversation_id: str
    object_id: str
    place: str
    title: str
    last_text: str
    messages: int
    first: float
    last: float
    device_id: str | None
    privacy: str


class MessageLine(Shown, frozen=True):
    """A message in a page. ``object_id`` names it beyond doubt, ``id`` is the public one.

    ``place``: its cursor.
    """

    object_id: str
    place: str
    id: str
    conversation_id: str
    role: str
    text: str
    timestamp: float
    device_id: str | None
    speaker: str | None
    tags: tuple[str, ...]
    privacy: str
    is_revised: bool


class MemoryLine(Shown, frozen=True):
    """A memory in a page; ``place`` is its cursor."""

    object_id: str
    place: str
    text: str
    tags: tuple[str, ...]
    privacy: str
    timestamp: float
    device_id: str | None
    is_revised: bool


class ConversationPage(Shown, frozen=True):
    """``newer`` and ``older``: where the next page that way begins; None: there is none."""

    rows: tuple[ConversationHead, ...]
    newer: str | None = None
    older: str | None = None


class MessagePage(Shown, frozen=True):
    """Messages, earliest first. The cursors: as in ``ConversationPage``."""

    rows: tuple[MessageLine, ...]
    newer: str | None = None
    older: str | None = None


class MemoryPage(Shown, frozen=True):
    """Memories, newest first. The cursors: as in ``ConversationPage``."""

    rows: tuple[MemoryLine, ...]
    newer: str | None = None
    older: str | None = None


class TextShown(Shown, frozen=True):
    """A text that something has or had, and where and when it was written."""

    text: str
    timestamp: float
    device_id: str | None


class ForgetShown(Shown, frozen=True):
    """Who has confirmed a forgetting, who is missing, who is gone and kept what it had."""

    id: str
    confirmed_by: tuple[str, ...]
    waiting_for: tuple[str, ...]
    gone: tuple[str, ...] = ()
    is_wish: bool = False
    """Hidden here only: it is another's, and a person on a full device is asked."""


class ForgettingShown(ForgetShown, frozen=True, kw_only=True):
    """How far a forgetting of this device is; ``kind`` as in QuestionShown, time in Unix s."""

    kind: str
    timestamp: float


class SideShown(Shown, frozen=True):
    """One text of a contradiction: its number, its id, who wrote it and when (Unix s)."""

    choice: str
    side: str
    text: str
    device_id: str | None
    timestamp: float


class ConflictShown(Shown, frozen=True):
    """A memory or message that was given different texts; ``shown`` is the one that stands."""

    id: str
    kind: str
    shown: str
    choices: tuple[SideShown, ...]
    conversation_id: str | None = None


class QuestionShown(Shown, frozen=True):
    """What another device would change, and a person must decide; ``timestamp`` in Unix s.

    ``about``: the id of the ``kind`` (memory, message, mood, conversation) whose text is
    ``shown``. ``what``: forget, text, privacy, tag, untag, reason; ``wanted``: to what.
    ``device_id``: who wishes it. Of the kind burst, ``wanted`` is how many things that device
    forgot at once; ``about`` is its id.
    """

    id: str
    about: str
    kind: str
    what: str
    shown: str
    device_id: str | None
    timestamp: float
    wanted: str | None = None


class ReasonShown(Shown, frozen=True):
    """One observation behind the mood; ``weight`` 0…1 of the whole."""

    device_id: str | None
    valence: float
    arousal: float
    confidence: float
    timestamp: float
    weight: float
    because: str | None = None


class MoodShown(Shown, frozen=True):
    """The mood: valence, arousal −1…1, confidence 0…1."""

    valence: float
    arousal: float
    confidence: float
    label: str
    contributing_devices: tuple[str, ...]
    why: tuple[ReasonShown, ...] | None = None


class BadPart(Shown, frozen=True):
    """Something in a file that could not be taken in, and why not, in a sentence.

    ``line``: the number of the line or item; the rest as far as it is known.
    """

    why: str
    line: int | None = None
    conversation: str | None = None
    title: str | None = None
    message: str | None = None


class ImportDone(Shown, frozen=True):
    """What an import did, of a file in this ``format``.

    ``left_out``: what nobody said, hidden notes and the like. ``bad_parts``: the first hundred
    that could not be read; ``bad_lines``: their numbers.
    """

    imported: int
    skipped: int
    conversations: int
    seconds: float
    bad: int = 0
    bad_lines: tuple[int, ...] = ()
    cancelled: bool = False
    format: str = "jsonl"
    left_out: int = 0
    bad_parts: tuple[BadPart, ...] = ()


class ExportDone(Shown, frozen=True):
    """What an export wrote."""

    exported: int
    seconds: float


class BackupDone(Shown, frozen=True):
    """A backup is on the disk; ``backed_up`` facts, ``size`` in bytes, ``made_at`` Unix s."""

    backed_up: int
    size: int
    seconds: float
    made_at: float


class RestoreDone(Shown, frozen=True):
    """What a restore did: facts that are new here, were known, or have no right here.

    ``made_at`` (Unix s), ``made_on``: when, and on which device, the backup was made.
    ``new_device``: whether this device has new keys now, ``device_id`` being its new id.
    """

    restored: int
    known: int
    refused: int
    seconds: float
    made_at: float
    made_on: str
    device_id: str
    new_device: bool = False
    cancelled: bool = False


class SyncDone(Shown, frozen=True):
    """How a catch-up ended with all that answered; ``missing`` names those that did not."""

    in_step: bool
    sent: int
    received: int
    seconds: float
    missing: tuple[str, ...] = ()


class DeviceHealth(Shown, frozen=True):
    """What one device can do for the companion now."""

    device_id: str
    name: str
    connection: str
    capabilities: tuple[str, ...]
    conversation_ready: bool
    memory_access: bool
    emotional_awareness: bool


class HealthShown(Shown, frozen=True):
    """How the companion is, in words and in parts; ``level``: full, limited or offline."""

    summary: str
    level: str
    capabilities: tuple[str, ...]
    devices: tuple[DeviceHealth, ...]
    causes: tuple[str, ...] = ()


class PauseShown(Shown, frozen=True):
    """Whether sharing is paused, and until when (Unix seconds; None: until resumed)."""

    paused: bool
    until: float | None = None
    devices: tuple[str, ...] = ()


class DevicePolicy(Shown, frozen=True):
    """What counts for one device; ``chosen``: what was chosen for it alone."""

    device_id: str
    name: str
    trust: Trust
    values: dict[str, str]
    chosen: tuple[str, ...] = ()


class PolicyShown(Shown, frozen=True):
    """What counts: key → value, for the family, by trust level, by device.

    ``chosen``: what was chosen itself for the family and a trust level, target → keys.
    ``holds``: what this device may have, kind → level. ``restricted``: what its own settings
    file restricts; ``mistake``: what is wrong in there, its former content counts.
    """

    family: dict[str, str]
    full: dict[str, str]
    limited: dict[str, str]
    devices: tuple[DevicePolicy, ...] = ()
    chosen: dict[str, tuple[str, ...]] = {}
    holds: dict[str, str] = {}
    restricted: dict[str, str] = {}
    mistake: str | None = None
    may_choose: bool = False


class SampleShown(Shown, frozen=True):
    """One thing of a preview; ``fate``: would_send, withheld or would_withdraw."""

    id: str
    kind: str
    fate: str
    text: str


class PreviewShown(Shown, frozen=True):
    """What one device will know: how many things of each kind, those it wrote itself apart.

    ``would_withdraw``: of ``withheld``, what it may have now and would have to give back, as
    far as its present window reaches.
    """

    device_id: str
    would_send: dict[str, int]
    withheld: dict[str, int]
    would_withdraw: dict[str, int]
    samples: tuple[SampleShown, ...] = ()


class TraitShown(Shown, frozen=True):
    """One trait of the companion; ``timestamp`` in Unix seconds."""

    name: str
    text: str
    timestamp: float


class RecoveryShown(Shown, frozen=True):
    """The recovery words while they are not confirmed, and the three positions asked for."""

    confirmed: bool
    words: tuple[str, ...] = ()
    ask: tuple[int, ...] = ()


AnyWish = (
    Status | Stop | Devices | Invite | Join | Answer | Meet | Part | Cancel | SetTrust
    | Rename | SetRole | Revoke | Leave | Say | BetweenUs | Conversations | Show
    | BrowseConversations | BrowseMessages | BrowseMemories | History | Remember | Memories
    | Revise | Relabel | Retag | Forget | Forgettings | Conflicts | Resolve | Questions
    | Decide | Feel | Mood | Import | Export | Backup | Restore | Search | Publish | Request
    | Sync | Health | Pause | Resume | Policy | SetPolicy | PreviewPolicy | Traits | SetTrait
    | RecoveryPhrase
)  # fmt: skip
"""Every wish; what the owner's endpoint accepts."""
