"""Before a first meeting: both sides tell in shorts what they would give, and count.

    who waits for its owner                 the other
    Survey ──────────────────────────────▶  what it would give, from its database
    ◀──────────────── Surveyed … Surveyed   (bulk lane, if it is much)

Nothing is stored of it, and no record goes as long as one of the two waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mesh.errors import BadFrame, PeerUnreachable
from mesh.model.meeting import Tally, counted
from mesh.storage.surveys import inventory, numbers
from mesh.wire import frames

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.model.allowance import Allowance
    from mesh.storage.objects import Connection
    from mesh.sync.comparing import Worker
    from mesh.sync.talk import Talk
    from mesh.wire.frames import Survey, Surveyed

T = TypeVar("T")

ANSWERS_MAX = 64
"""So often one talk is surveyed; a device that asks for more ends it."""
LIVE_MAX = 2
"""So many parts go by the live lane."""
RETRY_S = 2.0


class Surveying:
    """Both sides of it, in one talk."""

    def __init__(self, talk: Talk, worker: Worker) -> None:
        self._talk = talk
        self._worker = worker
        self._nonce = 0
        self._tally: Tally | None = None
        self._answers = 0

    def begin(self) -> None:
        """Both have said hello, or one has again: ask, if our owner is to know."""
        talk = self._talk
        if talk.may_survey and talk.circle.hooks.wants_survey(talk.key):
            self._worker.add(self._ask)

    async def _ask(self) -> None:
        self._nonce += 1
        mark = _mark(self._talk.circle.run, self._nonce)
        own = await self._read(
            lambda sql, allowed, mine: inventory(sql, allowed, mark, only_mine=mine)
        )
        if own is not None:
            self._tally = Tally(own)
            self._talk.say(frames.Survey(self._nonce, own.is_empty))

    async def _read(self, look: Callable[[Connection, Allowance, bool], T]) -> T | None:
        """What the other would be given, by what our last hello said."""
        talk = self._talk
        allowed, only_mine = talk.allowed, talk.own_only
        if allowed is None or not talk.may_survey:
            return None
        return await talk.circle.database.read(lambda sql: look(sql, allowed, only_mine))

    def asked(self, frame: Survey) -> None:
        """The other wants to know what we would give it."""
        self._answers += 1
        if self._answers > ANSWERS_MAX:
            raise BadFrame("more surveys than can be meant")
        self._worker.add(lambda: self._answer(frame))

    async def _answer(self, frame: Survey) -> None:
        hello = self._talk.their_hello
        mark = _mark(b"" if hello is None else hello.run, frame.nonce)

        parts = await self._read(
            lambda sql, allowed, mine: (
                counted(numbers(sql, allowed, only_mine=mine))
                if frame.is_empty
                else inventory(sql, allowed, mark, only_mine=mine).parts()
            )
        )
        if parts is None:
            return
        said = [
            frames.write(frames.Surveyed(frame.nonce, part, number == len(parts)))
            for number, part in enumerate(parts, 1)
        ]
        try:
            await self._send(said)
        except PeerUnreachable:
            self._talk.later(RETRY_S, lambda: self._worker.add(lambda: self._answer(frame)))

    async def _send(self, said: list[bytes]) -> None:
        talk = self._talk
        if len(said) <= LIVE_MAX:
            if not all(talk.lane.send(payload) for payload in said):
                raise PeerUnreachable
            return
        lane = await talk.circle.hooks.bulk_lane(talk.key)
        for payload in said:
            if not await lane.send_bulk(payload, lambda: talk.may_survey):
                return

    async def came(self, frame: Surveyed) -> None:
        """A part of the answer; with the last one it is known what becomes of both."""
        talk, tally = self._talk, self._tally
        if tally is None or frame.nonce != self._nonce:
            talk.circle.count("stale_surveys")
            return
        await talk.circle.database.read(lambda _: tally.take(frame.part))
        if frame.is_last and self._tally is tally:
            self._tally = None
            preview = await talk.circle.database.read(lambda _: tally.preview())
            talk.circle.hooks.on_surveyed(talk.key, preview)


def _mark(run: bytes, nonce: int) -> bytes:
    """Makes the shorts of this survey unlike those of any other."""
    return run + nonce.to_bytes(8, "big")
