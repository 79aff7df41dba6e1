"""The one door to cryptography: keys, signatures, sealing, key exchange and key derivation.

Nothing here decides who is trusted. Every function takes bytes and gives bytes or one of our
errors; the primitives are Ed25519, ChaCha20-Poly1305, X-Wing (X25519 + ML-KEM-768) under HPKE,
SPAKE2, BLAKE2b, HKDF-SHA256, HMAC-SHA256 and Argon2id.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mesh.errors import BadHandshake, BadSeal, BadSignature

if TYPE_CHECKING:
    from spake2 import SPAKE2_A, SPAKE2_B

    from mesh.clock import Entropy

KEY_SIZE = 32
PUBLIC_SIZE = 32
SIGNATURE_SIZE = 64
FAMILY_SIZE = 32
NO_FAMILY = bytes(FAMILY_SIZE)
SEAL_OVERHEAD = 16
KEM_PUBLIC_SIZE = 1216
KEM_OVERHEAD = 1136
PAKE_SIZE = 33

_PROTOCOL = b"aico-mesh/1 "
_MLKEM_PUBLIC_SIZE = 1184
_WRAP_VERSION = b"\x01"
_SALT_SIZE = 32

_CURVE_PRIME = 2**255 - 19
_SIGN_BIT = 1 << 255
# The y coordinates of all points whose order divides eight: a signature can be made that holds
# for every message under such a key.
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _CURVE_PRIME - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)


def _framed(purpose: str, family: bytes, body: bytes) -> bytes:
    """What is really signed, so that no signature counts for another purpose or family."""
    if len(family) != FAMILY_SIZE or "\0" in purpose:
        raise ValueError("a family id has 32 bytes, a purpose no NUL")
    return _PROTOCOL + purpose.encode() + b"\0" + family + body


class SigningKey:
    """The Ed25519 identity key of a device; it never leaves the device."""

    def __init__(self, seed: bytes) -> None:
        self.seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()

    @classmethod
    def generate(cls, entropy: Entropy) -> SigningKey:
        """A new key."""
        return cls(entropy.draw(KEY_SIZE))

    def sign(self, purpose: str, family: bytes, body: bytes) -> bytes:
        """64 bytes that hold for this purpose, this family and this body only.

        While pairing the family is ``NO_FAMILY``. ValueError if it has not 32 bytes.
        """
        return self._key.sign(_framed(purpose, family, body))


def check_public(public: bytes) -> None:
    """Refuse what is no honest Ed25519 public key: wrong length, non-canonical, small order.

    To be called wherever a key enters from outside; raises BadSignature.
    """
    if len(public) != PUBLIC_SIZE:
        raise BadSignature("A public key has 32 bytes.")
    y = int.from_bytes(public, "little") & ~_SIGN_BIT
    if y >= _CURVE_PRIME or y in _SMALL_ORDER_Y:
        raise BadSignature("This public key is not one a device can own.")


def verify(public: bytes, signature: bytes, purpose: str, family: bytes, body: bytes) -> None:
    """Raise BadSignature unless ``public`` signed exactly this, for this purpose and family."""
    check_public(public)
    try:
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature, _framed(purpose, family, body))
    except (InvalidSignature, ValueError) as error:
        raise BadSignature from error


def digest(*parts: bytes, size: int = 32, person: bytes = b"") -> bytes:
    """BLAKE2b over the parts, each with its length before it, so that no two lists are equal.

    ``person`` (up to 16 bytes) keeps digests of different uses apart.
    """
    state = hashlib.blake2b(digest_size=size, person=person)
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.digest()


def derive(secret: bytes, label: str, *, length: int = KEY_SIZE, salt: bytes = b"") -> bytes:
    """A key of ``length`` bytes from a strong secret: HKDF-SHA256, one label for each use."""
    return HKDF(hashes.SHA256(), length, salt, label.encode()).derive(secret)


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes."""
    return hmac.digest(key, message, "sha256")


def same(left: bytes, right: bytes) -> bool:
    """Whether two secrets are equal, in a time that tells nothing about them."""
    return hmac.compare_digest(left, right)


class Cipher:
    """ChaCha20-Poly1305 under one key of 32 bytes, for records numbered by a rising counter.

    The caller never seals two records under one counter.
    """

    def __init__(self, key: bytes) -> None:
        self._aead = ChaCha20Poly1305(key)

    def seal(self, counter: int, plaintext: bytes, header: bytes) -> bytes:
        """The record, ``SEAL_OVERHEAD`` bytes longer; the header is bound, not hidden."""
        return self._aead.encrypt(_nonce(counter), plaintext, header)

    def open(self, counter: int, sealed: bytes, header: bytes) -> bytes:
        """The plaintext; BadSeal if key, counter, header or a single bit are not the same."""
        try:
            return self._aead.decrypt(_nonce(counter), sealed, header)
        except (InvalidTag, OverflowError) as error:
            raise BadSeal from error


def _nonce(counter: int) -> bytes:
    return bytes(4) + counter.to_bytes(8, "big")


def wrap(key: bytes, plaintext: bytes, label: str, entropy: Entropy) -> bytes:
    """Close a secret that is to be stored, under a key made of ``key`` and ``label``."""
    salt = entropy.draw(_SALT_SIZE)
    cipher = Cipher(derive(key, f"aico-mesh wrap {label}", salt=salt))
    return _WRAP_VERSION + salt + cipher.seal(0, plaintext, _WRAP_VERSION)


def unwrap(key: bytes, sealed: bytes, label: str) -> bytes:
    """What ``wrap`` closed; BadSeal if the key, the label or the bytes are not the same."""
    version, salt, body = sealed[:1], sealed[1 : 1 + _SALT_SIZE], sealed[1 + _SALT_SIZE :]
    if version != _WRAP_VERSION:
        raise BadSeal("This secret was closed by another version.")
    return Cipher(derive(key, f"aico-mesh wrap {label}", salt=salt)).open(0, body, version)


_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


class KemKey:
    """An X-Wing key: what is sealed to it stays closed to a future quantum computer too.

    The seed of 32 bytes is expanded as the X-Wing draft says.
    """

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_SIZE:
            raise ValueError("an X-Wing seed has 32 bytes")
        self.seed = seed
        expanded = hashlib.shake_256(seed).digest(96)
        lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        curve = X25519PrivateKey.from_private_bytes(expanded[64:])
        self._key = hpke.MLKEM768X25519PrivateKey(lattice, curve)
        self.public = (
            lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        )

    @classmethod
    def generate(cls, entropy: Entropy) -> KemKey:
        """A new key."""
        return cls(entropy.draw(KEY_SIZE))

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """What ``kem_seal`` closed to this key with the same info; BadHandshake otherwise."""
        try:
            return _SUITE.decrypt(sealed, self._key, info)
        except (InvalidTag, ValueError) as error:
            raise BadHandshake from error


def kem_seal(public: bytes, secret: bytes, info: bytes) -> bytes:
    """Close a secret to the owner of a KEM key (``KEM_OVERHEAD`` bytes longer).

    BadHandshake if ``public`` is no X-Wing public key. It proves nothing about the sender.
    """
    if len(public) != KEM_PUBLIC_SIZE:
        raise BadHandshake("An X-Wing public key has 1216 bytes.")
    try:
        key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_SIZE]),
            X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_SIZE:]),
        )
        return _SUITE.encrypt(secret, key, info)
    except ValueError as error:
        raise BadHandshake from error


class Pake:
    """One run of SPAKE2: both sides get one key if they know the same password.

    A wrong password raises nothing here: the keys differ, and only the confirmation that the
    caller must exchange tells. A run is used once.

    The library is loaded by who pairs: its tables take a megabyte.
    """

    def __init__(self, machine: SPAKE2_A | SPAKE2_B) -> None:
        self._machine = machine

    @classmethod
    def host(cls, password: bytes, session: bytes) -> Pake:
        """The side of the device that invites; ``session`` names the run on both sides."""
        from spake2 import SPAKE2_B

        return cls(SPAKE2_B(password, idA=b"guest" + session, idB=b"host" + session))

    @classmethod
    def guest(cls, password: bytes, session: bytes) -> Pake:
        """The side of the device that wants to join."""
        from spake2 import SPAKE2_A

        return cls(SPAKE2_A(password, idA=b"guest" + session, idB=b"host" + session))

    def start(self) -> bytes:
        """The message for the other side, 33 bytes."""
        return bytes(self._machine.start())

    def finish(self, peer: bytes) -> bytes:
        """The key of 32 bytes from the other side's message; BadHandshake if that is none."""
        if len(peer) != PAKE_SIZE:
            raise BadHandshake("A pairing message has 33 bytes.")
        from spake2 import SPAKEError
        from spake2.ed25519_basic import NotOnCurve

        try:
            # The library takes the neutral element if it is written in a non-canonical way.
            check_public(peer[1:])
            return bytes(self._machine.finish(peer))
        except (BadSignature, SPAKEError, NotOnCurve, ValueError) as error:
            raise BadHandshake from error


def passphrase_key(
    passphrase: str, salt: bytes, *, memory_kib: int = 65536, passes: int = 3, lanes: int = 1
) -> bytes:
    """32 bytes from what a person typed: Argon2id over the NFC form of the text, in UTF-8.

    Takes about a tenth of a second and ``memory_kib`` of memory: call it in a thread.
    """
    recipe = Argon2id(
        salt=salt, length=KEY_SIZE, iterations=passes, lanes=lanes, memory_cost=memory_kib
    )
    return recipe.derive(unicodedata.normalize("NFC", passphrase).encode())
