"""What was private is shared anew: who hears of the labels first, or only, keeps it.

Labels come before content, and a device that is not full hears them however old the thing is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.model import fact as facts
from mesh.model.fact import STUBS, FactKind
from tests.mesh.companion.diary import diary, tag_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.mesh.companion.diary import Diary


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Diary]:
    """A device of the same family that is not full."""
    async with diary(
        tmp_path, "phone", is_full=lambda tag, _tick: tag != tag_of("phone")
    ) as one:
        yield one


async def made_private_and_shared_anew(laptop: Diary, identity: str) -> None:
    await laptop.writing.relabel(identity, "here")
    await laptop.writing.relabel(identity, "family")


async def labels(laptop: Diary) -> list[bytes]:
    return [raw for raw in await laptop.facts() if facts.read(raw).kind in STUBS]


async def wishes_shared(device: Diary) -> int:
    return sum(facts.read(raw).kind == FactKind.WISH for raw in await device.facts())


async def test_who_hears_only_the_labels_keeps_it_and_its_own_wish(
    laptop: Diary, phone: Diary
) -> None:
    kept = await laptop.writing.remember("tea")
    await laptop.give_all(phone)
    await phone.writing.revise(kept.id, "coffee")
    await made_private_and_shared_anew(laptop, kept.id)
    await phone.take(await labels(laptop))
    assert [one.privacy for one in await phone.reading.memories()] == ["family"]
    assert await wishes_shared(phone) == 1


async def test_a_wish_that_was_here_before_labels_and_content_stays(
    laptop: Diary, phone: Diary, tmp_path: Path
) -> None:
    async with diary(tmp_path, "tablet") as tablet:
        kept = await laptop.writing.remember("tea")
        await laptop.give_all(phone)
        await phone.writing.revise(kept.id, "coffee")
        wish = [raw for raw in await phone.facts() if raw not in await laptop.facts()]
        await tablet.take(wish)
        await made_private_and_shared_anew(laptop, kept.id)
        await tablet.take(await labels(laptop))
        await laptop.give_all(tablet)
        assert await wishes_shared(tablet) == 1


async def test_what_was_never_shared_gets_no_label_when_it_is(laptop: Diary) -> None:
    kept = await laptop.writing.remember("tea", privacy="here")
    await laptop.writing.relabel(kept.id, "family")
    assert [facts.read(raw).kind for raw in await laptop.facts()] == [FactKind.ROOT]
