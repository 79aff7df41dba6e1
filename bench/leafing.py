"""Pages of long lists, asked over the door: first, further back, around something, both ways.

One conversation holds half of the messages, the other half are spread over as many
conversations as there are for five messages each.
"""

from __future__ import annotations

import itertools
import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.family import BenchDevice
from bench.floors import spread
from mesh.wishes import BrowseConversations, BrowseMessages, Import

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh.wishes import AnyWish

TIMES = 20
EACH = 5
BIG = "big"


async def leafing(lines: list[bytes], messages: int) -> dict[str, Any]:
    """Milliseconds a page, with ``messages`` in one conversation and as many in others."""
    with tempfile.TemporaryDirectory(prefix="aico-bench-") as folder:
        path = Path(folder) / "long.jsonl"
        path.write_text("".join(_long(lines, messages)), encoding="utf-8")
        device = BenchDevice(Path(folder) / "node", "Node")
        await device.start()
        try:
            done = await device.ask(Import(path=str(path)))
            return {"conversations": done["conversations"], **await _pages(device, messages)}
        finally:
            await device.stop()


def _long(lines: list[bytes], messages: int) -> Iterator[str]:
    texts = itertools.cycle(json.loads(line)["text"] for line in lines)
    for number in range(2 * messages):
        is_big = number < messages
        line = {
            "id": str(number),
            "conversation_id": BIG if is_big else f"small {number // EACH}",
            "role": "user" if number % 2 else "assistant",
            "text": next(texts),
            "timestamp": 1_500_000_000 + number * 60,
        }
        yield json.dumps(line) + "\n"


async def _pages(device: BenchDevice, messages: int) -> dict[str, Any]:
    newest = await device.ask(BrowseConversations())
    last = await device.ask(BrowseMessages(conversation=BIG))
    wishes: dict[str, AnyWish] = {
        "conversations_first": BrowseConversations(),
        "conversations_further": BrowseConversations(before=newest["older"]),
        "messages_last": BrowseMessages(conversation=BIG),
        "messages_earlier": BrowseMessages(conversation=BIG, before=last["older"]),
        "messages_around": BrowseMessages(conversation=BIG, around=str(messages // 2)),
    }
    return {name: await _timed(device, wish) for name, wish in wishes.items()}


async def _timed(device: BenchDevice, wish: AnyWish) -> dict[str, float]:
    times = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        await device.ask(wish)
        times.append((time.perf_counter() - begun) * 1e3)
    return spread(times)
