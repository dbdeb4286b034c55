"""Two workers at once, on connections of their own: whatever both do is done once, and what excludes each other is one of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from songhe.contexts.payments import actions, queries
from songhe.contexts.payments.models import BankFile, BankReturn, Entry, Payment, PayRun
from songhe.foundation.errors import SongheError
from tests.contexts.payments.conftest import APPROVER, APRIL, MAKER, MARCH, Town, answer, answered, release, sent
from tests.contexts.payments.what_holds import money_holds, walked_back
from tests.faults import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = MAKER.__class__(70, "另一经办员", "user", MAKER.grants)


def twice(deed: Callable[[], object]) -> object:
    """Both got the same."""
    first, second = at_once(deed, deed)
    assert not isinstance(first, SongheError)
    assert first == second
    money_holds()
    return first


def test_every_step_of_a_run_done_by_two_is_done_once(pair: Town) -> None:
    made = at_once(lambda: actions.prepare_run(MAKER, month=MARCH), lambda: actions.prepare_run(OTHER, month=MARCH))
    assert sorted(type(each).__name__ for each in made) == ["RunAtWork", "RunMade"]
    row = PayRun.objects.get()
    maker = MAKER if row.made_by == MAKER.id else OTHER
    twice(lambda: actions.freeze_run(maker, run_id=row.pk))
    twice(lambda: actions.check_run(maker, run_id=row.pk))
    release(row.pk)
    twice(lambda: actions.approve_run(APPROVER, run_id=row.pk))
    twice(lambda: actions.make_bank_files(APPROVER, run_id=row.pk))
    assert (Payment.objects.count(), BankFile.objects.count(), Entry.objects.count()) == (2, 2, 2)
    for number, file in enumerate(BankFile.objects.order_by("-number"), start=1):
        content = answer(file, {})
        results = at_once(*[lambda: actions.take_return(APPROVER, bank_file_id=file.pk, content=content, name="回盘.csv")] * 3)  # noqa: B023
        assert sorted(each.again for each in results if isinstance(each, actions.ReturnTaken)) == [False, True, True]
        assert (BankReturn.objects.count(), Entry.objects.count()) == (number, 2 + number)
    twice(lambda: actions.close_run(APPROVER, run_id=row.pk))
    assert PayRun.objects.get().state == "closed"
    walked_back()


def test_answers_of_two_files_and_the_close_at_once(pair: Town) -> None:
    run = sent().run_id
    taken = [(file.pk, answer(file, {})) for file in BankFile.objects.order_by("number")]
    results = at_once(
        *[
            lambda at=at, what=what: actions.take_return(APPROVER, bank_file_id=at, content=what, name="回盘.txt")
            for at, what in taken
        ],
        lambda: actions.close_run(APPROVER, run_id=run),
    )
    assert [each.paid for each in results if isinstance(each, actions.ReturnTaken)] == [1, 1]
    assert set(refusals(results)) <= {"not_balanced"}
    money_holds()
    actions.close_run(APPROVER, run_id=run)
    assert queries.run(MAKER, run_id=run).reconciled.balances


def test_two_different_answers_for_one_line_are_one_answer(pair: Town) -> None:
    sent()
    file = BankFile.objects.order_by("number")[0]
    paid, failed = answer(file, {}), answer(file, {1: "1002"})
    results = at_once(
        *[
            lambda what=what: actions.take_return(APPROVER, bank_file_id=file.pk, content=what, name="回盘.csv")
            for what in (paid, failed)
        ]
    )
    assert [type(each).__name__ for each in results].count("ReturnTaken") == 1
    assert refusals(results) == ["bad_return"]
    assert (BankReturn.objects.count(), Payment.objects.get(bank_file=file).state in ("paid", "failed")) == (1, True)
    money_holds()


def test_cancelled_and_approved_or_sent_at_once_is_one_of_them(pair: Town) -> None:
    run = actions.prepare_run(MAKER, month=MARCH).run_id
    actions.freeze_run(MAKER, run_id=run)
    actions.check_run(MAKER, run_id=run)
    release(run)
    at_once(lambda: actions.approve_run(APPROVER, run_id=run), lambda: actions.cancel_run(MAKER, run_id=run, reason="重做"))
    assert PayRun.objects.get().state == "cancelled"  # approved first it was cancelled after that
    assert {line.balance for line in queries.trial_balance(APPROVER, year=2026).lines} <= {0}
    assert set(Payment.objects.values_list("state", flat=True)) == {"withdrawn"}
    again = actions.prepare_run(MAKER, month=MARCH).run_id
    actions.freeze_run(MAKER, run_id=again)
    actions.check_run(MAKER, run_id=again)
    release(again)
    actions.approve_run(APPROVER, run_id=again)
    results = at_once(
        lambda: actions.make_bank_files(APPROVER, run_id=again), lambda: actions.cancel_run(MAKER, run_id=again, reason="重做")
    )
    state = PayRun.objects.get(id=again).state
    assert refusals(results) == ["pay_run_state"]
    assert (state, BankFile.objects.count()) in (("sent", 2), ("cancelled", 0))
    money_holds()


def test_asked_again_while_the_next_list_is_made_it_is_paid_once(pair: Town) -> None:
    run = sent().run_id
    answered(run, failing=["吴秀兰"])
    actions.close_run(APPROVER, run_id=run)
    (failed,) = Payment.objects.filter(state="failed").values_list("id", flat=True)
    pair.due("李国华", MARCH, 8100)
    at_once(
        lambda: actions.pay_again(MAKER, payment_ids=[failed], reason="账号已改"), lambda: actions.prepare_run(MAKER, month=MARCH),
        lambda: actions.pay_again(OTHER, payment_ids=[failed], reason="账号已改"),
    )  # fmt: skip
    run = actions.prepare_run(MAKER, month=MARCH).run_id
    actions.freeze_run(MAKER, run_id=run)
    assert sorted(Payment.objects.filter(run_id=run).values_list("payee_name", "kind", "amount")) == [
        ("吴秀兰", "regular", 10000),
        ("李国华", "arrears", 100),
    ]
    assert Payment.objects.filter(again_of=failed).count() == 1
    money_holds()
    assert not Payment.objects.filter(period=APRIL).exists()
