"""An appeal at the counter about anything that was decided of a person, also what was not given."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonView
from songhe.foundation.access import Right
from songhe.foundation.errors import SongheError
from songhe.web.access import PageRequest, desk
from songhe.web.grants_shown import RELATIONS
from songhe.web.lists import FieldProblem
from songhe.web.street.grant_file import COUNTER_CHANNELS, read_channel


def _form(request: PageRequest, view: PersonView, problems: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    decided = entitlements.decision(request.actor, person_id=view.brief.id)
    found = {
        "view": view, "problems": problems, "typed": request.POST, "relations": RELATIONS, "channels": COUNTER_CHANNELS, "section": "street:grants",
        "benefits": [(one.benefit, one.title) for one in decided.explanations], "asked": request.GET.get("benefit", ""),
    }  # fmt: skip
    return render(request, "street/appeal_filing.html", found, status=422 if problems else 200)


@desk(Right.HANDLE_GRANTS)
def page_file_appeal(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The form; sent, the appeal stands with the decision it is about, for the city to answer."""
    person_id = people.person_id_of(request.actor, public_id=public_id)
    view, sent = people.person(request.actor, person_id=person_id), request.POST
    if request.method != "POST":
        return _form(request, view)
    try:
        filed = entitlements_actions.file_appeal(
            request.actor, person_id=person_id, benefit=sent.get("benefit", ""), by_name=sent.get("by_name", "").strip(),
            relation=sent.get("relation", ""), reason=sent.get("reason", "").strip(), channel=read_channel(request),
        )  # fmt: skip
    except SongheError as refused:
        return _form(request, view, (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),))
    until = f"{filed.due_on.year}年{filed.due_on.month}月{filed.due_on.day}日"
    messages.success(request, f"申诉已收下，最晚{until}前答复。{filed.calendar_warning}")
    return redirect("street:appeal", filed.public_id)
