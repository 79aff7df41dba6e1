"""One run of the application: the profile is opened, served and closed again.

opening ─ the keyring waits ─────────▶ told in the tray and in a window
        ─ a passphrase is needed ────▶ asked for, again and again
        ─ another serves the profile ▶ an application: it shows itself, and this one ends
        ─ anything else ─────────────▶ told; try again or quit
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

from app import logfile, passphrase, wording
from app.application.faces import Faces
from app.application.windows import Wardrobe, Windows
from app.bridge import Bridge
from app.desktop.instance import Call, Doorbell, ring
from app.desktop.network import is_metered
from app.desktop.signals import ending
from app.wording import tr
from mesh.client import connect
from mesh.errors import KeyringAbsent, MeshError, NotRunning, ProfileInUse, WrongPassphrase
from mesh.node import Node, Outside, surroundings
from mesh.wishes import Stop

if TYPE_CHECKING:
    from app.application.choices import Choices
    from app.application.program import Program
    from mesh.profile import Profile

DONE, FAILED = 0, 1
OTHER_STARTS = 8
"""How often an application that has just started is called before it counts as none."""
BETWEEN_CALLS_S = 0.25

log = logging.getLogger(__name__)


class GivenUpError(Exception):
    """The person does not want to go on, or somebody else does."""


class Session:
    """Made on no loop; ``live`` runs it on the loop of the application."""

    def __init__(
        self,
        program: Program,
        profile: Profile,
        choices: Choices,
        windows: Wardrobe | None = None,
    ) -> None:
        self._program, self._profile, self._choices = program, profile, choices
        self._end = asyncio.Event()
        self._was_up = self.has_ended = False
        self.node: Node
        self._code = DONE
        self._doorbell = Doorbell()
        self.bridge = Bridge(choices.clock)
        self.faces = Faces(self.bridge, profile, choices, windows or Windows(), self.quit)

    def quit(self) -> None:
        """End, in an orderly way."""
        self._end.set()

    async def live(self) -> int:
        """Until somebody wishes it to end; the exit code."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_note)
        self._program.ending.connect(self.quit)
        self._program.link_opened.connect(self.faces.open_link)
        self._program.is_live = True
        self._doorbell.rung.connect(self._answer)
        with ending(self.quit):
            self.faces.appear()
            serving = loop.create_task(self._serve())
            serving.add_done_callback(lambda _: self._end.set())
            await self._end.wait()
            self.faces.vanish()
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving
        self._doorbell.close()
        self._program.is_live = False
        self.has_ended = True
        return self._code

    def _answer(self, call: Call) -> None:
        """A second start."""
        if call.link is not None:
            self.faces.open_link(call.link)
        elif not call.is_quiet:
            self.faces.present()

    # ---- the node ----------------------------------------------------------------------------

    async def _serve(self) -> None:
        """Open the profile, however often it takes, and serve it until the node stops."""
        typed = passphrase.given(self._choices.passphrase_file)
        with contextlib.suppress(GivenUpError):
            while not self._was_up:
                try:
                    async with self._opened(typed) as node:
                        await self._be_up(node)
                except MeshError as error:
                    typed = await self._after(error, typed)

    def _opened(self, typed: str | None) -> contextlib.AbstractAsyncContextManager[Node]:
        choices = self._choices
        waiting = tr("Waiting for your keyring; please unlock it.")
        return Node.open(
            self._profile,
            host=choices.host,
            port=choices.port,
            passphrase=typed,
            root_key=choices.root_key,
            outside=Outside(
                clock=choices.clock,
                entropy=choices.entropy,
                on_ours=self._take_profile,
                on_waiting=lambda: self.faces.wait(waiting),
                around=lambda: surroundings(is_metered),
            ),
        )

    def _take_profile(self) -> None:
        self._doorbell.listen(self._profile)
        self.faces.take_profile()

    async def _be_up(self, node: Node) -> None:
        logfile.begin(self._profile.log)
        self._was_up, self.node = True, node
        self.bridge.attach(node)
        self.faces.be_up()
        self._warming = asyncio.get_running_loop().run_in_executor(None, _warm)
        try:
            await node.wait_closed()
        finally:
            await self.bridge.detach()

    async def _after(self, error: MeshError, typed: str | None) -> str | None:
        """What to try next, once the person has said so; ends the session otherwise."""
        if isinstance(error, ProfileInUse):
            return await self._yield_to_other(typed)
        is_new = self._profile.read_record() is None
        if isinstance(error, WrongPassphrase):
            trouble = "" if typed is None else wording.sentence(error)
            return self._unless_given_up(await self.faces.ask_passphrase(trouble))
        if isinstance(error, KeyringAbsent) and is_new:
            return self._unless_given_up(await self.faces.choose_passphrase())
        self._unless_given_up(await self.faces.tell_trouble(wording.sentence(error)))
        return typed

    async def _yield_to_other(self, typed: str | None) -> str | None:
        """Another process serves the profile: an application shows itself; a node cannot."""
        for _ in range(OTHER_STARTS):
            if self._choices.replaces and await self._has_stopped_other():
                return typed
            if not self._choices.replaces and ring(self._profile, self._choices.call):
                raise GivenUpError
            await asyncio.sleep(BETWEEN_CALLS_S)
        self._unless_given_up(
            await self.faces.tell_trouble(
                tr(
                    "AICO mesh already runs for this profile without a window, by "
                    "`aico-mesh node`. End it there, then try again."
                )
            )
        )
        return typed

    async def _has_stopped_other(self) -> bool:
        """Ask whoever serves the profile to stop; whether it has gone."""
        with contextlib.suppress(NotRunning):
            async with connect(self._profile) as other:
                await other.command(Stop())
        return not self._profile.is_running()

    def _unless_given_up(self, answer: str | None) -> str | None:
        if answer is None:
            self._code = FAILED
            raise GivenUpError
        return answer


def _warm() -> None:
    """Load what numbers and dates need, which takes a while, before a window waits for it."""
    wording.when(0.0, 1.0)
    wording.full_date(0.0)
    wording.grouped(12_345)


def _note(_loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
    """What failed, by kind and place; a text could be somebody's."""
    error = told.get("exception")
    trace = error.__traceback__ if isinstance(error, BaseException) else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}"
    log.error("%s failed at %s", type(error).__name__, place or "an unknown place")
