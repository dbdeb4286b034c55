"""The steps of payment as rules of a state machine, whatever is due comes from: for the plays of months and of years."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack, suppress

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from songhe.contexts.entitlements.models import Due, Grant
from songhe.contexts.payments import actions, queries
from songhe.contexts.payments.errors import (
    NotBalanced,
    NothingToPay,
    NothingToRepay,
    NotPayableAgain,
    OpenFindings,
    RunAtWork,
    TooMuchRepaid,
)
from songhe.contexts.payments.models import BankFile, Finding, Payment, PayRun
from songhe.contexts.payments.words import AccountKind, RepaidBy, Settled
from songhe.foundation import clock
from tests.contexts.payments.conftest import APPROVER, MAKER, answer, release
from tests.contexts.payments.what_holds import (
    balances,
    covered,
    each_fen_walks_back,
    newest,
    nobody_is_left_out,
    nobody_is_paid_twice,
    the_ledger_balances,
    walked_back,
)

AT_WORK = ("draft", "frozen", "checked", "approved")


class Paying(RuleBasedStateMachine):
    """Runs, checks that hold people, answers in part, late, wrong way round and twice, failures paid again, money handed back."""

    decided = False  # whether every due comes from a decision of the person

    def start(self, day: dt.date) -> None:
        """Everything from here on is undone at the end of the play."""
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.stack.callback(transaction.set_rollback, True)
        self.stop_clock(day)
        self.taken: list[tuple[int, bytes]] = []
        self.receipts = self.accounts = 100

    def stop_clock(self, day: dt.date) -> None:
        """It is this day."""
        self.day = day
        self.stack.enter_context(clock.frozen(day))

    @property
    def month(self) -> dt.date:
        """The month of today."""
        return self.day.replace(day=1)

    def run_in(self, *states: str) -> int | None:
        return PayRun.objects.filter(state__in=states).order_by("id").values_list("id", flat=True).first()

    def may_not_be_paid(self) -> frozenset[int]:
        """Grants that lists leave out for now."""
        rows = Grant.objects.filter(state="suspended") | Grant.objects.filter(account_checked_on=None)
        return frozenset(rows.values_list("id", flat=True))

    @rule()
    def prepare(self) -> None:
        with suppress(NothingToPay, RunAtWork):
            actions.prepare_run(MAKER, month=self.month)

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
            nobody_is_left_out(PayRun.objects.get(id=run).month, but=self.may_not_be_paid())

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
    def a_run_goes_through(self) -> None:
        """Whatever is at work is sent: plays that only do so by single steps seldom come to a second month."""
        self.prepare()
        for step in (lambda: self.freeze(False), lambda: self.check(set()), lambda: self.approve(True)):
            step()

    @rule()
    def cancel(self) -> None:
        if (run := self.run_in(*AT_WORK)) is not None:
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

    @rule(pick=st.integers(0, 9), amount=st.sampled_from((1, 1500, 4000, 30000)))
    def some_hand_money_back(self, pick: int, amount: int) -> None:
        people = sorted(set(Grant.objects.values_list("person_id", flat=True)))
        if not people:
            return
        self.receipts += 1
        said = {"receipt": f"R{self.receipts}", "received_on": self.day, "how": RepaidBy.CASH, "payer": "家属"}
        person = people[pick % len(people)]
        with suppress(NothingToRepay, TooMuchRepaid):
            first = actions.record_repayment(APPROVER, person_id=person, amount=amount, **said)  # type: ignore[arg-type]
            again = actions.record_repayment(APPROVER, person_id=person, amount=amount, **said)  # type: ignore[arg-type]
            assert (again.repeated, again.left) == (True, first.left)

    @rule()
    def close(self) -> None:
        if (run := self.run_in("sent")) is not None:
            with suppress(NotBalanced):
                actions.close_run(APPROVER, run_id=run)

    @invariant()
    def money_holds(self) -> None:
        if not hasattr(self, "stack"):
            return
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        nobody_is_paid_twice()
        the_ledger_balances()
        each_fen_walks_back(decided=self.decided)

    def everybody_may_be_paid(self) -> None:
        """Nothing stands in the way of paying anybody any more."""

    def come_to_rest(self) -> None:
        """Every run goes to its end, everything is paid again until nothing is left to pay."""
        self.everybody_may_be_paid()
        if (run := self.run_in(*AT_WORK)) is not None:
            actions.cancel_run(MAKER, run_id=run, reason="收尾")
        for _ in range(4):
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
                run_id = actions.prepare_run(MAKER, month=self.month).run_id
            except NothingToPay:
                break
            actions.freeze_run(MAKER, run_id=run_id)
            actions.check_run(MAKER, run_id=run_id)
            release(run_id)
            actions.approve_run(APPROVER, run_id=run_id)
            actions.make_bank_files(APPROVER, run_id=run_id)
        self.money_holds()
        self.everything_adds_up()

    def everything_adds_up(self) -> None:
        """What is due was paid; what was paid beyond it is to be recovered; the ledger says so, to the fen."""
        paid, due, found = covered(), newest(), balances()
        assert not PayRun.objects.exclude(state__in=["closed", "cancelled"]).exists()
        over = {key: amount - due[key] for key, amount in paid.items() if amount > due[key]}
        assert [key for key, amount in due.items() if paid.get(key, 0) < amount] == []
        assert found.get(AccountKind.IN_TRANSIT, 0) == 0
        assert -found.get(AccountKind.FUND, 0) == sum(paid.values())
        walked_back()
        told = sum(one.open for person in queries.overpaid(APPROVER) for one in person.periods)
        assert told == sum(fen for (_, period), fen in over.items() if period <= self.day)
        if self.settled_last():
            assert found.get(AccountKind.TO_RECOVER, 0) == sum(over.values())
            assert found.get(AccountKind.OWED, 0) == 0
            assert found.get(AccountKind.SPENT, 0) == sum(due.values())

    def settled_last(self) -> bool:
        """Whether a run was approved after the last due was counted: only an approval tells the ledger what is owed."""
        approved = PayRun.objects.filter(state="closed").order_by("-frozen_at", "-id").values_list("id", flat=True).first()
        newest_due = Due.objects.order_by("-id").values_list("id", flat=True).first() or 0
        listed = Payment.objects.filter(run_id=approved).order_by("-due_id").values_list("due_id", flat=True).first() or 0
        return approved is not None and listed >= newest_due

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            try:
                self.come_to_rest()
            finally:
                self.stack.close()
