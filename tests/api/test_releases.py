"""Releases over the API: the list, one with its dimensions, a table; refusals."""

from __future__ import annotations

import pytest

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.people.models import Household, Person
from songhe.contexts.places.models import Area
from songhe.contexts.statistics import actions
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from tests.api.conftest import Caller
from tests.contexts.entitlements.conftest import CITY, Town

SECOND = Actor(id=99, name="复核员", kind="user", grants=(Grant(Role.CITY_OFFICER, CITY),))


@pytest.fixture
def published(town: Town) -> int:
    """Twenty-four more elders, half of them men, released."""
    area = Area.objects.filter(level="community").order_by("path").first()
    assert area is not None
    for k in range(24):
        facts = {
            "alive": True,
            "resident_here": True,
            "birth_date": "1950-01-01",
            "sex": "male" if k % 2 else "female",
            "ability_grade": 0,
        }
        home = Household.objects.create(key=f"R{k}", area=area, area_path=area.path, facts={"size": 1}, changed_at=clock.now())
        Person.objects.create(
            household=home, area=area, area_path=area.path, name=f"陈{k}", birth_date=facts["birth_date"], sex=str(facts["sex"]), facts=facts,
            changed_at=clock.now(),
        )  # fmt: skip
    entitlements.determine_city(SYSTEM, cause="试验")
    made = actions.draft_release(SYSTEM, year=clock.today().year)
    actions.check_release(SECOND, release_id=made.id, agrees=True)
    return actions.publish_release(SYSTEM, release_id=made.id).id


def test_a_release_and_its_tables(city_caller: Caller, published: int) -> None:
    (listed,) = city_caller.get("/releases").json()
    assert (listed["id"], listed["state"], listed["corrects"]) == (published, "published", None)
    found = city_caller.get(f"/releases/{published}").json()
    assert found["sha256"] == listed["sha256"] and found["threshold_source"] == "assumed"
    assert "cannot_tell" in [c["id"] for c in next(d for d in found["dimensions"] if d["id"] == "ability")["categories"]]
    assert "age_sex" in [table["id"] for table in found["tables"]]
    table = city_caller.get(f"/releases/{published}/tables/age_sex").json()
    assert [c["id"] for c in table["columns"]["categories"]] == ["male", "female", "cannot_tell"]
    assert all(cell is None or cell == 0 or cell >= 10 for line in table["cells"] for cell in line)
    assert sum(cell or 0 for line in table["cells"] for cell in line) <= found["total"]


def test_what_is_not_there_is_refused(city_caller: Caller, town_caller: Caller, published: int) -> None:
    assert city_caller.get("/releases/999999").json()["code"] == "release_unknown"
    assert city_caller.get(f"/releases/{published}/tables/moon").status_code == 404
    assert city_caller.get("/releases", page=2).status_code == 422
    actions.draft_release(SYSTEM, year=clock.today().year, corrects=published, reason="补录")
    assert [row["state"] for row in town_caller.get("/releases").json()] == ["published"]
    assert sorted(row["state"] for row in city_caller.get("/releases").json()) == ["draft", "published"]
