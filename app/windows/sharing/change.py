"""A change of what is shared: the wish for it, the way back, and whom it concerns. No Qt.

Change + PolicyShown ─▶ concerned ─▶ a preview now and then for each ─▶ Effect
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.model.choices import choice
from mesh.model.device import Trust
from mesh.model.policy import FAMILY, INHERIT
from mesh.wishes import PreviewPolicy, SetPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesh.wishes import DevicePolicy, PolicyShown, PreviewShown

WINDOW, TAGS = "time_window_days", "private_tags"
LEVELS = (str(Trust.FULL), str(Trust.LIMITED))
ALL = "all"


@dataclass(frozen=True, slots=True)
class Change:
    """``value`` for a target: FAMILY, a trust level or the id of a device.

    INHERIT as a value: what is chosen one step further up counts again.
    """

    target: str
    key: str
    value: str

    @property
    def wish(self) -> SetPolicy:
        """What makes it so."""
        if self.target == FAMILY:
            return SetPolicy(key=self.key, value=self.value)
        if self.target in LEVELS:
            return SetPolicy(key=f"{self.target}.{self.key}", value=self.value)
        return SetPolicy(key=self.key, value=self.value, device=self.target)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does for one device, kind → number: what it gets, gives back, gets no more.

    ``ends``: it keeps what it has of that, and gets nothing new.
    """

    name: str
    gets: Mapping[str, int] = field(default_factory=dict)
    gives: Mapping[str, int] = field(default_factory=dict)
    ends: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing of what is here goes anywhere else than before."""
        return not (self.gets or self.gives or self.ends)


# ---- what stands -----------------------------------------------------------------------------


def values(shown: PolicyShown, target: str) -> Mapping[str, str]:
    """What counts for a target; nothing for one that is no more."""
    if target == FAMILY:
        return shown.family
    if target in LEVELS:
        return _of_level(shown, target)
    one = device(shown, target)
    return one.values if one else {}


def is_chosen(shown: PolicyShown, target: str, key: str) -> bool:
    """Whether that was chosen for the target itself."""
    one = device(shown, target)
    return key in (one.chosen if one else shown.chosen.get(target, ()))


def device(shown: PolicyShown, target: str) -> DevicePolicy | None:
    """The device that is the target, if one is."""
    return next((one for one in shown.devices if one.device_id == target), None)


def way_back(shown: PolicyShown, change: Change) -> Change:
    """The change that makes it as it was."""
    was_chosen = is_chosen(shown, change.target, change.key)
    before = values(shown, change.target).get(change.key, INHERIT) if was_chosen else INHERIT
    return Change(change.target, change.key, before)


def outcome(shown: PolicyShown, change: Change) -> str:
    """The value that counts for the target after the change."""
    key, target = change.key, change.target
    one = device(shown, target)
    if change.value != INHERIT:
        return change.value
    if one is not None:
        return _of_level(shown, str(one.trust))[key]
    if target == FAMILY:
        return _built_in(key)
    return _above(shown, target, key)


def others_than(shown: PolicyShown, target: str, key: str) -> list[str]:
    """Trust levels and ids of devices below the target for which that was chosen itself."""
    if target not in (FAMILY, *LEVELS):
        return []
    levels = [one for one in LEVELS if target == FAMILY and key in shown.chosen.get(one, ())]
    devices = [
        one.device_id
        for one in shown.devices
        if key in one.chosen and target in (FAMILY, str(one.trust))
    ]
    return levels + devices


def restrictions(shown: PolicyShown, target: str, key: str) -> list[str]:
    """What this device's own settings file says of that for the target: as values."""
    one = device(shown, target)
    targets = (FAMILY, str(one.trust), target) if one else (FAMILY, target)
    said = (shown.restricted.get(f"{each} {key}") for each in dict.fromkeys(targets))
    return [value for value in said if value not in (None, INHERIT)]


def _built_in(key: str) -> str:
    return choice(key).show(choice(key).built_in)


def _above(shown: PolicyShown, level: str, key: str) -> str:
    """What counts for a trust level when nothing is chosen for it."""
    return ALL if _starts_anew(key, level) else shown.family[key]


def _starts_anew(key: str, level: str) -> bool:
    """Devices with full trust have a window only where one was chosen for them."""
    return key == WINDOW and level == Trust.FULL


def _of_level(shown: PolicyShown, level: str) -> Mapping[str, str]:
    return shown.full if level == Trust.FULL else shown.limited


# ---- what would be ---------------------------------------------------------------------------


def concerned(shown: PolicyShown, change: Change) -> list[tuple[DevicePolicy, str]]:
    """Each device for which another value would count, and that value."""
    if change.key == TAGS:
        return []
    found = []
    for one in shown.devices:
        then = _then(shown, change, one)
        if one.trust is not Trust.GUEST and then not in (None, one.values.get(change.key)):
            found.append((one, str(then)))
    return found


def _then(shown: PolicyShown, change: Change, one: DevicePolicy) -> str | None:
    """What would count for a device; None when the change does not reach it."""
    level, key = str(one.trust), change.key
    if change.target == one.device_id:
        return outcome(shown, change)
    if key in one.chosen or change.target not in (level, FAMILY):
        return None
    is_hidden = _starts_anew(key, level) or key in shown.chosen.get(level, ())
    return None if change.target == FAMILY and is_hidden else outcome(shown, change)


def takes_from(one: DevicePolicy, key: str, then: str) -> bool:
    """Whether that device may hold less of anything then; a window takes nothing back."""
    what = choice(key)
    before, after = what.read(one.values[key]), what.read(then)
    return key != WINDOW and before != after and what.stricter(before, after) == after


def preview(one: DevicePolicy, key: str, value: str | None = None) -> PreviewPolicy:
    """The wish that counts what a device knows: as things stand, or with that value."""
    return PreviewPolicy(device=one.device_id, choices={} if value is None else {key: value})


def effect(name: str, now: PreviewShown, then: PreviewShown) -> Effect:
    """What is different between two previews of a device."""
    gives = _more(now.would_withdraw, then.would_withdraw)
    ends = _more(then.would_send, now.would_send)
    return Effect(
        name=name,
        gets=_more(now.would_send, then.would_send),
        gives=gives,
        ends=_more(gives, ends),
    )


def _more(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """By how much the other has more, of each kind of which it has."""
    more = {kind: number - one.get(kind, 0) for kind, number in other.items()}
    return {kind: number for kind, number in more.items() if number > 0}
