"""The application with a real node and no screen: what opens, what is asked, what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication

from app.desktop.instance import Call
from app.tray import Mark, mark_of
from app.windows.kept import TOLD_OF_TRAY
from mesh.node import Node
from tests.app.qt.running import (
    KEY,
    is_asked,
    is_up,
    live,
    quiet,
    through_the_first_day,
    until,
    words_of,
)

if TYPE_CHECKING:
    import pytest

    from mesh.profile import Profile


async def test_it_serves_the_profile_and_shows_how_the_companion_is(profile: Profile) -> None:
    async with live(profile, quiet()) as session:
        assert mark_of(session.bridge.state) is Mark.OFFLINE
        await until(lambda: is_up(session))
        assert profile.is_running()
        assert mark_of(session.faces.tray.state) is Mark.WELL
    assert not profile.is_running()


async def test_started_with_the_session_nothing_pops_up(profile: Profile) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        assert [one for one in QApplication.topLevelWidgets() if one.isVisible()] == []


async def test_started_by_hand_the_first_day_begins(profile: Profile) -> None:
    async with live(profile, quiet(is_quiet=False)) as session:
        await until(lambda: session.faces.first_run is not None)
        assert session.faces.first_run is not None
        assert session.faces.first_run.isVisible()
        through_the_first_day(profile)
        session.faces.first_run.ended.emit()
        await until(lambda: session.faces.first_run is None)
        await until(lambda: session.faces.main is not None)


async def test_a_second_day_begins_with_the_main_window(profile: Profile) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
    through_the_first_day(profile)
    async with live(profile, quiet(is_quiet=False)) as session:
        await until(lambda: session.faces.main is not None)
        assert session.faces.main is not None
        assert session.faces.main.isVisible()


async def test_a_second_start_brings_the_window_to_the_front(profile: Profile) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        session._answer(Call(is_quiet=True))
        assert session.faces.first_run is None
        session._answer(Call())
        assert session.faces.first_run is not None


async def test_an_invitation_from_outside_opens_the_wizard_and_does_nothing(
    profile: Profile,
) -> None:
    async with live(profile, quiet(link="AICO-MESH:XYZ")) as session:
        await until(lambda: session.faces.wizard is not None)
        assert session.bridge.state.others == ()


async def test_a_wizard_that_was_closed_can_be_opened_again(profile: Profile) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        through_the_first_day(profile)
        session.faces.pair()
        first = session.faces.wizard
        assert first is not None
        first.reject()
        session.faces.pair()
        assert session.faces.wizard is not first
        assert session.faces.wizard is not None
        assert session.faces.wizard.isVisible()


async def test_a_passphrase_is_asked_for_until_it_is_right(profile: Profile) -> None:
    async with Node.open(profile, host="127.0.0.1", port=0, passphrase="four odd words"):
        pass
    choices = quiet(root_key=None, is_quiet=False)
    async with live(profile, choices) as session:
        await until(lambda: session.faces._opening is not None)
        opening = session.faces._opening
        assert opening is not None
        assert opening.isVisible()
        opening.answered.emit("three odd words")
        await until(lambda: is_asked(session) and "does not open" in words_of(opening))
        opening.answered.emit("four odd words")
        await until(lambda: is_up(session))
        assert session.faces._opening is None


async def test_a_profile_that_a_node_serves_is_said_in_a_sentence(profile: Profile) -> None:
    node = Node.open(profile, host="127.0.0.1", port=0, root_key=KEY)
    async with node, live(profile, quiet(is_quiet=False)) as session:
        await until(lambda: is_asked(session))
        assert "aico-mesh node" in (session.faces.tray.notice or "")
        assert session.faces._opening is not None
        assert session.faces._opening.isVisible()


async def test_closing_the_window_without_an_icon_asks_what_that_means(
    profile: Profile,
) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        through_the_first_day(profile)
        session.faces.present()
        assert session.faces.main is not None
        QApplication.sendEvent(session.faces.main, QCloseEvent())
        question = session.faces.question
        assert question is not None
        assert question.isVisible()
        assert profile.is_running()
        question.done(0)


async def test_closing_the_window_with_an_icon_goes_on_and_says_so_once(
    profile: Profile,
) -> None:
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        through_the_first_day(profile)
        session.faces.tray._make()  # as if a desktop had taken it
        session.faces.present()
        main, kept = session.faces.main, session.faces._settings
        assert main is not None
        assert kept is not None
        assert not kept.contains(TOLD_OF_TRAY)
        QApplication.sendEvent(main, QCloseEvent())
        assert kept.contains(TOLD_OF_TRAY)
        assert session.faces.question is None
        assert profile.is_running()


async def test_a_keyring_that_waits_for_a_person_is_said_while_nothing_freezes(
    profile: Profile,
) -> None:
    async with live(profile, quiet(is_quiet=False)) as session:
        session.faces.wait("Waiting for your keyring; please unlock it.")
        assert session.faces._opening is not None
        assert session.faces._opening.isVisible()
        assert session.faces.tray.notice == "Waiting for your keyring; please unlock it."
        await until(lambda: is_up(session) and session.faces._opening is None)
        assert session.faces.tray.notice is None


async def test_where_no_keyring_is_a_passphrase_is_chosen_and_opens_it_from_then_on(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
    choices = quiet(root_key=None, is_quiet=False)
    async with live(profile, choices) as session:
        await until(lambda: is_asked(session))
        assert session.faces._opening is not None
        session.faces._opening.answered.emit("four odd words")
        await until(lambda: is_up(session))
    async with Node.open(profile, host="127.0.0.1", port=0, passphrase="four odd words"):
        pass
