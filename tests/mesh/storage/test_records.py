from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh.companion.importing import take_entries
from mesh.companion.lines import LineReader
from mesh.model import fact as facts
from mesh.model import hlc
from mesh.model import scope as scopes
from mesh.model.fact import FactKind, Level, Memory, ObjectKind, Observation, Turn, Words
from mesh.storage import reading
from mesh.storage.objects import (
    Connection,
    Rules,
    State,
    held_facts,
    object_by_id,
    object_by_n,
)
from mesh.storage.records import Intake
from tests.mesh.companion.diary import (
    HOUSE,
    NOON,
    HandClock,
    Page,
    empty,
    everyone_full,
    pour,
    shareable,
    tag_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.companion.draft import Draft
    from mesh.companion.subject import Subject

TABLET = Rules(tag_of("tablet"), everyone_full)
TALKS = ("talk", "walk")


# ---- random lives ----------------------------------------------------------------------------


@dataclass
class Life:
    """Three devices that write, change, share and forget, and meet now and then."""

    chance: random.Random
    pages: list[Page] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = HandClock()
        self.pages = [Page(name, self.clock) for name in HOUSE]

    def step(self) -> None:
        page = self.chance.choice(self.pages)
        self.clock.turn(self.chance.choice([0, 1000, 90_000_000]))
        ops = [self.say, self.remember, self.feel, self.revise, self.retag, self.relabel,
               self.forget, self.bring, self.meet, self.meet]  # fmt: skip
        self.chance.choice(ops)(page)

    def say(self, page: Page) -> None:
        turn = Turn(self.chance.choice(TALKS), "user", self.word(), self.clock.wall())
        home = object_by_id(page.connection, facts.conversation_object(turn.conversation))
        if home is None or home.state != State.FORGOTTEN:
            page.write(lambda draft: draft.begin(ObjectKind.TURN, Level.FAMILY, turn))

    def remember(self, page: Page) -> None:
        memory = Memory(self.word(), ("x",), self.clock.wall())
        level = self.chance.choice([Level.PUBLIC, Level.FAMILY])
        page.write(lambda draft: draft.begin(ObjectKind.MEMORY, level, memory))

    def feel(self, page: Page) -> None:
        felt = Observation(0.5, 0.5, 0.5, self.clock.wall())
        page.write(lambda draft: draft.begin(ObjectKind.OBSERVATION, Level.FAMILY, felt))

    def bring(self, page: Page) -> None:
        number = self.chance.randrange(6)
        line = {"conversation_id": self.chance.choice(TALKS), "role": "user", "text": "old",
                "timestamp": 1e9 + number // 2, "id": str(number)}  # fmt: skip
        entry = LineReader(NOON).read(msgspec.json.encode(line))
        take_entries(page.connection, [entry], page.rules, page.author)

    def meet(self, page: Page) -> None:
        other = self.chance.choice(self.pages)
        bag = shareable(page.connection)
        self.chance.shuffle(bag)
        other.take(bag[: self.chance.randrange(len(bag) + 1)])

    def revise(self, page: Page) -> None:
        words = Words(self.word())
        self.change(page, lambda d, s: d.add(FactKind.TEXT, s, words, sees=s.text_heads))

    def retag(self, page: Page) -> None:
        tag = self.chance.choice("xy")
        put = self.chance.random() < 0.5
        self.change(page, lambda d, s: d.tag(s, tag) if put else d.untag(s, tag))

    def relabel(self, page: Page) -> None:
        level = self.chance.choice(list(Level))
        self.change(page, lambda d, s: d.relabel(s, level), conversations=True)

    def forget(self, page: Page) -> None:
        if self.chance.random() < 0.4:
            whole = self.chance.random() < 0.3
            self.change(page, lambda d, s: d.forget(s), conversations=whole)

    def change(
        self,
        page: Page,
        job: Callable[[Draft, Subject], object],
        *,
        conversations: bool = False,
    ) -> None:
        kinds = "1,2,3,4" if conversations else "2,4"
        sql = f"SELECT id FROM object WHERE state=0 AND kind IN ({kinds}) ORDER BY n"  # noqa: S608
        rows = list(page.connection.execute(sql))
        if rows:
            identity = self.chance.choice(rows)[0]
            page.write(lambda draft: job(draft, draft.shown(identity)))

    def word(self) -> str:
        return self.chance.choice(["tea", "coffee", "milk"])

    def all_facts(self) -> list[bytes]:
        return sorted({raw for page in self.pages for raw in shareable(page.connection)})


def shown(connection: Connection) -> list[tuple[object, ...]]:
    """All that a person, a sync or an export could tell apart."""
    found: list[tuple[object, ...]] = []
    for kind in (ObjectKind.TURN, ObjectKind.MEMORY, ObjectKind.OBSERVATION):
        for seen in reading.all_of(connection, kind):
            held = sorted(
                connection.execute("SELECT raw FROM fact WHERE object=?", (seen.row.n,))
            )
            row = seen.row
            found.append((row.id, row.level, row.reach, row.shown, row.stamp, seen.text,
                          seen.tags, held, str(seen.root)))  # fmt: skip
    return found


def stubs(connection: Connection) -> list[tuple[object, ...]]:
    """Labels, forgets and receipts, and how far they travel."""
    return sorted(connection.execute("SELECT raw, scope FROM fact WHERE kind IN (5, 8, 10)"))


def check_tables(connection: Connection) -> None:
    """What must hold of the tables after any history."""
    tops = dict(connection.execute("SELECT scope, top FROM feed"))
    rows = connection.execute("SELECT object, kind, scope, number, raw FROM fact")
    for n, kind, scope, number, raw in list(rows):
        row = object_by_n(connection, n)
        is_stub = kind in facts.STUBS
        assert (number is not None) == (is_stub or row.state == State.LIVE)
        if number is not None:
            assert 1 <= number <= tops[scope]
            home = object_by_n(connection, row.home) if row.home else None
            counted = max(facts.read(raw).level, row.level, home.level if home else 0)
            assert scope & 3 == (row.reach if is_stub else counted)
        if row.state == State.FORGOTTEN:
            assert is_stub
        if row.plain:
            assert kind == FactKind.ROOT


lives = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@lives
@given(st.integers(0, 1 << 32))
def test_whatever_the_order_of_arrival_the_same_is_shown(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    life = Life(chance)
    for _ in range(40):
        life.step()
        check_tables(chance.choice(life.pages).connection)
    bag = life.all_facts()
    ends = []
    for _ in range(3):
        connection = empty()
        # What a label keeps out is offered again when another lets it in: so all comes thrice.
        for _ in range(3):
            chance.shuffle(bag)
            size = chance.randrange(1, len(bag) + 2)
            for start in range(0, len(bag), size):
                pour(connection, bag[start : start + size], TABLET)
        check_tables(connection)
        ends.append((shown(connection), stubs(connection)))
    assert ends[0] == ends[1] == ends[2]


@lives
@given(st.integers(0, 1 << 32))
def test_what_is_told_twice_changes_nothing(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    life = Life(chance)
    for _ in range(25):
        life.step()
    bag = life.all_facts()
    connection = empty()
    for _ in range(3):
        pour(connection, bag, TABLET)
    before = (shown(connection), stubs(connection), shareable(connection))
    outcome = pour(connection, bag, TABLET)
    assert outcome.fed == []
    assert (shown(connection), stubs(connection), shareable(connection)) == before


@lives
@given(st.integers(0, 1 << 32))
def test_what_one_device_forgot_is_nowhere_once_all_have_heard(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    life = Life(chance)
    for _ in range(30):
        life.step()
    for _ in range(2):
        for page in life.pages:
            for other in life.pages:
                other.take(shareable(page.connection))
    forgotten = {
        identity for page in life.pages
        for (identity,) in page.connection.execute(
            "SELECT DISTINCT o.id FROM object o JOIN fact f ON f.object=o.n WHERE f.kind=8"
            " AND f.scope & 3 <= 1"
        )
    }  # fmt: skip
    for page in life.pages:
        for identity in forgotten:
            row = object_by_id(page.connection, identity)
            assert row is None or row.state == State.FORGOTTEN


# ---- one by one ------------------------------------------------------------------------------


def laptop() -> Page:
    return Page("laptop", HandClock())


def remembered(page: Page, text: str = "tea", level: int = Level.FAMILY) -> bytes:
    memory = Memory(text, ("x",), NOON)
    return page.write(lambda draft: draft.begin(ObjectKind.MEMORY, level, memory)).id


def raws(page: Page, identity: bytes) -> list[bytes]:
    row = object_by_id(page.connection, identity)
    assert row is not None
    sql = "SELECT raw FROM fact WHERE object=? ORDER BY n"
    return [raw for (raw,) in page.connection.execute(sql, (row.n,))]


def test_a_text_whose_object_is_not_here_yet_waits_for_it() -> None:
    page = laptop()
    memory = remembered(page)
    page.write(lambda d: d.add(FactKind.TEXT, d.subject(memory), Words("milk"), sees=[memory]))
    root, text = raws(page, memory)
    other = empty()
    pour(other, [text], TABLET)
    assert shown(other) == []
    assert shareable(other) == []
    pour(other, [root], TABLET)
    assert [row[5] for row in shown(other)] == ["milk"]
    assert len(shareable(other)) == 2


def test_a_device_that_was_not_full_forgets_nothing_of_others() -> None:
    page = laptop()
    memory = remembered(page)
    limited = Page("phone", HandClock())
    limited.take(shareable(page.connection))
    limited.write(lambda d: d.forget(d.subject(memory)))
    rules = Rules(page.author.tag, lambda tag, _tick: tag != limited.author.tag)
    bag = shareable(limited.connection)
    outcome = pour(page.connection, bag, rules)
    assert outcome.refused == 1
    assert len(shown(page.connection)) == 1


@pytest.mark.parametrize(
    "bend",
    [
        lambda fact: msgspec.structs.replace(fact, id=b"short"),
        lambda fact: msgspec.structs.replace(fact, id=bytes([0x80]) + fact.id[1:]),
        lambda fact: msgspec.structs.replace(fact, object=b"short"),
        lambda fact: msgspec.structs.replace(fact, id=b"", kind=FactKind.TEXT),
        lambda fact: msgspec.structs.replace(fact, id=b"", object=fact.id),
        lambda fact: msgspec.structs.replace(fact, kind=FactKind.TEXT),
    ],
)
def test_a_fact_that_does_not_fit_together_is_refused(
    bend: Callable[[facts.Fact], facts.Fact],
) -> None:
    page = laptop()
    memory = remembered(page)
    bent = bend(facts.read(raws(page, memory)[0]))
    outcome = pour(empty(), [facts.write(bent)], TABLET)
    assert (outcome.refused, outcome.added) == (1, 0)


def test_of_two_bodies_under_one_id_both_are_kept_and_all_devices_show_one() -> None:
    page = laptop()
    memory = remembered(page)
    first = facts.read(raws(page, memory)[0])
    forged = msgspec.structs.replace(first, body=facts.encode_body(Memory("poison", (), NOON)))
    pair = [facts.write(first), facts.write(forged)]
    one, other = empty(), empty()
    pour(one, pair, TABLET)
    pour(other, pair[::-1], TABLET)
    assert shown(one) == shown(other)
    assert sorted(shareable(one)) == sorted(pair)


def test_a_flood_of_bodies_under_one_id_is_bounded() -> None:
    page = laptop()
    first = facts.read(raws(page, remembered(page))[0])
    flood = [
        facts.write(
            msgspec.structs.replace(first, body=facts.encode_body(Memory(str(n), (), 0)))
        )
        for n in range(40)
    ]
    connection = empty()
    pour(connection, flood, TABLET)
    assert len(shareable(connection)) <= 12


def test_a_kind_of_a_later_version_is_stored_and_forwarded_as_it_came() -> None:
    page = laptop()
    first = facts.read(raws(page, remembered(page))[0])
    later = facts.write(
        msgspec.structs.replace(
            first, object_kind=40, body=msgspec.Raw(msgspec.msgpack.encode({"new": 1}))
        )
    )
    connection = empty()
    pour(connection, [later], TABLET)
    assert shareable(connection) == [later]


def test_what_is_narrowed_leaves_every_device_but_the_one_that_wrote_it() -> None:
    page = laptop()
    memory = remembered(page)
    other = Page("tablet", HandClock())
    other.take(shareable(page.connection))
    page.write(lambda d: d.relabel(d.subject(memory), Level.PRIVATE))
    other.take(shareable(page.connection))
    assert shown(other.connection) == []
    assert len(shown(page.connection)) == 1
    row = object_by_id(other.connection, memory)
    assert row is not None
    assert [one.fact.kind for one in held_facts(other.connection, row)] == [FactKind.LABEL]


def test_what_was_written_while_it_was_private_stays_behind_when_it_is_shared_again() -> None:
    page = laptop()
    memory = remembered(page)
    page.write(lambda d: d.relabel(d.subject(memory), Level.PRIVATE))
    page.write(
        lambda d: d.add(
            FactKind.TEXT, d.subject(memory), Words("secret"), sees=d.subject(memory).text_heads
        )
    )
    page.write(
        lambda d: d.add(
            FactKind.TEXT, d.subject(memory), Words("milk"), sees=d.subject(memory).text_heads
        )
    )
    page.write(lambda d: d.relabel(d.subject(memory), Level.FAMILY))
    bag = shareable(page.connection)
    other = empty()
    pour(other, bag, TABLET)
    assert [row[5] for row in shown(other)] == ["milk"]
    assert not any(b"secret" in raw for raw in bag)
    assert [row[5] for row in shown(page.connection)] == ["milk"]


def test_a_label_on_a_conversation_reaches_devices_that_hold_its_turns() -> None:
    page = laptop()
    turn = Turn("talk", "user", "hello", NOON)
    page.write(lambda d: d.begin(ObjectKind.TURN, Level.FAMILY, turn))
    other = Page("tablet", HandClock())
    other.take(shareable(page.connection))
    talk = facts.conversation_object("talk")
    page.write(lambda d: d.relabel(d.subject(talk), Level.PRIVATE))
    other.take(shareable(page.connection))
    assert shown(other.connection) == []
    assert len(shown(page.connection)) == 1
    page.write(lambda d: d.relabel(d.subject(talk), Level.FAMILY))
    other.take(shareable(page.connection))
    assert len(shown(other.connection)) == 1


def test_nothing_is_kept_of_a_turn_that_may_not_be_held_here() -> None:
    page = laptop()
    turn = Turn("talk", "user", "hello", NOON)
    identity = page.write(lambda d: d.begin(ObjectKind.TURN, Level.FAMILY, turn)).id
    page.write(
        lambda d: d.add(FactKind.TEXT, d.subject(identity), Words("hi"), sees=[identity])
    )
    spoken = raws(page, identity)
    talk = facts.conversation_object("talk")
    page.write(lambda d: d.relabel(d.subject(talk), Level.PRIVATE))
    (label,) = raws(page, talk)
    other = empty()
    for raw in (label, *spoken):
        pour(other, [raw], TABLET)
    assert list(other.execute("SELECT raw FROM fact")) == [(label,)]


def test_the_label_of_a_turn_that_went_with_its_conversation_stays_for_all() -> None:
    clock = HandClock()
    laptop, phone = Page("laptop", clock), Page("phone", clock)
    talk = facts.conversation_object("talk")
    turn = Turn("talk", "user", "tea", NOON)
    said = laptop.write(lambda draft: draft.begin(ObjectKind.TURN, Level.FAMILY, turn))
    laptop.write(lambda draft: draft.relabel(draft.shown(said.id), Level.HERE))
    laptop.write(lambda draft: draft.relabel(draft.subject(talk), Level.FAMILY))
    phone.take(shareable(laptop.connection))
    laptop.write(lambda draft: draft.forget(draft.subject(talk)))
    phone.take(shareable(laptop.connection))
    assert b"tea" not in b"".join(shareable(laptop.connection))
    assert sorted(shareable(laptop.connection)) == sorted(shareable(phone.connection))
    again = Page("phone", clock)
    again.take(reversed(shareable(laptop.connection)))
    assert sorted(shareable(laptop.connection)) == sorted(shareable(again.connection))


def test_a_turn_of_a_forgotten_conversation_leaves_nothing_in_any_order() -> None:
    page = laptop()
    turn = Turn("talk", "user", "hello", NOON)
    identity = page.write(lambda d: d.begin(ObjectKind.TURN, Level.FAMILY, turn)).id
    page.write(
        lambda d: d.add(FactKind.TEXT, d.subject(identity), Words("hi"), sees=[identity])
    )
    spoken = shareable(page.connection)
    page.write(lambda d: d.forget(d.subject(facts.conversation_object("talk"))))
    forgot = shareable(page.connection)
    for seed in range(6):
        bag = spoken + forgot
        random.Random(seed).shuffle(bag)  # noqa: S311 - the same in every run
        other = empty()
        for raw in bag:
            pour(other, [raw], TABLET)
        left = [raw for (raw,) in other.execute("SELECT raw FROM fact")]
        assert sorted(left) == sorted(forgot)
        assert other.execute("SELECT count(*) FROM conversation").get == 0


def test_a_forgetting_heard_early_travels_as_far_as_the_object_ever_did() -> None:
    page = laptop()
    memory = remembered(page, level=Level.FAMILY)
    forgetful = Page("phone", HandClock())
    forgetful.take(raws(page, memory))
    page.write(lambda d: d.relabel(d.subject(memory), Level.PUBLIC))
    forgetful.write(lambda d: d.forget(d.subject(memory)))
    forgetful.take(raws(page, memory))
    filed = [scope for (scope,) in forgetful.connection.execute("SELECT scope FROM fact")]
    assert {scope & 3 for scope in filed} == {Level.PUBLIC}


def test_an_old_object_that_is_edited_is_offered_anew() -> None:
    clock = HandClock()
    page = Page("laptop", clock)
    memory = remembered(page)
    clock.turn(10 * 86_400_000_000)
    page.write(lambda d: d.add(FactKind.TEXT, d.subject(memory), Words("milk"), sees=[memory]))
    numbers = [n for (n,) in page.connection.execute("SELECT number FROM fact ORDER BY n")]
    assert sorted(numbers) == [2, 3]


def test_a_stamp_far_ahead_lifts_only_the_edit_and_never_the_clock() -> None:
    page = laptop()
    memory = remembered(page)
    far = hlc.tick_of(NOON // 1000 + 3 * hlc.AHEAD_MAX_MS)
    root = facts.read(raws(page, memory)[0])
    ahead = msgspec.structs.replace(
        root, kind=FactKind.TEXT, object=memory, stamp=far, body=facts.encode_body(Words("x")),
        id=facts.minted_id(tag_of("phone"), b"rr", far), sees=(memory,),
    )  # fmt: skip
    page.take([facts.write(ahead)])
    page.author.see(page.connection, far)
    page.write(
        lambda d: d.add(
            FactKind.TEXT, d.subject(memory), Words("milk"), sees=d.subject(memory).text_heads
        )
    )
    assert shown(page.connection)[0][5] == "milk"
    assert page.author.tick(page.connection) < hlc.tick_of(NOON // 1000 + 1000)


def test_details_tell_each_new_fact_and_bulk_only_counts() -> None:
    page = laptop()
    bag = raws(page, remembered(page))
    for details, told in ((True, 1), (False, 0)):
        intake = Intake(empty(), TABLET, details=details)
        for one in intake.expect(bag):
            intake.take(*one, mine=False)
        outcome = intake.finish()
        assert (len(outcome.fresh), len(outcome.fed), outcome.added) == (told, told, 1)
        assert outcome.tops == {scopes.scope_of(scopes.ScopeKind.MEMORY, Level.FAMILY): 1}
