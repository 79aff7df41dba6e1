"""When a device in step can take the place of a last copy."""

from __future__ import annotations

import pytest

from mesh.companion.last_copies import Span, Vouchers, left_to
from mesh.errors import DiskFull
from mesh.model.allowance import FAMILY_GRANTS, NO_GRANTS, NOTHING, Allowance, Grants
from mesh.model.fact import Level
from mesh.model.scope import ScopeKind

MEMORY, TALK, TRAITS = ScopeKind.MEMORY, ScopeKind.CONVERSATION, ScopeKind.PERSONALITY
KEY, OTHER = b"k" * 32, b"o" * 32
ALL = Allowance(FAMILY_GRANTS)
TO_FAMILY, TO_PUBLIC = Span(NOTHING, Level.FAMILY), Span(NOTHING, Level.PUBLIC)


def without(*kinds: int) -> Grants:
    """All but these."""
    levels = FAMILY_GRANTS.levels.items()
    return Grants({kind: level for kind, level in levels if kind not in kinds})


def test_only_kinds_that_may_not_be_here_are_left_to_another() -> None:
    assert left_to(ALL, FAMILY_GRANTS, FAMILY_GRANTS, {}) == {}
    assert left_to(ALL, without(MEMORY), FAMILY_GRANTS, {}) == {MEMORY: TO_FAMILY}
    public = Grants({**FAMILY_GRANTS.levels, int(MEMORY): Level.PUBLIC})
    only_family = Span(Level.PUBLIC, Level.FAMILY)
    assert left_to(ALL, public, FAMILY_GRANTS, {}) == {MEMORY: only_family}


def test_who_may_not_be_given_it_or_says_that_it_may_not_have_it_is_left_nothing() -> None:
    here = without(MEMORY, TALK)
    assert left_to(Allowance(without(MEMORY)), here, FAMILY_GRANTS, {}) == {TALK: TO_FAMILY}
    assert left_to(ALL, here, without(TALK), {}) == {MEMORY: TO_FAMILY}
    assert left_to(Allowance(NO_GRANTS), here, FAMILY_GRANTS, {}) == {}


def test_who_is_given_only_what_is_recent_does_not_have_all_but_what_has_no_age() -> None:
    recent = Allowance(FAMILY_GRANTS, since=1)
    assert left_to(recent, without(MEMORY, TRAITS), FAMILY_GRANTS, {}) == {TRAITS: TO_FAMILY}


def test_what_was_noted_is_not_noted_again_unless_it_is_stricter() -> None:
    private = Allowance(Grants({**FAMILY_GRANTS.levels, int(MEMORY): Level.PRIVATE}))
    holds, here = private.grants, without(MEMORY)
    noted = {int(MEMORY): TO_FAMILY}
    assert left_to(ALL, here, holds, noted) == {}
    assert left_to(private, here, holds, noted) == {MEMORY: Span(NOTHING, Level.PRIVATE)}


def test_what_was_noted_of_stricter_levels_says_nothing_of_those_that_could_come_since() -> (
    None
):
    noted = {int(MEMORY): Span(Level.PUBLIC, Level.FAMILY)}
    assert left_to(ALL, without(MEMORY), FAMILY_GRANTS, noted) == {MEMORY: TO_FAMILY}


class Drawer:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes | None] = {}

    async def load_secret(self, name: str) -> bytes | None:
        return self.kept.get(name)

    async def save_secret(self, name: str, secret: bytes | None) -> None:
        self.kept[name] = secret


async def test_what_was_noted_outlives_a_restart_until_more_may_be_here_again() -> None:
    drawer = Drawer()
    first = Vouchers(drawer)
    async with first.taking_over(KEY, {MEMORY: TO_FAMILY, TALK: TO_PUBLIC}):
        pass
    async with first.taking_over(OTHER, {MEMORY: TO_PUBLIC}):
        pass
    await first.forget([TALK, TRAITS])
    again = Vouchers(drawer)
    await again.open()
    assert again.vouched == first.vouched
    assert (again.of(KEY), again.of(OTHER)) == ({MEMORY: TO_FAMILY}, {MEMORY: TO_PUBLIC})


async def test_nothing_is_noted_before_what_a_device_has_is_gone_from_here() -> None:
    vouchers = Vouchers(drawer := Drawer())

    async def fail() -> None:
        async with vouchers.taking_over(KEY, {MEMORY: TO_FAMILY}):
            assert vouchers.of(KEY) == {MEMORY: TO_FAMILY}
            assert not drawer.kept
            raise DiskFull

    with pytest.raises(DiskFull):
        await fail()
    assert (vouchers.vouched, drawer.kept) == ({}, {})
