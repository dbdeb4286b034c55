"""Registry search in the DCI style: what is found for a stated use, what is refused with which code, what the audit chain keeps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from songhe.contexts.people import actions as people
from songhe.contexts.people.models import Household, Person
from songhe.foundation.access import SYSTEM
from songhe.foundation.models import AuditEntry
from tests.api.conftest import Caller
from tests.api.conftest import Town as Village
from tests.contexts.entitlements.conftest import CITY
from tests.web.town import ID_NUMBER, _identified

NOW = "2026-11-21T09:00:00+08:00"


def search(criteria: dict[str, Any], **header: Any) -> dict[str, Any]:
    """One search in its envelope."""
    request = {
        "reference_id": "r1",
        "timestamp": NOW,
        "search_criteria": {"authorize": {"purpose": {"code": "check"}}} | criteria,
    }
    head = {
        "version": "1.0.0",
        "message_id": "m1",
        "message_ts": NOW,
        "action": "search",
        "sender_id": "spmis",
        "total_count": 1,
    } | header
    return {"header": head, "message": {"transaction_id": "t1", "search_request": [request]}}


def ask(caller: Caller, criteria: dict[str, Any], **header: Any) -> dict[str, Any]:
    response = caller.post("/dci/registry/sync/search", search(criteria, **header))
    assert response.status_code == 200, response.content
    return dict(json.loads(response.content))


def one(caller: Caller, criteria: dict[str, Any]) -> dict[str, Any]:
    return dict(ask(caller, criteria)["message"]["search_response"][0])


def by_number(value: str, **more: Any) -> dict[str, Any]:
    return {"query_type": "idtype-value", "query": {"type": "UIN", "value": value}} | more


def where(*terms: tuple[str, str, Any], **more: Any) -> dict[str, Any]:
    query = [{"expression1": {"attribute_name": a, "operator": o, "attribute_value": v}} for a, o, v in terms]
    return {"query_type": "predicate", "query": query} | more


def test_a_person_is_found_by_number_and_given_out_masked(city_caller: Caller, town: Village) -> None:
    _identified(Person.objects.get(id=town.wife))
    answer = ask(city_caller, by_number(ID_NUMBER))
    assert (answer["header"]["action"], answer["header"]["status"], answer["header"]["receiver_id"]) == (
        "on-search",
        "succ",
        "spmis",
    )
    found = answer["message"]["search_response"][0]
    assert (found["reference_id"], found["status"], found["status_reason_code"]) == ("r1", "succ", None)
    assert found["pagination"] == {"page_size": 50, "page_number": 1, "total_count": 1, "next": None}
    record = found["data"]["reg_records"][0]
    assert (record["@type"], record["name"], record["sex"], record["birth_date"]) == (
        "Person",
        {"surname": "", "given_name": "吴秀兰"},
        "female",
        "1941-06-01",
    )
    assert ID_NUMBER not in json.dumps(answer)
    entry = AuditEntry.objects.get(action="people.search_registry")
    assert (entry.detail["use"], entry.detail["attributes"], entry.detail["rows"]) == ("check", ["id_number"], 1)
    assert (entry.detail["people"], entry.detail["role"], entry.area_path) == (1, "", CITY)
    assert ID_NUMBER not in json.dumps(entry.detail)


def test_predicates_and_expressions_say_the_same(city_caller: Caller, town: Village) -> None:
    terms = (("sex", "eq", "female"), ("birth_date", "lt", "1941-01-01"), ("is_deceased", "eq", False))
    expression = {"query_type": "expression", "query": {"type": "ns:org:QueryType:NoSql", "value": {"expression": {"collection": "Person", "query": {
        "$and": [{"sex": {"$eq": "female"}}, {"birth_date": {"$lt": "1941-01-01"}}, {"is_deceased": False}]}}}}}  # fmt: skip
    first, second = one(city_caller, where(*terms)), one(city_caller, expression)
    assert [record["name"]["given_name"] for record in first["data"]["reg_records"]] == ["王玉珍"]
    assert first["data"] == second["data"]


def test_pages_go_by_cursor(city_caller: Caller, town: Village) -> None:
    names, cursor = [], None
    while True:
        pagination = {"page_size": 1, "page_number": 1} | ({"cursor": cursor} if cursor else {})
        found = one(city_caller, where(("birth_date", "ge", "1900-01-01"), pagination=pagination))
        names += [record["name"]["given_name"] for record in found["data"]["reg_records"]]
        cursor = found["pagination"]["next"]
        if cursor is None:
            break
        assert found["pagination"]["total_count"] is None
    assert names == ["吴秀兰", "李国华", "张建明", "王玉珍"]


def test_a_household_is_found_with_its_members(city_caller: Caller, town: Village) -> None:
    key = Household.objects.get(id=town.home).key
    found = one(
        city_caller,
        {"query_type": "idtype-value", "query": {"type": "HOUSEHOLD_NO", "value": key}, "reg_record_type": "spdci:Group"},
    )
    group = found["data"]["reg_records"][0]
    assert (group["@type"], group["group_size"]) == ("Group", 2)
    assert [member["person"]["name"]["given_name"] for member in group["member_list"]] == ["吴秀兰", "李国华"]
    refused = one(city_caller, where(("sex", "eq", "female"), reg_record_type="Group"))
    assert (refused["status"], refused["status_reason_code"]) == ("rjct", "rjct.filter.invalid")


def test_a_consumer_finds_people_of_its_area_only(town_caller: Caller, rules_caller: Caller, town: Village) -> None:
    found = one(town_caller, where(("name", "eq", "王玉珍")))
    assert (found["status"], found["data"]["reg_records"]) == ("succ", [])
    assert one(town_caller, where(("sub_region_code", "eq", "640381001")))["pagination"]["total_count"] == 3
    assert rules_caller.post("/dci/registry/sync/search", search(where(("name", "eq", "王玉珍")))).status_code == 403


def test_who_has_not_agreed_to_a_use_is_not_given_out(city_caller: Caller, town: Village) -> None:
    asked = where(("sex", "eq", "female"), authorize={"purpose": {"code": "referral"}})
    assert [one(city_caller, asked)["data"][name] for name in ("reg_records", "withheld")] == [[], 4]
    people.record_consent(SYSTEM, person_id=town.wife, use="referral", given=True, channel="visit")
    found = one(city_caller, asked)["data"]
    assert ([record["name"]["given_name"] for record in found["reg_records"]], found["withheld"]) == (["吴秀兰"], 3)


@pytest.mark.parametrize(
    ("criteria", "code"),
    [
        (by_number(ID_NUMBER, authorize=None), "rjct.search_criteria.invalid"),
        (by_number(ID_NUMBER, authorize={"purpose": {"code": "curiosity"}}), "rjct.search_criteria.invalid"),
        (by_number(ID_NUMBER, reg_record_type="Disabled"), "rjct.search_criteria.invalid"),
        ({"query_type": "graphql", "query": {}}, "rjct.search_criteria.invalid"),
        (by_number("123"), "rjct.filter.invalid"),
        ({"query_type": "idtype-value", "query": {"type": "MOBILE", "value": "1"}}, "rjct.filter.invalid"),
        (where(), "rjct.filter.invalid"),
        (where(("poverty_score", "lt", "5")), "rjct.filter.invalid"),
        (where(("name", "in", "王玉珍")), "rjct.filter.invalid"),
        (where(("birth_date", "lt", "yesterday")), "rjct.filter.invalid"),
        (where(("sub_region_code", "eq", "1")), "rjct.filter.invalid"),
        (by_number(ID_NUMBER, sort=[{"attribute_name": "name", "sort_order": "asc"}]), "rjct.sort.invalid"),
        (by_number(ID_NUMBER, pagination={"page_size": 1000}), "rjct.pagination.invalid"),
        (by_number(ID_NUMBER, pagination={"page_size": 10, "page_number": 2}), "rjct.pagination.invalid"),
        (by_number(ID_NUMBER, pagination={"page_size": 10, "cursor": "no"}), "rjct.pagination.invalid"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_standards_code(
    city_caller: Caller, criteria: dict[str, Any], code: str
) -> None:
    found = one(city_caller, criteria)
    assert (found["status"], found["status_reason_code"], found["data"]) == ("rjct", code, None)
    assert found["status_reason_message"]
    assert not AuditEntry.objects.filter(action="people.search_registry").exists()


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"version": "2.0.0"}, "rjct.version.invalid"),
        ({"action": "subscribe"}, "rjct.action.not_supported"),
        ({"is_msg_encrypted": True}, "rjct.action.not_supported"),
        ({"message_ts": "today"}, "rjct.message_ts.invalid"),
        ({"total_count": 2}, "rjct.total_count.invalid"),
    ],
)
def test_a_message_that_cannot_be_taken_is_refused_as_a_whole(city_caller: Caller, header: dict[str, Any], code: str) -> None:
    answer = ask(city_caller, by_number(ID_NUMBER), **header)
    assert (answer["header"]["status"], answer["header"]["status_reason_code"], answer["message"]["search_response"]) == (
        "rjct",
        code,
        [],
    )


def test_each_search_of_a_batch_is_answered_on_its_own(city_caller: Caller, town: Village) -> None:
    body = search(where(("name", "eq", "王玉珍")), total_count=2)
    body["message"]["search_request"].append(body["message"]["search_request"][0])
    answers = json.loads(city_caller.post("/dci/registry/sync/search", body).content)["message"]["search_response"]
    assert [(answer["status"], answer["status_reason_code"]) for answer in answers] == [
        ("succ", None),
        ("rjct", "rjct.reference_id.duplicate"),
    ]


def test_the_roster_over_the_api(city_caller: Caller, town_caller: Caller, town: Village) -> None:
    from songhe.contexts.entitlements import actions

    actions.determine_city(SYSTEM, cause="试验")
    rules = json.loads(city_caller.get("/roster/rules").content)
    assert rules["people"] == 4
    assert {rule["name"]: rule["people"] for rule in rules["rules"]}["age_allowance"] == 2
    page = json.loads(town_caller.get("/roster", rule="age_allowance").content)
    assert [(item["rule"], item["state"], item["left_on"]) for item in page["items"]] == [("age_allowance", "sure", None)]
    assert city_caller.get("/roster", rule="no_such").status_code == 404
    assert city_caller.get("/roster", stat="left").status_code == 422
