"""Overpaid money has come back: the oldest periods first, into the fund that had paid."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction

from songhe.basics.money import fen_to_yuan
from songhe.contexts.payments.actions.bring_forward import bring_forward
from songhe.contexts.payments.actions.lock_run import lock_lists, require_city
from songhe.contexts.payments.actions.post_entry import Account, post_entry
from songhe.contexts.payments.errors import NothingToRepay, TooMuchRepaid
from songhe.contexts.payments.models import Repayment
from songhe.contexts.payments.queries.overpaid import overpaid_periods
from songhe.contexts.payments.words import AccountKind, RepaidBy
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import Conflict, InvalidInput


@dataclass(frozen=True, slots=True)
class Repaid:
    """What a receipt settled and what is still open, in fen; `repeated` where the receipt had been taken before."""

    person_id: int
    amount: int
    left: int
    repeated: bool


@transaction.atomic
def record_repayment(
    actor: Actor, *, person_id: int, amount: int, receipt: str, received_on: dt.date, how: RepaidBy, payer: str
) -> Repaid:
    """The receipt settles what was overpaid, oldest period first, and the ledger says that the money is back in its fund.

    Raises NothingToRepay, TooMuchRepaid (nothing is written then), Conflict for a receipt that was taken for another amount.
    """
    require_city(actor, Right.KEEP_FUNDS)
    number = receipt.strip()
    if not number or not payer.strip():
        raise InvalidInput("请写收据号和交款人。", field="receipt" if not number else "payer")
    if received_on > clock.today():
        raise InvalidInput("收款日期不能晚于今天。", field="received_on")
    lock_lists()
    before = Repayment.objects.filter(receipt=number)
    if before:
        return _repeated(list(before), person_id, amount)
    open_now = overpaid_periods(person_id=person_id)
    total = sum(one.open for one in open_now)
    if total == 0:
        raise NothingToRepay("这位老人没有多发的钱要退。", next_step="请核对是不是这位老人。")
    if not 0 < amount <= total:
        raise TooMuchRepaid(f"最多可以退{fen_to_yuan(total)}元。", next_step="多出来的请退还给交款人。", field="amount")
    postings: dict[Account, int] = defaultdict(int)
    rows, left = [], amount
    for one in open_now:
        part = min(left, one.open)
        if part == 0:
            break
        left -= part
        rows.append(
            Repayment(
                grant_id=one.grant_id, person_id=person_id, area_path=one.area_path, benefit=one.benefit, period=one.period, amount=part,
                fund_id=one.fund_id, receipt=number, received_on=received_on, how=RepaidBy(how), payer=payer.strip(), taken_by=actor.id,
                taken_at=clock.now(),
            )
        )  # fmt: skip
        postings[Account(AccountKind.FUND, one.fund_id, received_on.year)] += part
        postings[Account(AccountKind.TO_RECOVER, one.fund_id, one.year, one.benefit)] -= part
    Repayment.objects.bulk_create(rows)
    bring_forward(postings)
    post_entry(actor, key=f"repayment:{number}", on=received_on, text=f"退回多发的款，收据{number}", run=None, amounts=postings)
    detail = {"receipt": number, "amount": amount}
    audit.record(
        actor, "repayment.recorded", subject_type="person", subject_id=person_id, area_path=open_now[0].area_path, detail=detail
    )
    return Repaid(person_id, amount, total - amount, repeated=False)


def _repeated(rows: list[Repayment], person_id: int, amount: int) -> Repaid:
    if {row.person_id for row in rows} != {person_id} or sum(row.amount for row in rows) != amount:
        raise Conflict("这张收据已经登记过，人或者金额不同。", next_step="请核对收据号。")
    left = sum(one.open for one in overpaid_periods(person_id=person_id))
    return Repaid(person_id, amount, left, repeated=True)
