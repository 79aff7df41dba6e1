"""What the windows may have to show: states for tests and for the gallery."""

from __future__ import annotations

from typing import Any

from app.viewstate import ViewState, begin, reduce
from mesh.messages import (
    DeviceShown,
    JustBetweenUs,
    News,
    RegistryUpdated,
    SharingPaused,
    SyncStatus,
    told,
)
from mesh.model.device import Context, Role, Trust
from mesh.model.sparing import Why
from mesh.wishes import (
    DevicePolicy,
    HealthShown,
    MoodShown,
    PauseShown,
    PolicyShown,
    StatusShown,
)

NOW = 1_795_370_400.0  # a Sunday evening in November 2026
HOUR, DAY = 3600.0, 24 * 3600.0
ME = "ME7QRSA-LAPTOP4-2XK5DPI-3QZ6MHM"
MOOD = MoodShown(
    valence=0.45,
    arousal=0.2,
    confidence=0.8,
    label="content",
    contributing_devices=(ME,),
)
LONG_NAME = "Grandmother's very old but beloved kitchen tablet beside the window, third shelf"


def device(name: str, **fields: Any) -> DeviceShown:
    """A device, connected and in step unless told otherwise."""
    known: dict[str, Any] = {
        "device_id": device_id(name),
        "name": name,
        "role": Role.PRIMARY,
        "trust": Trust.FULL,
        "context": Context.PERSONAL,
        "capabilities": ("conversation", "emotion", "memory"),
        "connected": True,
        "last_seen": NOW,
        "in_step": True,
    }
    return DeviceShown(**{**known, **fields})


def device_id(name: str) -> str:
    """The id of the device with this name."""
    letters = "".join(letter for letter in name.upper() if letter.isalpha())
    return f"{letters:X<28.28}"


def this(name: str = "Work Laptop", **fields: Any) -> DeviceShown:
    """This device."""
    return device(name, device_id=ME, is_self=True, **{"admin": True, **fields})


def family(
    *others: DeviceShown,
    me: DeviceShown | None = None,
    level: str = "full",
    causes: tuple[str, ...] = (),
    mood: MoodShown | None = MOOD,
    **status: Any,
) -> ViewState:
    """The state of a family in which this device and ``others`` are."""
    own = me or this()
    known: dict[str, Any] = {
        "device_id": own.device_id,
        "name": own.name,
        "running": True,
        "port": 21550,
        "family_id": "f" * 32,
        "recovery_confirmed": True,
        "keystore": "keyring",
        "profile": "/home/ada/.local/share/aico-mesh",
        "log": "/home/ada/.local/share/aico-mesh/aico-mesh.log",
        "version": "0.1.0",
    }
    health = HealthShown(
        summary="", level=level, capabilities=own.capabilities, devices=(), causes=causes
    )
    shown = StatusShown(**{**known, **status})
    return begin(shown, (own, *others), health, mood, PauseShown(paused=False), now=NOW)


def away(name: str, seconds: float = 2 * HOUR, **fields: Any) -> DeviceShown:
    """A device that was seen some time ago."""
    gone = {"connected": False, "last_seen": NOW - seconds, "in_step": False}
    return device(name, **{**gone, **fields})


def _five() -> tuple[DeviceShown, ...]:
    return (
        device("Home Desktop", admin=True),
        device("Phone", role=Role.MOBILE),
        away("Home Server"),
        device("Kitchen Tablet", role=Role.SHARED, trust=Trust.LIMITED, context=Context.FAMILY),
        away("Visitor", 3 * DAY, role=Role.GUEST, trust=Trust.GUEST),
    )


def alone() -> ViewState:
    """No other device; a first day."""
    return family(mood=None, recovery_confirmed=False)


def two() -> ViewState:
    """One other device, connected and in step."""
    return family(device("Home Desktop", admin=True))


def five() -> ViewState:
    """Five other devices in different states."""
    return family(*_five(), level="limited", causes=(f"away:{device_id('Home Server')}",))


def ten() -> ViewState:
    """Ten other devices."""
    names = ("Attic Server", "Car", "Garden House", "Old Phone", "Studio")
    more = tuple(device(name) for name in names)
    return family(
        *_five(), *more, level="limited", causes=(f"away:{device_id('Home Server')}",)
    )


def all_offline() -> ViewState:
    """Other devices, none in reach; one for a very long time."""
    others = (
        away("Home Desktop", 5 * HOUR, admin=True),
        away("Phone", 2 * DAY, role=Role.MOBILE),
        away("Home Server", 40 * DAY),
        away("New Tablet", last_seen=None),
    )
    causes = tuple(f"away:{one.device_id}" for one in others)
    return family(*others, level="offline", causes=causes)


def catching_up() -> ViewState:
    """One device sends what was missed; three quarters are here."""
    desktop = device("Home Desktop", admin=True, in_step=False)
    state = family(desktop, level="limited", causes=(f"behind:{desktop.device_id}",))
    for received, left in ((1_000, None), (75_000, 10.1)):
        status = SyncStatus(
            device_id=desktop.device_id,
            in_step=False,
            pending=100_000 - received,
            received=received,
            seconds_left=left,
        )
        state = reduce(state, told(status, ME), NOW)
    return state


def sparing() -> ViewState:
    """A long history waits, as a battery is low on the other device."""
    phone = device("Phone", role=Role.MOBILE, in_step=False)
    desktop = device("Home Desktop", admin=True)
    state = family(phone, desktop, level="limited", causes=(f"behind:{phone.device_id}",))
    status = SyncStatus(
        device_id=phone.device_id,
        in_step=False,
        pending=12_000,
        received=256,
        waits=Why.THEIR_BATTERY,
    )
    return _after(state, told(status, ME))


def paused() -> ViewState:
    """Sharing is paused with everybody for an hour."""
    state = family(device("Home Desktop", admin=True), level="limited", causes=("paused",))
    return _after(state, told(SharingPaused(everybody=True, until=NOW + HOUR), ME))


def one_paused() -> ViewState:
    """Sharing is paused with one device until resumed."""
    tablet = device("Kitchen Tablet", role=Role.SHARED, trust=Trust.LIMITED)
    state = family(tablet, level="limited", causes=(f"paused:{tablet.device_id}",))
    return _after(state, told(SharingPaused(everybody=False, devices=(tablet.device_id,)), ME))


def just_between_us() -> ViewState:
    """The next conversation stays here."""
    return _after(two(), told(JustBetweenUs(is_on=True), ME))


def troubled() -> ViewState:
    """Everything that wants attention at once."""
    desktop = device("Home Desktop", in_step=False)
    causes = ("storage", f"clock:{desktop.device_id}", f"behind:{desktop.device_id}")
    return family(
        desktop,
        away("Home Server", 40 * DAY),
        level="limited",
        causes=causes,
        recovery_confirmed=False,
    )


def removed() -> ViewState:
    """This device was removed from its family."""
    return _after(two(), told(RegistryUpdated(family_id="e" * 32, devices=(this(),)), ME))


def long_names() -> ViewState:
    """Names as long as they may be."""
    other = away(LONG_NAME, role=Role.SHARED, trust=Trust.LIMITED)
    causes = (f"away:{other.device_id}",)
    return family(
        other,
        device("Ω" * 64, device_id="OMEGA7Q"),
        me=this("Das-hier-ist-ein-sehr-langer-Gerätename-ohne-ein-einziges-Leerzeichen"),
        level="limited",
        causes=causes,
    )


def as_guest() -> ViewState:
    """This device is a guest of the family."""
    me = this("Visitor", trust=Trust.GUEST, role=Role.GUEST, admin=False)
    return family(device("Home Desktop", admin=True), me=me, mood=None)


def as_limited() -> ViewState:
    """This device is trusted with limits, and no admin."""
    me = this("Kitchen Tablet", trust=Trust.LIMITED, role=Role.SHARED, admin=False)
    return family(device("Home Desktop", admin=True), me=me)


VALUES = {
    "conversation_continuity": "on",
    "emotional_awareness": "on",
    "mood_reasons": "on",
    "memory_access": "on",
    "personality_consistency": "off",
    "privacy_levels": "public, family",
    "time_window_days": "7",
    "private_to_own_devices": "off",
}


def choices(state: ViewState | None = None, **shown: Any) -> PolicyShown:
    """What counts in the family of that state; a tablet has no memories."""
    devices = []
    for view in (state or five()).devices:
        one = view.device
        values = {**VALUES, "time_window_days": "all" if one.trust is Trust.FULL else "7"}
        chosen: tuple[str, ...] = ()
        if one.role is Role.SHARED:
            values["memory_access"], chosen = "off", ("memory_access",)
        devices.append(
            DevicePolicy(
                device_id=one.device_id,
                name=one.name,
                trust=one.trust,
                values={} if one.trust is Trust.GUEST else values,
                chosen=chosen,
            )
        )
    known: dict[str, Any] = {
        "family": {**VALUES, "private_tags": "confidential, personal"},
        "full": {**VALUES, "time_window_days": "all"},
        "limited": VALUES,
        "devices": tuple(devices),
        "holds": {"conversations": "family", "memories": "family", "moods": "family"},
        "may_choose": True,
    }
    return PolicyShown(**{**known, **shown})


def _after(state: ViewState, news: News) -> ViewState:
    return reduce(state, news, NOW)


SCENES = {
    "alone": alone,
    "two": two,
    "five": five,
    "ten": ten,
    "all-offline": all_offline,
    "catching-up": catching_up,
    "sparing": sparing,
    "paused": paused,
    "one-paused": one_paused,
    "just-between-us": just_between_us,
    "troubled": troubled,
    "removed": removed,
    "long-names": long_names,
    "as-guest": as_guest,
    "as-limited": as_limited,
}
"""Every scene by name."""
