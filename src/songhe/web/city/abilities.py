"""The city's view of ability assessment: what waits and where, how long it takes, which grades count, who assesses."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.assessments import queries
from songhe.contexts.assessments.queries import AbilityOverview, AreaCounts
from songhe.contexts.assessments.words import CaseState
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area, town_names
from songhe.web.assess.agreeing import period_of
from songhe.web.exports import Cell, export
from songhe.web.lists import Filter

_DAYS = 90
_RUNNING = (CaseState.APPOINTED, CaseState.ASSESSING)


@dataclass(frozen=True, slots=True)
class TownLine:
    """One town (or the whole): what waits, runs, is announced, was settled in the period, and grades that count by grade."""

    path: str
    name: str
    waiting: int
    running: int
    announced: int
    settled: int
    grades: tuple[int, ...]
    graded: int


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    today = clock.today()
    return (
        Filter("since", "从哪天", request.GET.get("since") or (today - dt.timedelta(days=_DAYS)).isoformat(), "date"),
        Filter("until", "到哪天", request.GET.get("until") or today.isoformat(), "date"),
        area_filter(request, Right.SEE_ASSESSMENTS),
    )


def _view(request: PageRequest, filters: tuple[Filter, ...]) -> AbilityOverview:
    since, until = period_of(filters)
    return queries.ability_overview(request.actor, since=since, until=until, area_path=chosen_area(request))


def _lines(view: AbilityOverview) -> tuple[list[TownLine], TownLine]:
    """A line a town, most waiting first, and the sum of all."""
    towns = {path: area.name for path, area in town_names().items() if area.level == "town"}
    found: dict[str, list[AreaCounts]] = {}
    for area in view.areas:
        town = next((path for path in towns if area.area_path.startswith(path)), "")
        found.setdefault(town, []).append(area)
    lines = [_line(path, towns.get(path, "其他"), areas, view) for path, areas in found.items()]
    return sorted(lines, key=lambda line: (-line.waiting, -line.running, line.path)), _line("", "合计", list(view.areas), view)


def _line(path: str, name: str, areas: list[AreaCounts], view: AbilityOverview) -> TownLine:
    def open_in(*states: CaseState) -> int:
        return sum(area.open.get(state, 0) for area in areas for state in states)

    grades = tuple(sum(area.grades.get(grade, 0) for area in areas) for grade, _ in view.grades)
    return TownLine(
        path, name, open_in(CaseState.REQUESTED), open_in(*_RUNNING), open_in(CaseState.SETTLED),
        sum(area.settled for area in areas), grades, sum(grades),
    )  # fmt: skip


@desk(Right.SEE_ASSESSMENTS)
def page_overview(request: PageRequest) -> HttpResponse:
    """What waits, how long it takes, grades by town, bodies."""
    filters = _filters(request)
    view = _view(request, filters)
    towns, whole = _lines(view)
    found = {
        "view": view,
        "towns": towns,
        "whole": whole,
        "grades": [(label, number) for (_, label), number in zip(view.grades, whole.grades, strict=True)],
        "bodies": queries.bodies(request.actor, area_path=chosen_area(request)),
        "filters": filters,
        "days_to_visit": _days(view.days_to_visit),
        "days_to_result": _days(view.days_to_result),
        "now": clock.now(),
        "section": "city:abilities",
    }
    return render(request, "city/abilities.html", found)


def _days(number: float | None) -> str:
    return "—" if number is None else f"{number:.0f}"


@desk(Right.SEE_ASSESSMENTS)
def page_overview_export(request: PageRequest) -> HttpResponse:
    """The table of towns as a file."""
    view = _view(request, _filters(request))
    towns, whole = _lines(view)
    rows: list[tuple[Cell, ...]] = [
        (line.name, line.waiting, line.running, line.announced, line.settled, *line.grades, line.graded)
        for line in (*towns, whole)
    ]
    grades = tuple(f"{label}（人）" for _, label in view.grades)
    header = ("镇街", "等着安排（件）", "正在评（件）", "公示中（件）", "这段日子出结果（件）", *grades, "有效等级合计（人）")
    return export(request, title="能力评估情况", header=header, rows=rows, area_path=chosen_area(request))
