"""`invite`, `join` and `meet`: what both people see while two devices meet."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import msgspec

from app.cli.question import agrees, decides
from app.cli.session import Session, session
from app.cli.simple import invitation
from app.cli.voice import BOLD, DIM, GREEN
from app.wording import meeting_kind, meeting_outcome, tr, trn
from mesh.errors import NotFound
from mesh.wishes import Answer, Cancel, Join, Meet, MeetingShown

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.cli.session import Row
    from app.cli.voice import Voice
    from mesh.profile import Profile
    from mesh.wishes import Wish

    Options: TypeAlias = dict[str, Any]

DONE = 0
PROMISED = {"invite", "asking"}
"""What programs read while two devices meet; the rest is for whoever looks on."""
ASKED = {"asking", "meeting"}
WHITE_ON_BLACK = "38;5;231;48;5;16"


async def invite(profile: Profile, options: Options, voice: Voice) -> int:
    """Open a window, show how to come in, ask about whoever comes."""
    return await _pair(invitation(options), profile, options, voice)


async def join(profile: Profile, options: Options, voice: Voice) -> int:
    """Go to where a link or code leads, and ask whether it is the right place."""
    words = " ".join(options["invitation"])
    wish = Join(invitation=words, at=options["at"], name=options["name"], agrees=options["yes"])
    return await _pair(wish, profile, options, voice)


async def _pair(wish: Wish, profile: Profile, options: Options, voice: Voice) -> int:
    questions: asyncio.Queue[Row] = asyncio.Queue()
    async with session(profile) as talk:
        answering = asyncio.get_running_loop().create_task(
            _answer(talk, questions, says_yes=options["yes"])
        )
        try:
            hear = _listener(voice, questions, says_yes=options["yes"])
            joined = await talk.ask(wish, hear)
        finally:
            answering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await answering
    if voice.as_json:
        voice.line({"event": "joined", **cast("Row", joined)})
    else:
        _welcome(voice, cast("Row", joined))
    return DONE


def _listener(
    voice: Voice, questions: asyncio.Queue[Row], *, says_yes: bool
) -> Callable[[Row], None]:
    promised = PROMISED if says_yes else PROMISED | ASKED

    def hear(event: Row) -> None:
        if event["event"] == "joined":
            return  # it is the result, and printed as such
        if voice.as_json:
            if event["event"] in promised:
                voice.line(event)
        elif event["event"] == "invite":
            _show_invitation(voice, event)
        elif event["event"] == "asking":
            _show_pictures(voice, event)
        elif event["event"] == "meeting":
            show_meeting(voice, msgspec.convert(event, MeetingShown))
        else:
            voice.say(_said(event), DIM)
        if event["event"] in ASKED:
            questions.put_nowait(event)

    return hear


async def _answer(talk: Session, questions: asyncio.Queue[Row], *, says_yes: bool) -> None:
    while True:
        asking = await questions.get()
        yes = says_yes or await _agrees(asking)
        run = str(asking["run"])
        with contextlib.suppress(NotFound):  # it has ended meanwhile, and tells so itself
            await talk.client.command(
                Cancel(run=run) if yes is None else Answer(run=run, yes=yes)
            )


async def _agrees(asking: Row) -> bool | None:
    """None: nobody decided, so that the meeting waits on."""
    if asking["event"] == "meeting":
        return await decides(tr("Let them become one?"))
    return await agrees(tr("Are these the pictures on the other device too?"))


async def meet(profile: Profile, options: Options, voice: Voice) -> int:
    """Show a first meeting that waits, and go on with it as its owner wants."""
    device = options["device"]
    async with session(profile) as talk:
        shown = cast("Row", await talk.ask(Meet(device=device)))
        if not voice.as_json:
            show_meeting(voice, msgspec.convert(shown, MeetingShown))
        yes = True if options["yes"] else False if options["no"] else None
        if yes is None and voice.is_terminal and not shown["agreed"]:
            yes = await decides(tr("Let them become one?"))
        if yes is not None:
            shown = cast("Row", await talk.ask(Meet(device=device, yes=yes)))
    if voice.as_json:
        voice.line(shown)
    return DONE


def show_meeting(voice: Voice, shown: MeetingShown) -> None:
    """What would become of both pasts."""
    voice.say(tr("{name} and this device meet for the first time.", name=shown.name), BOLD)
    if shown.here is None:
        voice.say(tr("They have not compared yet what each of them has."), DIM)
        return
    heads = ("", tr("here"), tr("there"), tr("on both"))
    rows = [
        (meeting_kind(kind), str(one.here), str(one.there), str(one.same))
        for kind, one in shown.kinds.items()
    ]
    voice.table(heads, rows)
    voice.say(meeting_outcome(shown.to_settle or 0))
    if shown.agreed:
        voice.say(tr("Waiting until somebody agrees on {name} too.", name=shown.name), DIM)


def _said(event: Row) -> str:
    """What else happens at a pairing window, or on the way to it."""
    match event["event"]:
        case "tried":
            left = cast("int", event["left"])
            return trn(
                "Somebody typed a wrong code; {n} more try.",
                "Somebody typed a wrong code; {n} more tries.",
                left,
            )
        case "calling":
            hosts = ", ".join(cast("list[str]", event["hosts"]))
            return tr("Looking for the other device at {hosts}…", hosts=hosts)
        case _:
            return tr("The other device went away; the invitation is still open.")


def _show_invitation(voice: Voice, event: Row) -> None:
    link = str(event["link"])
    if voice.is_terminal:
        from app.cli import qr

        for line in qr.drawn(link):
            voice.say(line, WHITE_ON_BLACK)
    until = datetime.fromtimestamp(cast("float", event["expires_at"])).astimezone()
    voice.say(tr("Link  {link}", link=link))
    at = event.get("at", "")
    voice.say(tr("Code  {code}   at {place}", code=event["code"], place=at), BOLD)
    voice.say(tr("On the other device: scan this, or `aico-mesh join` with the link."), DIM)
    voice.say(tr("Open until {time}.", time=f"{until:%H:%M}"), DIM)


def _show_pictures(voice: Voice, event: Row) -> None:
    pictures = [str(emoji) for emoji in cast("list[object]", event["emoji"])]
    names = [str(name) for name in cast("list[object]", event.get("emoji_names", []))]
    names += [""] * (len(pictures) - len(names))
    asks = tr("{name} is asking. Compare the pictures on both screens:", name=event["name"])
    voice.say(asks, BOLD)
    if not voice.is_terminal:
        voice.say("  ".join(f"{p} {n}".strip() for p, n in zip(pictures, names, strict=True)))
        return
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(1, 2))
    for _ in pictures:
        grid.add_column(justify="center", overflow="fold")
    grid.add_row(*(Text(picture, style="bold") for picture in pictures))
    grid.add_row(*(Text(name) for name in names))
    voice.console().print(grid)


def _welcome(voice: Voice, joined: Row) -> None:
    name = joined.get("name") or joined["device_id"]
    if "family_id" in joined:
        joins = tr("This device is {name} now and belongs to the family.", name=name)
    else:
        joins = tr("{name} belongs to the family now.", name=name)
    voice.say(joins, GREEN)
