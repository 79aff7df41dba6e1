"""A device that is a guest now keeps nothing of what it got when it was more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model.device import Trust
from mesh.wishes import Forget, ForgetShown, Remember, SetTrust
from tests.family.household import family, in_step

if TYPE_CHECKING:
    from pathlib import Path


async def test_who_became_a_guest_gives_all_back_and_is_not_waited_for(tmp_path: Path) -> None:
    async with family(tmp_path, "limited") as (desk, tablet):
        kept = await desk.ask(Remember(text="to be forgotten"))
        await in_step(desk, tablet)
        await desk.ask(SetTrust(device=tablet.id, trust=Trust.GUEST))
        await tablet.until_seen(tablet.id, lambda shown: shown.trust is Trust.GUEST)
        await desk.ask(Remember(text="after"))
        own = await tablet.ask(Remember(text="own"))

        async def is_confirmed() -> bool:
            shown: ForgetShown = await desk.ask(Forget(id=kept.id))
            return not shown.waiting_for

        await desk.until(is_confirmed)
        assert await tablet.texts() == {own.text}
        assert await desk.texts() == {"after"}
