"""Killed at any statement a step leaves nothing and is done again; two who do the same at once do it once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, connections

from songhe.contexts.payments import actions, queries
from songhe.contexts.payments.errors import NothingToPay, RunAtWork
from songhe.contexts.payments.models import BankFile, BankReturn, Entry, Payment, PayRun, Posting
from songhe.foundation.errors import SongheError
from songhe.foundation.models import AuditEntry, WorkItem
from tests.contexts.payments.conftest import APPROVER, MAKER, MARCH, Town, answer, answered

pytestmark = pytest.mark.django_db(transaction=True)

CHILD = """
import os, signal, sys, datetime, django
django.setup()
from django.db import connection
from songhe.contexts.payments import actions
from songhe.foundation import clock
from songhe.foundation.access import Actor, Grant, Role

step, place, run = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
maker = Actor(7, "经办员", "user", (Grant(Role.CITY_OFFICER, "640381/"),))
approver = Actor(8, "财务员", "user", (Grant(Role.FINANCE_OFFICER, "640381/"),))
count = 0

def counting(execute, sql, params, many, context):
    global count
    if count == place:
        os.kill(os.getpid(), signal.SIGKILL)
    count += 1
    return execute(sql, params, many, context)

with clock.frozen(datetime.date(2026, 3, 10)), connection.execute_wrapper(counting):
    if step == "prepare":
        actions.prepare_run(maker, month=datetime.date(2026, 3, 1))
    elif step == "freeze":
        actions.freeze_run(maker, run_id=run)
    elif step == "check":
        actions.check_run(maker, run_id=run)
    elif step == "approve":
        actions.approve_run(approver, run_id=run)
    elif step == "make_files":
        actions.make_bank_files(approver, run_id=run)
    elif step == "take_return":
        actions.take_return(approver, bank_file_id=run, content=open(sys.argv[4], "rb").read(), name="回盘.csv")
print(count, flush=True)
"""


def child(step: str, place: int, number: int = 0, file: str = "") -> int | None:
    """How many statements the step took, None where it was killed before the one of this place."""
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}@/{at['NAME']}?host={quote(str(at['HOST']), safe='')}&port={at['PORT']}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "songhe.project.settings",
        "DATABASE_URL": url,
        "SONGHE_VAR": str(settings.VAR),
    }
    command = [sys.executable, "-W", "ignore", "-c", CHILD, step, str(place), str(number), file]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode == -signal.SIGKILL:
        return None
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout.strip().splitlines()[-1])


def seen() -> tuple[object, ...]:
    """Everything that a step might have left half done."""
    return (
        list(PayRun.objects.order_by("id").values_list("state", "payments", "list_hash")),
        list(Payment.objects.order_by("grant_id", "kind").values_list("grant_id", "state", "amount", "bank_file_id", "line")),
        Entry.objects.count(), Posting.objects.count(), BankFile.objects.count(), BankReturn.objects.count(), AuditEntry.objects.count(),
        WorkItem.objects.count(),
    )  # fmt: skip


STEPS: dict[str, tuple[str, Callable[[int], object]]] = {
    "prepare": ("draft", lambda run: None),
    "freeze": ("frozen", lambda run: None),
    "check": ("checked", lambda run: actions.freeze_run(MAKER, run_id=run)),
    "approve": ("approved", lambda run: (actions.freeze_run(MAKER, run_id=run), actions.check_run(MAKER, run_id=run))),
    "make_files": (
        "sent",
        lambda run: (
            actions.freeze_run(MAKER, run_id=run),
            actions.check_run(MAKER, run_id=run),
            actions.approve_run(APPROVER, run_id=run),
        ),
    ),
}


@pytest.mark.parametrize("step", list(STEPS))
def test_killed_at_any_statement_it_leaves_nothing_and_is_done_again(pair: Town, step: str) -> None:
    state, before_it = STEPS[step]
    run = 0 if step == "prepare" else actions.prepare_run(MAKER, month=MARCH).run_id
    if run:
        before_it(run)
    before = seen()
    for place in (2, 5, 9, 14, 20):
        if child(step, place, run) is not None:
            break
        assert seen() == before
    else:
        child(step, 10_000, run)
    assert PayRun.objects.get().state == state
    assert Payment.objects.count() == 2
    finish(PayRun.objects.get().pk)


def finish(run: int) -> None:
    """The run goes on to its end whatever was killed before."""
    state = PayRun.objects.get(id=run).state
    for at, step in (
        ("draft", lambda: actions.freeze_run(MAKER, run_id=run)), ("frozen", lambda: actions.check_run(MAKER, run_id=run)),
        ("checked", lambda: actions.approve_run(APPROVER, run_id=run)), ("approved", lambda: actions.make_bank_files(APPROVER, run_id=run)),
    ):  # fmt: skip
        if state == at:
            step()
            state = PayRun.objects.get(id=run).state
    answered(run)
    actions.close_run(APPROVER, run_id=run)
    assert queries.run(MAKER, run_id=run).reconciled.balances
    assert sorted(Payment.objects.values_list("amount", "state")) == [(8000, "paid"), (10000, "paid")]
    with pytest.raises(NothingToPay):
        actions.prepare_run(MAKER, month=MARCH)


def test_killed_while_an_answer_is_taken_in(pair: Town, tmp_path: object) -> None:
    run = actions.prepare_run(MAKER, month=MARCH).run_id
    STEPS["make_files"][1](run)
    actions.make_bank_files(APPROVER, run_id=run)
    file = BankFile.objects.order_by("number")[0]
    content = answer(file, {1: "1002"})
    path = f"{tmp_path}/return.csv"
    with open(path, "wb") as out:
        out.write(content)
    before = seen()
    for place in (3, 8, 14, 19):
        assert child("take_return", place, file.pk, path) is None
        assert seen() == before
    child("take_return", 10_000, file.pk, path)
    assert Payment.objects.get(bank_file=file).state == "failed"
    assert WorkItem.objects.count() == BankReturn.objects.count() == 1
    assert actions.take_return(APPROVER, bank_file_id=file.pk, content=content, name="回盘.csv").again


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """What each of some threads got or was refused, all let go at the same moment."""
    gate, results = threading.Barrier(len(deeds)), list[object]()

    def work(deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            results.append(deed())
        except SongheError as refused:
            results.append(refused)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_two_at_once_do_it_once(pair: Town) -> None:
    other = MAKER.__class__(70, "另一经办员", "user", MAKER.grants)
    made = at_once(lambda: actions.prepare_run(MAKER, month=MARCH), lambda: actions.prepare_run(other, month=MARCH))
    assert sorted(type(each).__name__ for each in made) == ["RunAtWork", "RunMade"]
    assert any(isinstance(each, RunAtWork) for each in made)
    row = PayRun.objects.get()
    maker = MAKER if row.made_by == MAKER.id else other
    for deeds in (
        [lambda: actions.freeze_run(maker, run_id=row.pk)] * 2,
        [lambda: actions.check_run(maker, run_id=row.pk)] * 2,
        [lambda: actions.approve_run(APPROVER, run_id=row.pk)] * 2,
        [lambda: actions.make_bank_files(APPROVER, run_id=row.pk)] * 2,
    ):
        first, second = at_once(*deeds)
        assert not isinstance(first, SongheError)
        assert first == second
    assert (Payment.objects.count(), BankFile.objects.count(), Entry.objects.count()) == (2, 2, 2)
    file = BankFile.objects.order_by("number")[0]
    content = answer(file, {})
    results = at_once(*[lambda: actions.take_return(APPROVER, bank_file_id=file.pk, content=content, name="回盘.csv")] * 3)
    assert sorted(each.again for each in results if isinstance(each, actions.ReturnTaken)) == [False, True, True]
    assert (BankReturn.objects.count(), Entry.objects.count()) == (1, 3)


def test_cancelled_and_approved_at_once_is_one_of_them(pair: Town) -> None:
    run = actions.prepare_run(MAKER, month=MARCH).run_id
    STEPS["approve"][1](run)
    at_once(lambda: actions.approve_run(APPROVER, run_id=run), lambda: actions.cancel_run(MAKER, run_id=run, reason="重做"))
    assert PayRun.objects.get().state == "cancelled"
    assert queries.trial_balance(APPROVER, year=2026).total == 0
    assert {line.balance for line in queries.trial_balance(APPROVER, year=2026).lines} <= {0}
    assert set(Payment.objects.values_list("state", flat=True)) == {"withdrawn"}
