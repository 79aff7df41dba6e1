"""The recovery words at work: shown and confirmed on the first device, typed in need.

Typed words sign there, at once, and are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.errors import BadInput, NotFound, NotPermitted
from mesh.family import founding, recovery
from mesh.model.device import Trust

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesh.crypto import SigningKey
    from mesh.family.change import Change
    from mesh.family.household import Household, Means
    from mesh.family.pen import Pen


class Phrase:
    """The recovery phrase of the family, as far as this device has to do with it."""

    def __init__(self, means: Means, home: Household, pen: Pen) -> None:
        self._shelf = means.shelf
        self._home = home
        self._pen = pen

    async def words(self) -> tuple[str, ...] | None:
        """The 24 words while they are not confirmed; None later and on every other device."""
        seed = await self._shelf.load_secret(founding.RECOVERY)
        return None if seed is None else recovery.words_of(seed)

    async def confirm(self, answers: Mapping[int, str]) -> None:
        """Erase the words once three of them (counted from 1) were typed; else BadInput."""
        seed = await self._shelf.load_secret(founding.RECOVERY)
        if seed is None:
            raise NotFound("The recovery phrase is not kept on this device.")
        recovery.check_answers(seed, answers)
        await self._shelf.save_secret(founding.RECOVERY, None)

    async def promote(self, words: Sequence[str]) -> Change:
        """Let this full device manage the family."""
        async with self._pen.alone:
            signer = self._signer(words)
            word = self._pen.word(self._home.key, Trust.FULL, admin=True)
            return await self._pen.say(word, signer=signer)

    async def revoke(
        self, words: Sequence[str], key: bytes, heads: Sequence[bytes] | None = None
    ) -> Change:
        """Remove a device, also one that no other may remove; ``heads`` as in the registry."""
        async with self._pen.alone:
            signer = self._signer(words)
            if key == self._home.key or key not in self._home.roster.everyone:
                raise NotFound("There is no such other device in the family.")
            return await self._pen.say(self._pen.removal(key, heads), signer=signer)

    async def forget_if_foreign(self) -> None:
        """Erase words of another family: a crash while joining may have left them."""
        seed = await self._shelf.load_secret(founding.RECOVERY)
        if seed is not None and recovery.key_of(seed).public != self._home.roster.recovery:
            await self._shelf.save_secret(founding.RECOVERY, None)

    def _signer(self, words: Sequence[str]) -> SigningKey:
        if not self._home.is_full:
            raise NotPermitted
        key = recovery.key_of(recovery.seed_of(words))
        if key.public != self._home.roster.recovery:
            raise BadInput("These are not the recovery words of this family.")
        return key
