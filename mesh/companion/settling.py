"""Contradictions, asked once: two texts that did not see each other, and the answer to them.

Two devices that could not hear each other gave one memory or message different texts. The later
one is shown meanwhile, nothing is lost, and a person is asked. The answer is a fact that names
the texts it settles; it reaches every device, and of two answers the later stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.companion import terms
from mesh.errors import AmbiguousName, BadInput, NotFound
from mesh.model import fact as facts
from mesh.model import hlc, views
from mesh.model.fact import Turn
from mesh.storage import reading
from mesh.storage.objects import held_facts
from mesh.wishes import ConflictShown, SideShown

if TYPE_CHECKING:
    from collections.abc import Collection

    from mesh.companion.reading import Names, Reading, Shown
    from mesh.companion.subject import Subject
    from mesh.companion.writing import Writing
    from mesh.model.views import Held
    from mesh.storage.database import Database
    from mesh.storage.objects import Connection, ObjectRow

MILLIS = 1000
SIDE_MIN = 6


class Settling:
    """What people must settle, and how they did."""

    def __init__(
        self, database: Database, reading_: Reading, writing: Writing, names: Names
    ) -> None:
        self._database = database
        self._reading = reading_
        self._writing = writing
        self._names = names

    async def conflicts(self) -> list[ConflictShown]:
        """Every contradiction, newest first."""
        found = (await self.unsettled()).values()
        return sorted(
            found, key=lambda one: (-max(side.timestamp for side in one.choices), one.id)
        )

    async def unsettled(self) -> dict[bytes, ConflictShown]:
        """Every contradiction by its object's id."""

        def job(connection: Connection) -> dict[bytes, ConflictShown]:
            rows = reading.changed_objects(connection)
            found = ((row.id, self._conflict(connection, row)) for row in rows)
            return {identity: one for identity, one in found if one is not None}

        return await self._database.read(job)

    async def among(self, identities: Collection[bytes]) -> dict[bytes, ConflictShown | None]:
        """The contradiction of each of these objects, None where there is none."""
        wanted = tuple(identities)

        def job(connection: Connection) -> dict[bytes, ConflictShown | None]:
            rows = {one: reading.live_object(connection, one) for one in wanted}
            return {
                one: self._conflict(connection, row) if row else None
                for one, row in rows.items()
            }

        return await self._database.read(job)

    async def resolve(
        self, identity: str, choice: str | None, text: str | None = None
    ) -> Shown | None:
        """Settle a contradiction by one of its sides, or by another ``text``.

        ``choice``: the number of a side as ``conflicts`` shows it, or how its id begins.
        NotFound when there is nothing to settle (any more), BadInput when it is no side.
        """
        if (choice is None) == (text is None):
            raise BadInput("Choose one of the texts, or give another one.")
        other = None if text is None else terms.text(text)

        def choose(subject: Subject) -> str:
            sides = views.sides_of(subject.held)
            if not sides:
                raise NotFound("There is nothing to settle about that any more.")
            return other if other is not None else _chosen(sides, choice or "")

        await self._writing.answer(identity, choose)
        return await self._reading.item(identity)

    def _conflict(self, connection: Connection, row: ObjectRow) -> ConflictShown | None:
        sides = views.sides_of(held_facts(connection, row))
        seen = reading.view(connection, row) if sides else None
        if seen is None:
            return None
        is_turn = isinstance(seen.root, Turn)
        return ConflictShown(
            id=seen.public_id,
            kind="message" if is_turn else "memory",
            conversation_id=seen.root.conversation if isinstance(seen.root, Turn) else None,
            shown=seen.text,
            choices=tuple(
                self._side(number, held, text) for number, (held, text) in enumerate(sides, 1)
            ),
        )

    def _side(self, number: int, held: Held, text: str) -> SideShown:
        author = facts.author_of(held.id)
        at = getattr(held.body, "shown", None)
        millis = hlc.milliseconds_of(held.fact.stamp)
        return SideShown(
            choice=str(number),
            side=facts.text_of_id(held.id),
            text=text,
            device_id=None if author is None else self._names(author),
            timestamp=millis / MILLIS if at is None else at / (MILLIS * MILLIS),
        )


def _chosen(sides: tuple[tuple[Held, str], ...], choice: str) -> str:
    if choice.isdecimal() and len(choice) < SIDE_MIN:
        number = int(choice)
        if not 1 <= number <= len(sides):
            raise BadInput(f"Choose a number between 1 and {len(sides)}.")
        return sides[number - 1][1]
    wanted = choice.lower()
    found = [text for held, text in sides if facts.text_of_id(held.id).startswith(wanted)]
    if len(found) > 1 or len(wanted) < SIDE_MIN:
        raise AmbiguousName("Write the number of the text, or more of its id.")
    if not found:
        raise NotFound("None of the texts goes by that id; look at `conflicts` again.")
    return found[0]
