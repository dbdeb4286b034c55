"""What must never be is refused by the database itself, whoever writes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import Error, connection, transaction

from songhe.contexts.entitlements.models import Due
from songhe.contexts.payments import actions
from songhe.contexts.payments.models import Entry, Fund, LedgerAccount, Payment, PayRun, Posting
from songhe.foundation import clock
from tests.contexts.payments.conftest import MAKER, MARCH, Town, answered, sent


def refused(statement: str, *values: object) -> str:
    """What the database says; checks that wait for the end of the transaction are made now."""
    with pytest.raises(Error) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return str(error.value).splitlines()[0]


def test_an_entry_that_does_not_balance_is_refused(pair: Town) -> None:
    fund = Fund.objects.get(key="city_budget")
    account = LedgerAccount.objects.create(kind="fund", fund=fund, year=2026, benefit="")
    with pytest.raises(Error), transaction.atomic():
        entry = Entry.objects.create(key="x", on=MARCH, at=clock.now(), by=1, text="试")
        Posting.objects.create(entry=entry, account=account, amount=100)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(Error), transaction.atomic():
        Entry.objects.create(key="y", on=MARCH, at=clock.now(), by=1, text="没有分录")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Entry.objects.count() == Posting.objects.count() == 0
    sent()
    entry = Entry.objects.order_by("id")[0]
    with pytest.raises(Error), transaction.atomic():
        Posting.objects.create(entry=entry, account=account, amount=1)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_was_recorded_is_only_added_to(pair: Town) -> None:
    answered(sent().run_id)
    for table, change, removal in (
        ("ledger_entry", "UPDATE ledger_entry SET text = ''", "DELETE FROM ledger_entry"),
        ("ledger_posting", "UPDATE ledger_posting SET amount = 1", "DELETE FROM ledger_posting"),
        ("fund_line", "UPDATE fund_line SET amount = 1", "DELETE FROM fund_line"),
        ("bank_file", "UPDATE bank_file SET amount = 1", "DELETE FROM bank_file"),
        ("bank_return", "UPDATE bank_return SET paid = 9", "DELETE FROM bank_return"),
    ):
        assert refused(change) == f"{table} is only added to: UPDATE is refused"
        assert refused(removal) == f"{table} is only added to: DELETE is refused"


def test_a_payment_never_changes_and_moves_only_with_its_run(pair: Town) -> None:
    run = actions.prepare_run(MAKER, month=MARCH)
    actions.freeze_run(MAKER, run_id=run.run_id)
    for change in (
        "UPDATE payment SET amount = amount + 1",
        "UPDATE payment SET payee_name = '别人'",
        "UPDATE payment SET account_digest = 'x'",
        "UPDATE payment SET account_sealed = NULL",
        "UPDATE payment SET period = '2026-04-01'",
        "UPDATE payment SET area_path = ''",
    ):
        assert refused(change) == "what a payment pays, to whom and where never changes"
    assert refused("DELETE FROM payment") == "a payment of a frozen list is never removed"
    assert refused("UPDATE payment SET state = 'failed'") == "a payment cannot move there"
    for state in ("sent", "paid"):
        assert refused("UPDATE payment SET state = %s", state) == "not in this state of the run"


def test_what_arrived_stays(pair: Town) -> None:
    answered(sent().run_id)
    for state in ("listed", "sent", "failed", "withdrawn"):
        assert refused("UPDATE payment SET state = %s", state) == "a payment cannot move there"
    assert refused("UPDATE payment SET settled_on = '2020-01-01'") == "a line of a bank file and what the bank said of it stay"


def test_a_frozen_list_gets_no_further_payment(pair: Town) -> None:
    run = actions.prepare_run(MAKER, month=MARCH)
    actions.freeze_run(MAKER, run_id=run.run_id)
    due = pair.due("吴秀兰", MARCH, 20000)
    copy = (
        "INSERT INTO payment (run_id, kind, grant_id, due_id, person_id, area_path, benefit, period, amount, fund_id, payee_name, account_digest, state,"
        " held_because, failure) SELECT run_id, %s, grant_id, %s, person_id, area_path, benefit, period, 10000, fund_id, payee_name, account_digest,"
        " 'listed', '', '' FROM payment WHERE payee_name = '吴秀兰'"
    )
    assert refused(copy, "arrears", due.pk) == "a payment is listed in a draft of a run only"
    assert "payment_once_per_grant_and_period" in refused(copy, "regular", due.pk)


def test_a_run_moves_one_way_and_keeps_its_list(pair: Town) -> None:
    run = sent()
    assert refused("UPDATE pay_run SET state = 'draft'") == "a run cannot move from sent to draft"
    for change in (
        "UPDATE pay_run SET list_hash = ''",
        "UPDATE pay_run SET amount = 1",
        "UPDATE pay_run SET made_by = 99",
        "UPDATE pay_run SET month = '2026-02-01'",
        "UPDATE pay_run SET approved_by = 99",
    ):
        assert refused(change) == "a frozen list and its approval stay"
    assert "pay_run is only added to" in refused("DELETE FROM pay_run")
    assert "pay_run_maker_is_not_checker" in refused(
        "INSERT INTO pay_run (public_id, month, sequence, purpose, state, made_by, made_at, list_hash, payments, amount, approved_by, note, shares, recovering)"
        " VALUES (gen_random_uuid(), '2026-03-01', 9, 'awards', 'draft', 7, now(), '', 0, 0, 7, '', '{}', '{}')"
    )
    assert PayRun.objects.get().pk == run.run_id


def test_only_what_failed_or_was_held_is_paid_again_and_once(pair: Town) -> None:
    answered(sent().run_id, ["吴秀兰"])
    failed, paid = Payment.objects.get(state="failed"), Payment.objects.get(state="paid")
    draft = PayRun.objects.create(month=MARCH, sequence=5, purpose="grants", state="draft", made_by=7, made_at=clock.now())
    again = (
        "INSERT INTO payment (run_id, kind, grant_id, due_id, person_id, area_path, benefit, period, amount, fund_id, payee_name, account_digest, state,"
        " held_because, failure, again_of_id) SELECT %s, kind, grant_id, due_id, person_id, area_path, benefit, period, amount, fund_id, payee_name,"
        " account_digest, 'listed', '', '', id FROM payment WHERE id = %s"
    )
    assert refused(again, draft.pk, paid.pk) == "only what failed or was held is paid again"
    with connection.cursor() as cursor:
        cursor.execute(again, [draft.pk, failed.pk])
    assert "payment_again_once" in refused(again, draft.pk, failed.pk)
    assert Due.objects.filter(period=dt.date(2026, 3, 1)).count() == 2
