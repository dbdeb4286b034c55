"""The city desk's first screen: every target of the plan beside its measured value, worst first; and one target with all that is behind it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.queries import Cockpit, State
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area, town_names
from songhe.web.city.cockpit_shown import Shown, chart_of, goal_of, shown
from songhe.web.city.plan_papers import targets_paper
from songhe.web.city.plan_print import handed_out
from songhe.web.exports import Cell, export
from songhe.web.lists import Filter, chosen

HEADER = (
    "编号", "目标", "状态", "原因", "现在", "目标值", "差距", "走势", "到期预测", "期限", "性质", "牵头单位", "其他责任单位", "范围", "出处",
    "同一目标的其他写法", "指标截止",
)  # fmt: skip


def asked(request: PageRequest) -> Cockpit:
    """The targets that the address asks for."""
    query = request.GET
    return tracking.cockpit(
        request.actor,
        area_path=chosen_area(request),
        unit=query.get("unit", ""),
        due=query.get("due", ""),
        state=query.get("state", ""),
    )


@desk(Right.SEE_FIGURES)
def page_cockpit(request: PageRequest) -> HttpResponse:
    """All targets of the filters, worst first; the counts on top say honestly how many have data."""
    found = asked(request)
    lines = tuple(shown(one) for one in found.targets)
    place = town_names().get(found.area_path)
    context = {
        "found": found,
        "lines": lines,
        "counts": [(state.value, label, found.counts[state]) for state, label in tracking.STATE_LABELS.items()],
        "filters": _filters(request, found),
        "place": place.name if place else "",
        "tolerance": int(tracking.ABOUT * 100),
        "filtered": any(request.GET.get(name) for name in ("unit", "due", "state", "area")),
    }
    return render(request, "city/cockpit.html", context)


def _filters(request: PageRequest, found: Cockpit) -> tuple[Filter, ...]:
    area = area_filter(request, Right.SEE_FIGURES)
    towns = tuple((path, label) for path, label in area.options if not label.startswith("　"))
    units = tuple((unit, unit) for unit in found.units)
    dues = tuple((str(year), f"{year}年") for year in found.dues)
    states = tuple((state.value, label) for state, label in tracking.STATE_LABELS.items())
    return (
        Filter("unit", "责任单位", chosen(request.GET, "unit", units), "choice", units, any="全部"),
        Filter("area", "镇街的数", area.value, "choice", towns, any="全部"),
        Filter("due", "到期年份", chosen(request.GET, "due", dues), "choice", dues, any="全部"),
        Filter("state", "状态", chosen(request.GET, "state", states), "choice", states, any="全部"),
    )


@desk(Right.SEE_FIGURES)
def page_target(request: PageRequest, target_id: str) -> HttpResponse:
    """One target: definition, numerator and denominator, history and forecast, tasks, where else the plan says it."""
    found = tracking.target(request.actor, target_id=target_id, area_path=chosen_area(request))
    pack = policy.pack_in_use().pack
    source = pack.sources.get(found.target.cited.cite.document)
    context = {
        "section": "city:plan",
        "found": found,
        "line": shown(found),
        "chart": chart_of(found),
        "links": tracking.LINK_LABELS,
        "relations": [(other, tracking.RELATION_LABELS[other.relation], goal_of(other.target)) for other in found.related],
        "source": source.title if source else found.target.cited.cite.document,
        "query": request.GET.urlencode(),
        "place": (town_names()[chosen_area(request)].name if chosen_area(request) in town_names() else ""),
    }
    return render(request, "city/target.html", context)


def cells(line: Shown) -> tuple[Cell, ...]:
    """One target as a row of a file."""
    found, entry = line.standing, line.standing.target
    cut_off = found.figure.cut_off if found.figure is not None else None
    return (
        line.id, line.title, tracking.STATE_LABELS[State(line.state)], line.why, line.now, line.goal, line.missing, line.trend, line.ahead, line.due,
        entry.attribute or "", line.lead, "、".join((*entry.responsible[1:], *entry.participating)), entry.scope or "", entry.cited.cite.clause,
        "；".join(line.notes), f"{cut_off:%Y-%m-%d}" if cut_off else "",
    )  # fmt: skip


@desk(Right.SEE_FIGURES)
def page_export(request: PageRequest) -> HttpResponse:
    """The targets of the filters as a file."""
    found = asked(request)
    rows = [cells(shown(one)) for one in found.targets]
    return export(request, title="规划目标", header=HEADER, rows=rows, area_path=found.area_path)


@desk(Right.SEE_FIGURES)
def page_report(request: PageRequest) -> HttpResponse:
    """The targets of the filters as a printable PDF/A."""
    return handed_out(targets_paper(request.actor, {**request.GET.dict(), "area": chosen_area(request)}))
