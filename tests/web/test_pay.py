"""发放 at the city desk: a month from the first form to the last fen, by two people, in pages only; what is refused is said and changes nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from songhe.contexts.accounts.models import RoleGrant
from songhe.contexts.payments.models import Award, BankFile, Finding, Payment, PayRun
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM, Role
from songhe.jobs.payments import payment_step
from songhe.web.city import pay_runs
from tests.contexts.payments.conftest import CITY, MARCH, TOWNS, Town, answer, answered, pair, sent, town

__all__ = ["pair", "town"]


def client_of(name: str, role: Role, path: str = CITY) -> Client:
    """Somebody of this role, signed in."""
    user = get_user_model().objects.create_user(name, password="x", display_name=name, area_path=path)
    RoleGrant.objects.create(user=user, role=role, area_path=path, granted_by=0, valid_from=dt.date(2020, 1, 1))
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def maker(pair: Town) -> Client:
    return client_of("经办", Role.CITY_OFFICER)


@pytest.fixture
def finance(pair: Town) -> Client:
    return client_of("财务", Role.FINANCE_OFFICER)


def text(client: Client, name: str, *args: object, **query: object) -> str:
    answer = client.get(reverse(f"city:{name}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def send(client: Client, name: str, *args: object, **data: object) -> str:
    return client.post(reverse(f"city:{name}", args=args), data, follow=True).content.decode()


def prepared(maker: Client) -> PayRun:
    send(maker, "prepare_run", month="2026-03", purpose="grants", note="三月")
    return PayRun.objects.get()


def test_a_month_goes_its_way_in_pages(maker: Client, finance: Client) -> None:
    assert "还没有发放批次" in text(maker, "pay_runs")
    run = prepared(maker)
    assert "2026年3月第1批待遇发放" in text(maker, "pay_runs") and "180.00" in text(maker, "pay_runs")
    page = text(maker, "pay_run", run.pk)
    assert "冻结名单" in page and "复核通过</button>" not in page
    assert "名单已冻结" in send(maker, "freeze_run", run.pk)
    send(maker, "check_run", run.pk)
    assert "请另一位有复核权限的同事复核" in text(maker, "pay_run", run.pk)
    assert "不能由您复核" in send(maker, "approve_run", run.pk)
    assert PayRun.objects.get().approved_by is None
    open_now = list(Finding.objects.filter(settled_at=None))
    if open_now:
        send(maker, "settle_findings", run.pk, how="released", reason="已核实", finding=[one.pk for one in open_now])
    assert "复核通过，可以做银行文件了" in send(finance, "approve_run", run.pk)
    assert "银行文件做好了" in send(finance, "make_bank_files", run.pk)
    for file in BankFile.objects.all():
        got = finance.get(reverse("city:bank_file", args=[run.pk, file.pk]))
        assert got.status_code == 200 and got["Cache-Control"] == "no-store"
        content = SimpleUploadedFile("回盘.txt", answer(file, {}))
        assert (
            "已经读入"
            in finance.post(
                reverse("city:take_return", args=[run.pk, file.pk]), {"content": content}, follow=True
            ).content.decode()
        )
    assert "一分不差" in send(finance, "close_run", run.pk)
    assert set(Payment.objects.values_list("state", flat=True)) == {"paid"}
    assert "已到账" in text(maker, "pay_payments", run.pk)
    first = Payment.objects.order_by("id").first()
    assert first is not None
    way = text(maker, "pay_payment", first.pk)
    assert "当时的资料快照 abababababababab" in way and "本级养老服务资金" in way
    assert "180.00" in text(maker, "spending", year=2026)


def test_what_is_refused_is_said_in_the_page_and_changes_nothing(maker: Client, finance: Client) -> None:
    got = maker.post(reverse("city:prepare_run"), {"month": "2027-01", "purpose": "grants"})
    assert got.status_code == 422 and "还没有到" in got.content.decode() and PayRun.objects.count() == 0
    got = maker.post(reverse("city:prepare_run"), {"month": "soon", "purpose": "grants"})
    assert got.status_code == 422 and "月份不对" in got.content.decode()
    run = prepared(maker)
    got = maker.post(reverse("city:cancel_run", args=[run.pk]), {"reason": " "})
    assert got.status_code == 422 and PayRun.objects.get().state == "draft"
    assert "作废" in send(maker, "cancel_run", run.pk, reason="月份选错了")
    assert PayRun.objects.get().state == "cancelled"


def test_a_wrong_answer_of_the_bank_is_refused_whole(maker: Client, finance: Client) -> None:
    run = prepared(maker)
    for step in ("freeze_run", "check_run"):
        send(maker, step, run.pk)
    ids = list(Finding.objects.filter(settled_at=None).values_list("pk", flat=True))
    if ids:
        send(maker, "settle_findings", run.pk, how="released", reason="已核实", finding=ids)
    for step in ("approve_run", "make_bank_files"):
        send(finance, step, run.pk)
    file = BankFile.objects.order_by("number").first()
    assert file is not None
    address = reverse("city:take_return", args=[run.pk, file.pk])
    got = finance.post(address, {"content": SimpleUploadedFile("x.txt", b"not a bank file")})
    assert got.status_code == 422 and set(Payment.objects.values_list("state", flat=True)) == {"sent"}
    got = finance.post(address, {})
    assert got.status_code == 422 and "没有选择文件" in got.content.decode()


def test_a_finding_is_held_with_a_reason(pair: Town, maker: Client) -> None:
    pair.person("没账号", "", town=0)
    pair.grant("没账号", 5000)
    pair.due("没账号", MARCH, 5000)
    run = prepared(maker)
    send(maker, "freeze_run", run.pk)
    send(maker, "check_run", run.pk)
    page = text(maker, "pay_findings", run.pk, open="1")
    assert "没有收款账号" in page
    finding = Finding.objects.get(kind="no_account")
    assert maker.post(reverse("city:settle_findings", args=[run.pk]), {"how": "held", "reason": "x"}).status_code == 422
    send(maker, "settle_findings", run.pk, how="held", reason="等社区核对账号", finding=[finding.pk])
    assert Payment.objects.get(payee_name="没账号").state == "held"
    assert "等社区核对账号" in text(maker, "pay_findings", run.pk)


def test_the_money_of_a_year(maker: Client, finance: Client) -> None:
    page = text(finance, "funds", year=2026)
    assert "10,000,000.00" in page and "试财〔2026〕1号" in page
    got = finance.post(reverse("city:keep_fund_line") + "?year=2026", {"fund": "lottery", "amount": "many"})
    assert got.status_code == 422 and "金额不对" in got.content.decode()
    finance.post(
        reverse("city:keep_fund_line") + "?year=2026",
        {"fund": "lottery", "amount": "1,500,000", "document": "", "note": "按去年估"},
    )
    page = text(finance, "funds", year=2026)
    assert "1,500,000.00" in page and "按去年估" in page
    assert text(finance, "funds", year=1800)
    for name in ("funds_export", "spending_export", "pay_runs_export", "awards_export", "redemptions_export"):
        assert finance.get(reverse(f"city:{name}")).status_code == 200


def test_an_award_is_claimed_by_one_and_decided_by_another(maker: Client, finance: Client) -> None:
    assert "养老机构社会保险补贴" in text(maker, "awards")
    assert "招用人员" in text(maker, "claim_award", "social_insurance_award")
    said = {"name": "甲敬老院", "code": "91350100M000100Y43", "account": "6222000011112222", "area": CITY, "f-kind": "home"}
    got = maker.post(reverse("city:send_claim", args=["social_insurance_award"]), said)
    assert got.status_code == 422 and "还缺" in got.content.decode() and "甲敬老院" in got.content.decode()
    got = maker.post(reverse("city:send_claim", args=["social_insurance_award"]), said | {"f-hires_insured": "false"})
    assert got.status_code == 422 and "不符合条件" in got.content.decode() and Award.objects.count() == 0
    page = maker.post(
        reverse("city:send_claim", args=["social_insurance_award"]), said | {"f-hires_insured": "true"}, follow=True
    )
    made = Award.objects.get()
    assert "30,000.00 元" in page.content.decode() and "请另一位" in page.content.decode()
    assert finance.post(reverse("city:decide_award", args=[made.pk]), {"approve": "0"}).status_code == 422
    assert "已经同意" in send(finance, "decide_award", made.pk, approve="1")
    assert "甲敬老院" in text(finance, "awards", state="approved")
    assert maker.get(reverse("city:claim_award", args=["nothing"])).status_code == 404


def test_a_drawn_redemption_is_work_that_leads_to_its_page(pair: Town) -> None:
    work_items.open_item(
        SYSTEM, kind="verify_redemption", key="verify_redemption:1", owner="社区", area_path=TOWNS[0], subject_type="person",
        subject_id=pair.people["吴秀兰"], title="到现场核查消费券：3月1日，甲助餐点", detail={"redemption": 1},
    )  # fmt: skip
    clerk = client_of("镇街三", Role.STREET_CLERK, TOWNS[0])
    page = clerk.get("/street/").content.decode()
    assert "核查消费券" in page and "/city/pay/vouchers/redemptions/?only=waiting" in page


def test_vouchers_of_a_month(maker: Client) -> None:
    page = text(maker, "vouchers", month="2026-03")
    assert "居家和社区服务抵扣价格的50%" in page and "这个月还没有核销" in page
    assert "新发0张" in send(maker, "issue_vouchers", month="2026-03")
    assert "没有符合条件的核销" in text(maker, "redemptions", month="2026-03", only="waiting")
    assert maker.get(reverse("city:vouchers"), {"month": "x"}).status_code == 422


def test_a_clerk_of_a_town_sees_no_run_and_no_fund(pair: Town, maker: Client) -> None:
    run = prepared(maker)
    clerk = client_of("镇街", Role.STREET_CLERK, TOWNS[0])
    assert "还没有发放批次" in text(clerk, "pay_runs")
    assert clerk.get(reverse("city:pay_run", args=[run.pk])).status_code == 404
    assert clerk.post(reverse("city:freeze_run", args=[run.pk])).status_code == 403
    assert clerk.get(reverse("city:funds")).status_code == 403
    mine, other = Payment.objects.get(payee_name="吴秀兰"), Payment.objects.get(payee_name="李国华")
    assert clerk.get(reverse("city:pay_payment", args=[mine.pk])).status_code == 200
    assert clerk.get(reverse("city:pay_payment", args=[other.pk])).status_code == 404


def test_a_long_list_is_made_in_the_background(maker: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    run = prepared(maker)
    monkeypatch.setattr(pay_runs, "AT_ONCE", 1)
    page = send(maker, "freeze_run", run.pk)
    assert "已经排上" in page and f"/city/pay/runs/{run.pk}/progress/?step=freeze" in page
    waiting = maker.get(reverse("city:pay_progress", args=[run.pk]), {"step": "freeze"})
    assert "HX-Redirect" not in waiting
    with clock.frozen(dt.date(2026, 3, 10)):
        user = get_user_model().objects.get(username="经办")
        payment_step(run_id=run.pk, step="freeze", user_id=user.pk)
    assert maker.get(reverse("city:pay_progress", args=[run.pk]), {"step": "freeze"})["HX-Redirect"] == reverse(
        "city:pay_run", args=[run.pk]
    )


def test_overpaid_money_comes_back_with_a_receipt(pair: Town, maker: Client, finance: Client) -> None:
    with clock.frozen(dt.date(2026, 3, 10)):
        done = sent()
        answered(done.run_id)
        pair.due("李国华", MARCH, 3000)
        person = pair.people["李国华"]
        page = text(finance, "overpaid")
        assert "李国华" in page and "50.00" in page and "吴秀兰" not in page
        said = {"amount": "60", "how": "cash", "receipt": "R-1", "payer": "儿子", "received_on": "2026-03-10"}
        got = finance.post(reverse("city:record_repayment", args=[person]), said)
        assert got.status_code == 422 and "最多可以退50.00元" in got.content.decode()
        got = finance.post(reverse("city:record_repayment", args=[person]), said | {"amount": "20"}, follow=True)
        assert "还有30.00元" in got.content.decode()
        got = finance.post(
            reverse("city:record_repayment", args=[person]), said | {"amount": "30", "receipt": "R-2"}, follow=True
        )
        assert "已经退清" in got.content.decode() and "没有要追回的" in got.content.decode()
        assert finance.get(reverse("city:overpaid_export")).status_code == 200
        clerk = client_of("镇街二", Role.STREET_CLERK, TOWNS[1])
        assert clerk.post(reverse("city:record_repayment", args=[person]), said).status_code == 403
