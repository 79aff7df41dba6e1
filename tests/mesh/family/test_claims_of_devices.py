from __future__ import annotations

from mesh.family.gossip import Gossip
from mesh.model.device import Trust, author_tag
from tests.mesh.family.household import device, share


async def test_a_limited_device_cannot_give_what_it_says_another_member_wrote() -> None:
    desk, tablet = await device("desk"), await device("tablet")
    past = b"before"
    claims = (author_tag(desk.key), past)
    await desk.registry.add(tablet.key, Trust.LIMITED, tags=claims)
    await tablet.registry.adopt(desk.registry.genesis, desk.registry.entries())
    await share([desk, tablet])
    gossip = Gossip(desk.registry, desk.clock, lambda _change, _named: None)
    assert gossip.own_tags(tablet.key) == frozenset({author_tag(tablet.key), past})
