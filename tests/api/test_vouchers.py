"""A till redeems vouchers over the API: once a number, in its own reach; awards can be listed."""

from __future__ import annotations

import uuid

import pytest

from songhe.contexts.payments.actions import issue_vouchers
from songhe.contexts.payments.models import Redemption, Voucher
from songhe.foundation.access import Right
from tests.api.conftest import Caller, caller
from tests.contexts.entitlements.conftest import CITY, OTHER_TOWN, Town, town
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
