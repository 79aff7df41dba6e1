"""Sharing: with whom, when and what."""

from __future__ import annotations

from mesh.model.device import Trust
from mesh.model.sparing import Sparing, Why
from mesh.wishes.kinds import Shown, Wish


class Sync(Wish, frozen=True, tag="sync"):
    """Catch up now; ``wait`` seconds: until in step. Events: Progress. Answer: SyncDone."""

    device: str | None = None
    wait: float | None = None


class Pause(Wish, frozen=True, tag="pause"):
    """Stop sharing, with one device or all, for a while or for good. Answer: PauseShown."""

    device: str | None = None
    minutes: float | None = None


class Resume(Wish, frozen=True, tag="resume"):
    """Share again. Answer: PauseShown."""

    device: str | None = None


class Spare(Wish, frozen=True, tag="sparing"):
    """How much battery and metered links are spared here: SparingShown; choose a level."""

    level: str | None = None


class Policy(Wish, frozen=True, tag="policy"):
    """What is shared with whom? Answer: PolicyShown."""


class SetPolicy(Wish, frozen=True, tag="policy-set"):
    """Choose what is shared, for the family or one device; ``default`` takes a choice back.

    ``key`` may begin with a trust level: ``limited.memory_access``. Answer: PolicyShown.
    """

    key: str
    value: str
    device: str | None = None


class PreviewPolicy(Wish, frozen=True, tag="policy-preview"):
    """What will a device know? Answer: PreviewShown.

    As things stand, or with another trust level and other choices (key → value, for that
    device). ``samples``: so many of each kind and fate.
    """

    device: str
    trust: Trust | None = None
    choices: dict[str, str] = {}
    samples: int = 0


class SyncDone(Shown, frozen=True):
    """How a catch-up ended with all that answered; ``missing`` names those that did not."""

    in_step: bool
    sent: int
    received: int
    seconds: float
    missing: tuple[str, ...] = ()


class PauseShown(Shown, frozen=True):
    """Whether sharing is paused, and until when (Unix seconds; None: until resumed)."""

    paused: bool
    until: float | None = None
    devices: tuple[str, ...] = ()


class DevicePolicy(Shown, frozen=True):
    """What counts for one device; ``chosen``: what was chosen for it alone.

    ``keeps_alone``: of what kinds no other of the owner's own devices may keep as much.
    """

    device_id: str
    name: str
    trust: Trust
    values: dict[str, str]
    chosen: tuple[str, ...] = ()
    keeps_alone: tuple[str, ...] = ()


class PolicyShown(Shown, frozen=True):
    """What counts: key → value, for the family, by trust level, by device.

    ``chosen``: what was chosen itself for the family and a trust level, target → keys.
    ``holds``: what this device may have, kind → level. ``restricted``: what its own settings
    file restricts; ``mistake``: what is wrong in there, its former content counts.
    """

    family: dict[str, str]
    full: dict[str, str]
    limited: dict[str, str]
    devices: tuple[DevicePolicy, ...] = ()
    chosen: dict[str, tuple[str, ...]] = {}
    holds: dict[str, str] = {}
    restricted: dict[str, str] = {}
    mistake: str | None = None
    may_choose: bool = False


class SparingShown(Shown, frozen=True):
    """What counts, what was chosen and what the owner's file says; what the device runs on.

    ``why``: for what long histories wait here now: battery, metered, or nothing.
    """

    level: Sparing
    chosen: Sparing
    restricted: Sparing | None = None
    on_battery: bool = False
    percent: float | None = None
    metered: bool = False
    why: Why | None = None


class SampleShown(Shown, frozen=True):
    """One thing of a preview; ``fate``: would_send, withheld or would_withdraw."""

    id: str
    kind: str
    fate: str
    text: str


class PreviewShown(Shown, frozen=True):
    """What one device will know: how many things of each kind, those it wrote itself apart.

    ``would_withdraw``: of ``withheld``, what it may have now and would have to give back, as
    far as its present window reaches.
    """

    device_id: str
    would_send: dict[str, int]
    withheld: dict[str, int]
    would_withdraw: dict[str, int]
    samples: tuple[SampleShown, ...] = ()
