"""Whether two are one, over the API: what is shown is masked, whoever may decide on the pages may decide here, refusals are problems."""

from __future__ import annotations

import uuid

import pytest

from songhe.basics.masking import mask_id_number
from songhe.contexts.people.models import LinkCandidate, Person, PersonLink
from songhe.contexts.people.words import seal_context
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.encryption import seal
from tests.api.conftest import Caller, Town, caller
from tests.contexts.entitlements.conftest import CITY, TOWN
from tests.contexts.people.city import ZHANG

SCOPES = (Right.SEE_PEOPLE, Right.CORRECT_FACTS)


@pytest.fixture
def keeper(town: Town) -> Caller:
    return caller("市级核实", SCOPES, CITY)


@pytest.fixture
def town_keeper(town: Town) -> Caller:
    return caller("甲镇核实", SCOPES, TOWN)


def asked(one: int, other: int, probability: float = 0.8) -> int:
    """A question about two persons waits."""
    first, second = Person.objects.get(id=one), Person.objects.get(id=other)
    return LinkCandidate.objects.create(
        person=first, other=second, area_path=second.area_path, from_area_path=first.area_path, probability=probability,
        evidence={"name": {"agreement": "differs"}}, found_at=clock.now(),
    ).id  # fmt: skip


def public_id(person: int) -> str:
    return str(Person.objects.get(id=person).public_id)


def test_questions_come_page_by_page_the_likeliest_first(keeper: Caller, town_keeper: Caller, town: Town) -> None:
    less, more = asked(town.poor, town.wife, 0.5), asked(town.poor, town.stranger, 0.9)
    first = keeper.get("/link-candidates", limit=1).json()
    second = keeper.get("/link-candidates", limit=1, after=first["next"]).json()
    assert [line["id"] for line in first["items"] + second["items"]] == [more, less]
    assert second["next"] is None
    assert first["items"][0]["agreements"] == [{"field": "name", "agreement": "differs", "words": "姓名不同"}]
    assert [line["id"] for line in town_keeper.get("/link-candidates").json()["items"]] == [less]
    assert town_keeper.get(f"/link-candidates/{more}").status_code == 404


def test_both_records_side_by_side_are_masked(keeper: Caller, town: Town) -> None:
    owner = public_id(town.poor)
    Person.objects.filter(id=town.poor).update(id_sealed=seal(ZHANG, context=seal_context("id_number", owner)))
    found = keeper.get(f"/link-candidates/{asked(town.poor, town.wife)}").json()
    assert (found["one_public_id"], found["other_public_id"], found["outcome"]) == (
        public_id(town.poor),
        public_id(town.wife),
        "",
    )
    numbers = next(line for line in found["compared"] if line["label"] == "身份证号")
    assert (numbers["one"], numbers["other"]) == (mask_id_number(ZHANG), "")


def test_a_question_is_answered_once(keeper: Caller, town: Town) -> None:
    one = asked(town.poor, town.wife)
    done = keeper.post(f"/link-candidates/{one}/decision", {"same": True, "reason": "已当面核实"})
    assert (done.status_code, done.json()["outcome"], done.json()["public_id"]) == (200, "linked", public_id(town.wife))
    assert Person.objects.get(id=town.poor).stands_for_id == town.wife
    again = keeper.post(f"/link-candidates/{one}/decision", {"same": False, "reason": "已当面核实"})
    assert (again.status_code, again.json()["code"]) == (409, "candidate_decided")


def test_linked_and_undone(keeper: Caller, town: Town) -> None:
    poor, wife = public_id(town.poor), public_id(town.wife)
    made = keeper.post(f"/people/{poor}/links", {"into": wife, "reason": "家属来电确认"})
    assert (made.status_code, made.json()["origin"], made.json()["undone_at"]) == (201, "人工合并", None)
    link = made.json()["id"]
    assert [each["id"] for each in keeper.get(f"/people/{wife}/links").json()["items"]] == [link]
    wrong = keeper.post(f"/people/{public_id(town.stranger)}/links/{link}/undo", {"reason": "弄错了"})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "link_not_found")
    undone = keeper.post(f"/people/{wife}/links/{link}/undo", {"reason": "弄错了"})
    assert (undone.status_code, undone.json()["undone_reason"]) == (200, "弄错了")
    assert Person.objects.get(id=town.poor).stands_for_id is None
    assert keeper.post(f"/people/{wife}/links/{link}/undo", {"reason": "弄错了"}).json()["code"] == "link_undone"


def test_refusals_write_nothing(keeper: Caller, town_keeper: Caller, rules_caller: Caller, town: Town) -> None:
    one, poor, wife = asked(town.poor, town.wife), public_id(town.poor), public_id(town.wife)
    new = {"into": wife, "reason": "核实过"}
    for answer, status in (
        (rules_caller.post(f"/link-candidates/{one}/decision", {"same": True, "reason": "核实过"}), 403),
        (rules_caller.post(f"/people/{poor}/links", new), 403),
        (town_keeper.post(f"/people/{public_id(town.stranger)}/links", new), 404),
        (keeper.post(f"/people/{poor}/links", {"into": poor, "reason": "核实过"}), 422),
        (keeper.post(f"/people/{poor}/links", {"into": wife, "reason": " "}), 422),
        (keeper.post(f"/people/{poor}/links", {"into": wife}), 422),
        (keeper.post(f"/people/{poor}/links", {"into": str(uuid.uuid4()), "reason": "核实过"}), 404),
        (keeper.post(f"/link-candidates/{one}/decision", {"same": "maybe", "reason": "核实过"}), 422),
        (keeper.get("/link-candidates", where="x"), 422),
        (keeper.get("/link-candidates", after="abcd"), 422),
        (keeper.post("/link-candidates/999999999/decision", {"same": True, "reason": "核实过"}), 404),
    ):
        assert answer.status_code == status, answer.content
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert PersonLink.objects.count() == 0 and LinkCandidate.objects.get().outcome == ""
