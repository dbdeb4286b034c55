"""Counting: three-valued conditions over persons, households, areas and entries; sums; areas above; what cannot be told counts apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from songhe.basics.ages import to_days
from songhe.engines.policy.counting import Compiler, SourceRows, SourceTests, Tally, judge, tally
from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.population import ColumnData, Population
from tests.engines.policy.small_pack import DAY, files
from tests.engines.policy.test_indicator_checks import LEDGER

HEAD = 'theme: 人口, version: "1", scope: 全市, definition: 试验, source: assumed, note: 试验'
INDICATORS = f"""\
graded: {{title: 甲, unit: "%", per: 100, {HEAD}, numerator: {{of: person, where: "alive and grade >= 2"}}, denominator: {{of: person, where: alive}}}}
poor_homes: {{title: 乙, unit: 户, {HEAD}, numerator: {{of: household, where: "hh_any(grade >= 2) and household.income < money('1000.00')"}}}}
named: {{title: 丙, unit: 个, {HEAD}, numerator: {{of: "register:ledger", where: "name in ('x', 'y') and latest", total: amount}}}}
covered: {{title: 丁, unit: "%", per: 100, {HEAD}, numerator: {{of: area, where: "level = 'town'", having: {{of: "register:ledger", where: "kind = 'a'"}}}},
  denominator: {{of: area, where: "level = 'town'"}}}}
"""


def small() -> Pack:
    return load_pack(files() | {"city/indicators.yaml": INDICATORS, "city/registers/ledger.yaml": LEDGER}, "city")


def column(values: Sequence[object], kind: type = np.int64) -> ColumnData:
    """None is unknown."""
    known = np.array([value is not None for value in values])
    return ColumnData(np.array([0 if value is None else value for value in values]).astype(kind), known)


def people() -> SourceRows:
    """Two households in one village, one in another: grades 2, unknown, 0 | 3 | unknown (dead); incomes 900, 1100 and unknown."""
    born = to_days(DAY) - 70 * 366
    persons = {
        "birth_date": column([born] * 5), "alive": column([1, 1, 1, 1, 0], np.bool_), "grade": column([2, None, 0, 3, None]),
    }  # fmt: skip
    population = Population(
        np.arange(11, 16),
        np.array([0, 3, 4]),
        persons,
        {"income": column([90_000, 110_000, None]), "rented": column([0, 0, 0], np.bool_)},
    )
    return SourceRows(population, population.person_id, np.array([0, 0, 0, 1, 1], np.int32), ("c/t/a/", "c/u/b/"), {})


def homes() -> SourceRows:
    rows = people()
    return SourceRows(rows.population, np.array([1, 2, 3]), np.array([0, 1, 1], np.int32), rows.areas, {})


def entries(tests: SourceTests) -> SourceRows:
    """x with 2 and y with an unknown amount in one town, z in the other; kinds a, unknown, b."""
    words = [word for word, _ in tests.rulebook.variables["name"].values]
    named = column([words.index("x"), words.index("y"), len(words) - 1])
    facts = {"name": named, "kind": column([0, None, 1]), "latest": column([1, 1, 1], np.bool_)}
    population = Population(np.array([5, 6, 7]), np.arange(3), facts, {})
    totals = {"amount": (np.array([2, 0, 9]), np.array([True, False, True]))}
    return SourceRows(population, population.person_id, np.array([0, 1, 1], np.int32), ("c/t/", "c/u/"), totals)


def towns() -> SourceRows:
    facts = {"level": column([2, 2, 2])}
    population = Population(np.array([1, 2, 3]), np.arange(3), facts, {})
    return SourceRows(population, population.person_id, np.arange(3, dtype=np.int32), ("c/t/", "c/u/", "c/v/"), {})


def counted(*names: str) -> dict[str, Tally]:
    pack = small()
    judged = []
    for tests in Compiler(pack, DAY).tests([pack.indicators[name] for name in names]):
        rows = (
            {"person": people, "household": homes, "area": towns}[tests.of]()
            if tests.of in ("person", "household", "area")
            else entries(tests)
        )
        judged.append((tests, rows, judge(tests, rows)))
    return dict(tally(judged))


def test_persons_are_counted_by_area_and_all_areas_above() -> None:
    found = counted("graded")["graded"]
    assert found.numerator == {"c/t/a/": 1, "c/t/": 1, "c/": 2, "c/u/b/": 1, "c/u/": 1}
    assert found.denominator == {"c/t/a/": 3, "c/t/": 3, "c/": 4, "c/u/b/": 1, "c/u/": 1}
    assert found.unknown == {"c/t/a/": 1, "c/t/": 1, "c/": 1}  # the dead person's grade does not matter


def test_households_are_counted_once_each() -> None:
    found = counted("poor_homes")["poor_homes"]
    assert found.numerator == {"c/t/a/": 1, "c/t/": 1, "c/": 1}
    assert found.denominator is None
    assert found.unknown == {}  # nobody alive in the third has a grade, so its income does not matter


def test_sums_leave_an_unknown_amount_apart() -> None:
    found = counted("named")["named"]
    assert found.numerator == {"c/t/": 2, "c/": 2}
    assert found.rows == {"c/t/": 1, "c/": 1}
    assert found.unknown == {"c/u/": 1, "c/": 1}


def test_an_area_counts_that_has_a_row_and_cannot_be_told_where_a_row_may_be_one() -> None:
    found = counted("covered")["covered"]
    assert found.numerator == {"c/t/": 1, "c/": 1}
    assert found.denominator == {"c/t/": 1, "c/u/": 1, "c/v/": 1, "c/": 3}
    assert found.unknown == {"c/u/": 1, "c/": 1}
