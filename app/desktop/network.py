"""Whether the network this computer uses is metered, as far as Qt can tell on this system."""

from __future__ import annotations

from PySide6.QtNetwork import QNetworkInformation


def is_metered() -> bool:
    """False where nobody can tell. Qt asks the system the first time, and hears of changes."""
    can_tell = QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Metered)
    return can_tell and QNetworkInformation.instance().isMetered()
