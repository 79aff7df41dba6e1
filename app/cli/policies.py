"""`policy`: what was chosen, choosing, and what a device will know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app import wording
from app.cli.voice import BOLD, DIM, GREEN
from app.wording import tr
from mesh import wishes
from mesh.model.device import Trust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.cli.voice import Voice


def wish(options: dict[str, Any]) -> wishes.Wish:
    """What was asked for."""
    form, *rest = options["words"]
    if form == "set":
        return wishes.SetPolicy(key=rest[0], value=rest[1], device=options["device"])
    if form == "preview":
        trust = options["trust"]
        return wishes.PreviewPolicy(
            device=rest[0],
            trust=Trust(trust) if trust else None,
            choices=dict(options["with"]),
            samples=options["samples"],
        )
    return wishes.Policy()


def show(voice: Voice, value: object) -> None:
    """What counts for whom, or what a device will know."""
    if isinstance(value, dict) and "would_send" in value:
        _preview(voice, msgspec.convert(value, wishes.PreviewShown))
    else:
        _policy(voice, msgspec.convert(value, wishes.PolicyShown))


def _policy(voice: Voice, shown: wishes.PolicyShown) -> None:
    devices = [one for one in shown.devices if one.chosen]
    rows = [
        (
            key,
            value,
            shown.full.get(key, ""),
            shown.limited.get(key, ""),
            *(one.values.get(key, "") if key in one.chosen else "" for one in devices),
        )
        for key, value in shown.family.items()
    ]
    heads = (tr("Choice"), tr("Family"), tr("Full"), tr("Limited"))
    voice.table((*heads, *(one.name for one in devices)), rows)
    own = [one for one in shown.devices if one.trust is Trust.FULL]
    for one in own if len(own) > 1 else []:
        if one.keeps_alone:
            kinds = ", ".join(map(wording.shared_kind, one.keeps_alone))
            voice.say(tr("Only {name} may keep all of: {kinds}", name=one.name, kinds=kinds))
    for name, value in shown.restricted.items():
        voice.say(
            tr("Restricted on this device: {name} = {value}", name=name, value=value), DIM
        )
    if shown.mistake:
        voice.say(shown.mistake, BOLD)


def _preview(voice: Voice, shown: wishes.PreviewShown) -> None:
    kinds = sorted({*shown.would_send, *shown.withheld})
    rows = [
        (
            kind,
            f"{shown.would_send.get(kind, 0):,}",
            f"{shown.withheld.get(kind, 0):,}",
            f"{shown.would_withdraw.get(kind, 0):,}",
        )
        for kind in kinds
    ]
    if rows:
        voice.table(("", tr("It gets"), tr("It does not get"), tr("It gives back")), rows)
    else:
        voice.say(tr("There is nothing here yet that could go to it."))
    for each in shown.samples:
        voice.say(f"{each.fate:<15} {each.kind:<14} {each.text}", DIM)


def sparing(voice: Voice, value: object) -> None:
    """What is spared when, and what waits now."""
    shown = msgspec.convert(value, wishes.SparingShown)
    voice.say(tr("Spared: {when}", when=wording.spared_by(shown.level)), BOLD)
    if shown.restricted is not None and shown.level != shown.chosen:
        voice.say(tr("The settings file of this device says so."), DIM)
    if shown.on_battery and shown.percent is not None:
        voice.say(tr("On battery: {share}", share=wording.percent(shown.percent / 100)))
    if shown.metered:
        voice.say(tr("The connection is metered."))
    if shown.why is None:
        voice.say(tr("Nothing has to wait for that now."))
    else:
        voice.say(tr("Long histories wait now; `aico-mesh sync` fetches them all the same."))


def trait(voice: Voice, value: object) -> None:
    """A receipt."""
    shown = msgspec.convert(value, wishes.TraitShown)
    voice.say(tr("So it is: {name}: {text}", name=shown.name, text=shown.text), GREEN)


def traits(voice: Voice, rows: Sequence[object]) -> None:
    """A line each."""
    shown = msgspec.convert(rows, list[wishes.TraitShown])
    voice.table((tr("Trait"), ""), [(one.name, one.text) for one in shown])
