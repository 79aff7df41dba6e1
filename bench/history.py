"""How much memory a large ChatGPT export costs: ``python -m bench.history MEGABYTES…``.

For each size an export is made of the demonstration's messages, with the fields and edits that
real ones have, packed into a zip file, and taken in twice by a node. The peak is the node's.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import tempfile
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.family import BenchDevice
from mesh.wishes import Import

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTE = 1024 * 1024
MESSAGES = 40
BEGAN = 1_600_000_000


def conversations(size: int) -> Iterator[bytes]:
    """Conversations until so many bytes are reached."""
    demo = (files("resources") / "demo" / "messages.jsonl").read_text(encoding="utf-8")
    texts = itertools.cycle([json.loads(line)["text"] for line in demo.splitlines()])
    made, number = 0, 0
    while made < size:
        content = json.dumps(_conversation(number, texts)).encode()
        yield content
        made, number = made + len(content), number + 1


def _conversation(number: int, texts: Iterator[str]) -> dict[str, Any]:
    mapping: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None,
                                        "children": ["0"]}}  # fmt: skip
    for place in range(MESSAGES):
        mapping[str(place)] = _node(number, place, next(texts))
    return {"title": f"Talk {number}", "create_time": BEGAN + number * 9000.5,
            "update_time": None, "mapping": mapping, "moderation_results": [],
            "current_node": str(MESSAGES - 1), "conversation_id": f"talk-{number:08}",
            "id": f"talk-{number:08}", "safe_urls": []}  # fmt: skip


def _node(number: int, place: int, text: str) -> dict[str, Any]:
    """Every tenth message is one that was edited: its branch ends there."""
    parent = str(place - 2 if place % 10 == 1 and place > 1 else place - 1) if place else "root"
    return {
        "id": str(place), "parent": parent, "children": [],
        "message": {
            "id": str(place), "status": "finished_successfully", "recipient": "all",
            "author": {"role": "assistant" if place % 2 else "user", "name": None},
            "create_time": BEGAN + number * 9000.5 + place * 60,
            "content": {"content_type": "text", "parts": [text]},
            "metadata": {"model_slug": "gpt-4o", "citations": [], "content_references": [],
                         "request_id": f"{number}-{place}", "timestamp_": "absolute"},
        },
    }  # fmt: skip


def write_export(path: Path, size: int) -> None:
    """A zip file with one conversations.json of about ``size`` bytes."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("conversations.json", "w", force_zip64=True) as file,
    ):
        for number, content in enumerate(conversations(size)):
            file.write((b",\n" if number else b"[") + content)
        file.write(b"]")


async def measure(size: int) -> dict[str, Any]:
    """Time and memory of one import, and of the same again."""
    with tempfile.TemporaryDirectory(prefix="aico-bench-") as folder:
        path = Path(folder) / "export.zip"
        await asyncio.to_thread(write_export, path, size * MEGABYTE)
        device = BenchDevice(Path(folder) / "node", "Node")
        await device.start()
        try:
            before = device.memory_mb()
            device.forget_peak()
            first = await device.ask(Import(path=str(path)))
            peak = device.peak_mb()
            again = await device.ask(Import(path=str(path)))
        finally:
            await device.stop()
    return {
        "megabytes": size, "messages": first["imported"], "seconds": first["seconds"],
        "again_seconds": again["seconds"], "again_imported": again["imported"],
        "rss_before_mb": round(before, 1), "rss_peak_mb": round(peak, 1),
    }  # fmt: skip


if __name__ == "__main__":
    for megabytes in [int(one) for one in sys.argv[1:]] or [100]:
        print(json.dumps(asyncio.run(measure(megabytes))), flush=True)
