"""The rules over the API."""

from __future__ import annotations

from tests.api.conftest import Caller


def test_the_pack_and_its_sources(rules_caller: Caller) -> None:
    pack = rules_caller.get("/pack").json()
    assert pack["id"] == "qingtongxia"
    assert "qtx2023" in {source["id"] for source in pack["sources"]}


def test_parameters_have_history_and_source(rules_caller: Caller) -> None:
    listed = rules_caller.get("/pack/parameters").json()
    one = rules_caller.get(f"/pack/parameters/{listed[0]['name']}").json()
    assert one == listed[0]
    assert {value["cite"]["status"] for entry in listed for value in entry["values"]} <= {"stated", "assumed", "unverified"}
    assert rules_caller.get("/pack/parameters/none").json()["code"] == "unknown_parameter"


def test_benefits_with_conditions_as_written(rules_caller: Caller) -> None:
    listed = {entry["id"]: entry for entry in rules_caller.get("/pack/benefits").json()}
    assert next(condition["expression"] for condition in listed["age_allowance"]["conditions"]) == "aged"
    assert rules_caller.get("/pack/benefits/age_allowance").json() == listed["age_allowance"]
    assert rules_caller.get("/pack/benefits/none").status_code == 404


def test_definitions_show_every_reading(rules_caller: Caller) -> None:
    for entry in rules_caller.get("/pack/definitions").json():
        assert (entry["chosen"] is None) == (entry["readings"] == [])
