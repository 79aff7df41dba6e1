"""The rules of an open window: tries, runs, time, and whom the owner is asked about."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh.crypto import Pake
from mesh.errors import (
    CodeWrong,
    InvitationClosed,
    InvitationInvalid,
    MeshError,
    PairingRefused,
    PairingUnreachable,
)
from mesh.pairing import frames
from mesh.pairing.effects import (
    Admit,
    Ask,
    Belong,
    End,
    Finish,
    Guessed,
    HostEffect,
    Reply,
    Show,
    Withdraw,
)
from mesh.pairing.frames import Commit, Hello, Kind, Method, Refusal
from mesh.pairing.invitation import Code
from mesh.pairing.reception import GRACE_S, LINK_RUNS, LINK_RUNS_AT_ONCE, SILENCE_S, STORING_S
from mesh.pairing.transcript import session
from tests.mesh.pairing.household import (
    CODE,
    CODE_ID,
    FAMILY,
    LINK,
    SECONDS,
    Wire,
    joiner,
    reception,
)

A, B, C, D = b"\1", b"\2", b"\3", b"\4"
PHONE, TABLET, ROBBER = joiner(2), joiner(3), joiner(4)
WRONG_CODE = Code(CODE.digits[:2] + "7654321")


def open_window() -> Wire:
    return Wire(reception())


def ended(wire: Wire) -> MeshError:
    (end,) = wire.host_effects(End)
    assert isinstance(end, End)
    return end.error


def error_of(wire: Wire, peer: bytes) -> MeshError:
    last = wire.last(peer)
    assert isinstance(last, End)
    return last.error


def asked(wire: Wire) -> list[bytes]:
    return [ask.request.key for ask in wire.host if isinstance(ask, Ask)]


def shown(wire: Wire, peer: bytes) -> tuple[tuple[str, str], ...]:
    (show,) = [effect for effect in wire.guests[peer] if isinstance(effect, Show)]
    return show.pictures


@pytest.mark.parametrize("invitation", [LINK, CODE])
@pytest.mark.parametrize("owner_first", [True, False])
def test_a_device_joins_once_both_owners_agree(invitation: Code, owner_first: bool) -> None:
    wire = open_window()
    wire.arrive(A, PHONE, invitation)
    (ask,) = wire.host_effects(Ask)
    assert isinstance(ask, Ask)
    assert ask.pictures == shown(wire, A)
    for is_owner in (owner_first, not owner_first):
        assert not wire.host_effects(Admit)
        if is_owner:
            wire.owner_says(PHONE, yes=True)
        else:
            wire.say_yes(A)
    (finish,) = wire.host_effects(Finish)
    assert isinstance(finish, Finish)
    assert finish.request == PHONE.request
    belong = wire.last(A)
    assert isinstance(belong, Belong)
    assert (belong.welcome.family, belong.welcome.name) == (FAMILY, "Phone")
    order = [kind for _, kind in wire.heard if kind not in {Kind.HELLO, Kind.HERE, Kind.AGREED}]
    assert order == [1, 2, 3, 4, 5, 6]


def test_nothing_flows_before_our_owner_agrees() -> None:
    wire = open_window()
    wire.arrive(A, PHONE)
    wire.say_yes(A)
    wire.pass_time(30)
    assert Kind.WELCOME not in {kind for _, kind in wire.heard}
    assert not wire.host_effects(Admit)


def test_nobody_is_admitted_whose_own_owner_has_not_agreed() -> None:
    wire = open_window()
    wire.arrive(A, PHONE)
    wire.owner_says(PHONE, yes=True)
    wire.pass_time(30)
    assert not wire.host_effects(Admit)
    wire.say_yes(A, yes=False)
    assert not wire.host_effects(Admit)
    assert isinstance(ended(wire), PairingRefused)
    assert isinstance(error_of(wire, A), PairingRefused)


def test_a_code_dies_after_three_wrong_tries_and_the_link_lives_on() -> None:
    wire = open_window()
    for peer in (A, B, C):
        wire.arrive(peer, ROBBER, WRONG_CODE)
        assert isinstance(error_of(wire, peer), CodeWrong)
    wire.arrive(D, PHONE, CODE)
    wire.pass_time(3)
    assert isinstance(error_of(wire, D), InvitationClosed)
    assert asked(wire) == []
    wire.arrive(b"\5", PHONE, LINK)
    assert asked(wire) == [PHONE.key.public]


def test_the_owner_is_told_of_each_wrong_code_and_how_many_tries_are_left() -> None:
    wire = open_window()
    wire.arrive(A, ROBBER, WRONG_CODE)
    wire.arrive(B, ROBBER, WRONG_CODE)
    assert wire.host_effects(Guessed) == [Guessed(2), Guessed(1)]


def test_who_knows_the_code_or_comes_by_link_has_not_guessed() -> None:
    wire = open_window()
    wire.arrive(A, PHONE, CODE)
    wire.guest_does(A, wire.attempts[A].fail(PairingRefused(), Refusal.GONE))
    wire.arrive(B, TABLET)
    wire.guest_does(B, wire.attempts[B].fail(PairingRefused(), Refusal.GONE))
    assert wire.host_effects(Guessed) == []


def test_a_try_counts_before_it_is_answered() -> None:
    wire = open_window()
    element = bytes.fromhex("41") + bytes(32)
    commit = Commit(Method.CODE, CODE_ID, element, bytes(32))
    for number in range(3):
        reply = wire.knock(bytes([number]), frames.frame(Kind.COMMIT, frames.encode(commit)))
        refusal = Reply(bytes([number]), frames.refusal(Refusal.NOT_UNDERSTOOD))
        assert reply == [refusal, Guessed(2 - number)]
    wire.arrive(D, PHONE, CODE)
    wire.pass_time(3)
    assert isinstance(error_of(wire, D), InvitationClosed)


def test_a_right_code_after_two_wrong_ones_is_let_in() -> None:
    wire = open_window()
    wire.arrive(A, PHONE, WRONG_CODE)
    wire.arrive(B, PHONE, WRONG_CODE)
    wire.arrive(C, PHONE, CODE)
    assert asked(wire) == [PHONE.key.public]


def test_a_code_of_another_window_is_told_so() -> None:
    wire = open_window()
    wire.arrive(A, PHONE, Code("99" + CODE.digits[2:]))
    wire.pass_time(3)
    assert isinstance(error_of(wire, A), CodeWrong)
    wire.arrive(B, PHONE, CODE)
    assert asked(wire) == [PHONE.key.public]


def test_a_flood_through_the_link_is_bounded() -> None:
    wire = open_window()
    committing = [
        wire.knock(number.to_bytes(2), b"\1\1" + message)
        for number, message in enumerate(commits(200))
    ]
    answered = [replies for replies in committing if kind_of(replies) is Kind.ANSWER]
    assert len(answered) == LINK_RUNS_AT_ONCE
    assert kind_of(committing[-1]) is Kind.REFUSAL


def test_link_runs_are_limited_in_all() -> None:
    wire = open_window()
    answered = 0
    for number, message in enumerate(commits(100)):
        replies = wire.knock(number.to_bytes(2), b"\1\1" + message)
        answered += kind_of(replies) is Kind.ANSWER
        wire.knock(number.to_bytes(2), frames.refusal(Refusal.GONE))
    assert answered == LINK_RUNS


def test_a_flood_by_somebody_who_does_not_know_the_name_costs_nothing() -> None:
    wire = open_window()
    for number in range(500):
        hello = Hello(Method.LINK, number.to_bytes(8))
        replies = wire.knock(number.to_bytes(2), frames.frame(Kind.HELLO, frames.encode(hello)))
        assert kind_of(replies) is Kind.REFUSAL
        commit = Commit(Method.LINK, number.to_bytes(8), bytes(33), bytes(32))
        wire.knock(number.to_bytes(2), frames.frame(Kind.COMMIT, frames.encode(commit)))
    wire.arrive(A, PHONE)
    assert asked(wire) == [PHONE.key.public]


def commits(count: int) -> list[bytes]:
    """First messages of somebody who has the link, each with its own half of SPAKE2."""
    made = []
    for _ in range(min(count, 3)):
        element = Pake.guest(LINK.secret, session(Method.LINK, LINK.pairing_id)).start()
        commit = Commit(Method.LINK, LINK.pairing_id, element, bytes(32))
        made.append(frames.encode(commit))
    return (made * count)[:count]


def kind_of(replies: list[HostEffect]) -> Kind:
    (reply,) = replies
    assert isinstance(reply, Reply)
    return frames.kind_of(reply.message)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([A, B]), st.binary(max_size=200)), max_size=10))
def test_junk_never_stops_a_window(knocks: list[tuple[bytes, bytes]]) -> None:
    wire = open_window()
    for peer, message in knocks:
        for effect in wire.knock(peer, message):
            assert isinstance(effect, Reply)
            assert len(effect.message) <= 64
    wire.arrive(C, PHONE)
    assert asked(wire) == [PHONE.key.public]


def test_two_devices_with_a_photographed_link_show_different_pictures() -> None:
    wire = open_window()
    wire.arrive(A, ROBBER)
    wire.arrive(B, PHONE)
    assert shown(wire, A) != shown(wire, B)
    assert asked(wire) == [ROBBER.key.public]
    wire.say_yes(A)
    wire.say_yes(B)
    wire.owner_says(ROBBER, yes=False)
    assert isinstance(ended(wire), PairingRefused)
    assert not wire.host_effects(Admit)
    assert isinstance(error_of(wire, A), PairingRefused)
    assert isinstance(error_of(wire, B), PairingRefused)


def test_one_device_is_asked_about_at_a_time_and_the_next_when_it_is_gone() -> None:
    wire = open_window()
    wire.arrive(A, ROBBER)
    wire.arrive(B, PHONE)
    wire.guest_does(A, wire.attempts[A].fail(PairingRefused(), Refusal.GONE))
    assert wire.host_effects(Withdraw) == [Withdraw(ROBBER.request)]
    assert asked(wire) == [ROBBER.key.public, PHONE.key.public]


def test_an_answer_about_a_device_that_is_gone_counts_for_nobody() -> None:
    wire = open_window()
    wire.arrive(A, PHONE)
    wire.arrive(B, ROBBER)
    wire.say_yes(B)
    wire.guest_does(A, wire.attempts[A].fail(PairingRefused(), Refusal.GONE))
    wire.owner_says(PHONE, yes=True)
    assert not wire.host_effects(Admit)
    assert not wire.host_effects(End)


def test_a_consent_does_not_pass_to_the_next_device() -> None:
    wire = open_window()
    wire.arrive(A, PHONE)
    wire.arrive(B, ROBBER)
    wire.owner_says(PHONE, yes=True)
    wire.guest_does(A, wire.attempts[A].fail(PairingRefused(), Refusal.GONE))
    assert asked(wire) == [PHONE.key.public, ROBBER.key.public]
    wire.say_yes(B)
    assert not wire.host_effects(Admit)


def test_after_one_success_nobody_else_comes_in() -> None:
    wire = open_window()
    wire.arrive(A, PHONE)
    wire.arrive(B, ROBBER)
    wire.say_yes(B)
    wire.say_yes(A)
    wire.owner_says(PHONE, yes=True)
    assert [finish.request for finish in wire.host if isinstance(finish, Finish)] == [
        PHONE.request
    ]
    assert isinstance(error_of(wire, B), InvitationClosed)
    assert (
        wire.knock(C, frames.frame(Kind.HELLO, frames.encode(Hello(Method.CODE, b"*")))) == []
    )


def test_a_device_that_comes_again_leaves_its_first_run_behind() -> None:
    wire = open_window()
    wire.arrive(A, PHONE)
    wire.arrive(B, PHONE)
    assert asked(wire) == [PHONE.key.public] * 2
    wire.say_yes(B)
    wire.owner_says(PHONE, yes=True)
    assert isinstance(wire.last(B), Belong)


def test_a_window_closes_when_its_time_is_over() -> None:
    wire = open_window()
    wire.pass_time(SECONDS - 1)
    assert not wire.host_effects(End)
    wire.pass_time(1)
    assert isinstance(ended(wire), InvitationClosed)


def test_no_run_begins_after_the_end_but_people_who_compare_get_a_minute() -> None:
    wire = open_window()
    wire.pass_time(SECONDS - 2)
    wire.arrive(A, PHONE)
    wire.pass_time(5)
    wire.arrive(B, ROBBER)
    wire.pass_time(3)
    assert isinstance(error_of(wire, B), InvitationClosed)
    assert not wire.host_effects(End)
    wire.say_yes(A)
    wire.owner_says(PHONE, yes=True)
    assert isinstance(wire.last(A), Belong)


def test_the_minute_ends_too() -> None:
    wire = open_window()
    wire.pass_time(SECONDS - 2)
    wire.arrive(A, PHONE)
    wire.pass_time(GRACE_S + 5)
    assert isinstance(ended(wire), InvitationClosed)
    assert isinstance(error_of(wire, A), InvitationClosed)


def test_a_device_that_falls_silent_is_withdrawn() -> None:
    wire = open_window()
    wire.arrive(A, PHONE)
    wire.pass_time(60)
    assert not wire.host_effects(Withdraw)
    wire.pass_time(SILENCE_S + 1, alive=False)
    assert wire.host_effects(Withdraw) == [Withdraw(PHONE.request)]
    assert not wire.host_effects(End)


def test_while_our_own_process_stands_still_nobody_falls_silent() -> None:
    wire = open_window()
    wire.arrive(A, PHONE)
    wire.pass_time(3)
    wire.now += 3 * SILENCE_S
    wire.host_does(wire.window.tick(wire.now, 3 * SILENCE_S - 1))
    assert not wire.host_effects(Withdraw)
    wire.pass_time(SILENCE_S - 3, alive=False)
    assert not wire.host_effects(Withdraw)
    wire.pass_time(4, alive=False)
    assert wire.host_effects(Withdraw) == [Withdraw(PHONE.request)]


def test_a_run_that_stops_before_it_says_who_it_is_frees_its_place() -> None:
    wire = open_window()
    for number, message in enumerate(commits(2)):
        wire.knock(bytes([9, number]), b"\1\1" + message)
    wire.pass_time(SILENCE_S + 1, alive=False)
    wire.arrive(A, PHONE)
    assert asked(wire) == [PHONE.key.public]


def test_signs_of_life_do_not_keep_a_place_for_somebody_who_does_not_say_who_it_is() -> None:
    wire = open_window()
    hello = frames.frame(Kind.HELLO, frames.encode(Hello(Method.LINK, LINK.pairing_id)))
    for number, message in enumerate(commits(2)):
        wire.knock(bytes([9, number]), b"\1\1" + message)
    for _ in range(int(SILENCE_S) + 1):
        wire.knock(b"\x09\0", hello)
        wire.knock(b"\x09\1", hello)
        wire.pass_time(1)
    wire.arrive(A, PHONE)
    assert asked(wire) == [PHONE.key.public]


def test_while_one_is_being_admitted_nobody_else_begins() -> None:
    wire = open_window()
    wire.admits = False
    wire.arrive(A, PHONE)
    wire.say_yes(A)
    wire.owner_says(PHONE, yes=True)
    assert wire.host_effects(Admit) == [Admit(PHONE.request)]
    wire.arrive(B, ROBBER)
    wire.pass_time(3)
    assert isinstance(error_of(wire, B), InvitationClosed)
    commit = wire.knock(C, b"\1\1" + commits(1)[0])
    assert commit == [Reply(C, frames.refusal(Refusal.CLOSED))]


def test_while_our_own_process_stands_still_a_joiner_still_stores_it() -> None:
    wire = open_window()
    wire.adopts = False
    wire.arrive(A, PHONE)
    wire.say_yes(A)
    wire.owner_says(PHONE, yes=True)
    wire.pass_time(3)
    wire.now += 2 * STORING_S
    wire.host_does(wire.window.tick(wire.now, 2 * STORING_S - 1))
    assert not wire.host_effects(End)


def test_a_joiner_that_never_comes_to_store_it_does_not_hold_the_window_for_ever() -> None:
    wire = open_window()
    wire.adopts = False
    wire.arrive(A, PHONE)
    wire.say_yes(A)
    wire.owner_says(PHONE, yes=True)
    wire.pass_time(STORING_S - 1)
    assert not wire.host_effects(End)
    wire.pass_time(2)
    assert isinstance(ended(wire), PairingUnreachable)
    error = error_of(wire, A)
    assert isinstance(error, PairingUnreachable)
    assert "belongs to the family" in error.sentence


def test_if_the_joiner_dies_after_the_welcome_the_inviter_says_what_it_believes() -> None:
    wire = Wire(reception())
    wire.arrive(A, PHONE)
    wire.say_yes(A)
    del wire.attempts[A]
    wire.owner_says(PHONE, yes=True)
    assert wire.host_effects(Admit) == [Admit(PHONE.request)]
    wire.pass_time(SILENCE_S + 1, alive=False)
    error = ended(wire)
    assert isinstance(error, PairingUnreachable)
    assert "was added" in error.sentence


def test_a_device_that_adopted_and_lost_its_inviter_knows_it_and_may_come_again() -> None:
    def lose_the_last(kind: Kind, message: bytes) -> bytes:
        return frames.refusal(Refusal.GONE) if kind is Kind.DONE else message

    wire = Wire(reception(), tamper=lose_the_last)
    wire.arrive(A, PHONE)
    wire.say_yes(A)
    wire.owner_says(PHONE, yes=True)
    error = error_of(wire, A)
    assert isinstance(error, PairingUnreachable)
    assert "belongs to the family now" in error.sentence
    member = joiner(2, family=FAMILY, is_alone=False)
    again = open_window()
    again.arrive(A, member)
    again.say_yes(A)
    again.owner_says(member, yes=True)
    assert isinstance(again.last(A), Belong)


def test_a_window_refuses_its_own_device() -> None:
    wire = open_window()
    wire.arrive(A, joiner(1, family=FAMILY))
    error = error_of(wire, A)
    assert isinstance(error, InvitationInvalid)
    assert "this very device" in error.sentence
    assert asked(wire) == []


def test_closing_tells_everybody() -> None:
    wire = open_window()
    wire.arrive(A, PHONE)
    wire.host_does(wire.window.close(Refusal.CLOSED, InvitationClosed()))
    assert isinstance(error_of(wire, A), InvitationClosed)
    wire.owner_says(PHONE, yes=True)
    assert not wire.host_effects(Admit)
