"""Overpaid money that comes back: oldest period first, never more than was overpaid, once a receipt, and the ledger and the next list know it."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, connections, transaction

from songhe.contexts.payments import actions
from songhe.contexts.payments.actions.record_repayment import Repaid
from songhe.contexts.payments.errors import NothingToRepay, TooMuchRepaid
from songhe.contexts.payments.models import Entry, Payment, Repayment
from songhe.contexts.payments.queries import By, overpaid, overpaid_of, repayments_of, spending, trial_balance
from songhe.contexts.payments.words import AccountKind, RepaidBy
from songhe.foundation import clock
from songhe.foundation.errors import AccessDenied, Conflict, InvalidInput
from tests.contexts.payments.conftest import APPROVER, APRIL, CLERK, MAKER, MARCH, Town, answered, pair, release, sent, town

__all__ = ["pair", "town"]
MAY_DAY = dt.date(2026, 5, 10)


def back(person: int, amount: int, receipt: str = "R-1", **other: object) -> Repaid:
    said: dict[str, object] = {"received_on": MAY_DAY, "how": RepaidBy.CASH, "payer": "儿子李强"} | other
    return actions.record_repayment(APPROVER, person_id=person, amount=amount, receipt=receipt, **said)  # type: ignore[arg-type]


def balance(kind: AccountKind) -> int:
    return sum(line.balance for line in trial_balance(APPROVER, year=2026).lines if line.kind is kind)


@pytest.fixture
def died(pair: Town) -> Town:
    """李国华 was paid for March and April; then it is known that he died in March: nothing is due for April, and half of March."""
    pair.due("李国华", APRIL, 8000)
    pair.due("吴秀兰", APRIL, 10000)
    run = sent()
    answered(run.run_id)
    actions.close_run(APPROVER, run_id=run.run_id)
    with clock.frozen(dt.date(2026, 4, 10)):
        second = sent(APRIL)
        answered(second.run_id)
        actions.close_run(APPROVER, run_id=second.run_id)
    pair.due("李国华", MARCH, 4000)
    pair.due("李国华", APRIL, 0)
    pair.end("李国华", dt.date(2026, 3, 16))
    return pair


def test_who_owes_what_is_told_period_by_period(died: Town) -> None:
    with clock.frozen(MAY_DAY):
        (owes,) = overpaid(APPROVER)
        assert (owes.name, owes.open) == ("李国华", 12_000)
        assert [(one.period, one.paid, one.due, one.open) for one in owes.periods] == [
            (MARCH, 8000, 4000, 4000),
            (APRIL, 8000, 0, 8000),
        ]
        assert overpaid(CLERK) == ()
        assert overpaid_of(APPROVER, person_id=died.people["吴秀兰"]) is None


def test_money_comes_back_oldest_first_and_the_ledger_knows(died: Town) -> None:
    person = died.people["李国华"]
    with clock.frozen(MAY_DAY):
        before = balance(AccountKind.FUND)
        assert back(person, 5000) == Repaid(person, 5000, 7000, repeated=False)
        assert [(r.period, r.amount) for r in Repayment.objects.order_by("period")] == [(MARCH, 4000), (APRIL, 1000)]
        assert balance(AccountKind.FUND) - before == 5000
        assert trial_balance(APPROVER, year=2026).total == 0
        assert back(person, 5000) == Repaid(person, 5000, 7000, repeated=True)
        assert back(person, 7000, "R-2").left == 0
        assert overpaid(APPROVER) == ()
        assert [r.receipt for r in repayments_of(APPROVER, person_id=person)] == ["R-2", "R-1", "R-1"]
        assert sum(line.amount for line in spending(APPROVER, year=2026, by=By.BENEFIT).lines) == 24_000
        assert sum(line.amount for line in spending(APPROVER, year=2026, by=By.FUND).lines) == 24_000


def test_what_came_back_is_not_kept_back_again(died: Town) -> None:
    person = died.people["李国华"]
    with clock.frozen(MAY_DAY):
        back(person, 12_000)
        made = actions.prepare_run(MAKER, month=dt.date(2026, 5, 1))
        assert (made.payments, made.amount) == (1, 10_000)
        actions.freeze_run(MAKER, run_id=made.run_id)
        actions.check_run(MAKER, run_id=made.run_id)
        actions.approve_run(APPROVER, run_id=made.run_id)
        assert balance(AccountKind.TO_RECOVER) == 0
        assert not Payment.objects.filter(kind="recovery").exists()


@pytest.mark.parametrize(
    ("other", "refused", "words"),
    [
        ({"amount": 12_001}, TooMuchRepaid, "120.00"),
        ({"amount": 0}, TooMuchRepaid, "120.00"),
        ({"receipt": " "}, InvalidInput, "收据号"),
        ({"payer": ""}, InvalidInput, "交款人"),
        ({"received_on": dt.date(2026, 6, 1)}, InvalidInput, "今天"),
    ],
)
def test_what_is_refused_leaves_nothing(died: Town, other: dict[str, object], refused: type[Exception], words: str) -> None:
    with clock.frozen(MAY_DAY), pytest.raises(refused, match=words):
        back(**({"person": died.people["李国华"], "amount": 100} | other))  # type: ignore[arg-type]
    assert (Repayment.objects.count(), Entry.objects.filter(key__startswith="repayment").count()) == (0, 0)


def test_who_may_and_for_whom(died: Town) -> None:
    with clock.frozen(MAY_DAY):
        with pytest.raises(NothingToRepay):
            back(died.people["吴秀兰"], 100)
        with pytest.raises(AccessDenied):
            actions.record_repayment(
                CLERK,
                person_id=died.people["李国华"],
                amount=100,
                receipt="R",
                received_on=MAY_DAY,
                how=RepaidBy.CASH,
                payer="甲",
            )
        back(died.people["李国华"], 100)
        with pytest.raises(Conflict, match="收据"):
            back(died.people["李国华"], 200)
    assert Repayment.objects.count() == 1


def test_the_database_refuses_to_change_what_was_recorded(died: Town) -> None:
    with clock.frozen(MAY_DAY):
        back(died.people["李国华"], 100)
    for statement in ("UPDATE repayment SET amount = 1", "DELETE FROM repayment"):
        with pytest.raises(DatabaseError, match="only added"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_same_money_at_once_take_it_once(died: Town) -> None:
    gate, person = Barrier(2), died.people["李国华"]

    def take(receipt: str) -> str:
        try:
            gate.wait()
            back(person, 12_000, receipt)
            return "taken"
        except NothingToRepay:
            return "refused"
        finally:
            connections.close_all()

    with clock.frozen(MAY_DAY), ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(take, ("A", "B")))
    assert found == ["refused", "taken"]
    assert sum(Repayment.objects.values_list("amount", flat=True)) == 12_000


def test_what_comes_back_before_the_next_approval_is_never_less_than_nothing_to_recover(died: Town) -> None:
    """The ledger learns of an overpayment from an approval; money that comes back earlier tells it, whatever list waits or is given up."""
    person = died.people["李国华"]
    with clock.frozen(MAY_DAY):
        back(person, 4_000)
        assert (balance(AccountKind.TO_RECOVER), balance(AccountKind.SPENT)) == (0, 32_000)
        died.due("吴秀兰", APRIL, 10500)
        run = actions.prepare_run(MAKER, month=MAY_DAY.replace(day=1)).run_id
        actions.freeze_run(MAKER, run_id=run)
        back(person, 3_000, "R-2")
        assert balance(AccountKind.TO_RECOVER) == 0
        release_all(run)
        actions.approve_run(APPROVER, run_id=run)
        assert balance(AccountKind.TO_RECOVER) == 5_000
        back(person, 5_000, "R-3")
        assert balance(AccountKind.TO_RECOVER) == 0
        actions.cancel_run(MAKER, run_id=run, reason="重做")
        assert balance(AccountKind.TO_RECOVER) == 0
        last = sent(MAY_DAY.replace(day=1)).run_id
        answered(last)
        actions.close_run(APPROVER, run_id=last)
        assert (balance(AccountKind.TO_RECOVER), balance(AccountKind.OWED)) == (0, 0)


def release_all(run: int) -> None:
    actions.check_run(MAKER, run_id=run)
    release(run)
