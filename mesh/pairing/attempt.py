"""The rules of one attempt to join: whom to talk to, how long to wait, how it ends.

It is told what arrives and what time it is, and says what is to be done; it has no socket and
no clock of its own. Every address is dialled on a lane of its own and greeted; the first lane
on which the window answers is chosen. While people compare, a greeting every two seconds tells
each side that the other is there; after ten silent seconds the attempt is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from mesh.errors import (
    AlreadyInFamily,
    BadHandshake,
    InvitationClosed,
    InvitationInvalid,
    MeshError,
    PairingHalfDone,
    PairingRefused,
    PairingUnreachable,
    ProtocolError,
    VersionMismatch,
)
from mesh.pairing import frames
from mesh.pairing.effects import Adopt, Belong, Choose, End, GuestEffect, HangUp, Say, Show
from mesh.pairing.frames import Kind, Refusal
from mesh.pairing.guest import Calling, Committed, Comparing, Invited, Reported, Waiting

if TYPE_CHECKING:
    from mesh.clock import Entropy
    from mesh.pairing.frames import Adopted

REACH_S: Final = 10.0
TURNED_AWAY_S: Final = 1.5
HELLO_S: Final = 2.0
SILENCE_S: Final = 10.0
HALF_DONE: Final = (
    "This device belongs to the family now, but the other one did not confirm; if they do not "
    "connect, join once more with a new invitation."
)

Step: TypeAlias = Calling | Committed | Comparing | Waiting | Invited | Reported


class Attempt:
    """The rules of one attempt; times are seconds of a clock that never runs backwards."""

    def __init__(self, calling: Calling, entropy: Entropy, now: float) -> None:
        self._calling = calling
        self._entropy = entropy
        self._step: Step = calling
        self._lane: int | None = None
        self._heard = self._greeted = now
        self._deadline = now + REACH_S
        self._turned_away: tuple[float, MeshError] | None = None
        self.is_over = False

    def begin(self) -> list[GuestEffect]:
        """Greet whoever listens."""
        return [Say(self._calling.hello)]

    def receive(self, lane: int, message: bytes, now: float) -> list[GuestEffect]:
        """A message came on a lane."""
        if self._lane is not None and lane != self._lane:
            return []
        try:
            kind = frames.kind_of(message)
            if self.is_over:
                return [HangUp()] if kind is Kind.REFUSAL else []
            self._heard = now
            if kind is Kind.REFUSAL:
                return self._refused(frames.reason_of(message), now)
            if kind is Kind.HERE:
                return self._found(lane, message)
            return self._advance(message, now)
        except MeshError as error:
            return self._broken(error)

    def decide(self, *, yes: bool) -> list[GuestEffect]:
        """Our owner has compared; too late is no answer."""
        if self.is_over or not isinstance(self._step, Comparing):
            return []
        if not yes:
            return self.fail(PairingRefused(), Refusal.PERSON_SAID_NO)
        self._step, message = self._step.agree()
        return [Say(message)]

    def adopted(self, adopted: Adopted) -> list[GuestEffect]:
        """The new family is stored."""
        if self.is_over or not isinstance(self._step, Invited):
            return []
        try:
            self._step, message = self._step.report(adopted)
        except ProtocolError as error:
            return self._broken(error)
        return [Say(message)]

    def fail(self, error: MeshError, reason: Refusal) -> list[GuestEffect]:
        """End the attempt and tell the other side; it answers with a refusal, too."""
        if self.is_over:
            return []
        self.is_over = True
        parting = HangUp() if self._lane is None else Say(frames.refusal(reason))
        return [parting, End(error)]

    def tick(self, now: float, late: float = 0.0) -> list[GuestEffect]:
        """Time has passed; to be called about twice a second.

        So many seconds ``late`` it is, if our own process stood still: nobody listened then,
        and what came meanwhile has still to be read.
        """
        if self.is_over:
            return []
        self._allow(late, now)
        error = self._too_late(now)
        if error is not None:
            return self.fail(error, Refusal.GONE)
        if now - self._greeted < HELLO_S:
            return []
        self._greeted = now
        return [Say(self._calling.hello)]

    def _allow(self, seconds: float, now: float) -> None:
        """For so long nobody listened."""
        self._heard = min(now, self._heard + seconds)
        if self._turned_away is not None:
            since, error = self._turned_away
            self._turned_away = min(now, since + seconds), error
        if isinstance(self._step, Calling | Committed):
            self._deadline += seconds

    def _too_late(self, now: float) -> MeshError | None:
        if self._lane is None and self._turned_away is not None:
            since, error = self._turned_away
            if now - since > TURNED_AWAY_S:
                return error
        if self._lane is None:
            return PairingUnreachable() if now > self._deadline else None
        if now - self._heard > SILENCE_S:
            return PairingHalfDone(HALF_DONE) if self._may_be_family else PairingUnreachable()
        is_waiting = isinstance(self._step, Committed | Comparing | Waiting)
        return InvitationClosed() if is_waiting and now > self._deadline else None

    @property
    def _may_be_family(self) -> bool:
        return isinstance(self._step, Invited | Reported)

    def _found(self, lane: int, message: bytes) -> list[GuestEffect]:
        if not isinstance(self._step, Calling):
            return []
        self._step, commit = self._step.commit(message, self._entropy)
        self._lane = lane
        return [Choose(lane), Say(commit)]

    def _refused(self, reason: Refusal, now: float) -> list[GuestEffect]:
        error = reason.error(self._calling.method)
        if self._lane is None:
            # Another address may be the right one: several windows can be open at one host.
            self._turned_away = self._turned_away or (now, error)
            return []
        self.is_over = True
        half_done = PairingHalfDone(HALF_DONE)
        return [HangUp(), End(half_done if self._may_be_family else error)]

    def _advance(self, message: bytes, now: float) -> list[GuestEffect]:
        step = self._step
        if isinstance(step, Committed):
            self._step, identity = step.check(message)
            self._deadline = now + self._step.introduction.seconds
            shown = self._step
            show = Show(
                shown.inviter_name,
                shown.introduction.trust,
                shown.pictures,
                shown.is_same_family,
            )
            return [Say(identity), show]
        if isinstance(step, Waiting):
            self._step = step.open(message)
            return [Adopt(self._step.welcome)]
        if isinstance(step, Reported):
            step.finish(message)
            self.is_over = True
            return [HangUp(), Belong(step.welcome)]
        raise BadHandshake

    def _broken(self, error: MeshError) -> list[GuestEffect]:
        """What came is wrong: say so to our owner, and in a number to the inviter."""
        if self.is_over or self._lane is None:
            # Without a lane: somebody else listens at that address.
            return []
        if self._may_be_family:
            return self.fail(PairingHalfDone(HALF_DONE), Refusal.NOT_UNDERSTOOD)
        if isinstance(error, AlreadyInFamily):
            return self.fail(error, Refusal.OTHER_FAMILY)
        if isinstance(error, InvitationInvalid):
            return self.fail(
                Refusal.SAME_DEVICE.error(self._calling.method), Refusal.SAME_DEVICE
            )
        if isinstance(error, VersionMismatch):
            return self.fail(error, Refusal.VERSION)
        is_secret = isinstance(error, BadHandshake) and isinstance(self._step, Committed)
        reason = Refusal.SECRET_WRONG if is_secret else Refusal.NOT_UNDERSTOOD
        return self.fail(reason.error(self._calling.method), reason)
