"""Every numeric target and every printed figure of the five plans points to an indicator that compiles, in a unit that can be brought together."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest

from songhe.contexts.statistics.queries.printed import in_unit
from songhe.engines.policy.counting import SIDES, Compiler
from songhe.engines.policy.files import read_folder
from songhe.engines.policy.indicator_checks import check_indicators
from songhe.engines.policy.loading import Pack, load_pack
from tests.packs.reference import CITIES, PACKS

TODAY = dt.date(2026, 11, 21)


@cache
def pack(city: str) -> Pack:
    return load_pack(read_folder(PACKS, city), city)


@pytest.mark.parametrize("city", CITIES.values())
def test_every_target_with_a_number_is_measured_by_an_indicator(city: str) -> None:
    assert [t.id for t in pack(city).targets if t.value is not None and t.measured_by not in pack(city).indicators] == []


@pytest.mark.parametrize("city", CITIES.values())
def test_every_printed_figure_has_an_indicator_in_its_unit(city: str) -> None:
    for figure in pack(city).figures:
        assert figure.measures is not None and figure.measures in pack(city).indicators, figure.id
        if figure.value is not None:
            assert in_unit(figure, pack(city).indicators[figure.measures].unit) is not None, figure.id


@pytest.mark.parametrize("city", CITIES.values())
def test_every_expression_compiles_and_nothing_is_found_wrong(city: str) -> None:
    assert list(check_indicators(pack(city), TODAY)) == []
    compiled = Compiler(pack(city), TODAY).tests(pack(city).indicators.values())
    counted = {test.indicator for tests in compiled for test in tests.tests}
    assert counted == {name for name, entry in pack(city).indicators.items() if not entry.needs}


@pytest.mark.parametrize("city", CITIES.values())
def test_an_indicator_is_counted_or_says_what_it_waits_for(city: str) -> None:
    for name, entry in pack(city).indicators.items():
        assert (entry.numerator is None) == bool(entry.needs), name
        assert entry.needs == "" or entry.needs.endswith(("计算", "现状统计", "核对上限", "不另外统计")) or "：" in entry.needs, (
            name
        )


def test_a_lower_vacancy_is_better() -> None:
    assert pack("qingtongxia").indicators["vacancy_rate"].direction == "down"


def test_all_targets_of_the_five_plans_are_numerous_enough() -> None:
    numeric = [t for city in CITIES.values() for t in pack(city).targets if t.value is not None]
    measured = {t.measured_by for t in numeric}
    assert len(numeric) == 177
    assert len(measured) > 80


@pytest.mark.parametrize(
    ("city", "ids"), [("qingtongxia", [f"C000-{n}" for n in range(1, 9)]), ("xuchang", ["C001-1", "C001-2"]), ("dawukou", [])]
)
def test_contradictions_are_kept_with_both_computations(city: str, ids: list[str]) -> None:
    assert [entry.id for entry in pack(city).contradictions] == ids
    assert all(entry.cited.note for entry in pack(city).contradictions)


@pytest.mark.parametrize("side", SIDES)
def test_shares_have_both_sides(side: str) -> None:
    for name, entry in pack("xuchang").indicators.items():
        if entry.per in (100, 1000, 10_000) and not entry.needs:
            assert getattr(entry, side) is not None, name
