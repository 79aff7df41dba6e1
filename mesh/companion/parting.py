"""What becomes of what is here when this device's own joining is undone.

It goes on with what it brought and what was written on it. Everything else that came meanwhile
goes back: things, and words about its own things too. But what the others forgot of its past,
or made more private, it says itself before their word goes: nothing forgotten comes back, and
nothing is shared by an undoing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.companion.draft import Draft
from mesh.companion.subject import Subject
from mesh.model import fact as facts
from mesh.model import views
from mesh.model.allowance import Grants
from mesh.model.fact import FactKind, Forgetting, Labelling, Level
from mesh.model.scope import ScopeKind
from mesh.storage import choices, parting
from mesh.storage.objects import Rules, State, object_by_id
from mesh.storage.records import Intake

if TYPE_CHECKING:
    from collections.abc import Collection

    from mesh.companion.author import Author
    from mesh.model.parting import Undone
    from mesh.storage.objects import Connection

_ALL = Grants(dict.fromkeys(map(int, ScopeKind), int(Level.HERE)), Level.HERE)


def part(
    connection: Connection, author: Author, undone: Undone, past: Collection[bytes]
) -> None:
    """Let go what came by the meeting; done once more it changes nothing.

    ``past``: the author tags this device wrote under before.
    """
    since = parting.facts_before(connection, undone.began)
    if since is None or not parting.is_believed(connection, undone):
        return
    rules = Rules(author.tag, lambda _tag, _tick: True, _ALL)
    own = {author.tag, *past}
    going = list(parting.received(connection, since, own))
    draft = Draft(connection, author, rules)
    said = {one.object for one in going if one.kind in {FactKind.FORGET, FactKind.LABEL}}
    ids = {facts.read(one.raw).id for one in going}
    for identity in sorted(said):
        _say_too(draft, identity, ids, undone.ours - own)
    draft.finish()
    intake = Intake(connection, rules, details=False)
    parting.let_go(connection, intake, going)
    intake.finish()
    choices.drop_empty_names(connection)


def _say_too(
    draft: Draft, identity: bytes, going: Collection[bytes], theirs: Collection[bytes]
) -> None:
    """Forget, or make private, by our own word what they did, unless it is theirs."""
    row = object_by_id(draft.connection, identity)
    if row is None or facts.author_of(identity) in theirs:
        return
    subject = Subject.of(draft.connection, row)
    if row.state == State.FORGOTTEN:
        forgets = views.of_kind(subject.held, FactKind.FORGET)
        if not any(one.id[:6] == draft.author.tag for one in forgets):
            draft.add(FactKind.FORGET, subject, Forgetting(), level=subject.reach)
        return
    staying = [one for one in subject.held if one.id not in going]
    if staying and views.level_of(staying) < subject.level:
        label = Labelling(subject.level)
        draft.add(FactKind.LABEL, subject, label, level=subject.reach, sees=subject.labels)
