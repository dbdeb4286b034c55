"""Census rounds over the API: how far they are, which facts are missing or stale of whom, page by page and area by area."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.people import actions
from songhe.contexts.people.models import Person, Record
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from tests.api.conftest import Caller, Town
from tests.contexts.entitlements.conftest import CITY, DAY, OTHER_TOWN, TOWN

LONG_AGO, LATELY = DAY - dt.timedelta(days=400), DAY - dt.timedelta(days=10)


def _said(person: int, day: dt.date, **facts: object) -> None:
    """The community stated it, and it counts."""
    found = Person.objects.get(id=person)
    found.facts |= facts
    found.save(update_fields=["facts"])
    Record.objects.create(person=found, department="社区", stated_on=day, received_at=clock.now(), values=facts)


@pytest.fixture
def round_id(town: Town) -> int:
    """Being left behind and meals are asked; of one person both are fresh, of one both are old, of one meals are missing, of the stranger all is."""
    Person.objects.update(facts={"alive": True})
    _said(town.wife, LATELY, left_behind=False, needs_meals=True)
    _said(town.husband, LONG_AGO, left_behind=False, needs_meals=False)
    _said(town.poor, LATELY, left_behind=True)
    given = {"starts_on": DAY, "ends_on": DAY + dt.timedelta(days=30), "refresh_days": 365}
    return actions.open_round(SYSTEM, title="2026年普查", area_path=CITY, variables=("left_behind", "needs_meals"), **given)  # type: ignore[arg-type]


def _short(item: dict) -> tuple[str, list[str], list[tuple[str, str | None]]]:  # type: ignore[type-arg]
    """The name, what is missing, what is stale since when."""
    stale = [(fact["variable"], fact["said_on"]) for fact in item["stale"]]
    return item["person"]["name"], [fact["variable"] for fact in item["missing"]], stale


def test_gaps_follow_page_by_page_and_say_what_is_missing_and_what_is_stale(city_caller: Caller, round_id: int) -> None:
    found, after = [], None
    while True:
        page = city_caller.get(f"/rounds/{round_id}/gaps", limit=1, **({"after": after} if after else {})).json()
        found += [_short(item) for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == [
        ("张建明", ["needs_meals"], []),
        ("李国华", [], [("left_behind", LONG_AGO.isoformat()), ("needs_meals", LONG_AGO.isoformat())]),
        ("王玉珍", ["left_behind", "needs_meals"], []),
    ]
    first = city_caller.get(f"/rounds/{round_id}/gaps").json()["items"][0]
    assert "id" not in first["person"]
    assert first["missing"][0]["label"] and first["missing"][0]["said_on"] is None


def test_a_round_says_how_far_it_is(city_caller: Caller, round_id: int) -> None:
    assert [(each["id"], each["title"], each["overdue"]) for each in city_caller.get("/rounds").json()] == [
        (round_id, "2026年普查", False)
    ]
    found = city_caller.get(f"/rounds/{round_id}").json()
    assert sum(place["people"] for place in found["places"]) == 4
    assert sum(place["gaps"] for place in found["places"]) == 3
    assert [(fact["variable"], fact["missing"], fact["stale"]) for fact in found["facts"]] == [
        ("left_behind", 1, 1),
        ("needs_meals", 2, 1),
    ]
    narrowed = city_caller.get(f"/rounds/{round_id}", area=OTHER_TOWN).json()
    assert [(place["people"], place["gaps"]) for place in narrowed["places"]] == [(1, 1)]


def test_a_town_sees_its_own_gaps_only(town_caller: Caller, round_id: int) -> None:
    assert [_short(item)[0] for item in town_caller.get(f"/rounds/{round_id}/gaps").json()["items"]] == ["张建明", "李国华"]
    assert town_caller.get(f"/rounds/{round_id}/gaps", area=OTHER_TOWN).json()["items"] == []  # nobody of another town is told
    assert {place["area_path"].startswith(TOWN) for place in town_caller.get(f"/rounds/{round_id}").json()["places"]} == {True}


def test_refusals(city_caller: Caller, rules_caller: Caller, round_id: int) -> None:
    for path in ("/rounds", f"/rounds/{round_id}", f"/rounds/{round_id}/gaps"):
        assert rules_caller.get(path).status_code == 403
    missing = city_caller.get(f"/rounds/{round_id + 1}/gaps")
    assert (missing.status_code, missing.json()["code"]) == (404, "round_not_found")
    for wrong in ({"after": "x"}, {"limit": 0}, {"limit": 201}, {"colour": "red"}):
        assert city_caller.get(f"/rounds/{round_id}/gaps", **wrong).status_code == 422
    assert city_caller.get("/rounds/0/gaps").status_code == 422
