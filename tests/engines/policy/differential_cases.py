"""Random rulebooks and populations that use every node, stage and kind of missing fact, for tests that compare back ends."""

from __future__ import annotations

import datetime as dt
from random import Random

import numpy as np

from songhe.engines.policy.population import ColumnData, Population
from songhe.engines.policy.rulebook import (
    Benefit,
    Cap,
    Citation,
    Condition,
    Definition,
    ExclusiveGroup,
    Period,
    Rulebook,
    UnknownMate,
    Variable,
)
from songhe.engines.policy.tree import (
    Aggregate,
    AggregateKind,
    And,
    Arith,
    Arithmetic,
    Case,
    Column,
    Compare,
    Comparison,
    Const,
    In,
    Known,
    Node,
    Not,
    Or,
    OrElse,
    Ref,
    Rounding,
    Share,
    Type,
)

CITE = Citation("doc", "1")
PERSON = {"alive": Type.BOOL, "local": Type.BOOL, "grade": Type.INT, "kind": Type.CODE, "pension": Type.MONEY, "birth": Type.DATE}
HOUSEHOLD = {"rent": Type.MONEY, "urban": Type.BOOL, "rooms": Type.INT}
KINDS = ("none", "low", "poor", "severe")


def seeded(seed: int) -> Random:
    """Draws that are the same in every run."""
    return Random(seed)  # noqa: S311 - nothing is kept secret by it


class RulebookMaker:
    """Draws one rulebook; the same `Random` state gives the same rulebook."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.definitions: list[Definition] = []
        self.aggregated: set[str] = set()

    def make(self, benefits: int) -> Rulebook:
        plain = self.random.randrange(3)
        for number in range(plain + self.random.randrange(3)):
            aggregates = number >= plain
            name = f"def_{number}"
            node = self.bool(2, aggregates) if self.random.random() < 0.7 else self.number(2, aggregates)
            self.definitions.append(Definition(name, name, node, CITE, ""))
            if aggregates:
                self.aggregated.add(name)
        made: list[Benefit] = []
        bit = 0
        for index in range(benefits):
            benefit = self.benefit(index, bit)
            bit += len(benefit.conditions)
            made.append(benefit)
        return Rulebook(
            pack="random",
            version="1",
            hash="random",
            as_of=dt.date(2026, 11, 1),
            entity="person",
            members=self.random.choice([Const(True, Type.BOOL), Column("alive", Type.BOOL), self.bool(1, False)]),
            applies_to=self.random.choice([Const(True, Type.BOOL), Column("alive", Type.BOOL), self.bool(1, True)]),
            variables=variables(),
            definitions=tuple(self.definitions),
            benefits=tuple(made),
            groups=tuple(self.group(number, benefits) for number in range(self.random.randrange(3))) if benefits > 1 else (),
            caps=tuple(self.cap(number, benefits) for number in range(self.random.randrange(3))),
            parameters={},
            condition_count=bit,
        )

    def benefit(self, index: int, bit: int) -> Benefit:
        if self.random.random() < 0.08:
            return Benefit(f"b{index}", "", index, (), None, Period.MONTH, CITE, in_force=False)
        conditions = tuple(
            Condition(f"c{k}", bit + k, self.bool(self.random.randrange(3), True), CITE, "", "", "", "")
            for k in range(self.random.choice([1, 1, 2, 3]))
        )
        amount = None if self.random.random() < 0.2 else self.number(self.random.randrange(3), True)
        first_by = tuple(self.random.sample(["birth", "grade", "local"], self.random.choice([1, 1, 2])))
        if self.random.random() < 0.7:
            first_by = ()
        return Benefit(f"b{index}", "", index, conditions, amount, Period.MONTH, CITE, in_force=True, first_by=first_by)

    def group(self, number: int, benefits: int) -> ExclusiveGroup:
        among = tuple(self.random.sample(range(benefits), self.random.randint(2, min(4, benefits))))
        return ExclusiveGroup(f"g{number}", self.random.choice(["highest", "first"]), among, self.mate(), CITE)

    def cap(self, number: int, benefits: int) -> Cap:
        among = tuple(self.random.sample(range(benefits), self.random.randint(1, min(4, benefits))))
        total = Const(self.random.choice([0, 150, 400, 900]), Type.MONEY)
        return Cap(f"k{number}", total if self.random.random() < 0.7 else self.number(1, True), among, self.mate(), CITE)

    def mate(self) -> UnknownMate:
        return self.random.choice([UnknownMate.HOLD, UnknownMate.PROVISIONAL])

    def bool(self, depth: int, aggregates: bool) -> Node:
        if depth <= 0:
            return self._bool_leaf(aggregates)
        kind = self.random.randrange(11 if aggregates else 9)
        if kind < 2:
            return And(tuple(self.bool(depth - 1, aggregates) for _ in range(self.random.randint(2, 3))))
        if kind < 4:
            return Or(tuple(self.bool(depth - 1, aggregates) for _ in range(self.random.randint(2, 3))))
        if kind == 4:
            return Not(self.bool(depth - 1, aggregates))
        if kind == 5:
            branches = tuple((self.bool(depth - 1, aggregates), self.bool(depth - 1, aggregates)) for _ in range(2))
            return Case(branches, self.bool(depth - 1, aggregates), Type.BOOL)
        if kind == 6:
            inner = self.bool(depth - 1, aggregates) if self.random.random() < 0.5 else self.number(depth - 1, aggregates)
            return Known(inner)
        if kind == 7:
            return OrElse(self.bool(depth - 1, aggregates), Const(self.random.random() < 0.5, Type.BOOL), Type.BOOL)
        if kind == 8:
            op = self.random.choice(list(Comparison))
            return Compare(op, self.number(depth - 1, aggregates), self.number(depth - 1, aggregates))
        if kind == 9:
            return Aggregate(self.random.choice([AggregateKind.ALL, AggregateKind.ANY]), self.bool(depth - 1, False), Type.BOOL)
        return Compare(self.random.choice(list(Comparison)), self._household_number(), Const(self.random.randrange(4), Type.INT))

    def _bool_leaf(self, aggregates: bool) -> Node:
        named = [d for d in self.definitions if d.node.type is Type.BOOL and (aggregates or d.name not in self.aggregated)]
        kind = self.random.randrange(7)
        if kind == 0 and named:
            return Ref(self.random.choice(named).name, Type.BOOL)
        if kind == 1:
            return Column("urban", Type.BOOL, household=True)
        if kind == 2:
            return In(Column("kind", Type.CODE), tuple(self.random.sample(range(4), self.random.randrange(4))))
        if kind == 3:
            return Compare(
                self.random.choice(list(Comparison)), Column("birth", Type.DATE), Const(self.random.randrange(-5, 6), Type.DATE)
            )
        if kind == 4:
            sides = (Column("local", Type.BOOL), Column("alive", Type.BOOL))
            return Compare(self.random.choice([Comparison.EQ, Comparison.NE]), *sides)
        if kind == 5:
            return Compare(
                self.random.choice(list(Comparison)), Column("grade", Type.INT), Const(self.random.randrange(5), Type.INT)
            )
        return Column(self.random.choice(["alive", "local"]), Type.BOOL)

    def number(self, depth: int, aggregates: bool) -> Node:
        if depth <= 0:
            return self._number_leaf(aggregates)
        kind = self.random.randrange(6 if aggregates else 5)
        if kind < 2:
            op = self.random.choice(list(Arithmetic))
            return Arith(op, self.number(depth - 1, aggregates), self.number(depth - 1, aggregates), Type.MONEY)
        if kind == 2:
            branches = tuple(
                (self.bool(depth - 1, aggregates), self.number(depth - 1, aggregates)) for _ in range(self.random.randint(1, 2))
            )
            return Case(branches, self.number(depth - 1, aggregates), Type.MONEY)
        if kind == 3:
            return OrElse(self.number(depth - 1, aggregates), Const(self.random.randrange(-50, 200), Type.MONEY), Type.MONEY)
        if kind == 4:
            share = (self.random.randrange(8), self.random.randrange(1, 8), self.random.choice(list(Rounding)))
            return Share(self.number(depth - 1, aggregates), *share)
        return self._household_number()

    def _household_number(self) -> Node:
        kind = self.random.choice(
            [AggregateKind.COUNT, AggregateKind.SUM, AggregateKind.MIN, AggregateKind.MAX, AggregateKind.SIZE]
        )
        if kind is AggregateKind.SIZE:
            return Aggregate(kind, None, Type.INT)
        of = self.bool(1, False) if kind is AggregateKind.COUNT else self.number(1, False)
        return Aggregate(kind, of, Type.INT)

    def _number_leaf(self, aggregates: bool) -> Node:
        named = [d for d in self.definitions if d.node.type is not Type.BOOL and (aggregates or d.name not in self.aggregated)]
        kind = self.random.randrange(6)
        if kind == 0 and named:
            chosen = self.random.choice(named)
            return Ref(chosen.name, chosen.node.type)
        if kind == 1:
            return Column("pension", Type.MONEY)
        if kind == 2:
            return Column("rent", Type.MONEY, household=True)
        if kind == 3:
            return Column(self.random.choice(["rooms"]), Type.INT, household=True)
        if kind == 4:
            return Column("grade", Type.INT)
        return Const(self.random.choice([0, 1, 100, 100, 250, -30]), Type.MONEY)


def variables() -> dict[str, Variable]:
    """The data dictionary of random rulebooks, keyed as `Rulebook.variables` is."""
    codes = tuple((kind, kind) for kind in KINDS)
    made = {
        name: Variable(name, type_, "person", name, "民政", values=codes * (type_ is Type.CODE)) for name, type_ in PERSON.items()
    }
    made |= {name: Variable(name, type_, "household", name, "民政") for name, type_ in HOUSEHOLD.items()}
    return made


def random_population(seed: int, households: int, *, missing: float, ordered_ids: bool = False) -> Population:
    """Small domains, so that equal keys, ties and thresholds are hit often; `missing` is the share of unknown facts."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice([1, 1, 2, 2, 3, 4, 7], households)
    size = int(sizes.sum())
    starts = np.concatenate([[0], np.cumsum(sizes[:-1])]).astype(np.int64) if households else np.zeros(0, np.int64)
    ids = np.arange(1, size + 1) if ordered_ids else rng.permutation(size) + 1

    def column(type_: Type, count: int) -> ColumnData:
        values = {
            Type.BOOL: lambda: rng.random(count) < 0.7,
            Type.INT: lambda: rng.integers(0, 5, count).astype(np.int32),
            Type.CODE: lambda: rng.integers(0, 4, count).astype(np.int8),
            Type.MONEY: lambda: rng.integers(-40, 400, count),
            Type.DATE: lambda: rng.integers(-6, 7, count).astype(np.int32),
        }[type_]()
        if not missing or rng.random() < 0.2:
            return ColumnData(values)
        known = rng.random(count) >= missing
        scrambled = np.where(known, values, rng.permutation(values))  # what stands where nothing is known must not matter
        return ColumnData(scrambled, known)

    persons = {name: column(type_, size) for name, type_ in PERSON.items()}
    shared = {name: column(type_, households) for name, type_ in HOUSEHOLD.items()}
    return Population(ids.astype(np.int64), starts, persons, shared)
