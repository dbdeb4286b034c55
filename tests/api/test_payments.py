"""A month's payments over the API: made by one consumer, approved by another, asked twice and done once; refusals as problem documents."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from songhe.contexts.payments.models import BankFile, Entry, Payment, PayRun
from songhe.foundation.access import Right
from tests.api.conftest import Caller, caller
from tests.contexts.payments.conftest import CITY, MARCH, Town, answer, money, pair, town

__all__ = ["pair", "town"]
MAKING = (Right.SEE_PAYMENTS, Right.MAKE_PAYMENTS)
CHECKING = (Right.SEE_PAYMENTS, Right.APPROVE_PAYMENTS, Right.KEEP_FUNDS)


@pytest.fixture
def maker(pair: Town) -> Caller:
    return caller("经办系统", (*MAKING, Right.SEE_PEOPLE), CITY)


@pytest.fixture
def checker(pair: Town) -> Caller:
    return caller("财务系统", CHECKING, CITY)


def test_a_month(pair: Town, maker: Caller, checker: Caller) -> None:
    made = maker.post("/payment-runs", {"month": "2026-03"})
    assert made.status_code == 201
    run = made.json()
    assert (run["state"], run["payments"], run["amount"]) == ("draft", 2, 18000)
    assert maker.post("/payment-runs", {"month": "2026-03"}).json()["id"] == run["id"]
    path = f"/payment-runs/{run['id']}"
    for step in ("freeze", "freeze", "check"):
        assert maker.post(f"{path}/{step}", {}).status_code == 200
    refused = maker.post(f"{path}/approve", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "access_denied")
    assert checker.post(f"{path}/approve", {}).json()["state"] == "approved"
    files = checker.post(f"{path}/make-files", {}).json()["files"]
    assert checker.post(f"{path}/make-files", {}).json()["files"] == files
    early = checker.post(f"{path}/close", {})
    assert (early.status_code, early.json()["code"]) == (409, "not_balanced")
    for file in files:
        got = checker.get(f"/bank-files/{file['id']}")
        assert got.headers["Content-Disposition"].endswith(f'filename="{file["name"]}"')
        content = answer(BankFile.objects.get(id=file["id"]), {})
        for again in (False, True):
            upload = SimpleUploadedFile("return.txt", content)
            taken = checker.client.post(
                f"/api/v1/bank-files/{file['id']}/returns",
                {"content": upload},
                headers={"Authorization": f"Bearer {checker.token}"},
            )
            assert (taken.status_code, taken.json()["paid"], taken.json()["again"]) == (200, 1, again)
    closed = checker.post(f"{path}/close", {}).json()
    assert (closed["state"], closed["balances"], closed["in_transit"], closed["statement"][0]["paid_amount"]) == (
        "closed",
        True,
        0,
        18000,
    )
    balance = checker.get("/ledger/balance", year=2026).json()
    assert (balance["total"], {line["kind"]: line["balance"] for line in balance["lines"] if line["balance"]}) == (
        0, {"fund": -18000, "spent": 18000},
    )  # fmt: skip
    (listed,) = maker.get(f"{path}/payments", area=f"{CITY}640381001/").json()["items"]
    assert (listed["name"], listed["state"], listed["account"][-4:], listed["person"] is not None) == (
        "吴秀兰",
        "paid",
        "0001",
        True,
    )
    way = maker.get(f"/payments/{listed['id']}").json()
    assert (way["origin"]["snapshot_sha256"], way["run"], way["fund"]) == ("ab" * 32, run["id"], "city_budget")
    assert checker.get("/spending", year=2026, by="month").json()["lines"][0]["amount"] == 18000
    assert maker.get("/payment-runs", state="closed").json()["items"][0]["id"] == run["id"]


def test_refusals_write_nothing(pair: Town, maker: Caller, checker: Caller) -> None:
    assert maker.post("/payment-runs", {"month": "2026-13"}).status_code == 422
    assert maker.post("/payment-runs", {"month": "2027-01"}).json()["code"] == "invalid_input"
    assert checker.post("/payment-runs", {"month": "2026-03"}).status_code == 403
    assert PayRun.objects.count() == Payment.objects.count() == Entry.objects.count() == 0
    assert maker.get("/payment-runs/00000000-0000-0000-0000-000000000000").status_code == 404
    assert maker.get("/payment-runs", colour="red").status_code == 422
    assert maker.get("/funds", year=2026).json()[0]["given"] == 10**9
    assert maker.get("/ledger/balance", year=2026).status_code == 403
    url, headers = "/api/v1/funds/city_budget/2026", {"Authorization": f"Bearer {checker.token}"}
    for _ in range(2):
        kept = checker.client.put(url, {"amount": 5, "document": "文"}, content_type="application/json", headers=headers).json()
        assert (kept["given"], kept["revision"]) == (5, 2)
    money()


def test_findings_and_giving_up(pair: Town, maker: Caller, checker: Caller) -> None:
    pair.account("李国华", "6222000000000001")
    pair.person("又一人", "6222000000000001")
    pair.grant("又一人", 700)
    pair.due("又一人", MARCH, 700)
    run = maker.post("/payment-runs", {"month": "2026-03"}).json()
    path = f"/payment-runs/{run['id']}"
    maker.post(f"{path}/freeze", {})
    assert maker.post(f"{path}/check", {}).json()["open_findings"] == 3
    assert checker.post(f"{path}/approve", {}).json()["code"] == "open_findings"
    (first, *_) = maker.get(f"{path}/findings", check="shared_account").json()["items"]
    headers = {"Authorization": f"Bearer {maker.token}"}
    body = {"findings": [first["id"]], "how": "held", "reason": "查"}
    assert maker.client.put(f"/api/v1{path}/findings", body, content_type="application/json", headers=headers).json() == {
        "settled": 1,
        "open": 2,
    }
    gone = maker.client.delete(f"/api/v1{path}", {"reason": "重做"}, content_type="application/json", headers=headers).json()
    assert (gone["state"], gone["note"]) == ("cancelled", "重做")
    assert set(Payment.objects.values_list("state", flat=True)) == {"withdrawn"}
