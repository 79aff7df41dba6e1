"""Asking other devices: one question, one answer, however often it must be sent."""
