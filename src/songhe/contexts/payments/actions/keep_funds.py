"""Funds as the pack names them, and what each has for a year."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from songhe.contexts.payments.actions.lock_run import require_city
from songhe.contexts.payments.errors import NoFund
from songhe.contexts.payments.models import Fund, FundLine
from songhe.contexts.payments.queries.titles import fund_plan
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.funds import FundPlan
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

MOST = 10**14  # fen: a million million yuan


@dataclass(frozen=True, slots=True)
class FundLineKept:
    """What a fund has for a year now, in fen, and the how manieth time that was said."""

    fund: str
    year: int
    amount: int
    revision: int


def known_funds(plan: FundPlan) -> dict[str, int]:
    """Every fund of the pack has its row, called as the pack calls it: key -> id."""
    known = {fund.key: fund for fund in Fund.objects.all()}
    for entry in plan.funds:
        found = known.get(entry.id)
        if found is None:
            known[entry.id] = Fund.objects.get_or_create(key=entry.id, defaults={"title": entry.title, "source": entry.source})[0]
        elif (found.title, found.source) != (entry.title, entry.source):
            Fund.objects.filter(pk=found.pk).update(title=entry.title, source=entry.source)
    return {entry.id: known[entry.id].pk for entry in plan.funds}


@transaction.atomic
def keep_fund_line(actor: Actor, *, fund: str, year: int, amount: int, document: str = "", note: str = "") -> FundLineKept:
    """The fund has this amount (fen) for the year from now on, by the document (empty: assumed); what was said before stays as a revision.

    The same amount by the same document again changes nothing.
    """
    require_city(actor, Right.KEEP_FUNDS)
    ids = known_funds(fund_plan(policy.pack_in_use().pack))
    if fund not in ids:
        raise NoFund(f"没有叫“{fund}”的资金。", next_step="请从资金列表里选，或先写进政策包的 funds.yaml。", field="fund")
    if not 2000 <= year <= 2100:
        raise InvalidInput(f"年度“{year}”不对。", next_step="请填写四位年份。", field="year")
    if not 0 <= amount <= MOST:
        raise InvalidInput("金额不对。", next_step="请填写不小于0的金额。", field="amount")
    if not document.strip() and not note.strip():
        raise InvalidInput("没有写依据文件。", next_step="请写文件名称和文号；是估计的数，请在说明里写清楚。", field="document")
    Fund.objects.select_for_update().get(pk=ids[fund])
    last = FundLine.objects.filter(fund_id=ids[fund], year=year).order_by("-revision").first()
    if last is not None and (last.amount, last.document, last.note) == (amount, document.strip(), note.strip()):
        return FundLineKept(fund, year, amount, last.revision)
    revision = 1 + (FundLine.objects.filter(fund_id=ids[fund], year=year).aggregate(last=Max("revision"))["last"] or 0)
    FundLine.objects.create(
        fund_id=ids[fund], year=year, revision=revision, amount=amount, document=document.strip(), note=note.strip(), made_by=actor.id,
        made_at=clock.now(),
    )  # fmt: skip
    detail = {"fund": fund, "year": year, "amount": amount, "revision": revision, "before": last.amount if last else None}
    audit.record(actor, "fund.line_kept", subject_type="fund", subject_id=ids[fund], detail=detail)
    return FundLineKept(fund, year, amount, revision)
