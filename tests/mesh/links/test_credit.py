"""Credit: the law between a sender and a receiver, for any sizes and any delay."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import BadFrame
from mesh.links.credit import WINDOW, Incoming, Outgoing

SIZES = st.lists(st.integers(0, 3 * WINDOW), max_size=30)


@given(SIZES, st.randoms(use_true_random=False))
def test_all_goes_through_and_the_window_is_kept(sizes: list[int], chance: object) -> None:
    from random import Random

    assert isinstance(chance, Random)
    sender, receiver = Outgoing(), Incoming()
    waiting, wire, back = deque(sizes), deque[int](), deque[int]()
    arrived = []
    while waiting or wire or back:
        step = chance.randrange(3)
        if step == 0 and waiting and sender.take(waiting[0]):
            wire.append(waiting.popleft())
        elif step == 1 and wire:
            arrived.append(wire.popleft())
            receiver.take(arrived[-1])
            back.append(receiver.release(arrived[-1]))
        elif step == 2 and back:
            sender.give(back.popleft())
        assert sender.under_way <= max(WINDOW, *sizes)
    assert arrived == sizes
    assert sender.under_way == receiver.held == 0


def test_an_oversized_payload_goes_alone() -> None:
    sender = Outgoing()
    assert sender.take(WINDOW * 3)
    assert not sender.take(1)
    sender.give(WINDOW * 3)
    assert sender.take(1)
    assert not sender.take(WINDOW)


def test_who_ignores_the_window_is_found_out() -> None:
    receiver = Incoming()
    receiver.take(WINDOW)
    with pytest.raises(BadFrame):
        receiver.take(1)


def test_credit_that_was_never_owed_is_refused() -> None:
    sender = Outgoing()
    sender.take(10)
    with pytest.raises(BadFrame):
        sender.give(11)


def test_more_is_never_released_than_is_held() -> None:
    receiver = Incoming()
    receiver.take(10)
    assert receiver.release(25) == 10
    assert receiver.release(5) == 0
