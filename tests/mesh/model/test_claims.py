from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model.device import Trust, author_tag
from mesh.model.roster import Roster, evaluate
from tests.scribe import Scribe, family_of_scribes

if TYPE_CHECKING:
    from mesh.model.entry import CheckedEntry

PAST = b"before"


def family(*names: str) -> tuple[list[CheckedEntry], list[Scribe]]:
    entries, (recovery, *scribes) = family_of_scribes(*names)
    entries.append(recovery.add(scribes[0], admin=True))
    return entries, scribes


def roster(entries: list[CheckedEntry], scribe: Scribe) -> Roster:
    return evaluate(entries, scribe.family)


def test_a_device_speaks_for_itself_and_the_past_it_brings_along() -> None:
    entries, (desk, tablet) = family("desk", "tablet")
    entries.append(desk.add(tablet, Trust.LIMITED, tags=(PAST,)))
    own = {author_tag(tablet.key), PAST}
    assert roster(entries, desk).tags_of(tablet.key) == own
    assert roster(entries, desk).tags_of(bytes(32)) == frozenset()


def test_nobody_claims_the_name_of_another_member() -> None:
    entries, (desk, laptop, tablet) = family("desk", "laptop", "tablet")
    entries.append(desk.add(laptop, tags=(PAST,)))
    claims = (author_tag(desk.key), author_tag(laptop.key), PAST)
    entries.append(desk.add(tablet, Trust.LIMITED, tags=claims))
    found = roster(entries, desk)
    assert found.tags_of(tablet.key) == {author_tag(tablet.key)}
    assert found.tags_of(desk.key) == {author_tag(desk.key)}
    assert found.tags_of(laptop.key) == {author_tag(laptop.key), PAST}


def test_who_came_back_under_a_new_key_speaks_for_the_key_that_was_removed() -> None:
    entries, (desk, tablet, again) = family("desk", "tablet", "again")
    entries.append(desk.add(tablet, Trust.LIMITED))
    entries.append(desk.revoke(tablet))
    old = author_tag(tablet.key)
    entries.append(desk.add(again, Trust.LIMITED, tags=(old,)))
    assert roster(entries, desk).tags_of(again.key) == {author_tag(again.key), old}
