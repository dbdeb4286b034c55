"""Whatever happens in whatever order: nobody is paid twice, nobody is lost, the ledger balances, each fen walks back to a decision.

Hypothesis plays months from December over New Year to a 29th of February: runs, second runs, checks that hold people, cancelled runs,
answers in part, late and twice, failures paid again, deaths and dues that become more or less between any two steps. At the end of every
play everything is brought to rest and counted to the fen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from songhe.contexts.entitlements.models import Due, Grant
from songhe.contexts.payments import actions, queries
from songhe.contexts.payments.errors import NotBalanced, NothingToPay, NotPayableAgain, OpenFindings, RunAtWork
from songhe.contexts.payments.models import BankFile, Finding, Payment, PayRun
from songhe.contexts.payments.words import AccountKind, Settled
from songhe.foundation import clock
from tests.contexts.payments.conftest import AGE, APPROVER, CARE, MAKER, Town, answer, make_town, money, release

MONTHS = (dt.date(2027, 12, 1), dt.date(2028, 1, 1), dt.date(2028, 2, 1), dt.date(2028, 3, 1))
DAYS = (dt.date(2027, 12, 31), dt.date(2028, 1, 1), dt.date(2028, 2, 29), dt.date(2028, 3, 1))
NAMES = ("甲", "乙", "丙")
WHO = st.sampled_from([(name, benefit) for name in NAMES for benefit in (AGE, CARE)])
LIVE = ("listed", "sent", "paid")

pytestmark = pytest.mark.django_db


class Months(RuleBasedStateMachine):
    """Three people with two benefits each, months of runs."""

    town: Town

    @initialize()
    def begin(self) -> None:
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.month = 0
        self.stack.enter_context(clock.frozen(DAYS[0]))
        self.taken: list[tuple[int, bytes]] = []
        self.accounts = 100
        self.alive = set(NAMES)
        self.open_month()

    def open_month(self) -> None:
        for name in sorted(self.alive):
            for benefit, amount in ((AGE, 10000), (CARE, 4000)):
                self.town.due(name, MONTHS[self.month], amount, benefit=benefit)

    def run_in(self, *states: str) -> int | None:
        return PayRun.objects.filter(state__in=states).order_by("id").values_list("id", flat=True).first()

    @precondition(lambda self: self.month < len(MONTHS) - 1)
    @rule()
    def a_month_goes_by(self) -> None:
        self.month += 1
        self.stack.enter_context(clock.frozen(DAYS[self.month]))
        self.open_month()

    @rule(who=WHO, back=st.integers(0, 3), amount=st.sampled_from((0, 1, 2500, 4000, 10000, 15000)))
    def a_due_is_counted_again(self, who: tuple[str, str], back: int, amount: int) -> None:
        name, benefit = who
        month = MONTHS[max(0, self.month - back)]
        if Due.objects.filter(grant=self.town.grants[name, benefit], period=month).exists():
            self.town.due(name, month, amount, benefit=benefit)

    @rule(name=st.sampled_from(NAMES), back=st.integers(0, 2))
    def somebody_has_died(self, name: str, back: int) -> None:
        self.alive.discard(name)
        for month in MONTHS[max(0, self.month - back) : self.month + 1]:
            for benefit in (AGE, CARE):
                if Due.objects.filter(grant=self.town.grants[name, benefit], period=month).exists():
                    self.town.due(name, month, 0, benefit=benefit)

    @rule(name=st.sampled_from(NAMES), none=st.booleans())
    def another_account(self, name: str, none: bool) -> None:
        self.accounts += 1
        self.town.account(name, "" if none else f"{'6231' if self.accounts % 2 else '6222'}000000000{self.accounts}")

    @rule()
    def prepare(self) -> None:
        with suppress(NothingToPay, RunAtWork):
            actions.prepare_run(MAKER, month=MONTHS[self.month])

    @rule(again=st.booleans())
    def freeze(self, again: bool) -> None:
        if (run := self.run_in("draft")) is not None:
            try:
                actions.freeze_run(MAKER, run_id=run)
            except NothingToPay:
                actions.cancel_run(MAKER, run_id=run, reason="没有要发的")
                return
            if again:
                actions.freeze_run(MAKER, run_id=run)
            self.nobody_is_left_out(PayRun.objects.get(id=run).month)

    @rule(hold=st.sets(st.integers(0, 5)))
    def check(self, hold: set[int]) -> None:
        if (run := self.run_in("frozen", "checked")) is not None:
            actions.check_run(MAKER, run_id=run)
            for place, finding in enumerate(Finding.objects.filter(run_id=run, settled_at=None).order_by("id")):
                held = place in hold and finding.payment_id is not None
                how = Settled.HELD if held or finding.kind == "no_account" else Settled.RELEASED
                actions.settle_finding(MAKER, finding_id=finding.pk, how=how, reason="核实")

    @rule(files=st.booleans())
    def approve(self, files: bool) -> None:
        if (run := self.run_in("checked")) is not None:
            with suppress(OpenFindings):
                actions.approve_run(APPROVER, run_id=run)
        if files and (run := self.run_in("approved")) is not None:
            made = actions.make_bank_files(APPROVER, run_id=run)
            assert actions.make_bank_files(APPROVER, run_id=run) == made

    @rule()
    def cancel(self) -> None:
        if (run := self.run_in("draft", "frozen", "checked", "approved")) is not None:
            actions.cancel_run(MAKER, run_id=run, reason="重做")

    @rule(pick=st.integers(0, 9), some=st.sets(st.integers(1, 6)), failing=st.sets(st.integers(1, 6)))
    def the_bank_answers(self, pick: int, some: set[int], failing: set[int]) -> None:
        files = list(BankFile.objects.filter(run__state="sent").order_by("id"))
        if not files:
            return
        file = files[pick % len(files)]
        states = dict(Payment.objects.filter(bank_file=file).values_list("line", "state"))
        lines = [line for line in states if line in some] or list(states)
        bad = "1003" if file.layout == "agent_csv" else "E003"
        results = {line: bad for line in lines if states[line] == "failed" or (states[line] == "sent" and line in failing)}
        content = answer(file, results, lines=lines)
        actions.take_return(APPROVER, bank_file_id=file.pk, content=content, name="回盘.txt")
        self.taken.append((file.pk, content))

    @precondition(lambda self: bool(self.taken))
    @rule(pick=st.integers(0, 99))
    def an_answer_comes_again(self, pick: int) -> None:
        file, content = self.taken[pick % len(self.taken)]
        assert actions.take_return(APPROVER, bank_file_id=file, content=content, name="回盘.txt").again

    @rule(pick=st.integers(0, 9))
    def pay_again(self, pick: int) -> None:
        stuck = list(Payment.objects.filter(state__in=["failed", "held"]).exclude(kind="recovery").order_by("id"))
        if stuck:
            with suppress(NotPayableAgain):
                actions.pay_again(MAKER, payment_ids=[stuck[pick % len(stuck)].pk], reason="账号已改")

    @rule()
    def close(self) -> None:
        if (run := self.run_in("sent")) is not None:
            with suppress(NotBalanced):
                actions.close_run(APPROVER, run_id=run)

    def covered(self) -> dict[tuple[int, dt.date], int]:
        found: dict[tuple[int, dt.date], int] = {}
        rows = Payment.objects.filter(state__in=LIVE).values_list("grant_id", "period", "kind", "amount")
        for grant, period, kind, amount in rows:
            key = (grant or 0, period)
            found[key] = found.get(key, 0) + (-amount if kind == "recovery" else amount)
        return found

    def stuck(self) -> dict[tuple[int, dt.date], int]:
        followed = set(Payment.objects.exclude(state="withdrawn").exclude(again_of=None).values_list("again_of_id", flat=True))
        found: dict[tuple[int, dt.date], int] = {}
        for payment in Payment.objects.filter(state__in=["failed", "held"]).exclude(kind="recovery").exclude(id__in=followed):
            key = (payment.grant_id or 0, payment.period)
            found[key] = found.get(key, 0) + payment.amount
        return found

    def newest(self) -> dict[tuple[int, dt.date], int]:
        rows = Due.objects.order_by("revision").values_list("grant_id", "period", "amount")
        return {(grant, period): amount for grant, period, amount in rows}

    def nobody_is_left_out(self, until: dt.date) -> None:
        """Right after freezing whatever is due was paid, is on its way or on the list, or waits as failed or held."""
        covered, stuck = self.covered(), self.stuck()
        for key, amount in self.newest().items():
            assert key[1] > until or amount <= covered.get(key, 0) + stuck.get(key, 0)

    @invariant()
    def nobody_is_paid_twice(self) -> None:
        most: dict[tuple[int, dt.date], int] = {}
        for grant, period, amount in Due.objects.values_list("grant_id", "period", "amount"):
            most[grant, period] = max(most.get((grant, period), 0), amount)
        for key, amount in self.covered().items():
            assert 0 <= amount <= most[key]

    @invariant()
    def the_ledger_says_what_the_payments_say(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(
                "SELECT coalesce(sum(CASE WHEN kind = 'recovery' THEN -amount ELSE amount END) FILTER (WHERE state = 'sent'), 0),"
                " coalesce(sum(CASE WHEN kind = 'recovery' THEN -amount ELSE amount END) FILTER (WHERE state IN ('sent', 'paid')), 0) FROM payment"
            )
            sent, gone = cursor.fetchone()
        found = self.balances()
        assert (found.get(AccountKind.IN_TRANSIT, 0), found.get(AccountKind.FUND, 0)) == (sent, -gone)
        assert found.get(AccountKind.TO_RECOVER, 0) >= 0
        assert sum(found.values()) == 0

    def balances(self) -> dict[AccountKind, int]:
        found: dict[AccountKind, int] = {}
        for year in (2027, 2028):
            for line in queries.trial_balance(APPROVER, year=year).lines:
                found[line.kind] = found.get(line.kind, 0) + line.balance
        return found

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        try:
            self.bring_to_rest()
        finally:
            transaction.set_rollback(True)
            self.stack.close()

    def bring_to_rest(self) -> None:
        for name in NAMES:
            self.accounts += 1
            self.town.account(name, f"6222000000000{self.accounts}")
        if (run := self.run_in("draft", "frozen", "checked", "approved")) is not None:
            actions.cancel_run(MAKER, run_id=run, reason="收尾")
        for _ in range(3):
            for sent in PayRun.objects.filter(state="sent").order_by("id"):
                for file in BankFile.objects.filter(run=sent).order_by("id"):
                    waiting = list(Payment.objects.filter(bank_file=file, state="sent").values_list("line", flat=True))
                    if waiting:
                        content = answer(file, {}, lines=[line or 0 for line in waiting])
                        actions.take_return(APPROVER, bank_file_id=file.pk, content=content, name="回盘.txt")
                actions.close_run(APPROVER, run_id=sent.pk)
            for payment in Payment.objects.filter(state__in=["failed", "held"]).exclude(kind="recovery"):
                with suppress(NotPayableAgain):
                    actions.pay_again(MAKER, payment_ids=[payment.pk], reason="收尾")
            try:
                run_id = actions.prepare_run(MAKER, month=MONTHS[self.month]).run_id
            except NothingToPay:
                break
            actions.freeze_run(MAKER, run_id=run_id)
            actions.check_run(MAKER, run_id=run_id)
            release(run_id)
            actions.approve_run(APPROVER, run_id=run_id)
            actions.make_bank_files(APPROVER, run_id=run_id)
        self.everything_adds_up()

    def everything_adds_up(self) -> None:
        covered, newest, balances = self.covered(), self.newest(), self.balances()
        assert not PayRun.objects.exclude(state__in=["closed", "cancelled"]).exists()
        over = {key: amount - newest[key] for key, amount in covered.items() if amount > newest[key]}
        assert all(covered.get(key, 0) >= amount for key, amount in newest.items())
        assert balances.get(AccountKind.IN_TRANSIT, 0) == 0
        assert -balances.get(AccountKind.FUND, 0) == sum(covered.values())
        for payment in Payment.objects.exclude(state="withdrawn"):
            way = queries.walk_back(MAKER, payment_id=payment.pk)
            assert way.origin is not None
            assert (way.origin.grant_id, way.origin.period, way.origin.snapshot_sha256) == (
                payment.grant_id,
                payment.period,
                "ab" * 32,
            )
        if self.settled_last():
            assert balances.get(AccountKind.TO_RECOVER, 0) == sum(over.values())
            assert balances.get(AccountKind.OWED, 0) == 0
            assert balances.get(AccountKind.SPENT, 0) == sum(newest.values())

    def settled_last(self) -> bool:
        """Whether a run was approved after the last due was counted: only an approval tells the ledger what is owed."""
        approved = PayRun.objects.filter(state="closed").order_by("-frozen_at").values_list("id", flat=True).first()
        newest_due = Due.objects.order_by("-id").values_list("id", flat=True).first() or 0
        listed = Payment.objects.filter(run_id=approved).order_by("-due_id").values_list("due_id", flat=True).first() or 0
        return approved is not None and listed >= newest_due


@pytest.fixture
def months_town(db: None) -> Iterator[Town]:
    with clock.frozen(DAYS[0]):
        town = make_town()
        for year in (2027, 2028):
            money(10**10, year)
        for n, name in enumerate(NAMES):
            town.person(name, f"{'6231' if n == 1 else '6222'}00000000000{n}")
            for benefit, amount in ((AGE, 10000), (CARE, 4000)):
                town.grant(name, amount, benefit=benefit, since=MONTHS[0])
        Grant.objects.update(amount_since=MONTHS[0])
        yield town


def test_in_any_order_everything_adds_up(months_town: Town) -> None:
    class OfTown(Months):
        town = months_town

    run_state_machine_as_test(
        OfTown,
        settings=settings(max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)),
    )
