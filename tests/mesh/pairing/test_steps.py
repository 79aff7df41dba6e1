"""The two staircases: a right run succeeds, and no other does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh.crypto import NO_FAMILY, Pake, SigningKey, digest
from mesh.errors import (
    AlreadyInFamily,
    BadFrame,
    BadHandshake,
    BadInput,
    BadSeal,
    BadSignature,
    InvitationInvalid,
    PairingError,
    ProtocolError,
    VersionMismatch,
)
from mesh.model.device import Trust
from mesh.pairing import frames
from mesh.pairing.frames import Adopted, Answer, Commit, Here, Identity, Kind, Method, Welcome
from mesh.pairing.guest import Calling, Comparing, Joiner
from mesh.pairing.host import Identified, Inviter, Listening
from mesh.pairing.transcript import Side, Talk, commitment, session
from tests.mesh.pairing.household import (
    CODE,
    FAMILY,
    LINK,
    OTHER_FAMILY,
    ROSTER,
    Dice,
    inviter,
    joiner,
    key,
    listening,
    welcome,
)

if TYPE_CHECKING:
    from collections.abc import Callable

METHODS = [Method.LINK, Method.CODE]


def unchanged(kind: Kind, message: bytes) -> bytes:
    return message


@dataclass
class Run:
    """One whole run, step by step, each message passing through ``tamper``."""

    method: Method = Method.LINK
    host: Inviter = field(default_factory=inviter)
    guest: Joiner = field(default_factory=joiner)
    seed: int = 1
    tamper: Callable[[Kind, bytes], bytes] = unchanged

    def passed(self, message: bytes) -> bytes:
        return self.tamper(Kind(message[1]), message)

    def to_comparing(self) -> tuple[Comparing, Identified]:
        listens = listening(self.method, self.host)
        calling = Calling.by(LINK if self.method is Method.LINK else CODE, self.guest)
        here = frames.frame(Kind.HERE, frames.encode(Here(listens.pairing_id)))
        committed, m1 = calling.commit(here, Dice(self.seed))
        answered, m2 = listens.answer(self.passed(m1), 180)
        comparing, m3 = committed.check(self.passed(m2))
        return comparing, answered.identify(self.passed(m3))

    def to_the_end(self) -> tuple[Comparing, Identified, Welcome]:
        comparing, identified = self.to_comparing()
        waiting, yes = comparing.agree()
        agreed = identified.agree(self.passed(yes))
        welcomed, m4 = agreed.welcome(welcome("Phone"))
        invited = waiting.open(self.passed(m4))
        reported, m5 = invited.report(Adopted(b"new card", ROSTER))
        stored = welcomed.store(self.passed(m5))
        reported.finish(self.passed(stored.finish()))
        assert stored.card == b"new card"
        return comparing, identified, invited.welcome


@pytest.mark.parametrize("method", METHODS)
def test_a_right_run_gives_both_sides_the_same_pictures_and_the_welcome(method: Method) -> None:
    comparing, identified, given_welcome = Run(method).to_the_end()
    assert comparing.pictures == identified.pictures
    assert len(comparing.pictures) == 7
    assert comparing.inviter_name == "Laptop"
    assert not comparing.is_same_family
    assert identified.request == joiner().request
    assert given_welcome == welcome("Phone")


def test_two_runs_never_show_the_same_pictures() -> None:
    shown = {Run(seed=seed).to_comparing()[0].pictures for seed in range(20)}
    assert len(shown) == 20


MESSAGES = [
    Kind.COMMIT,
    Kind.ANSWER,
    Kind.IDENTITY,
    Kind.AGREED,
    Kind.WELCOME,
    Kind.ADOPTED,
    Kind.DONE,
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(MESSAGES), st.integers(0, 2**16), st.integers(0, 7))
def test_one_flipped_bit_in_any_message_ends_the_run(kind: Kind, place: int, bit: int) -> None:
    def flip(passing: Kind, message: bytes) -> bytes:
        if passing is not kind:
            return message
        changed = bytearray(message)
        changed[place % len(changed)] ^= 1 << bit
        return bytes(changed)

    with pytest.raises((ProtocolError, PairingError)):
        Run(tamper=flip).to_the_end()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(MESSAGES), st.binary(max_size=300))
def test_junk_instead_of_any_message_ends_the_run(kind: Kind, junk: bytes) -> None:
    def swap(passing: Kind, message: bytes) -> bytes:
        return bytes([1, kind]) + junk if passing is kind else message

    with pytest.raises((ProtocolError, PairingError)):
        Run(tamper=swap).to_the_end()


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_our_errors(message: bytes) -> None:
    def attempt(step: Callable[[], object]) -> None:
        with pytest.raises(ProtocolError):
            step()

    attempt(lambda: listening(Method.LINK).answer(message, 1))
    attempt(lambda: Calling.by(LINK, joiner()).commit(message, Dice(1)))
    attempt(lambda: frames.reason_of(message[:1]))


@pytest.mark.parametrize("method", METHODS)
def test_without_the_secret_the_guest_stops_before_it_says_who_it_is(method: Method) -> None:
    listens = listening(method)
    wrong = Listening(listens.inviter, method, listens.pairing_id, b"0000008")
    calling = Calling.by(LINK if method is Method.LINK else CODE, joiner())
    here = frames.frame(Kind.HERE, frames.encode(Here(listens.pairing_id)))
    committed, m1 = calling.commit(here, Dice(1))
    _, m2 = wrong.answer(m1, 180)
    with pytest.raises(BadHandshake):
        committed.check(m2)


def stranger_says(
    *, opened: bytes = b"r" * 32, committed: bytes = b"r" * 32, by: SigningKey | None = None,
    signs_as: Side = Side.GUEST, name: str = "Phone", claims: bytes | None = None,
) -> Identified:  # fmt: skip
    """A guest of our own making, who has the secret but breaks a rule in m3."""
    listens = listening(Method.LINK)
    pake = Pake.guest(LINK.secret, session(Method.LINK, LINK.pairing_id))
    commit = Commit(Method.LINK, LINK.pairing_id, pake.start(), commitment(committed))
    answered, m2 = listens.answer(frames.frame(Kind.COMMIT, frames.encode(commit)), 180)
    answer = frames.decode(frames.body_of(m2, Kind.ANSWER), Answer)
    talk = Talk.of(commit, answer.element, pake.finish(answer.element))
    signing = by or key(2)
    request = msgspec.structs.replace(joiner().request, name=name, key=claims or signing.public)
    identity = Identity(opened, request, talk.sign(signs_as, signing))
    sealed = talk.seal_frame(Side.GUEST, Kind.IDENTITY, frames.encode(identity))
    return answered.identify(sealed)


def test_a_guest_who_keeps_the_rules_is_identified() -> None:
    assert stranger_says().request.key == key(2).public


def test_a_guest_cannot_choose_its_number_after_it_has_seen_the_answer() -> None:
    with pytest.raises(BadHandshake):
        stranger_says(opened=b"R" * 32)


def test_a_guest_cannot_claim_a_key_that_is_not_its_own() -> None:
    with pytest.raises(BadSignature):
        stranger_says(claims=key(3).public)


def test_a_signature_of_the_other_side_does_not_count() -> None:
    with pytest.raises(BadSignature):
        stranger_says(signs_as=Side.HOST)


def test_a_key_under_which_everything_is_signed_is_refused() -> None:
    with pytest.raises(BadSignature):
        stranger_says(claims=b"\x01" + bytes(31))


@pytest.mark.parametrize("name", ["", "  ", "a\u202eb", "a\nb", "x" * 41, " Phone"])
def test_a_name_that_must_not_be_shown_is_refused(name: str) -> None:
    with pytest.raises(BadFrame):
        stranger_says(name=name)


def test_names_are_checked_at_home_first() -> None:
    with pytest.raises(BadInput):
        Inviter(key(1), "a\u202eb", FAMILY, Trust.FULL)
    with pytest.raises(BadInput):
        Joiner(key(2), "", (), b"", OTHER_FAMILY, is_alone=True)


def test_a_device_cannot_join_itself() -> None:
    with pytest.raises(InvitationInvalid):
        Run(guest=joiner(1)).to_comparing()
    with pytest.raises(InvitationInvalid):
        stranger_says(by=key(1))


def test_a_device_that_shares_a_family_with_others_tells_nothing_to_another() -> None:
    told: list[Kind] = []

    def listen(kind: Kind, message: bytes) -> bytes:
        told.append(kind)
        return message

    with pytest.raises(AlreadyInFamily):
        Run(guest=joiner(is_alone=False), tamper=listen).to_comparing()
    assert told == [Kind.COMMIT, Kind.ANSWER]


def test_a_device_may_join_its_own_family_once_more() -> None:
    comparing, _, _ = Run(guest=joiner(family=FAMILY, is_alone=False)).to_the_end()
    assert comparing.is_same_family


def test_the_inviter_cannot_give_another_family_than_it_announced() -> None:
    comparing, identified = Run().to_comparing()
    waiting, yes = comparing.agree()
    agreed = identified.agree(yes)
    other = msgspec.structs.replace(welcome(), family=digest(b"another"))
    with pytest.raises(BadHandshake):
        agreed.welcome(other)
    lying = msgspec.structs.replace(welcome(), family=digest(b"another"))
    signature = agreed.talk.sign(Side.HOST, key(1))
    signed = frames.SignedWelcome(key(1).public, signature, lying)
    m4 = agreed.talk.seal_frame(Side.HOST, Kind.WELCOME, frames.encode(signed))
    with pytest.raises(BadHandshake):
        waiting.open(m4)


def test_the_inviter_proves_its_identity() -> None:
    comparing, identified = Run().to_comparing()
    waiting, _ = comparing.agree()

    def welcomed_by(claimed: SigningKey, signing: SigningKey) -> bytes:
        signature = identified.talk.sign(Side.HOST, signing)
        signed = frames.SignedWelcome(claimed.public, signature, welcome())
        return identified.talk.seal_frame(Side.HOST, Kind.WELCOME, frames.encode(signed))

    with pytest.raises(BadSignature):
        waiting.open(welcomed_by(key(1), key(9)))
    with pytest.raises(BadHandshake):
        waiting.open(welcomed_by(key(9), key(9)))
    assert waiting.open(welcomed_by(key(1), key(1))).welcome == welcome()


def test_pairing_signatures_are_made_for_pairing_only() -> None:
    comparing, _ = Run().to_comparing()
    signature = comparing.talk.sign(Side.GUEST, key(2))
    assert signature != key(2).sign("roster entry", NO_FAMILY, comparing.talk.transcript)
    with pytest.raises(BadSignature):
        comparing.talk.check_signature(Side.HOST, key(2).public, signature)


def test_messages_of_one_run_mean_nothing_in_another() -> None:
    first, _ = Run(seed=1).to_comparing()
    _, second = Run(seed=2).to_comparing()
    _, yes = first.agree()
    with pytest.raises(BadSeal):
        second.agree(yes)


def test_both_sides_must_come_to_the_same_roster() -> None:
    comparing, identified = Run().to_comparing()
    waiting, yes = comparing.agree()
    welcomed, m4 = identified.agree(yes).welcome(welcome())
    invited = waiting.open(m4)
    other = Adopted(b"card", digest(b"another roster"))
    with pytest.raises(BadHandshake):
        invited.report(other)
    m5 = invited.talk.seal_frame(Side.GUEST, Kind.ADOPTED, frames.encode(other))
    with pytest.raises(BadHandshake):
        welcomed.store(m5)


def test_somebody_in_the_middle_of_a_photographed_link_shows_other_pictures() -> None:
    listens = listening(Method.LINK)
    here = frames.frame(Kind.HERE, frames.encode(Here(LINK.pairing_id)))
    to_laptop, m1 = Calling.by(LINK, joiner(8)).commit(here, Dice(8))
    to_phone = listening(Method.LINK, Inviter(key(9), "Laptop", FAMILY, Trust.FULL))
    phone, phone_m1 = Calling.by(LINK, joiner()).commit(here, Dice(1))
    answered, m2 = listens.answer(m1, 180)
    _, phone_m2 = to_phone.answer(phone_m1, 180)
    _, m3 = to_laptop.check(m2)
    comparing, _ = phone.check(phone_m2)
    assert answered.identify(m3).pictures != comparing.pictures


def test_the_transcript_holds_all_that_was_said() -> None:
    said = Commit(Method.LINK, b"12345678", bytes(33), bytes(32))
    others = [
        msgspec.structs.replace(said, method=Method.CODE),
        msgspec.structs.replace(said, pairing_id=b"12345679"),
        msgspec.structs.replace(said, element=b"\1" + bytes(32)),
        msgspec.structs.replace(said, commitment=b"\1" + bytes(31)),
    ]
    talks = [Talk.of(commit, bytes(33), bytes(32)) for commit in [said, *others]]
    talks.append(Talk.of(said, b"\1" + bytes(32), bytes(32)))
    assert len({talk.transcript for talk in talks}) == len(talks)


def test_another_version_is_named_as_such() -> None:
    with pytest.raises(VersionMismatch):
        listening(Method.LINK).answer(b"\x02\x01whatever", 1)


def test_a_family_that_is_too_large_to_be_sent_is_not_cut_short() -> None:
    _, identified = Run().to_comparing()
    comparing, again = Run().to_comparing()
    del identified
    _, yes = comparing.agree()
    many = tuple(bytes(2000) for _ in range(600))
    with pytest.raises(BadFrame):
        again.agree(yes).welcome(msgspec.structs.replace(welcome(), entries=many))
