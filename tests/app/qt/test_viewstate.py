"""What the windows show follows from what the node told, whatever comes first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.viewstate import (
    Attention,
    AttentionKind,
    Link,
    Standing,
    ViewState,
    minutes_until_morning,
    reduce,
)
from mesh.messages import (
    HealthChanged,
    Heartbeat,
    MoodChanged,
    RegistryUpdated,
    SharingPaused,
    SyncStatus,
    told,
)
from mesh.model.device import Trust
from mesh.model.sparing import Why
from tests.app.qt import scenes
from tests.app.qt.scenes import ME, NOW


def links(state: ViewState) -> list[Link]:
    return [one.link for one in state.others]


def kinds(state: ViewState) -> set[Standing]:
    return {one.standing for one in state.kinds}


def after(state: ViewState, *messages: object, now: float = NOW) -> ViewState:
    for message in messages:
        state = reduce(state, told(message, ME), now)  # type: ignore[arg-type]
    return state


def test_this_device_comes_first() -> None:
    shown = (scenes.device("Home Desktop"), scenes.this())
    state = after(scenes.two(), RegistryUpdated(family_id="f" * 32, devices=shown))
    assert [one.device.is_self for one in state.devices] == [True, False]


def test_in_step_is_said_only_when_it_is_proven_with_every_device() -> None:
    assert kinds(scenes.two()) == {Standing.IN_STEP}
    assert kinds(scenes.catching_up()) == {Standing.CATCHING_UP}
    assert kinds(scenes.five()) == {Standing.WAITING}
    assert kinds(scenes.alone()) == {Standing.ALONE}


def test_a_guest_is_not_waited_for() -> None:
    guest = scenes.away("Visitor", trust=Trust.GUEST)
    assert kinds(scenes.family(scenes.device("Home Desktop"), guest)) == {Standing.IN_STEP}


def test_limited_devices_do_not_wait_for_each_other() -> None:
    me = scenes.this(trust=Trust.LIMITED, admin=False)
    other = scenes.away("Tablet", trust=Trust.LIMITED)
    state = scenes.family(scenes.device("Desk"), other, me=me)
    assert {kind.standing for kind in state.kinds} == {Standing.IN_STEP}
    assert [one.is_partner for one in state.others] == [True, False]


def test_a_guest_that_is_here_is_connected_and_never_catching_up() -> None:
    guest = scenes.device("Visitor", trust=Trust.GUEST, in_step=False)
    assert [one.link for one in scenes.family(guest).others] == [Link.CONNECTED]


def test_time_left_is_what_the_node_tells() -> None:
    (view,) = scenes.catching_up().others
    assert view.link is Link.CATCHING_UP
    assert view.pending == 25_000
    assert view.seconds_left == 10.1


def test_a_device_that_has_caught_up_begins_anew_the_next_time() -> None:
    state = scenes.catching_up()
    name = state.others[0].device.device_id
    done = SyncStatus(device_id=name, in_step=True, pending=0, received=100_000)
    more = SyncStatus(device_id=name, in_step=False, pending=10, received=100_000)
    state = after(state, done, now=NOW + 60)
    assert (links(state), state.others[0].pending) == ([Link.CONNECTED], 0)
    state = after(state, more, now=NOW + 90)
    assert state.others[0].seconds_left is None


def test_a_history_that_waits_is_something_to_look_at_until_it_waits_no_more() -> None:
    state = scenes.sparing()
    phone = state.others[0].device
    assert phone.waits is Why.THEIR_BATTERY
    held = Attention(kind=AttentionKind.SPARING, device_id=phone.device_id)
    assert state.attention == (held,)
    more = SyncStatus(device_id=phone.device_id, in_step=False, pending=10, received=300)
    assert after(state, more).attention == ()


def test_a_device_that_goes_away_is_not_catching_up_any_more() -> None:
    gone = (scenes.this(), scenes.away("Home Desktop"))
    state = after(scenes.catching_up(), RegistryUpdated(family_id="f" * 32, devices=gone))
    assert (links(state), state.others[0].pending) == ([Link.AWAY], 0)


def test_pauses_show_at_the_devices_they_are_with() -> None:
    assert links(scenes.paused()) == [Link.PAUSED]
    assert links(scenes.one_paused()) == [Link.PAUSED]
    assert links(after(scenes.paused(), SharingPaused(everybody=False))) == [Link.CONNECTED]


def test_a_removed_device_is_told_so_until_it_has_a_family_again() -> None:
    state = scenes.removed()
    assert AttentionKind.REMOVED in [one.kind for one in state.attention]
    both = (scenes.this(), scenes.device("Home Desktop"))
    state = after(state, RegistryUpdated(family_id="a" * 32, devices=both))
    assert state.attention == ()


def test_joining_from_a_family_of_one_is_no_removal() -> None:
    both = (scenes.this(), scenes.device("Home Desktop"))
    state = after(scenes.alone(), RegistryUpdated(family_id="a" * 32, devices=both))
    assert AttentionKind.REMOVED not in [one.kind for one in state.attention]


def test_what_wants_attention_comes_with_its_device() -> None:
    found = {one.kind: one.device_id for one in scenes.troubled().attention}
    assert found == {
        AttentionKind.DISK: None,
        AttentionKind.CLOCK: scenes.device_id("Home Desktop"),
        AttentionKind.LONG_AWAY: scenes.device_id("Home Server"),
        AttentionKind.RECOVERY: None,
    }


def test_a_mood_without_observations_is_none() -> None:
    state = after(scenes.two(), MoodChanged(valence=0.0, label="unknown"))
    assert state.mood is None


@pytest.mark.parametrize("scene", scenes.SCENES)
def test_what_changes_nothing_gives_the_same_state(scene: str) -> None:
    state = scenes.SCENES[scene]()
    same = HealthChanged(
        level=state.level, causes=state.causes, capabilities=state.capabilities
    )
    assert after(state, same, Heartbeat(device_id=ME)) is state


@pytest.mark.parametrize(
    ("hour", "hours"), [(22, 9.0), (9, 22.0), (1, 6.0), (3, 4.0), (5, 26.0)]
)
def test_tomorrow_begins_in_the_morning(hour: int, hours: float) -> None:
    now = datetime(2026, 11, 22, hour, tzinfo=UTC)
    assert minutes_until_morning(now) == hours * 60
