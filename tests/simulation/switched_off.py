"""The rules, and what in the code each of them hangs on."""

from __future__ import annotations

from dataclasses import dataclass


class Moved(AssertionError):
    """The place a rule hangs on is no longer where it was."""


@dataclass(frozen=True)
class Rule:
    """A rule: where it stands in the code, and what stands there without it.

    ``test``: what notices that it is off, when that is not the simulation.
    """

    name: str
    says: str
    path: str
    here: str
    without: str
    test: str | None = None

    def switched_off(self, code: str) -> str:
        """The file without the rule."""
        if code.count(self.here) != 1:
            raise Moved(self.name)
        return code.replace(self.here, self.without)


PLACING, RECORDS = "mesh/storage/placing.py", "mesh/storage/records.py"
NUMBERING = "mesh/storage/numbering.py"
VIEWS, CURSOR = "mesh/model/views.py", "mesh/model/cursor.py"
GIVING, TAKING = "mesh/sync/giving.py", "mesh/sync/taking.py"
EXCHANGE, TALK = "mesh/sync/exchange.py", "mesh/sync/talk.py"
POLICIES = "mesh/companion/policies.py"
CHOOSING = "tests/simulation/test_choosing.py"
MEETINGS = "tests/simulation/test_meetings.py"

RULES = (
    Rule(
        "settled ranges",
        "a cursor is the set of numbers settled, not the highest of them",
        CURSOR,
        "        self.settled.settle(ranges)\n",
        "        self.settled.settle([(1, max((last for _, last in ranges), default=0))])\n",
    ),
    Rule(
        "marks",
        "a cursor counts only if the sender's feed really stood as its mark says",
        CURSOR,
        "            return mark.top <= end\n    return False",
        "            return True\n    return True",
    ),
    Rule(
        "no acknowledgement before the commit",
        "what is acknowledged is on disk",
        TAKING,
        "                # The link may go meanwhile;",
        "                self._talk.say(frames.Ack(page.scope, page.talk, page.mark.top))\n"
        "                # The link may go meanwhile;",
    ),
    Rule(
        "reach",
        "labels and forgets travel as far as the object ever did",
        NUMBERING,
        "            return facts.scope_of(scope_kind, row.reach, is_stub=True)",
        "            return facts.scope_of(scope_kind, row.level, is_stub=True)",
    ),
    Rule(
        "labels do not absorb",
        "the strictest label that no other has seen counts, so what is widened comes back",
        VIEWS,
        "    return max((_label_of(held) for held in unseen(labels)), default=Level.PUBLIC)",
        "    return max((_label_of(held) for held in labels), default=Level.PUBLIC)",
    ),
    Rule(
        "rights at the tick",
        "what was written after the author's rights had ended is void",
        "mesh/model/roster.py",
        "        return owner is not None and tick <= self.everyone[owner].full_until",
        "        return owner is not None and self.everyone[owner].full_until > 0",
        "tests/mesh/model/test_roster.py",
    ),
    Rule(
        "own words kept",
        "what was written on a device stays there, however private it gets",
        "mesh/storage/objects.py",
        "        return level <= self.grants.widest(kind) or mine or author == self.own",
        "        return level <= self.grants.widest(kind)",
    ),
    Rule(
        "window",
        "a limited device is given what is not older than its window",
        "mesh/model/allowance.py",
        "    return 0 if is_stub or kind in TIMELESS else since",
        "    return 0",
    ),
    Rule(
        "a wider window starts over",
        "what lay outside of the window comes when the device is trusted fully",
        TAKING,
        "        taking.must_reset = self._window(hello) < cursor.since",
        "        taking.must_reset = False",
        "tests/mesh/sync/test_own_only.py",
    ),
    Rule(
        "clock floor",
        "an edit made after seeing wins, whatever the clocks say",
        "mesh/companion/draft.py",
        "        stamp = min(max(facts.tick_in(identity), on.newest + 1), facts.STAMP_MAX)",
        "        stamp = facts.tick_in(identity)",
        "tests/mesh/companion/test_writing.py",
    ),
    Rule(
        "id tags",
        "a limited device gives only what it wrote itself",
        "mesh/sync/intake.py",
        "        return self.own_tags is None or author is None or author in self.own_tags",
        "        return True",
        "tests/mesh/sync/test_exchange.py",
    ),
    Rule(
        "copy on widen",
        "widening writes the present state anew, so that its history stays behind",
        "mesh/companion/draft.py",
        "        elif level > subject.level or subject.row.kind == ObjectKind.CONVERSATION:",
        "        elif level:",
    ),
    Rule(
        "roster first",
        "who was removed is known before a record moves",
        EXCHANGE,
        "            await family.absorb(frame)\n            if frame.is_answer",
        "            self.hello()\n            await family.absorb(frame)\n"
        "            if frame.is_answer",
    ),
    Rule(
        "the last moment",
        "what is narrowed or forgotten while its page waits does not go",
        "mesh/sync/service.py",
        "        circle.withdrawals += outcome.has_withdrawn\n",
        "",
        "tests/mesh/sync/test_last_moment.py",
    ),
    Rule(
        "told early, written first",
        "what others got before it was written here takes its place before anything else does",
        "mesh/storage/commits.py",
        "        for write in owed or ():\n",
        "        for write in [] if owed else ():\n",
        "tests/mesh/storage/test_write_now.py",
    ),
    Rule(
        "asking again",
        "what was let go while it was private is asked for anew when it may be kept",
        PLACING,
        "        if row.state in {*PRESENT, State.WAITING}:\n",
        "        if not row:\n",
        "tests/mesh/sync/test_shared_again.py",
    ),
    Rule(
        "offers between hellos",
        "a scope that grew between the two hellos of a talk is offered",
        EXCHANGE,
        "            self.gives.grown(hurry=False)\n",
        "            pass\n",
        "tests/mesh/sync/test_between_hellos.py",
    ),
    Rule(
        "standing",
        "from the moment somebody is trusted otherwise nothing is given until a new hello",
        TALK,
        "        return self._allowed if stands else None",
        "        return self._allowed",
    ),
    Rule(
        "forgetting absorbs",
        "a forget absorbs everything of its object, for ever",
        PLACING,
        "        if is_gone or self._is_erased(row, held):",
        "        if is_gone:",
    ),
    Rule(
        "turns go with their conversation",
        "a conversation's forgetting takes its turns along",
        PLACING,
        "            if conversation.state == State.FORGOTTEN:",
        "            if False:",
    ),
    Rule(
        "a conversation's label counts for its turns",
        "a turn counts at the stricter of its own level and its conversation's",
        PLACING,
        "    return max(row.level, home.level if home else 0)\n",
        "    return row.level\n",
    ),
    Rule(
        "labels outlive their conversation",
        "all hold the same labels, whether they ever had the turn or not",
        PLACING,
        "(FactKind.FORGET, FactKind.RECEIPT) if is_named else tuple(facts.STUBS)",
        "(FactKind.FORGET, FactKind.RECEIPT)",
        "tests/mesh/storage/test_records.py",
    ),
    Rule(
        "recent again",
        "an old thing that gets a new text is offered anew as a whole",
        NUMBERING,
        "    return hlc.milliseconds_of(row.stamp) - newest > DAY_MS",
        "    return False",
        "tests/mesh/sync/test_exchange.py",
    ),
    Rule(
        "one mood",
        "the mood is of what the family may know",
        "mesh/storage/reading.py",
        "state=0 AND level<=? AND stamp<=?",
        "state=0 AND level<=?+9 AND stamp<=?",
        "tests/mesh/companion/test_reading.py",
    ),
    Rule(
        "age from the newest",
        "feelings count the less the older they are against the newest of them",
        VIEWS,
        "one.confidence * 0.5 ** (_age_s(one.stamp, newest) / HALF_LIFE_S)",
        "one.confidence",
        "tests/mesh/model/test_views.py",
    ),
    Rule(
        "limited devices do not relay",
        "a limited device gives what was written on it and nothing else",
        "mesh/storage/feeds.py",
        '    ) + (" AND fact.mine" if only_mine else "")',
        "    )",
    ),
    Rule(
        "an add wins over removals that did not see it",
        "a tag put on elsewhere meanwhile stays",
        VIEWS,
        "            if (tag, held.id) not in seen_by_removals:",
        "            if tag not in {one for one, _ in seen_by_removals}:",
        "tests/mesh/model/test_views.py",
    ),
    Rule(
        "a new number in another feed",
        "what changes its level is offered anew where it counts now",
        NUMBERING,
        "            if number is not None and wanted == scope and not is_recent_again:",
        "            if number is not None and not is_recent_again:",
    ),
    Rule(
        "narrowing withdraws",
        "a device gives back what it may no longer hold",
        POLICIES,
        "                await withdraw(self.database, writing, kinds)\n",
        "                pass\n",
        CHOOSING,
    ),
    Rule(
        "widening asks from nothing",
        "what was settled while it could not be held says nothing",
        "mesh/companion/withdrawing.py",
        "        feeds.drop_cursors(sql, [one for",
        "        list([one for",
        "tests/family/test_policies.py",
    ),
    Rule(
        "choices first",
        "a newcomer gives nothing to others before it knows what was chosen",
        POLICIES,
        "        if trust is not Trust.FULL and not self.is_heard:\n",
        "        if False:\n",
        CHOOSING,
    ),
    Rule(
        "nobody asks for what it may not hold",
        "also of a device that has not heard of the choice",
        TAKING,
        "        return takes(key) and circle.rules().grants.covers(scope)\n",
        "        return takes(key)\n",
        CHOOSING,
    ),
    Rule(
        "nothing may come that may not be held",
        "what gets here all the same is let go",
        "mesh/storage/objects.py",
        "        return level <= self.grants.widest(kind) or mine or author == self.own\n",
        "        return level <= 1 or mine or author == self.own\n",
        CHOOSING,
    ),
    Rule(
        "strictest of several choices",
        "of values that did not see each other the strictest counts",
        "mesh/model/policy.py",
        "reduce(one.stricter, [_heard(one, head, inherited) for head in heads])",
        "[_heard(one, head, inherited) for head in heads][0]",
        "tests/mesh/model/test_policy.py",
    ),
    Rule(
        "a private tag waits for its label",
        "what has one and no label yet is not given",
        RECORDS,
        "        if level < Level.PRIVATE and self._is_private(content):\n",
        "        if False:\n",
        "tests/mesh/sync/test_choices.py",
    ),
    Rule(
        "no last copy goes",
        "what no member wrote is kept when no own device may hold it",
        PLACING,
        "        return self._is_ours(row) or self._is_last(row, home, kind)\n",
        "        return self._is_ours(row)\n",
        "tests/family/test_policies.py",
    ),
    Rule(
        "hidden with its conversation",
        "what is said where a forgetting waits for a person is hidden too",
        RECORDS,
        "        if home and home.state in {State.HIDDEN, State.HELD_BACK}:\n",
        "        if False:\n",
        "tests/mesh/storage/test_placed.py",
    ),
    Rule(
        "no gap beside what is pushed",
        "a number that came and went is settled though nobody asks",
        GIVING,
        "        if not all(pushed) or self._has_gaps(tops):\n",
        "        if not all(pushed):\n",
        test="tests/mesh/sync/test_pushed.py",
    ),
    Rule(
        "only what stands is handed on",
        "what came and went in one page is pushed to nobody",
        RECORDS,
        "        if outcome.has_withdrawn:\n",
        "        if not outcome:\n",
        "tests/mesh/storage/test_placed.py",
    ),
    Rule(
        "what is void widens nothing",
        "labels travel no farther for a label that had no right",
        RECORDS,
        "            row.reach = Level.HERE if row.state == State.LIVE else row.reach\n",
        "",
        "tests/mesh/storage/test_placed.py",
    ),
    Rule(
        "fact by fact",
        "of a thing that may stay goes what was said at a stricter level",
        PLACING,
        "level > widest >= row.level\n",
        "False\n",
        "tests/mesh/storage/test_narrowed.py",
    ),
    Rule(
        "a label beside the copy",
        "who raises a thing at home says so as far as it ever went",
        "mesh/companion/draft.py",
        "        if subject.reach < level:\n",
        "        if False:\n",
        "tests/mesh/companion/test_writing.py",
    ),
    Rule(
        "room for strangers",
        "a limited device can make others store so much and no more",
        "mesh/storage/quota.py",
        "        return self._used + len(raw) + ROW <= self._limits[is_stub]\n",
        "        return True\n",
        "tests/mesh/storage/test_quota.py",
    ),
    Rule(
        "only wishes without the right",
        "of another's object only a full device may say anything",
        "mesh/model/rights.py",
        "    return Need.NOTHING if author == author_of_object else Need.FULL",
        "    return Need.NOTHING",
        "tests/mesh/model/test_rights.py",
    ),
    Rule(
        "judged anew",
        "what turns out to be void goes, also where it was taken before",
        "mesh/storage/judging.py",
        " if _is_void(rules, row)]",
        " if not row]",
        "tests/mesh/sync/test_rights.py",
    ),
    Rule(
        "what gained its right is asked for",
        "what was refused comes once its author's rights last longer",
        "mesh/storage/judging.py",
        "bool(doomed or fresh) or feeds.were_refused(",
        "bool(doomed or fresh) or not feeds.were_refused(",
        "tests/mesh/sync/test_rights.py",
    ),
    Rule(
        "compared, not believed",
        "a comparison settles only what is here",
        "mesh/sync/reconcile.py",
        "            if short not in here and short not in self._known:",
        "            if short in here and short not in self._known:",
        "tests/mesh/sync/test_reconcile.py",
    ),
    Rule(
        "a decision reaches who wished",
        "what was decided makes an old thing recent, so that a limited device hears of it",
        PLACING,
        "        said += [one.fact for one in views.of_kind(held, FactKind.SETTLED)]\n",
        "",
        "tests/mesh/sync/test_rights.py",
    ),
    Rule(
        "nothing before both agreed",
        "as long as one of two owners has not agreed to a first meeting, only counts go",
        TALK,
        "self.circle.hooks.waits(self.key) or (theirs is not None and theirs.waits)",
        "False",
        MEETINGS,
    ),
    Rule(
        "the other owner is waited for",
        "who agreed gives nothing until the other has agreed too",
        TALK,
        "self.circle.hooks.waits(self.key) or (theirs is not None and theirs.waits)",
        "self.circle.hooks.waits(self.key)",
        MEETINGS,
    ),
    Rule(
        "what was chosen is not told to who waits",
        "a hello before both agreed says nothing of what may be held",
        EXCHANGE,
        "        terms = Terms() if talk.is_held else circle.hooks.terms(self.key)",
        "        terms = circle.hooks.terms(self.key)",
        MEETINGS,
    ),
    Rule(
        "a no leaves all as it was",
        "nothing is judged by the new roster while one's own joining waits",
        "mesh/node/following.py",
        "        if self.services.meetings.is_joining:\n            return\n",
        "",
        MEETINGS,
    ),
    Rule(
        "private at home stays there",
        "what was made private alone is not given by a device that joined as a limited one",
        "mesh/storage/judging.py",
        "    doomed = [row for row in void if not _keeps_at_home(rules, row)]",
        "    doomed = void",
        "tests/mesh/sync/test_rights.py",
    ),
)
