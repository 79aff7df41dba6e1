"""Every way this device's owner changes what the companion knows.

wish ─▶ checked (terms.py) ─▶ one write job: facts minted, taken in ─▶ committed
                                                   │             └─▶ on_outcome (the loop)
                                                   └─▶ on_certain: what is new and has nothing
                                                       before it goes to the others meanwhile
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mesh.companion import terms
from mesh.companion.belonging import next_place
from mesh.companion.draft import Draft
from mesh.companion.subject import Subject
from mesh.errors import BadInput, NotPermitted
from mesh.messages import Remembered, Said
from mesh.model import fact as facts
from mesh.model.aside import NOT_ASIDE
from mesh.model.fact import (
    FactKind,
    Level,
    Memory,
    ObjectKind,
    Observation,
    Setting,
    Trait,
    Turn,
    Words,
)
from mesh.storage import finding, reading
from mesh.storage.commits import Decided, Joint
from mesh.storage.objects import Connection, ObjectRow, Outcome, Rules, State, object_by_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from mesh.companion.author import Author
    from mesh.companion.discretion import Discretion
    from mesh.model.aside import Aside
    from mesh.storage.database import Database

T = TypeVar("T")

MICROS = 1_000_000


class Writing:
    """Writes facts of this device. ``on_outcome`` is called on the loop after each commit.

    ``on_certain`` is called right before it, if it is certain by then what will be committed.
    """

    def __init__(
        self,
        database: Database,
        author: Author,
        rules: Callable[[], Rules],
        on_outcome: Callable[[Outcome], None],
        discretion: Discretion,
        *,
        on_certain: Callable[[Outcome], None],
    ) -> None:
        self._discretion = discretion
        self._database = database
        self._author = author
        self._rules = rules
        self._on_outcome = on_outcome
        self._on_certain = on_certain

    async def _write(self, job: Callable[[Draft], T], *, synced: bool = False) -> T:
        rules = self._rules()

        def run(connection: Connection) -> tuple[T, Outcome]:
            draft = Draft(connection, self._author, rules)
            result = job(draft)
            return result, draft.finish()

        def written(done: tuple[T, Outcome]) -> None:
            self._on_outcome(done[1])

        result, _ = await self._database.write(run, synced=synced, then=written)
        return result

    async def _begin(self, job: Callable[[Draft], T]) -> T:
        """Write a new thing: one fact mostly, of which nothing is here yet.

        Many at once are one draft; the first of them has what came of all.
        """
        rules, author, known = self._rules(), self._author, self._database.known

        def decide(connection: Connection) -> Decided[tuple[T, Outcome | None]]:
            draft = Draft(connection, author, rules, known)
            result = job(draft)
            left = draft.settle()
            return Decided((result, left.result), left.write, left.is_certain, left.keep)

        def begin_all(
            connection: Connection, jobs: list[Callable[[Draft], T]]
        ) -> list[tuple[T, Outcome | None]]:
            draft = Draft(connection, author, rules)
            first, *others = [one(draft) for one in jobs]
            return [(first, draft.finish()), *((other, None) for other in others)]

        result, _ = await self._database.write_soon(
            decide,
            tell=lambda done: self._on_certain(done[1]) if done[1] else None,
            then=lambda done: self._on_outcome(done[1]) if done[1] else None,
            joint=Joint(job, rules, begin_all),
        )
        return result

    def _level(self, wanted: int, tags: Collection[str]) -> int:
        return terms.level_with(wanted, tags, self._rules().private_tags) if tags else wanted

    async def _find(self, text: str) -> bytes:
        row = await self._database.read(lambda sql: finding.find_object(sql, text))
        return row.id

    # ---- new things --------------------------------------------------------------------------

    async def say(
        self,
        text: str,
        *,
        conversation: str | None = None,
        role: str = "user",
        tags: Iterable[str] = (),
        private: bool = False,
    ) -> Said:
        """Say something: in this conversation (new if there is none by that id), or going on.

        Without a conversation the newest goes on if its last message is less than half an hour
        old. What is just between us stays here, and so does what goes on in a conversation of
        which nothing ever left. BadInput, TooLarge; NotFound when it was forgotten.
        """
        if role not in terms.ROLES:
            raise BadInput("A message is said by the user or the assistant.")
        words, labels = terms.text(text), terms.tags(tags)
        name = None if conversation is None else terms.conversation(conversation)
        level = self._level(Level.PRIVATE if private else Level.FAMILY, labels)
        line = Turn(name or "", role, words, 0, tags=labels)
        if not self._discretion.is_on:
            return await self._say(line, level, NOT_ASIDE)
        async with self._discretion.saying() as aside:
            said = await self._say(line, level, aside)
            if aside.keeps(said.conversation_id):
                await self._discretion.said(said.conversation_id)
        return said

    async def _say(self, line: Turn, level: int, aside: Aside) -> Said:
        """Write a line: now, and where it belongs if it does not say."""

        def job(draft: Draft) -> tuple[ObjectRow, Turn]:
            shown = self._author.now()
            where = line.conversation or next_place(draft, aside, shown)
            home = draft.row(facts.conversation_object(where))
            stays = aside.keeps(where) or draft.is_all_here(home)
            turn = Turn(where, line.role, line.text, shown, tags=line.tags)
            counted = max(level, home.level if home else 0, Level.HERE if stays else 0)
            return draft.begin(ObjectKind.TURN, counted, turn), turn

        row, turn = await self._begin(job)
        return Said(
            id=facts.text_of_id(row.id), conversation_id=turn.conversation, role=turn.role,
            text=turn.text, timestamp=turn.shown / MICROS, device_id=self._author.device_id,
            tags=tuple(sorted(turn.tags)),
        )  # fmt: skip

    async def remember(
        self, text: str, *, tags: Iterable[str] = (), privacy: str = "family"
    ) -> Remembered:
        """Keep a memory. BadInput, TooLarge."""
        words, labels = terms.text(text), terms.tags(tags)
        level = self._level(terms.level(privacy), labels)

        def job(draft: Draft) -> tuple[ObjectRow, int]:
            shown = self._author.now()
            return draft.begin(ObjectKind.MEMORY, level, Memory(words, labels, shown)), shown

        row, shown = await self._begin(job)
        return Remembered(
            id=facts.text_of_id(row.id), text=words, tags=tuple(sorted(labels)),
            privacy=terms.level_name(level), timestamp=shown / MICROS,
            device_id=self._author.device_id,
        )  # fmt: skip

    async def feel(
        self,
        valence: float,
        *,
        arousal: float = 0.0,
        confidence: float = 1.0,
        because: str | None = None,
    ) -> bytes:
        """Keep an observation of mood; returns its id. BadInput when out of bounds."""
        terms.within(valence, -1, 1, "Valence")
        terms.within(arousal, -1, 1, "Arousal")
        terms.within(confidence, 0, 1, "Confidence")
        reason = None if because is None else Words(terms.text(because))

        def job(draft: Draft) -> bytes:
            shown = self._author.now()
            felt = Observation(float(valence), float(arousal), float(confidence), shown)
            row = draft.begin(ObjectKind.OBSERVATION, Level.FAMILY, felt)
            if reason is not None:
                subject = Subject(row, [], None)
                draft.add(FactKind.REASON, subject, reason, level=Level.FAMILY)
            return row.id

        return await self._begin(job)

    async def declare(self, kind: ObjectKind, content: Trait | Setting) -> None:
        """Say a trait or a setting anew. NotPermitted when that is not this device's right."""
        await self._write(lambda draft: draft.declare(kind, content, Level.FAMILY))

    async def look_again(self, identities: Collection[bytes]) -> None:
        """See these objects anew: what may be held here, or what is private, has changed."""
        await self._write(lambda draft: draft.look_again(identities))

    # ---- changes -----------------------------------------------------------------------------

    async def revise(self, identity: str, text: str) -> bytes:
        """Give a memory or message a new text; its object id. NotFound, AmbiguousName."""
        words = Words(terms.text(text))
        found = await self._find(identity)

        def job(draft: Draft) -> None:
            subject = _with_text(draft.shown(found))
            draft.add(FactKind.TEXT, subject, words, sees=subject.text_heads)

        await self._write(job)
        return found

    async def answer(self, identity: str, choose: Callable[[Subject], str]) -> bytes:
        """End a contradiction with the text that ``choose`` gives; the object's id."""
        found = await self._find(identity)

        def job(draft: Draft) -> None:
            subject = _with_text(draft.shown(found))
            words = Words(choose(subject))
            draft.add(FactKind.ANSWER, subject, words, sees=subject.text_heads)

        await self._write(job)
        return found

    async def retag(
        self, identity: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> bytes:
        """Put tags on and take tags off; returns the object id.

        A private tag makes the object private too; taking it off does not share it again.
        """
        put, taken = terms.tags(add), terms.tags(remove)
        found = await self._find(identity)

        def job(draft: Draft) -> None:
            subject = _with_text(draft.shown(found))
            if draft.is_private(put) and subject.level < Level.PRIVATE:
                draft.relabel(subject, Level.PRIVATE)
            for tag in taken:
                if subject.puts(tag):
                    draft.untag(subject, tag)
            for tag in put:
                draft.tag(subject, tag)
            terms.tags({*subject.tags, *put})

        await self._write(job)
        return found

    async def relabel(self, identity: str, privacy: str) -> bytes:
        """Share a memory, message or conversation more or less widely; its object id."""
        level = terms.level(privacy)
        found = await self._find(identity)

        def job(draft: Draft) -> None:
            subject = draft.shown(found)
            if level < Level.PRIVATE and draft.is_private(subject.tags):
                raise BadInput("It has a tag that keeps it private; take that off first.")
            draft.relabel(subject, level)

        await self._write(job)
        return found

    # ---- forgetting --------------------------------------------------------------------------

    async def forget(self, identity: str) -> bytes:
        """Forget a message, memory, observation or conversation for good; its object id.

        Asked again nothing new is written. What another wrote only a full device may forget;
        others hide it, and ask a person there.
        """
        found = await self._find(identity)

        def job(draft: Draft) -> None:
            subject = draft.subject(found)
            if subject.row.state != State.FORGOTTEN:
                draft.forget(subject)

        await self._write(job, synced=True)
        return found

    async def forget_too(self, identities: Collection[bytes]) -> int:
        """Agree to what another device forgot and is held back here; returns how many."""

        def job(draft: Draft) -> int:
            subjects = [draft.subject(identity) for identity in identities]
            held_back = [one for one in subjects if one.row.state == State.HELD_BACK]
            for subject in held_back:
                if not draft.may_rule(subject.row):
                    raise NotPermitted
                draft.forget(subject)
            return len(held_back)

        return await self._write(job, synced=True)

    async def confirm(self, identities: Collection[bytes] | None = None) -> int:
        """Write this device's receipts for what others forgot; returns how many.

        Without ids (at a start) for whatever still lacks one.
        """
        wanted = None if identities is None else frozenset(identities)
        if wanted is not None and not wanted:
            return 0

        def job(draft: Draft) -> int:
            rows = _unconfirmed(draft, wanted)
            for row in rows:
                draft.confirm(Subject.of(draft.connection, row))
            return len(rows)

        return await self._write(job, synced=True)

    async def decide(self, identity: bytes, wish: bytes, *, yes: bool) -> None:
        """Grant or refuse what a device without the right wished of an object.

        NotFound when it was decided already, NotPermitted when this device may not either.
        """

        def job(draft: Draft) -> None:
            subject = draft.subject(identity)
            if not draft.may_rule(subject.row):
                raise NotPermitted
            draft.decide(subject, wish, yes=yes)

        await self._write(job, synced=True)

    async def guard(
        self, identities: Collection[bytes], is_member: Callable[[bytes], bool]
    ) -> int:
        """Label what came with a private tag but without the label for it; returns how many.

        Only who made it keeps it. What a device made that is no member (any more) stays here:
        there may be no other copy. ``is_member`` knows a member by its author tag.
        """
        own = self._author.tag

        def stays(row: ObjectRow) -> bool:
            author = facts.author_of(row.id)
            return author is None or author == own or not is_member(author)

        def job(draft: Draft) -> int:
            labelled = 0
            for identity in identities:
                row = object_by_id(draft.connection, identity)
                if row is None or row.state != State.LIVE or row.level >= Level.PRIVATE:
                    continue
                subject = Subject.of(draft.connection, row)
                if draft.is_private(subject.tags) and draft.may_rule(row):
                    draft.guard(subject, keeps=stays(row))
                    labelled += 1
            return labelled

        return await self._write(job) if identities else 0


def _with_text(subject: Subject) -> Subject:
    if subject.row.kind not in {ObjectKind.TURN, ObjectKind.MEMORY}:
        raise BadInput("Only messages and memories have a text and tags.")
    return subject


def _unconfirmed(draft: Draft, wanted: frozenset[bytes] | None) -> list[ObjectRow]:
    if wanted is None:
        return reading.unconfirmed(draft.connection, draft.author.tag)
    rows = [object_by_id(draft.connection, identity) for identity in sorted(wanted)]
    return [
        row for row in rows
        if row is not None
        and row.state == State.FORGOTTEN  # it may be held back: nothing is erased yet
        and reading.owes_receipt(draft.connection, row, draft.author.tag)
    ]  # fmt: skip
