"""What the simulation expects of its devices is what may flow between them, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh import wishes
from mesh.model.fact import conversation_object
from tests.simulation import checks
from tests.simulation.calm import calm_world, told
from tests.simulation.families import FULL, LIMITED
from tests.simulation.model import WISH, item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.device import Device
    from tests.simulation.world import World

WORK = conversation_object("work")


@pytest.fixture
def calm() -> Iterator[World]:
    """A full and a limited device, and nothing that fails."""
    with calm_world(FULL, LIMITED) as world:
        yield world


def wishes_about_work(device: Device) -> int:
    """How many of them are on a disk."""
    return sum(one.kind == WISH for one in map(item, device.store.raws) if one.object == WORK)


def test_a_wish_about_a_conversation_kept_at_home_is_missed_by_nobody(calm: World) -> None:
    full, limited = told(
        calm,
        (0, wishes.Say(text="ours", conversation="work")),
        (1, wishes.Say(text="mine", conversation="work")),
        (0, wishes.Relabel(id=WORK.hex(), privacy="here")),
        (1, wishes.Forget(id=WORK.hex())),
    )
    assert (wishes_about_work(limited), wishes_about_work(full)) == (1, 0)
    assert limited.services.sync.in_step(full.key)
    checks.in_step_is_true(limited, full)


def test_a_wish_about_a_conversation_of_the_family_is_missed_where_it_is_not(
    calm: World,
) -> None:
    full, limited = told(
        calm,
        (0, wishes.Say(text="ours", conversation="work")),
        (1, wishes.Forget(id=WORK.hex())),
    )
    assert (wishes_about_work(limited), wishes_about_work(full)) == (1, 1)
    assert limited.services.sync.in_step(full.key)
    full.connection.execute("DELETE FROM fact WHERE kind=?", (WISH,))
    with pytest.raises(checks.Broken):
        checks.in_step_is_true(limited, full)
