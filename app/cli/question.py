"""Questions to whoever sits there: asked on stderr, answered by a line on stdin."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

from app.wording import trc

LINE_MAX = 4096


async def agrees(question: str) -> bool:
    """Whether the answer begins with y, or with the yes of the language; nothing is a no."""
    yes = trc("the first letter of yes", "y")
    answer = (await typed(f"{question} [{yes}/N] ")).strip().lower()
    return answer.startswith((yes, "y"))


async def decides(question: str) -> bool | None:
    """Yes, no, or None when nothing of the kind was typed."""
    yes, no = trc("the first letter of yes", "y"), "n"
    answer = (await typed(f"{question} [{yes}/{no}] ")).strip().lower()
    if answer.startswith((yes, "y")):
        return True
    return False if answer.startswith(no) else None


async def typed(prompt: str) -> str:
    """One line, or nothing at the end of stdin.

    It can be cancelled while nobody types. That is why a daemon thread reads the descriptor: a
    thread that holds ``sys.stdin`` would keep the process from ending.
    """
    sys.stderr.write(prompt)
    sys.stderr.flush()
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[str] = loop.create_future()

    def settle(line: str) -> None:
        if not waiting.done():
            waiting.set_result(line)

    def read() -> None:
        line = _read_line(sys.stdin.fileno())
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, line)

    threading.Thread(target=read, name="question", daemon=True).start()
    return await waiting


def _read_line(descriptor: int) -> str:
    """Byte by byte, so that the next question finds its own line in a pipe."""
    line = b""
    while len(line) < LINE_MAX and not line.endswith(b"\n"):
        try:
            byte = os.read(descriptor, 1)
        except OSError:
            break
        if not byte:
            break
        line += byte
    return line.decode(errors="replace")
