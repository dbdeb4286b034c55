"""Why a decision is as it is: the facts with their sources, what is missing of whom, the clause, what other benefits changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from songhe.basics.ages import age_on
from songhe.engines.policy.closure import Compiled, Evaluated, compile_rulebook
from songhe.engines.policy.encoding import shown
from songhe.engines.policy.explanation import (
    Asked,
    ConditionExplained,
    DisplacedBy,
    Explanation,
    FactSource,
    MissingFact,
    Reduced,
    ShownFact,
    Sources,
)
from songhe.engines.policy.flipping import Answer, DecidesIf, Memory
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.interpreting import HOUSEHOLD, Interpreter, Missing
from songhe.engines.policy.outlines import ConditionOutline, FactOutline, Outline, Outlines, outlines
from songhe.engines.policy.rulebook import Benefit, Rulebook, Status, Variable
from songhe.engines.policy.stages import PROVISIONAL, UNKNOWN, YES, Event, MemberState

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


class _MemberView:
    """One member while being explained; lists by condition key and by fact place."""

    __slots__ = ("asked", "evaluated", "facts", "index", "shown", "sourced", "state")

    def __init__(self, index: int, evaluated: Evaluated, state: MemberState, asked: Asked, kept: Outlines, sourced: bool) -> None:
        self.index, self.evaluated, self.state, self.asked, self.sourced = index, evaluated, state, asked, sourced
        self.shown: list[tuple[ShownFact, ...] | None] = [None] * kept.keys
        self.facts: list[tuple[ShownFact, ...] | None] = [None] * kept.places


class _Explainer:
    def __init__(self, compiled: Compiled, household: HouseholdInput, members: Sequence[Evaluated], sources: Sources) -> None:
        self.household, self.members, self.sources = household, members, sources
        self.rulebook = compiled.rulebook
        self.names = household.names or tuple(f"第{i + 1}人" for i in range(len(household.persons)))
        self.interpreter = Interpreter(compiled, household, members)
        self.kept = outlines(compiled)
        self.outlines = self.kept.benefits
        self.memory: Memory = {}
        self.lacking: dict[tuple[int, int], tuple[Missing, tuple[MissingFact, ...]]] = {}

    def member(self, i: int) -> tuple[Explanation, ...]:
        member = self.members[i]
        asked = Asked(self.household, self.rulebook, i, self.memory)
        if member.state is None:
            return tuple([self.outside(outline, asked) for outline in self.outlines])
        view = _MemberView(i, member, member.state, asked, self.kept, bool(self.sources))
        return tuple([self.benefit(outline, view) for outline in self.outlines])

    def outside(self, outline: Outline, asked: Asked) -> Explanation:
        """The pack does not speak of this person."""
        benefit = outline.benefit
        head = (benefit.id, benefit.title, Status.NOT_ELIGIBLE, None, self.rulebook.as_of, False, (), (), (), None, None)
        return tuple.__new__(Explanation, (*head, *outline.rest, asked))

    def benefit(self, outline: Outline, view: _MemberView) -> Explanation:
        benefit, state, member, i = outline.benefit, view.state, view.evaluated, view.index
        number = state.states[benefit.index]
        amount = state.now[benefit.index] if benefit.amount is not None and number in (YES, PROVISIONAL) else None
        true, unknown, shown = member.true, member.unknown, view.shown
        conditions: list[ConditionExplained] = []
        for part in outline.conditions:
            bit, key, facts, condition, texts, rest = part
            values = shown[key]
            if values is None:
                values = shown[key] = self.values(facts, view)
            fields: tuple[object, ...]
            if true & bit:
                fields = (condition.id, texts[0], True, values, (), *rest)
            elif unknown & bit:
                fields = (condition.id, texts[2], None, values, self.lack(part, i)[1], *rest)
            else:
                fields = (condition.id, texts[1], False, values, (), *rest)
            conditions.append(tuple.__new__(ConditionExplained, fields))
        events = state.events.get(benefit.index, ())
        missing = self.missing(outline, i, events) if number in (UNKNOWN, PROVISIONAL) else ()
        reduced, displaced = (self.reduced(events), self.displaced(benefit, events, i)) if events else (None, None)
        applies = True if member.applies else None
        head = (benefit.id, benefit.title, STATUSES[number], amount, self.rulebook.as_of, applies, tuple(conditions), missing)
        return tuple.__new__(Explanation, (*head, outline.parameters, reduced, displaced, *outline.rest, view.asked))

    def values(self, facts: tuple[FactOutline, ...], view: _MemberView) -> tuple[ShownFact, ...]:
        """The known facts behind a condition."""
        found: tuple[ShownFact, ...] = ()
        for fact in facts:
            seen = view.facts[fact.place]
            if seen is None:
                seen = view.facts[fact.place] = self.fact(fact, view)
            found = found + seen if found else seen
        return found

    def lack(self, part: ConditionOutline, i: int) -> tuple[Missing, tuple[MissingFact, ...]]:
        """What leaves a condition unknown for a member."""
        key = (part.key, i)
        found = self.lacking.get(key)
        if found is None:
            missing = self.interpreter.blame(part.condition.node, i)
            found = self.lacking[key] = (missing, self.named(missing, i))
        return found

    # facts

    def fact(self, fact: FactOutline, view: _MemberView) -> tuple[ShownFact, ...]:
        """The known facts of one kind: own, of the household, of all members, or what follows from a date."""
        kind, name, i = fact.kind, fact.variable.name, view.index
        if kind.startswith("members "):
            known = [(k, person[name]) for k, person in enumerate(self.household.persons) if person.get(name) is not None]
            return tuple([self._shown(kind, fact.variable, given, k, i) for k, given in known])
        given = self.household.household.get(name) if kind == "household" else self.household.persons[i].get(name)
        if given is None:
            return ()
        if view.sourced:
            return (self._shown(kind, fact.variable, given, i, i),)
        key = (fact.place, given)
        shown_before = self.kept.shown.get(key)
        if shown_before is None:
            if len(self.kept.shown) > 50_000:
                self.kept.shown.clear()
            shown_before = self.kept.shown[key] = (self._shown(kind, fact.variable, given, i, i),)
        return shown_before

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
        found = []
        for k, name in missing:
            variable = self.rulebook.variables[name]
            member = "" if k in (i, HOUSEHOLD) else self.names[k]
            found.append(MissingFact(name, variable.label, variable.owner, member, None if k == HOUSEHOLD else k))
        return tuple(found)

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
        for part in outline.conditions:
            if member.unknown & part.bit:
                found |= self.lack(part, i)[0]
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

    def displaced(self, benefit: Benefit, events: Sequence[Event], i: int) -> DisplacedBy | None:
        other = next((event for event in reversed(events) if event.kind in ("once", "group")), None)
        if other is None or other.by is None or self.members[i].state is None:
            return None
        status = Status(self.members[i].state.states[benefit.index])  # type: ignore[union-attr]
        if other.kind == "once":
            certain = status is Status.OTHER_MEMBER
            return DisplacedBy(other.stage, benefit.id, benefit.title, self.names[other.by], certain, benefit.cite)
        mate = self.rulebook.benefits[other.by]
        group = next(group for group in self.rulebook.groups if group.id == other.stage)
        return DisplacedBy(other.stage, mate.id, mate.title, "", status is Status.DISPLACED, group.cite)


_OUTLINES: dict[int, Outlines] = {}
