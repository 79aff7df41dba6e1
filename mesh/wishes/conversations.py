"""What is said, and reading it."""

from __future__ import annotations

from mesh.wishes.kinds import Shown, Wish


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
