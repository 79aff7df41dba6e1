"""What the family needs of the storage; every save is durable when it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesh.model.rights import Rights


class Shelf(Protocol):
    """The encrypted place of everything this device knows of its family."""

    async def load_entries(self) -> list[bytes]:
        """All signed roster entries, in any order."""

    async def save_entries(self, entries: Sequence[bytes], rights: Rights) -> None:
        """Add signed roster entries, by which authors will have these rights."""

    async def start_over(
        self,
        entries: Sequence[bytes],
        rights: Rights,
        secrets: Mapping[str, bytes] | None = None,
    ) -> None:
        """Replace the whole family in one step: these entries, no cards, no portraits.

        ``secrets`` are kept in the same step.
        """

    async def load_secret(self, name: str) -> bytes | None:
        """A secret by its name."""

    async def save_secret(self, name: str, secret: bytes | None) -> None:
        """Keep a secret, or erase it."""

    async def load_cards(self) -> Mapping[bytes, bytes]:
        """The signed card of each device key."""

    async def save_card(self, key: bytes, card: bytes) -> None:
        """Keep the newest card of a device."""

    async def load_profiles(self) -> Mapping[bytes, bytes]:
        """The signed portrait of each device key."""

    async def save_profile(self, key: bytes, profile: bytes) -> None:
        """Keep the newest portrait of a device."""
