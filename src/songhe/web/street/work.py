"""The street desk's first screen: what is due, and doing it without leaving the list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from songhe.contexts.people import actions as people
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import work_items
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput, NotFound
from songhe.foundation.paging import Page
from songhe.foundation.work_items import WorkItemView
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter
from songhe.web.exports import every_row, export
from songhe.web.lists import Filter, chosen
from songhe.web.street.conflicts import rows_to_check
from songhe.web.street.fact_fields import stored_value, variable_named
from songhe.web.street.outcomes import news_of
from songhe.web.street.work_rows import KINDS, missing_field, owners, work_lines

_REASON = "street_reason"
_COUNTED = 10_000


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    kinds, known = tuple(KINDS.items()), owners()
    return (
        Filter("kind", "事由", chosen(request.GET, "kind", kinds), "choice", kinds),
        Filter("owner", "哪个部门的", chosen(request.GET, "owner", known), "choice", known),
        area_filter(request, Right.SEE_WORK),
    )


def _items(request: PageRequest, filters: tuple[Filter, ...], after: str | None, limit: int = 50) -> Page[WorkItemView]:
    kind, owner, area = (each.value for each in filters)
    return work_items.list_items(request.actor, area_path=area, kind=kind or None, owner=owner or None, after=after, limit=limit)


@desk(Right.SEE_WORK)
def page_work(request: PageRequest) -> HttpResponse:
    """Open work, most urgent first; filters and cursor stand in the address."""
    filters = _filters(request)
    page = _items(request, filters, request.GET.get("after"))
    kind, owner, area = (each.value for each in filters)
    total = work_items.count_open(request.actor, area_path=area, kind=kind or None, owner=owner or None, most=_COUNTED)
    found = {
        "filters": filters,
        "page": page,
        "rows": work_lines(request.actor, page.items),
        "total": total,
        "more": total == _COUNTED,
        "to_check": rows_to_check(request.actor),
        "cleared": request.path if any(each.value for each in filters) else "",
        "reason": request.session.get(_REASON, ""),
    }
    return render(request, "street/work.html", found)


@desk(Right.SEE_WORK)
def page_export(request: PageRequest) -> HttpResponse:
    """The list of the filters as a file."""
    filters = _filters(request)
    lines = work_lines(request.actor, every_row(lambda after: _items(request, filters, after, limit=500)))
    rows = [
        (line.person.name if line.person else "", line.person.place if line.person else "", line.title, line.said, line.waited)
        for line in lines
    ]
    header = ("姓名", "住在", "要办的事", "部门", "等了多久")
    return export(request, title="待办", header=header, rows=rows, area_path=filters[2].value)


def item_of(actor: Actor, item_id: int) -> WorkItemView:
    """The open item; NotFound where there is none in the actor's areas."""
    found = work_items.find_item(actor, item_id=item_id)
    if found is None or found.closed_at is not None:
        raise NotFound("没有这件待办，或者已经办结，或者不在您负责的区域。", next_step="请回到待办列表看看。")
    return found


def _form(request: PageRequest, item: WorkItemView, problem: InvalidInput | None = None) -> HttpResponse:
    """The form of one item: in its row for htmx, else a page of its own; with a problem beside the field it is about."""
    typed = (request.POST.get("value", ""), request.POST.get("reason", request.session.get(_REASON, "")))
    line = work_lines(request.actor, (item,))[0]
    field = missing_field(item, policy.pack_in_use().pack.variables_of("person"), *typed)
    found = {"section": "street:work", "row": line, "field": field, "problem": problem, "reason": typed[1]}
    template = "street/work_form.html" if request.htmx else "street/work_item.html"
    return render(request, template, found, status=422 if problem and not request.htmx else 200)


@desk(Right.SEE_WORK)
def page_item(request: PageRequest, item: int) -> HttpResponse:
    """One item with its form."""
    return _form(request, item_of(request.actor, item))


@require_POST
@desk(Right.CORRECT_FACTS)
def submit_fact(request: PageRequest, item: int) -> HttpResponse:
    """The missing fact is entered with its reason; the row is gone and what changed for the person is said."""
    due = item_of(request.actor, item)
    reason = request.POST.get("reason", "")
    try:
        variable = variable_named(str(due.detail.get("variable", "")))
        value = stored_value(variable, request.POST.get("value", ""))
        fact = people.correct_fact(request.actor, person_id=due.subject_id, variable=variable.name, value=value, reason=reason)
    except InvalidInput as problem:
        return _form(request, due, problem)
    request.session[_REASON] = reason.strip()
    return _done(request, due, f"“{variable.label}”已记为{fact.shown}。{news_of(request.actor, due.subject_id)}")


@require_POST
@desk(Right.DO_WORK)
def submit_outcome(request: PageRequest, item: int) -> HttpResponse:
    """The item is closed with what came of it."""
    due = item_of(request.actor, item)
    try:
        work_items.close_item(request.actor, item_id=due.id, outcome=request.POST.get("outcome", ""))
    except InvalidInput as problem:
        return _form(request, due, problem)
    return _done(request, due, f"“{due.title}”已办结。")


def _done(request: PageRequest, item: WorkItemView, sentence: str) -> HttpResponse:
    """For htmx the row disappears and the sentence is announced; else back to the list."""
    who = work_lines(request.actor, (item,))[0].person
    sentence = f"{who.name}：{sentence}" if who else sentence
    if request.htmx:
        response = render(request, "street/work_done.html", {"sentence": sentence})
        response["HX-Retarget"], response["HX-Reswap"] = f"#work-{item.id}", "outerHTML"
        return response
    messages.success(request, sentence)
    return redirect("street:work")
