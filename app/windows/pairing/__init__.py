"""Pairing: one wizard, two ways: this device invites another, or joins another's family."""

from app.windows.pairing.wizard import PairingWizard

__all__ = ["PairingWizard"]
