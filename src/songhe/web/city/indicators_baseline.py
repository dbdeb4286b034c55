"""The plan's printed figures held against what was counted, and where the plan contradicts itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics import queries as statistics
from songhe.contexts.statistics.queries import FIT_LABELS, BaselineCheck, BaselineLine, ContradictionView, Fit
from songhe.foundation.access import Right
from songhe.foundation.paging import Page, cursor_of, keys_of
from songhe.web.access import PageRequest, desk
from songhe.web.city.indicators_shown import number
from songhe.web.exports import every_row, export
from songhe.web.lists import Filter, chosen

PAGE = 40
RELATION_WORDS: Mapping[str, str] = {"equals": "应当相等", "at_most": "前者不应超过后者", "differs": "不应是同一个数"}
_FITS = tuple((fit.value, label) for fit, label in FIT_LABELS.items())


@dataclass(frozen=True, slots=True)
class Line:
    """One printed figure in words."""

    found: BaselineLine
    printed: str
    measured: str
    difference: str
    relative: str
    why: str


def _line(found: BaselineLine) -> Line:
    places = max(_places(found.printed) + 1, 2)
    relative = "" if found.relative is None else f"{_shown(found.relative * 100, 2, signed=True)}%"
    view = found.indicator
    why = "" if found.measured is not None or view is None else view.needs or "还没有这项资料"
    return Line(
        found, _exact(found.printed), _shown(found.measured, places), _shown(found.difference, places, signed=True), relative, why
    )


def _places(value: Decimal | None) -> int:
    exponent = value.as_tuple().exponent if value is not None else 0
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _exact(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:,f}"


def _shown(value: Decimal | None, places: int, *, signed: bool = False) -> str:
    if value is None:
        return ""
    text = number(value, places)
    return f"+{text}" if signed and value > 0 and text != "0" else text


def _fetch(request: PageRequest, check: BaselineCheck, after: str | None, limit: int = PAGE) -> Page[BaselineLine]:
    fit, name = chosen(request.GET, "fit", _FITS), request.GET.get("name", "").strip()
    lines = [line for line in check.lines if fit in ("", line.fit) and name in line.title]
    start = max(int(keys_of(after, int)[0]), 0) if after else 0
    return Page(tuple(lines[start : start + limit]), cursor_of(start + limit) if start + limit < len(lines) else None)


@desk(Right.SEE_FIGURES)
def page_baseline(request: PageRequest) -> HttpResponse:
    """Every printed figure with what was counted, the difference, and how it stands; contradictions with both computations."""
    check = statistics.baseline_check(request.actor)
    page = _fetch(request, check, request.GET.get("after"))
    shown = {
        "check": check, "page": page, "lines": [_line(line) for line in page.items], "plan": policy.pack_in_use().pack.title,
        "counts": [(fit.value, FIT_LABELS[fit], check.count(fit)) for fit in Fit],
        "filters": (
            Filter("name", "名称", request.GET.get("name", "").strip()[:40], hint="例如：床位"),
            Filter("fit", "结果", chosen(request.GET, "fit", _FITS), "choice", _FITS, any="全部"),
        ),
        "partial": _partial(check),
        "contradictions": [_contradiction(view) for view in check.contradictions], "section": "city:indicators",
    }  # fmt: skip
    return render(request, "city/indicators_baseline.html", shown)


def _partial(check: BaselineCheck) -> str:
    """A sentence where far fewer elders are in the system than the plan prints; then counts cannot fit."""
    for line in check.lines:
        small = line.measured is not None and line.printed and line.measured < line.printed * Decimal("0.9")
        if (
            small
            and line.indicator is not None
            and line.indicator.id == "elders_60"
            and line.measured is not None
            and line.printed
        ):
            share = number(line.measured / line.printed * 100, 0)
            return f"系统里的老年人只有文件所印人数的{share}%，人数和按人数摊算的数自然对不上。"
    return ""


def _contradiction(view: ContradictionView) -> Mapping[str, object]:
    pack = policy.pack_in_use().pack
    titles = [figure.indicator for figure in pack.figures]
    names = {
        f.id: f"{f.indicator}（{f.date}）" if titles.count(f.indicator) > 1 and f.date else f.indicator for f in pack.figures
    }
    sides = [
        {"title": side.title, "value": number(side.value, 3), "formula": _readable(side.formula, names)}
        for side in (view.first, view.second)
    ]
    return {
        "view": view,
        "sides": sides,
        "relation": RELATION_WORDS[view.relation],
        "names": [names[name] for name in view.figures],
    }


def _readable(formula: str, names: Mapping[str, str]) -> str:
    """A formula with the figures' names in place of their ids."""
    text = formula
    for name, title in names.items():
        text = text.replace(f"{{{name}}}", f"“{title}”")
    return text.replace("*", "×").replace("/", "÷").replace("-", "−")


@desk(Right.SEE_FIGURES)
def page_baseline_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    check = statistics.baseline_check(request.actor)
    rows = [
        (
            line.found.id, line.found.title, line.printed, line.measured, line.difference, line.relative, line.found.unit,
            FIT_LABELS[line.found.fit], line.found.cited.cite.clause, line.found.cited.note or line.why,
        )
        for line in map(_line, every_row(lambda after: _fetch(request, check, after, limit=200)))
    ]  # fmt: skip
    header = ("编号", "名称", "文件印的数", "统计的数", "相差", "相差比例", "单位", "结果", "条款", "说明")
    return export(request, title="现状数字核对", header=header, rows=rows)
