"""The tables, and how an older database becomes this one.

Columns that do not speak for themselves:

    object   what facts are about: a turn, a memory, a conversation …; ``level`` and ``reach``
             as views.py computes them, ``shown`` and ``stamp`` for order and window
    fact     the author's bytes; a root's id is its object's id; ``number`` is its place in the
             feed of its scope (NULL: not offered, its object is not here yet); ``mine``:
             written or imported on this device
    feed     how long the feed of each scope is
    run      where each feed stood when a run of this node began: what a mark is checked against
    cursor   what this device has settled of another's feed, saved with the facts themselves;
             ``audited``: when all of that was last compared, Unix ms
    given    how many bytes a device that is not full has made this one store
    words    the full-text index, an entry a text (words.py)
    entry …  the roster, cards, names, secrets of the family; ``facts``: the highest fact that
             was here when an entry came
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.errors import DatabaseTooNew

if TYPE_CHECKING:
    import apsw

_FIRST = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE object(
    n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, kind INTEGER NOT NULL,
    home INTEGER, level INTEGER NOT NULL, reach INTEGER NOT NULL,
    shown INTEGER NOT NULL, stamp INTEGER NOT NULL,
    state INTEGER NOT NULL, plain INTEGER NOT NULL);
CREATE INDEX object_home ON object(home, shown);
CREATE INDEX object_kind ON object(kind, shown);
CREATE TABLE conversation(n INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE fact(
    n INTEGER PRIMARY KEY, object INTEGER NOT NULL, id BLOB, kind INTEGER NOT NULL,
    scope INTEGER NOT NULL, number INTEGER, mine INTEGER NOT NULL, raw BLOB NOT NULL);
CREATE INDEX fact_object ON fact(object);
CREATE UNIQUE INDEX fact_id ON fact(id) WHERE id IS NOT NULL;
CREATE UNIQUE INDEX fact_feed ON fact(scope, number) WHERE number IS NOT NULL;
CREATE TABLE feed(scope INTEGER PRIMARY KEY, top INTEGER NOT NULL);
CREATE TABLE run(id BLOB NOT NULL, scope INTEGER NOT NULL, start INTEGER NOT NULL,
    PRIMARY KEY(id, scope)) WITHOUT ROWID;
CREATE TABLE runs(n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);
CREATE TABLE cursor(
    peer BLOB NOT NULL, scope INTEGER NOT NULL, floor INTEGER NOT NULL, ranges BLOB NOT NULL,
    run BLOB NOT NULL, top INTEGER NOT NULL, since INTEGER NOT NULL,
    PRIMARY KEY(peer, scope)) WITHOUT ROWID;
CREATE TABLE entry(n INTEGER PRIMARY KEY, raw BLOB NOT NULL UNIQUE);
CREATE TABLE card(key BLOB PRIMARY KEY, raw BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE device_profile(key BLOB PRIMARY KEY, raw BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE secret(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE sighting(key BLOB PRIMARY KEY, last_seen REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE forgotten_source(hash BLOB NOT NULL, object INTEGER NOT NULL,
    PRIMARY KEY(hash, object)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
    text, content='', tokenize='porter unicode61 remove_diacritics 2');
INSERT INTO words(words, rank) VALUES('secure-delete', 1);

"""

_AUDITS = """
ALTER TABLE cursor ADD COLUMN audited INTEGER NOT NULL DEFAULT 0;
"""

_THREADS = """
DROP INDEX object_home;
CREATE INDEX object_home ON object(home, state, shown);
"""

_GIVEN = """
CREATE TABLE given(peer BLOB PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;
"""

_FORGETS = """
CREATE INDEX fact_forgets ON fact(id) WHERE kind=8;
"""

_MEETINGS = """
ALTER TABLE entry ADD COLUMN facts INTEGER NOT NULL DEFAULT 0;
"""

MIGRATIONS = (_FIRST, _AUDITS, _THREADS, _GIVEN, _FORGETS, _MEETINGS)
"""One script a version; a script that was released is never changed."""


def migrate(connection: apsw.Connection) -> None:
    """Bring the database to this version, each step in a transaction of its own."""
    version: int = connection.pragma("user_version")
    if version > len(MIGRATIONS):
        raise DatabaseTooNew
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        with connection:
            connection.execute(script)
            connection.pragma("user_version", number)
