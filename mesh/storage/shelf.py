"""Where the family keeps entries, cards, portraits and secrets: synced before it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.storage.judging import let_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import apsw

    from mesh.model.rights import Rights
    from mesh.storage.database import Database

PAST_TAGS = "past author tags"
PAST_TAGS_MAX = 64
"""As many as a device can claim when it is let in."""
TAG_SIZE = 6


class FamilyShelf:
    """The family's part of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load_entries(self) -> list[bytes]:
        """All signed roster entries."""
        return await self._database.read(
            lambda sql: [raw for (raw,) in sql.execute("SELECT raw FROM entry")]
        )

    async def save_entries(self, entries: Sequence[bytes], rights: Rights) -> None:
        """Add signed roster entries; by these rights facts come in as soon as they count."""

        def job(sql: apsw.Connection) -> None:
            _add_entries(sql, entries)
            let_in(sql, rights)

        await self._database.write(job, synced=True)

    async def start_over(
        self,
        entries: Sequence[bytes],
        rights: Rights,
        secrets: Mapping[str, bytes] | None = None,
    ) -> None:
        """Replace the family in one step; cursors of former peers mean nothing any more."""
        kept = list((secrets or {}).items())

        def job(sql: apsw.Connection) -> None:
            for table in ("entry", "card", "device_profile", "sighting", "cursor"):
                sql.execute(f"DELETE FROM {table}")  # noqa: S608 — a fixed list of tables
            _add_entries(sql, entries)
            let_in(sql, rights)
            sql.executemany("INSERT OR REPLACE INTO secret VALUES(?,?)", kept)

        await self._database.write(job, synced=True)

    async def load_secret(self, name: str) -> bytes | None:
        """A secret by its name."""
        found: bytes | None = await self._database.read(
            lambda sql: sql.execute("SELECT value FROM secret WHERE name=?", (name,)).get
        )
        return found

    async def save_secret(self, name: str, secret: bytes | None) -> None:
        """Keep a secret, or erase it."""

        def job(sql: apsw.Connection) -> None:
            if secret is None:
                sql.execute("DELETE FROM secret WHERE name=?", (name,))
            else:
                sql.execute("INSERT OR REPLACE INTO secret VALUES(?,?)", (name, secret))

        await self._database.write(job, synced=True)

    async def load_past_tags(self) -> tuple[bytes, ...]:
        """The author tags this device wrote under before it got its present key."""
        packed = await self.load_secret(PAST_TAGS) or b""
        return tuple(packed[i : i + TAG_SIZE] for i in range(0, len(packed), TAG_SIZE))

    async def add_past_tags(self, *tags: bytes) -> None:
        """This device is about to write under another key; of its past the latest are kept."""
        known = [one for one in await self.load_past_tags() if one not in tags]
        await self.save_secret(PAST_TAGS, b"".join([*known, *tags][-PAST_TAGS_MAX:]))

    async def load_cards(self) -> Mapping[bytes, bytes]:
        """The signed card of each device key."""
        return await self._pairs("SELECT key, raw FROM card")

    async def save_card(self, key: bytes, card: bytes) -> None:
        """Keep the newest card of a device."""
        await self._keep("INSERT OR REPLACE INTO card VALUES(?,?)", key, card)

    async def load_profiles(self) -> Mapping[bytes, bytes]:
        """The signed portrait of each device key."""
        return await self._pairs("SELECT key, raw FROM device_profile")

    async def save_profile(self, key: bytes, profile: bytes) -> None:
        """Keep the newest portrait of a device."""
        await self._keep("INSERT OR REPLACE INTO device_profile VALUES(?,?)", key, profile)

    async def load_sightings(self) -> dict[bytes, float]:
        """When each device was last talked to, Unix seconds."""
        return await self._database.read(
            lambda sql: dict(sql.execute("SELECT key, last_seen FROM sighting"))
        )

    async def save_sighting(self, key: bytes, last_seen: float) -> None:
        """Note that a device was talked to."""
        statement = "INSERT OR REPLACE INTO sighting VALUES(?,?)"

        def job(sql: apsw.Connection) -> None:
            sql.execute(statement, (key, last_seen))

        await self._database.write(job)

    async def _pairs(self, sql_text: str) -> dict[bytes, bytes]:
        return await self._database.read(lambda sql: dict(sql.execute(sql_text)))

    async def _keep(self, statement: str, key: bytes, raw: bytes) -> None:
        def job(sql: apsw.Connection) -> None:
            sql.execute(statement, (key, raw))

        await self._database.write(job)


def _add_entries(sql: apsw.Connection, entries: Sequence[bytes]) -> None:
    newest = int(sql.execute("SELECT max(n) FROM fact").get or 0)
    sql.executemany(
        "INSERT OR IGNORE INTO entry(raw, facts) VALUES(?,?)",
        [(raw, newest) for raw in entries],
    )
