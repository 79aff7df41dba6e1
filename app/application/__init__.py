"""The application: node, bridge, tray and windows in one process on one loop.

    run ─▶ Qt ─▶ loop ─▶ Session ─▶ the node opens ─▶ Faces: tray and windows
                                   └─ what it needs or what went wrong: a window of its own

It ends by one way only, whoever wishes it: an event is set, and what was opened is closed in
the opposite order.
"""

from __future__ import annotations

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from app.screen import has_screen
from app.wording import sentence, tr
from mesh.errors import MeshError
from mesh.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

FAILED = 1
POOL = 2


def run(options: Mapping[str, Any]) -> int:
    """The exit code: 0 when it was quit, or when the first application shows itself."""
    try:
        return _run(options)
    except MeshError as error:
        return _say(sentence(error))


def _run(options: Mapping[str, Any]) -> int:
    profile = Profile.find(options["home"], os.environ)
    if not has_screen(os.environ):
        return _say(tr("There is no screen here; `aico-mesh node` needs none."))
    try:
        from app.application.choices import Choices
        from app.desktop.instance import ring
    except ImportError:
        return _say(tr("Libraries of the system that windows need are missing; see README.md."))
    choices = Choices.of(options)
    if not choices.replaces and ring(profile, choices.call):
        return 0
    return _serve(profile, choices)


def _serve(profile: Profile, choices: Any) -> int:
    import qasync

    from app.application.collecting import Collecting
    from app.application.program import Program
    from app.application.session import Session
    from app.application.speech import choose_language, chosen_language

    program = Program.start()
    choose_language(program, chosen=chosen_language(profile.home))
    loop = qasync.QEventLoop(program)
    # qasync's own would be ten Qt threads.
    loop.set_default_executor(ThreadPoolExecutor(POOL))
    session = Session(program, profile, choices)
    try:
        with Collecting(program), asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(session.live())
    except RuntimeError:
        if session.has_ended:
            raise
        return _say(tr("The screen is gone; AICO mesh has ended with it."))


def _say(text: str) -> int:
    print(text, file=sys.stderr)  # noqa: T201 — there is no window to say it in
    return FAILED
