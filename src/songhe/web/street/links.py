"""Two records that may be one person: who they are, what agrees, what would change; and the records that make up a person."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.people import actions
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import CandidateBrief, CandidateView
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import every_row, export
from songhe.web.lists import FieldProblem
from songhe.web.street.person import show_person
from songhe.web.templatetags.songhe import likelihood

SECTION = "street:links"


def _waiting(request: PageRequest, after: str | None = None, limit: int = 30) -> Page[CandidateBrief]:
    return people.link_candidates(request.actor, area_path=chosen_area(request), after=after, limit=limit)


@desk(Right.SEE_PEOPLE)
def page_links(request: PageRequest) -> HttpResponse:
    """The pairs that wait for somebody to look, the likeliest first."""
    page = _waiting(request, request.GET.get("after"))
    found = {
        "page": page,
        "total": people.count_candidates(request.actor, area_path=chosen_area(request)),
        "filters": (area_filter(request, Right.SEE_PEOPLE),),
        "cleared": request.path if request.GET.get("area") else "",
    }
    return render(request, "street/links.html", found)


@desk(Right.SEE_PEOPLE)
def page_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    lines = every_row(lambda after: _waiting(request, after, limit=200))
    rows = [
        (
            x.one,
            x.other,
            x.place,
            likelihood(x.probability).removeprefix("可能性"),
            "、".join(a.words for a in x.agreements),
            x.said_by,
        )
        for x in lines
    ]
    header = ("报送的姓名", "已登记的姓名", "住在", "可能性", "比对情况", "来源")
    return export(request, title="疑似同一人", header=header, rows=rows, area_path=chosen_area(request))


@desk(Right.SEE_PEOPLE)
def page_link(request: PageRequest, candidate: int) -> HttpResponse:
    """Both records side by side: in the row of the list for htmx, else a page of its own."""
    return _pair(request, people.link_candidate(request.actor, candidate_id=candidate))


def _pair(request: PageRequest, view: CandidateView, problem: InvalidInput | None = None) -> HttpResponse:
    found = {"view": view, "section": SECTION, "problem": problem, "reason": request.POST.get("reason", "")}
    template = "street/link_pair.html" if request.htmx else "street/link.html"
    response = render(request, template, found, status=422 if problem and not request.htmx else 200)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@desk(Right.CORRECT_FACTS)
def submit_decide(request: PageRequest, candidate: int) -> HttpResponse:
    """Yes or no with the reason. For htmx the row goes and what came of it is said; else on to the next pair."""
    view = people.link_candidate(request.actor, candidate_id=candidate)
    same = request.POST.get("same") == "yes"
    try:
        done = actions.decide_candidate(request.actor, candidate_id=candidate, same=same, reason=request.POST.get("reason", ""))
    except InvalidInput as refused:
        return _pair(request, view, refused)
    sentence = _told(view, same, done.waiting, done.verdict)
    if request.htmx:
        response = render(request, "street/work_done.html", {"sentence": sentence})
        response["HX-Retarget"], response["HX-Reswap"] = f"#work-{candidate}", "outerHTML"
        return response
    messages.success(request, sentence)
    following = people.link_candidates(request.actor, limit=1).items
    return redirect("street:link", following[0].id) if following else redirect(SECTION)


def _told(view: CandidateView, same: bool, waiting: bool, verdict: str) -> str:
    one, other = view.brief.one, view.brief.other
    if same:
        return f"“{one}”和“{other}”已认定为同一个人，这一户会重新核算。认错了，可以在{other}的页面上拆开。"
    if waiting:
        return f"已记下：“{one}”不是这位“{other}”。这一行还要和另外的人比对。"
    if verdict == "new":
        return f"已记下：不是同一个人。“{one}”已作为另一位老人登记。"
    return f"已记下：不是同一个人。{'这一行没有采用，理由已留存。' if verdict else '两条登记各自保留。'}"


@require_POST
@desk(Right.CORRECT_FACTS)
def submit_unlink(request: PageRequest, public_id: uuid.UUID, link: int) -> HttpResponse:
    """The two are two again; back to the person."""
    person_id = people.person_id_of(request.actor, public_id=public_id)
    try:
        actions.unlink_person(request.actor, link_id=link, reason=request.POST.get("reason", ""))
    except InvalidInput as refused:
        return show_person(request, person_id, problems=(FieldProblem(f"undo-{link}", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, "已拆开，两条登记各算各的。有关的户会重新核算。")
    return redirect(f"{reverse('street:person', args=[public_id])}#made-of")


@require_POST
@desk(Right.CORRECT_FACTS)
def submit_link(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """This person counts as the one whose ID or telephone number was written; on to that one."""
    person_id = people.person_id_of(request.actor, public_id=public_id)
    number = request.POST.get("number", "")
    found = people.search_people(request.actor, text=number).items if people.is_number(number) else ()
    if len(found) != 1:
        told = "没有找到唯一的一位老人。请写对方完整的身份证号或电话，并核对老人是否在您负责的区域。"
        return show_person(request, person_id, problems=(FieldProblem("link-number", told),))
    try:
        actions.link_persons(request.actor, person_id=person_id, into_id=found[0].id, reason=request.POST.get("reason", ""))
    except InvalidInput as refused:
        return show_person(request, person_id, problems=(FieldProblem("link-reason", f"{refused.sentence}{refused.next_step}"),))
    messages.success(request, f"已并入{found[0].name}，有关的户会重新核算。并错了，可以在这一页拆开。")
    return redirect(f"{reverse('street:person', args=[found[0].public_id])}#made-of")
