"""A device that left goes on with what it wrote before: its mood, its name on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mesh.wishes import Feel, Leave, Mood, Remember, Revise
from tests.family.household import family, in_step

if TYPE_CHECKING:
    from pathlib import Path


async def test_what_it_felt_and_wrote_under_its_former_key_is_its_own(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await laptop.ask(Feel(valence=0.7))
        kept = await laptop.ask(Remember(text="before"))
        await in_step(desk, laptop)
        before = laptop.id
        await laptop.ask(Leave())

        async def is_anew() -> bool:
            return laptop.id != before

        await laptop.until(is_anew)
        mood = await laptop.ask(Mood())
        assert (mood.valence, mood.contributing_devices) == (0.7, (laptop.id,))
        await laptop.ask(Revise(id=kept.id, text="after"))
        (line,) = map(json.loads, (await laptop.export("memories")).splitlines())
        assert (line["text"], line["device_id"]) == ("after", laptop.id)
