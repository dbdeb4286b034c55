"""以前的评估结果: results by the older scale, one by one or by file, kept as they are and never turned into grades of today's scale."""

from __future__ import annotations

import csv
import datetime as dt
import io

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from songhe.basics.identifiers import Problem, parse_resident_id
from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.actions import OlderFile
from songhe.contexts.assessments.errors import FormRefused
from songhe.contexts.assessments.queries import OlderLine
from songhe.contexts.people import queries as people
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput, SongheError
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.assess.cases import desk_of, section_of
from songhe.web.exports import every_row, export
from songhe.web.lists import FieldProblem

SHOWN = 200
MOST_BYTES = 20 * 1024 * 1024
_VERDICTS = (("refused", "不能录入", "refused"), ("new", "可以录入", "new"), ("same", "已经有了", "unchanged"))


def _page(request: PageRequest, after: str | None, limit: int = 50) -> Page[OlderLine]:
    return queries.older_results(request.actor, area_path=chosen_area(request), after=after, limit=limit)


@desk(Right.SEE_ASSESSMENTS)
def page_older(request: PageRequest) -> HttpResponse:
    """The older results in the actor's areas, entered last first."""
    found = {
        "at": desk_of(request), "page": _page(request, request.GET.get("after")), "filters": (area_filter(request, Right.SEE_ASSESSMENTS),),
        "may_enter": request.actor.may(Right.REQUEST_ASSESSMENT) and bool(queries.older_scales()),
        "scales": queries.older_scales(), "section": section_of(request, "ability_older"),
    }  # fmt: skip
    return render(request, "assess/older.html", found)


@desk(Right.SEE_ASSESSMENTS)
def page_older_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    rows = [
        (one.name, one.place, one.scale_title, one.grade_label, one.assessed_on.isoformat(), one.assessed_by, one.entered_by,
         f"{timezone.localtime(one.entered_at):%Y-%m-%d}")
        for one in every_row(lambda after: _page(request, after, 500))
    ]  # fmt: skip
    header = ("老人", "住处", "量表", "等级", "评估日期", "谁评的", "谁录入的", "录入日期")
    return export(request, title="以前的评估结果", header=header, rows=rows, area_path=chosen_area(request))


def _form(request: PageRequest, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    scale = queries.older_scales()[0]
    found = {
        "at": desk_of(request), "scale": scale, "problems": problems, "typed": request.POST, "section": section_of(request, "ability_older"),
        "wrong": {one.field: one.sentence for one in problems},
        "parts": [
            (one, request.POST.get(f"points-{one.id}", ""), request.POST.get(f"level-{one.id}", "")) for one in scale.dimensions
        ],
    }  # fmt: skip
    return render(request, "assess/older_one.html", found, status=422 if problems else 200)


@desk(Right.REQUEST_ASSESSMENT)
def page_older_one(request: PageRequest) -> HttpResponse:
    """The form for one result; on POST it is kept as it was sent."""
    if request.method != "POST":
        return _form(request)
    try:
        taken = _take(request)
    except FormRefused as refused:
        return _form(request, tuple(FieldProblem(one.where, f"{one.message}。{one.remedy}。") for one in refused.problems))
    except SongheError as refused:
        return _form(request, (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "已经录入。" if taken.new else "同样的结果早就录入了，没有重复记。")
    return redirect(f"{desk_of(request)}:ability_older")


def _take(request: PageRequest) -> actions.Taken:
    said, scale = request.POST, queries.older_scales()[0]
    parsed = parse_resident_id(said.get("number", ""))
    if isinstance(parsed, Problem):
        raise InvalidInput(f"身份证号不对：{parsed.reason}", next_step=parsed.remedy, field="number")
    who = people.people_by_number(request.actor, numbers=[parsed.number]).get(parsed.number)
    if who is None:
        raise InvalidInput("没有找到这位老人，或者不在您负责的区域。", next_step="请核对身份证号。", field="number")
    return actions.take_over_result(
        request.actor, person_id=who.person_id, scale=scale.id, grade=_whole(said.get("grade", "")), assessed_on=_day(said.get("assessed_on", "")),
        assessed_by=said.get("assessed_by", ""),
        points={one.id: _whole(said[f"points-{one.id}"]) for one in scale.dimensions if said.get(f"points-{one.id}")},
        levels={one.id: _whole(said[f"level-{one.id}"]) for one in scale.dimensions if said.get(f"level-{one.id}")},
    )  # fmt: skip


def _whole(text: str) -> int:
    """The number; -1, which no scale has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("评估日期不对。", next_step="请照报告上的日期选择。", field="assessed_on") from None


@desk(Right.REQUEST_ASSESSMENT)
def page_older_file(request: PageRequest) -> HttpResponse:
    """A file is sent and judged, nothing is kept; then its good rows are taken over, all of them or none."""
    file: OlderFile | None = None
    problem: FieldProblem | None = None
    try:
        if request.method == "POST" and request.POST.get("key"):
            file = actions.accept_older_file(request.actor, key=request.POST["key"])
        elif request.method == "POST":
            file = _sent(request)
    except InvalidInput as refused:
        problem = FieldProblem("content", f"{refused.sentence}{refused.next_step}")
    found = {
        "at": desk_of(request), "layout": queries.older_layout(), "file": file, "problem": problem, "problems": (problem,) if problem else (),
        "section": section_of(request, "ability_older"), "most": SHOWN,
    }  # fmt: skip
    if file is not None:
        order = [name for name, _, _ in _VERDICTS]
        found |= {
            "counts": [(label, file.count(name), chip) for name, label, chip in _VERDICTS], "useful": file.count("new"),
            "rows": [
                (row, next((label, chip) for name, label, chip in _VERDICTS if name == row.verdict))
                for row in sorted(file.rows, key=lambda row: (order.index(row.verdict), row.row))[:SHOWN]
            ],
        }  # fmt: skip
    return render(request, "assess/older_file.html", found, status=422 if problem else 200)


def _sent(request: PageRequest) -> OlderFile:
    content = request.FILES.get("content")
    if content is None or (content.size or 0) > MOST_BYTES:
        raise InvalidInput("请选择文件，不超过20兆。", next_step="可以是 xlsx 或 csv。", field="content")
    return actions.check_older_file(request.actor, name=content.name or "file", content=content.read())


@desk(Right.REQUEST_ASSESSMENT)
def page_older_template(request: PageRequest) -> HttpResponse:
    """The empty file: its headers."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow([column.header for column in queries.older_layout().columns])
    response = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        "attachment; filename=\"older.csv\"; filename*=UTF-8''%E6%97%A7%E7%BB%93%E6%9E%9C%E7%A9%BA%E8%A1%A8.csv"
    )
    return response
