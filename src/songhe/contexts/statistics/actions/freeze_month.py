"""A month that is over gets its figures for good; a later correction is a further revision beside them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from songhe.basics.months import month_after
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import CitySnapshot
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.actions.compute_figures import Computed, result_of
from songhe.contexts.statistics.actions.write_figures import lock_figures, write_figures
from songhe.contexts.statistics.errors import MonthNotOver, NoSnapshotYet, NotFrozenYet
from songhe.contexts.statistics.models import FigureSet
from songhe.contexts.statistics.words import RUNNING
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.clock import CITY_ZONE
from songhe.foundation.errors import InvalidInput

SHORTEST_REASON, LONGEST_REASON = 2, 200


@transaction.atomic
def freeze_month(actor: Actor, *, period: dt.date) -> Computed:
    """The month has its first frozen figures, from the last snapshot taken before it ended, as of its last day. Frozen already, it stays as it is.

    Raises AccessDenied without the right at the city, MonthNotOver, NoSnapshotYet; then nothing is written.
    """
    month = _over(actor, period)
    lock_figures()
    standing = FigureSet.objects.filter(period=month, revision__gt=RUNNING).order_by("revision").first()
    if standing is not None:
        return result_of(standing, new=False)
    end = month_after(month)
    snapshot = entitlements.city_snapshot(before=dt.datetime(end.year, end.month, end.day, tzinfo=CITY_ZONE))
    if snapshot is None:
        raise NoSnapshotYet(
            f"{month.year}年{month.month}月结束前没有全市核算的结果，不能冻结。", next_step="请从有核算结果的月份开始。"
        )
    return _write(actor, snapshot, month, 1, "", "figures.frozen")


@transaction.atomic
def revise_month(actor: Actor, *, period: dt.date, reason: str) -> Computed:
    """A frozen month is counted again from the newest snapshot as its next revision; what stood there stays readable.

    Raises AccessDenied, MonthNotOver, NotFrozenYet, InvalidInput for a reason that says nothing; then nothing is written.
    """
    month, reason = _over(actor, period), reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise InvalidInput(
            f"请用{SHORTEST_REASON}到{LONGEST_REASON}个字写明为什么要订正。", next_step="例如：补录了漏报的机构。", field="reason"
        )
    lock_figures()
    newest = FigureSet.objects.filter(period=month, revision__gt=RUNNING).order_by("-revision").first()
    snapshot = entitlements.city_snapshot()
    if newest is None or snapshot is None:
        raise NotFrozenYet("这个月的数字还没有冻结，不用订正。", next_step="请等月度冻结完成后再看。")
    return _write(actor, snapshot, month, newest.revision + 1, reason, "figures.revised")


def _over(actor: Actor, period: dt.date) -> dt.date:
    require(actor, Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")
    month = period.replace(day=1)
    if month_after(month) > clock.today():
        raise MonthNotOver(
            f"{month.year}年{month.month}月还没有结束，不能冻结。", next_step="请在下个月1日以后再冻结。", field="period"
        )
    return month


def _write(actor: Actor, snapshot: CitySnapshot, month: dt.date, revision: int, reason: str, deed: str) -> Computed:
    """Ages and dated values are those of the month's last day, in every revision alike."""
    as_of = month_after(month) - dt.timedelta(days=1)
    made = write_figures(actor, snapshot, period=month, revision=revision, as_of=as_of, reason=reason)
    found = result_of(made, new=True)
    detail = {
        "period": month.isoformat(),
        "revision": revision,
        "snapshot": snapshot.sha256,
        "figures": found.figures,
        "reason": reason,
    }
    audit.record(actor, deed, subject_type="figures", subject_id=made.id, detail=detail)
    return found
