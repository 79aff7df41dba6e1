"""`python -m resources.dictionary MESSAGES.jsonl OUT`: train a dictionary for zstd.

MESSAGES are lines as `aico-mesh import` takes them. Only every second conversation is learned
from, so that the others tell what it is worth. `chat-1.zstd` was made from the conversations
of chitchat-dataset 0.9.0 (NOTICE), mail addresses and telephone numbers masked.

Most samples are what was said, some lines together, as a column of texts is; the others are
whole facts, so that a few small ones shrink too.
"""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zstandard

from mesh.model import fact as facts
from mesh.model.fact import Fact, FactKind, Level, ObjectKind, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

Sample = bytes | bytearray | memoryview
SIZE = 64 * 1024
TOGETHER = 8
FACT_EVERY = 8
IMPORTED_EVERY = 3
SOME_ID = b"".ljust(8, b"\x77")
MILLI = 1000


def _learned(path: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    names = sorted({line["conversation_id"] for line in lines})
    chosen = set(names[::2])
    return [line for line in lines if line["conversation_id"] in chosen]


def _fact(line: dict[str, Any], number: int) -> bytes:
    at = int(line["timestamp"] * MILLI) + number % MILLI
    stamp, is_imported = at << 16, number % IMPORTED_EVERY == 0
    name = str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))
    source = f"{name}:{number % TOGETHER}" if is_imported else None
    said = Turn(name, line["role"], line["text"], at * MILLI, source=source)
    identity = b"" if is_imported else SOME_ID + stamp.to_bytes(8, "big")
    body = facts.encode_body(said)
    kinds = (FactKind.ROOT, identity, b"", ObjectKind.TURN)
    return facts.write(Fact(1, *kinds, stamp, Level.FAMILY, (), body))


def _samples(lines: list[dict[str, Any]]) -> Iterator[bytes]:
    texts = [line["text"] for line in lines]
    for start in range(0, len(texts), TOGETHER):
        yield " ".join(texts[start : start + TOGETHER]).encode()
    for number in range(0, len(lines), FACT_EVERY):
        yield _fact(lines[number], number)


def main(messages: Path, out: Path) -> None:
    """Train, and write the dictionary."""
    samples: list[Sample] = list(_samples(_learned(messages)))
    out.write_bytes(zstandard.train_dictionary(SIZE, samples).as_bytes())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
