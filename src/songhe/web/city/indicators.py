"""Indicators: the list by theme, and one indicator with its definition, its towns, its revisions and the way to its rows."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics import actions
from songhe.contexts.statistics import queries as statistics
from songhe.contexts.statistics.queries import STATE_LABELS, FigureView
from songhe.foundation.access import Right
from songhe.foundation.paging import Page, cursor_of, keys_of
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.city.indicators_shown import (
    DIRECTION_WORDS,
    chart_of,
    line_of,
    map_of,
    number,
    side_of,
    source_of,
    town_lines,
    why_of,
)
from songhe.web.exports import every_row, export
from songhe.web.lists import Filter, chosen

PAGE = 40
_STATES = tuple((state.value, label) for state, label in STATE_LABELS.items())


def _themes() -> tuple[tuple[str, str], ...]:
    entries = policy.pack_in_use().pack.indicators.values()
    return tuple((theme, theme) for theme in dict.fromkeys(entry.theme for entry in entries))


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    theme, state = chosen(request.GET, "theme", _themes()), chosen(request.GET, "state", _STATES)
    return (
        Filter("name", "指标名称", request.GET.get("name", "").strip()[:40], hint="例如：床位"),
        Filter("theme", "主题", theme, "choice", _themes(), any="全部"),
        Filter("state", "有没有数据", state, "choice", _STATES, any="全部"),
        area_filter(request, Right.SEE_FIGURES),
    )


def _fetch(request: PageRequest, after: str | None, limit: int = PAGE) -> Page[FigureView]:
    """The figures that the filters leave, in the order of the pack."""
    name, theme, state = (
        request.GET.get("name", "").strip(),
        *(chosen(request.GET, *of) for of in (("theme", _themes()), ("state", _STATES))),
    )
    views = [
        view
        for view in statistics.figures(request.actor, area_path=chosen_area(request))
        if name in view.title and theme in ("", view.theme) and state in ("", view.state)
    ]
    start = int(keys_of(after, int)[0]) if after else 0
    shown = tuple(views[max(start, 0) : max(start, 0) + limit])
    return Page(shown, cursor_of(start + limit) if start + limit < len(views) else None)


@desk(Right.SEE_FIGURES)
def page_indicators(request: PageRequest) -> HttpResponse:
    """Every indicator in the actor's areas, by theme, with value, unit, cut-off and its small line."""
    page, area = _fetch(request, request.GET.get("after")), chosen_area(request)
    points = statistics.series(request.actor, indicators=[view.id for view in page.items], area_path=area)
    views = statistics.figures(request.actor, area_path=area)
    shown = {
        "page": page,
        "lines": [line_of(view, points[view.id]) for view in page.items],
        "filters": _filters(request),
        "counts": [(state.value, label, sum(view.state is state for view in views)) for state, label in STATE_LABELS.items()],
        "first": views[0] if views else None,
        "area": area,
        "may_count": request.actor.may(Right.DETERMINE),
        "section": "city:indicators",
    }
    return render(request, "city/indicators.html", shown)


@desk(Right.SEE_FIGURES)
def page_export(request: PageRequest) -> HttpResponse:
    """The same list as a file: definition, both sides, what cannot be told, value."""
    rows = [
        (
            view.theme, view.title, number(view.value, view.places) if view.value is not None else "", view.unit, STATE_LABELS[view.state],
            _plain(view.numerator), _plain(view.denominator), view.unknown, view.definition, view.scope, why_of(view),
            view.cut_off.date().isoformat() if view.cut_off else "",
        )
        for view in every_row(lambda after: _fetch(request, after, limit=200))
    ]  # fmt: skip
    header = ("主题", "指标", "数值", "单位", "状态", "分子", "分母", "不能判断", "口径", "范围", "还缺什么", "截止")
    return export(request, title="指标", header=header, rows=rows, area_path=chosen_area(request))


def _plain(value: object) -> str:
    return "" if value is None else str(value)


@desk(Right.SEE_FIGURES)
def page_indicator(request: PageRequest, indicator: str) -> HttpResponse:
    """One indicator: what it means, its numbers, the areas below on a map beside their table, how it went, its revisions."""
    area, pack = chosen_area(request), policy.pack_in_use().pack
    view = statistics.figure(request.actor, indicator=indicator, area_path=area)
    level = _level(area)
    rows = statistics.by_area(request.actor, indicator=indicator, level=level, area_path=area)
    points = statistics.series(request.actor, indicators=[indicator], area_path=area)[indicator]
    entry = pack.indicators[indicator]
    shown = {
        "view": view, "value": number(view.value, view.places), "why": why_of(view), "direction": DIRECTION_WORDS[view.direction],
        "numerator": side_of(pack, entry.numerator), "denominator": side_of(pack, entry.denominator), "source": source_of(view.cited),
        "formula": _formula(entry.per, entry.divide_by, entry.denominator is not None),
        "towns": town_lines(view, rows, _names(level)), "level": "村（社区）" if level == "community" else "镇街",
        "map": map_of(view, rows, reverse("city:indicator", args=[indicator])), "chart": chart_of(view, points),
        "points": points[::-1], "revisions": statistics.revisions(request.actor, indicator=indicator, area_path=area)[:36],
        "filters": (area_filter(request, Right.SEE_FIGURES),), "area": area, "section": "city:indicators",
    }  # fmt: skip
    return render(request, "city/indicator.html", shown)


def _level(area: str) -> str:
    """Towns for the city and a county, communities for a town."""
    town = next((place for place in places.ancestors(area) if place.level == "town"), None)
    return "community" if town else "town"


def _names(level: str) -> Mapping[str, str]:
    return {area.path: area.name for area in places.areas_under("", level)}


def _formula(per: int, divide_by: int, has_denominator: bool) -> str:
    """分子 ÷ 分母 × 100."""
    times, over = (f" × {per:,}" if per != 1 else ""), (f" ÷ {divide_by:,}" if divide_by != 1 else "")
    return f"分子{' ÷ 分母' if has_denominator else ''}{times}{over}"


@desk(Right.SEE_FIGURES)
def page_towns_export(request: PageRequest, indicator: str) -> HttpResponse:
    """The areas below as a file."""
    area = chosen_area(request)
    view, level = statistics.figure(request.actor, indicator=indicator, area_path=area), _level(area)
    rows = statistics.by_area(request.actor, indicator=indicator, level=level, area_path=area)
    lines = [
        (line.name, _plain(line.numerator), _plain(line.denominator), line.unknown, line.value if line.value != "—" else "")
        for line in town_lines(view, rows, _names(level))
    ]
    header = ("区域", "分子", "分母", "不能判断", f"数值（{view.unit}）")
    return export(request, title=view.title, header=header, rows=lines, area_path=area)


@require_POST
@desk(Right.DETERMINE)
def submit_count(request: PageRequest) -> HttpResponse:
    """The running month is counted from the newest run."""
    found = actions.compute_figures(request.actor)
    messages.success(request, f"已按最新的核算结果重新统计{found.period.year}年{found.period.month}月的指标。")
    return redirect("city:indicators")
