"""Which function grants which wish."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from mesh import wishes
from mesh.commands import (
    asking,
    browsing,
    by_hand,
    confiding,
    family,
    inviting,
    joining,
    keeping,
    meeting,
    pairing,
    parting,
    policy,
    sharing,
    sparing,
    talking,
)
from mesh.commands.services import Services, Tell

Grant = Callable[[Services, Any, Tell], Awaitable[object]]

GRANTS: dict[type[wishes.Wish], Grant] = {
    wishes.Status: family.status,
    wishes.Devices: family.devices,
    wishes.SetTrust: family.trust,
    wishes.Rename: family.rename,
    wishes.SetRole: family.role,
    wishes.Revoke: family.revoke,
    wishes.Leave: family.leave,
    wishes.RecoveryPhrase: family.recovery_phrase,
    wishes.Invite: inviting.invite,
    wishes.Join: joining.join,
    wishes.Answer: pairing.answer,
    wishes.Meet: meeting.meet,
    wishes.Part: parting.part,
    wishes.Cancel: pairing.cancel,
    wishes.Say: talking.say,
    wishes.BetweenUs: confiding.between_us,
    wishes.Conversations: talking.conversations,
    wishes.Show: talking.show,
    wishes.BrowseConversations: browsing.conversations,
    wishes.BrowseMessages: browsing.messages,
    wishes.BrowseMemories: browsing.memories,
    wishes.History: browsing.history,
    wishes.Remember: talking.remember,
    wishes.Memories: talking.memories,
    wishes.Revise: talking.revise,
    wishes.Retag: talking.retag,
    wishes.Relabel: talking.relabel,
    wishes.Forget: talking.forget,
    wishes.Forgettings: talking.forgettings,
    wishes.Conflicts: talking.conflicts,
    wishes.Questions: asking.questions,
    wishes.Decide: asking.decide,
    wishes.Resolve: talking.resolve,
    wishes.Feel: talking.feel,
    wishes.Mood: talking.mood,
    wishes.Search: talking.search,
    wishes.Import: talking.take_in,
    wishes.Export: talking.give_out,
    wishes.Backup: keeping.backup,
    wishes.Restore: keeping.restore,
    wishes.Sync: sharing.sync,
    wishes.Health: sharing.health,
    wishes.Pause: sharing.pause,
    wishes.Resume: sharing.resume,
    wishes.Spare: sparing.sparing,
    wishes.Policy: policy.show,
    wishes.SetPolicy: policy.choose,
    wishes.PreviewPolicy: policy.preview,
    wishes.Traits: policy.traits,
    wishes.SetTrait: policy.set_trait,
    wishes.Publish: by_hand.publish,
    wishes.Request: by_hand.request,
    wishes.Stop: by_hand.stop,
}


async def grant(services: Services, wish: wishes.AnyWish, tell: Tell) -> object:
    """Do what the owner wishes; events go to ``tell``, the answer is a struct or a list."""
    return await GRANTS[type(wish)](services, wish, tell)
