"""Pairing: one wizard, two ways: this device invites another, or joins another's family."""
