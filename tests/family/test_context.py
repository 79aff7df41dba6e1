"""What a conversation is about is heard by those who may hold the conversation."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

from mesh.clock import SystemClock
from mesh.messages import ContextUpdated, told
from mesh.wishes import Import, Publish, Relabel, Rename, Say
from tests.family.household import PATIENCE_S, family, in_step

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.bus.bus import Listener
    from tests.family.household import Device

TOPIC = "conversation/context/update"
DAY_S = 24 * 3600
LAST = "the last"


async def shift(device: Device, conversation: str) -> None:
    """The conversation turns to its own name."""
    body: dict[str, object] = {"conversation_id": conversation, "subject": conversation}
    await device.ask(Publish(topic=TOPIC, body=body))


async def heard(news: Listener) -> list[str]:
    """The conversations of which this device heard, up to the last one."""
    found: list[str] = []
    async with asyncio.timeout(PATIENCE_S):
        async for one in news:
            assert isinstance(one.body, ContextUpdated)
            found.append(one.body.conversation_id)
            if found[-1] == LAST:
                break
    return found


async def converse(desk: Device, folder: Path) -> None:
    """An ordinary one, two private ones, an old one, and one more."""
    await desk.ask(Say(text="hello", conversation="ordinary"))
    await desk.ask(Say(text="hello", conversation="closed"))
    await desk.ask(Relabel(id="closed", privacy="private"))
    await desk.ask(Say(text="hello", conversation="whispered"))
    await desk.ask(Say(text="between us", conversation="whispered", private=True))
    line = {"conversation_id": "old", "role": "user", "text": "hello",
            "timestamp": SystemClock().wall() / 1e6 - 30 * DAY_S}  # fmt: skip
    path = folder / "old.jsonl"
    path.write_text(json.dumps(line))
    await desk.ask(Import(path=str(path)))
    await desk.ask(Say(text="hello", conversation=LAST))


async def test_only_who_may_hold_a_conversation_hears_what_it_is_about(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "limited", "guest") as devices:
        desk, laptop, tablet, guest = devices
        await converse(desk, tmp_path)
        await in_step(desk, laptop, tablet)
        with ExitStack() as stack:
            here, full, limited, nothing = (
                stack.enter_context(device.node.bus.listen(TOPIC)) for device in devices
            )
            for name in ("ordinary", "closed", "whispered", "old", LAST):
                await shift(desk, name)
            assert await heard(here) == ["ordinary", "closed", "whispered", "old", LAST]
            assert await heard(full) == ["ordinary", "old", LAST]
            assert await heard(limited) == ["ordinary", LAST]
            # Its new name comes on the same lane, after whatever was sent to the guest.
            await desk.ask(Rename(device=guest.id, name="Heard all"))
            await guest.until_seen(guest.id, lambda shown: shown.name == "Heard all")
            guest.node.bus.publish(told(ContextUpdated(conversation_id=LAST), guest.id))
            assert await heard(nothing) == [LAST]
