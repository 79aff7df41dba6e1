"""What the owner chose when starting the application."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.desktop.instance import Call
from mesh.clock import Clock, Entropy, SystemClock, SystemEntropy

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Choices:
    """All of them have a usual value.

    ``is_quiet``: started with the session, so that nothing pops up. ``replaces``: whoever
    serves the profile is to stop. ``home``: the profile that was named, None for the usual
    one. ``root_key`` is given by tests, which so need no keystore.
    """

    link: str | None = None
    is_quiet: bool = False
    replaces: bool = False
    home: Path | None = None
    host: str = "*"
    port: int | None = None
    passphrase_file: str | None = None
    root_key: bytes | None = None
    clock: Clock = field(default_factory=SystemClock)
    entropy: Entropy = field(default_factory=SystemEntropy)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Choices:
        """From what was typed."""
        home = options.get("home") or os.environ.get("AICO_MESH_HOME")
        return cls(
            link=options.get("link"),
            home=Path(home).absolute() if home else None,
            replaces=bool(options.get("replace")),
            is_quiet=bool(options.get("background")),
            host=options.get("host") or "*",
            port=options.get("port"),
            passphrase_file=options.get("passphrase_file"),
        )

    @property
    def call(self) -> Call:
        """What to ask of an application that is there already."""
        return Call(link=self.link, is_quiet=self.is_quiet)
