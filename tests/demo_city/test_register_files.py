"""Files of registers: printed numbers come out exactly, of every city, and the same city gives the same rows."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest
from django.conf import settings

from songhe.demo_city.areas import build_areas
from songhe.demo_city.plan import read_plan
from songhe.demo_city.register_files import deal, facility_rows, number_rows, write_register_files
from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.pack import Pack

DAY = dt.date(2026, 11, 21)
CITIES = ("dawukou", "qidong", "qingtongxia", "weihai", "xuchang")


@lru_cache(maxsize=8)
def _pack(city: str) -> Pack:
    return load_pack(read_folder(Path(settings.PACKS), city), city)


def _facilities(city: str) -> list[dict[str, str]]:
    pack = _pack(city)
    plan = read_plan(pack.demo)
    return facility_rows(pack, build_areas(plan, code=pack.place.code, name=pack.place.name, elders=plan.elders))


def _sum(rows: list[dict[str, str]], field: str, **only: str) -> int:
    return sum(int(row[field]) for row in rows if row.get(field) and all(row.get(name) == value for name, value in only.items()))


def test_qingtongxia_has_the_printed_beds_homes_and_meal_points() -> None:
    rows = _facilities("qingtongxia")
    homes = {"kind": "养老机构"}
    assert (_sum(rows, "beds", **homes), _sum(rows, "nursing_beds", **homes), _sum(rows, "beds")) == (1120, 476, 1581)
    assert round(100 * _sum(rows, "vacant_beds", **homes) / 1120) == 69
    assert [row["name"] for row in rows[:2]] == ["中心敬老院", "第三敬老院"]
    assert sum(int(row["beds"]) for row in rows[:2]) == 254
    kinds = Counter(row["kind"] for row in rows)
    assert (kinds["社区日间照料中心"], kinds["老年助餐点"], kinds["老年大学"]) == (15, 11, 2)
    assert Counter(row["operating"] for row in rows if row["kind"] == "老年助餐点") == {"是": 10, "否": 1}
    assert len({row["place"] for row in rows if row["kind"] == "社区日间照料中心"}) == 15  # of 25 communities: 60 %
    assert len({row["place"] for row in rows if row["kind"] == "老年助餐点"}) == 11  # of 84 villages: 13 %


def test_xuchang_has_the_printed_homes_beds_stars_and_places() -> None:
    rows = _facilities("xuchang")
    homes = [row for row in rows if row["kind"] == "养老机构"]
    assert (len(homes), _sum(homes, "beds"), _sum(homes, "nursing_beds")) == (196, 24285, 12450)
    rural = [row for row in homes if row["home_type"] == "农村敬老院"]
    assert (_sum(rural, "beds"), sum(row["run_by"] == "公建民营" for row in rural)) == (9138, 59)
    assert (sum(row["combined_care"] == "是" for row in homes), _sum(homes, "beds", combined_care="是")) == (9, 4925)
    assert Counter(row["star"] for row in homes) == {"3": 9, "2": 7, "0": 180}
    assert _sum(rows, "places") == 14798
    kinds = Counter(row["kind"] for row in rows)
    assert (kinds["社区日间照料中心"], kinds["农村幸福院"], kinds["老年助餐点"], kinds["托育机构"]) == (663, 354, 7, 358)
    assert sum(row.get("filed") == "是" for row in rows if row["kind"] == "托育机构") == 6


@pytest.mark.parametrize("city", CITIES)
def test_no_part_is_greater_than_its_whole_and_no_two_facilities_share_a_number(city: str) -> None:
    rows = _facilities(city)
    assert len({(row["code"], row["year"]) for row in rows}) == len(rows) > 0
    assert len({row["name"] for row in rows}) == len(rows)
    for row in rows:
        beds = int(row.get("beds") or 0)
        assert int(row.get("nursing_beds") or 0) <= beds
        assert int(row.get("residents") or 0) + int(row.get("vacant_beds") or 0) <= beds
        assert int(row.get("certified_care_workers") or 0) <= int(row.get("care_workers") or 0)


def test_printed_figures_become_returns_with_their_source() -> None:
    rows = {(row["code"], row["period"]): row for row in number_rows(_pack("qingtongxia"))}
    people = rows["resident_population", "2020"]
    assert (people["value"], people["unit"], people["approx"], people["assumed"]) == ("24.4", "万人", "是", "否")
    assert people["source"].startswith("《青铜峡市积极应对人口老龄化")
    assert {period for code, period in rows if code == "gdp"} == {"2020", "2021"}
    assert rows["lottery_fund", "2020"]["assumed"] == "是"


def test_a_total_is_dealt_out_exactly() -> None:
    assert deal(10, [1, 1, 1]) == [4, 3, 3]
    assert deal(0, [5, 3]) == [0, 0]
    assert deal(7, [0, 0]) == [4, 3]
    assert sum(deal(1120, [3, 5, 7, 4, 6, 3, 5, 7])) == 1120


def test_the_same_city_gives_the_same_files(tmp_path: Path) -> None:
    from songhe.demo_city.build import build_tables

    pack = _pack("qingtongxia")
    plan = read_plan(pack.demo)
    written = []
    for run in ("a", "b"):
        made = build_tables(
            plan, (), pack.variables_of("person"), code=pack.place.code, name=pack.place.name, as_of=DAY, scale=0.02
        )
        written.append(write_register_files(pack, made, tmp_path / run, DAY))
    first, second = written
    assert [(file.register, file.path.name, file.rows) for file in first] == [(f.register, f.path.name, f.rows) for f in second]
    assert {file.register for file in first} == {
        "facility_returns",
        "department_returns",
        "left_behind",
        "disability_dementia",
        "health_record",
    }
    for one, other in zip(first, second, strict=True):
        if one.path.suffix == ".csv":
            assert one.path.read_bytes() == other.path.read_bytes()
    assert all(file.rows > 0 for file in first)
    assert dt.date(2020, 1, 1) < DAY
