"""A town of three households, a pack in use, and actors who may or may not look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings

from songhe.contexts.people.models import Household, Person
from songhe.contexts.places.models import Area
from songhe.contexts.policy_library.actions import load_folder
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Role

CITY = "640381/"
TOWN = CITY + "640381001/"
OTHER_TOWN = CITY + "640381002/"
DAY = dt.date(2026, 11, 21)
SETTLED = {
    "alive": True,
    "registered_here": True,
    "resident_here": True,
    "rural": False,
    "assistance": "none",
    "ability_grade": 0,
    "unable_self_care": False,
    "ltc_benefit": False,
    "in_institution": False,
    "disability_grade": 0,
    "family_planning": "none",
    "lives_alone": False,
    "empty_nest": False,
    "left_behind": False,
    "mobility_difficulty": False,
}


@dataclass(frozen=True)
class Town:
    """Numbers of the people made: a woman of 85, her husband of 79, a poor man of unknown ability, a woman of the other town."""

    wife: int
    husband: int
    poor: int
    stranger: int
    home: int


def person(household: Household, name: str, birth: str, **facts: object) -> Person:
    known = SETTLED | {"birth_date": birth, "sex": "female"} | facts
    return Person.objects.create(
        household=household,
        area=household.area,
        area_path=household.area_path,
        name=name,
        birth_date=dt.date.fromisoformat(birth),
        sex="female",
        facts={key: value for key, value in known.items() if value is not None},
        changed_at=clock.now(),
    )


def areas() -> dict[str, Area]:
    city = Area.objects.create(code="640381", name="试验市", level="city", path=CITY)
    made = {}
    for path, name in ((TOWN, "甲镇"), (OTHER_TOWN, "乙镇")):
        code = path.split("/")[1]
        town = Area.objects.create(code=code, name=name, level="town", path=path, parent=city)
        made[path] = Area.objects.create(
            code=code + "001", name=name + "一村", level="community", path=f"{path}{code}001/", parent=town, rural=True
        )
    return made


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with clock.frozen(DAY):
        at = areas()
        load_folder(SYSTEM, root=settings.PACKS, city="qingtongxia")
        homes = [
            Household.objects.create(
                key=f"H{k}", area=at[path], area_path=at[path].path, facts={"size": size}, changed_at=clock.now()
            )
            for k, (path, size) in enumerate(((TOWN, 2), (TOWN, 1), (OTHER_TOWN, 1)))
        ]
        wife = person(homes[0], "吴秀兰", "1941-06-01")
        husband = person(homes[0], "李国华", "1947-06-01", sex="male")
        poor = person(
            homes[1],
            "张建明",
            "1950-01-01",
            assistance="dibao",
            ability_grade=None,
            unable_self_care=None,
            lives_alone=True,
            empty_nest=True,
        )
        stranger = person(homes[2], "王玉珍", "1940-01-01")
        yield Town(wife.id, husband.id, poor.id, stranger.id, homes[0].id)


def actor(role: Role, path: str) -> Actor:
    return Actor(id=7, name="试验员", kind="user", grants=(Grant(role, path),))


@pytest.fixture
def city_officer() -> Actor:
    return actor(Role.CITY_OFFICER, CITY)


@pytest.fixture
def clerk() -> Actor:
    """Of the first town only."""
    return actor(Role.STREET_CLERK, TOWN)
