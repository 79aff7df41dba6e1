"""How the companion is on this device, and who is around."""
