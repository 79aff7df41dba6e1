"""A passphrase as it may be given from outside: in a file or the environment."""

from __future__ import annotations

import os
from pathlib import Path

from mesh.errors import BadInput

VARIABLE = "AICO_MESH_PASSPHRASE"
"""Opens the profile."""
BACKUP_VARIABLE = "AICO_MESH_BACKUP_PASSPHRASE"
"""Opens a backup, which is closed with a passphrase of its own."""
LONGEST = 4096


def given(file: str | None, variable: str = VARIABLE) -> str | None:
    """What was given, if anything was; the variable is erased, so that no child inherits it."""
    if file is not None:
        return _in_file(file)
    return os.environ.pop(variable, None) or None


def _in_file(name: str) -> str:
    try:
        with Path(name).expanduser().open(encoding="utf-8") as file:
            text = file.read(LONGEST).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("The passphrase file cannot be read.") from error
    if not text:
        raise BadInput("The passphrase file is empty.")
    return text
