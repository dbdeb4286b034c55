"""Indicators over the API: figures, one with its course, rows by keyset; areas and refusals."""

from __future__ import annotations

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.statistics import actions
from songhe.foundation.access import SYSTEM
from songhe.foundation.models import AuditEntry
from tests.api.conftest import Caller
from tests.contexts.entitlements.conftest import CITY, OTHER_TOWN, TOWN, Town


def count() -> None:
    entitlements.determine_city(SYSTEM, cause="试验")
    actions.compute_figures(SYSTEM)


def test_every_indicator_has_its_state(city_caller: Caller) -> None:
    count()
    listed = {entry["id"]: entry for entry in city_caller.get("/indicators").json()}
    assert (listed["elders_60"]["value"], listed["elders_60"]["state"]) == ("4", "measured")
    assert (listed["monthly_visit_rate"]["value"], listed["monthly_visit_rate"]["state"]) == (None, "no_data_yet")
    assert listed["monthly_visit_rate"]["needs"]
    town = {entry["id"]: entry for entry in city_caller.get("/indicators", area=OTHER_TOWN).json()}
    assert town["elders_60"]["value"] == "1"


def test_one_indicator_has_its_towns_course_and_revisions(city_caller: Caller) -> None:
    count()
    found = city_caller.get("/indicators/elders_60").json()
    assert [(row["area_path"], row["value"]) for row in found["towns"]] == [(TOWN, "3"), (OTHER_TOWN, "1")]
    assert [(row["revision"], row["value"]) for row in found["revisions"]] == [(0, "4")]
    assert {point["kind"] for point in found["series"]} == {"printed", "measured"}
    missing = city_caller.get("/indicators/moon_phase")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_indicator")


def test_rows_follow_page_by_page(city_caller: Caller) -> None:
    count()
    found: list[str] = []
    after: str | None = None
    while True:
        page = city_caller.get("/indicators/elders_60/rows", limit=1, **({"after": after} if after else {})).json()
        assert (page["rows"], page["total"]) == (4, "4")
        found += [row["public_id"] for row in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(set(found)) == len(found) == 4
    looks = AuditEntry.objects.filter(action="people.open_list").order_by("seq")
    assert [
        (look.subject_id, look.area_path, look.detail["use"], look.detail["side"], look.detail["people"]) for look in looks
    ] == [("elders_60", CITY, "figures", "numerator", 1)] * 4
    for asked in ({"after": "x"}, {"use": "curiosity"}, {"use": "referral"}):
        assert city_caller.get("/indicators/elders_60/rows", **asked).status_code == 422
    assert looks.count() == 4
    assert city_caller.get("/indicators/monthly_visit_rate/rows").json()["code"] == "no_figure_yet"


def test_a_town_sees_its_own_rows_only(town_caller: Caller, town: Town) -> None:
    count()
    page = town_caller.get("/indicators/elders_60/rows").json()
    assert page["rows"] == 3
    assert {row["area_path"].startswith(TOWN) for row in page["items"]} == {True}
    assert town_caller.get("/indicators/elders_60/rows", area=OTHER_TOWN).status_code == 403
    assert town_caller.get("/indicators", area=OTHER_TOWN).status_code == 403
    assert {row["area_path"] for row in town_caller.get("/indicators/elders_60", area=CITY).json()["towns"]} == {TOWN}


def test_who_may_only_read_the_rules_sees_no_figure(rules_caller: Caller) -> None:
    for path in ("/indicators", "/indicators/elders_60", "/indicators/elders_60/rows"):
        assert rules_caller.get(path).status_code == 403
