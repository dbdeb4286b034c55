"""A benefit that is given by units: what of the units told is counted, and why no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from songhe.contexts.entitlements.models import Grant, UnitCount
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.granting import GrantRule, MonthDue, Span, Units, UnitsDue, month_last, units_due, used_due
from songhe.engines.policy.rulebook import Period

Uses = Sequence[tuple[dt.date, int]]


def confirmed_units(grants: Sequence[Grant]) -> Mapping[int, tuple[tuple[dt.date, int], ...]]:
    """grant -> (month, units) that providers have reported of its person for whole months, oldest first; all providers together."""
    timed = {(g.person_id, g.benefit): g for g in grants if g.period == Period.TIME}
    newest: dict[tuple[int, str, dt.date, str], int] = {}
    if timed:
        rows = UnitCount.objects.filter(person__in={person for person, _ in timed}).order_by("month", "provider", "revision")
        for person, benefit, month, provider, units in rows.values_list("person_id", "benefit", "month", "provider", "units"):
            newest[person, benefit, month, provider] = units
    found: dict[tuple[int, str], dict[dt.date, int]] = {}
    for (person, benefit, month, _), units in newest.items():
        held = found.setdefault((person, benefit), {})
        held[month] = held.get(month, 0) + units
    return {g.id: tuple(found[g.person_id, g.benefit].items()) for g in grants if (g.person_id, g.benefit) in found}


def counted_units(rule: GrantRule, month: dt.date, spans: Sequence[Span], uses: Uses, confirmed: Uses) -> UnitsDue | None:
    """What is counted of a benefit with limits; None where the pack names none."""
    if rule.units is None:
        return None
    day, whole = limits_on(rule.units, month)
    told = sum(units for each, units in confirmed if each == month)
    return units_due(rule, month, spans, uses, confirmed=told, most_a_day=day, most_a_month=whole)


def limits_on(units: Units, month: dt.date) -> tuple[int, int]:
    """At most so many a day and a month, by the parameters of the month's first day as they are dated now."""
    parameters = policy.pack_in_use().pack.parameters
    found = [parameters[name].on(month) for name in (units.most_a_day, units.most_a_month)]
    day, whole = (each.value if each is not None else 0 for each in found)
    return day, whole


def time_due(rule: GrantRule, month: dt.date, spans: Sequence[Span], uses: Uses, confirmed: Uses) -> MonthDue:
    """What the month of a benefit given each time comes to."""
    found = counted_units(rule, month, spans, uses, confirmed)
    return used_due(month, spans, uses) if found is None else MonthDue(found.amount, found.days, month_last(month).day)


def units_said(rule: GrantRule, month: dt.date, spans: Sequence[Span], uses: Uses, confirmed: Uses) -> str:
    """计60餐；报来62餐，每天最多2餐、每月最多60餐."""
    found = counted_units(rule, month, spans, uses, confirmed)
    if found is None or rule.units is None:
        return f"，用了{sum(times for day, times in uses if day.replace(day=1) == month)}次"
    unit, (day, whole) = rule.units.title, limits_on(rule.units, month)
    kept = (
        ""
        if found.counted == found.told
        else f"；报来{found.told}{unit}，每天最多{day}{unit}、每月最多{whole}{unit}，没有资格的日子不算"
    )
    return f"，计{found.counted}{unit}{kept}"
