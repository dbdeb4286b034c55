"""What a provider says it gave to each person in a month, beside what was reported before, and what would be paid for it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from songhe.basics.ages import months_before
from songhe.basics.money import fen_to_yuan
from songhe.contexts.entitlements.actions.count_dues import Counted, count_days, due_for
from songhe.contexts.entitlements.actions.judge_returns import Judged, headers_of
from songhe.contexts.entitlements.models import Grant, UnitCount
from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.entitlements.queries.return_layouts import MONTH, UNITS
from songhe.contexts.entitlements.words import GrantState, ReturnKind, ReturnVerdict
from songhe.engines.policy.granting import month_first, month_last
from songhe.foundation import clock

BLOCK = 5_000
MOST_UNITS = 310  # ten on each day of a month: more is a slip of the pen
BEGUN = (GrantState.ACTIVE, GrantState.SUSPENDED, GrantState.ENDED)
_MONTH = re.compile(r"(20\d\d)(?:[-/.年])?(0?[1-9]|1[0-2])月?(?:[-/.]0?1日?)?")
Told = dict[tuple[int, dt.date], UnitCount]


def judge_unit_rows(rows: Sequence[Judged], sender: str, benefit: str) -> None:
    """Every row has its verdict; a new or corrected one says what the month comes to."""
    headers, unit = headers_of(ReturnKind.UNITS), _unit(benefit)
    for row in rows:
        if row.good:
            _read(row, headers)
    ids = sorted({row.person_id for row in rows if row.good and row.person_id is not None})
    grants, told = _grants(ids, benefit), newest_counts(ids, benefit, sender)
    days = count_days([g for held in grants.values() for g in held if g.state in BEGUN])
    seen: set[tuple[int, dt.date]] = set()
    for row in rows:
        if not row.good or row.person_id is None:
            continue
        month, units = dt.date.fromisoformat(str(row.said["month"])), int(str(row.said["units"]))
        held = _covering(grants.get(row.person_id, []), month)
        old = told.get((row.person_id, month))
        if (row.person_id, month) in seen:
            row.refuse(headers, MONTH, "同一个人同一个月，文件里有两行。", "请合成一行。")
        elif held is None:
            row.refuse(headers, MONTH, "这个人这个月没有核定这项待遇。", "请先核定待遇，或者核对月份。")
        elif old is not None and old.units == units:
            row.nothing_new("以前报过同样的，已经记过")
        else:
            was = old.units if old is not None else 0
            row.verdict = ReturnVerdict.UPDATE if old is not None else ReturnVerdict.NEW
            row.note = (f"由{was}{unit}改为{units}{unit}；" if old is not None else "") + _pays(held, days, month, units - was)
        seen.add((row.person_id, month))


def _unit(benefit: str) -> str:
    units = granting().rule(benefit).units
    return units.title if units is not None else "次"


def _read(row: Judged, headers: Mapping[str, str]) -> None:
    found = _MONTH.fullmatch(row.cells.get(MONTH, "").strip())
    month = dt.date(int(found[1]), int(found[2]), 1) if found else None
    floor = month_first(months_before(clock.today(), granting().term("recompute_months")))
    if month is None or not floor <= month <= clock.today():
        row.refuse(headers, MONTH, "月份看不懂、还没有开始，或者太久以前。", "请写成 2026-10 这样。")
        return
    text = row.cells.get(UNITS, "").strip()
    if not text.isdecimal() or int(text) > MOST_UNITS:
        row.refuse(headers, UNITS, "数量不是整数，或者太大。", f"请填0到{MOST_UNITS}的整数。")
        return
    row.said |= {"month": month.isoformat(), "units": int(text)}


def _grants(ids: Sequence[int], benefit: str) -> dict[int, list[Grant]]:
    found: dict[int, list[Grant]] = {}
    for start in range(0, len(ids), BLOCK):
        rows = Grant.objects.filter(person__in=ids[start : start + BLOCK], benefit=benefit).exclude(state=GrantState.REFUSED)
        for grant in rows.order_by("id"):
            found.setdefault(grant.person_id, []).append(grant)
    return found


def newest_counts(ids: Sequence[int], benefit: str, sender: str) -> Told:
    """(person, month) -> what this provider reported last."""
    found: Told = {}
    for start in range(0, len(ids), BLOCK):
        rows = UnitCount.objects.filter(person__in=ids[start : start + BLOCK], benefit=benefit, provider=sender).order_by(
            "revision"
        )
        found |= {(row.person_id, row.month): row for row in rows}
    return found


def _covering(grants: Sequence[Grant], month: dt.date) -> Grant | None:
    """The grant that has days in the month, the newest of them."""
    fitting = [g for g in grants if g.from_on <= month_last(month) and (g.until_on is None or g.until_on > month)]
    return fitting[-1] if fitting else None


def _pays(grant: Grant, days: Mapping[int, Counted], month: dt.date, more: int) -> str:
    """What the month comes to with so many units more than by now."""
    if grant.id not in days:
        return "这项待遇还没有生效，生效以后补计"
    counted = days[grant.id]
    told = dict(counted.confirmed)
    told[month] = told.get(month, 0) + more
    due = due_for(granting().rule(grant.benefit), grant, month, replace(counted, confirmed=tuple(told.items())))
    return f"这个月应发{fen_to_yuan(due.amount)}元"
