"""`backup` and `restore`: the passphrase is asked for, or given from outside."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from app.cli import receipts
from app.cli.transfer import ask_long
from app.passphrase import BACKUP_VARIABLE, given
from app.wording import tr
from mesh.errors import BadInput
from mesh.wishes import Backup, Restore, RestoreDone

if TYPE_CHECKING:
    from app.cli.voice import Voice
    from mesh.profile import Profile

    Options: TypeAlias = dict[str, Any]

DONE, FAILED = 0, 1


async def back_up(profile: Profile, options: Options, voice: Voice) -> int:
    """Write a backup; where a file stands already somebody at a terminal is asked."""
    question = tr("There is a file of that name. Replace it?")
    if _is_there(options["path"]) and not await _agrees(question, options, voice):
        return FAILED
    wish = Backup(path=options["path"], passphrase=_passphrase(options, is_new=True))
    voice.result(await ask_long(wish, tr("Backing up"), profile, voice), receipts.backed_up)
    return DONE


async def restore(profile: Profile, options: Options, voice: Voice) -> int:
    """Merge a backup in; stopped in the middle it keeps what is done and can go on later."""
    question = tr("Bring back what is in this backup? What is here stays.")
    if not await _agrees(question, options, voice):
        return FAILED
    wish = Restore(path=options["path"], passphrase=_passphrase(options, is_new=False))
    answer = await ask_long(wish, tr("Restoring"), profile, voice)
    voice.result(answer, receipts.restored)
    if msgspec.convert(answer, RestoreDone).cancelled:
        voice.tell(tr("Stopped; what was restored stays. Restore the file again to go on."))
        return FAILED
    return DONE


async def _agrees(question: str, options: Options, voice: Voice) -> bool:
    if options["yes"] or voice.as_json or not sys.stdin.isatty():
        return True
    from app.cli.question import agrees

    return await agrees(question)


def _is_there(path: str) -> bool:
    return Path(path).exists()


def _passphrase(options: Options, *, is_new: bool) -> str:
    """From a file, the environment, or a terminal; a new one is typed twice."""
    known = given(options["backup_passphrase_file"], BACKUP_VARIABLE)
    if known is not None:
        return known
    if not sys.stdin.isatty():
        raise BadInput(
            "A backup is closed with a passphrase: set AICO_MESH_BACKUP_PASSPHRASE or give "
            "--backup-passphrase-file."
        )
    import getpass

    typed = getpass.getpass(tr("Passphrase of the backup:") + " ")
    if is_new and getpass.getpass(tr("The same again:") + " ") != typed:
        raise BadInput("The two are not the same; nothing was written.")
    return typed
