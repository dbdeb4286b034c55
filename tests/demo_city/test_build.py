"""The demo city is the size and shape that the pack asks for, and its files are repeatable."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from songhe.basics.identifiers import parse_resident_id
from songhe.demo_city.areas import build_areas
from songhe.demo_city.build import DemoCity, build_city
from songhe.demo_city.circumstances import build_facts
from songhe.demo_city.plan import read_plan
from songhe.demo_city.residents import LIVING, build_residents
from tests.demo_city.city import DEMO, layouts, variables

DAY = dt.date(2026, 11, 21)


def built(folder: Path, seed: int = 7) -> DemoCity:
    return build_city(read_plan(DEMO), layouts(), variables(), folder, code="999900", name="试验市", as_of=DAY, seed=seed)


def rows_of(city: DemoCity, department: str) -> list[dict[str, str]]:
    path = next(file.path for file in city.files if file.department == department)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def age(birth: str) -> int:
    year, month, day = (int(part) for part in birth.split("-"))
    return DAY.year - year - ((DAY.month, DAY.day) < (month, day))


def test_ages_and_sexes_are_exactly_as_asked(tmp_path: Path) -> None:
    city = built(tmp_path)
    elders = [row for row in rows_of(city, "police") if age(row["出生日期"]) >= 60]
    assert city.elders == len(elders) == 5000
    bands = Counter(min(max(age(row["出生日期"]) // 10, 6), 10) for row in elders)
    assert bands[6] == 2800
    assert bands[7] == 1500
    assert bands[8] + bands[9] == 690
    assert bands[10] == 10
    men = sum(row["性别"] == "男" for row in elders)
    assert abs(men - 2400) <= 8  # rounding of the fitted cells, one a band at most


@pytest.mark.parametrize(("grades", "count"), [([2, 3], 40), ([2, 3], 400), ([4], 201), ([4], 3), ([1], 3000)])
def test_as_many_are_known_to_have_a_grade_as_is_printed(grades: list[int], count: int) -> None:
    plan = read_plan({**DEMO, "ability": {**DEMO["ability"], "counts": [{"grades": grades, "count": count}]}})
    rng = np.random.default_rng(5)
    people = build_residents(rng, plan, np.array([2000, 3000]), DAY)
    facts = build_facts(rng, plan, people, np.array([False, True]), np.array(["", ""]))
    known = np.isin(facts["ability_grade"], grades) & facts["assessed"] & people.elder
    assert known.sum() == count


def test_counts_of_several_grades_hold_together() -> None:
    counts = [{"grades": [2, 3], "count": 90}, {"grades": [4], "count": 17}]
    plan = read_plan({**DEMO, "ability": {**DEMO["ability"], "counts": counts}})
    rng = np.random.default_rng(5)
    people = build_residents(rng, plan, np.array([2000, 3000]), DAY)
    facts = build_facts(rng, plan, people, np.array([False, True]), np.array(["", ""]))
    known = facts["ability_grade"][facts["assessed"] & people.elder]
    assert (np.isin(known, [2, 3]).sum(), (known == 4).sum()) == (90, 17)


def test_living_arrangement_and_size_fit_together() -> None:
    plan = read_plan(DEMO)
    people = build_residents(np.random.default_rng(3), plan, np.array([2000, 3000]), DAY)
    elder = people.elder
    assert elder.sum() == 5000
    shares = np.bincount(people.living[elder], minlength=4) / 5000
    wanted = [plan.living[kind] / 1000 for kind in LIVING]
    np.testing.assert_allclose(shares, wanted, atol=0.01)
    sizes = np.bincount(people.household)
    assert (sizes[people.household[people.living == 0]] == 1).all()
    assert (sizes[people.household[people.living == 1]] == 2).all()
    assert (sizes[people.household] == people.size).all()
    assert np.bincount(people.community[elder]).tolist() == [2000, 3000]
    heads = np.bincount(people.household[people.relation == 0])
    assert (heads == 1).all()


def test_every_number_is_valid_unique_and_of_no_place(tmp_path: Path) -> None:
    police = rows_of(built(tmp_path), "police")
    numbers = [row["公民身份号码"] for row in police]
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("000000") for number in numbers)
    for row in police[:300]:
        parsed = parse_resident_id(row["公民身份号码"])
        assert parsed.birth_date.isoformat() == row["出生日期"]  # type: ignore[union-attr]


def test_same_seed_same_files_other_seed_other_files(tmp_path: Path) -> None:
    first, again, other = (built(tmp_path / name, seed) for name, seed in (("a", 7), ("b", 7), ("c", 8)))
    for mine, same, different in zip(first.files, again.files, other.files, strict=True):
        if mine.path.suffix == ".csv":
            assert mine.path.read_bytes() == same.path.read_bytes()
            assert mine.path.read_bytes() != different.path.read_bytes()


def test_departments_make_the_mistakes_they_are_known_for(tmp_path: Path) -> None:
    city = built(tmp_path)
    true_names = {row["公民身份号码"]: row["姓名"] for row in rows_of(city, "police")}
    community = rows_of(city, "community")
    numbers = [row["身份证号"] for row in community]
    assert any(len(number) == 15 for number in numbers)
    assert "" in numbers
    assert any("E+" in number for number in numbers)
    assert any(true_names.get(row["身份证号"], row["姓名"]) != row["姓名"] for row in community)


def test_areas_are_named_numbered_and_drawn() -> None:
    city = build_areas(read_plan(DEMO), code="999900", name="试验市", elders=5000)
    nodes = list(city.walk())
    assert len({node.code for node in nodes}) == len(nodes) == 15
    assert [(town.name, town.elders) for town in city.children] == [("甲镇", 2000), ("乙街道", 3000)]
    first = city.children[0]
    assert [c.kind for c in first.children] == ["community"] * 3 + ["village"] * 7
    assert sum(c.elders for c in first.children if c.kind == "village") == pytest.approx(1400, abs=1)
    assert all(town.outline for town in city.children)


def test_a_plan_that_lacks_a_block_says_which() -> None:
    with pytest.raises(ValueError, match="household_sizes"):
        read_plan({key: value for key, value in DEMO.items() if key != "household_sizes"})
