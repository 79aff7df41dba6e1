"""The rules of an open window: who may try, how often, how long, and about whom we ask.

It is told what arrives and what time it is, and says what is to be done; it has no socket, no
clock and no chance of its own. Each peer (one connection) has at most one run, with its own
state. The rules:

    code   three runs, each counted before it is answered: each answered run is one guess
    link   two runs at a time, thirty-two in all; the link survives the death of the code
    time   no run begins after the window's end; one in which people already compare gets a
           minute more; a run that is silent for ten seconds ends
    asked  one joiner at a time; a no closes the window, for then the link is in wrong hands
    used   one success: from the moment both owners have agreed nobody else comes in
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from mesh.errors import (
    BadSeal,
    InvitationClosed,
    InvitationInvalid,
    MeshError,
    PairingHalfDone,
    PairingRefused,
    ProtocolError,
    VersionMismatch,
)
from mesh.pairing import frames
from mesh.pairing.effects import (
    Admit,
    Ask,
    End,
    Finish,
    Guessed,
    HostEffect,
    Reply,
    Store,
    Withdraw,
)
from mesh.pairing.frames import Commit, Hello, Here, JoinRequest, Kind, Method, Refusal
from mesh.pairing.host import Agreed, Answered, Identified, Listening, Stored, Welcomed

if TYPE_CHECKING:
    from mesh.pairing.frames import Welcome

TRIES: Final = 3
LINK_RUNS_AT_ONCE: Final = 2
LINK_RUNS: Final = 32
SILENCE_S: Final = 10.0
GRACE_S: Final = 60.0
STORING_S: Final = 60.0

Step: TypeAlias = Answered | Identified | Agreed | Welcomed | Stored


@dataclass
class Run:
    """What one peer has done so far; ``request`` is None until it has said who it is."""

    method: Method
    step: Step
    began: float
    heard: float
    request: JoinRequest | None = None

    def allow(self, seconds: float, now: float) -> None:
        """For so long nobody listened to it."""
        self.began = min(now, self.began + seconds)
        self.heard = min(now, self.heard + seconds)


class Reception:
    """The rules of one window; times are seconds of a clock that never runs backwards."""

    def __init__(
        self, link: Listening, code: Listening, code_window: int, closes_at: float
    ) -> None:
        self._ways = {Method.LINK: link, Method.CODE: code}
        self._names = {Method.LINK: link.pairing_id, Method.CODE: bytes([code_window])}
        self._left = {Method.LINK: LINK_RUNS, Method.CODE: TRIES}
        self._closes_at = closes_at
        self._runs: dict[bytes, Run] = {}
        self._asked: bytes | None = None
        self._consented = False
        self._admitted_at: float | None = None
        self.is_over = False

    def receive(self, peer: bytes, message: bytes, now: float) -> list[HostEffect]:
        """A message came from a peer."""
        if self.is_over:
            return []
        run = self._runs.get(peer)
        if run is not None:
            run.heard = now
        try:
            kind = frames.kind_of(message)
            if kind is Kind.REFUSAL:
                return self._refused(peer, frames.reason_of(message))
            if kind is Kind.HELLO:
                return self._greeted(peer, message, now)
            if run is None:
                return self._begin(peer, message, now)
            return self._advance(peer, run, message, now)
        except (ProtocolError, InvitationInvalid) as error:
            return self._break_off(peer, _reason(error))

    def decide(self, key: bytes, now: float, *, yes: bool) -> list[HostEffect]:
        """Our owner answered about the device with this key.

        An answer about a device that is no longer asked about counts for nobody.
        """
        run = None if self._asked is None else self._runs.get(self._asked)
        if run is None or run.request is None or run.request.key != key or self._consented:
            return []
        if not yes:
            return self.close(Refusal.PERSON_SAID_NO, PairingRefused())
        self._consented = True
        return self._admit(run, now)

    def welcome(self, welcome: Welcome, now: float) -> list[HostEffect]:
        """The membership of the device is stored; BadFrame if the family is too large."""
        for peer, run in self._admitted():
            if isinstance(run.step, Agreed):
                run.step, message = run.step.welcome(welcome)
                run.heard = self._admitted_at = now
                return [Reply(peer, message)]
        return []

    def stored(self) -> list[HostEffect]:
        """The card of the device is stored, and with that everything."""
        for peer, run in self._admitted():
            if isinstance(run.step, Stored):
                self.is_over = True
                effects: list[HostEffect] = [Reply(peer, run.step.finish())]
                return [*effects, *self._turn_away(peer), Finish(run.step.request)]
        return []

    def close(self, reason: Refusal, error: MeshError) -> list[HostEffect]:
        """The window closes without success; everybody is told why."""
        if self.is_over:
            return []
        self.is_over = True
        told: list[HostEffect] = [Reply(peer, frames.refusal(reason)) for peer in self._runs]
        self._runs.clear()
        return [*told, End(error)]

    def tick(self, now: float, late: float = 0.0) -> list[HostEffect]:
        """Time has passed; to be called about once a second.

        So many seconds ``late`` it is, if our own process stood still: nobody listened then,
        and what came meanwhile has still to be read.
        """
        if self.is_over:
            return []
        effects: list[HostEffect] = []
        for run in self._runs.values():
            run.allow(late, now)
        if self._admitted_at is not None:
            self._admitted_at = min(now, self._admitted_at + late)
        for peer in [peer for peer, run in self._runs.items() if self._is_lost(run, now)]:
            effects += self._break_off(peer, Refusal.GONE)
        is_late = now >= self._closes_at + GRACE_S and self._admitted_at is None
        if is_late or (now >= self._closes_at and not self._runs):
            effects += self.close(Refusal.CLOSED, InvitationClosed())
        return effects

    def _is_lost(self, run: Run, now: float) -> bool:
        if isinstance(run.step, Agreed | Stored) and self._is_admitted(run):
            return False
        if isinstance(run.step, Welcomed) and self._admitted_at is not None:
            return now - run.heard > SILENCE_S or now - self._admitted_at > STORING_S
        since = run.began if isinstance(run.step, Answered) else run.heard
        return now - since > SILENCE_S

    def _greeted(self, peer: bytes, message: bytes, now: float) -> list[HostEffect]:
        hello = frames.decode(frames.body_of(message, Kind.HELLO), Hello)
        if hello.window != self._names[hello.method]:
            return [Reply(peer, frames.refusal(Refusal.UNKNOWN))]
        if peer not in self._runs and not self._is_open(hello.method, now):
            return [Reply(peer, frames.refusal(Refusal.CLOSED))]
        here = frames.encode(Here(self._ways[hello.method].pairing_id))
        return [Reply(peer, frames.frame(Kind.HERE, here))]

    def _is_open(self, method: Method, now: float) -> bool:
        is_in_time = now < self._closes_at and self._admitted_at is None
        return is_in_time and self._left[method] > 0

    def _begin(self, peer: bytes, message: bytes, now: float) -> list[HostEffect]:
        commit = frames.decode(frames.body_of(message, Kind.COMMIT), Commit)
        way = self._ways[commit.method]
        if commit.pairing_id != way.pairing_id:
            return [Reply(peer, frames.refusal(Refusal.UNKNOWN))]
        if not self._is_open(commit.method, now):
            return [Reply(peer, frames.refusal(Refusal.CLOSED))]
        running = sum(run.method is Method.LINK for run in self._runs.values())
        if commit.method is Method.LINK and running >= LINK_RUNS_AT_ONCE:
            return [Reply(peer, frames.refusal(Refusal.BUSY))]
        self._left[commit.method] -= 1
        seconds = min(int(self._closes_at + GRACE_S - now), frames.SECONDS_MAX)
        try:
            step, answer = way.answer(message, seconds)
        except ProtocolError as error:
            return [*self._break_off(peer, _reason(error)), *self._guessed(commit.method)]
        self._runs[peer] = Run(commit.method, step, now, now)
        return [Reply(peer, answer)]

    def _advance(self, peer: bytes, run: Run, message: bytes, now: float) -> list[HostEffect]:
        if isinstance(run.step, Answered):
            run.step = run.step.identify(message)
            run.request = run.step.request
            return self._replace(peer, run.request) + self._ask_next()
        if isinstance(run.step, Identified):
            run.step = run.step.agree(message)
            return self._admit(run, now) if peer == self._asked and self._consented else []
        if isinstance(run.step, Welcomed):
            run.step = run.step.store(message)
            stored = run.step
            return [Store(stored.request, stored.card, stored.roster_hash)]
        return self._break_off(peer, Refusal.NOT_UNDERSTOOD)

    def _replace(self, peer: bytes, request: JoinRequest) -> list[HostEffect]:
        """A device that comes again has left its earlier run behind."""
        effects: list[HostEffect] = []
        for other, run in list(self._runs.items()):
            is_same = run.request is not None and run.request.key == request.key
            if other != peer and is_same and not self._is_admitted(run):
                effects += self._break_off(other, Refusal.GONE)
        return effects

    def _ask_next(self) -> list[HostEffect]:
        if self._asked is not None:
            return []
        for peer, run in self._runs.items():
            if isinstance(run.step, Identified | Agreed):
                self._asked = peer
                return [Ask(run.step.request, run.step.pictures)]
        return []

    def _admit(self, run: Run, now: float) -> list[HostEffect]:
        if not isinstance(run.step, Agreed):
            return []
        self._admitted_at = now
        return [Admit(run.step.request), *self._turn_away(self._asked)]

    def _turn_away(self, winner: bytes | None) -> list[HostEffect]:
        others = [peer for peer in self._runs if peer != winner]
        for peer in others:
            del self._runs[peer]
        return [Reply(peer, frames.refusal(Refusal.CLOSED)) for peer in others]

    def _is_admitted(self, run: Run) -> bool:
        return any(admitted is run for _, admitted in self._admitted())

    def _admitted(self) -> list[tuple[bytes, Run]]:
        if self._admitted_at is None or self._asked not in self._runs:
            return []
        return [(self._asked, self._runs[self._asked])]

    def _refused(self, peer: bytes, reason: Refusal) -> list[HostEffect]:
        run = self._runs.get(peer)
        if run is None:
            return []
        if reason is Refusal.PERSON_SAID_NO and run.request and not self._is_admitted(run):
            return self.close(Refusal.PERSON_SAID_NO, PairingRefused())
        return self._break_off(peer, reason)

    def _guessed(self, method: Method) -> list[HostEffect]:
        """A run has ended before it was known who came."""
        return [Guessed(self._left[method])] if method is Method.CODE else []

    def _break_off(self, peer: bytes, reason: Refusal) -> list[HostEffect]:
        """End one run; the refusal is also the receipt for one that came from the peer."""
        effects: list[HostEffect] = [Reply(peer, frames.refusal(reason))]
        run = self._runs.get(peer)
        if run is None:
            return effects
        if self._is_admitted(run):
            return self.close(reason, PairingHalfDone(HALF_DONE))
        del self._runs[peer]
        if run.request is None:
            effects += self._guessed(run.method)
        if peer == self._asked and run.request is not None:
            self._asked, self._consented = None, False
            effects += [Withdraw(run.request), *self._ask_next()]
        return effects


HALF_DONE: Final = (
    "The device was added, but it did not confirm; let it join once more with a new "
    "invitation, or revoke it."
)


def _reason(error: MeshError) -> Refusal:
    """What the other side is told about an error of its message."""
    if isinstance(error, VersionMismatch):
        return Refusal.VERSION
    if isinstance(error, BadSeal):
        return Refusal.SECRET_WRONG
    return (
        Refusal.SAME_DEVICE if isinstance(error, InvitationInvalid) else Refusal.NOT_UNDERSTOOD
    )
