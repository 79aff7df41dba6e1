"""What is shared with whom: shown, chosen, seen before it happens; the companion's traits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.companion import terms
from mesh.companion.last_copies import LastCopies
from mesh.companion.outlook import Outlook
from mesh.errors import BadInput
from mesh.model.allowance import Allowance
from mesh.model.choices import CHOICES, choice
from mesh.model.device import Trust, device_id
from mesh.model.fact import Level, ObjectKind, Trait
from mesh.model.policy import FAMILY, PREFIX, Policy, allowance, checked, grants
from mesh.storage import choices, previewing, reading
from mesh.storage.objects import object_by_id
from mesh.wishes import (
    DevicePolicy,
    PolicyShown,
    PreviewPolicy,
    PreviewShown,
    SampleShown,
    SetPolicy,
    SetTrait,
    Traits,
    TraitShown,
)
from mesh.wishes import Policy as PolicyWish

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell
    from mesh.storage.objects import Connection
    from mesh.storage.previewing import Thing

SAMPLES_MAX = 20
_LEVELS = (str(Trust.FULL), str(Trust.LIMITED))
TRAIT_NAME_MAX = 64
TRAIT_TEXT_MAX = 4096
MICRO = 1_000_000


async def show(services: Services, _: PolicyWish, __: Tell) -> PolicyShown:
    """What was chosen, and what counts for whom; the owner's file is read again."""
    await services.follow_choices()
    policies, registry = services.policies, services.registry
    policy, members = policies.policy, registry.roster.members
    me = members.get(registry.key)
    return PolicyShown(
        family=_values(policy),
        full=_values(policy, Trust.FULL),
        limited=_values(policy, Trust.LIMITED),
        devices=tuple(
            _of_device(services, key, member.trust) for key, member in sorted(members.items())
        ),
        chosen={one: policy.chosen_for(one) for one in (FAMILY, *_LEVELS)},
        holds=_levels(services),
        restricted={
            name.removeprefix(f"{PREFIX} "): values[0]
            for name, values in policies.own.said.items()
        },
        mistake=policies.mistake,
        may_choose=me is not None and me.admin,
    )


def _values(policy: Policy, trust: Trust | None = None, device: str = "") -> dict[str, str]:
    keys = [key for key in CHOICES if trust is None or not choice(key).is_for_all]
    return {key: choice(key).show(policy.value(key, trust, device)) for key in keys}


def _of_device(services: Services, key: bytes, trust: Trust) -> DevicePolicy:
    policy, device = services.policies.policy, device_id(key)
    is_guest = trust is Trust.GUEST
    alone = services.holding.kept_alone(key)
    return DevicePolicy(
        device_id=device,
        name=services.name_of(key),
        trust=trust,
        values={} if is_guest else _values(policy, trust, device),
        chosen=policy.chosen_for(device),
        keeps_alone=tuple(name for kind, name in previewing.KINDS.items() if kind in alone),
    )


def _levels(services: Services) -> dict[str, str]:
    held = services.policies.grants
    return {
        name: terms.level_name(held.widest(kind))
        for kind, name in previewing.KINDS.items()
        if held.widest(kind) >= Level.PUBLIC
    }


async def choose(services: Services, wish: SetPolicy, tell: Tell) -> PolicyShown:
    """Choose; the answer comes when it is in force."""
    key, target = _whom(services, wish.key, wish.device)
    await services.policies.choose(services.writing, key, wish.value, target)
    return await show(services, PolicyWish(), tell)


def _whom(services: Services, key: str, device: str | None) -> tuple[str, str]:
    """What is chosen, and for whom."""
    level, dot, plain = key.strip().lower().replace("-", "_").rpartition(".")
    if dot and (device is not None or level not in {str(one) for one in Trust}):
        raise BadInput("Write full.KEY or limited.KEY for a trust level, or name a device.")
    if device is not None:
        return plain, device_id(services.registry.directory.resolve(device))
    return plain, level or FAMILY


# ---- preview ---------------------------------------------------------------------------------


async def preview(services: Services, wish: PreviewPolicy, _: Tell) -> PreviewShown:
    """What a device will know: by the very gate that everything passes."""
    key = services.registry.directory.resolve(wish.device)
    if key == services.registry.key:
        raise BadInput("That is this device; ask what another one will know.")
    if not 0 <= wish.samples <= SAMPLES_MAX:
        raise BadInput(f"A preview shows up to {SAMPLES_MAX} things of a kind.")
    outlook = _outlook(services, key, wish)

    def job(connection: Connection) -> tuple[SampleShown, ...]:
        outlook.look(connection, only_mine=services.gossip.gives_only_own)
        return tuple(_sample(connection, thing, fate) for thing, fate in outlook.chosen)

    samples = await services.database.read(job)
    counts = {fate: dict(found) for fate, found in outlook.counts.items()}
    return PreviewShown(device_id=device_id(key), **counts, samples=samples)


def _outlook(services: Services, key: bytes, wish: PreviewPolicy) -> Outlook:
    policies, device = services.policies, device_id(key)
    now_ms = services.clock.wall() // 1000
    trust = wish.trust or policies.trust(key)
    changes = dict(checked(name, text, device) for name, text in wish.choices.items())
    policy = policies.policy.with_choices(changes)
    roster = services.registry.roster
    last = LastCopies(key, roster, policy).keeps if trust is Trust.FULL else None
    present = allowance(policies.trust(key), now_ms, policies.policy, device)
    return Outlook(
        tags=roster.tags_of(key),
        then=allowance(trust, now_ms, policy, device, policies.own),
        kept=grants(policy, trust, device),
        now=Allowance(policies.may_have(key), present.since),
        samples=wish.samples,
        keeps_last=last,
    )


def _sample(connection: Connection, thing: Thing, fate: str) -> SampleShown:
    row = object_by_id(connection, thing.id)
    seen = reading.view(connection, row) if row is not None else None
    identity = seen.public_id if seen is not None else thing.id.hex()
    text = seen.text if seen is not None else ""
    return SampleShown(id=identity, kind=thing.kind, fate=fate, text=text)


# ---- what the companion is like --------------------------------------------------------------


async def traits(services: Services, _: Traits, __: Tell) -> list[TraitShown]:
    """Every trait, by name."""
    found = await services.database.read(choices.traits)
    return [_trait(one) for one in found]


def _trait(one: Trait) -> TraitShown:
    return TraitShown(name=one.name, text=one.text, timestamp=one.shown / MICRO)


async def set_trait(services: Services, wish: SetTrait, _: Tell) -> TraitShown:
    """Say a trait anew. Only full devices may."""
    name, text = terms.real(wish.name.strip().lower()), terms.text(wish.text)
    if not 0 < len(name) <= TRAIT_NAME_MAX or len(text) > TRAIT_TEXT_MAX:
        raise BadInput(
            f"A trait has a name of up to {TRAIT_NAME_MAX} characters, and up to "
            f"{TRAIT_TEXT_MAX} characters of text."
        )
    trait = Trait(name, text, services.author.now())
    await services.writing.declare(ObjectKind.TRAIT, trait)
    return _trait(trait)
