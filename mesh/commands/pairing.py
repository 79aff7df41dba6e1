"""What inviting and joining share: the question about the pictures, and the owner's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.errors import WishRefused
from mesh.messages import PairingAsked, told
from mesh.wishes import Answer, Cancel, Done, PairingAsking

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell
    from mesh.family.registry import Registry
    from mesh.model.device import Trust

WINDOW = "pairing window"
"""The name under which an open window runs: there is one at most."""
RESTORING = "backup"
"""The name under which a backup is made or restored: one at a time, no pairing meanwhile."""


def refuse_while_restoring(services: Services) -> None:
    """Restoring may change the keys of this device: nobody is let in meanwhile."""
    if RESTORING in services.running:
        raise WishRefused("A backup is being made or restored; wait until that is done.")


async def answer(services: Services, wish: Answer, _: Tell) -> Done:
    """The owner compared the pictures."""
    services.run_of(wish.run).answer(yes=wish.yes)
    return Done()


async def cancel(services: Services, wish: Cancel, _: Tell) -> Done:
    """The owner wants a running wish to stop."""
    services.run_of(wish.run).cancel()
    return Done()


def asking(
    run: str,
    name: str,
    emoji: tuple[tuple[str, str], ...],
    trust: Trust,
    *,
    is_same_family: bool = False,
) -> PairingAsking:
    """The question that the owner is asked."""
    return PairingAsking(
        run=run,
        name=name,
        emoji=tuple(symbol for symbol, _ in emoji),
        emoji_names=tuple(called for _, called in emoji),
        trust=trust,
        is_same_family=is_same_family,
    )


def ask(services: Services, question: PairingAsking, tell: Tell) -> None:
    """Ask the owner, and let the bus know."""
    tell(question)
    news = PairingAsked(name=question.name, emoji=question.emoji)
    services.bus.publish(told(news, services.device_id))


def own_card(registry: Registry) -> bytes:
    """What this device says of itself."""
    return registry.directory.signed_card(registry.key)
