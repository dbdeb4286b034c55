"""Killed at every statement of a month, before and after every commit: nothing is left or all of it, and the next try comes to the same.

Nobody is paid twice or lost, the ledger balances, and each fen walks back to a decision, at every one of these moments (see `tests.faults`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.db import connection

from songhe.contexts.payments import actions
from songhe.contexts.payments.errors import AwardRefused, NothingToPay
from songhe.contexts.payments.models import Award, BankFile, Finding, Payment, PayRun, Redemption, Voucher
from songhe.contexts.payments.words import LongStep, Purpose, RepaidBy, Settled, Verified
from songhe.foundation import clock, files
from songhe.foundation.errors import Conflict
from songhe.foundation.models import WorkItem
from songhe.jobs.payments import payment_step
from tests.contexts.entitlements.conftest import town as voucher_town
from tests.contexts.payments.conftest import APPROVER, APRIL, CARE, MAKER, MARCH, Town, answer, answered, release, sent
from tests.contexts.payments.test_vouchers import BENEFIT, NOVEMBER, PAYEE, clerk, grant_of, officer, redeem
from tests.contexts.payments.what_holds import money_holds, told, walked_back
from tests.faults import every_kill, kept, killed_for_real, living

__all__ = ["voucher_town"]
pytestmark = pytest.mark.django_db(transaction=True)
APRIL_DAY = dt.date(2026, 4, 10)


@pytest.fixture
def april(town: Town) -> Iterator[Town]:
    """March is over, and something happened to everybody: nothing, the bank refused, no account, paid too much, too little, died."""
    for name, account, place, amount in (
        ("吴秀兰", "6222000000000001", 0, 10000), ("李国华", "6231000000000002", 1, 8000), ("张建明", "6222000000000003", 0, 9000),
        ("王玉珍", "6222000000000004", 1, 6000), ("赵桂英", "", 0, 7000), ("钱爷爷", "6231000000000006", 0, 5000),
    ):  # fmt: skip
        town.person(name, account, town=place)
        town.grant(name, amount)
    town.grant("吴秀兰", 4000, benefit=CARE)
    run = sent(settle=lambda run_id: hold(run_id))
    answered(run.run_id, failing=["张建明"])
    actions.close_run(APPROVER, run_id=run.run_id)
    with clock.frozen(APRIL_DAY):
        town.due("李国华", MARCH, 8300)
        town.due("王玉珍", MARCH, 2000)
        town.due("钱爷爷", MARCH, 1000)
        town.end("钱爷爷", MARCH)
        town.account("赵桂英", "6231000000000005")
        town.account("吴秀兰", "6222000000000011")
        yield town


def hold(run_id: int) -> None:
    """Who has no account is held."""
    ids = list(Finding.objects.filter(run_id=run_id, settled_at=None).values_list("id", flat=True))
    actions.settle_findings(MAKER, run_id=run_id, finding_ids=ids, how=Settled.HELD, reason="没有账号")


def killed(step: Callable[[], object], *, stays: bool = True, least: int = 8) -> None:
    assert len(every_kill(step, comes_to=told, holds=money_holds, stays=stays)) >= least


def test_killed_at_every_statement_until_the_list_is_approved(april: Town) -> None:
    again = list(Payment.objects.filter(state__in=["failed", "held"]).values_list("id", flat=True))
    assert len(again) == 2
    killed(lambda: actions.pay_again(MAKER, payment_ids=again, reason="账号已改"))
    killed(lambda: actions.prepare_run(MAKER, month=APRIL), least=30)
    run = PayRun.objects.get(state="draft").pk
    killed(lambda: actions.cancel_run(MAKER, run_id=run, reason="重做"), stays=False)
    killed(lambda: actions.freeze_run(MAKER, run_id=run), least=30)
    killed(lambda: actions.check_run(MAKER, run_id=run), least=15)
    found = list(Finding.objects.filter(run_id=run).values_list("id", flat=True))
    assert found
    killed(lambda: actions.settle_findings(MAKER, run_id=run, finding_ids=found, how=Settled.RELEASED, reason="已核实"))
    killed(lambda: actions.cancel_run(MAKER, run_id=run, reason="重做"), stays=False)
    killed(lambda: actions.approve_run(APPROVER, run_id=run))
    assert sorted(Payment.objects.filter(run_id=run).values_list("payee_name", "kind", "amount")) == [
        ("吴秀兰", "regular", 4000), ("吴秀兰", "regular", 10000), ("张建明", "regular", 9000), ("张建明", "regular", 9000),
        ("李国华", "arrears", 300), ("李国华", "regular", 8000), ("王玉珍", "recovery", 4000), ("王玉珍", "regular", 6000),
        ("赵桂英", "regular", 7000), ("赵桂英", "regular", 7000),
    ]  # fmt: skip


def test_killed_at_every_statement_from_approval_to_the_close(april: Town) -> None:
    stuck = list(Payment.objects.filter(state__in=["failed", "held"]).values_list("id", flat=True))
    actions.pay_again(MAKER, payment_ids=stuck, reason="账号已改")
    run = actions.prepare_run(MAKER, month=APRIL).run_id
    actions.freeze_run(MAKER, run_id=run)
    actions.check_run(MAKER, run_id=run)
    release(run)
    actions.approve_run(APPROVER, run_id=run)
    killed(lambda: actions.cancel_run(MAKER, run_id=run, reason="重做"), stays=False)
    killed(lambda: actions.make_bank_files(APPROVER, run_id=run), least=18)
    first, second = BankFile.objects.filter(run_id=run).order_by("number")
    assert all(len(files.read(file.file_id)) for file in (first, second))
    # the second file's answer comes first, and in two parts that overlap; of the first file one line fails
    parts = (
        (second, answer(second, {}, lines=[1]), 15),
        (second, answer(second, {}), 15),
        (first, answer(first, {2: "1002"}), 20),
    )
    for file, content, least in parts:
        killed(lambda: actions.take_return(APPROVER, bank_file_id=file.pk, content=content, name="回盘.txt"), least=least)  # noqa: B023
        assert actions.take_return(APPROVER, bank_file_id=file.pk, content=content, name="回盘.txt").again
    killed(lambda: actions.close_run(APPROVER, run_id=run))
    dead = april.people["钱爷爷"]
    said = {"receipt": "R-1", "received_on": APRIL_DAY, "how": RepaidBy.CASH, "payer": "儿子"}
    killed(lambda: actions.record_repayment(APPROVER, person_id=dead, amount=4000, **said))  # type: ignore[arg-type]
    (failed,) = Payment.objects.filter(run_id=run, state="failed").values_list("id", flat=True)
    actions.pay_again(MAKER, payment_ids=[failed], reason="已核实")
    last = sent(APRIL).run_id
    answered(last)
    actions.close_run(APPROVER, run_id=last)
    walked_back()
    with pytest.raises(NothingToPay):
        actions.prepare_run(MAKER, month=APRIL)
    paid: dict[str, int] = {}
    for name, kind, amount in Payment.objects.filter(state="paid").values_list("payee_name", "kind", "amount"):
        paid[name] = paid.get(name, 0) + (-amount if kind == "recovery" else amount)
    assert paid == {"吴秀兰": 28000, "李国华": 16300, "张建明": 18000, "王玉珍": 8000, "赵桂英": 14000, "钱爷爷": 5000}


def test_a_step_in_the_background_killed_between_its_commit_and_its_job_is_done_once(april: Town) -> None:
    run = actions.prepare_run(MAKER, month=APRIL).run_id

    def queued() -> set[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT task_name, args::text FROM procrastinate_jobs WHERE task_name = 'payment_step'")
            return set(cursor.fetchall())

    moments = every_kill(lambda: actions.ask_step(MAKER, run_id=run, step=LongStep.FREEZE), comes_to=queued)
    assert moments.count("after COMMIT") > 1
    ((name, _),) = queued()
    assert name == "payment_step"
    actions.cancel_run(MAKER, run_id=run, reason="任务晚到")
    payment_step(run, "freeze", 7)  # nobody of this number works here any more: said on the run, and nothing else
    assert PayRun.objects.get(id=run).state == "cancelled"
    assert PayRun.objects.get(id=run).refused


PROGRAM = """
import datetime, sys, time
from django.db import connection
from songhe.contexts.payments import actions
from songhe.foundation import clock
from songhe.foundation.access import Actor, Grant, Role

passed = 0

def wait(execute, sql, params, many, context):
    global passed
    passed += 1
    if passed == int(sys.argv[2]):
        print("here", connection.connection.info.backend_pid, flush=True)
        time.sleep(60)
    return execute(sql, params, many, context)

approver = Actor(8, "财务员", "user", (Grant(Role.FINANCE_OFFICER, "640381/"),))
with clock.frozen(datetime.date(2026, 4, 10)), connection.execute_wrapper(wait):
    actions.make_bank_files(approver, run_id=int(sys.argv[1]))
"""


def test_a_process_that_is_really_killed_leaves_the_same(april: Town) -> None:
    run = actions.prepare_run(MAKER, month=APRIL).run_id
    actions.freeze_run(MAKER, run_id=run)
    actions.check_run(MAKER, run_id=run)
    release(run)
    actions.approve_run(APPROVER, run_id=run)

    def step() -> object:
        return actions.make_bank_files(APPROVER, run_id=run)

    with kept() as place:
        with living() as life:
            step()
        expected, touched = told(), place.touched()
        late = next(n for n, moment in enumerate(life.moments, 1) if moment.startswith("INSERT INTO audit_entry"))
        statements = sum(1 for moment in life.moments[:late] if "COPY" not in moment and "COMMIT" not in moment)
        place.back(touched)
        killed_for_real(PROGRAM, str(run), str(statements))
        assert place.as_before(touched)
        with living(late, seen_by=place.other) as life:
            step()
        assert life.dead and place.as_before(touched)
        step()
        assert told() == expected


def vouchers_told() -> list[object]:
    return [
        sorted(Voucher.objects.values_list("grant_id", "month", "amount", "used", "state")),
        sorted(Redemption.objects.values_list("key", "deducted", "drawn", "verified_as", "award__amount"), key=str),
        sorted(Award.objects.values_list("kind", "amount", "state")),
        sorted(WorkItem.objects.values_list("kind", "title", "closed_at"), key=str),
        sorted(Payment.objects.values_list("benefit", "amount", "state", "again_of")),
        sorted(PayRun.objects.values_list("purpose", "state", "amount")),
    ]


def test_killed_at_every_statement_vouchers_are_issued_used_and_settled_once(voucher_town: object) -> None:
    town = voucher_town
    grant_of(town.poor, 800_00)  # type: ignore[attr-defined]

    def killed(step: Callable[[], object], least: int = 6) -> None:
        def holds() -> None:
            money_holds()
            for voucher in Voucher.objects.all():
                used = sum(Redemption.objects.filter(voucher=voucher).values_list("deducted", flat=True))
                assert voucher.used == used <= voucher.amount <= 800_00

        assert len(every_kill(step, comes_to=vouchers_told, holds=holds)) >= least

    killed(lambda: actions.issue_vouchers(officer(), month=NOVEMBER))
    voucher = Voucher.objects.get()
    killed(lambda: redeem(voucher, "1", 100_00))
    redeem(voucher, "2", 60_00)
    killed(lambda: actions.draw_for_verification(officer(), month=NOVEMBER, benefit=BENEFIT))
    (drawn,) = Redemption.objects.filter(drawn=True)
    at_home = clerk(voucher.area_path)
    killed(lambda: once(lambda: actions.verify_redemption(at_home, redemption_id=drawn.pk, outcome=Verified.TRUE)), least=4)
    other = next(key for key in ("1", "2") if not drawn.key.endswith(f":{key}"))
    assert Redemption.objects.get(key__endswith=f":{other}").drawn is False
    killed(lambda: once(lambda: actions.claim_redemptions(officer(), benefit=BENEFIT, month=NOVEMBER, payee=PAYEE)), least=8)
    claim = Award.objects.get()
    killed(lambda: once(lambda: actions.decide_claim(officer(8), award_id=claim.pk, approve=True)))
    actions.keep_fund_line(officer(), fund="city_budget", year=2026, amount=10**9, document="试财〔2026〕1号")
    killed(lambda: actions.prepare_run(officer(), month=NOVEMBER, purpose=Purpose.AWARDS), least=15)
    run = PayRun.objects.get().pk
    actions.freeze_run(officer(), run_id=run)
    actions.check_run(officer(), run_id=run)
    actions.approve_run(officer(8), run_id=run)
    killed(lambda: actions.make_bank_files(officer(8), run_id=run))
    answered(run)
    actions.close_run(officer(8), run_id=run)
    assert list(Payment.objects.values_list("award_id", "amount", "state")) == [(claim.pk, 80_00, "paid")]
    with pytest.raises(NothingToPay):
        actions.prepare_run(officer(), month=NOVEMBER, purpose=Purpose.AWARDS)


def once(deed: Callable[[], object]) -> None:
    """Done a second time after it was committed, it is refused, and the person sees what stands."""
    with suppress(Conflict, AwardRefused):
        deed()
