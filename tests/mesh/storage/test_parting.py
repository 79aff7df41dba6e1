"""What goes when a first meeting is undone, what stays, and that all of it can come back."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh.companion.judging import judge
from mesh.companion.parting import part
from mesh.model import fact as facts
from mesh.model.allowance import FAMILY_GRANTS, Allowance
from mesh.model.fact import Fact, FactKind, Level, ObjectKind, Turn, Wishing, Words
from mesh.model.parting import Undone
from mesh.model.rights import UNDONE, Rights
from mesh.storage import parting, reading
from mesh.storage.judging import judge_anew, let_in
from mesh.storage.objects import Rules, State
from tests.mesh.companion.diary import HOUSE, everyone_full, shareable, tag_of
from tests.mesh.storage.test_records import Life, check_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.storage.objects import Connection
    from tests.mesh.companion.diary import Page

LAPTOP, FAMILY = HOUSE[0], HOUSE[1:]
JOINED, PARTED = b"joined", b"parted"
LONG = 1 << 62
ALL = ("say", "remember", "feel", "revise", "retag", "bring", "relabel", "forget")
CALM = ALL[:-2]
Seen = tuple[bytes, str | None, tuple[str, ...]]


def seen(page: Page) -> set[Seen]:
    """What a person sees: every thing with its text and tags."""
    kinds = (ObjectKind.TURN, ObjectKind.MEMORY, ObjectKind.OBSERVATION)
    rows = (one for kind in kinds for one in reading.all_of(page.connection, kind))
    return {(one.row.id, one.text, tuple(one.tags)) for one in rows}


def ids(things: set[Seen]) -> set[bytes]:
    return {one[0] for one in things}


def forgotten(page: Page) -> set[bytes]:
    sql = "SELECT id FROM object WHERE state=?"
    return {identity for (identity,) in page.connection.execute(sql, (State.FORGOTTEN,))}


def hear(page: Page, entry: bytes) -> None:
    """A roster entry comes, and is stored as the shelf does it."""
    page.connection.execute(
        "INSERT OR IGNORE INTO entry(raw, facts)"
        " VALUES(?,(SELECT coalesce(max(n),0) FROM fact))",
        (entry,),
    )


def undone(ours: tuple[str, ...] = FAMILY) -> Undone:
    tags = frozenset(tag_of(name) for name in ours)
    return Undone(tag_of(LAPTOP), tags, JOINED, (PARTED,), LONG)


@dataclass
class Meeting:
    """A family of two and a laptop: apart, then together, then apart again."""

    seed: int
    ops: tuple[str, ...]
    before: dict[str, set[Seen]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - the same in every run
        self.life = Life(self.chance)
        self.pages = dict(zip(HOUSE, self.life.pages, strict=True))
        self.laptop, *self.family = self.life.pages
        self.live(15, self.family)
        self.live(10, [self.laptop])
        for page in self.life.pages:
            hear(page, JOINED)
            self.before[page.name] = seen(page)
        self.past = shareable(self.laptop.connection)
        self.live(25, self.life.pages)
        self.settle(self.life.pages)
        self.together = seen(self.laptop)

    def live(self, steps: int, pages: list[Page]) -> None:
        for _ in range(steps):
            page = self.chance.choice(pages)
            self.life.clock.turn(self.chance.choice([0, 1000, 90_000_000]))
            getattr(self.life, self.chance.choice(self.ops))(page)
            if self.chance.random() < 0.3:
                self.chance.choice(pages).take(shareable(page.connection))
        self.settle(pages)

    @staticmethod
    def settle(pages: list[Page]) -> None:
        """Until nobody has anything that another lacks and may have."""
        for _ in range(3):
            for page in pages:
                for other in pages:
                    other.take(shareable(page.connection))

    def undo(self) -> None:
        """Each by itself, as it hears of it; then the family meets."""
        for page in self.family:
            hear(page, PARTED)
            self.judged(page, frozenset({tag_of(LAPTOP)}))
        self.settle(self.family)
        in_one(self.laptop, lambda sql: part(sql, self.laptop.author, undone(), ()))
        self.laptop.connection.execute("DELETE FROM cursor")

    def judged(self, page: Page, gone: frozenset[bytes]) -> None:
        page.rules = Rules(page.author.tag, everyone_full, undone=gone)
        until = dict.fromkeys(map(tag_of, HOUSE), (LONG, LONG)) | dict.fromkeys(gone, UNDONE)
        in_one(page, lambda sql: judge(sql, page.author, page.rules, Rights(until), [undone()]))

    def come_back(self) -> None:
        for page in self.family:
            self.judged(page, frozenset())
        self.settle(self.life.pages)

    def said(self, by: Page) -> bytes:
        """A new message, known to all."""
        turn = Turn("talk", "user", f"of the {by.name}", 5)
        row = by.write(lambda draft: draft.begin(ObjectKind.TURN, Level.FAMILY, turn))
        self.settle(self.life.pages)
        return row.id

    def widened(self, thing: bytes, by: Page) -> None:
        """A device makes something private and shares it again: it says it anew."""
        for level in (Level.HERE, Level.FAMILY):
            by.write(lambda draft, level=level: draft.relabel(draft.subject(thing), level))  # type: ignore[misc]
        self.settle(self.life.pages)

    def going_from_laptop(self) -> list[parting.Doomed]:
        """What the laptop would give back."""
        connection = self.laptop.connection
        since = parting.facts_before(connection, JOINED)
        return list(parting.received(connection, since or 0, {tag_of(LAPTOP)}))


def in_one(page: Page, job: Callable[[Connection], object]) -> None:
    with page.connection:
        job(page.connection)


laws = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(0, 1 << 32)


@laws
@given(seeds)
def test_each_has_its_past_again_and_what_its_own_wrote_since(seed: int) -> None:
    meeting = Meeting(seed, CALM)
    meeting.undo()
    laptop, family = meeting.laptop, meeting.family
    lines = {one for one in ids(meeting.together) if facts.is_imported(one)}
    for page in family:
        known = seen(page)
        check_tables(page.connection)
        past = ids(meeting.before[page.name])
        mine = {one for one in ids(meeting.together) if one[:6] in map(tag_of, FAMILY)}
        assert past | mine <= ids(known)
        assert ids(known) - past - mine <= lines
        assert all(one[:6] != tag_of(LAPTOP) for one in ids(known))
    assert seen(family[0]) == seen(family[1])
    check_tables(laptop.connection)
    past = ids(meeting.before[LAPTOP])
    mine = {one for one in ids(meeting.together) if one[:6] == tag_of(LAPTOP)}
    assert past | mine <= ids(seen(laptop))
    assert ids(seen(laptop)) - past - mine <= lines


@laws
@given(seeds)
def test_no_words_of_the_other_side_stay(seed: int) -> None:
    meeting = Meeting(seed, ALL)
    meeting.undo()
    for page in meeting.life.pages:
        others = FAMILY if page is meeting.laptop else (LAPTOP,)
        between = [(tag_of(name) + bytes(10), tag_of(name) + b"\xff" * 10) for name in others]
        for first, last in between:
            for (kind,) in page.connection.execute(
                "SELECT kind FROM fact WHERE id BETWEEN ? AND ?", (first, last)
            ):
                assert kind in facts.STUBS, (page.name, kind)


@laws
@given(seeds)
def test_pairing_again_brings_everything_back_once(seed: int) -> None:
    meeting = Meeting(seed, CALM)
    meeting.undo()
    meeting.come_back()
    for page in meeting.life.pages:
        assert seen(page) == meeting.together
        check_tables(page.connection)
    bags = [sorted(shareable(page.connection)) for page in meeting.life.pages]
    assert bags[0] == bags[1] == bags[2]
    assert len(set(bags[0])) == len(bags[0])


@laws
@given(seeds)
def test_nothing_forgotten_comes_back_and_nothing_private_is_shared(seed: int) -> None:
    meeting = Meeting(seed, ALL)
    gone = {page.name: forgotten(page) for page in meeting.life.pages}
    meeting.undo()
    for page in meeting.life.pages:
        check_tables(page.connection)
        assert not ids(seen(page)) & gone[page.name]
    # Somebody else may have had its past, and give it again.
    theirs = {one for one in gone[LAPTOP] if one[:6] in map(tag_of, FAMILY)}
    meeting.laptop.take(meeting.past)
    assert not ids(seen(meeting.laptop)) & gone[LAPTOP] - theirs
    meeting.come_back()
    for page in meeting.life.pages:
        assert not ids(seen(page)) & set().union(*gone.values())


@laws
@given(seeds)
def test_done_once_more_it_changes_nothing(seed: int) -> None:
    meeting = Meeting(seed, ALL)
    meeting.undo()
    before = [
        list(page.connection.execute("SELECT * FROM fact")) for page in meeting.life.pages
    ]
    in_one(meeting.laptop, lambda sql: part(sql, meeting.laptop.author, undone(), ()))
    for page in meeting.family:
        meeting.judged(page, frozenset({tag_of(LAPTOP)}))
    after = [list(page.connection.execute("SELECT * FROM fact")) for page in meeting.life.pages]
    assert before == after


def test_who_wrote_long_after_that_day_did_not_part_in_it() -> None:
    meeting = Meeting(1, CALM)
    (desk, _), laptop = meeting.family, meeting.laptop
    latest = laptop.author.foresee()
    for refuted_at, expected in ((latest + 1, True), (0, False)):
        one = Undone(tag_of(LAPTOP), frozenset(), JOINED, (PARTED,), refuted_at)
        assert parting.is_believed(desk.connection, one) == expected


def test_who_wishes_something_of_what_is_not_here_does_not_show_that_it_is() -> None:
    """Any limited device could keep a family from undoing a joining with that."""
    meeting = Meeting(1, CALM)
    (desk, tablet), laptop = meeting.family, meeting.laptop
    invented = facts.minted_id(tag_of(LAPTOP), b"rr", laptop.author.foresee() + 9)
    wish = facts.encode_body(Wishing(FactKind.TEXT, "x", 0))
    said = Fact(
        facts.VERSION, FactKind.WISH, facts.minted_id(tag_of(tablet.name), b"rr", 5), invented,
        ObjectKind.MEMORY, 5, Level.FAMILY, (), wish,
    )  # fmt: skip
    assert desk.take([facts.write(said)]).added == 1
    latest = facts.tick_in(invented) - 1
    one = Undone(tag_of(LAPTOP), frozenset(), JOINED, (PARTED,), latest)
    assert parting.is_believed(desk.connection, one)


def test_a_line_that_was_here_stays_though_it_was_shared_anew_in_between() -> None:
    meeting = Meeting(5, ("say",))
    desk, tablet = meeting.family
    meeting.life.bring(desk)
    meeting.settle(meeting.family)
    (line,) = (one for one in ids(seen(desk)) if facts.is_imported(one))
    for page in meeting.family:
        page.connection.execute("UPDATE entry SET facts=(SELECT max(n) FROM fact)")
    desk.write(lambda draft: draft.relabel(draft.subject(line), Level.PUBLIC))
    meeting.settle(meeting.family)
    hear(tablet, PARTED)
    meeting.judged(tablet, frozenset({tag_of(LAPTOP)}))
    assert line in ids(seen(tablet))


@pytest.mark.parametrize("stays", [True, False])
def test_a_line_that_both_took_in_stays_with_both(stays: bool) -> None:
    """The file was opened on the family's device too, after it had come from the laptop."""
    meeting = Meeting(3, ("say",))
    desk, laptop = meeting.family[0], meeting.laptop
    meeting.life.bring(laptop)
    meeting.settle(meeting.life.pages)
    (line,) = (one for one in ids(seen(desk)) if facts.is_imported(one))
    if stays:
        while line not in {one for (one,) in desk.connection.execute(
            "SELECT object.id FROM object JOIN fact ON fact.object=object.n WHERE fact.mine"
        )}:  # fmt: skip
            meeting.life.bring(desk)
    meeting.undo()
    assert (line in ids(seen(desk))) is stays
    assert line in ids(seen(laptop))


def test_words_about_what_is_gone_wait_for_it_with_their_author() -> None:
    meeting = Meeting(4, ("say",))
    desk, laptop = meeting.family[0], meeting.laptop
    turn = Turn("talk", "user", "mine", 5)
    row = laptop.write(lambda draft: draft.begin(ObjectKind.TURN, Level.FAMILY, turn))
    meeting.settle(meeting.life.pages)
    desk.write(lambda d: d.add(FactKind.TEXT, d.subject(row.id), Words("of the desk")))
    meeting.settle(meeting.life.pages)
    assert (row.id, "of the desk", ()) in seen(laptop)
    meeting.undo()
    assert row.id not in ids(seen(desk))
    assert (row.id, "mine", ()) in seen(laptop)
    meeting.come_back()
    for page in meeting.life.pages:
        assert (row.id, "of the desk", ()) in seen(page)


@pytest.mark.parametrize("is_theirs_here", [True, False])
def test_what_was_widened_here_waits_with_it(is_theirs_here: bool) -> None:
    """It says anew what the laptop said, also where the laptop's own words have gone."""
    meeting = Meeting(4, ("say",))
    desk, laptop = meeting.family[0], meeting.laptop
    turn = Turn("talk", "user", "mine", 5)
    row = laptop.write(lambda draft: draft.begin(ObjectKind.TURN, Level.FAMILY, turn))
    meeting.settle([laptop, desk])
    desk.write(lambda draft: draft.relabel(draft.subject(row.id), Level.HERE))
    desk.write(lambda draft: draft.relabel(draft.subject(row.id), Level.FAMILY))
    if not is_theirs_here:
        desk.connection.execute(
            "DELETE FROM fact WHERE NOT mine AND object=(SELECT n FROM object WHERE id=?)",
            (row.id,),
        )
    assert row.id in ids(seen(desk))
    meeting.undo()
    for page in meeting.family:
        assert row.id not in ids(seen(page))
        check_tables(page.connection)
    for page in meeting.family:
        meeting.judged(page, frozenset())
    meeting.settle(meeting.family)
    for page in meeting.family:
        assert (row.id, "mine", ()) in seen(page)


def test_words_about_what_never_came_go_too() -> None:
    meeting = Meeting(4, ("say",))
    (desk, tablet), laptop = meeting.family, meeting.laptop
    turn = Turn("talk", "user", "mine", 5)
    row = laptop.write(lambda draft: draft.begin(ObjectKind.TURN, Level.FAMILY, turn))
    meeting.settle([laptop, desk])
    words = desk.write(lambda d: d.add(FactKind.TEXT, d.subject(row.id), Words("no")))
    tablet.take(raw for raw in shareable(desk.connection) if facts.read(raw).id == words)
    about = "SELECT count(*) FROM fact JOIN object ON object.n=fact.object WHERE object.id=?"
    assert tablet.connection.execute(about, (row.id,)).get == 1
    meeting.undo()
    assert tablet.connection.execute(about, (row.id,)).get == 0


def test_what_came_back_for_a_moment_that_nothing_was_judged_by_goes_again() -> None:
    """The disk was full, or the process died, before the roster of that moment counted here."""
    meeting = Meeting(4, ("say",))
    desk, laptop = meeting.family[0], meeting.laptop
    thing, gone = meeting.said(laptop), frozenset({tag_of(LAPTOP)})
    back = shareable(laptop.connection)
    meeting.undo()
    everyone = dict.fromkeys(map(tag_of, HOUSE), (LONG, LONG))
    in_one(desk, lambda sql: let_in(sql, Rights(everyone)))
    desk.rules = Rules(desk.author.tag, everyone_full)
    desk.take(back)
    assert thing in ids(seen(desk))
    in_one(desk, lambda sql: let_in(sql, Rights(everyone | dict.fromkeys(gone, UNDONE))))
    meeting.judged(desk, gone)
    assert thing not in ids(seen(desk))
    check_tables(desk.connection)


def test_what_is_shown_again_as_somebody_comes_back_is_told() -> None:
    meeting = Meeting(4, ("say",))
    desk, laptop = meeting.family[0], meeting.laptop
    meeting.widened(meeting.said(laptop), desk)
    meeting.undo()
    rules = Rules(desk.author.tag, everyone_full)
    rights = Rights(dict.fromkeys(map(tag_of, HOUSE), (LONG, LONG)))
    with desk.connection:
        desk.connection.execute("DELETE FROM meta WHERE name='refused'")
        judged = judge_anew(desk.connection, rules, rights)
    assert judged is not None
    assert judged.asks_again


def test_who_leaves_is_not_shown_what_waited_for_somebody_of_that_family() -> None:
    meeting = Meeting(4, ("say",))
    desk, laptop = meeting.family[0], meeting.laptop
    thing = meeting.said(laptop)
    meeting.widened(thing, desk)
    meeting.undo()
    alone = Rights({tag_of(desk.name): (LONG, LONG)})
    rules = Rules(desk.author.tag, everyone_full)
    in_one(desk, lambda sql: judge(sql, desk.author, rules, alone))
    assert thing not in ids(seen(desk))
    check_tables(desk.connection)


def test_a_line_of_the_newcomer_goes_also_where_it_was_widened() -> None:
    meeting = Meeting(3, ("say",))
    (desk, _), laptop = meeting.family, meeting.laptop
    meeting.life.bring(laptop)
    meeting.settle(meeting.life.pages)
    (line,) = (one for one in ids(seen(desk)) if facts.is_imported(one))
    meeting.widened(line, desk)
    meeting.undo()
    for page in meeting.family:
        assert line not in ids(seen(page))
        check_tables(page.connection)
    meeting.come_back()
    assert all(line in ids(seen(page)) for page in meeting.life.pages)


def test_the_newcomer_keeps_nothing_of_the_family_by_having_widened_it() -> None:
    meeting = Meeting(4, ("say",))
    desk, laptop = meeting.family[0], meeting.laptop
    theirs, own = meeting.said(desk), meeting.said(laptop)
    meeting.widened(theirs, laptop)
    meeting.widened(own, laptop)
    meeting.undo()
    check_tables(laptop.connection)
    assert theirs in ids(seen(desk))
    assert ids(seen(laptop)) & {theirs, own} == {own}
    meeting.come_back()
    for page in meeting.life.pages:
        assert {theirs, own} <= ids(seen(page))


def test_what_goes_is_foretold_and_what_others_only_wrote_about_stays() -> None:
    meeting = Meeting(4, ("say",))
    desk, laptop = meeting.family[0], meeting.laptop
    theirs, own, revised = meeting.said(desk), meeting.said(laptop), meeting.said(laptop)
    meeting.widened(theirs, laptop)
    meeting.widened(own, desk)
    desk.write(lambda d: d.add(FactKind.TEXT, d.subject(revised), Words("of the desk")))
    meeting.settle(meeting.life.pages)
    going = meeting.going_from_laptop()
    before, foretold = ids(seen(laptop)), parting.counted(laptop.connection, going)
    allowed = Allowance(FAMILY_GRANTS)
    stays = parting.given(laptop.connection, allowed, going, only_mine=False)
    meeting.undo()
    after = ids(seen(laptop))
    assert foretold == {"messages": len(before - after)}
    assert stays == {"messages": len(after)}


def test_a_conversation_of_which_only_words_wait_has_no_name_here() -> None:
    """A person who types how it begins finds nothing of it, on either side."""
    meeting = Meeting(4, ("say",))
    desk, laptop = meeting.family[0], meeting.laptop
    for page, other in ((laptop, desk), (desk, laptop)):
        turn = Turn(f"secret of the {page.name}", "user", "mine", 5)
        row = page.write(lambda d, turn=turn: d.begin(ObjectKind.TURN, Level.FAMILY, turn))  # type: ignore[misc]
        meeting.settle(meeting.life.pages)
        meeting.widened(row.id, other)
    meeting.undo()
    for page in meeting.life.pages:
        names = page.connection.execute(
            "SELECT name FROM conversation WHERE name LIKE 'secret%'"
        )
        whose = laptop if page is laptop else desk
        assert [name for (name,) in names] == [f"secret of the {whose.name}"]
