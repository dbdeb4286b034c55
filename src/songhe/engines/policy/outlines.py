"""The part of explaining a rulebook that is the same for everybody: which facts and parameters stand behind which condition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from songhe.engines.policy.answering import Answering, FactOutline, Question, answering
from songhe.engines.policy.closure import Compiled
from songhe.engines.policy.explanation import Answered, Outline, ShownFact
from songhe.engines.policy.meaning import operands
from songhe.engines.policy.needed_facts import needed_facts
from songhe.engines.policy.rulebook import Benefit, Condition, Rulebook
from songhe.engines.policy.tree import Aggregate, Compare, Const, Node, Ref


@dataclass(slots=True)
class Outlines:
    """The outlines of a rulebook, its different questions and facts, and for each fact what was shown before without a source."""

    compiled: Compiled
    benefits: tuple[Outline, ...]
    questions: tuple[Question, ...]
    facts: tuple[FactOutline, ...]
    shown: tuple[dict[object, tuple[ShownFact, ...]], ...]
    answer: Answering


_KEPT: dict[int, Outlines] = {}


def outlines(compiled: Compiled) -> Outlines:
    """The unchanging part of explaining a rulebook; kept for the last few."""
    kept = _KEPT.get(id(compiled))
    if kept is None or kept.compiled is not compiled:
        while len(_KEPT) >= 16:
            _KEPT.pop(next(iter(_KEPT)))
        kept = _KEPT[id(compiled)] = _Drawer(compiled).outlines()
    return kept


class _Drawer:
    """Numbers the questions and the facts while it goes through the benefits."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled, self.rulebook = compiled, compiled.rulebook
        self.keys: dict[Node, int] = {}
        self.questions: list[Question] = []
        self.facts: dict[tuple[str, str], FactOutline] = {}

    def outlines(self) -> Outlines:
        benefits = tuple([self.benefit(benefit) for benefit in self.rulebook.benefits])
        facts = tuple(self.facts.values())
        answer = answering(facts, self.questions)
        return Outlines(self.compiled, benefits, tuple(self.questions), facts, tuple([{} for _ in facts]), answer)

    def benefit(self, benefit: Benefit) -> Outline:
        questions = tuple([(condition, self.question(condition)) for condition in benefit.conditions])
        nodes = [c.node for c in benefit.conditions] + ([benefit.amount] if benefit.amount is not None else [])
        names = dict.fromkeys(name for node in nodes for name in _parameters_of(self.rulebook, node))
        mask = sum(1 << condition.bit for condition in benefit.conditions)
        parameters = tuple(self.rulebook.parameters[name] for name in names)
        pick = _picker([key for _, key in questions])
        return Outline(benefit, benefit.index, benefit.amount is not None, questions, pick, mask, parameters)

    def question(self, condition: Condition) -> int:
        key = self.keys.get(condition.node)
        if key is None:
            key = self.keys[condition.node] = len(self.questions)
            facts = tuple([self.fact(*fact) for fact in _facts_of(self.rulebook, condition.node)])
            needed = needed_facts(self.rulebook, condition.node)
            alone = len(needed.own) == 1 and not needed.household and not needed.members
            only = next(iter(needed.own)) if alone and not _aggregates(self.rulebook, condition.node) else None
            self.questions.append(Question(1 << condition.bit, condition.node, facts, only))
        return key

    def fact(self, kind: str, name: str) -> FactOutline:
        return self.facts.setdefault((kind, name), FactOutline(len(self.facts), kind, self.rulebook.variables[name]))


def _picker(places: list[int]) -> Callable[[Sequence[Answered]], tuple[Answered, ...]]:
    """A function that takes the items at these places, as a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda answers: tuple([answers[place] for place in places])


def _aggregates(rulebook: Rulebook, node: Node) -> bool:
    return any(isinstance(part, Aggregate) for part in everything(rulebook, node))


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
