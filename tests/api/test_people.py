"""People over the API: what is masked, who sees whom, and what refusals look like."""

from __future__ import annotations

import uuid

from songhe.contexts.people.models import Person
from tests.api.conftest import Caller, Town


def public_id(person: int) -> str:
    return str(Person.objects.get(id=person).public_id)


def test_search_finds_people_in_a_stable_order(city_caller: Caller) -> None:
    first = city_caller.get("/people", limit=3)
    assert first.status_code == 200
    page = first.json()
    rest = city_caller.get("/people", limit=3, after=page["next"]).json()
    names = [line["name"] for line in page["items"] + rest["items"]]
    assert sorted(names) == sorted(["吴秀兰", "李国华", "张建明", "王玉珍"])
    assert rest["next"] is None
    assert "id" not in page["items"][0]


def test_search_by_name(city_caller: Caller, town: Town) -> None:
    found = city_caller.get("/people", text="张建").json()["items"]
    assert [line["public_id"] for line in found] == [public_id(town.poor)]
    assert found[0]["age"] == 76


def test_a_town_sees_its_own_people_only(town_caller: Caller, town: Town) -> None:
    names = {line["name"] for line in town_caller.get("/people").json()["items"]}
    assert names == {"吴秀兰", "李国华", "张建明"}
    for path in ("", "/decision", "/decisions"):
        answer = town_caller.get(f"/people/{public_id(town.stranger)}{path}")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == 404


def test_a_person_with_household(city_caller: Caller, town: Town) -> None:
    found = city_caller.get(f"/people/{public_id(town.wife)}").json()
    assert found["person"]["name"] == "吴秀兰"
    assert {member["name"] for member in found["members"]} == {"吴秀兰", "李国华"}
    facts = {fact["variable"]: fact["shown"] for fact in found["facts"]}
    assert facts["registered_here"] == "是"


def test_no_token_wrong_token_and_a_right_that_is_not_there(city_caller: Caller, rules_caller: Caller) -> None:
    assert city_caller.client.get("/api/v1/people").status_code == 401
    wrong = Caller(city_caller.client, "x" * 40).get("/people")
    assert wrong.status_code == 401
    assert wrong.headers["WWW-Authenticate"] == "Bearer"
    refused = rules_caller.get("/people")
    assert refused.status_code == 403
    assert refused.json()["code"] == "access_denied"


def test_bad_input_is_named(city_caller: Caller) -> None:
    for query, field in (
        ({"limit": "0"}, "limit"),
        ({"limit": "abc"}, "limit"),
        ({"text": "a\x00b"}, "text"),
        ({"after": "!!"}, "after"),
        ({"text": "长" * 51}, "text"),
    ):
        answer = city_caller.get("/people", **query)
        assert answer.status_code == 422
        assert any(field in problem["field"] for problem in answer.json()["errors"])
    assert city_caller.get("/people", after="abcd").status_code == 422
    assert city_caller.get(f"/people/{uuid.uuid4()}").status_code == 404
    assert city_caller.get("/people/not-a-uuid").status_code == 422


def test_a_filter_that_does_not_exist_is_refused(city_caller: Caller) -> None:
    answer = city_caller.get("/people", txet="张")
    assert answer.status_code == 422
    assert "txet" in answer.json()["errors"][0]["field"]
