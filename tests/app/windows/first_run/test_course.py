"""A first run goes on where it was killed, and asks nothing twice."""

from __future__ import annotations

import pytest

from app.windows.first_run.course import Stage, humane, is_wanted, resumed
from tests.app.qt import scenes

ALONE = scenes.family(recovery_confirmed=False)
PAIRED = scenes.family(scenes.device("Desk"), recovery_confirmed=False)
CONFIRMED = scenes.family(recovery_confirmed=True)


@pytest.mark.parametrize(
    ("kept", "wanted"), [(None, False), ("done", False), ("welcome", True), ("words", True)]
)
def test_it_is_shown_until_it_has_ended(kept: str | None, wanted: bool) -> None:
    assert is_wanted(kept) is wanted


@pytest.mark.parametrize("stage", [Stage.WELCOME, Stage.NAME, Stage.FAMILY, Stage.WORDS])
def test_it_goes_on_where_it_was(stage: Stage) -> None:
    assert resumed(stage.value, ALONE) is stage


def test_who_has_joined_meanwhile_is_not_asked_about_a_family() -> None:
    assert resumed("family", PAIRED) is Stage.DONE
    assert resumed("words", PAIRED) is Stage.DONE


def test_words_that_are_confirmed_are_not_shown_again() -> None:
    assert resumed("words", CONFIRMED) is Stage.DONE
    assert resumed("name", CONFIRMED) is Stage.NAME


def test_what_a_later_version_kept_begins_anew() -> None:
    assert resumed("something else", ALONE) is Stage.WELCOME


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        ("annas-macbook.local", "Annas macbook"),
        ("MacBook-Pro-von-Anna", "MacBook Pro von Anna"),
        ("KITCHEN_TABLET", "Kitchen Tablet"),
        ("DESKTOP-4F7K2LM", "mine"),
        ("raspberrypi", "Raspberrypi"),
        ("debian", "mine"),
        ("3f9a8c21d4e0", "mine"),
        ("", "mine"),
        ("\u202eevil", "mine"),
        ("x" * 60, "X" + "x" * 39),
    ],
)
def test_the_name_of_a_machine_becomes_one_for_people(machine: str, name: str) -> None:
    assert humane(machine, "mine") == name
