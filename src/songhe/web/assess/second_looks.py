"""抽查复核: which results of a month are looked at again by other people, drawn so that anybody can draw it again."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.queries import SecondLook, SecondLooks
from songhe.contexts.assessments.words import CASE_STATE_LABELS
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.foundation.errors import SongheError
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.assess.cases import desk_of, section_of
from songhe.web.assess.grades import grade_word
from songhe.web.city.pay_shown import month_of, months_to_choose
from songhe.web.exports import export
from songhe.web.lists import FieldProblem, Filter


def _month(request: PageRequest) -> dt.date:
    text = request.GET.get("month", "") or request.POST.get("month", "")
    return month_of(text) if text else (clock.today().replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def _view(request: PageRequest) -> SecondLooks:
    return queries.second_looks(request.actor, month=_month(request), area_path=chosen_area(request))


def _grades(line: SecondLook) -> tuple[str, str]:
    case = line.case
    return grade_word(case.scale, line.first_grade), grade_word(case.scale, case.grade) if case.grade is not None else ""


def _show(request: PageRequest, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    month, view = _month(request), _view(request)
    city = f"{policy.pack_in_use().pack.place.code}/"
    found = {
        "at": desk_of(request), "view": view, "month": f"{month:%Y-%m}", "lines": [(line, *_grades(line)) for line in view.lines],
        "filters": (
            Filter("month", "哪个月生效的", f"{month:%Y-%m}", "choice", tuple(months_to_choose(clock.today())), any="上个月"),
            area_filter(request, Right.SEE_ASSESSMENTS),
        ),
        "may_draw": all(request.actor.may(right, city) for right in (Right.ARRANGE_ASSESSMENT, Right.REQUEST_ASSESSMENT)),
        "left": max(view.wanted - len(view.lines), 0), "problems": problems, "section": section_of(request, "ability_second_looks"),
    }  # fmt: skip
    return render(request, "assess/second_looks.html", found, status=422 if problems else 200)


@desk(Right.SEE_ASSESSMENTS)
def page_second_looks(request: PageRequest) -> HttpResponse:
    """The month's draw: how many, which, and whether the same grade came out."""
    return _show(request)


@desk(Right.SEE_ASSESSMENTS)
def page_second_looks_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    rows = [
        (
            line.case.name,
            line.case.place,
            CASE_STATE_LABELS[line.case.state],
            *_grades(line),
            "" if line.same is None else "相同" if line.same else "不同",
        )
        for line in _view(request).lines
    ]
    header = ("老人", "住处", "进度", "原来的等级", "复核的等级", "比较")
    return export(request, title="抽查复核", header=header, rows=rows, area_path=chosen_area(request))


@require_POST
@desk(Right.ARRANGE_ASSESSMENT)
def submit_draw(request: PageRequest) -> HttpResponse:
    """The share that the pack asks for is drawn; drawn again, nothing changes."""
    try:
        drawn = actions.draw_second_looks(request.actor, month=_month(request))
    except SongheError as refused:
        return _show(request, (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, f"这次抽中{len(drawn.case_ids)}件，等着安排别的机构、别的人上门。这个月生效{drawn.of}件。")
    return redirect(f"{reverse(f'{desk_of(request)}:ability_second_looks')}?month={_month(request):%Y-%m}")
