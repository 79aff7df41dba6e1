"""A keyring may ask its owner: that is said, waited for, and can be left."""

from __future__ import annotations

import asyncio
import threading

import pytest

from mesh.errors import KeyringLocked
from mesh.keystore.waiting import in_thread, patiently


async def test_who_waits_for_a_person_says_so_and_goes_on_waiting() -> None:
    answered = threading.Event()
    assert await patiently(answered.wait, on_waiting=answered.set)


async def test_a_quick_answer_needs_no_notice() -> None:
    notices: list[None] = []
    assert await patiently(lambda: 5, on_waiting=lambda: notices.append(None)) == 5
    assert not notices


async def test_a_failure_comes_back_as_it_was() -> None:
    def fail() -> None:
        raise KeyringLocked

    with pytest.raises(KeyringLocked):
        await patiently(fail, on_waiting=fail)


class Question:
    """One that is asked in a thread and stays open until somebody answers."""

    def __init__(self) -> None:
        self.begun, self.answered = threading.Event(), threading.Event()

    def ask(self) -> bool:
        self.begun.set()
        return self.answered.wait()


async def test_the_loop_goes_on_meanwhile() -> None:
    question = Question()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        asked = group.create_task(in_thread(question.ask))
        await in_thread(question.begun.wait)
        question.answered.set()
    assert asked.result()


async def test_nobody_has_to_wait_for_a_question_that_stays_open() -> None:
    question = Question()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        asked = group.create_task(in_thread(question.ask))
        await in_thread(question.begun.wait)
        asked.cancel()
    left = [thread for thread in threading.enumerate() if thread.name == "keystore"]
    question.answered.set()
    for thread in left:
        thread.join()
    assert asked.cancelled()
    assert left
    assert all(thread.daemon for thread in left)
