"""What failed or was held is asked for again: the next list has it, once, with the account of then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef

from songhe.contexts.payments.actions.lock_run import lock_lists, require_city
from songhe.contexts.payments.errors import NotPayableAgain
from songhe.contexts.payments.models import Payment
from songhe.contexts.payments.words import PAYMENT_FAILED, STUCK, PaymentKind, PaymentState, PayRunState
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

MOST = 5_000


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """Payments that the next list will have, and those of the asked ones for which that had been asked before."""

    asked: int
    already: int


@transaction.atomic
def pay_again(actor: Actor, *, payment_ids: Collection[int], reason: str) -> AskedAgain:
    """The payments stand in the next list as far as they are still due then. Raises NotPayableAgain, and asks for none, where one has
    arrived, is under way, is kept back from another, or is being paid again.
    """
    require_city(actor, Right.MAKE_PAYMENTS)
    if not reason.strip():
        raise InvalidInput("没有写理由。", next_step="请写明核对的情况，例如账号已改正。", field="reason")
    wanted = sorted(set(payment_ids))
    if not 1 <= len(wanted) <= MOST:
        raise InvalidInput(f"一次要选1到{MOST}笔。", next_step="请重新选择。", field="payments")
    lock_lists()
    successors = Payment.objects.filter(again_of=OuterRef("pk")).exclude(state=PaymentState.WITHDRAWN)
    rows = Payment.objects.select_for_update(of=("self",)).filter(id__in=wanted).select_related("run").order_by("id")
    found = list(rows.annotate(followed=Exists(successors)))
    if len(found) != len(wanted):
        raise NotPayableAgain("有的发放记录找不到。", next_step="请刷新页面再选。")
    for payment in found:
        in_time = payment.run.state in (PayRunState.SENT, PayRunState.CLOSED)
        if payment.state not in STUCK or payment.kind == PaymentKind.RECOVERY or payment.followed or not in_time:
            raise NotPayableAgain(
                f"{payment.payee_name}这一笔不能重发：已到账、正在发，或已经在重发。", next_step="请刷新页面再选。"
            )
    fresh = [payment.pk for payment in found if payment.again_asked_by is None]
    Payment.objects.filter(id__in=fresh).update(again_asked_by=actor.id, again_asked_at=clock.now())
    work_items.close_by_keys(
        actor, keys=[f"{PAYMENT_FAILED}:{number}" for number in fresh], outcome=f"下一批重发：{reason.strip()}"
    )
    if fresh:
        detail = {"payments": fresh[:100], "count": len(fresh)}
        audit.record(actor, "payment.again_asked", subject_type="payment", subject_id=fresh[0], detail=detail)
    return AskedAgain(len(fresh), len(found) - len(fresh))
