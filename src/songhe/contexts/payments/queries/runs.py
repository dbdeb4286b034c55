"""Runs: how each stands, what its list came to, what the bank said, and how far a step under way is."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, Sum

from songhe.contexts.payments.access import findings_visible_to, payments_visible_to, returns_visible_to, runs_visible_to
from songhe.contexts.payments.errors import RunNotFound
from songhe.contexts.payments.models import Fund, Payment, PayRun
from songhe.contexts.payments.queries.bank_files import BankFileMade, bank_files_of
from songhe.contexts.payments.queries.reconciling import Reconciled, reconcile
from songhe.contexts.payments.queries.titles import titles_of
from songhe.contexts.payments.words import SESSION, STEPS, PaymentKind, PaymentState, PayRunState, Purpose
from songhe.foundation.access import Actor, Right
from songhe.foundation.paging import Page, cursor_of, keys_of

PAGE = 30


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the list. `payments` lines of the list, `amount` fen for the banks (less what is kept back)."""

    id: int
    public_id: uuid.UUID
    month: dt.date
    sequence: int
    purpose: Purpose
    state: PayRunState
    payments: int
    amount: int
    made_by: int
    made_at: dt.datetime
    approved_by: int | None
    approved_at: dt.datetime | None
    closed_at: dt.datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class StepUnderWay:
    """A long step of a run that somebody's process is doing just now: `done` of `total` of the step."""

    step: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """What a run paid of one benefit from the fund that leads it: how many and fen by what became of them."""

    fund: str
    fund_title: str
    benefit: str
    benefit_title: str
    listed: int
    listed_amount: int
    held: int
    held_amount: int
    paid: int
    paid_amount: int
    failed: int
    failed_amount: int
    waiting: int
    waiting_amount: int
    kept_back: int


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """An answer of the bank that was taken in."""

    bank_file_id: int
    number: int
    paid: int
    failed: int
    taken_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RunFile:
    """One run with its statement, findings and files. `refused` says why the step asked for last was not done.

    `may` names the steps that this actor may take now.
    """

    line: RunLine
    list_hash: str
    frozen_at: dt.datetime | None
    checked_at: dt.datetime | None
    findings: int
    open_findings: int
    statement: tuple[StatementLine, ...]
    files: tuple[BankFileMade, ...]
    returns: tuple[ReturnLine, ...]
    reconciled: Reconciled
    under_way: StepUnderWay | None
    refused: str
    may: tuple[str, ...]


def runs(
    actor: Actor, *, purpose: Purpose | None = None, state: PayRunState | None = None, after: str | None = None, limit: int = PAGE
) -> Page[RunLine]:
    """Runs, newest first."""
    rows = runs_visible_to(actor)
    if purpose is not None:
        rows = rows.filter(purpose=purpose)
    if state is not None:
        rows = rows.filter(state=state)
    if after is not None:
        rows = rows.filter(id__lt=keys_of(after, int)[0])
    found = list(rows.order_by("-id")[: limit + 1])
    shown = found[:limit]
    return Page(tuple(_line(row) for row in shown), cursor_of(shown[-1].pk) if len(found) > limit else None)


def run_id_of(actor: Actor, *, public_id: uuid.UUID) -> int:
    """The number of a run; RunNotFound where the actor may not see it."""
    found = runs_visible_to(actor).filter(public_id=public_id).values_list("id", flat=True).first()
    if found is None:
        raise RunNotFound("没有这一批发放。", next_step="请刷新列表。")
    return int(found)


def run(actor: Actor, *, run_id: int) -> RunFile:
    """One run; the statement counts payments in the actor's areas, everything else is of the whole run."""
    row = runs_visible_to(actor).filter(id=run_id).first()
    if row is None:
        raise RunNotFound("没有这一批发放。", next_step="请刷新列表。")
    findings = findings_visible_to(actor).filter(run=row)
    returns = returns_visible_to(actor).filter(bank_file__run=row).select_related("bank_file").order_by("id")
    return RunFile(
        _line(row), row.list_hash, row.frozen_at, row.checked_at, findings.count(), findings.filter(stops=True, settled_at=None).count(),
        statement(actor, run_id=row.pk), bank_files_of(row.pk) if actor.may(Right.APPROVE_PAYMENTS) else (),
        tuple(ReturnLine(r.bank_file_id, r.bank_file.number, r.paid, r.failed, r.taken_at) for r in returns), reconcile(row.pk), step_of(run_id=row.pk),
        row.refused,
        _may(actor, row),
    )  # fmt: skip


def statement(actor: Actor, *, run_id: int) -> tuple[StatementLine, ...]:
    """The run by leading fund and benefit, in the actor's areas."""
    rows = payments_visible_to(actor).filter(run_id=run_id).exclude(kind=PaymentKind.RECOVERY)
    counted: dict[str, Count | Sum] = {"listed": Count("id"), "listed_amount": Sum("amount", default=0)}
    states = {
        "held": (PaymentState.HELD,),
        "paid": (PaymentState.PAID,),
        "failed": (PaymentState.FAILED,),
        "waiting": (PaymentState.LISTED, PaymentState.SENT),
    }
    for name, wanted in states.items():
        counted[name] = Count("id", filter=Q(state__in=wanted))
        counted[f"{name}_amount"] = Sum("amount", filter=Q(state__in=wanted), default=0)
    found: list[dict[str, Any]] = [
        dict(row) for row in rows.order_by("fund_id", "benefit").values("fund_id", "benefit").annotate(**counted)
    ]
    kept = payments_visible_to(actor).filter(run_id=run_id, kind=PaymentKind.RECOVERY).exclude(state=PaymentState.WITHDRAWN)
    kept_by = {
        (row["netted_in__fund_id"], row["netted_in__benefit"]): row["fen"]
        for row in kept.order_by().values("netted_in__fund_id", "netted_in__benefit").annotate(fen=Sum("amount"))
    }
    funds, titles = {fund.pk: fund for fund in Fund.objects.all()}, titles_of({row["benefit"] for row in found})
    return tuple(
        StatementLine(
            fund=funds[row["fund_id"]].key, fund_title=funds[row["fund_id"]].title, benefit=row["benefit"], benefit_title=titles[row["benefit"]],
            kept_back=kept_by.get((row["fund_id"], row["benefit"]), 0), **{name: row[name] for name in counted},
        )
        for row in found
    )  # fmt: skip


def step_of(*, run_id: int) -> StepUnderWay | None:
    """The long step of a run that some process is doing now, told through its session's name; None where none is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND starts_with(application_name, %s) LIMIT 1",
            [f"{SESSION}{run_id}:"],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    place, done, total = (int(part) for part in found[0].removeprefix(f"{SESSION}{run_id}:").split(":"))
    return StepUnderWay(STEPS[place], done, total)


def _line(row: PayRun) -> RunLine:
    return RunLine(
        row.pk, row.public_id, row.month, row.sequence, Purpose(row.purpose), PayRunState(row.state), row.payments, row.amount, row.made_by,
        row.made_at, row.approved_by, row.approved_at, row.closed_at, row.note,
    )  # fmt: skip


def _may(actor: Actor, row: PayRun) -> tuple[str, ...]:
    """The steps that begin where the run is, of those that the actor's rights and part in it allow."""
    make, approve = actor.may(Right.MAKE_PAYMENTS), actor.may(Right.APPROVE_PAYMENTS)
    steps: dict[str, tuple[tuple[str, bool], ...]] = {
        PayRunState.DRAFT: (("freeze", make), ("cancel", make)),
        PayRunState.FROZEN: (("check", make), ("cancel", make)),
        PayRunState.CHECKED: (
            ("check", make),
            ("settle", make),
            ("approve", approve and row.made_by != actor.id),
            ("cancel", make),
        ),
        PayRunState.APPROVED: (("make_files", approve), ("cancel", make)),
        PayRunState.SENT: (("take_return", approve), ("close", approve)),
    }
    return tuple(name for name, allowed in steps.get(row.state, ()) if allowed)


def kept_back_of(payment_ids: list[int]) -> dict[int, int]:
    """Payment -> fen that are kept back from it."""
    rows = Payment.objects.filter(netted_in__in=payment_ids).exclude(state=PaymentState.WITHDRAWN)
    return dict(rows.order_by().values(paid=F("netted_in_id")).annotate(fen=Sum("amount")).values_list("paid", "fen"))
