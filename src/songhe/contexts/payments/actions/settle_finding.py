"""A finding is settled by somebody who has looked: the payment is held, or it is paid all the same; each with a reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.payments.actions.lock_run import lock_run, require_city
from songhe.contexts.payments.errors import RunNotFound
from songhe.contexts.payments.models import Finding, Payment
from songhe.contexts.payments.words import CHECK_LABELS, Check, PaymentState, PayRunState, Settled
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class FindingsSettled:
    """How many findings were settled by this, and how many of the run still stop it."""

    run_id: int
    settled: int
    open: int


def settle_finding(actor: Actor, *, finding_id: int, how: Settled, reason: str) -> FindingsSettled:
    """As `settle_findings`, of one."""
    run_id = Finding.objects.filter(id=finding_id).values_list("run_id", flat=True).first()
    if run_id is None:
        raise RunNotFound("没有这条核对结果。", next_step="请刷新页面。")
    return settle_findings(actor, run_id=run_id, finding_ids=[finding_id], how=how, reason=reason)


@transaction.atomic
def settle_findings(
    actor: Actor, *, run_id: int, how: Settled, reason: str, finding_ids: Collection[int] = (), check: Check | None = None
) -> FindingsSettled:
    """The named findings (or all open ones of a check) are settled. A payment is held as soon as one of its findings holds it; what is kept
    back from it is held with it. Of a whole run nothing can be held. Settled already, a finding can be settled otherwise until approval.
    """
    require_city(actor, Right.MAKE_PAYMENTS)
    run = lock_run(run_id, [PayRunState.CHECKED], "处理核对结果")
    how = Settled(how)
    if not reason.strip():
        raise InvalidInput("没有写理由。", next_step="请写明核实的情况。", field="reason")
    rows = Finding.objects.select_for_update().filter(run=run)
    rows = rows.filter(id__in=list(finding_ids)) if finding_ids else rows.filter(kind=check or "", settled_at=None)
    found = list(rows.order_by("id"))
    if not found or (finding_ids and len(found) != len(set(finding_ids))):
        raise RunNotFound("没有这些核对结果。", next_step="请刷新页面。")
    whole = next((row for row in found if row.payment_id is None), None)
    if how is Settled.HELD and whole is not None:
        label = CHECK_LABELS[Check(whole.kind)]
        raise InvalidInput(f"“{label}”是整批的问题，不能暂缓某一笔。", next_step="查明后说明原因，或作废这一批。", field="how")
    Finding.objects.filter(id__in=[row.pk for row in found]).update(
        settled_by=actor.id, settled_at=clock.now(), settled_how=f"{how.value}:{reason.strip()}"
    )
    _follow({row.payment_id for row in found if row.payment_id is not None}, reason.strip())
    waiting = Finding.objects.filter(run=run, stops=True, settled_at=None).count()
    detail = {"findings": len(found), "how": how.value, "checks": sorted({row.kind for row in found}), "open": waiting}
    audit.record(actor, "pay_run.finding_settled", subject_type="pay_run", subject_id=run.pk, detail=detail)
    return FindingsSettled(run.pk, len(found), waiting)


def _follow(payment_ids: Collection[int], reason: str) -> None:
    """Payments, and what is kept back from them, are held exactly where a finding holds them."""
    held = set(
        Finding.objects.filter(payment_id__in=payment_ids, settled_how__startswith=f"{Settled.HELD.value}:").values_list(
            "payment_id", flat=True
        )
    )
    to_hold, free = held, set(payment_ids) - held
    for field in ("id__in", "netted_in__in"):
        Payment.objects.filter(**{field: to_hold}, state=PaymentState.LISTED).update(state=PaymentState.HELD, held_because=reason)
        Payment.objects.filter(**{field: free}, state=PaymentState.HELD).update(state=PaymentState.LISTED, held_because="")
