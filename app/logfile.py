"""The bounded log of a node: what happened, never what was said."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LOG_BYTES = 512 * 1024
LOG_FILES = 2


def begin(path: Path) -> None:
    """Write warnings and errors of this process to a file of at most a megabyte, 0600."""
    path.touch(mode=0o600, exist_ok=True)
    file = RotatingFileHandler(
        path, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8"
    )
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(file)
    root.setLevel(logging.WARNING)
