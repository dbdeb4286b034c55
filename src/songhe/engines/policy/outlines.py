"""The part of explaining a rulebook that is the same for everybody: which facts and parameters stand behind which condition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from songhe.engines.policy.closure import Compiled
from songhe.engines.policy.explanation import ShownFact
from songhe.engines.policy.meaning import operands
from songhe.engines.policy.needed_facts import needed_facts
from songhe.engines.policy.rulebook import Benefit, Citation, Condition, ParameterValue, Rulebook, Variable
from songhe.engines.policy.tree import Compare, Const, Node, Ref


class FactOutline(NamedTuple):
    """A fact behind a condition; `kind` is own, age, years_since, household, or one of these after "members "."""

    place: int  # among all facts behind conditions
    kind: str
    variable: Variable


class ConditionOutline(NamedTuple):
    """`key` is the same for conditions that ask the same; `facts` are (kind, variable)."""

    bit: int
    key: int
    facts: tuple[FactOutline, ...]
    condition: Condition
    texts: tuple[str, str, str]  # yes, no, ask
    rest: tuple[Citation, str, str, str, str]  # the last fields of ConditionExplained


@dataclass(frozen=True, slots=True)
class Outline:
    """What explaining needs of a benefit and does not change from person to person."""

    benefit: Benefit
    conditions: tuple[ConditionOutline, ...]
    mask: int  # all its conditions
    parameters: tuple[ParameterValue, ...]
    rest: tuple[Citation, str, str, str]  # cite, period, gives, where


@dataclass(slots=True)
class Outlines:
    """The outlines of a rulebook, how many different conditions and facts they have, and facts already shown that have no source."""

    compiled: Compiled
    benefits: tuple[Outline, ...]
    keys: int
    places: int
    shown: dict[tuple[int, object], tuple[ShownFact, ...]]


_KEPT: dict[int, Outlines] = {}


def outlines(compiled: Compiled) -> Outlines:
    """The unchanging part of explaining a rulebook; kept for the last few."""
    kept = _KEPT.get(id(compiled))
    if kept is None or kept.compiled is not compiled:
        while len(_KEPT) >= 16:
            _KEPT.pop(next(iter(_KEPT)))
        keys: dict[Node, int] = {}
        places: dict[tuple[str, str], int] = {}
        benefits = tuple([_outline(compiled.rulebook, benefit, keys, places) for benefit in compiled.rulebook.benefits])
        kept = _KEPT[id(compiled)] = Outlines(compiled, benefits, len(keys), len(places), {})
    return kept


def _outline(rulebook: Rulebook, benefit: Benefit, keys: dict[Node, int], places: dict[tuple[str, str], int]) -> Outline:
    def facts(node: Node) -> tuple[FactOutline, ...]:
        found = _facts_of(rulebook, node)
        return tuple([FactOutline(places.setdefault(fact, len(places)), fact[0], rulebook.variables[fact[1]]) for fact in found])

    conditions = tuple(
        [
            ConditionOutline(
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
    return Outline(
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
