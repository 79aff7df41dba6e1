"""From what was typed to a wish, and from the answer to what is printed."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import msgspec

from app import wording
from app.cli import people, receipts
from app.cli.session import Session, StoppedError, session
from app.cli.simple import ONE, ROWS
from app.cli.voice import Voice
from app.screen import has_screen
from app.wording import mark, tr
from mesh import wishes
from mesh.errors import MeshError, NotRunning
from mesh.messages import DeviceShown
from mesh.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from app.cli.household import ChildDevice
    from app.cli.session import Row
    from app.cli.simple import MakeWish, ShowOne, ShowRows

    Options: TypeAlias = dict[str, Any]
    Run: TypeAlias = Callable[[Profile, Options, Voice], Coroutine[Any, Any, int]]

DONE, FAILED = 0, 1
QUESTIONS = {
    "forget": mark("Forget it on every device, for good?"),
    "leave": mark("Leave the family? What is on this device stays here."),
    "revoke": mark("Remove this device for good? What it holds already, it keeps."),
}
OF_DEVICES = {"forget", "pause", "resume"}


def run(command: str, options: Options) -> int:
    """Run one command to its exit code; what goes wrong is one sentence on stderr."""
    voice = Voice(as_json=options["json"])
    try:
        profile = Profile.find(options["home"], os.environ)
        return asyncio.run(_runner(command)(profile, options, voice))
    except MeshError as error:
        voice.tell(wording.sentence(error))
    except ExceptionGroup as group:
        voice.tell(wording.sentence(_only_reason(group)))
    except (StoppedError, KeyboardInterrupt):
        pass
    return FAILED


def _only_reason(group: ExceptionGroup[Exception]) -> MeshError:
    """What went wrong when the node's task group wrapped it; a fault of ours comes through."""
    inner = group.exceptions[0]
    if isinstance(inner, ExceptionGroup):
        return _only_reason(inner)
    if len(group.exceptions) > 1 or not isinstance(inner, MeshError):
        raise group
    return inner


def _runner(command: str) -> Run:
    if command in ONE:
        return lambda *given: _one(*ONE[command], *given)
    if command in ROWS:
        return lambda *given: _rows(*ROWS[command], *given)
    if command in {"invite", "join", "meet"}:
        from app.cli import pairing

        return cast("Run", getattr(pairing, command))
    if command == "part":
        from app.cli import parting

        return parting.part
    if command in {"import", "export", "sync"}:
        from app.cli import transfer

        return {
            "import": transfer.take_in,
            "export": transfer.write_out,
            "sync": transfer.catch_up,
        }[command]
    if command in {"backup", "restore"}:
        from app.cli import keeping

        return {"backup": keeping.back_up, "restore": keeping.restore}[command]
    if command == "node":
        from app.cli import node

        return node.serve
    return {
        "demo": demonstrate,
        "health": health,
        "recovery-phrase": recovery,
        "status": status,
        "watch": watch,
    }[command]


async def _one(
    make: MakeWish, show: ShowOne, profile: Profile, options: Options, voice: Voice
) -> int:
    """A wish with one result."""
    if not await _is_sure(options, voice):
        return FAILED
    async with session(profile) as talk:
        answer = await talk.ask(make(options))
        if not voice.as_json and options["command"] in OF_DEVICES:
            answer = await _with_names(talk, cast("Row", answer))
    voice.result(answer, show)
    return DONE


async def _with_names(talk: Session, answer: Row) -> Row:
    """The answer with names where programs get device ids."""
    family = msgspec.convert(await talk.ask(wishes.Devices()), list[DeviceShown])
    names = {device.device_id: device.name for device in family}
    return {
        key: [names.get(each, each) for each in value] if isinstance(value, list) else value
        for key, value in answer.items()
    }


async def _rows(
    make: MakeWish, show: ShowRows, profile: Profile, options: Options, voice: Voice
) -> int:
    """A wish with a list: as JSON it is printed while it comes."""
    async with session(profile) as talk:
        if voice.as_json:
            await talk.ask(make(options), on_rows=lambda rows: _lines(voice, rows))
            return DONE
        rows = await talk.ask(make(options))
    if rows:
        show(voice, cast("Sequence[object]", rows))
    elif voice.is_terminal:
        voice.say(tr("Nothing yet."))
    return DONE


def _lines(voice: Voice, rows: Sequence[Row]) -> None:
    for row in rows:
        voice.line(row)


async def _is_sure(options: Options, voice: Voice) -> bool:
    """Whether somebody at a terminal means it; programs are taken at their word."""
    import sys

    question = QUESTIONS.get(options["command"])
    if question is None or options["yes"] or voice.as_json or not sys.stdin.isatty():
        return True
    from app.cli.question import agrees

    return await agrees(tr(question))


async def status(profile: Profile, options: Options, voice: Voice) -> int:
    """This device and its links; also when no node runs."""
    del options
    try:
        async with session(profile) as talk:
            answer = await talk.ask(wishes.Status())
    except NotRunning:
        answer = msgspec.to_builtins(_at_rest(profile))
    voice.result(answer, people.status)
    return DONE


def _at_rest(profile: Profile) -> wishes.StatusShown:
    record = profile.read_record()
    return wishes.StatusShown(
        device_id=None,
        name=None,
        running=False,
        log=str(profile.log),
        profile=str(profile.home),
        keystore=record.keystore if record else None,
    )


async def health(profile: Profile, options: Options, voice: Voice) -> int:
    """How the companion is, in words where the node gives causes."""
    del options
    async with session(profile) as talk:
        shown = msgspec.convert(await talk.ask(wishes.Health()), wishes.HealthShown)
    names = {device.device_id: device.name for device in shown.devices}
    summary = shown.summary or wording.health(shown.level, shown.causes, names)
    answer = msgspec.to_builtins(msgspec.structs.replace(shown, summary=summary))
    voice.result(answer, people.health)
    return DONE


async def demonstrate(profile: Profile, options: Options, voice: Voice) -> int:
    """A family on this machine; it needs no profile of its own."""
    from app.cli import demo

    def happened(event: Row, words: str) -> None:
        voice.result(event, lambda voice, _: voice.say(words))

    async def finish(device: ChildDevice, figures: Row) -> None:
        if voice.as_json:
            voice.line({"event": "done", **figures})
            return
        voice.say(tr("That took {seconds} s.", seconds=figures["seconds"]))
        if has_screen(os.environ):
            voice.say(tr("{name} opens now as a window; quit it to end.", name=device.name))
            await device.open_window()
        voice.say(tr("All of it is removed again."))

    del profile
    await demo.play(options["devices"], happened, finish)
    return DONE


async def watch(profile: Profile, options: Options, voice: Voice) -> int:
    """Every message until somebody stops us."""
    async with session(profile) as talk, talk.client.subscribe(*options["prefixes"]) as heard:
        if not voice.as_json:
            voice.tell(tr("Watching; Ctrl+C ends."))
        loop = asyncio.get_running_loop()
        stopping = loop.create_task(talk.stop.wait())
        try:
            while not talk.stop.is_set():
                listening = loop.create_task(anext_of(heard))
                await asyncio.wait((listening, stopping), return_when=asyncio.FIRST_COMPLETED)
                if not listening.done():
                    listening.cancel()
                    break
                voice.result(await listening, people.news)
        finally:
            stopping.cancel()
    return DONE


async def anext_of(heard: Any) -> object:
    """The next news, as something a task can be made of."""
    return await anext(heard)


async def recovery(profile: Profile, options: Options, voice: Voice) -> int:
    """The words, and at a terminal at once the question for three of them."""
    import sys

    async with session(profile) as talk:
        answer = await talk.ask(wishes.RecoveryPhrase(confirm=options["confirm"]))
        voice.result(answer, receipts.recovery)
        shown = msgspec.convert(answer, wishes.RecoveryShown)
        if shown.confirmed or voice.as_json or not sys.stdin.isatty():
            return DONE
        from app.cli.question import typed

        said = {
            str(place): (await typed(tr("Word {place}:", place=place) + " ")).strip().lower()
            for place in shown.ask
        }
        answer = await talk.ask(wishes.RecoveryPhrase(confirm=said))
    voice.result(answer, receipts.recovery)
    return DONE
