"""How far an import or export is, is told on the bus too, and that it is over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mesh.messages import TransferChanged
from mesh.wishes import Export, Import
from tests.family.household import strangers

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.messages import News

LINES = 1500


async def test_the_bus_hears_of_an_import_and_an_export_and_of_their_end(
    tmp_path: Path,
) -> None:
    path = tmp_path / "old.jsonl"
    line = {"conversation_id": "c", "role": "user", "timestamp": 1.5e9}
    rows = [json.dumps({**line, "text": f"line {n}", "id": str(n)}) for n in range(LINES)]
    path.write_text("\n".join(rows))
    async with strangers(tmp_path, 1) as (desk,):
        told: list[TransferChanged] = []
        desk.node.follow(lambda news: note(told, news))
        await desk.ask(Import(path=str(path)))
        assert {one.doing for one in told} == {"import", ""}
        assert told[-1] == TransferChanged()
        assert told[-2].done == told[-2].total > 0
        told.clear()
        await desk.ask(Export(path=str(tmp_path / "out.jsonl")))
        assert (told[-2].doing, told[-2].done, told[-2].total) == ("export", LINES, LINES)
        assert told[-1] == TransferChanged()


def note(told: list[TransferChanged], news: News) -> None:
    if isinstance(news.body, TransferChanged):
        told.append(news.body)
