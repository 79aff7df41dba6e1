"""`import`, `export` and `sync`: long work, with a bar and the time left."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import msgspec

from app import wording
from app.cli import receipts
from app.cli.session import session
from app.wording import tr
from mesh.wishes import Export, Import, ImportDone, Sync, SyncDone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.cli.session import OnEvent, Row
    from app.cli.voice import Voice
    from mesh.profile import Profile
    from mesh.wishes import Wish

    Options: TypeAlias = dict[str, Any]

DONE, FAILED = 0, 1


async def take_in(profile: Profile, options: Options, voice: Voice) -> int:
    """Import; stopped in the middle it keeps what is done and can go on later."""
    wish = Import(path=options["path"], format=options["format"])
    answer = await ask_long(wish, tr("Importing"), profile, voice)
    voice.result(answer, receipts.imported)
    if msgspec.convert(answer, ImportDone).cancelled:
        voice.tell(tr("Stopped; what was imported stays. Import the file again to go on."))
        return FAILED
    return DONE


async def write_out(profile: Profile, options: Options, voice: Voice) -> int:
    """Export."""
    wish = Export(path=options["path"], format=options["format"], kind=options["kind"])
    voice.result(await ask_long(wish, tr("Exporting"), profile, voice), receipts.exported)
    return DONE


async def catch_up(profile: Profile, options: Options, voice: Voice) -> int:
    """Sync; with --wait it is a failure not to be in step in the end."""
    wish = Sync(device=options["device"], wait=options["wait"])
    answer = await ask_long(wish, tr("Catching up"), profile, voice)
    voice.result(answer, receipts.synced)
    done = msgspec.convert(answer, SyncDone)
    if done.in_step or options["wait"] is None:
        return DONE
    voice.tell(tr("Not everything has arrived yet; ask again with a longer --wait."))
    return FAILED


async def ask_long(wish: Wish, doing: str, profile: Profile, voice: Voice) -> object:
    """The answer to a wish that takes long, with how far it is meanwhile."""
    async with session(profile) as talk:
        if voice.as_json:
            return await talk.ask(wish, voice.line)
        if not (voice.is_terminal and sys.stderr.isatty()):
            return await talk.ask(wish)
        with _bar(doing) as on_event:
            return await talk.ask(wish, on_event)


@contextmanager
def _bar(doing: str) -> Iterator[OnEvent]:
    """A progress bar on stderr that is gone in the end."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    console = Console(stderr=True, highlight=False)
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(*columns, TextColumn("{task.fields[left]}"), console=console,
                  transient=True) as progress:  # fmt: skip
        bar = progress.add_task(doing, total=None, left="")

        def hear(event: Row) -> None:
            left = wording.left(cast("float | None", event.get("seconds_left")))
            done, total = cast("float", event["done"]), cast("float", event["total"])
            progress.update(bar, completed=done, total=total or None, left=left)

        yield hear
