"""Keeping devices in step: what one has and another may know flows, once, in any order."""
