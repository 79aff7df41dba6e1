"""The window before there is a companion to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.windows.opening import Opening
from app.wording import sentence, told
from mesh.errors import RootKeyMissing, WrongPassphrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


def _waiting() -> QWidget:
    window = Opening()
    window.show_waiting(told("Waiting for your keyring; please unlock it."))
    return window


def _passphrase() -> QWidget:
    window = Opening()
    window.ask_passphrase(sentence(WrongPassphrase()))
    return window


def _new_passphrase() -> QWidget:
    window = Opening()
    window.choose_passphrase()
    return window


def _trouble() -> QWidget:
    window = Opening()
    window.show_trouble(sentence(RootKeyMissing()))
    return window


WINDOWS: dict[str, tuple[str, Callable[[], QWidget]]] = {
    "waiting": ("waiting for the keyring", _waiting),
    "passphrase": ("a passphrase that was wrong", _passphrase),
    "new-passphrase": ("a new profile without a keyring", _new_passphrase),
    "trouble": ("the key of the data is missing", _trouble),
}
