"""Credit: the law between a sender and a receiver, for any sizes and any delay."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import BadFrame
from mesh.links.credit import Incoming, Outgoing
from mesh.links.steering import WINDOW, WINDOW_MAX

if TYPE_CHECKING:
    from random import Random

SIZES = st.lists(st.integers(0, 3 * WINDOW), max_size=30)
CHANCE = st.randoms(use_true_random=False)


@given(SIZES, CHANCE, st.booleans())
def test_all_goes_through_and_the_window_is_kept(
    sizes: list[int], chance: Random, tells_arrivals: bool
) -> None:
    sender, receiver = Outgoing(), Incoming()
    waiting, wire = deque(sizes), deque[int]()
    words, credits_back = deque[int](), deque[int]()
    arrived = list[int]()
    now = 0.0
    while waiting or wire or words or credits_back:
        step = chance.randrange(4)
        now += chance.random() / 20
        if step == 0 and waiting and sender.has_room(waiting[0]):
            sender.went(waiting[0], now)
            wire.append(waiting.popleft())
        elif step == 1 and wire:
            arrived.append(wire.popleft())
            receiver.take(arrived[-1])
            if tells_arrivals:
                words.append(arrived[-1])
            receiver.release(arrived[-1])
            credits_back.append(receiver.owed)
            receiver.owed = 0
        elif step == 2 and words:
            sender.arrived(words.popleft(), now)
        elif step == 3 and credits_back and len(words) < len(credits_back):
            sender.give(credits_back.popleft(), now)
        elif step == 3 and credits_back:  # in the order they were said
            sender.arrived(words.popleft(), now)
        assert sender.under_way <= max(WINDOW_MAX, *sizes)
    assert arrived == sizes
    assert sender.under_way == receiver.held == 0
    if not tells_arrivals:
        assert sender.flow.window == WINDOW


def test_an_oversized_payload_goes_alone() -> None:
    sender = Outgoing()
    assert sender.has_room(WINDOW * 3)
    sender.went(WINDOW * 3, 0.0)
    assert not sender.has_room(1)
    sender.give(WINDOW * 3, 1.0)
    sender.went(1, 1.0)
    assert sender.has_room(WINDOW - 1)
    assert not sender.has_room(WINDOW)


def test_who_ignores_every_window_is_found_out() -> None:
    receiver = Incoming()
    receiver.take(WINDOW_MAX)
    with pytest.raises(BadFrame):
        receiver.take(1)


def test_credit_that_was_never_owed_is_refused() -> None:
    sender = Outgoing()
    sender.went(10, 0.0)
    with pytest.raises(BadFrame):
        sender.give(11, 0.1)


def test_what_was_never_sent_cannot_arrive() -> None:
    sender = Outgoing()
    sender.went(10, 0.0)
    sender.arrived(10, 0.1)
    with pytest.raises(BadFrame):
        sender.arrived(1, 0.1)


def test_more_is_never_released_than_is_held() -> None:
    receiver = Incoming()
    receiver.take(10)
    receiver.release(25)
    receiver.release(5)
    assert (receiver.held, receiver.owed) == (0, 10)


def test_the_rate_is_what_the_other_side_deals_with_whatever_the_way() -> None:
    """1,000 bytes each 10 ms, 200 ms away: the way there and back is not counted."""
    sender = Outgoing()
    events = sorted(
        event
        for number in range(30)
        for went in [number * 0.01]
        for event in [(went, 0), (went + 0.2, 1), (went + 0.205, 2)]
    )
    for now, what in events:
        (sender.went, sender.arrived, sender.give)[what](1000, now)
    assert sender.flow.rate == pytest.approx(100_000)
    assert sender.flow.round_trip == pytest.approx(0.2)
    assert sender.flow.dealt == 30


def test_a_page_that_goes_alone_tells_little_once_more_is_known() -> None:
    sender = Outgoing()
    sender.went(1000, 0.0)
    sender.give(1000, 0.5)
    assert sender.flow.rate == pytest.approx(2_000)
    for now, what in ((1.0, sender.went), (1.0, sender.went), (1.5, sender.give)):
        what(1000, now)
    sender.give(1000, 1.6)
    assert sender.flow.rate == pytest.approx(10_000)
    sender.went(1000, 9.0)
    sender.give(1000, 9.9)
    assert sender.flow.rate == pytest.approx(10_000)
