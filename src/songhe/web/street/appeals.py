"""申诉 as the street and the city see them: the list, and one appeal with its decision beside the words of who appeals."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import AppealFile, AppealLine
from songhe.contexts.entitlements.words import APPEAL_CHANNEL_LABELS, APPEAL_STATE_LABELS, AppealState
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Right
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.decisions import decision_shown
from songhe.web.exports import every_row, export
from songhe.web.grants_shown import place_names
from songhe.web.lists import Filter, chosen

STATES = tuple((key.value, label) for key, label in APPEAL_STATE_LABELS.items())


@dataclass(frozen=True, slots=True)
class AppealRow:
    """One appeal in a list."""

    name: str
    href: str
    place: str
    title: str
    reason: str
    filed_on: dt.date
    channel: str
    chip: str
    due_on: dt.date
    late: bool
    answer: str
    late_days: int


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    state = chosen(request.GET, "state", (*STATES, ("all", "")))
    options = (("all", "全部"), *STATES[1:])
    return (area_filter(request, Right.SEE_GRANTS), Filter("state", "情况", state, "choice", options, STATES[0][1]))


def found_appeals(request: PageRequest, after: str | None, limit: int = 50) -> Page[AppealLine]:
    """The appeals that the address asks for; those still open where it asks for no state."""
    state = chosen(request.GET, "state", (*STATES, ("all", "")))
    wanted = "" if state == "all" else state or AppealState.OPEN.value
    return entitlements.appeals(request.actor, area_path=chosen_area(request), state=wanted, after=after, limit=limit)


def appeal_rows(lines: Sequence[AppealLine], page: str) -> tuple[AppealRow, ...]:
    """Lines as rows that lead to `page`."""
    names = place_names()
    return tuple(
        AppealRow(
            line.name or "不在您的区域", reverse(page, args=[line.public_id]), names.get(line.area_path, ""), line.title, line.reason,
            line.filed_on, APPEAL_CHANNEL_LABELS[line.channel], f"appeal_{line.state.value}", line.due_on, line.overdue, line.decided_because,
            line.late_days,
        )
        for line in lines
    )  # fmt: skip


def show_list(request: PageRequest, page_name: str, lead: str) -> HttpResponse:
    """The list of one desk."""
    page = found_appeals(request, request.GET.get("after"))
    found = {
        "page": Page(appeal_rows(page.items, page_name), page.next),
        "filters": _filters(request),
        "cleared": request.path if request.GET else "",
        "lead": lead,
        "empty_next": "老人或家人不同意时，在待遇的页面上登记，或者他们自己在网上提。",
        "export_url": reverse(f"{page_name}s_export"),
    }
    return render(request, "street/grants_appeals.html", found)


def list_file(request: PageRequest, page_name: str) -> HttpResponse:
    """The list of one desk as a file."""
    rows = appeal_rows(every_row(lambda after: found_appeals(request, after, limit=200)), page_name)
    header = ("姓名", "住在", "对哪一项", "说了什么", "哪天提的", "怎样提的", "情况", "最晚哪天答复", "答复", "晚提了（天）")
    lines = [
        (
            row.name, row.place, row.title, row.reason, row.filed_on.isoformat(), row.channel,
            APPEAL_STATE_LABELS[AppealState(row.chip.removeprefix("appeal_"))], row.due_on.isoformat(), row.answer, row.late_days or None,
        )
        for row in rows
    ]  # fmt: skip
    return export(request, title="申诉", header=header, rows=lines, area_path=chosen_area(request))


def appeal_shown(request: PageRequest, file: AppealFile) -> dict[str, object]:
    """What the page of one appeal shows at either desk."""
    line = file.line
    known = policy.pack_in_use().pack.variables_of("person")
    return {
        "file": file,
        "line": line,
        "person": people.people_by_id(request.actor, person_ids=[line.person_id]).get(line.person_id),
        "chip": f"appeal_{line.state.value}",
        "channel": APPEAL_CHANNEL_LABELS[line.channel],
        "decided": file.decision,
        "decision": decision_shown(policy.pack_in_use().pack, file.explanation) if file.explanation else None,
        "corrections": [(known[c.variable].label if c.variable in known else c.variable, c.since) for c in file.corrections],
    }


@desk(Right.SEE_GRANTS)
def page_appeals(request: PageRequest) -> HttpResponse:
    """Appeals of the actor's areas; those due first in front."""
    return show_list(request, "street:appeal", "老人或家人对决定有不同意见。由市里答复，这里能看到到了哪一步。")


@desk(Right.SEE_GRANTS)
def page_appeals_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    return list_file(request, "street:appeal")


@desk(Right.SEE_GRANTS)
def page_appeal(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """One appeal, to read."""
    file = entitlements.appeal(request.actor, appeal_id=entitlements.appeal_id_of(request.actor, public_id=public_id))
    shown = appeal_shown(request, file) | {"section": "street:appeals", "back": reverse("street:appeals")}
    response = render(request, "street/appeal.html", shown)
    response["Cache-Control"] = "no-store"
    return response
