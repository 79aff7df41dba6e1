"""What all tests share."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Time says more about who else uses the machine than about the code under test.
settings.register_profile("mesh", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mesh")
