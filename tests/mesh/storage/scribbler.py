"""A process that writes memories and tells each after its commit, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.mesh.companion.diary import diary


async def main(folder: Path) -> None:
    async with diary(folder) as laptop:
        while True:
            kept = await asyncio.gather(*(laptop.writing.remember("tea") for _ in range(5)))
            sys.stdout.write("".join(f"{one.id}\n" for one in kept))
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
