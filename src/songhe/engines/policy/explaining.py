"""Why a decision is as it is: the facts with their sources, what is missing of whom, the clause, what other benefits changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from songhe.basics.ages import age_on
from songhe.engines.policy.closure import Compiled, Evaluated, compile_rulebook
from songhe.engines.policy.encoding import shown
from songhe.engines.policy.flipping import DecidesIf, Memory, decides_if
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.interpreting import HOUSEHOLD, Interpreter, Missing
from songhe.engines.policy.meaning import operands
from songhe.engines.policy.needed_facts import needed_facts
from songhe.engines.policy.rulebook import Benefit, Citation, Condition, ParameterValue, Rulebook, Status, Variable
from songhe.engines.policy.stages import PROVISIONAL, UNKNOWN, YES, Event, MemberState
from songhe.engines.policy.tree import Compare, Const, Node, Ref

STATUSES = tuple(Status)


@dataclass(frozen=True, slots=True)
class FactSource:
    """Which department stated a fact, and as of which day."""

    department: str
    stated_on: dt.date | None


class ShownFact(NamedTuple):
    """A known fact as a person reads it. `member` is the name of another household member, "" for the person or the household."""

    variable: str
    label: str
    shown: str
    source: str
    stated_on: dt.date | None
    member: str


class MissingFact(NamedTuple):
    """A fact that nobody has stated. `owner` is the department that keeps it; `member_index` is None for the household's own."""

    variable: str
    label: str
    owner: str
    member: str
    member_index: int | None


class ConditionExplained(NamedTuple):
    """`result` None is unknown; `text` is the sentence for the result; `expression` is the condition as written in the pack."""

    id: str
    text: str
    result: bool | None
    values: tuple[ShownFact, ...]
    missing: tuple[MissingFact, ...]
    cite: Citation
    expression: str
    yes: str
    no: str
    ask: str


@dataclass(frozen=True, slots=True)
class Reduced:
    """A cap changed the amount: it was `was` fen before."""

    cap: str
    was: int
    cite: Citation


@dataclass(frozen=True, slots=True)
class DisplacedBy:
    """What is kept instead: another benefit of a group, or the same one for another member; `certain` is False while that is unknown."""

    group: str
    benefit: str
    title: str
    member: str
    certain: bool
    cite: Citation


@dataclass(frozen=True, slots=True)
class Asked:
    """What was decided, kept so that `decides_if` can decide again."""

    household: HouseholdInput = field(repr=False)
    rulebook: Rulebook = field(repr=False, compare=False)
    member: int
    memory: Memory = field(repr=False, compare=False)


class Explanation(NamedTuple):
    """One benefit for one person. `amount` is in fen, None unless eligible or provisional for a paid benefit."""

    benefit: str
    title: str
    status: Status
    amount: int | None
    as_of: dt.date
    applies: bool | None
    conditions: tuple[ConditionExplained, ...]
    missing: tuple[MissingFact, ...]
    parameters: tuple[ParameterValue, ...]
    reduced: Reduced | None
    displaced_by: DisplacedBy | None
    cite: Citation
    period: str
    gives: str
    where: str
    asked: Asked

    @property
    def decides_if(self) -> tuple[DecidesIf, ...]:
        """For each missing fact, what each of its values would make of the answer; decided again when asked for."""
        if self.status not in (Status.CANNOT_TELL, Status.PROVISIONAL):
            return ()
        facts = [(fact.variable, fact.member_index, fact.member) for fact in self.missing]
        return decides_if(self.asked.rulebook, self.asked.household, self.asked.member, self.benefit, facts, self.asked.memory)


Sources = Mapping[int, Mapping[str, FactSource]]


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


class _FactOutline(NamedTuple):
    """A fact behind a condition; `kind` is own, age, years_since, household, or one of these after "members "."""

    place: int  # among all facts behind conditions
    kind: str
    variable: Variable


class _ConditionOutline(NamedTuple):
    """`key` is the same for conditions that ask the same; `facts` are (kind, variable)."""

    bit: int
    key: int
    facts: tuple[_FactOutline, ...]
    condition: Condition
    texts: tuple[str, str, str]  # yes, no, ask
    rest: tuple[Citation, str, str, str, str]  # the last fields of ConditionExplained


@dataclass(frozen=True, slots=True)
class _Outline:
    """What explaining needs of a benefit and does not change from person to person."""

    benefit: Benefit
    conditions: tuple[_ConditionOutline, ...]
    mask: int  # all its conditions
    parameters: tuple[ParameterValue, ...]
    rest: tuple[Citation, str, str, str]  # cite, period, gives, where


@dataclass(slots=True)
class _Outlines:
    """The outlines of a rulebook, how many different conditions and facts they have, and facts already shown that have no source."""

    compiled: Compiled
    benefits: tuple[_Outline, ...]
    keys: int
    places: int
    shown: dict[tuple[int, object], tuple[ShownFact, ...]]


class _MemberView:
    """One member while being explained; lists by condition key and by fact place."""

    __slots__ = ("asked", "evaluated", "facts", "index", "shown", "sourced", "state")

    def __init__(
        self, index: int, evaluated: Evaluated, state: MemberState, asked: Asked, kept: _Outlines, sourced: bool
    ) -> None:
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

    def outside(self, outline: _Outline, asked: Asked) -> Explanation:
        """The pack does not speak of this person."""
        benefit = outline.benefit
        head = (benefit.id, benefit.title, Status.NOT_ELIGIBLE, None, self.rulebook.as_of, False, (), (), (), None, None)
        return tuple.__new__(Explanation, (*head, *outline.rest, asked))

    def benefit(self, outline: _Outline, view: _MemberView) -> Explanation:
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

    def values(self, facts: tuple[_FactOutline, ...], view: _MemberView) -> tuple[ShownFact, ...]:
        """The known facts behind a condition."""
        found: tuple[ShownFact, ...] = ()
        for fact in facts:
            seen = view.facts[fact.place]
            if seen is None:
                seen = view.facts[fact.place] = self.fact(fact, view)
            found = found + seen if found else seen
        return found

    def lack(self, part: _ConditionOutline, i: int) -> tuple[Missing, tuple[MissingFact, ...]]:
        """What leaves a condition unknown for a member."""
        key = (part.key, i)
        found = self.lacking.get(key)
        if found is None:
            missing = self.interpreter.blame(part.condition.node, i)
            found = self.lacking[key] = (missing, self.named(missing, i))
        return found

    # facts

    def fact(self, fact: _FactOutline, view: _MemberView) -> tuple[ShownFact, ...]:
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

    def missing(self, outline: _Outline, i: int, events: Sequence[Event]) -> tuple[MissingFact, ...]:
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

    def open(self, outline: _Outline, i: int) -> Missing:
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


_OUTLINES: dict[int, _Outlines] = {}


def outlines(compiled: Compiled) -> _Outlines:
    """The unchanging part of explaining a rulebook; kept for the last few."""
    kept = _OUTLINES.get(id(compiled))
    if kept is None or kept.compiled is not compiled:
        while len(_OUTLINES) >= 16:
            _OUTLINES.pop(next(iter(_OUTLINES)))
        keys: dict[Node, int] = {}
        places: dict[tuple[str, str], int] = {}
        benefits = tuple([_outline(compiled.rulebook, benefit, keys, places) for benefit in compiled.rulebook.benefits])
        kept = _OUTLINES[id(compiled)] = _Outlines(compiled, benefits, len(keys), len(places), {})
    return kept


def _outline(rulebook: Rulebook, benefit: Benefit, keys: dict[Node, int], places: dict[tuple[str, str], int]) -> _Outline:
    def facts(node: Node) -> tuple[_FactOutline, ...]:
        found = _facts_of(rulebook, node)
        return tuple([_FactOutline(places.setdefault(fact, len(places)), fact[0], rulebook.variables[fact[1]]) for fact in found])

    conditions = tuple(
        [
            _ConditionOutline(
                1 << c.bit,
                keys.setdefault(c.node, len(keys)),
                facts(c.node),
                c,
                (c.yes, c.no, c.ask),
                (c.cite, c.text, c.yes, c.no, c.ask),
            )
            for c in benefit.conditions
        ]
    )
    nodes = [c.node for c in benefit.conditions] + ([benefit.amount] if benefit.amount is not None else [])
    names = dict.fromkeys(name for node in nodes for name in _parameters_of(rulebook, node))
    return _Outline(
        benefit,
        conditions,
        sum(part.bit for part in conditions),
        tuple(rulebook.parameters[name] for name in names),
        (benefit.cite, benefit.period.value, benefit.gives, benefit.where),
    )


def _facts_of(rulebook: Rulebook, node: Node) -> tuple[tuple[str, str], ...]:
    """(kind, variable) of every fact behind a node, with `age` and `years_since` where the date is read that way."""
    needed = needed_facts(rulebook, node)
    tests = _age_tests(rulebook, node)
    found: list[tuple[str, str]] = []
    for kind, names in (("own", needed.own), ("household", needed.household), ("members own", needed.members)):
        for name in sorted(names):
            found.append((kind, name))
            prefix = "members " if kind == "members own" else ""
            found.extend(
                (f"{prefix}{test}", name) for test, column in sorted(tests) if column == name and test != "within_months"
            )
    return tuple(found)


def _age_tests(rulebook: Rulebook, node: Node) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for part in everything(rulebook, node):
        if isinstance(part, Compare) and part.age is not None:
            found |= {(part.age.kind, name) for name in [getattr(part.left, "name", "")]}
    return found


def _parameters_of(rulebook: Rulebook, node: Node) -> list[str]:
    return [
        p.parameter
        for p in everything(rulebook, node)
        if isinstance(p, Const) and p.parameter in rulebook.parameters and p.parameter
    ]


def everything(rulebook: Rulebook, node: Node) -> list[Node]:
    """The node and all below it, through definitions."""
    definitions = {definition.name: definition.node for definition in rulebook.definitions}
    found: list[Node] = []
    queue = [node]
    while queue:
        part = queue.pop()
        found.append(part)
        queue.extend((definitions[part.definition],) if isinstance(part, Ref) else operands(part))
    return found
