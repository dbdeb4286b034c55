"""Vouchers and awards over the API: a till redeems, a month is issued, drawn, verified and settled, awards are claimed, decided, seen."""

from __future__ import annotations

import uuid

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from songhe.contexts.accounts.models import Consumer
from songhe.contexts.payments import actions
from songhe.contexts.payments.actions import issue_vouchers
from songhe.contexts.payments.models import Award, Redemption, Voucher
from songhe.contexts.policy_library.actions import load_folder
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Right
from tests.api.conftest import Caller, caller
from tests.contexts.entitlements.conftest import CITY, OTHER_TOWN, Town, town
from tests.contexts.payments.test_awards import CITY as AWARD_CITY
from tests.contexts.payments.test_awards import DAY, FACTS, HOME
from tests.contexts.payments.test_vouchers import BENEFIT, NOVEMBER, PROVIDER, grant_of, officer

__all__ = ["town"]


@pytest.fixture
def voucher(town: Town) -> Voucher:
    grant_of(town.poor, 800_00)
    issue_vouchers(officer(), month=NOVEMBER)
    return Voucher.objects.get()


def body(voucher: uuid.UUID, **other: object) -> dict[str, object]:
    return {
        "voucher": str(voucher), "key": "T-1", "provider_code": PROVIDER, "provider_name": "甲养老服务公司", "setting": "home",
        "service": "bath", "served_on": "2026-11-21", "price": 10_000,
    } | other  # fmt: skip


def test_a_till_redeems_once(voucher: Voucher) -> None:
    till: Caller = caller("机构收银", (Right.REDEEM_VOUCHERS,), CITY)
    first = till.post("/vouchers/redemptions", body(voucher.public_id))
    assert (first.status_code, first.json()["deducted"], first.json()["left"], first.json()["repeated"]) == (
        200,
        5000,
        75_000,
        False,
    )
    again = till.post("/vouchers/redemptions", body(voucher.public_id))
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    other = till.post("/vouchers/redemptions", body(voucher.public_id, price=20_000))
    assert other.status_code == 409
    assert (
        till.post("/vouchers/redemptions", body(voucher.public_id, key="T-2", served_on="2026-10-01")).json()["code"]
        == "voucher_refused"
    )
    assert till.post("/vouchers/redemptions", body(voucher.public_id, key="T-2", price=0)).status_code == 422
    assert Redemption.objects.count() == 1


def test_no_till_reaches_beyond_its_area_or_right(voucher: Voucher) -> None:
    elsewhere = caller("外镇收银", (Right.REDEEM_VOUCHERS,), OTHER_TOWN)
    assert elsewhere.post("/vouchers/redemptions", body(voucher.public_id)).status_code == 404
    reader = caller("只读", (Right.SEE_PAYMENTS,), CITY)
    assert reader.post("/vouchers/redemptions", body(voucher.public_id)).status_code == 403
    assert Redemption.objects.count() == 0


def test_a_month_and_the_awards_can_be_read(voucher: Voucher) -> None:
    reader = caller("财政", (Right.SEE_PAYMENTS,), CITY)
    seen = reader.get("/vouchers/months/2026-11", benefit=BENEFIT).json()
    assert (seen["issued"], seen["amount"], seen["used"], seen["providers"]) == (1, 80_000, 0, [])
    assert reader.get("/vouchers/months/2026-13", benefit=BENEFIT).status_code == 422
    assert reader.get("/awards").json() == {"items": [], "next": None}
    assert reader.get("/awards", state="lost").status_code == 422


def test_a_month_is_issued_drawn_verified_and_settled(town: Town) -> None:
    grant_of(town.poor, 800_00)
    maker = caller("经办系统", (Right.SEE_PAYMENTS, Right.MAKE_PAYMENTS, Right.HANDLE_GRANTS, Right.REDEEM_VOUCHERS), CITY)
    issued = maker.post("/vouchers/months/2026-11/issue", {})
    assert (issued.status_code, issued.json()["issued"]) == (200, 1)
    assert maker.post("/vouchers/months/2026-11/issue", {}).json()["issued"] == 0
    maker.post("/vouchers/redemptions", body(Voucher.objects.get().public_id))
    drawn = maker.post("/vouchers/months/2026-11/draw", {"benefit": BENEFIT}).json()
    assert (drawn["new"], drawn["drawn"], drawn["of"], drawn["seed"]) == (1, 1, 1, f"2026-11/{BENEFIT}")
    (waiting,) = maker.get("/vouchers/redemptions", only="waiting").json()["items"]
    path, said = f"/vouchers/redemptions/{waiting['id']}/verification", {"outcome": "not_true"}
    assert maker.post(path, said).status_code == 422
    payee = {"benefit": BENEFIT, "name": "甲养老服务公司", "code": PROVIDER, "account": "6222000011112222"}
    early = maker.post("/vouchers/months/2026-11/settlements", payee)
    assert (early.status_code, early.json()["code"]) == (409, "award_refused")
    assert maker.post(path, {"outcome": "true"}).status_code == 204
    assert maker.post(path, {"outcome": "true"}).status_code == 409
    wrong = maker.post("/vouchers/months/2026-11/settlements", {**payee, "code": "1", "account": "x"})
    assert (wrong.status_code, [one["field"] for one in wrong.json()["errors"]]) == (422, ["code", "account"])
    assert Award.objects.count() == 0
    made = [keyed(maker, "/vouchers/months/2026-11/settlements", payee, "S-1") for _ in range(2)]
    assert [(one.status_code, one.json()["amount"], one.json()["repeated"]) for one in made] == [
        (201, 5000, False),
        (200, 5000, True),
    ]
    assert Award.objects.count() == 1


def test_an_award_is_claimed_by_one_and_decided_by_another(db: None) -> None:
    with clock.frozen(DAY):
        load_folder(SYSTEM, root=settings.PACKS, city="xuchang")
        maker = caller("经办系统", (Right.SEE_PAYMENTS, Right.MAKE_PAYMENTS, Right.APPROVE_PAYMENTS), AWARD_CITY)
        checker = caller("财务系统", (Right.SEE_PAYMENTS, Right.APPROVE_PAYMENTS), AWARD_CITY)
        kinds = {one["id"]: one for one in maker.get("/awards/kinds").json()}
        assert {one["name"] for one in kinds["bed_operating_grant"]["facts"]} == {"kind", "registered", "filed", "beds"}
        claim = {
            "kind": "bed_operating_grant", "name": HOME.name, "code": HOME.code, "account": HOME.account, "area_path": AWARD_CITY,
            "facts": FACTS,
        }  # fmt: skip
        wrong = maker.post("/awards", {**claim, "name": "", "facts": {"kind": "home", "beds": "many"}})
        assert (wrong.status_code, sorted(one["field"] for one in wrong.json()["errors"])) == (
            422, ["beds", "filed", "name", "registered"],
        )  # fmt: skip
        assert checker.post("/awards", claim).status_code == 403
        assert Award.objects.count() == 0
        made = keyed(maker, "/awards", claim, "K1")
        assert (made.status_code, keyed(maker, "/awards", claim, "K1").status_code, Award.objects.count()) == (201, 200, 1)
        path = f"/awards/{made.json()['id']}"
        assert maker.post(f"{path}/decision", {"approve": True}).json()["code"] == "maker_may_not_approve"
        assert checker.post(f"{path}/decision", {"approve": False}).status_code == 422
        decided = checker.post(f"{path}/decision", {"approve": True}).json()
        assert (decided["state"], decided["amount"], decided["payment"]) == ("approved", 144_000_00, None)
        assert checker.get(path, lost=1).status_code == 422


def test_a_body_claims_its_own_over_the_api(db: None) -> None:
    with clock.frozen(DAY):
        load_folder(SYSTEM, root=settings.PACKS, city="xuchang")
        mine, other = (caller(name, (Right.CLAIM_AWARDS,), AWARD_CITY) for name in ("甲敬老院系统", "乙敬老院系统"))
        assert mine.get("/own-body").json()["code"] == "no_body"
        for name, code in (("甲敬老院系统", HOME.code), ("乙敬老院系统", "91110000600037341L")):
            number = Consumer.objects.get(name=name).pk
            actions.seat_body(SYSTEM, kind="consumer", actor_id=-number, credit_code=code, name=name, area_path=AWARD_CITY)
        claim = {"kind": "bed_operating_grant", "account": HOME.account, "facts": FACTS}
        made = mine.post("/own-body/awards", claim)
        assert (made.status_code, made.json()["amount"]) == (201, 144_000_00)
        path = f"/own-body/awards/{made.json()['id']}"
        paper = SimpleUploadedFile("证书.pdf", b"%PDF-1.4 paper")
        sent = mine.client.post(f"/api/v1{path}/documents", {"content": paper}, headers={"Authorization": f"Bearer {mine.token}"})
        assert (sent.status_code, [one["name"] for one in sent.json()["papers"]]) == (200, ["证书.pdf"])
        assert (other.get(path).status_code, other.get("/own-body/awards").json()["items"]) == (404, [])
        assert [one["id"] for one in mine.get("/own-body/awards").json()["items"]] == [made.json()["id"]]
        held = {one["id"]: one for one in mine.get("/own-body").json()["kinds"]}
        assert (held["bed_operating_grant"]["open"], held["bed_operating_grant"]["claims"]) == (False, [made.json()["id"]])
        assert mine.get("/awards").status_code == 403
        reader = caller("财务系统", (Right.SEE_PAYMENTS,), AWARD_CITY)
        opened = reader.get(f"/awards/documents/{sent.json()['papers'][0]['id']}")
        assert b"".join(opened.streaming_content) == b"%PDF-1.4 paper"


def keyed(asker: Caller, path: str, said: dict[str, object], key: str):  # type: ignore[no-untyped-def]
    return asker.client.post(
        f"/api/v1{path}",
        said,
        content_type="application/json",
        headers={"Authorization": f"Bearer {asker.token}", "Idempotency-Key": key},
    )
