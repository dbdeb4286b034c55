"""A misspelt filter is refused; it does not answer with everything."""

from __future__ import annotations

from tests.api.conftest import Caller


def test_a_misspelt_filter_is_refused_by_name(rules_caller: Caller) -> None:
    answer = rules_caller.get("/pack/parameters", naem="x")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")
    assert "naem" in answer.json()["detail"]


def test_known_filters_pass(city_caller: Caller) -> None:
    assert city_caller.get("/plan/tasks", unit="甲").status_code == 200
    assert city_caller.get("/plan/tasks", unti="甲").status_code == 422
