"""The census at the street desk: rounds, how far each community is, whom to ask, the paper list, the table that stays."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.contexts.people import actions, queries
from songhe.contexts.people.queries import RoundPerson
from songhe.contexts.places import queries as places
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import every_row, export
from songhe.web.lists import FieldProblem, Filter, chosen
from songhe.web.street.round_tables import STATES, ShownRound, groups_of, rows_of, shown_rounds

SECTION = "street:census"


@desk(Right.SEE_PEOPLE)
def page_rounds(request: PageRequest) -> HttpResponse:
    """The rounds, latest first."""
    found = {"rounds": shown_rounds(request.actor), "may_open": request.actor.may(Right.RUN_CENSUS), "section": SECTION}
    return render(request, "street/census.html", found)


@desk(Right.RUN_CENSUS)
def page_new(request: PageRequest) -> HttpResponse:
    """The form of a new round, and on POST the round; what was typed is kept when something is wrong."""
    if request.method != "POST":
        return _form(request)
    typed = request.POST
    try:
        round_id = actions.open_round(
            request.actor, title=typed.get("title", ""), area_path=typed.get("area", ""), variables=typed.getlist("variables"),
            starts_on=_day(typed.get("starts_on", ""), "starts_on"), ends_on=_day(typed.get("ends_on", ""), "ends_on"),
            from_age=_number(typed.get("from_age", ""), "from_age"), refresh_days=_number(typed.get("refresh_days", ""), "refresh_days"),
        )  # fmt: skip
    except InvalidInput as refused:
        return _form(request, refused)
    messages.success(request, "这一轮普查开始了，下面是各村（社区）要问的人数。")
    return redirect("street:census_round", round_id)


def _day(text: str, field: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("日期填得不对。", next_step="例如 2026-11-21。", field=field) from None


def _number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise InvalidInput("请填一个整数。", next_step="例如 60。", field=field)
    return int(text)


def _form(request: PageRequest, refused: InvalidInput | None = None) -> HttpResponse:
    today = clock.today()
    usual = {
        "title": f"{today.year}年老年人普查",
        "starts_on": today.isoformat(),
        "ends_on": (today + dt.timedelta(days=90)).isoformat(),
        "from_age": "60",
        "refresh_days": "365",
    }
    levels = [area for level in ("city", "town") for area in places.areas_for(request.actor, right=Right.RUN_CENSUS, level=level)]
    ticked = request.POST.getlist("variables") if request.method == "POST" else ()
    found = {
        "typed": usual | {name: request.POST[name] for name in usual if name in request.POST},
        "areas": [(area.path, area.name, area.path == request.POST.get("area")) for area in levels],
        "variables": [(v.name, v.label, v.owner, v.name in ticked) for v in queries.askable() if v.ask or v.name in ticked],
        "problem": refused,
        "problems": (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),) if refused else (),
        "section": SECTION,
    }
    return render(request, "street/census_new.html", found, status=422 if refused else 200)


def _round(request: PageRequest, round_id: int) -> ShownRound:
    return ShownRound(queries.census_round(request.actor, round_id=round_id, area_path=chosen_area(request)))


@desk(Right.SEE_PEOPLE)
def page_round(request: PageRequest, round_id: int) -> HttpResponse:
    """How far each community is, and what is missing or old."""
    shown = _round(request, round_id)
    brief = shown.view.brief
    found = {
        "shown": shown,
        "brief": brief,
        "filters": (area_filter(request, Right.SEE_PEOPLE),),
        "may_close": brief.closed_at is None and request.actor.may(Right.RUN_CENSUS, brief.area_path),
        "section": SECTION,
    }
    return render(request, "street/census_round.html", found)


@require_POST
@desk(Right.RUN_CENSUS)
def submit_close(request: PageRequest, round_id: int) -> HttpResponse:
    """The round is closed and its table frozen."""
    count = actions.close_round(request.actor, round_id=round_id)
    messages.success(request, f"这一轮普查已经结束，{count}个村（社区）的汇总表定了下来。")
    return redirect("street:census_table", round_id)


def _people_filters(request: PageRequest) -> tuple[Filter, ...]:
    return (
        area_filter(request, Right.SEE_PEOPLE),
        Filter("asked", "情况", chosen(request.GET, "asked", STATES), "choice", STATES, any="全部"),
    )


def _people(request: PageRequest, round_id: int, after: str | None, limit: int = 50) -> Page[RoundPerson]:
    area, asked = (item.value for item in _people_filters(request))
    return queries.round_people(request.actor, round_id=round_id, area_path=area, asked=asked, after=after, limit=limit)


@desk(Right.SEE_PEOPLE)
def page_people(request: PageRequest, round_id: int) -> HttpResponse:
    """Whom to ask, with what is missing or old of each."""
    filters = _people_filters(request)
    found = {
        "page": _people(request, round_id, request.GET.get("after")),
        "brief": _brief(request, round_id),
        "filters": filters,
        "community": _community(filters[0]),
        "may_ask": request.actor.may(Right.CORRECT_FACTS),
        "cleared": request.path if any(item.value for item in filters) else "",
        "section": SECTION,
    }
    return render(request, "street/census_people.html", found)


def _community(area: Filter) -> str:
    """The path of the community that the list is of: the chosen one, or the only one there is; empty for more than one."""
    only = area.options[0][0] if len(area.options) == 1 else ""
    path = area.value or only
    return path if path.count("/") > 2 else ""


def _brief(request: PageRequest, round_id: int) -> queries.RoundBrief:
    return queries.round_brief(request.actor, round_id=round_id)


@desk(Right.SEE_PEOPLE)
def page_people_export(request: PageRequest, round_id: int) -> HttpResponse:
    """The same list as a file, identifiers masked."""
    lines = every_row(lambda after: _people(request, round_id, after, limit=200))
    rows = [
        (
            line.brief.name, line.brief.sex, line.brief.age, line.brief.place, line.brief.id_number, dict(STATES).get(line.outcome or "to_ask", ""),
            str(line.asked_on or ""), "、".join(line.missing), "、".join(line.old),
        )
        for line in lines
    ]  # fmt: skip
    header = ("姓名", "性别", "年龄（周岁）", "住在", "身份证号", "情况", "询问日期", "缺的资料", "过期的资料")
    title = f"{_brief(request, round_id).title}-名单"
    return export(request, title=title, header=header, rows=rows, area_path=chosen_area(request))


@desk(Right.SEE_PEOPLE)
def page_paper(request: PageRequest, round_id: int) -> HttpResponse:
    """The list of one community on paper: who is to be asked, with room to write the answers."""
    filters = _people_filters(request)
    area = _community(filters[0])
    lines = every_row(lambda after: _people(request, round_id, after, limit=200)) if area else []
    place = places.area_by_path(area).name if lines else ""
    found = {
        "brief": _brief(request, round_id),
        "lines": lines,
        "place": place,
        "filters": filters,
        "day": clock.today(),
        "section": SECTION,
    }
    return render(request, "street/census_paper.html", found)


@desk(Right.SEE_PEOPLE)
def page_table(request: PageRequest, round_id: int) -> HttpResponse:
    """The table of a round: number, age, health and means by community; frozen once the round is closed."""
    rows = queries.round_table(request.actor, round_id=round_id, area_path=chosen_area(request))
    found = {
        "brief": _brief(request, round_id),
        "groups": groups_of(rows),
        "counted_at": min((row.counted_at for row in rows), default=None),
        "filters": (area_filter(request, Right.SEE_PEOPLE),),
        "section": SECTION,
    }
    return render(request, "street/census_table.html", found)


@desk(Right.SEE_PEOPLE)
def page_table_export(request: PageRequest, round_id: int) -> HttpResponse:
    """The whole table as one sheet."""
    header, rows = rows_of(queries.round_table(request.actor, round_id=round_id, area_path=chosen_area(request)))
    title = f"{_brief(request, round_id).title}-汇总表"
    return export(request, title=title, header=header, rows=rows, area_path=chosen_area(request))
