"""Payments and findings of a run, what a person was paid, and the way of a payment back to the decision behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from songhe.basics.masking import mask_bank_account
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import DueOrigin
from songhe.contexts.payments.access import findings_visible_to, payments_visible_to, runs_visible_to
from songhe.contexts.payments.errors import RunNotFound
from songhe.contexts.payments.models import Finding, Payment
from songhe.contexts.payments.queries.bank_references import file_number, reference
from songhe.contexts.payments.queries.runs import kept_back_of
from songhe.contexts.payments.queries.titles import titles_of
from songhe.contexts.payments.words import STUCK, Check, PaymentKind, PaymentState, PayRunState, Settled, account_context
from songhe.contexts.people import queries as people
from songhe.foundation.access import Actor, Right
from songhe.foundation.encryption import open_sealed
from songhe.foundation.paging import Page, cursor_of, keys_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment. `amount` in fen, `kept_back` what of it went against an overpayment, `account` masked.

    `may_be_paid_again`: it failed or was held, and nobody has asked for it again; `again_asked`: somebody has, or it is being paid again.
    """

    id: int
    run_id: int
    month: dt.date
    kind: PaymentKind
    person_id: int | None
    grant_id: int | None
    award_id: int | None
    name: str
    area_path: str
    benefit: str
    benefit_title: str
    period: dt.date
    amount: int
    kept_back: int
    account: str
    state: PaymentState
    held_because: str
    failure: str
    settled_on: dt.date | None
    again_of: int | None
    again_asked: bool
    may_be_paid_again: bool


@dataclass(frozen=True, slots=True)
class FindingLine:
    """What a check found. `reason` is what was written when it was settled (`how` None: it still stops the run)."""

    id: int
    run_id: int
    check: Check
    sentence: str
    payment: PaymentLine | None
    how: Settled | None
    reason: str
    settled_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class WayBack:
    """A payment with everything behind it: the run that paid it (`list_hash`, who made and approved it), its line at the bank, what was due,
    and the decision, rules and snapshot that this came from. `before` are the payments that it replaces, latest first; `kept_back` what was
    netted in it. `origin` is None for an award.
    """

    payment: PaymentLine
    fund: str
    fund_title: str
    list_hash: str
    made_by: int
    approved_by: int | None
    bank_reference: str
    origin: DueOrigin | None
    before: tuple[PaymentLine, ...]
    kept_back: tuple[PaymentLine, ...]


def payments(
    actor: Actor, *, run_id: int, state: PaymentState | None = None, kind: PaymentKind | None = None, area_path: str = "", benefit: str = "",
    name: str = "", after: str | None = None, limit: int = PAGE,
) -> Page[PaymentLine]:  # fmt: skip
    """The list of a run in the actor's areas, in its order. Accounts are masked."""
    if not runs_visible_to(actor).filter(id=run_id).exists():
        raise RunNotFound("没有这一批发放。", next_step="请刷新列表。")
    rows = payments_visible_to(actor, area_path=area_path).filter(run_id=run_id)
    for field, value in (("state", state), ("kind", kind), ("benefit", benefit)):
        rows = rows.filter(**{field: value}) if value else rows
    if name.strip():
        rows = rows.filter(payee_name__startswith=name.strip())
    if after is not None:
        rows = rows.filter(id__gt=keys_of(after, int)[0])
    found = list(rows.select_related("run").order_by("id")[: limit + 1])
    shown = found[:limit]
    return Page(_lines(shown), cursor_of(shown[-1].pk) if len(found) > limit else None)


def payments_of(actor: Actor, *, person_id: int, limit: int = 100) -> tuple[PaymentLine, ...]:
    """What a person was paid or is to be paid, latest first, drafts left out; people's own refusal outside the actor's areas."""
    people.person_place(actor, person_id=person_id)
    rows = payments_visible_to(actor).filter(person_id=person_id).exclude(run__state=PayRunState.DRAFT)
    return _lines(list(rows.select_related("run").order_by("-id")[:limit]))


def findings(
    actor: Actor, *, run_id: int, check: Check | None = None, open_only: bool = False, after: str | None = None, limit: int = PAGE
) -> Page[FindingLine]:
    """What the checks of a run found, in their order: of the whole run, and of payments in the actor's areas."""
    visible = payments_visible_to(actor)
    rows = findings_visible_to(actor).filter(run_id=run_id)
    if "" not in actor.area_paths(Right.SEE_PAYMENTS):
        rows = rows.filter(payment=None) | rows.filter(payment__in=visible)
    if check is not None:
        rows = rows.filter(kind=check)
    if open_only:
        rows = rows.filter(settled_at=None)
    if after is not None:
        rows = rows.filter(id__gt=keys_of(after, int)[0])
    found = list(rows.select_related("payment__run").order_by("id")[: limit + 1])
    shown = found[:limit]
    lines = {line.id: line for line in _lines([row.payment for row in shown if row.payment is not None])}
    return Page(tuple(_finding(row, lines) for row in shown), cursor_of(shown[-1].pk) if len(found) > limit else None)


def walk_back(actor: Actor, *, payment_id: int) -> WayBack:
    """Payment → run → due → run of the rules → decision → snapshot; RunNotFound outside the actor's areas."""
    row = payments_visible_to(actor).filter(id=payment_id).select_related("run", "fund", "bank_file").first()
    if row is None:
        raise RunNotFound("没有这一笔发放。", next_step="请刷新列表。")
    before: list[Payment] = []
    behind = row
    while behind.again_of_id is not None:
        behind = Payment.objects.select_related("run").get(id=behind.again_of_id)
        before.append(behind)
    netted = list(
        Payment.objects.filter(netted_in=row).exclude(state=PaymentState.WITHDRAWN).select_related("run").order_by("id")
    )
    lines = _lines([row, *before, *netted])
    file = row.bank_file
    at_bank = reference(file_number(row.run.month, row.run.purpose, row.run.sequence, file.number), row.line or 0) if file else ""
    return WayBack(
        lines[0], row.fund.key, row.fund.title, row.run.list_hash, row.run.made_by, row.run.approved_by, at_bank,
        entitlements.due_origin(due_id=row.due_id) if row.due_id is not None else None, lines[1 : 1 + len(before)], lines[1 + len(before) :],
    )  # fmt: skip


def _finding(row: Finding, lines: dict[int, PaymentLine]) -> FindingLine:
    how, _, reason = row.settled_how.partition(":")
    return FindingLine(
        row.pk,
        row.run_id,
        Check(row.kind),
        row.sentence,
        lines.get(row.payment_id or 0),
        Settled(how) if how else None,
        reason,
        row.settled_at,
    )


def _lines(rows: Sequence[Payment]) -> tuple[PaymentLine, ...]:
    ids = [row.pk for row in rows]
    titles, kept = titles_of({row.benefit for row in rows}), kept_back_of(ids)
    followed = set(
        Payment.objects.filter(again_of__in=ids).exclude(state=PaymentState.WITHDRAWN).values_list("again_of_id", flat=True)
    )
    return tuple(_line(row, titles[row.benefit], kept.get(row.pk, 0), row.pk in followed) for row in rows)


def _line(row: Payment, title: str, kept_back: int, followed: bool) -> PaymentLine:
    stuck = row.state in STUCK and row.kind != PaymentKind.RECOVERY and row.run.state in (PayRunState.SENT, PayRunState.CLOSED)
    asked = row.again_asked_by is not None or followed
    return PaymentLine(
        row.pk, row.run_id, row.run.month, PaymentKind(row.kind), row.person_id, row.grant_id, row.award_id, row.payee_name, row.area_path, row.benefit,
        title, row.period, row.amount, kept_back, _masked(row), PaymentState(row.state), row.held_because, row.failure, row.settled_on, row.again_of_id,
        asked, stuck and not asked,
    )  # fmt: skip


def _masked(row: Payment) -> str:
    if row.account_sealed is None:
        return ""
    payee = f"person:{row.person_id}" if row.person_id is not None else f"award:{row.award_id}"
    return mask_bank_account(open_sealed(row.account_sealed, context=account_context(row.run_id, payee)))
