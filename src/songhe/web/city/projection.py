"""Supply and demand ahead: elders by age and ability fifteen years on, and the beds, carers and money that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.basics.money import fen_to_yuan
from songhe.contexts.planning import actions
from songhe.contexts.planning import queries as planning
from songhe.contexts.planning.queries import SCOPE_LABELS, AssumptionUsed, Line, Projection, Scope
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput, NotFound
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area, town_names
from songhe.web.city import drawing
from songhe.web.city.drawing import Chart
from songhe.web.exports import Cell, export
from songhe.web.lists import FieldProblem, Filter

CHARTS = ("elders", "aged_80", "grade_1", "beds")
TABLE = ("elders", "aged_80", "grade_1", "beds", "nursing_beds", "carers", "money")
PREFIX = "a."


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; `changes` are assumptions typed in, `problem` what of them cannot be read."""

    scenario: int | None
    changes: Mapping[str, Decimal]
    scope: Scope
    area: str
    problem: FieldProblem | None = None


def asked_in(request: PageRequest) -> Asked:
    """a.<assumption>=number, scenario=id, scope, area; what is no number becomes a problem beside its field."""
    query = request.GET
    changes: dict[str, Decimal] = {}
    problem = None
    for key in query:
        text = query.get(key, "").strip()
        if key.startswith(PREFIX) and text:
            try:
                changes[key.removeprefix(PREFIX)] = Decimal(text)
            except InvalidOperation:
                problem = FieldProblem(f"a-{key.removeprefix(PREFIX)}", f"“{text}”不是一个数。")
    kept = query.get("scenario", "")
    scope = next((scope for scope in Scope if scope == query.get("scope")), Scope.RESIDENT)
    return Asked(
        int(kept) if kept.isascii() and kept.isdigit() and len(kept) < 15 else None, changes, scope, chosen_area(request), problem
    )


def _found(request: PageRequest, asked: Asked, changes: Mapping[str, Decimal]) -> Projection | None:
    return planning.projection(request.actor, scenario=asked.scenario, changes=changes, area_path=asked.area, scope=asked.scope)


@desk(Right.SEE_FIGURES)
def page_projection(request: PageRequest) -> HttpResponse:
    """The projection with charts, tables, the form of assumptions, formulas and sources; a mistake is said and nothing typed is lost."""
    asked = asked_in(request)
    problems = (asked.problem,) if asked.problem else ()
    try:
        found = _found(request, asked, {} if problems else asked.changes)
    except (InvalidInput, NotFound) as refused:
        problems = (FieldProblem(f"a-{refused.field}" if refused.field else "", f"{refused.sentence}{refused.next_step}"),)
        found = _found(request, Asked(None, {}, asked.scope, asked.area), {})
    context: dict[str, object] = {
        "found": found,
        "problems": problems,
        "filters": _filters(request, asked),
        "asked": asked,
        "section": "city:elders",
    }
    if found is not None:
        context |= _shown(request, found)
    return render(request, "city/projection.html", context)


def _filters(request: PageRequest, asked: Asked) -> tuple[Filter, ...]:
    area = area_filter(request, Right.SEE_FIGURES)
    towns = tuple((path, label) for path, label in area.options if not label.startswith("　"))
    kept = tuple((str(one.id), one.title) for one in planning.scenarios(request.actor))
    return (
        Filter("scenario", "方案", str(asked.scenario or ""), "choice", kept, any="标准假定"),
        Filter(
            "scope",
            "算哪些人",
            asked.scope.value,
            "choice",
            tuple((scope.value, label) for scope, label in SCOPE_LABELS.items()),
            any="常住",
        ),
        Filter("area", "镇街", area.value, "choice", towns, any="全部"),
    )


def _shown(request: PageRequest, found: Projection) -> dict[str, object]:
    pack = policy.pack_in_use().pack
    place = town_names().get(found.area_path)
    shown = [found.line(name) for name in TABLE]
    return {
        "scope": SCOPE_LABELS[found.start.scope],
        "place": place.name if place else pack.place.name,
        "charts": [(found.line(name), _chart(found, found.line(name))) for name in CHARTS],
        "heads": [(line.title, "万元" if line.group == "money" else line.unit) for line in shown],
        "rows": [(year, [_cell(line, at) for line in shown]) for at, year in enumerate(found.years)],
        "grades": [line for line in found.lines if line.group == "ability"],
        "grade_rows": [
            (year, [line.values[at] for line in found.lines if line.group == "ability"]) for at, year in enumerate(found.years)
        ],
        "money": [(line, line.values[0][1], line.values[-1][1]) for line in found.lines if line.group == "money"],
        "supply": [(line, line.supply, line.values[0][1], line.values[-1][1]) for line in found.lines if line.supply is not None],
        "used": [_used(used, request.GET.get(f"{PREFIX}{used.entry.id}", "")) for used in found.assumptions],
        "sources": [(title, sourced, _document(pack.sources, sourced.cite.document)) for title, sourced in found.sources],
        "assessed": found.start.assessed,
        "own_grades": _own_grades(found),
        "may_save": request.actor.may(Right.WHAT_IF),
        "changed": [used for used in found.assumptions if used.changed],
        "scenarios": planning.scenarios(request.actor),
    }


def _used(used: AssumptionUsed, typed: str) -> tuple[AssumptionUsed, str, str, str]:
    """The assumption, what was typed, its three values and its bounds in words."""
    low, middle, high = used.values
    return used, typed, f"低{low:g}，中{middle:g}，高{high:g}", f"可填{used.entry.least:g}到{used.entry.most:g}"


def _document(sources: Mapping[str, object], name: str) -> str:
    return str(getattr(sources.get(name), "title", name))


def _own_grades(found: Projection) -> list[tuple[str, int, int, float | None]]:
    """Grade, assessed people of it today, the model's people of it today, and the assessed share in percent."""
    counts = found.start.graded.sum(axis=0)
    whole = int(counts.sum())
    ability = [line for line in found.lines if line.id.startswith("ability_")]
    return [
        (line.title, int(count), line.values[0][1], round(int(count) / whole * 100, 1) if whole else None)
        for line, count in zip(ability, counts, strict=True)
    ]


def _chart(found: Projection, line: Line) -> Chart:
    values = [(float(low), float(middle), float(high)) for low, middle, high in line.values]
    present = float(line.supply.value) if line.supply is not None and line.supply.value is not None else None
    first, last = line.values[0][1], line.values[-1]
    words = f"{line.title}：{found.years[0]}年{first:,}{line.unit}，{found.years[-1]}年{last[1]:,}{line.unit}，在{last[0]:,}到{last[2]:,}之间"
    return drawing.prospect(found.years, values, f"{last[1]:,}", words, present)


def _cell(line: Line, at: int) -> tuple[str, str]:
    """The middle, and low to high; money in 万元."""
    if line.group == "money":
        low, middle, high = (f"{fen / 1_000_000:,.0f}" for fen in line.values[at])
    else:
        low, middle, high = (f"{number:,}" for number in line.values[at])
    return middle, f"{low}—{high}" if low != high else ""


@desk(Right.SEE_FIGURES)
def page_export(request: PageRequest) -> HttpResponse:
    """Every line of every year: low, middle, high."""
    asked = asked_in(request)
    found = _found(request, asked, asked.changes)
    rows: list[tuple[Cell, ...]] = []
    for line in found.lines if found else ():
        for year, values in zip(found.years if found else (), line.values, strict=True):
            low, middle, high = (fen_to_yuan(value) if line.group == "money" else value for value in values)
            rows.append((year, line.title, low, middle, high, line.unit))
    title = f"供需预测（{SCOPE_LABELS[asked.scope]}，从{found.start.as_of}起）" if found else "供需预测"
    return export(request, title=title, header=("年份", "项目", "低", "中", "高", "单位"), rows=rows, area_path=asked.area)


@require_POST
@desk(Right.WHAT_IF)
def submit_save(request: PageRequest) -> HttpResponse:
    """The changed assumptions are kept under a title; then the page shows them."""
    posted = request.POST
    made = actions.save_scenario(request.actor, title=posted.get("title", ""), changes=_posted(posted))
    return redirect(f"{reverse('city:projection')}?{urlencode({'scenario': made.id})}")


def _posted(posted: QueryDict) -> dict[str, Decimal]:
    changes = {}
    for key in posted:
        if key.startswith(PREFIX):
            try:
                changes[key.removeprefix(PREFIX)] = Decimal(posted.get(key, ""))
            except InvalidOperation:
                raise InvalidInput("有一项假定不是数。", next_step="请回到供需预测改好再保存。", field=key) from None
    return changes


@require_POST
@desk(Right.WHAT_IF)
def submit_withdraw(request: PageRequest, scenario_id: int) -> HttpResponse:
    """The scenario is no longer offered."""
    actions.withdraw_scenario(request.actor, scenario_id=scenario_id)
    return redirect("city:projection")
