"""申请 at the street desk: who could apply, what was applied for, and the form that asks only for papers nobody has."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import ApplicationLine
from songhe.contexts.entitlements.words import APPLICATION_STATE_LABELS, GRANT_OFFER, ApplicationState
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonView
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.pack import BenefitEntry
from songhe.foundation import work_items
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput, NotFound, SongheError
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import every_row, export
from songhe.web.grants_shown import RELATIONS, place_names
from songhe.web.lists import Filter, chosen
from songhe.web.street.grant_file import COUNTER_CHANNELS, read_channel
from songhe.web.street.grant_lists import problems_of
from songhe.web.street.person import decided_of
from songhe.web.street.person_shown import benefit_shown

STATES = tuple((key.value, label) for key, label in APPLICATION_STATE_LABELS.items())


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One application in a list."""

    name: str
    href: str
    place: str
    title: str
    by: str
    filed_on: dt.date
    chip: str
    due_on: dt.date
    late: bool
    answer: str


@dataclass(frozen=True, slots=True)
class OfferRow:
    """Somebody who could apply; `href` leads to the form."""

    name: str
    place: str
    title: str
    href: str


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    state = chosen(request.GET, "state", (*STATES, ("all", "")))
    return (
        area_filter(request, Right.SEE_GRANTS),
        Filter("state", "情况", state, "choice", (("all", "全部"), *STATES[1:]), STATES[0][1]),
    )


def _found(request: PageRequest, after: str | None, limit: int = 50) -> Page[ApplicationLine]:
    state = chosen(request.GET, "state", (*STATES, ("all", "")))
    wanted = "" if state == "all" else state or ApplicationState.OPEN.value
    return entitlements.applications(request.actor, area_path=chosen_area(request), state=wanted, after=after, limit=limit)


def _rows(request: PageRequest, lines: Sequence[ApplicationLine]) -> tuple[ApplicationRow, ...]:
    if not lines:
        return ()
    names = place_names()
    known = people.people_by_id(request.actor, person_ids=[line.person_id for line in lines])
    return tuple(
        ApplicationRow(
            line.name or "不在您的区域",
            reverse("street:person", args=[known[line.person_id].public_id]) + "#grants" if line.person_id in known else "",
            names.get(line.area_path, ""), line.title, f"{line.by_name}（{line.relation}）", line.filed_on, f"application_{line.state.value}",
            line.due_on, line.overdue, line.decided_because,
        )
        for line in lines
    )  # fmt: skip


def _offers(request: PageRequest) -> tuple[tuple[OfferRow, ...], str | None]:
    """Who could apply in the area, first the longest known; and the cursor of those after them."""
    if not request.actor.may(Right.SEE_WORK):
        return (), None
    page = work_items.list_items(
        request.actor, area_path=chosen_area(request), kind=GRANT_OFFER, after=request.GET.get("offers_after")
    )
    known, names = people.people_by_id(request.actor, person_ids=[item.subject_id for item in page.items]), place_names()
    benefits = policy.pack_in_use().pack.benefits
    rows = []
    for item in page.items:
        person, benefit = known.get(item.subject_id), benefits.get(str(item.detail.get("benefit", "")))
        if person is not None and benefit is not None:
            address = reverse("street:apply", args=[person.public_id, benefit.id])
            rows.append(OfferRow(person.name, names.get(item.area_path, ""), benefit.title, address))
    return tuple(rows), page.next


@desk(Right.SEE_GRANTS)
def page_applications(request: PageRequest) -> HttpResponse:
    """Applications, those due first in front; above them who could apply and has not."""
    page, filters = _found(request, request.GET.get("after")), _filters(request)
    offers, more = _offers(request)
    found = {
        "page": Page(_rows(request, page.items), page.next),
        "filters": filters,
        "cleared": request.path if request.GET else "",
        "offers": offers,
        "more_offers": more,
        "may_handle": request.actor.may(Right.HANDLE_GRANTS),
    }
    return render(request, "street/applications.html", found)


@desk(Right.SEE_GRANTS)
def page_export(request: PageRequest) -> HttpResponse:
    """The applications as a file."""
    found = _rows(request, every_row(lambda after: _found(request, after, limit=200)))
    rows = [
        (
            row.name, row.place, row.title, row.by, row.filed_on.isoformat(),
            APPLICATION_STATE_LABELS[ApplicationState(row.chip.removeprefix("application_"))], row.due_on.isoformat(), row.answer,
        )
        for row in found
    ]  # fmt: skip
    header = ("姓名", "住在", "申请哪一项", "谁提的", "哪天提的", "情况", "最晚哪天办结", "结果")
    return export(request, title="待遇申请", header=header, rows=rows, area_path=chosen_area(request))


def _benefit(name: str) -> BenefitEntry:
    found = policy.pack_in_use().pack.benefits.get(name)
    if found is None or found.announced:
        raise NotFound("没有这一项待遇。", next_step="请回到老人的页面重新选择。")
    return found


def _form(request: PageRequest, view: PersonView, benefit: BenefitEntry, refused: SongheError | None = None) -> HttpResponse:
    papers = entitlements.documents_needed(request.actor, person_id=view.brief.id, benefit=benefit.id)
    decided = decided_of(request.actor, view.brief.id)
    found = {
        "view": view,
        "benefit": benefit,
        "asked": [paper.title for paper in papers if paper.asked],
        "have": [f"{paper.title}（{paper.known_by}）" for paper in papers if not paper.asked],
        "decision": benefit_shown(decided, benefit.id) if decided else None,
        "days": entitlements.granting().term("application_working_days"),
        "relations": RELATIONS,
        "channels": COUNTER_CHANNELS,
        "typed": request.POST,
        "given": request.POST.getlist("document"),
        "problems": problems_of(refused) if refused else (),
        "section": "street:applications",
    }
    return render(request, "street/apply.html", found, status=422 if refused else 200)


@desk(Right.HANDLE_GRANTS)
def page_apply(request: PageRequest, public_id: uuid.UUID, benefit: str) -> HttpResponse:
    """The form for one person and benefit; sent, it is decided at once where everything is known."""
    person_id = people.person_id_of(request.actor, public_id=public_id)
    view, entry, sent = people.person(request.actor, person_id=person_id), _benefit(benefit), request.POST
    if request.method != "POST":
        return _form(request, view, entry)
    try:
        applied = entitlements_actions.apply_for(
            request.actor, person_id=person_id, benefit=entry.id, documents=sent.getlist("document"),
            by_name=sent.get("by_name", "").strip(), relation=sent.get("relation", ""), channel=read_channel(request),
        )  # fmt: skip
    except InvalidInput as refused:
        return _form(request, view, entry, refused)
    words = {
        ApplicationState.GRANTED: f"“{entry.title}”已批准，现在生效。",
        ApplicationState.REFUSED: f"“{entry.title}”没有批准：{applied.because}",
    }
    until = f"{applied.due_on.year}年{applied.due_on.month}月{applied.due_on.day}日"
    messages.success(request, words.get(applied.state, f"“{entry.title}”已收下，最晚{until}办结。{applied.because}"))
    return redirect(reverse("street:person", args=[public_id]) + "#grants")
