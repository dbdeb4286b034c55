"""A person's ability assessments on their page at the street desk, and asking for one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.queries import CaseBrief, ResultBrief
from songhe.contexts.assessments.words import BESIDE, MAIN_FACT, OPEN_STATES, ORIGIN_LABELS, CaseKind, Origin
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonView
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.lists import FieldProblem

_ASKED_BY = tuple((str(origin), ORIGIN_LABELS[origin]) for origin in (Origin.PERSON, Origin.STREET))


@dataclass(frozen=True, slots=True)
class GradeShown:
    """A grade among the person's facts, in words; `main` is the civil affairs' own."""

    label: str
    word: str
    department: str
    main: bool


@dataclass(frozen=True, slots=True)
class AbilityShown:
    """What the person page shows: grades side by side, results, the case that is running, and whether one can be asked for."""

    grades: tuple[GradeShown, ...]
    results: tuple[ResultBrief, ...]
    running: CaseBrief | None
    may_ask: bool


def ability_of(actor: Actor, view: PersonView) -> AbilityShown | None:
    """The part of the person page; None for who may not see assessments there."""
    if not actor.may(Right.SEE_ASSESSMENTS, view.brief.area_path):
        return None
    cases = queries.cases(actor, person_id=view.brief.id, limit=20).items
    grades = tuple(
        GradeShown(fact.label, fact.shown, fact.department, fact.variable == MAIN_FACT)
        for fact in view.facts
        if fact.variable in (MAIN_FACT, *BESIDE)
    )
    return AbilityShown(
        grades,
        queries.results_of(actor, person_id=view.brief.id),
        next((case for case in cases if case.state in OPEN_STATES), None),
        actor.may(Right.REQUEST_ASSESSMENT, view.brief.area_path) and view.brief.alive is not False,
    )


@desk(Right.REQUEST_ASSESSMENT)
def page_request(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The form to ask for an assessment, and on POST the open case: a new one, or the one that there was."""
    person_id = people.person_id_of(request.actor, public_id=public_id)
    if request.method != "POST":
        return _form(request, person_id)
    typed = request.POST
    try:
        asked = actions.request_assessment(
            request.actor, person_id=person_id, origin=typed.get("origin", ""), reason=typed.get("reason", ""),
            kind=CaseKind.IMMEDIATE if typed.get("changed") == "yes" else "",
        )  # fmt: skip
    except InvalidInput as refused:
        return _form(request, person_id, refused)
    messages.success(request, "评估已经提出，等着安排上门。" if asked.new else "这位老人已经有一次评估正在办，没有再提出。")
    return redirect("street:ability_case", asked.case_id)


def _form(request: PageRequest, person_id: int, refused: InvalidInput | None = None) -> HttpResponse:
    found = {
        "brief": people.people_by_id(request.actor, person_ids=[person_id])[person_id],
        "asked_by": _ASKED_BY,
        "origin": request.POST.get("origin", str(Origin.PERSON)),
        "reason": request.POST.get("reason", ""),
        "changed": request.POST.get("changed") == "yes",
        "results": queries.results_of(request.actor, person_id=person_id),
        "problems": (FieldProblem(refused.field or "", f"{refused.sentence}{refused.next_step}"),) if refused else (),
        "section": "street:people",
    }
    return render(request, "street/ability_request.html", found, status=422 if refused else 200)
