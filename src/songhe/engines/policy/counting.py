"""Indicators counted: each row of a source is in the numerator, the denominator, neither, or it cannot be told.

A source is the persons or households of a snapshot, the areas, or the entries of a register. Conditions of all sources mean the
same as conditions of benefits: they are compiled and evaluated by the whole-city evaluator.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from songhe.basics.ages import BirthdayRule
from songhe.engines.policy.bitset import evaluate
from songhe.engines.policy.findings import LanguageError
from songhe.engines.policy.language import Membership, Name, Relation, Syntax, Text, children
from songhe.engines.policy.meaning import lower, operands
from songhe.engines.policy.pack import CountEntry, IndicatorEntry, Pack, RegisterEntry
from songhe.engines.policy.population import Population
from songhe.engines.policy.resolving import Resolver
from songhe.engines.policy.rulebook import Benefit, Citation, Condition, Period, Rulebook, Variable
from songhe.engines.policy.tree import Aggregate, Column, Const, Node, Ref, Type

PERSON, HOUSEHOLD, AREA, REGISTER = "person", "household", "area", "register:"
SIDES = ("numerator", "denominator")
WHOLE = 1_000_000  # a decimal field is summed in millionths
NUMERIC = ("int", "money", "decimal")
OTHER = ""  # a text that no condition names

AREA_VARIABLES: Mapping[str, Variable] = {
    name: Variable(name, type_, AREA, label, "民政", values=values)
    for name, type_, label, values in (
        ("level", Type.CODE, "层级", (("city", "市"), ("county", "县(市、区)"), ("town", "镇街"), ("community", "村(社区)"))),
        (
            "kind",
            Type.CODE,
            "类别",
            (
                ("city", "市"),
                ("county", "县(市、区)"),
                ("street", "街道"),
                ("town", "镇"),
                ("township", "乡"),
                ("farm", "农林场"),
                ("community", "社区"),
                ("village", "村"),
            ),
        ),
        ("rural", Type.BOOL, "农村", ()),
    )
}
_FIELD_TYPES = {"int": Type.INT, "money": Type.MONEY, "bool": Type.BOOL, "date": Type.DATE, "code": Type.CODE}


@dataclass(frozen=True, slots=True)
class Test:
    """One side of one indicator over one source; `total` is the field that is summed instead of counting rows.

    `having` tests look for rows that an area must have; they are no side of their own.
    """

    indicator: str
    side: str
    total: str | None
    having: bool = False


@dataclass(frozen=True, slots=True)
class SourceTests:
    """All tests over one source: condition `bit` i of the rulebook is test i."""

    of: str
    rulebook: Rulebook
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class SourceRows:
    """The rows of a source in the order of `ids`: facts as a population, each row's area as an index into `areas`.

    `totals` has for each numeric field int64 values and which of them are known; decimals in millionths. For households the
    population is that of the persons and `ids`, `area` have one entry a household.
    """

    population: Population
    ids: NDArray[np.int64]
    area: NDArray[np.int32]
    areas: tuple[str, ...]
    totals: Mapping[str, tuple[NDArray[np.int64], NDArray[np.bool_]]]


@dataclass(frozen=True, slots=True)
class Sure:
    """Of one test: for which rows it is true, for which it cannot be told, and what each true row counts (None: one)."""

    true: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    counts: NDArray[np.int64] | None


@dataclass(frozen=True, slots=True)
class Tally:
    """One indicator by area path: numerator, denominator (None: it has none), rows of the numerator, and rows that cannot be told.

    Sums of decimals are x WHOLE.
    """

    numerator: Mapping[str, int]
    denominator: Mapping[str, int] | None
    rows: Mapping[str, int]
    unknown: Mapping[str, int]


def source_variables(pack: Pack, of: str) -> Mapping[str, Variable] | None:
    """The facts that conditions over a source may name; None where there is no such source."""
    if of in (PERSON, HOUSEHOLD):
        return pack.variables_of("person")
    if of == AREA:
        return AREA_VARIABLES
    register = pack.registers.get(of.removeprefix(REGISTER)) if of.startswith(REGISTER) else None
    return None if register is None else _register_variables(register, _words_of(pack, of))


def _register_variables(register: RegisterEntry, words: Mapping[str, tuple[str, ...]]) -> Mapping[str, Variable]:
    """Text fields become codes of the words that the pack's indicators compare them with; any other text is the last code, OTHER."""
    entity = REGISTER + register.id
    found = {
        field.id: Variable(field.id, _FIELD_TYPES[field.type], entity, field.label, "", field.unit or None, field.values)
        for field in register.fields
        if field.type in _FIELD_TYPES and not field.sensitive
    }
    for field in register.fields:
        if field.type == "text" and not field.sensitive:
            values = (*((word, word) for word in words.get(field.id, ())), (OTHER, "其他"))
            found[field.id] = Variable(field.id, Type.CODE, entity, field.label, "", None, values)
    built_in = (
        ("state", Type.CODE, "状态", register.states),
        ("opened_on", Type.DATE, "登记日期", ()),
        ("closed_on", Type.DATE, "办结日期", ()),
        ("latest", Type.BOOL, "最新一期", ()),
    )
    return found | {name: Variable(name, type_, entity, label, "", values=values) for name, type_, label, values in built_in}


def _words_of(pack: Pack, of: str) -> Mapping[str, tuple[str, ...]]:
    """For each name the quoted words that conditions over a source compare it with."""
    found: dict[str, dict[str, None]] = {}
    for indicator in pack.indicators.values():
        for count in (indicator.numerator, indicator.denominator):
            for part in (count, count.having if count else None):
                if part is not None and part.of == of and part.where is not None:
                    _collect(part.where.syntax, found)
    return {name: tuple(words) for name, words in found.items()}


def _collect(syntax: Syntax, found: dict[str, dict[str, None]]) -> None:
    match syntax:
        case Relation(left=Name(name=name), right=Text(value=word)):
            found.setdefault(name, {})[word] = None
        case Membership(of=Name(name=name), values=values):
            for value in values:
                if isinstance(value, Text):
                    found.setdefault(name, {})[value.value] = None
        case _:
            for part in children(syntax):
                _collect(part, found)


def summable(pack: Pack, of: str) -> Mapping[str, str]:
    """The fields of a source that `total` may name, each with its type."""
    if of in (PERSON, HOUSEHOLD):
        return {name: v.type.value for name, v in pack.variables.get(of, {}).items() if v.type in (Type.INT, Type.MONEY)}
    register = pack.registers.get(of.removeprefix(REGISTER)) if of.startswith(REGISTER) else None
    return {field.id: field.type for field in register.fields if field.type in NUMERIC} if register else {}


class Compiler:
    """Compiles conditions over the sources of a pack as of a day; a source's definitions are resolved once."""

    def __init__(self, pack: Pack, as_of: dt.date) -> None:
        self.pack, self.as_of = pack, as_of
        self._resolvers: dict[str, Resolver] = {}

    def resolver(self, of: str) -> Resolver:
        entity = PERSON if of == HOUSEHOLD else of
        if entity not in self._resolvers:
            variables = source_variables(self.pack, of)
            if variables is None:
                raise LanguageError(
                    f"没有“{of}”这样的计数对象", "可写 person、household、area 或 register:台账名", "unknown_source"
                )
            pack = self.pack if entity == PERSON else replace(self.pack, variables={**self.pack.variables, entity: variables})
            resolver = Resolver(pack, self.as_of, entity, {}, {}, {})
            resolver.define_all()
            self._resolvers[entity] = resolver
        return self._resolvers[entity]

    def node(self, count: CountEntry) -> Node:
        """The condition of one side; raises LanguageError."""
        resolver = self.resolver(count.of)
        if count.having is not None and (count.of != AREA or count.having.of in (AREA, HOUSEHOLD)):
            raise LanguageError(
                "having 只能写在 area 里，写“有哪些登记或老人的区域”", "例如 having: {of: register:台账名, where: …}", "type"
            )
        if count.total is not None and count.total not in summable(self.pack, count.of):
            known = "、".join(summable(self.pack, count.of)) or "没有可以相加的字段"
            raise LanguageError(f"“{count.of}”里没有能相加的字段“{count.total}”", f"可写的有：{known}", "unknown_field")
        if count.where is None:
            return Const(True, Type.BOOL)
        node = lower(count.where.syntax, resolver.scope(BirthdayRule.ON_THE_DAY), Type.BOOL)
        if count.of == HOUSEHOLD and _looks_at_one_person(node, {d.name: d.node for d in resolver.defined.values()}):
            fix = "人的事实请放进 hh_any(…)、hh_all(…) 或 hh_count(…)"
            raise LanguageError("按户计数的式子里写了某一个人的事实", fix, "type")
        return node

    def tests(self, indicators: Collection[IndicatorEntry]) -> tuple[SourceTests, ...]:
        """What is to be evaluated over each source; indicators that wait for something are left out."""
        found: dict[str, list[tuple[Test, Node, str]]] = {}
        for indicator in indicators:
            for side in SIDES if not indicator.needs else ():
                count: CountEntry | None = getattr(indicator, side)
                for part in (count, count.having if count else None):
                    if part is not None:
                        test = Test(indicator.id, side, part.total, part is not count)
                        found.setdefault(part.of, []).append((test, self.node(part), part.where.text if part.where else "true"))
        return tuple(
            SourceTests(of, self._rulebook(of, parts), tuple(test for test, _, _ in parts)) for of, parts in found.items()
        )

    def _rulebook(self, of: str, parts: Sequence[tuple[Test, Node, str]]) -> Rulebook:
        """A rulebook of one thing in kind whose conditions are the tests."""
        resolver, nothing = self.resolver(of), Citation("", "", "assumed")
        conditions = tuple(
            Condition(f"{test.indicator}_{test.side}", bit, node, nothing, text, "", "", "")
            for bit, (test, node, text) in enumerate(parts)
        )
        everything: Node = Const(True, Type.BOOL)
        members = resolver.node(self.pack.members, "members", Type.BOOL) if of in (PERSON, HOUSEHOLD) else everything
        benefit = Benefit("count", "", 0, conditions, None, Period.ONCE, nothing, True)
        definitions = tuple(resolver.defined.values())
        return Rulebook(
            self.pack.id, self.pack.version, "", self.as_of, resolver.entity, members, everything, resolver.variables, definitions,
            (benefit,), (), (), resolver.parameters, len(conditions),
        )  # fmt: skip


def _looks_at_one_person(node: Node, definitions: Mapping[str, Node]) -> bool:
    if isinstance(node, Aggregate):
        return False
    if isinstance(node, Ref):
        return _looks_at_one_person(definitions[node.definition], definitions)
    return (isinstance(node, Column) and not node.household) or any(
        _looks_at_one_person(part, definitions) for part in operands(node)
    )


def names_read(tests: SourceTests) -> frozenset[str]:
    """The facts that the tests of a source look at."""
    definitions = {d.name: d.node for d in tests.rulebook.definitions}
    found: set[str] = set()
    seen: set[str] = set()
    queue: list[Node] = [tests.rulebook.members, *(condition.node for condition in tests.rulebook.benefits[0].conditions)]
    while queue:
        node = queue.pop()
        if isinstance(node, Column):
            found.add(node.name)
        if isinstance(node, Ref) and node.definition not in seen:
            seen.add(node.definition)
            queue.append(definitions[node.definition])
        queue.extend(operands(node))
    return frozenset(found)


def judge(tests: SourceTests, rows: SourceRows) -> tuple[Sure, ...]:
    """Every test over every row of its source."""
    outcome = evaluate(tests.rulebook, rows.population)
    true, unknown = outcome.true, outcome.unknown
    at = rows.population.starts if tests.of == HOUSEHOLD else slice(None)
    found: list[Sure] = []
    for bit, test in enumerate(tests.tests):
        place, mask = bit // 8, np.uint8(1 << (bit % 8))
        yes, unsure = (true[at, place] & mask) != 0, (unknown[at, place] & mask) != 0
        if test.total is None:
            found.append(Sure(yes, unsure, None))
        else:
            values, known = rows.totals[test.total]
            found.append(Sure(yes & known, unsure | (yes & ~known), values))
    return tuple(found)


Judged = tuple[SourceTests, SourceRows, tuple[Sure, ...]]


def judged_sides(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """The sides alone: areas that must have rows of another source are narrowed to those that have."""
    inner = {
        (test.indicator, test.side): (rows, sure)
        for tests, rows, sures in judged
        for test, sure in zip(tests.tests, sures, strict=True)
        if test.having
    }
    found: list[Judged] = []
    for tests, rows, sures in judged:
        sides = [
            (test, _narrowed(rows, sure, *inner[test.indicator, test.side]) if (test.indicator, test.side) in inner else sure)
            for test, sure in zip(tests.tests, sures, strict=True)
            if not test.having
        ]
        found.append((replace(tests, tests=tuple(test for test, _ in sides)), rows, tuple(sure for _, sure in sides)))
    return tuple(found)


def _narrowed(rows: SourceRows, sure: Sure, others: SourceRows, having: Sure) -> Sure:
    """Areas of which the condition holds and in which some row of the other source is sure to be."""
    here, maybe = (
        np.array([path in found for path in rows.areas], np.bool_)[rows.area]
        for found in (_paths_above(others, having.true), _paths_above(others, having.unknown))
    )
    true = sure.true & here
    return Sure(true, ~true & (sure.true | sure.unknown) & (here | maybe), sure.counts)


def _paths_above(rows: SourceRows, mask: NDArray[np.bool_]) -> frozenset[str]:
    return frozenset(path for place in np.unique(rows.area[mask]) for path in _chain(rows.areas[place]))


def tally(judged: Sequence[Judged]) -> Mapping[str, Tally]:
    """All indicators by area, every area above included: one pass over the rows of each source."""
    numerators: dict[str, dict[str, int]] = {}
    denominators: dict[str, dict[str, int]] = {}
    counted: dict[str, dict[str, int]] = {}
    unknowns: dict[str, dict[str, int]] = {}
    for tests, rows, sures in judged_sides(judged):
        above = [_chain(path) for path in rows.areas]
        unsure: dict[str, NDArray[np.bool_]] = {}
        for test, sure in zip(tests.tests, sures, strict=True):
            into = numerators if test.side == "numerator" else denominators
            into[test.indicator] = _by_area(rows, above, sure.true, sure.counts)
            if test.side == "numerator":
                counted[test.indicator] = into[test.indicator] if sure.counts is None else _by_area(rows, above, sure.true, None)
            unsure[test.indicator] = unsure[test.indicator] | sure.unknown if test.indicator in unsure else sure.unknown
        for indicator, mask in unsure.items():
            apart = unknowns.setdefault(indicator, {})
            for path, number in _by_area(rows, above, mask, None).items():
                apart[path] = apart.get(path, 0) + number
    return {name: Tally(numerators[name], denominators.get(name), counted[name], unknowns[name]) for name in numerators}


def _chain(path: str) -> tuple[str, ...]:
    """The path itself and every area above it."""
    parts = path.rstrip("/").split("/")
    return tuple("/".join(parts[: n + 1]) + "/" for n in range(len(parts)))


def _by_area(
    rows: SourceRows, above: Sequence[tuple[str, ...]], mask: NDArray[np.bool_], counts: NDArray[np.int64] | None
) -> dict[str, int]:
    """Counted (or summed) by area; areas with nothing are left out."""
    sums = np.zeros(len(rows.areas), np.int64)
    if counts is None:
        sums += np.bincount(rows.area[mask], minlength=len(rows.areas))
    else:
        np.add.at(sums, rows.area[mask], counts[mask])
    found: dict[str, int] = {}
    for place in np.flatnonzero(sums).tolist():
        for path in above[place]:
            found[path] = found.get(path, 0) + int(sums[place])
    return found


def scale_of(pack: Pack, count: CountEntry | None) -> int:
    """By what a tally of this side is to be divided: WHOLE where a decimal field is summed, else 1."""
    decimal = count is not None and count.total is not None and summable(pack, count.of).get(count.total) == "decimal"
    return WHOLE if decimal else 1
