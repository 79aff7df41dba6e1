"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Time says more about who else uses the machine than about the code under test.
settings.register_profile("mesh", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mesh")

# The texts that tests read are English, whoever runs them; children inherit it.
os.environ["LC_ALL"] = "C.UTF-8"
