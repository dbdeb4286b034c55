"""Why a decision is as it is: the facts with their sources, what is missing of whom, the clause, what other benefits changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from songhe.basics.ages import age_on
from songhe.engines.policy.closure import Compiled, Evaluated, compile_rulebook
from songhe.engines.policy.encoding import shown
from songhe.engines.policy.flipping import DecidesIf, decides_if
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.interpreting import HOUSEHOLD, Interpreter, Missing
from songhe.engines.policy.meaning import operands
from songhe.engines.policy.needed_facts import needed_facts
from songhe.engines.policy.rulebook import Benefit, Citation, Condition, ParameterValue, Rulebook, Status, Variable
from songhe.engines.policy.stages import Event
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
        return decides_if(self.asked.rulebook, self.asked.household, self.asked.member, self.benefit, facts)


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
class _ConditionOutline:
    """`key` is the same for conditions that ask the same; `facts` are (kind, variable)."""

    condition: Condition
    bit: int
    key: int
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Outline:
    """What explaining needs of a benefit and does not change from person to person."""

    benefit: Benefit
    conditions: tuple[_ConditionOutline, ...]
    mask: int  # all its conditions
    parameters: tuple[ParameterValue, ...]


class _Explainer:
    def __init__(self, compiled: Compiled, household: HouseholdInput, members: Sequence[Evaluated], sources: Sources) -> None:
        self.compiled, self.household, self.members, self.sources = compiled, household, members, sources
        self.rulebook = compiled.rulebook
        self.names = household.names or tuple(f"第{i + 1}人" for i in range(len(household.persons)))
        self.interpreter = Interpreter(compiled, household, members)
        self.outlines = outlines(compiled)
        self.facts: dict[tuple[str, str, int], tuple[ShownFact, ...]] = {}
        self.shown: dict[tuple[int, int], tuple[ShownFact, ...]] = {}
        self.lacking: dict[tuple[int, int], tuple[Missing, tuple[MissingFact, ...]]] = {}

    def member(self, i: int) -> tuple[Explanation, ...]:
        member = self.members[i]
        asked = Asked(self.household, self.rulebook, i)
        if member.state is None:
            return tuple([self.outside(outline.benefit, asked) for outline in self.outlines])
        return tuple([self.benefit(outline, member, i, asked) for outline in self.outlines])

    def outside(self, benefit: Benefit, asked: Asked) -> Explanation:
        """The pack does not speak of this person."""
        return Explanation(
            benefit.id,
            benefit.title,
            Status.NOT_ELIGIBLE,
            None,
            self.rulebook.as_of,
            False,
            (),
            (),
            (),
            None,
            None,
            benefit.cite,
            benefit.period.value,
            benefit.gives,
            benefit.where,
            asked,
        )

    def benefit(self, outline: _Outline, member: Evaluated, i: int, asked: Asked) -> Explanation:
        benefit, state = outline.benefit, member.state
        if state is None:
            return self.outside(benefit, asked)
        status = STATUSES[state.states[benefit.index]]
        certain = status is Status.ELIGIBLE or status is Status.PROVISIONAL
        amount = state.now[benefit.index] if certain and benefit.amount is not None else None
        conditions = tuple([self.condition(part, member, i) for part in outline.conditions])
        events = state.events.get(benefit.index, ())
        open_ = status is Status.CANNOT_TELL or status is Status.PROVISIONAL
        missing = self.missing(outline, i, events) if open_ else ()
        return Explanation(
            benefit.id,
            benefit.title,
            status,
            amount,
            self.rulebook.as_of,
            True if member.applies else None,
            conditions,
            missing,
            outline.parameters,
            self.reduced(events) if events else None,
            self.displaced(benefit, events, i) if events else None,
            benefit.cite,
            benefit.period.value,
            benefit.gives,
            benefit.where,
            asked,
        )

    def condition(self, part: _ConditionOutline, member: Evaluated, i: int) -> ConditionExplained:
        condition, key = part.condition, (part.key, i)
        values = self.shown.get(key)
        if values is None:
            found: tuple[ShownFact, ...] = ()
            for kind, variable in part.facts:
                seen = self.facts.get((kind, variable, i))
                found += self.fact(kind, variable, i) if seen is None else seen
            values = self.shown[key] = found
        if member.true & part.bit:
            text, result, missing = condition.yes, True, ()
        elif member.unknown & part.bit:
            return ConditionExplained(
                condition.id,
                condition.ask,
                None,
                values,
                self.lack(part, i)[1],
                condition.cite,
                condition.text,
                condition.yes,
                condition.no,
                condition.ask,
            )
        else:
            text, result, missing = condition.no, False, ()
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

    def lack(self, part: _ConditionOutline, i: int) -> tuple[Missing, tuple[MissingFact, ...]]:
        """What leaves a condition unknown for a member."""
        key = (part.key, i)
        found = self.lacking.get(key)
        if found is None:
            missing = self.interpreter.blame(part.condition.node, i)
            found = self.lacking[key] = (missing, self.named(missing, i))
        return found

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


_OUTLINES: dict[int, tuple[Compiled, tuple[_Outline, ...]]] = {}


def outlines(compiled: Compiled) -> tuple[_Outline, ...]:
    """The unchanging part of explaining a rulebook; kept for the last few."""
    kept = _OUTLINES.get(id(compiled))
    keys: dict[Node, int] = {}
    if kept is None or kept[0] is not compiled:
        while len(_OUTLINES) >= 16:
            _OUTLINES.pop(next(iter(_OUTLINES)))
        kept = _OUTLINES[id(compiled)] = (
            compiled,
            tuple([_outline(compiled.rulebook, benefit, keys) for benefit in compiled.rulebook.benefits]),
        )
    return kept[1]


def _outline(rulebook: Rulebook, benefit: Benefit, keys: dict[Node, int]) -> _Outline:
    conditions = tuple(
        _ConditionOutline(c, 1 << c.bit, keys.setdefault(c.node, len(keys)), _facts_of(rulebook, c.node))
        for c in benefit.conditions
    )
    nodes = [c.node for c in benefit.conditions] + ([benefit.amount] if benefit.amount is not None else [])
    names = dict.fromkeys(name for node in nodes for name in _parameters_of(rulebook, node))
    return _Outline(benefit, conditions, sum(part.bit for part in conditions), tuple(rulebook.parameters[name] for name in names))


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
