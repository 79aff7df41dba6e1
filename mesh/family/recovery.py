"""The recovery words: 24 words that are the most senior key of a family.

They open membership, never data. They lie on the first device until its owner has shown that
they are written down.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from mnemonic import Mnemonic

from mesh.crypto import SigningKey, derive
from mesh.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesh.clock import Entropy

WORDS = 24
ENTROPY_SIZE = 32
ASKED = 3


@cache
def _wordlist() -> Mnemonic:
    return Mnemonic("english")


def new_seed(entropy: Entropy) -> bytes:
    """The chance behind new words, 32 bytes: to be kept until they are written down."""
    return entropy.draw(ENTROPY_SIZE)


def words_of(seed: bytes) -> tuple[str, ...]:
    """The 24 words (BIP 39, English) of a seed."""
    return tuple(_wordlist().to_mnemonic(seed).split())


def seed_of(words: Sequence[str]) -> bytes:
    """The seed of typed words; BadInput tells what is wrong with them, never which they are."""
    plain = [word.strip().lower() for word in words]
    if len(plain) != WORDS:
        raise BadInput(f"A recovery phrase has {WORDS} words.")
    strange = [str(n) for n, word in enumerate(plain, 1) if word not in _wordlist().wordlist]
    if strange:
        raise BadInput(f"Check these words of the recovery phrase: {', '.join(strange)}.")
    try:
        return bytes(_wordlist().to_entropy(plain))
    except ValueError as error:
        raise BadInput("Two words of the recovery phrase are swapped or wrong.") from error


def key_of(seed: bytes) -> SigningKey:
    """The recovery key that a seed stands for."""
    return SigningKey(derive(seed, "aico-mesh recovery key"))


def check_answers(seed: bytes, answers: Mapping[int, str]) -> None:
    """Raise BadInput unless at least three of the words (counted from 1) are right."""
    words = words_of(seed)
    if len(answers) < ASKED or not all(1 <= n <= WORDS for n in answers):
        raise BadInput(f"Type {ASKED} of the {WORDS} words.")
    wrong = [str(n) for n in sorted(answers) if answers[n].strip().lower() != words[n - 1]]
    if wrong:
        raise BadInput(f"That is not word {', '.join(wrong)} of the recovery phrase.")
