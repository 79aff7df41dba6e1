"""What other devices would change and a person must decide on a full device.

A limited device may change what was written on it. Of all else it can only wish: the wish is a
fact like others, changes nothing, and is shown here until somebody grants or refuses it. What
a device forgot with too much else at once (burst.py) is one question, answered once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.companion import terms
from mesh.errors import AmbiguousName, BadInput, NotFound
from mesh.model import fact as facts
from mesh.model import hlc, views
from mesh.model.fact import FactKind, Wishing
from mesh.storage import reading
from mesh.storage.objects import PRESENT, held_facts
from mesh.wishes import QuestionShown

if TYPE_CHECKING:
    from mesh.companion.reading import Names
    from mesh.companion.writing import Writing
    from mesh.model.views import Held
    from mesh.storage.database import Database
    from mesh.storage.objects import Connection, ObjectRow

MILLIS = 1000
_WHAT: dict[int, str] = {
    FactKind.FORGET: "forget",
    FactKind.TEXT: "text",
    FactKind.ANSWER: "text",
    FactKind.LABEL: "privacy",
    FactKind.TAG: "tag",
    FactKind.UNTAG: "untag",
    FactKind.REASON: "reason",
}


class Asking:
    """What was wished and nobody has decided."""

    def __init__(self, database: Database, writing: Writing, names: Names) -> None:
        self._database = database
        self._writing = writing
        self._names = names

    async def questions(self) -> list[QuestionShown]:
        """Every wish that is open, oldest first."""
        found = await self._database.read(self._open)
        shown = [one for _, one in found]
        shown += await self._database.read(self._bursts)
        return sorted(shown, key=lambda one: (one.timestamp, one.id))

    async def decide(self, identity: str, *, yes: bool) -> None:
        """Grant or refuse a wish; ``identity``: its id or the beginning of it.

        NotFound, AmbiguousName; NotPermitted on a device that has no right to it either.
        """
        wanted = identity.lower()
        for burst in await self._database.read(self._bursts):
            if wanted and burst.id.startswith(wanted):
                await self._agree(burst.id, yes=yes)
                return
        found = await self._database.read(self._open)
        fitting = [(about, one.id) for about, one in found if one.id.startswith(wanted)]
        if not fitting or not wanted:
            raise NotFound("There is no open question with that id.")
        if len(fitting) > 1:
            raise AmbiguousName("Several questions begin with that id; write more of it.")
        about, wish = fitting[0]
        await self._writing.decide(about, bytes.fromhex(wish), yes=yes)

    # ---- many forgettings at once ------------------------------------------------------------

    async def _agree(self, author: str, *, yes: bool) -> None:
        if not yes:
            raise BadInput(
                "It stays hidden. To bring it back, remove that device from before it forgot: "
                "`aico-mesh revoke DEVICE --hours HOURS`."
            )
        rows = await self._database.read(reading.held_back)
        mine = {row.id for row, forget in rows if forget[:6].hex() == author}
        await self._writing.forget_too(mine)

    def _bursts(self, connection: Connection) -> list[QuestionShown]:
        """One question for each device that forgot too much at once."""
        found: dict[bytes, dict[bytes, int]] = {}
        for row, forget in reading.held_back(connection):
            found.setdefault(forget[:6], {})[row.id] = facts.tick_in(forget)
        return [
            QuestionShown(
                id=author.hex(),
                about=self._names(author) or author.hex(),
                kind="burst",
                what="forget",
                wanted=str(len(forgets)),
                shown="",
                device_id=self._names(author),
                timestamp=hlc.milliseconds_of(min(forgets.values())) / MILLIS,
            )
            for author, forgets in sorted(found.items())
        ]

    # ---- wishes ------------------------------------------------------------------------------

    def _open(self, connection: Connection) -> list[tuple[bytes, QuestionShown]]:
        found = []
        for row in reading.wished_objects(connection):
            if row.state in PRESENT:
                held = held_facts(connection, row)
                for wish in views.open_wishes(held):
                    if isinstance(wish.body, Wishing) and wish.body.what in _WHAT:
                        shown = self._shown(connection, row, held, wish, wish.body)
                        found.append((row.id, shown))
        return found

    def _shown(
        self,
        connection: Connection,
        row: ObjectRow,
        held: list[Held],
        wish: Held,
        wished: Wishing,
    ) -> QuestionShown:
        root = views.root_of(held)
        body = root.body if root else None
        name = reading.conversation_name(connection, row.n)
        author = facts.author_of(wish.id)
        identity = facts.text_of_id(row.id) if body is None else reading.public_id(row.id, body)
        return QuestionShown(
            id=facts.text_of_id(wish.id),
            about=name or identity,
            kind=terms.kind_name(row.kind),
            what=_WHAT[wished.what],
            wanted=_wanted(wished),
            shown=name or views.text_of(held) or "",
            device_id=None if author is None else self._names(author),
            timestamp=hlc.milliseconds_of(wish.fact.stamp) / MILLIS,
        )


def _wanted(wished: Wishing) -> str | None:
    if wished.what == FactKind.LABEL:
        return terms.level_name(wished.level)
    return wished.text or None
