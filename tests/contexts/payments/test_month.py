"""A month from what is due to the bank and back: who gets what, what is refused, and what the ledger says afterwards."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.payments import actions, queries
from songhe.contexts.payments.errors import (
    MakerMayNotApprove,
    NotBalanced,
    NothingToPay,
    OpenFindings,
    RunAtWork,
    WrongRunState,
)
from songhe.contexts.payments.models import BankFile, Entry, Finding, Payment, PayRun, Posting
from songhe.contexts.payments.queries import By
from songhe.contexts.payments.words import AccountKind, PayRunState, Settled
from songhe.foundation import clock
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import AuditEntry, WorkItem
from tests.contexts.payments.conftest import (
    APPROVER,
    APRIL,
    CLERK,
    MAKER,
    MARCH,
    MAY,
    Town,
    answered,
    release,
    sent,
)


def balances(year: int = 2026) -> dict[tuple[str, str], int]:
    found = queries.trial_balance(APPROVER, year=year)
    assert found.total == 0
    return {(line.kind.value, line.benefit): line.balance for line in found.lines if line.balance}


def test_two_people_are_paid_and_the_run_balances(pair: Town) -> None:
    run = actions.prepare_run(MAKER, month=dt.date(2026, 3, 9))
    assert (run.state, run.payments, run.amount) == (PayRunState.DRAFT, 2, 18000)
    frozen = actions.freeze_run(MAKER, run_id=run.run_id)
    assert (frozen.state, len(frozen.list_hash)) == (PayRunState.FROZEN, 64)
    assert actions.check_run(MAKER, run_id=run.run_id).findings == 0
    assert actions.approve_run(APPROVER, run_id=run.run_id).state is PayRunState.APPROVED
    assert balances() == {(AccountKind.OWED, "age_allowance"): -18000, (AccountKind.SPENT, "age_allowance"): 18000}
    files = actions.make_bank_files(APPROVER, run_id=run.run_id)
    assert [(f.layout, f.name, f.lines, f.amount) for f in files] == [
        ("agent_csv", "DF2026031001001.csv", 1, 10000), ("social_card_txt", "SB2026031001002.txt", 1, 8000),
    ]  # fmt: skip
    assert balances()[AccountKind.IN_TRANSIT, ""] == 18000
    answered(run.run_id)
    assert actions.close_run(APPROVER, run_id=run.run_id).state is PayRunState.CLOSED
    assert balances() == {(AccountKind.FUND, ""): -18000, (AccountKind.SPENT, "age_allowance"): 18000}
    shown = queries.run(MAKER, run_id=run.run_id)
    (line,) = shown.statement
    assert (line.fund_title, line.listed_amount, line.paid, line.paid_amount, line.kept_back) == (
        "本级养老服务资金",
        18000,
        2,
        18000,
        0,
    )
    assert shown.reconciled.balances
    assert shown.may == ()
    assert {p.payee_name: p.state for p in Payment.objects.all()} == {"吴秀兰": "paid", "李国华": "paid"}


def test_asked_again_nothing_is_paid_twice(pair: Town) -> None:
    run = sent()
    with pytest.raises(NothingToPay):
        actions.prepare_run(MAKER, month=MARCH)
    assert PayRun.objects.count() == 1
    before = [(f.id, f.sha256) for f in actions.make_bank_files(APPROVER, run_id=run.run_id)]
    assert before == [(f.pk, f.sha256) for f in BankFile.objects.order_by("number")]
    assert actions.approve_run.__name__
    with pytest.raises(WrongRunState):
        actions.freeze_run(MAKER, run_id=run.run_id)
    assert Payment.objects.count() == 2


def test_who_may_do_what(pair: Town) -> None:
    with pytest.raises(AccessDenied):
        actions.prepare_run(CLERK, month=MARCH)
    with pytest.raises(AccessDenied):
        actions.prepare_run(APPROVER, month=MARCH)
    with pytest.raises(InvalidInput):
        actions.prepare_run(MAKER, month=APRIL)
    run = actions.prepare_run(MAKER, month=MARCH)
    with pytest.raises(WrongRunState):
        actions.approve_run(APPROVER, run_id=run.run_id)
    actions.freeze_run(MAKER, run_id=run.run_id)
    actions.check_run(MAKER, run_id=run.run_id)
    with pytest.raises(MakerMayNotApprove):
        actions.approve_run(MAKER, run_id=run.run_id)
    with pytest.raises(RunAtWork):
        actions.prepare_run(MAKER, month=MARCH)
    assert Entry.objects.count() == 0
    actions.approve_run(APPROVER, run_id=run.run_id)
    with pytest.raises(NotBalanced):
        actions.make_bank_files(APPROVER, run_id=run.run_id)
        actions.close_run(APPROVER, run_id=run.run_id)


def test_the_frozen_list_does_not_shift(pair: Town) -> None:
    run = actions.prepare_run(MAKER, month=MARCH)
    pair.due("李国华", MARCH, 0)
    frozen = actions.freeze_run(MAKER, run_id=run.run_id)
    assert (frozen.payments, frozen.amount) == (1, 10000)
    pair.due("吴秀兰", MARCH, 5000)
    pair.account("吴秀兰", "6222999999999999")
    actions.check_run(MAKER, run_id=run.run_id)
    actions.approve_run(APPROVER, run_id=run.run_id)
    actions.make_bank_files(APPROVER, run_id=run.run_id)
    (file,) = BankFile.objects.all()
    content = actions.fetch_bank_file(APPROVER, bank_file_id=file.pk).content.decode("gb18030")
    assert "6222000000000001,吴秀兰,100.00" in content
    assert AuditEntry.objects.filter(action="bank_file.fetched").count() == 1


def test_less_is_due_afterwards_and_the_rest_is_kept_back(pair: Town) -> None:
    answered(sent().run_id)
    pair.due("吴秀兰", MARCH, 0)  # died in February, known in April
    pair.due("李国华", MARCH, 2000)
    pair.due("李国华", APRIL, 8000)
    pair.end("吴秀兰", MARCH)
    with clock.frozen(dt.date(2026, 4, 10)):
        run = sent(APRIL)
        assert (run.payments, run.amount) == (1, 2000)
        (kept,) = Payment.objects.filter(kind="recovery")
        assert (kept.payee_name, kept.amount, kept.period, kept.state) == ("李国华", 6000, MARCH, "sent")
        answered(run.run_id)
        actions.close_run(APPROVER, run_id=run.run_id)
        found = balances()
        assert found == {
            (AccountKind.FUND, ""): -20000,
            (AccountKind.SPENT, "age_allowance"): 10000,
            (AccountKind.TO_RECOVER, "age_allowance"): 10000,
        }
        way = queries.walk_back(MAKER, payment_id=Payment.objects.get(run_id=run.run_id, kind="regular").pk)
        assert [line.amount for line in way.kept_back] == [6000]
        assert (way.origin.snapshot_sha256, way.origin.amount) == ("ab" * 32, 8000)  # type: ignore[union-attr]
        assert way.bank_reference == "202604100100100000001"
        lines = {line.key: line.amount for line in queries.spending(MAKER, year=2026, by=By.MONTH).lines}
        assert lines == {"2026-03": 18000, "2026-04": 2000}
        assert {line.key: line.amount for line in queries.spending(APPROVER, year=2026, by=By.FUND).lines} == {
            "city_budget": 20000
        }


def test_more_is_due_afterwards_and_is_paid(pair: Town) -> None:
    answered(sent().run_id)
    pair.due("吴秀兰", MARCH, 12500)
    run = sent()
    (payment,) = Payment.objects.filter(run_id=run.run_id)
    assert (payment.kind, payment.amount, payment.period) == ("arrears", 2500, MARCH)
    answered(run.run_id)
    pair.due("吴秀兰", MARCH, 12500)
    with pytest.raises(NothingToPay):
        actions.prepare_run(MAKER, month=MARCH)


def test_what_failed_is_work_and_is_paid_again_once(pair: Town) -> None:
    run = sent()
    answered(run.run_id, ["吴秀兰"])
    (item,) = WorkItem.objects.filter(closed_at=None)
    assert (item.kind, item.owner, item.subject_id) == ("payment_failed", "社区", pair.people["吴秀兰"])
    actions.close_run(APPROVER, run_id=run.run_id)
    assert balances()[AccountKind.OWED, "age_allowance"] == -10000
    with pytest.raises(NothingToPay):
        actions.prepare_run(MAKER, month=MARCH)
    failed = Payment.objects.get(state="failed")
    assert failed.failure == "户名不符"
    assert actions.pay_again(MAKER, payment_ids=[failed.pk], reason="户名已改").asked == 1
    assert actions.pay_again(MAKER, payment_ids=[failed.pk], reason="户名已改").already == 1
    assert not WorkItem.objects.filter(closed_at=None).exists()
    pair.due("吴秀兰", MARCH, 9000)
    again = sent()
    payment = Payment.objects.get(run_id=again.run_id)
    assert (payment.kind, payment.amount, payment.again_of_id) == ("regular", 9000, failed.pk)
    answered(again.run_id)
    actions.close_run(APPROVER, run_id=again.run_id)
    assert balances() == {(AccountKind.FUND, ""): -17000, (AccountKind.SPENT, "age_allowance"): 17000}
    with pytest.raises(NothingToPay):
        actions.prepare_run(MAKER, month=MARCH)


def test_cancelled_runs_leave_nothing_and_can_be_made_again(pair: Town) -> None:
    run = actions.prepare_run(MAKER, month=MARCH)
    actions.cancel_run(MAKER, run_id=run.run_id, reason="月份不对")
    assert Payment.objects.count() == 0
    second = actions.prepare_run(MAKER, month=MARCH)
    actions.freeze_run(MAKER, run_id=second.run_id)
    actions.check_run(MAKER, run_id=second.run_id)
    actions.approve_run(APPROVER, run_id=second.run_id)
    actions.cancel_run(MAKER, run_id=second.run_id, reason="金额要重算")
    assert balances() == {}
    assert set(Payment.objects.values_list("state", flat=True)) == {"withdrawn"}
    third = sent()
    assert (third.payments, PayRun.objects.get(id=third.run_id).sequence) == (2, 3)
    assert Posting.objects.count() == 2 * 2 + 2 + 2


def test_what_was_held_waits_until_asked_for(town: Town) -> None:
    for name, account in (("甲", "6222000000000001"), ("乙", "6222000000000002"), ("丙", "")):
        town.person(name, account)
        town.grant(name, 5000)
        town.due(name, MARCH, 5000)
    run = actions.prepare_run(MAKER, month=MARCH)
    actions.freeze_run(MAKER, run_id=run.run_id)
    assert actions.check_run(MAKER, run_id=run.run_id).open == 1
    with pytest.raises(OpenFindings):
        actions.approve_run(APPROVER, run_id=run.run_id)
    (finding,) = Finding.objects.all()
    assert finding.sentence == "丙没有收款账号，请社区核对后再发。"
    actions.settle_finding(MAKER, finding_id=finding.pk, how=Settled.HELD, reason="等社区报账号")
    actions.approve_run(APPROVER, run_id=run.run_id)
    actions.make_bank_files(APPROVER, run_id=run.run_id)
    answered(run.run_id)
    actions.close_run(APPROVER, run_id=run.run_id)
    held = Payment.objects.get(state="held")
    assert (held.payee_name, held.held_because, held.bank_file_id) == ("丙", "等社区报账号", None)
    assert balances()[AccountKind.OWED, "age_allowance"] == -5000
    town.account("丙", "6222000000000003")
    actions.pay_again(MAKER, payment_ids=[held.pk], reason="账号已报")
    again = sent()
    assert (again.payments, again.amount) == (1, 5000)
    (line,) = [line for line in queries.payments_of(MAKER, person_id=town.people["丙"]) if line.run_id == again.run_id]
    assert (line.account[-4:], line.again_of, line.may_be_paid_again) == ("0003", held.pk, False)


def test_across_new_year_and_the_29th_of_february(town: Town) -> None:
    december, january, february = dt.date(2027, 12, 1), dt.date(2028, 1, 1), dt.date(2028, 2, 1)
    town.person("甲", "6222000000000001")
    town.grant("甲", 5000, since=december)
    town.due("甲", december, 5000)
    with clock.frozen(dt.date(2027, 12, 31)):
        actions.keep_fund_line(APPROVER, fund="city_budget", year=2027, amount=10**7, document="试财")
        last_year = sent(december)
    with clock.frozen(dt.date(2028, 1, 1)):
        answered(last_year.run_id, ["甲"])  # sent in one year, back in the next
        actions.close_run(APPROVER, run_id=last_year.run_id)
        assert balances(2027) == {(AccountKind.OWED, "age_allowance"): -5000, (AccountKind.SPENT, "age_allowance"): 5000}
        actions.keep_fund_line(APPROVER, fund="city_budget", year=2028, amount=10**7, document="试财")
        actions.pay_again(MAKER, payment_ids=[Payment.objects.get().pk], reason="已改正")
        town.due("甲", january, 5000)
        run = sent(january)
        assert (run.payments, run.amount) == (2, 10000)
        answered(run.run_id)
        assert balances(2027) == {}
        assert balances(2028) == {(AccountKind.FUND, ""): -10000, (AccountKind.SPENT, "age_allowance"): 10000}
    with clock.frozen(dt.date(2028, 2, 29)):
        town.due("甲", february, 5000)
        run = sent(february)
        assert (run.payments, Payment.objects.get(run_id=run.run_id).kind) == (1, "regular")
        release(run.run_id) if PayRun.objects.get(id=run.run_id).state == "checked" else None
        answered(run.run_id)
    assert MAY.month == 5
