"""What is due for a month: one row for every grant that has begun. Ordinary months by one statement, all others counted day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import connection, transaction

from songhe.contexts.entitlements.actions.count_dues import count_again
from songhe.contexts.entitlements.actions.grant_results import MonthOpened, Recomputed
from songhe.contexts.entitlements.actions.handle_grants import check_accounts
from songhe.contexts.entitlements.actions.move_grants import lock_following, tell
from songhe.contexts.entitlements.models import Due, Grant
from songhe.contexts.entitlements.words import GrantState
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.granting import month_first, month_last
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

ORDINARY = "按月计发"
CAUGHT_UP = "补计以前的月份"
BLOCK = 2000

# Monthly grants of money that were active with the same amount since before the month began, and were not counted for it.
_ORDINARY = """
INSERT INTO grant_due (grant_id, period, revision, amount, days, of_days, run_id, reason, made_at)
SELECT g.id, %(month)s, 1, g.amount, %(days)s, %(days)s, g.current_run_id, %(reason)s, %(now)s
FROM grant_given g
WHERE g.state = 'active' AND NOT g.in_kind AND g.period = 'month' AND g.until_on IS NULL AND g.from_on <= %(month)s
  AND g.amount_since <= %(month)s
  AND NOT EXISTS (SELECT 1 FROM grant_due d WHERE d.grant_id = g.id AND d.period = %(month)s)
  AND NOT EXISTS (SELECT 1 FROM grant_appeal a WHERE a.person_id = g.person_id AND a.benefit = g.benefit AND a.override_from IS NOT NULL)
ON CONFLICT DO NOTHING
"""
# Grants of money that were ever active and lack a period that has begun by the end of the month (given each time: one in which it was used).
_LACKING = """
SELECT g.id FROM grant_given g
LEFT JOIN (SELECT grant_id, count(DISTINCT period) AS periods FROM grant_due WHERE period <= %(month)s GROUP BY grant_id) d ON d.grant_id = g.id
CROSS JOIN LATERAL (SELECT least(%(last)s, g.until_on - 1) AS last) l
WHERE NOT g.in_kind AND g.period IN ('month', 'day', 'year', 'once') AND g.state IN ('active', 'ended') AND g.from_on <= l.last
  AND coalesce(d.periods, 0) < CASE g.period
      WHEN 'once' THEN 1
      WHEN 'year' THEN extract(year FROM l.last) - extract(year FROM g.from_on) + 1
      ELSE (extract(year FROM l.last) - extract(year FROM g.from_on)) * 12 + extract(month FROM l.last) - extract(month FROM g.from_on) + 1
      END
UNION
SELECT u.grant_id FROM grant_use u JOIN grant_given g ON g.id = u.grant_id
WHERE u.withdrawn_at IS NULL AND u.used_on <= %(last)s AND g.state IN ('active', 'ended') AND NOT g.in_kind
  AND NOT EXISTS (SELECT 1 FROM grant_due d WHERE d.grant_id = u.grant_id AND d.period = date_trunc('month', u.used_on)::date)
UNION
SELECT g.id FROM grant_unit_count c JOIN grant_given g ON g.person_id = c.person_id AND g.benefit = c.benefit
WHERE c.month <= %(month)s AND g.state IN ('active', 'ended') AND NOT g.in_kind AND g.from_on <= (c.month + interval '1 month - 1 day')::date
  AND (g.until_on IS NULL OR g.until_on > c.month)
  AND NOT EXISTS (SELECT 1 FROM grant_due d WHERE d.grant_id = g.id AND d.period = c.month)
ORDER BY 1
"""


@transaction.atomic
def open_month(actor: Actor, *, month: dt.date) -> MonthOpened:
    """Every grant of money that has begun has its due for the month, and for earlier periods that were still missing; nothing is made twice.

    A month may be opened when it has begun. Suspended grants are left out and caught up when they go on.
    """
    require(actor, Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")
    first = month_first(month)
    if first > clock.today():
        raise InvalidInput("这个月还没有开始。", next_step="请选本月或以前的月份。", field="month")
    lock_following()
    check_accounts()
    with connection.cursor() as cursor:
        cursor.execute(_ORDINARY, {"month": first, "days": month_last(first).day, "reason": ORDINARY, "now": clock.now()})
        made = cursor.rowcount
        cursor.execute(_LACKING, {"month": first, "last": month_last(first)})
        lacking = [row[0] for row in cursor.fetchall()]
    rows: list[Due] = []
    for start in range(0, len(lacking), BLOCK):
        grants = list(Grant.objects.select_for_update().filter(id__in=lacking[start : start + BLOCK]).order_by("id"))
        rows += count_again(grants, run_id=None, cause=CAUGHT_UP, until=month_last(first))[0]
    earlier = sum(1 for due in rows if due.period < first)
    opened = MonthOpened(first, made + len(rows), earlier)
    audit.record(actor, "grants.open_month", detail={"month": first, "made": opened.made, "caught_up": opened.caught_up})
    return opened


@transaction.atomic
def recompute_dues(actor: Actor, *, grant_ids: Collection[int], cause: str, since: dt.date | None = None) -> Recomputed:
    """Past periods of these grants are what facts and rules of then, as known now, come to; each change is a new revision.

    `since`: refuse to touch anything before this month. Needs Right.DETERMINE at the city, or the system.
    """
    require(actor, Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")
    lock_following()
    grants = list(
        Grant.objects.select_for_update().filter(id__in=list(grant_ids)).exclude(state=GrantState.REFUSED).order_by("id")
    )
    rows, _ = count_again(grants, run_id=None, cause=cause, until=None, since=since)
    difference = _difference(rows)
    if rows:
        audit.record(
            actor,
            "grants.recompute",
            detail={"grants": len(grants), "revisions": len(rows), "difference": difference, "cause": cause},
        )
        tell([due.grant_id for due in rows], cause)
    return Recomputed(len(grants), len(rows), difference)


def _difference(rows: Sequence[Due]) -> int:
    return sum(due.amount - (due.replaces.amount if due.replaces else 0) for due in rows)
