"""What a demo city is built from adds up, and agrees with the figures that its plan prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from songhe.demo_city.areas import Node, build_areas
from songhe.demo_city.plan import CityPlan, read_plan
from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import Pack, load_pack
from tests.packs.reference import CITIES, PACKS


@cache
def pack(city: str) -> Pack:
    return load_pack(read_folder(PACKS, city), city)


def plan(city: str) -> CityPlan:
    return read_plan(pack(city).demo)


def areas(city: str) -> list[Node]:
    place = pack(city).place
    return list(build_areas(plan(city), code=place.code, name=place.name, elders=plan(city).elders).walk())


def printed(city: str, figure: str) -> float:
    value = next(entry.value for entry in pack(city).figures if entry.id == figure)
    assert value is not None
    return value


@pytest.mark.parametrize("city", CITIES.values())
def test_every_block_of_shares_adds_up_to_a_thousand(city: str) -> None:
    of = plan(city)
    blocks: list[Mapping[Any, float]] = [of.sex, of.household_sizes, of.living, of.assistance, *of.codes.values()]
    assert [sum(block.values()) for block in blocks] == [1000] * len(blocks)
    assert sum(band.weight for band in of.age_bands) in (1000, of.elders)  # per mille, or exact counts
    assert [sum(band.shares) for band in of.ability] == [1000] * len(of.ability)
    assert of.living["alone"] <= of.household_sizes[1]


@pytest.mark.parametrize("city", CITIES.values())
def test_no_two_places_of_a_city_have_the_same_name_within_their_parent(city: str) -> None:
    for node in areas(city):
        names = [child.name for child in node.children]
        assert sorted(set(names)) == sorted(names)


def test_qingtongxia_has_the_elders_that_its_plan_prints() -> None:
    of = plan("qingtongxia")
    assert of.elders == printed("qingtongxia", "B000-23") == 42034
    assert sum(band.weight for band in of.age_bands) == of.elders
    assert sum(band.weight for band in of.age_bands if band.low >= 80) == printed("qingtongxia", "B000-09") == 4168
    assert sum(band.weight for band in of.age_bands if band.low >= 100) == printed("qingtongxia", "B000-11") == 7


def test_qingtongxia_has_the_places_that_its_plan_prints() -> None:
    kinds = Counter(node.kind for node in areas("qingtongxia"))
    assert kinds["town"] == printed("qingtongxia", "B000-32") + printed("qingtongxia", "B000-33") == 10
    assert kinds["street"] == printed("qingtongxia", "B000-34") == 1
    assert kinds["community"] == printed("qingtongxia", "B000-35") == 25
    assert kinds["village"] == printed("qingtongxia", "B000-36") == 84
    names = [node.name for node in areas("qingtongxia")]
    assert len(set(names)) == len(names)


def test_qingtongxia_has_the_disabled_that_its_plan_prints() -> None:
    of = plan("qingtongxia")
    counts = {counted.grades: counted.count for counted in of.ability_counts}
    assert (
        counts
        == {(4,): printed("qingtongxia", "B000-14"), (2, 3): printed("qingtongxia", "B000-12")}
        == {(4,): 676, (2, 3): 1063}
    )


def test_dawukou_prints_no_figure_at_all() -> None:
    assert pack("dawukou").figures == ()
