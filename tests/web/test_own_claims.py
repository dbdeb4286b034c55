"""奖补和结算 at the providers' desk: claimed in a form with papers, decided at the city's desk, seen by the body alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from songhe.contexts.payments import actions
from songhe.contexts.payments.models import Award, AwardDocument, BodySeat
from songhe.contexts.policy_library.actions import load_folder
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Role
from tests.contexts.payments.test_awards import CITY, DAY, HOME
from tests.web.test_pay import client_of

CLAIM = {"account": "6222000011112222", "f-kind": "home", "f-registered": "true", "f-filed": "true", "f-beds": "120"}


@pytest.fixture(autouse=True)
def _city(db: None) -> Iterator[None]:
    with clock.frozen(DAY):
        load_folder(SYSTEM, root=settings.PACKS, city="xuchang")
        yield


def paper(name: str = "备案证.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4 paper")


def test_a_claim_goes_its_way_and_no_other_body_sees_it() -> None:
    mine, other, officer = (
        client_of("甲机构", Role.PROVIDER_MANAGER, CITY), client_of("乙机构", Role.PROVIDER_MANAGER, CITY),
        client_of("市级", Role.CITY_OFFICER, CITY),
    )  # fmt: skip
    assert "还没有指定代表哪家单位" in mine.get(reverse("provider:claims")).content.decode()
    for client, code, name in ((mine, HOME.code, "甲敬老院"), (other, "91110000600037341L", "乙敬老院")):
        user = int(client.session["_auth_user_id"])
        actions.seat_body(SYSTEM, kind="user", actor_id=user, credit_code=code, name=name, area_path=CITY)
    form = reverse("provider:claim", args=["bed_operating_grant"])
    assert "甲敬老院" in mine.get(form).content.decode()
    wrong = mine.post(form, {**CLAIM, "account": "1", "f-beds": ""})
    assert (wrong.status_code, [one.field for one in wrong.context["problems"]]) == (422, ["account", "f-beds"])
    assert Award.objects.count() == 0
    sent = mine.post(form, {**CLAIM, "documents": [paper(), paper("照片.pdf")]}, follow=True)
    award = Award.objects.get()
    assert (award.claimant_code, AwardDocument.objects.count(), "等民政部门复核" in sent.content.decode()) == (HOME.code, 1, True)
    page = reverse("provider:award", args=[award.public_id])
    document = AwardDocument.objects.get().pk
    for address in (
        page,
        reverse("provider:document", args=[document]),
        reverse("provider:add_documents", args=[award.public_id]),
    ):
        answer = other.post(address, {"documents": paper()}) if address.endswith("documents/") else other.get(address)
        assert answer.status_code == 404
    assert "甲敬老院" not in other.get(reverse("provider:claims")).content.decode()
    assert mine.get(reverse("provider:document", args=[document])).content == b"%PDF-1.4 paper"
    assert {mine.get(reverse(f"city:{name}")).status_code for name in ("awards", "pay_runs", "vouchers")} == {403}
    seen = officer.get(reverse("city:award", args=[award.pk])).content.decode()
    assert "单位自己的账号" in seen and "备案证.pdf" in seen
    officer.post(reverse("city:decide_award", args=[award.pk]), {"approve": "1"})
    assert "等下一批奖补发放时付款" in mine.get(page).content.decode()
    late = mine.post(reverse("provider:add_documents", args=[award.public_id]), {"documents": paper("迟到.pdf")})
    assert (late.status_code, AwardDocument.objects.count()) == (422, 1)
    assert mine.get(reverse("provider:claims_export"), {"format": "csv"}).content.decode("utf-8-sig").count("144") == 1


def test_the_security_administrator_says_for_which_body() -> None:
    security, provider = client_of("安全", Role.SECURITY_ADMIN, CITY), client_of("机构", Role.PROVIDER_MANAGER, CITY)
    user = int(provider.session["_auth_user_id"])
    address = reverse("ops:body_seat", args=[user])
    assert "代表哪家服务单位" in security.get(reverse("ops:user", args=[user])).content.decode()
    assert security.post(address, {"credit_code": "12", "body_name": "甲"}).status_code == 422
    assert provider.post(address, {"credit_code": HOME.code, "body_name": "甲敬老院"}).status_code == 403
    assert BodySeat.objects.count() == 0
    assert security.post(address, {"credit_code": HOME.code, "body_name": "甲敬老院"}).status_code == 302
    assert BodySeat.objects.get().name == "甲敬老院"
    assert HOME.code in security.get(reverse("ops:user", args=[user])).content.decode()
    security.post(address, {"credit_code": "", "body_name": ""})
    assert BodySeat.objects.count() == 0
