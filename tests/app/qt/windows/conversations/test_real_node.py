"""The page on a real node: two thousand messages, read from end to beginning and back."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

import pytest

from app.bridge import Bridge
from app.windows.conversations import ConversationsPage
from app.windows.lists.stretch import ROWS_MAX
from mesh.clock import SystemClock
from mesh.node import Node
from mesh.profile import Profile
from mesh.wishes import BrowseMessages, Import, MessagePage, Say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

MESSAGES = 2000
PATIENCE_S = 20.0


async def until(holds: Callable[[], bool]) -> None:
    """Turns the loop until it holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 — widgets tell nobody when they have been drawn
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def page_on_node(folder: Path) -> AsyncIterator[tuple[ConversationsPage, Node]]:
    lines = folder / "lines.jsonl"
    with lines.open("w") as file:
        for n in range(MESSAGES):
            line = {
                "id": str(n),
                "conversation_id": "talk",
                "role": ("user", "assistant")[n % 2],
                "text": f"number {n} " * (1 + n % 7),
                "timestamp": 1_700_000_000 + n * 400,
            }
            file.write(json.dumps(line) + "\n")
    profile = Profile(folder / "home", folder / "run")
    opening = Node.open(profile, host="127.0.0.1", port=0, name="Desk", root_key=bytes(32))
    async with opening as node:
        await node.command(Import(path=str(lines)), lambda _: None)
        bridge = Bridge(SystemClock())
        page = ConversationsPage(bridge)
        bridge.told.connect(page.take)
        bridge.changed.connect(lambda state: page.show_state(state, 1_800_000_000.0))
        bridge.attach(node)
        page.resize(1000, 700)
        page.show()
        page.opened()
        try:
            yield page, node
        finally:
            bridge.changed.disconnect()
            await bridge.detach()
            page.hide()
            page.deleteLater()


def first(page: ConversationsPage) -> int:
    return int(page.thread_view.model.rows[0].id)


@pytest.mark.usefixtures("qapp")
async def test_two_thousand_messages_scroll_from_end_to_beginning_and_back(
    tmp_path: Path,
) -> None:
    async with page_on_node(tmp_path) as (page, node):
        model, view = page.thread_view.model, page.thread_view.view
        bar = view.verticalScrollBar()
        await until(lambda: bool(model.rows) and view.is_at_bottom)
        assert model.rows[-1].id == str(MESSAGES - 1)
        while not model.is_at_top:
            before = first(page)
            bar.setValue(0)
            await until(lambda before=before: first(page) < before)  # type: ignore[misc]
            numbers = [int(row.id) for row in model.rows]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            assert len(numbers) <= ROWS_MAX
        assert first(page) == 0
        await node.command(Say(text="new", conversation="talk"), lambda _: None)
        await until(page.thread_view.fresh.isVisible)
        assert first(page) == 0
        page.thread_view.fresh.click()
        await until(lambda: bool(model.rows) and model.rows[-1].text == "new")
        await until(lambda: view.is_at_bottom)


@pytest.mark.usefixtures("qapp")
async def test_what_is_said_and_forgotten_here_is_done_by_the_node(tmp_path: Path) -> None:
    async with page_on_node(tmp_path) as (page, _):
        thread = page.thread_view
        await until(lambda: bool(thread.model.rows))
        thread.compose.field.setPlainText("hello there")
        thread.compose.send.click()
        await until(lambda: thread.model.rows[-1].text == "hello there")
        assert thread.compose.field.toPlainText() == ""
        assert thread.view.is_at_bottom
        await until(lambda: page.sidebar.model.rows[0].last_text == "hello there")
        row = thread.model.rows[-2]
        thread.deeds.forget_wanted.emit(row)
        page.forgetting.flush()
        await until(lambda: row not in thread.model.rows)
        await until(lambda: bool(page.forgetting.receipts))
        (receipt,) = page.forgetting.receipts.values()
        assert receipt.text.text() == "Forgotten on every device."


@pytest.mark.usefixtures("qapp")
async def test_what_is_about_to_be_forgotten_as_the_application_ends_is_forgotten(
    tmp_path: Path,
) -> None:
    async with page_on_node(tmp_path) as (page, node):
        thread = page.thread_view
        await until(lambda: bool(thread.model.rows))
        row = thread.model.rows[-1]
        thread.deeds.forget_wanted.emit(row)
        page.hide()
        bridge = page.wisher
        assert isinstance(bridge, Bridge)
        await bridge.detach()
        left = await node.command(BrowseMessages(conversation="talk"), lambda _: None)
        assert isinstance(left, MessagePage)
        assert left.rows[-1].object_id != row.object_id
