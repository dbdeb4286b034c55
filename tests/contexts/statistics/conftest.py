"""A city of two towns and forty people whose facts differ, three facilities, two published numbers; decided once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.conf import settings

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.people.models import Household, Person
from songhe.contexts.places.models import Area
from songhe.contexts.policy_library.actions import load_folder
from songhe.contexts.registers import actions as registers
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Role

CITY = "640381/"
TOWN = CITY + "640381001/"
VILLAGE = TOWN + "640381001001/"
COMMUNITY = TOWN + "640381001002/"
STREET = CITY + "640381002/"
OTHER = STREET + "640381002001/"
DAY = dt.date(2026, 11, 21)
ASSISTANCE = ("none", "tekun", "dibao", "none", "dibao_margin")


def actor(role: Role, path: str) -> Actor:
    return Actor(id=7, name="试验员", kind="user", grants=(Grant(role, path),))


OFFICER = actor(Role.CITY_OFFICER, CITY)
CLERK = actor(Role.STREET_CLERK, TOWN)
WORKER = actor(Role.COMMUNITY_WORKER, COMMUNITY)


def areas() -> dict[str, Area]:
    city = Area.objects.create(code="640381", name="试验市", level="city", path=CITY)
    town = Area.objects.create(code="640381001", name="甲镇", level="town", path=TOWN, parent=city)
    street = Area.objects.create(code="640381002", name="乙街道", level="town", path=STREET, parent=city)
    found = {}
    for path, name, parent, rural in (
        (VILLAGE, "一村", town, True),
        (COMMUNITY, "二社区", town, False),
        (OTHER, "三社区", street, False),
    ):
        code = path.rstrip("/").split("/")[-1]
        found[path] = Area.objects.create(code=code, name=name, level="community", path=path, parent=parent, rural=rural)
    return found


def facts_of(k: int) -> dict[str, object]:
    """The facts of the k-th person; every sixth ability and every fifth contract is unknown, the thirteenth has died."""
    born = dt.date(2026 - (40 if k % 7 == 6 else 60 + k), 11, 21 if k % 2 else 22)
    known: dict[str, object] = {
        "birth_date": born.isoformat(), "sex": "female" if k % 2 else "male", "alive": k != 13, "resident_here": k % 9 != 0,
        "registered_here": k % 8 != 0, "rural": k % 3 == 0, "assistance": ASSISTANCE[k % 5],
        "tekun_support": "collective" if k % 2 else "dispersed", "wishes_collective": k % 2 == 1, "unable_self_care": k % 4 == 0,
        "lives_alone": k % 4 == 0, "home_adapted": k % 5 == 0,
    }  # fmt: skip
    if k % 6:
        known["ability_grade"] = k % 5
    if k % 5:
        known["family_doctor"] = k % 2 == 0
    if k % 3:
        known["health_check_date"] = f"2026-0{1 + k % 9}-01" if k % 2 else "2024-05-01"
    return known


def build_people(at: dict[str, Area]) -> list[Person]:
    """Forty people, two a household, in three communities."""
    made: list[Person] = []
    paths = (VILLAGE, COMMUNITY, OTHER)
    for h in range(20):
        area = at[paths[h % 3]]
        facts = {"size": 2} | ({"income_per_head": 90_000} if h % 2 else {})
        home = Household.objects.create(key=f"H{h}", area=area, area_path=area.path, facts=facts, changed_at=clock.now())
        for k in (2 * h, 2 * h + 1):
            known = facts_of(k)
            made.append(
                Person.objects.create(
                    household=home, area=area, area_path=area.path, name=f"王{k}", birth_date=dt.date.fromisoformat(str(known["birth_date"])),
                    sex=str(known["sex"]), facts=known, changed_at=clock.now(),
                )
            )  # fmt: skip
    return made


def facility(path: str, code: str, year: int, **fields: object) -> None:
    values = {"code": code, "year": year, "name": f"设施{code}", "kind": "home", "operating": True} | fields
    registers.add_entry(SYSTEM, register="facility_returns", values=values, area_path=path)


def returned(code: str, period: str, value: str, unit: str) -> None:
    values = {"code": code, "period": period, "name": code, "department": "统计", "value": value, "unit": unit, "source": "年鉴"}
    registers.add_entry(SYSTEM, register="department_returns", values=values, area_path=CITY)


def build_registers() -> None:
    """Two homes (one has reported twice), a day-care centre that is closed, and the population twice."""
    facility(VILLAGE, "a", 2024, beds=999, nursing_beds=999, residents=0, vacant_beds=999)
    facility(
        VILLAGE,
        "a",
        2025,
        beds=100,
        nursing_beds=40,
        residents=25,
        vacant_beds=70,
        grade=1,
        care_workers=10,
        certified_care_workers=9,
    )
    facility(OTHER, "b", 2025, beds=60, nursing_beds=20, residents=20, vacant_beds=40, grade=0, care_workers=5)
    facility(COMMUNITY, "c", 2025, kind="day_care", rural=False, operating=False)
    facility(OTHER, "d", 2025, kind="day_care", rural=False)
    returned("resident_population", "2019", "0.9", "万人")
    returned("resident_population", "2020", "0.02", "万人")


@pytest.fixture
def stopped() -> Iterator[None]:
    with clock.frozen(DAY):
        yield


@pytest.fixture
def people(stopped: None, db: None) -> list[Person]:
    """The people, undecided."""
    at = areas()
    load_folder(SYSTEM, root=settings.PACKS, city="qingtongxia")
    return build_people(at)


@pytest.fixture
def city(people: list[Person]) -> list[Person]:
    """The people, decided once, with registers."""
    build_registers()
    entitlements.determine_city(SYSTEM, cause="试验")
    return people
