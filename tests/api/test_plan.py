"""The plan and the projection over the API."""

from __future__ import annotations

from songhe.contexts.entitlements import actions as entitlements
from songhe.foundation.access import SYSTEM
from tests.api.conftest import Caller
from tests.contexts.entitlements.conftest import OTHER_TOWN


def test_every_target_of_the_plan_with_its_state(city_caller: Caller) -> None:
    found = city_caller.get("/plan/targets").json()
    assert found["total"] == len(found["targets"]) == sum(found["counts"].values()) == 65
    assert found["with_data"] == 0
    by_id = {target["id"]: target for target in found["targets"]}
    vacancy = by_id["T000-11"]
    assert (vacancy["state"], vacancy["target"], vacancy["direction"], vacancy["due"]) == ("no_data", 40, "down", "2025-12-31")
    assert by_id["T000-25"]["why"] == "milestone"
    assert by_id["T000-24"]["related"] == [{"id": "T000-60", "relation": "conflicts", "value": 85.0, "deadline": "2025"}]
    assert by_id["T000-09"]["tasks"] == ["K000-01"]
    assert by_id["T000-32"]["due_printed"] is False


def test_filters_and_rights(city_caller: Caller, town_caller: Caller, rules_caller: Caller) -> None:
    assert [t["id"] for t in city_caller.get("/plan/targets", due="2024").json()["targets"]] == ["T000-28", "T000-29"]
    assert city_caller.get("/plan/targets", state="missed").json()["targets"] == []
    assert town_caller.get("/plan/targets", area_path=OTHER_TOWN).json()["code"] == "access_denied"
    assert rules_caller.get("/plan/targets").status_code == 403
    assert rules_caller.get("/plan/projection").status_code == 403


def test_the_projection_of_the_own_areas(city_caller: Caller, town_caller: Caller) -> None:
    assert city_caller.get("/plan/projection").json()["code"] == "not_found"
    entitlements.determine_city(SYSTEM, cause="试验")
    whole = city_caller.get("/plan/projection").json()
    assert whole["elders"] == 4
    lines = {line["id"]: line for line in whole["lines"]}
    assert lines["elders"]["years"][0] == {"year": 2026, "low": 4, "middle": 4, "high": 4}
    assert len(lines["money"]["years"]) == 16
    assert lines["money"]["unit"] == "分/年"
    assert {one["status"] for one in whole["assumptions"]} == {"assumed"}
    assert town_caller.get("/plan/projection").json()["elders"] == 3
    assert city_caller.get("/plan/projection", scope="registered").json()["scope"] == "registered"
    assert city_caller.get("/plan/projection", scope="nobody").status_code == 422
    assert city_caller.get("/plan/projection", scenario=7).json()["code"] == "scenario_not_found"
