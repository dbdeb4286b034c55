"""The rows behind an indicator: people by name with masked numbers, households, areas or entries of a register; and as a file."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.people import queries as people
from songhe.contexts.statistics import actions
from songhe.contexts.statistics import queries as statistics
from songhe.contexts.statistics.queries import FigureRow, Side
from songhe.foundation.access import Right
from songhe.foundation.errors import NotFound
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.city.indicators_shown import SIDE_WORDS, number
from songhe.web.exports import export
from songhe.web.lists import Filter, chosen


def _side(text: str) -> Side:
    if text not in SIDE_WORDS:
        raise NotFound("没有这种名单。", next_step="请回到指标页面。")
    return Side(text)


def _month(request: PageRequest) -> tuple[dt.date | None, int | None]:
    """The month and revision that the address asks for."""
    try:
        period = dt.date.fromisoformat(request.GET["period"]) if request.GET.get("period") else None
        revision = int(request.GET["revision"]) if request.GET.get("revision") else None
    except ValueError as error:
        raise NotFound("没有这个月的指标。", next_step="请回到指标页面。") from error
    return period, revision


def _uses() -> tuple[tuple[str, str], ...]:
    """What a list may be opened for, besides what it usually is: uses that ask nobody's consent."""
    return tuple((use.id, use.title) for use in people.data_uses().values() if not use.needs_consent and use.id != actions.USE)


def _use_filter(request: PageRequest) -> Filter:
    usual = people.data_uses().get(actions.USE)
    return Filter("use", "用来做什么", chosen(request.GET, "use", _uses()), "choice", _uses(), usual.title if usual else "不限")


@desk(Right.SEE_FIGURES)
def page_rows(request: PageRequest, indicator: str, side: str) -> HttpResponse:
    """The rows of one side, paged; their number and sum are the figure's."""
    period, revision = _month(request)
    view = statistics.figure(request.actor, indicator=indicator, area_path=chosen_area(request), period=period, revision=revision)
    use = _use_filter(request)
    found = actions.open_rows(
        request.actor, indicator=indicator, side=_side(side), use=use.value or actions.USE, area_path=chosen_area(request),
        after=request.GET.get("after"), period=period, revision=revision,
    )  # fmt: skip
    shown = {
        "view": view, "side": side, "word": SIDE_WORDS[side], "sides": tuple(SIDE_WORDS.items()), "page": found.page, "rows": found.rows,
        "total": number(found.total), "summed": found.total != found.rows, "people": any(row.kind == "person" for row in found.page.items),
        "filters": (area_filter(request, Right.SEE_FIGURES), use), "section": "city:indicators",
    }  # fmt: skip
    return render(request, "city/indicator_rows.html", shown)


@desk(Right.SEE_FIGURES)
def page_rows_export(request: PageRequest, indicator: str, side: str) -> HttpResponse:
    """The same list as a file, identifiers masked."""
    view = statistics.figure(request.actor, indicator=indicator, area_path=chosen_area(request))
    period, revision = _month(request)
    found = actions.open_every_row(
        request.actor, indicator=indicator, side=_side(side), use=_use_filter(request).value or actions.USE,
        area_path=chosen_area(request), period=period, revision=revision,
    )  # fmt: skip
    header = ("名称", "性别", "年龄（周岁）", "所在", "身份证号", "计入")
    rows = [_cells(row) for row in found]
    return export(request, title=f"{view.title}-{SIDE_WORDS[side]}", header=header, rows=rows, area_path=chosen_area(request))


def _cells(row: FigureRow) -> tuple[str | int | None, ...]:
    brief = row.person
    if brief is None:
        return row.title, "", None, row.place, "", number(row.counts, 6)
    return brief.name, brief.sex, brief.age, brief.place, brief.id_number, number(row.counts, 6)
