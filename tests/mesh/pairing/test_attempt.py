"""The rules of an attempt to join: the first answer wins, silence ends it, errors are ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.errors import (
    AlreadyInFamily,
    CodeWrong,
    InvitationClosed,
    InvitationInvalid,
    MeshError,
    PairingRefused,
    PairingUnreachable,
    VersionMismatch,
)
from mesh.pairing import frames
from mesh.pairing.attempt import HALF_DONE, HELLO_S, REACH_S, SILENCE_S, TURNED_AWAY_S, Attempt
from mesh.pairing.effects import Adopt, Choose, End, GuestEffect, HangUp, Say, Show
from mesh.pairing.frames import Here, Kind, Method, Refusal
from mesh.pairing.guest import Calling, Joiner
from mesh.pairing.host import Listening
from tests.mesh.pairing.household import (
    CODE,
    CODE_ID,
    LINK,
    Dice,
    Wire,
    inviter,
    joiner,
    listening,
    reception,
)

if TYPE_CHECKING:
    from mesh.pairing.invitation import Code, Invitation

HERE = frames.frame(Kind.HERE, frames.encode(Here(LINK.pairing_id)))
HERE_BY_CODE = frames.frame(Kind.HERE, frames.encode(Here(CODE_ID)))


def attempt(invitation: Invitation | Code = LINK, who: Joiner | None = None) -> Attempt:
    return Attempt(Calling.by(invitation, who or joiner()), Dice(1), 0.0)


def error_in(effects: list[GuestEffect]) -> MeshError:
    (end,) = [effect for effect in effects if isinstance(effect, End)]
    return end.error


def said(effects: list[GuestEffect]) -> list[Kind]:
    return [frames.kind_of(effect.message) for effect in effects if isinstance(effect, Say)]


def test_the_first_window_that_answers_is_chosen_and_only_it_gets_a_commitment() -> None:
    trying = attempt()
    assert said(trying.begin()) == [Kind.HELLO]
    first = trying.receive(3, HERE, 0.1)
    assert first[0] == Choose(3)
    assert said(first) == [Kind.COMMIT]
    assert trying.receive(1, HERE, 0.2) == []
    assert trying.receive(1, frames.refusal(Refusal.CLOSED), 0.2) == []
    assert trying.receive(3, HERE, 0.3) == []


def test_somebody_else_at_an_address_does_not_disturb() -> None:
    trying = attempt()
    wrong = frames.frame(Kind.HERE, frames.encode(Here(b"somebody")))
    for message in (b"", b"GET / HTTP/1.1", b"\1\2junk", wrong, b"\2\x08", bytes(10_000)):
        assert trying.receive(0, message, 0.1) == []
    assert trying.receive(1, HERE, 0.2)[0] == Choose(1)


def test_when_nobody_answers_it_says_so_after_ten_seconds() -> None:
    trying = attempt()
    assert said(trying.tick(REACH_S - 1)) == [Kind.HELLO]
    effects = trying.tick(REACH_S + 0.5)
    assert isinstance(error_in(effects), PairingUnreachable)
    assert HangUp() in effects
    assert trying.tick(REACH_S + 10) == []


def test_while_our_own_process_stands_still_the_other_does_not_fall_silent() -> None:
    trying = attempt()
    assert said(trying.tick(REACH_S + 20, REACH_S + 19)) == [Kind.HELLO]
    trying.receive(0, HERE, REACH_S + 20)
    now = 3 * REACH_S + 40
    assert said(trying.tick(now, now - REACH_S - 21)) == [Kind.HELLO]
    assert said(trying.tick(now + SILENCE_S - 2)) == [Kind.HELLO]
    assert isinstance(error_in(trying.tick(now + SILENCE_S)), PairingUnreachable)


@pytest.mark.parametrize(
    ("reason", "invitation", "error"),
    [
        (Refusal.CLOSED, LINK, InvitationClosed),
        (Refusal.UNKNOWN, LINK, InvitationClosed),
        (Refusal.UNKNOWN, CODE, CodeWrong),
        (Refusal.VERSION, LINK, VersionMismatch),
    ],
)
def test_a_refusal_at_one_address_waits_a_moment_for_the_others(
    reason: Refusal, invitation: Invitation | Code, error: type[MeshError]
) -> None:
    trying = attempt(invitation)
    assert trying.receive(0, frames.refusal(reason), 0.1) == []
    assert trying.tick(TURNED_AWAY_S) == []
    assert isinstance(error_in(trying.tick(0.2 + TURNED_AWAY_S)), error)


def test_while_our_own_process_stands_still_the_others_are_waited_for_after_a_refusal() -> None:
    trying = attempt()
    trying.receive(0, frames.refusal(Refusal.UNKNOWN), 0.5)
    assert not any(isinstance(one, End) for one in trying.tick(5.0, 4.0))
    assert isinstance(error_in(trying.tick(5.0 + TURNED_AWAY_S)), InvitationClosed)


def test_a_refusal_at_one_address_does_not_hide_the_window_at_another() -> None:
    trying = attempt()
    trying.receive(0, frames.refusal(Refusal.UNKNOWN), 0.1)
    assert trying.receive(1, HERE, 0.5)[0] == Choose(1)
    assert not trying.is_over


@pytest.mark.parametrize("reason", list(Refusal))
@pytest.mark.parametrize("method", list(Method))
def test_every_refusal_is_an_error_with_a_sentence(reason: Refusal, method: Method) -> None:
    error = reason.error(method)
    assert error.sentence.endswith((".", "again", "first"))
    assert 20 < len(error.sentence) < 120


@pytest.mark.parametrize("invitation", [LINK, CODE])
def test_a_host_without_the_secret_is_told_nothing(invitation: Invitation | Code) -> None:
    by_link = invitation is LINK
    method = Method.LINK if by_link else Method.CODE
    right = listening(method)
    impostor = Listening(inviter(9), method, right.pairing_id, b"not the secret..")
    trying = attempt(invitation)
    (_, commit) = trying.receive(0, HERE if by_link else HERE_BY_CODE, 0.1)
    assert isinstance(commit, Say)
    _, answer = impostor.answer(commit.message, 100)
    effects = trying.receive(0, answer, 0.2)
    assert isinstance(error_in(effects), InvitationInvalid if by_link else CodeWrong)
    assert effects[0] == Say(frames.refusal(Refusal.SECRET_WRONG))


def test_a_device_with_a_family_of_its_own_does_not_say_who_it_is() -> None:
    wire = Wire(reception())
    wire.arrive(b"\1", joiner(is_alone=False))
    last = wire.last(b"\1")
    assert isinstance(last, End)
    assert isinstance(last.error, AlreadyInFamily)
    assert Kind.IDENTITY not in {kind for _, kind in wire.heard}
    assert wire.host == []


def test_nothing_is_adopted_before_our_owner_agrees() -> None:
    wire = Wire(reception())
    wire.arrive(b"\1", joiner())
    assert isinstance(wire.last(b"\1"), Show)
    welcome = frames.frame(Kind.WELCOME, bytes(100))
    effects = wire.attempts[b"\1"].receive(0, welcome, 1.0)
    assert not [effect for effect in effects if isinstance(effect, Adopt)]
    assert isinstance(error_in(effects), PairingRefused)


def test_while_people_compare_each_side_shows_that_it_is_there() -> None:
    wire = Wire(reception())
    wire.arrive(b"\1", joiner())
    wire.heard.clear()
    wire.pass_time(20)
    hellos = [kind for _, kind in wire.heard if kind is Kind.HELLO]
    assert len(hellos) == 20 / HELLO_S
    assert not wire.attempts[b"\1"].is_over


def test_a_silent_inviter_is_noticed() -> None:
    wire = Wire(reception())
    wire.arrive(b"\1", joiner())
    trying = wire.attempts[b"\1"]
    effects = trying.tick(SILENCE_S + 1)
    assert isinstance(error_in(effects), PairingUnreachable)
    assert error_in(effects).sentence != HALF_DONE


def test_an_answer_after_the_end_changes_nothing() -> None:
    trying = attempt()
    trying.receive(0, HERE, 0.1)
    trying.receive(0, frames.refusal(Refusal.CLOSED), 0.2)
    assert trying.is_over
    assert trying.decide(yes=True) == []
    assert trying.fail(PairingRefused(), Refusal.GONE) == []
    assert trying.receive(0, HERE, 0.3) == []
