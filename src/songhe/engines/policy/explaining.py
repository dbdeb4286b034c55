"""Why a decision is as it is: the facts with their sources, what is missing of whom, the clause, what other benefits changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from songhe.basics.ages import age_on
from songhe.engines.policy.closure import Compiled, Evaluated, compile_rulebook
from songhe.engines.policy.encoding import shown
from songhe.engines.policy.explanation import (
    Answered,
    Asked,
    ConditionExplained,
    DisplacedBy,
    Explanation,
    FactSource,
    MissingFact,
    Outline,
    Reduced,
    ShownFact,
    Sources,
)
from songhe.engines.policy.flipping import Answer, DecidesIf, Memory
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.interpreting import HOUSEHOLD, Interpreter, Missing
from songhe.engines.policy.outlines import outlines
from songhe.engines.policy.rulebook import Benefit, Rulebook, Status, Variable
from songhe.engines.policy.stages import PROVISIONAL, UNKNOWN, YES, Event

__all__ = [
    "Answer",
    "ConditionExplained",
    "DecidesIf",
    "DisplacedBy",
    "Explanation",
    "FactSource",
    "MissingFact",
    "Reduced",
    "ShownFact",
    "explain",
    "explain_household",
]
STATUSES = tuple(Status)


def explain(
    rulebook: Rulebook, household: HouseholdInput, member: int, *, sources: Sources | None = None
) -> tuple[Explanation, ...]:
    """Every benefit of the rulebook explained for one member. `sources` is keyed by person id, then variable."""
    compiled = compile_rulebook(rulebook)
    return _Explainer(compiled, household, compiled.evaluate(household), sources or {}).member(member)


def explain_household(
    rulebook: Rulebook, household: HouseholdInput, *, sources: Sources | None = None
) -> tuple[tuple[Explanation, ...], ...]:
    """All members explained from one evaluation, in the order given."""
    compiled = compile_rulebook(rulebook)
    explainer = _Explainer(compiled, household, compiled.evaluate(household), sources or {})
    return tuple([explainer.member(i) for i in range(len(household.persons))])


REMEMBERED = 50_000  # values of a fact kept as shown, for each fact


class _Explainer:
    def __init__(self, compiled: Compiled, household: HouseholdInput, members: Sequence[Evaluated], sources: Sources) -> None:
        self.household, self.members, self.sources = household, members, sources
        self.rulebook = compiled.rulebook
        self.names = household.names or tuple(f"第{i + 1}人" for i in range(len(household.persons)))
        self.interpreter = Interpreter(compiled, household, members)
        self.kept = outlines(compiled)
        self.outlines = self.kept.benefits
        self.memory: Memory = {}
        self.lacking: dict[tuple[int, int], Missing] = {}
        self.facts_named: dict[tuple[int, int, str], MissingFact] = {}

    def member(self, i: int) -> tuple[Explanation, ...]:
        member = self.members[i]
        asked = Asked(self.household, self.rulebook, i, self.memory)
        new, state = tuple.__new__, member.state
        if state is None:
            nothing = (Status.NOT_ELIGIBLE, None, False, (), (), None, None, asked)
            return tuple([new(Explanation, (outline, *nothing)) for outline in self.outlines])
        answers = self.answers(member, i)
        applies = True if member.applies else None
        states, now, events = state.states, state.now, state.events
        found = []
        for outline in self.outlines:
            index = outline.index
            number = states[index]
            amount = now[index] if outline.paid and number in (YES, PROVISIONAL) else None
            missing: tuple[MissingFact, ...] = ()
            reduced = displaced = None
            if events and index in events:
                happened = events[index]
                missing = self.missing(outline, i, happened) if number in (UNKNOWN, PROVISIONAL) else ()
                reduced, displaced = self.reduced(happened), self.displaced(outline.benefit, happened, number)
            elif number == UNKNOWN:
                missing = self.missing(outline, i, ())
            found.append(
                new(
                    Explanation,
                    (outline, STATUSES[number], amount, applies, outline.pick(answers), missing, reduced, displaced, asked),
                )
            )
        return tuple(found)

    def answers(self, member: Evaluated, i: int) -> Sequence[Answered]:
        """The answer to every question of the rulebook, with the facts behind it."""
        shown = tuple([{} for _ in self.kept.facts]) if self.sources else self.kept.shown
        return self.kept.answer(
            self.household.persons[i],
            self.household.household,
            member.true,
            member.unknown,
            shown,
            lambda place, given: self.show(place, given, i, shown[place]),
            lambda key: self.named(self.lack(key, i), i),
        )

    def lack(self, key: int, i: int) -> Missing:
        """What leaves a question unknown for a member."""
        found = self.lacking.get((key, i))
        if found is None:
            question = self.kept.questions[key]
            found = {(i, question.only): None} if question.only else self.interpreter.blame(question.node, i)
            self.lacking[key, i] = found
        return found

    # facts

    def show(self, place: int, given: object, i: int, before: dict[object, tuple[ShownFact, ...]]) -> tuple[ShownFact, ...]:
        """A known fact of the person or household as shown, or one of all members; remembered where its value alone decides."""
        _, kind, variable = self.kept.facts[place]
        if kind.startswith("members "):
            return self.of_members(kind, variable, i, before)
        found = (self._shown(kind, variable, given, i, i),)
        if len(before) < REMEMBERED:
            before[given] = found
        return found

    def of_members(
        self, kind: str, variable: Variable, i: int, before: dict[object, tuple[ShownFact, ...]]
    ) -> tuple[ShownFact, ...]:
        """A fact of every member who has it."""
        found: tuple[ShownFact, ...] = ()
        for k, person in enumerate(self.household.persons):
            given = person.get(variable.name)
            if given is None:
                continue
            key = (given, "" if k == i else self.names[k])
            shown_before = None if self.sources else before.get(key)
            if shown_before is None:
                shown_before = (self._shown(kind, variable, given, k, i),)
                if len(before) < REMEMBERED:
                    before[key] = shown_before
            found += shown_before
        return found

    def _shown(self, kind: str, variable: Variable, given: object, k: int, i: int) -> ShownFact:
        source = self.sources.get(self.household.person_ids[k], {}).get(variable.name)
        label = variable.label
        if kind.endswith("age"):
            label, text = "年龄", f"{age_on(dt.date.fromisoformat(str(given)), self.rulebook.as_of)}周岁"
        elif kind.endswith("years_since"):
            label, text = f"{variable.label}至今", f"满{age_on(dt.date.fromisoformat(str(given)), self.rulebook.as_of)}年"
        else:
            text = shown(variable, given)
        department, stated_on = (source.department, source.stated_on) if source else ("", None)
        return ShownFact(variable.name, label, text, department, stated_on, "" if k == i else self.names[k])

    def named(self, missing: Missing, i: int) -> tuple[MissingFact, ...]:
        return tuple([self.facts_named.get((i, k, name)) or self._named(k, name, i) for k, name in missing])

    def _named(self, k: int, name: str, i: int) -> MissingFact:
        variable = self.rulebook.variables[name]
        member = "" if k in (i, HOUSEHOLD) else self.names[k]
        fact = MissingFact(name, variable.label, variable.owner, member, None if k == HOUSEHOLD else k)
        self.facts_named[i, k, name] = fact
        return fact

    # the whole benefit

    def missing(self, outline: Outline, i: int, events: Sequence[Event]) -> tuple[MissingFact, ...]:
        """What leaves the answer open: of the benefit itself, and of those that would come before it."""
        benefit = outline.benefit
        found: Missing = dict(self.open(outline, i))
        for event in events:
            if event.kind == "once":
                found |= self._order(benefit, i) | self._order(benefit, event.by or 0) | self.open(outline, event.by or 0)
            elif event.kind == "group" and event.by is not None:
                found |= self.open(self.outlines[event.by], i)
            elif event.kind == "cap":
                cap = next(cap for cap in self.rulebook.caps if cap.id == event.stage)
                found |= self.interpreter.blame(cap.total, i)
                for other in cap.among[: cap.among.index(benefit.index)]:
                    found |= self.open(self.outlines[other], i)
        return self.named(found, i)

    def open(self, outline: Outline, i: int) -> Missing:
        """The facts that leave a member's own answer to a benefit unknown (none where it is settled)."""
        member = self.members[i]
        if member.applies is False or outline.mask & ~(member.true | member.unknown):
            return {}
        found: Missing = {} if member.applies else dict(self.interpreter.blame(self.rulebook.applies_to, i))
        for condition, key in outline.questions:
            if member.unknown >> condition.bit & 1:
                found |= self.lack(key, i)
        if outline.benefit.amount is not None and member.state is not None and member.state.raw[outline.benefit.index] is None:
            found |= self.interpreter.blame(outline.benefit.amount, i)
        return found

    def _order(self, benefit: Benefit, i: int) -> Missing:
        person = self.household.persons[i]
        return {(i, name): None for name in benefit.first_by if person.get(name) is None}

    def reduced(self, events: Sequence[Event]) -> Reduced | None:
        capping = [event for event in events if event.kind == "cap"]
        if not capping:
            return None
        cap = next(cap for cap in self.rulebook.caps if cap.id == capping[-1].stage)
        return Reduced(cap.id, capping[0].was or 0, cap.cite)

    def displaced(self, benefit: Benefit, events: Sequence[Event], number: int) -> DisplacedBy | None:
        other = next((event for event in reversed(events) if event.kind in ("once", "group")), None)
        if other is None or other.by is None:
            return None
        if other.kind == "once":
            certain = STATUSES[number] is Status.OTHER_MEMBER
            return DisplacedBy(other.stage, benefit.id, benefit.title, self.names[other.by], certain, benefit.cite)
        mate = self.rulebook.benefits[other.by]
        group = next(group for group in self.rulebook.groups if group.id == other.stage)
        return DisplacedBy(other.stage, mate.id, mate.title, "", STATUSES[number] is Status.DISPLACED, group.cite)
