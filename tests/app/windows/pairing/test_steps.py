"""What happened decides what the pairing wizard shows next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.viewstate import DeviceView, Link, ViewState
from app.windows.pairing import steps, words
from app.windows.pairing.failures import Failure, failure_of
from app.windows.pairing.steps import (
    Calling,
    Choosing,
    Comparing,
    Failed,
    Meeting,
    Opening,
    Reading,
    Showing,
)
from mesh import errors
from mesh.messages import DeviceShown
from mesh.model.device import Context, Role, Trust
from mesh.pairing.emoji import PICTURES
from mesh.wishes import (
    CodeTried,
    DeviceJoined,
    FamilyJoined,
    Invite,
    InviteOpened,
    Join,
    JoinBegun,
    PairingAsking,
    PairingWithdrawn,
)

CHOICE = Choosing(Trust.LIMITED, Role.SHARED, "Kitchen")
TOLD = Reading("AICO-MESH:ABC")
OPENED = InviteOpened(
    run="r", link="AICO-MESH:ABC", code="123 456 789", at="10.0.0.2:21550", expires_at=180.0
)
ASKING = PairingAsking(
    run="r",
    name="Tablet",
    emoji=("🐕", "🔑"),
    emoji_names=("dog", "key"),
    trust=Trust.LIMITED,
)


def shown() -> Showing:
    step = steps.heard(Opening(CHOICE), OPENED)
    assert isinstance(step, Showing)
    return step


def called() -> Calling:
    step = steps.heard(Calling(TOLD), JoinBegun(run="r", hosts=("10.0.0.2",)))
    assert isinstance(step, Calling)
    return step


def compared(origin: Showing | Calling) -> Comparing:
    step = steps.heard(origin, ASKING)
    assert isinstance(step, Comparing)
    return step


def device(name: str, **fields: object) -> DeviceView:
    about = DeviceShown(
        device_id=name,
        name=name,
        role=Role.PRIMARY,
        trust=Trust.FULL,
        context=Context.PERSONAL,
        connected=True,
        is_self=name == "me",
        in_step=bool(fields.pop("in_step", False)),
    )
    return DeviceView(device=about, link=Link.CONNECTED, **fields)  # type: ignore[arg-type]


# ---- inviting --------------------------------------------------------------------------------


def test_what_was_chosen_is_what_is_wished_for() -> None:
    assert CHOICE.wish == Invite(trust=Trust.LIMITED, role=Role.SHARED, name="Kitchen")
    assert Choosing(name="  ").wish == Invite(trust=Trust.FULL)


def test_an_open_window_shows_link_code_and_time() -> None:
    step = shown()
    assert (step.link, step.code, step.expires_at) == ("AICO-MESH:ABC", "123 456 789", 180.0)
    assert (step.tries_left, steps.run_of(step)) == (3, "r")


def test_a_wrong_code_costs_a_try_also_while_pictures_are_compared() -> None:
    step = steps.heard(shown(), CodeTried(run="r", left=2))
    assert isinstance(step, Showing)
    assert step.tries_left == 2
    later = steps.heard(compared(step), CodeTried(run="r", left=1))
    assert isinstance(later, Comparing)
    assert later.origin == shown_with(tries_left=1)


def shown_with(**fields: object) -> Showing:
    return replace(shown(), **fields)  # type: ignore[arg-type]


def test_who_asked_and_went_away_leaves_the_window_open() -> None:
    step = steps.heard(compared(shown()), PairingWithdrawn(run="r"))
    assert step == shown_with(someone_left=True)
    again = steps.heard(step, ASKING)
    assert isinstance(again, Comparing)
    assert again.origin == shown()


def test_a_newcomer_that_both_agreed_on_is_met() -> None:
    agreed = steps.answered(compared(shown()), yes=True)
    assert isinstance(agreed, Comparing)
    assert agreed.agreed
    met = steps.granted(agreed, DeviceJoined(device_id="tablet", name="Kitchen"))
    assert met == Meeting(is_host=True, name="Kitchen", trust=Trust.LIMITED, device_id="tablet")


# ---- joining ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at", "needs_place", "is_ready"),
    [
        ("", "", False, False),
        ("aico-mesh:abc", "", False, True),
        ("AICO-MESH:A 1 2 3", "", False, True),
        ("123 456 789", "", True, False),
        ("123-456-789", "desk.local", True, True),
        ("hello", "desk.local", False, False),
    ],
)
def test_a_link_is_enough_and_a_code_needs_its_place(
    text: str, at: str, needs_place: bool, is_ready: bool
) -> None:
    step = Reading(text, at)
    assert (step.needs_place, step.is_ready) == (needs_place, is_ready)


def test_the_place_is_told_with_a_code_only() -> None:
    assert Reading(" 123 456 789 ", " desk ").wish == Join(invitation="123 456 789", at="desk")
    assert Reading("AICO-MESH:ABC", "desk").wish == Join(invitation="AICO-MESH:ABC")


def test_who_calls_knows_where_and_can_be_stopped() -> None:
    assert (called().hosts, steps.run_of(called())) == (("10.0.0.2",), "r")
    assert steps.run_of(Calling(TOLD)) is None


def test_who_joined_waits_for_the_first_sync_with_whoever_is_there() -> None:
    agreed = steps.answered(compared(called()), yes=True)
    met = steps.granted(agreed, FamilyJoined(family_id="f", device_id="me", name="Tablet"))
    assert met == Meeting(is_host=False, name="Tablet", trust=Trust.LIMITED)


# ---- the first sync --------------------------------------------------------------------------


def test_the_first_sync_counts_what_came_what_is_missing_and_the_time_left() -> None:
    met = Meeting(is_host=False, name="Desk", trust=Trust.FULL)
    others = (
        device("desk", received=40, pending=100, seconds_left=7.5),
        device("shelf", received=2, pending=1),
    )
    step = steps.synced(met, ViewState(devices=(device("me"), *others)))
    assert isinstance(step, Meeting)
    assert (step.received, step.missing, step.seconds_left) == (42, 101, 7.5)
    assert step.is_connected
    assert not step.is_in_step


def test_the_host_looks_at_the_newcomer_only() -> None:
    met = Meeting(is_host=True, name="Tablet", trust=Trust.FULL, device_id="tablet")
    newcomer = device("tablet", sent=12)
    state = ViewState(devices=(device("me"), device("old", in_step=True), newcomer))
    step = steps.synced(met, state)
    assert isinstance(step, Meeting)
    assert (step.sent, step.is_in_step) == (12, False)
    done = ViewState(devices=(device("me"), device("tablet", in_step=True)))
    assert steps.synced(step, done) == Meeting(
        is_host=True,
        name="Tablet",
        trust=Trust.FULL,
        device_id="tablet",
        sent=12,
        is_connected=True,
        is_in_step=True,
    )


# ---- failures --------------------------------------------------------------------------------


def test_a_no_here_is_told_once_and_begins_again_with_what_was_chosen() -> None:
    failed = steps.answered(compared(shown()), yes=False)
    assert failed == Failed(Failure.PICTURES_DIFFER, CHOICE)
    assert steps.refused(failed, errors.PairingRefused()) is failed


def test_a_second_answer_changes_nothing() -> None:
    agreed = steps.answered(compared(shown()), yes=True)
    assert steps.answered(agreed, yes=False) is agreed


def test_what_fails_while_joining_names_whom_it_called_and_keeps_what_was_typed() -> None:
    error = errors.PairingUnreachable()
    failed = steps.refused(called(), error)
    assert failed == Failed(Failure.UNREACHABLE, TOLD, ("10.0.0.2",), error)
    assert "10.0.0.2" in words.trouble(failed).title


GUEST = [
    (errors.InvitationClosed(), Failure.CLOSED),
    (errors.InvitationInvalid(), Failure.UNREADABLE),
    (errors.InvitationOwn(), Failure.OWN),
    (errors.InvitationOutdated(), Failure.VERSION),
    (errors.VersionMismatch(), Failure.VERSION),
    (errors.CodeWrong(), Failure.CODE_WRONG),
    (errors.PairingRefused(), Failure.SAID_NO_THERE),
    (errors.InvitationBusy(), Failure.BUSY),
    (errors.PairingMuddled(), Failure.MUDDLED),
    (errors.PairingNotStored(), Failure.NOT_STORED),
    (errors.OtherHasFamily(), Failure.IN_FAMILY_THERE),
    (errors.PairingInterrupted(), Failure.INTERRUPTED),
    (errors.PairingUnreachable(), Failure.UNREACHABLE),
    (errors.PairingHalfDone(), Failure.HALF_DONE),
    (errors.AlreadyInFamily(), Failure.IN_FAMILY_HERE),
    (errors.WishRefused(), Failure.WINDOW_OPEN),
    (errors.BadInput(), Failure.OTHER),
    (errors.DiskFull(), Failure.OTHER),
]
HOST = [
    (errors.InvitationClosed(), Failure.EXPIRED),
    (errors.InvitationInvalid(), Failure.NO_NETWORK),
    (errors.PairingUnreachable(), Failure.NO_NETWORK),
    (errors.PairingHalfDone(), Failure.HALF_DONE),
    (errors.NotPermitted(), Failure.NOT_ALLOWED),
    (errors.PairingRefused(), Failure.SAID_NO_THERE),
]


@pytest.mark.parametrize(("error", "why"), GUEST)
def test_each_error_of_who_joins_has_its_kind(error: errors.MeshError, why: Failure) -> None:
    assert failure_of(error, is_host=False) is why


@pytest.mark.parametrize(("error", "why"), HOST)
def test_each_error_of_who_invites_has_its_kind(error: errors.MeshError, why: Failure) -> None:
    assert failure_of(error, is_host=True) is why
    opened = steps.refused(Opening(CHOICE), error)
    assert isinstance(opened, Failed)
    assert (opened.why, opened.again) == (why, CHOICE)


def test_each_failure_has_a_sentence_and_a_step_of_its_own() -> None:
    told = {}
    for why in Failure:
        step = Failed(why, TOLD, error=errors.BadInput("A device name cannot be empty."))
        told[why] = words.trouble(step)
    titles = {(trouble.title, trouble.advice) for trouble in told.values()}
    assert len(titles) == len(Failure)
    assert all(one.title and one.advice and one.remedy for one in told.values())
    assert told[Failure.OTHER].advice == "A device name cannot be empty."
    assert told[Failure.IN_FAMILY_HERE].remedy == "Open Devices"
    again = words.trouble(Failed(Failure.EXPIRED, CHOICE)).remedy
    assert (told[Failure.CLOSED].remedy, again) == ("Try again", "New invitation")


# ---- words -----------------------------------------------------------------------------------


def test_every_picture_has_its_name_in_the_windows_too() -> None:
    assert tuple(name for _, name in PICTURES) == words.PICTURES


@pytest.mark.parametrize("trust", list(Trust))
def test_before_the_yes_both_sides_read_what_will_flow(trust: Trust) -> None:
    here = words.will_flow(replace(compared(shown()), trust=trust))
    there = words.will_flow(replace(compared(called()), trust=trust))
    assert here != there
    assert "Tablet" in here
    assert ("no conversation" in here) == ("no conversation" in there) == (trust is Trust.GUEST)


def test_a_limited_device_is_never_said_to_know_the_same() -> None:
    done = Meeting(
        is_host=True,
        name="Tablet",
        trust=Trust.LIMITED,
        is_connected=True,
        is_in_step=True,
    )
    assert "same" not in words.progress(done)
    assert "same" in words.progress(replace(done, trust=Trust.FULL))


def test_progress_says_what_is_under_way() -> None:
    met = Meeting(is_host=False, name="Desk", trust=Trust.FULL)
    assert "connect" in words.progress(met)
    state = ViewState(devices=(device("desk", received=1200, pending=1),))
    under_way = steps.synced(met, state)
    assert isinstance(under_way, Meeting)
    assert words.progress(under_way) == "1,200 fetched, 1 change still to come"
