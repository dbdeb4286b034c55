"""Why a decision is as it is: the facts with their sources, what is missing of whom, the clause, what other benefits changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from songhe.basics.ages import age_on, from_days
from songhe.engines.policy.arithmetic import Value
from songhe.engines.policy.closure import Compiled, Evaluated, compile_rulebook
from songhe.engines.policy.encoding import decode, shown, shown_date
from songhe.engines.policy.flipping import DecidesIf, decides_if
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.interpreting import HOUSEHOLD, Interpreter, Missing
from songhe.engines.policy.meaning import operands
from songhe.engines.policy.needed_facts import needed_facts
from songhe.engines.policy.rulebook import Benefit, Citation, Condition, ParameterValue, Rulebook, Status, Variable
from songhe.engines.policy.stages import Event
from songhe.engines.policy.tree import Compare, Const, Node, Ref

_TEXTS = {True: "yes", False: "no", None: "ask"}


@dataclass(frozen=True, slots=True)
class FactSource:
    """Which department stated a fact, and as of which day."""

    department: str
    stated_on: dt.date | None


@dataclass(frozen=True, slots=True)
class ShownFact:
    """A known fact as a person reads it. `member` is the name of another household member, "" for the person or the household."""

    variable: str
    label: str
    shown: str
    source: str
    stated_on: dt.date | None
    member: str


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that nobody has stated. `owner` is the department that keeps it; `member_index` is None for the household's own."""

    variable: str
    label: str
    owner: str
    member: str
    member_index: int | None


@dataclass(frozen=True, slots=True)
class ConditionExplained:
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
    """What is kept instead: another benefit of a group, or the same benefit for another member. `certain` is False while that is unknown."""

    group: str
    benefit: str
    title: str
    member: str
    certain: bool
    cite: Citation


@dataclass(frozen=True)
class Explanation:
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
    member: int = field(repr=False)
    _household: HouseholdInput = field(repr=False, compare=False)
    _rulebook: Rulebook = field(repr=False, compare=False)

    @cached_property
    def decides_if(self) -> tuple[DecidesIf, ...]:
        """For each missing fact, what each of its values would make of the answer; computed when asked for."""
        if self.status not in (Status.CANNOT_TELL, Status.PROVISIONAL):
            return ()
        facts = [(fact.variable, fact.member_index, fact.member) for fact in self.missing]
        return decides_if(self._rulebook, self._household, self.member, self.benefit, facts)


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


@dataclass(frozen=True, slots=True)
class _Outline:
    """What explaining needs of a benefit and does not change from person to person."""

    benefit: Benefit
    conditions: tuple[tuple[Condition, int, tuple[tuple[str, str], ...]], ...]  # condition, bit, (kind, variable)
    parameters: tuple[ParameterValue, ...]


class _Explainer:
    def __init__(self, compiled: Compiled, household: HouseholdInput, members: Sequence[Evaluated], sources: Sources) -> None:
        self.compiled, self.household, self.members, self.sources = compiled, household, members, sources
        self.rulebook = compiled.rulebook
        self.names = household.names or tuple(f"第{i + 1}人" for i in range(len(household.persons)))
        self.interpreter = Interpreter(compiled, household, members)
        self.facts: dict[tuple[str, str, int], tuple[ShownFact, ...]] = {}

    def member(self, i: int) -> tuple[Explanation, ...]:
        member = self.members[i]
        return tuple([self.benefit(outline, member, i) for outline in outlines(self.compiled)])

    def benefit(self, outline: _Outline, member: Evaluated, i: int) -> Explanation:
        benefit = outline.benefit
        state = member.state
        if state is None:
            status, amount, events, conditions = Status.NOT_ELIGIBLE, None, (), ()
        else:
            status = Status(state.states[benefit.index])
            paid = benefit.amount is not None and status in (Status.ELIGIBLE, Status.PROVISIONAL)
            amount = state.now[benefit.index] if paid else None
            events = tuple(state.events.get(benefit.index, ()))
            conditions = tuple([self.condition(condition, bit, facts, member, i) for condition, bit, facts in outline.conditions])
        missing = self.missing(benefit, member, i, events) if status in (Status.CANNOT_TELL, Status.PROVISIONAL) else ()
        applies = None if member.applies is None else bool(member.applies)
        return Explanation(
            benefit.id,
            benefit.title,
            status,
            amount,
            self.rulebook.as_of,
            applies,
            conditions,
            missing,
            outline.parameters,
            self.reduced(events),
            self.displaced(benefit, events, i),
            benefit.cite,
            benefit.period.value,
            benefit.gives,
            benefit.where,
            i,
            self.household,
            self.rulebook,
        )

    def condition(
        self, condition: Condition, bit: int, facts: tuple[tuple[str, str], ...], member: Evaluated, i: int
    ) -> ConditionExplained:
        result = True if member.true & bit else None if member.unknown & bit else False
        missing = self.named(self.interpreter.blame(condition.node, i), i) if result is None else ()
        text = condition.yes if result else condition.ask if result is None else condition.no
        values: tuple[ShownFact, ...] = ()
        for kind, variable in facts:
            values += self.facts.get((kind, variable, i)) or self.fact(kind, variable, i)
        return ConditionExplained(
            condition.id,
            text,
            result,
            values,
            missing,
            condition.cite,
            condition.text,
            condition.yes,
            condition.no,
            condition.ask,
        )

    # facts

    def fact(self, kind: str, name: str, i: int) -> tuple[ShownFact, ...]:
        """The known facts behind a condition: own, of the household, of all members, or what follows from a date."""
        variable = self.rulebook.variables[name]
        who = range(len(self.members)) if kind.startswith("members") else (i,)
        found = []
        for k in who:
            given = self.household.household.get(name) if kind == "household" else self.household.persons[k].get(name)
            if given is not None:
                found.append(self._shown(kind, variable, given, k, i))
        self.facts[(kind, name, i)] = tuple(found)
        return self.facts[(kind, name, i)]

    def _shown(self, kind: str, variable: Variable, given: object, k: int, i: int) -> ShownFact:
        source = self.sources.get(self.household.person_ids[k], {}).get(variable.name)
        label, text = variable.label, ""
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

    def missing(self, benefit: Benefit, member: Evaluated, i: int, events: Sequence[Event]) -> tuple[MissingFact, ...]:
        """What leaves the answer open: of the benefit itself, and of those that would come before it."""
        found: Missing = self.open(benefit, i)
        for event in events:
            if event.kind == "once":
                found |= self._order(benefit, i) | self._order(benefit, event.by or 0) | self.open(benefit, event.by or 0)
            elif event.kind == "group" and event.by is not None:
                found |= self.open(self.rulebook.benefits[event.by], i)
            elif event.kind == "cap":
                cap = next(cap for cap in self.rulebook.caps if cap.id == event.stage)
                found |= self.interpreter.blame(cap.total, i)
                for other in cap.among[: cap.among.index(benefit.index)]:
                    found |= self.open(self.rulebook.benefits[other], i)
        return self.named(found, i)

    def open(self, benefit: Benefit, i: int) -> Missing:
        """The facts that leave a member's own answer to a benefit unknown (none where it is settled)."""
        interpreter = self.interpreter
        nodes = [self.rulebook.applies_to, *(condition.node for condition in benefit.conditions)]
        values = [interpreter.value(node, i) for node in nodes]
        found: Missing = {}
        if False in values:
            return found
        for node, value in zip(nodes, values, strict=True):
            if value is None:
                found |= interpreter.blame(node, i)
        return found | (interpreter.blame(benefit.amount, i) if benefit.amount is not None else {})

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


_OUTLINES: dict[int, tuple[Compiled, tuple[_Outline, ...]]] = {}


def outlines(compiled: Compiled) -> tuple[_Outline, ...]:
    """The unchanging part of explaining a rulebook; kept for the last few."""
    kept = _OUTLINES.get(id(compiled))
    if kept is None or kept[0] is not compiled:
        while len(_OUTLINES) >= 16:
            _OUTLINES.pop(next(iter(_OUTLINES)))
        kept = _OUTLINES[id(compiled)] = (
            compiled,
            tuple([_outline(compiled.rulebook, benefit) for benefit in compiled.rulebook.benefits]),
        )
    return kept[1]


def _outline(rulebook: Rulebook, benefit: Benefit) -> _Outline:
    conditions = tuple((c, 1 << c.bit, _facts_of(rulebook, c.node)) for c in benefit.conditions)
    nodes = [c.node for c in benefit.conditions] + ([benefit.amount] if benefit.amount is not None else [])
    names = dict.fromkeys(name for node in nodes for name in _parameters_of(rulebook, node))
    return _Outline(benefit, conditions, tuple(rulebook.parameters[name] for name in names))


def _facts_of(rulebook: Rulebook, node: Node) -> tuple[tuple[str, str], ...]:
    """(kind, variable) of every fact behind a node, with `age` and `years_since` where the date is read that way."""
    needed = needed_facts(rulebook, node)
    tests = _age_tests(rulebook, node)
    found: list[tuple[str, str]] = []
    for kind, names in (("own", needed.own), ("household", needed.household), ("members", needed.members)):
        for name in sorted(names):
            found.append((kind, name))
            prefix = "members " if kind == "members" else ""
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


def shown_value(variable: Variable, value: Value) -> str:
    """An encoded value as a person reads it."""
    return "" if value is None else shown(variable, decode(variable, value))


def shown_day(days: int) -> str:
    """Days since 1970 as a Chinese date."""
    return shown_date(from_days(days))
