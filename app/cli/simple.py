"""Commands that are one wish and one answer: which wish, and how the answer is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from app.cli import people, policies, questions, receipts
from mesh import wishes
from mesh.model.device import Role, Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.cli.voice import Voice

    Options: TypeAlias = dict[str, Any]
    ShowOne: TypeAlias = Callable[[Voice, object], None]
    ShowRows: TypeAlias = Callable[[Voice, Sequence[object]], None]
    MakeWish: TypeAlias = Callable[[Options], wishes.Wish]


def _feel(options: Options) -> wishes.Wish:
    names = ("valence", "arousal", "confidence", "because")
    return wishes.Feel(**{name: options[name] for name in names})


def _say(options: Options) -> wishes.Wish:
    names = ("text", "conversation", "role", "private")
    return wishes.Say(**{name: options[name] for name in names}, tags=tuple(options["tag"]))


def _remember(options: Options) -> wishes.Wish:
    text, privacy = options["text"], options["privacy"]
    return wishes.Remember(text=text, privacy=privacy, tags=tuple(options["tag"]))


def _search(options: Options) -> wishes.Wish:
    names = ("query", "everywhere", "limit")
    return wishes.Search(**{name: options[name] for name in names})


def invitation(options: Options) -> wishes.Invite:
    """What `invite` asks for."""
    role = options["role"]
    return wishes.Invite(
        trust=Trust(options["trust"]),
        role=Role(role) if role else None,
        name=options["name"],
        minutes=options["minutes"],
        agrees=options["yes"],
    )


ONE: dict[str, tuple[MakeWish, ShowOne]] = {
    "leave": (lambda _: wishes.Leave(), receipts.belongs),
    "trust": (
        lambda o: wishes.SetTrust(
            device=o["device"], trust=Trust(o["level"]), lets_go=o["yes"]
        ),
        people.device,
    ),
    "rename": (lambda o: wishes.Rename(device=o["device"], name=o["name"]), people.device),
    "role": (
        lambda o: wishes.SetRole(device=o["device"], role=Role(o["role"])),
        people.device,
    ),
    "revoke": (
        lambda o: wishes.Revoke(device=o["device"], hours=o["hours"], lets_go=o["yes"]),
        people.device,
    ),
    "say": (_say, receipts.said),
    "remember": (_remember, receipts.remembered),
    "forget": (lambda o: wishes.Forget(id=o["id"]), receipts.forgotten),
    "resolve": (
        lambda o: wishes.Resolve(id=o["id"], choice=o["choice"], text=o["text"]),
        receipts.settled,
    ),
    "decide": (
        lambda o: wishes.Decide(id=o["id"], yes=o["answer"] == "yes"),
        receipts.done,
    ),
    "feel": (_feel, people.mood),
    "mood": (lambda o: wishes.Mood(why=o["why"]), people.mood),
    "publish": (lambda o: wishes.Publish(topic=o["topic"], body=o["body"]), people.news),
    "request": (
        lambda o: wishes.Request(topic=o["topic"], body=o["body"], device=o["device"]),
        people.news,
    ),
    "pause": (
        lambda o: wishes.Pause(device=o["device"], minutes=o["minutes"]),
        receipts.paused,
    ),
    "sparing": (lambda o: wishes.Spare(level=o["level"]), policies.sparing),
    "policy": (policies.wish, policies.show),
    "trait": (
        lambda o: wishes.SetTrait(name=o["name"], text=o["text"]),
        policies.trait,
    ),
    "resume": (lambda o: wishes.Resume(device=o["device"]), receipts.paused),
}
ROWS: dict[str, tuple[MakeWish, ShowRows]] = {
    "devices": (lambda _: wishes.Devices(), people.devices),
    "conversations": (lambda _: wishes.Conversations(), people.conversations),
    "show": (lambda o: wishes.Show(conversation=o["conversation"]), people.messages),
    "memories": (lambda _: wishes.Memories(), people.memories),
    "conflicts": (lambda _: wishes.Conflicts(), people.conflicts),
    "questions": (lambda _: wishes.Questions(), questions.questions),
    "traits": (lambda _: wishes.Traits(), policies.traits),
    "search": (_search, people.hits),
}
