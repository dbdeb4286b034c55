"""Drafts, versions, the public list and past decisions over the API."""

from __future__ import annotations

import uuid

import pytest

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.entitlements.models import Recomputation
from songhe.contexts.people.models import Person
from songhe.contexts.policy_library import actions
from songhe.contexts.policy_library.models import PackDraft, PackVersion
from songhe.foundation.access import SYSTEM, Right
from tests.api.conftest import Caller, Town, caller
from tests.contexts.entitlements.conftest import CITY
from tests.contexts.policy_library.conftest import officer, simulated

pytestmark = pytest.mark.django_db
VALUE = {"parameter": "allowance_80", "value": "150.00", "valid_from": "2026-11-01", "reason": "按文件调整"}


@pytest.fixture
def writer(town: Town) -> Caller:
    return caller("规则系统", (Right.SEE_PACKS, Right.CHANGE_PACKS), CITY)


def test_a_draft_is_made_read_edited_and_withdrawn(writer: Caller, city_caller: Caller) -> None:
    made = writer.post("/pack/drafts/parameter", VALUE).json()
    assert (made["state"], made["kind"], made["approvals"]) == ("draft", "changes", 0)
    added = writer.post(
        "/pack/drafts/reading", {"definition": "hard_up", "reading": "all_kinds", "reason": "一并", "draft": made["id"]}
    )
    assert added.json()["id"] == made["id"]
    listed = writer.get("/pack/drafts").json()
    assert [each["id"] for each in listed] == [made["id"]]
    changed = writer.get(f"/pack/drafts/{made['id']}/differences").json()
    assert (changed[0]["section"], changed[0]["after"]) == ("parameters", "150.00 元/月（文件没有载明）")
    dropped = writer.client.delete(
        f"/api/v1/pack/drafts/{made['id']}/changes/1", headers={"Authorization": f"Bearer {writer.token}"}
    )
    assert (dropped.status_code, dropped.json()["id"]) == (200, made["id"])
    edited = writer.post(f"/pack/drafts/{made['id']}/edit", {"reason": "青政发1号", "in_force_on": "2099-01-01"}).json()
    assert edited["seal"] not in (added.json()["seal"], dropped.json()["seal"])
    one = writer.get(f"/pack/drafts/{made['id']}").json()
    assert (one["checked"], one["simulation"], one["approvals_needed"]) == (None, None, 2)
    assert [step["step"] for step in one["steps"]] == ["made", "edited", "edited", "edited"]
    assert writer.post(f"/pack/drafts/{made['id']}/examine", {}).status_code == 200
    assert writer.post(f"/pack/drafts/{made['id']}/rebase", {}).status_code == 200
    assert writer.post(f"/pack/drafts/{made['id']}/withdraw", {"reason": "不改了"}).json()["state"] == "withdrawn"
    refused = writer.post(f"/pack/drafts/{made['id']}/edit", {"reason": "又要了", "in_force_on": "2099-01-01"})
    assert (refused.status_code, refused.json()["code"]) == (409, "draft_closed")
    assert PackVersion.objects.count() == 1


def test_checks_simulation_approvals_and_people_are_read(writer: Caller, city_caller: Caller, town_caller: Caller) -> None:
    entitlements.determine_city(SYSTEM, cause="测试")
    made = writer.post("/pack/drafts/parameter", VALUE).json()
    simulated(actions.edit_draft(SYSTEM, draft_id=made["id"], reason="理由", in_force_on=PackDraft.objects.get().in_force_on))
    entitlements.simulate_draft(SYSTEM, draft_id=made["id"], seal=PackDraft.objects.get().seal)
    actions.approve_draft(officer(12), draft_id=made["id"], seal=PackDraft.objects.get().seal, note="同意")
    one = writer.get(f"/pack/drafts/{made['id']}").json()
    assert (one["draft"]["state"], one["draft"]["approvals"], one["checked"]) == ("simulated", 1, True)
    assert (one["simulation"]["gain"], one["simulation"]["fen_after"] - one["simulation"]["fen_before"]) == (2, 10_000)
    assert [each["year"] for each in one["simulation"]["years"]] == [2026, 2027, 2028]
    assert one["approvals_given"][0]["name"] == "工作人员12"
    people = city_caller.get(f"/pack/drafts/{made['id']}/people", gains="true").json()
    assert [(each["name"], each["fen_after"]) for each in people["items"]] == [("吴秀兰", 15_000), ("王玉珍", 15_000)]
    assert [each["name"] for each in town_caller.get(f"/pack/drafts/{made['id']}/people").json()["items"]] == ["吴秀兰"]
    assert writer.get(f"/pack/drafts/{made['id']}/people").status_code == 403
    assert city_caller.get(f"/pack/drafts/{made['id']}/people", gain="1").status_code == 422


def test_what_cannot_be_drafted_is_a_problem(writer: Caller, rules_caller: Caller) -> None:
    version = PackVersion.objects.get().id
    assert rules_caller.post("/pack/drafts/parameter", VALUE).status_code == 403
    assert writer.post("/pack/drafts/parameter", VALUE | {"value": "很多"}).json()["code"] == "pack_refused"
    assert writer.post("/pack/drafts/parameter", VALUE | {"parameter": "nothing"}).json()["code"] == "unknown_parameter"
    assert writer.post("/pack/drafts/rollback", {"version": version, "reason": "恢复"}).json()["code"] == "same_value"
    assert writer.post("/pack/drafts/rollback", {"version": 9999, "reason": "恢复"}).json()["code"] == "unknown_version"
    assert writer.get("/pack/drafts/9999").json()["code"] == "unknown_draft"
    assert PackDraft.objects.count() == 0


def test_versions_and_what_differs(writer: Caller, rules_caller: Caller) -> None:
    (only,) = rules_caller.get("/pack/versions").json()
    assert (only["direct"], only["in_use"], only["draft"], only["until"]) == (True, True, None, None)
    assert rules_caller.get(f"/pack/versions/{only['id']}/differences").json() == []
    assert rules_caller.get("/pack/versions/9999/differences").json()["code"] == "unknown_version"


def test_the_public_list_and_the_catalogue(rules_caller: Caller) -> None:
    found = rules_caller.get("/pack/services").json()
    assert (found["place"], len(found["services"]), len(found["purchases"])) == ("青铜峡市", 23, 10)
    amounts = [each for row in found["services"] for each in row["standards"] if each["fen"] is not None]
    assert {each["cite"]["status"] for each in amounts} == {"assumed", "unverified"}
    assert rules_caller.get("/pack/services", version=found["version"]).json() == found
    assert rules_caller.get("/pack/services", version=9999).json()["code"] == "unknown_version"


def test_a_past_decision_is_decided_again(city_caller: Caller, town_caller: Caller, town: Town) -> None:
    run = entitlements.determine_city(SYSTEM, cause="测试")
    wife, stranger = (Person.objects.get(id=number).public_id for number in (town.wife, town.stranger))
    again = city_caller.get(f"/people/{wife}/decisions/recomputed", on="2026-11-21").json()
    assert (again["run_id"], again["same"], again["stored"] == again["again"]) == (run, True, True)
    assert city_caller.get(f"/people/{wife}/decisions/recomputed", on="2026-11-20").json()["code"] == "no_decision_yet"
    assert town_caller.get(f"/people/{stranger}/decisions/recomputed").status_code == 404
    asked = [city_caller.post(f"/runs/{run}/recomputations", None) for _ in range(2)]
    assert [(one.status_code, one.json()["state"], one.json()["same"]) for one in asked] == [(202, "waiting", None)] * 2
    row = Recomputation.objects.get()
    entitlements.recompute_asked(SYSTEM, recomputation_id=row.pk)
    whole = city_caller.get(f"/recomputations/{asked[0].json()['public_id']}").json()
    assert (whole["state"], whole["compared"], whole["decisions"], whole["different"], whole["same"]) == ("done", 4, 4, 0, True)
    assert (town_caller.get(f"/recomputations/{row.public_id}").status_code, row.public_id) == (
        403,
        uuid.UUID(whole["public_id"]),
    )
    assert town_caller.post(f"/runs/{run}/recomputations", None).status_code == 403
    assert city_caller.post(f"/runs/{run + 1}/recomputations", None).json()["code"] == "no_decision_yet"
    assert Recomputation.objects.count() == 1
