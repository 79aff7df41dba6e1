"""All that can go wrong, as one tree.

    MeshError
    ├── WishRefused             the owner asked for something that cannot be done
    │   ├── BadInput            a value is wrong: the sentence says which
    │   ├── NotFound            no such device, conversation, memory …
    │   ├── AmbiguousName       a name or prefix that fits several devices
    │   ├── NotPermitted        this device may not do that
    │   ├── OnlyCopy            with that device the only copy of something might go
    │   ├── NoDeviceAnswers     the others are away
    │   ├── TooLate             the day in which it could be undone is over
    │   └── TooLarge            more than can be stored or sent
    ├── NotRunning              no node serves this profile
    ├── ProfileError
    │   ├── ProfileInUse        another process serves this profile
    │   ├── BadSettings         the settings file has a mistake: the sentence names its line
    │   └── ProfileUnsafe       a folder of ours belongs to somebody else
    ├── KeystoreError
    │   ├── KeyringAbsent       no keyring on this machine
    │   ├── KeyringLocked       the keyring stayed closed
    │   ├── KeyringUntrusted    a keyring we do not know
    │   ├── RootKeyMissing      a database without its key: never a first run
    │   └── WrongPassphrase     the passphrase does not open this profile
    ├── StorageError
    │   ├── DiskFull            no room; nothing is lost
    │   ├── DatabaseDamaged     the file is no longer readable
    │   └── DatabaseTooNew      written by a later version
    ├── BackupError
    │   ├── BackupNotOpened     another passphrase
    │   ├── BackupDamaged       cut, changed, or no backup at all
    │   └── BackupTooNew        made by a later version
    ├── PairingError
    │   ├── InvitationInvalid   a link or code that is none
    │   │   ├── InvitationOwn       made on this very device
    │   │   └── InvitationOutdated  of another version
    │   ├── InvitationClosed    expired, used or closed
    │   ├── CodeWrong           the typed code does not match
    │   ├── PairingRefused      one of the two people or devices said no
    │   │   ├── InvitationBusy      somebody else is using it
    │   │   ├── PairingMuddled      the devices did not understand each other
    │   │   ├── PairingNotStored    the other device could not store it
    │   │   ├── OtherHasFamily      the other device has to leave its family first
    │   │   └── PairingInterrupted  the connection broke
    │   ├── PairingUnreachable  nobody answers at that address
    │   │   └── PairingHalfDone     one of the two does not know of it
    │   └── AlreadyInFamily     leave the present family first
    ├── RequestFailed
    │   ├── RequestTimedOut     no answer in time
    │   └── PeerUnreachable     no link to that device
    └── ProtocolError           what a peer sent is wrong: it ends that link or drops that frame
        ├── BadFrame            not decodable, too large, or of a wrong shape
        ├── BadSignature        a signature or key that does not hold
        ├── BadSeal             a sealed record that does not open
        ├── BadHandshake        a session that must not be made
        ├── BadEntry            a roster entry that cannot count
        ├── BadFact             a fact its sender may not give
        └── VersionMismatch     no protocol version in common

Each docstring is a sentence for a person; ``str(error)`` may be more exact. No text of a
person's data ever stands in an error.
"""

from __future__ import annotations

import re


class MeshError(Exception):
    """Something went wrong."""

    @property
    def code(self) -> str:
        """The class name in snake case: stable, for machines."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    @property
    def sentence(self) -> str:
        """What happened and what to do next, for a person."""
        return str(self) or " ".join((type(self).__doc__ or "").split())


class WishRefused(MeshError):
    """That cannot be done."""


class BadInput(WishRefused):
    """A value is not valid."""


class NotFound(WishRefused):
    """There is nothing by that name here."""


class AmbiguousName(WishRefused):
    """Several devices go by that name; use more of the device id."""


class NotPermitted(WishRefused):
    """This device is not allowed to do that; ask on a device that manages the family."""


class OnlyCopy(WishRefused):
    """Some kinds of things only that device may keep in full: what your other devices do not have would be lost with it. Let another one keep them first, under Sharing or with `aico-mesh policy set`, or agree (--yes) to let them go."""  # noqa: E501 — a sentence for a person


class NoDeviceAnswers(WishRefused):
    """None of the other devices answers; check that they are on and on the network."""


class TooLate(WishRefused):
    """A first meeting can be undone for one day; now leave, or remove it: what came stays on both sides, and what should not stay can be forgotten."""  # noqa: E501 — a sentence for a person


class TooLarge(WishRefused):
    """That is more than can be stored or sent in one piece."""


class NotRunning(MeshError):
    """AICO mesh is not running for this profile; start it with `aico-mesh node` or the application."""  # noqa: E501 — the sentence of the contract


class ProfileError(MeshError):
    """The profile folder cannot be used."""


class ProfileInUse(ProfileError):
    """AICO mesh is already running for this profile."""


class BadSettings(ProfileError):
    """The settings file has a mistake; what it said before still holds."""


class ProfileUnsafe(ProfileError):
    """A folder of this profile belongs to another user; choose another with --home."""


class KeystoreError(MeshError):
    """The key of this profile cannot be reached."""


class KeyringAbsent(KeystoreError):
    """No keyring was found; set AICO_MESH_PASSPHRASE or give --passphrase-file instead."""


class KeyringLocked(KeystoreError):
    """Your keyring is locked; unlock it and start again."""


class KeyringUntrusted(KeystoreError):
    """The keyring that is set up here is not one AICO mesh trusts with a key."""


class RootKeyMissing(KeystoreError):
    """The keyring has no key for this profile: its data stays closed; nothing was changed."""


class WrongPassphrase(KeystoreError):
    """The passphrase does not open this profile; nothing was changed."""


class StorageError(MeshError):
    """The database cannot be used."""


class DiskFull(StorageError):
    """There is no room left on the disk; nothing is lost, and it goes on when there is room."""


class DatabaseDamaged(StorageError):
    """The database cannot be read; restore a backup or pair this device again."""


class DatabaseTooNew(StorageError):
    """The database was written by a later version of AICO mesh; update this one."""


class BackupError(MeshError):
    """The backup cannot be used; nothing was changed here."""


class BackupNotOpened(BackupError):
    """That passphrase does not open this backup; check it and try again."""


class BackupDamaged(BackupError):
    """This backup was cut or changed, so that it cannot be trusted; use another copy of it."""


class BackupTooNew(BackupError):
    """This backup was made by a later version of AICO mesh; update this one first."""


class PairingError(MeshError):
    """Pairing did not succeed; nothing was changed."""


class InvitationInvalid(PairingError):
    """That is not an invitation; copy the whole link or the nine digits."""


class InvitationOwn(InvitationInvalid):
    """This invitation comes from this very device; use it on another one."""


class InvitationOutdated(InvitationInvalid):
    """This invitation is of another version; update both devices."""


class InvitationClosed(PairingError):
    """This invitation is closed; ask for a new one."""


class CodeWrong(PairingError):
    """The code does not match; check the nine digits and try again."""


class PairingRefused(PairingError):
    """Pairing was refused on one of the two devices."""


class InvitationBusy(PairingRefused):
    """Somebody else is using this invitation right now; ask for a new one."""


class PairingMuddled(PairingRefused):
    """The two devices did not understand each other; update both and try again."""


class PairingNotStored(PairingRefused):
    """The other device could not store it; ask for a new invitation and try again."""


class OtherHasFamily(PairingRefused):
    """The other device already belongs to a family with others; it has to leave it first."""


class PairingInterrupted(PairingRefused):
    """The connection broke while pairing; ask for a new invitation and try again."""


class PairingUnreachable(PairingError):
    """The inviting device does not answer; check that both are on the same network."""


class PairingHalfDone(PairingUnreachable):
    """One of the two devices did not confirm; join once more with a new invitation."""


class AlreadyInFamily(PairingError):
    """This device already belongs to a family with others; leave it first."""


class RequestFailed(MeshError):
    """The request was not answered."""


class RequestTimedOut(RequestFailed):
    """No answer came in time."""


class PeerUnreachable(RequestFailed):
    """There is no connection to that device right now."""


class ProtocolError(MeshError):
    """Another device sent something that is not valid."""


class BadFrame(ProtocolError):
    """A message that cannot be read."""


class BadSignature(ProtocolError):
    """A signature or key that does not hold."""


class BadSeal(ProtocolError):
    """A sealed message that does not open."""


class BadHandshake(ProtocolError):
    """A session that must not be made."""


class BadEntry(ProtocolError):
    """A roster entry that cannot count."""


class BadFact(ProtocolError):
    """A record its sender may not give."""


class VersionMismatch(ProtocolError):
    """The other device speaks another version of the protocol; update both."""
