"""The page on sharing with a real node behind it: what is chosen counts, and can be undone."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent

from tests.app.qt.running import is_up, live, quiet, through_the_first_day, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from app.application.session import Session
    from app.windows.main import MainWindow
    from mesh.profile import Profile


@asynccontextmanager
async def window_of(profile: Profile) -> AsyncIterator[tuple[Session, MainWindow]]:
    """The application with its window; it goes with it, and its timers too."""
    async with live(profile, quiet()) as session:
        await until(lambda: is_up(session))
        through_the_first_day(profile)
        session.faces.present()
        main = session.faces.main
        assert main is not None
        yield session, main
    main.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


async def test_what_is_chosen_in_the_window_counts_in_the_node(profile: Profile) -> None:
    async with window_of(profile) as (session, main):
        main.open_page("sharing")
        page, policies = main.sharing, session.node.services.policies
        switch = page.switches["memory_access"].switch
        await until(switch.isChecked)
        switch.click()
        await until(lambda: page.deciding.question is not None)
        question = page.deciding.question
        assert question is not None
        question.yes.click()
        await until(page.foot.undo.isVisible)
        assert policies.policy.value("memory_access") is False
        page.foot.undo.action.click()
        await until(lambda: policies.policy.value("memory_access") is True)
        await until(switch.isChecked)
        assert policies.policy.chosen_for("family") == ()


async def test_quit_on_the_page_of_settings_ends_the_application(profile: Profile) -> None:
    async with window_of(profile) as (session, main):
        main.settings.about.quit.click()
        await until(lambda: session.has_ended)
