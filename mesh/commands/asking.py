"""What devices without the right wish for, and what a person says to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.wishes import Decide, Done, Questions, QuestionShown

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell


async def questions(services: Services, _: Questions, __: Tell) -> list[QuestionShown]:
    """What nobody has decided yet."""
    return await services.asking.questions()


async def decide(services: Services, wish: Decide, _: Tell) -> Done:
    """Grant a wish, or refuse it."""
    await services.asking.decide(wish.id, yes=wish.yes)
    return Done()
