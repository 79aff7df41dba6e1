"""Where the one root key of a profile lies: the owner's keyring or a passphrase file.

Everything else that is secret stands in the encrypted database, whose key the root key wraps.
"""

from mesh.keystore.passphrase import Cost, PassphraseKeystore
from mesh.keystore.store import MemoryKeystore, RootKeyStore
from mesh.keystore.unlocking import open_keystore, unlock

__all__ = [
    "Cost",
    "MemoryKeystore",
    "PassphraseKeystore",
    "RootKeyStore",
    "open_keystore",
    "unlock",
]
