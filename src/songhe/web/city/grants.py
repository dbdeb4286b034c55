"""待遇 at the city desk: how many receive what in which town, which notices lie too long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import GrantCount
from songhe.contexts.entitlements.words import GRANT_STATE_LABELS, NOTICE_CHANNEL_LABELS, GrantState
from songhe.contexts.messaging import queries as messaging
from songhe.engines.policy.rulebook import Period
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area, town_names
from songhe.web.exports import export
from songhe.web.words import PERIOD_UNITS

SHOWN = (GrantState.PROPOSED, GrantState.NOTIFIED, GrantState.ACTIVE, GrantState.SUSPENDED, GrantState.ENDED, GrantState.REFUSED)

TOLD_DAYS = 30  # how far back the ways of telling are counted


@dataclass(frozen=True, slots=True)
class CountLine:
    """One benefit, or one town: how many grants in each state of SHOWN; `amount` is what the active ones give a period, in fen."""

    key: str
    title: str
    unit: str
    counts: Sequence[int]
    amount: int


def _line(key: str, title: str, unit: str, rows: Sequence[GrantCount]) -> CountLine:
    counts = tuple(sum(row.number for row in rows if row.state is state) for state in SHOWN)
    return CountLine(key, title, unit, counts, sum(row.amount for row in rows if row.state is GrantState.ACTIVE))


def by_benefit(counts: Sequence[GrantCount]) -> tuple[CountLine, ...]:
    """One line a benefit, most receivers first."""
    known = {row.benefit: row for row in counts}
    lines = (
        _line(benefit, row.title, PERIOD_UNITS[Period(row.period)], [each for each in counts if each.benefit == benefit])
        for benefit, row in known.items()
    )
    return tuple(sorted(lines, key=lambda line: (-line.counts[SHOWN.index(GrantState.ACTIVE)], line.key)))


def by_town(counts: Sequence[GrantCount]) -> tuple[CountLine, ...]:
    """One line a town; the sum is of what is given by the month."""
    names, towns = town_names(), dict.fromkeys(row.town for row in counts)
    found = []
    for town in towns:
        rows = [row for row in counts if row.town == town]
        monthly = [row for row in rows if row.period == Period.MONTH.value]
        line = _line(town, names[town].name if town in names else "没有写明", PERIOD_UNITS[Period.MONTH], rows)
        found.append(CountLine(line.key, line.title, line.unit, line.counts, _line(town, "", "", monthly).amount))
    return tuple(found)


def _told(request: PageRequest) -> dict[str, object]:
    """How notices reached people of late."""
    told = entitlements.told(request.actor, since=clock.now() - dt.timedelta(TOLD_DAYS), area_path=chosen_area(request))
    ways = [(NOTICE_CHANNEL_LABELS[each.channel], each) for each in told.by]
    return {"told": told, "ways": ways, "told_days": TOLD_DAYS, "messages_connected": messaging.is_connected()}


@desk(Right.SEE_GRANTS)
def page_grants(request: PageRequest) -> HttpResponse:
    """The counts, each leading to its list."""
    counts = entitlements.grant_counts(request.actor, area_path=chosen_area(request))
    days = entitlements.granting().term("visit_days")
    today = clock.today()
    lying = entitlements.notice_counts(request.actor, made_before=today - dt.timedelta(days), area_path=chosen_area(request))
    names = town_names()
    found = {
        "filters": (area_filter(request, Right.SEE_GRANTS),),
        "cleared": request.path if request.GET.get("area") else "",
        "states": [(f"grant_{state.value}", GRANT_STATE_LABELS[state]) for state in SHOWN],
        "benefits": by_benefit(counts),
        "towns": by_town(counts),
        "active": sum(row.number for row in counts if row.state is GrantState.ACTIVE),
        "waiting": sum(row.number for row in counts if row.state in (GrantState.PROPOSED, GrantState.NOTIFIED)),
        "monthly": sum(r.amount for r in counts if r.state is GrantState.ACTIVE and r.period == Period.MONTH.value),
        "lying": [(names[each.town].name if each.town in names else "没有写明", each) for each in lying],
        "late": sum(each.late for each in lying),
        "days": days,
        "today": today,
    }
    return render(request, "city/grants.html", found | _told(request))


@desk(Right.SEE_GRANTS)
def page_export(request: PageRequest) -> HttpResponse:
    """Town, benefit, state, number and sum as a file."""
    counts, names = entitlements.grant_counts(request.actor, area_path=chosen_area(request)), town_names()
    rows = [
        (
            names[row.town].name if row.town in names else "没有写明", row.title, GRANT_STATE_LABELS[row.state], row.number,
            f"{row.amount // 100}.{row.amount % 100:02d}", PERIOD_UNITS[Period(row.period)],
        )
        for row in counts
    ]  # fmt: skip
    header = ("镇街", "哪一项", "情况", "人数", "每期金额合计（元）", "单位")
    return export(request, title="待遇", header=header, rows=rows, area_path=chosen_area(request))
