"""养老服务能力评价 at the city desk: scores by area, each open to the figures and weights behind it."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics import queries as statistics
from songhe.contexts.statistics.queries import Rating
from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk
from songhe.web.city.indicators_shown import number
from songhe.web.exports import export
from songhe.web.lists import Filter, chosen
from songhe.web.rules import mark_of

LEVELS = {"county": "县（市、区）", "town": "镇街"}


def _rating(request: PageRequest) -> Rating:
    asked = chosen(request.GET, "level", tuple(LEVELS.items()))
    found = statistics.rating(request.actor)
    return statistics.rating(request.actor, level=asked) if asked in found.levels and asked != found.level else found


@desk(Right.SEE_FIGURES)
def page_rating(request: PageRequest) -> HttpResponse:
    """Every area with its score, and below it each indicator's value, points and weight."""
    found = _rating(request)
    titles = {part.indicator: part for part in found.indicators}
    areas = [
        {"area": area, "parts": [(titles[part.indicator], part, number(part.value, titles[part.indicator].places)) for part in area.parts],
         "missing": [titles[part.indicator].title for part in area.parts if part.points is None]}
        for area in found.areas
    ]  # fmt: skip
    options = tuple((level, LEVELS[level]) for level in found.levels)
    shown = {
        "found": found, "areas": areas, "level": LEVELS[found.level], "mark": mark_of(found.cited), "section": "city:elders", "part": "rating",
        "filters": (Filter("level", "评价哪一级", found.level, "choice", options, any="默认"),) if len(options) > 1 else (),
        "full": Decimal(100), "place": policy.pack_in_use().pack.place.name,
    }  # fmt: skip
    return render(request, "city/rating.html", shown)


@desk(Right.SEE_FIGURES)
def page_export(request: PageRequest) -> HttpResponse:
    """A row an area and indicator: value, points, weight as it counts here, the area's score."""
    found = _rating(request)
    titles = {part.indicator: part for part in found.indicators}
    rows = [
        (
            area.name, _plain(area.score), titles[part.indicator].title, _plain(part.numerator), _plain(part.denominator),
            "" if part.value is None else number(part.value, titles[part.indicator].places), titles[part.indicator].unit,
            "" if part.points is None else f"{part.points:.1f}", titles[part.indicator].weight,
            "" if part.share is None else f"{part.share:.1f}", "有数据" if part.points is not None else "暂无数据，不计分",
        )
        for area in found.areas
        for part in area.parts
    ]  # fmt: skip
    header = ("区域", "总分", "指标", "分子", "分母", "数值", "单位", "得分", "公布的权重", "在此实际权重（%）", "状态")
    return export(request, title=f"{found.title}（{LEVELS[found.level]}）", header=header, rows=rows)


def _plain(value: Decimal | None) -> str:
    return "" if value is None else str(value)
