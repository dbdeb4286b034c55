"""Correcting one fact of a person, with the reason; the household is decided again at once."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from songhe.contexts.people import actions as people_actions
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonView
from songhe.engines.policy.rulebook import Variable
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.lists import FieldProblem
from songhe.web.street.fact_fields import fact_field, stored_value, variable_named
from songhe.web.street.outcomes import news_of


@desk(Right.CORRECT_FACTS)
def page_correct(request: PageRequest, public_id: uuid.UUID, variable: str) -> HttpResponse:
    """The form, and on POST the correction; what was typed is kept when something is wrong."""
    person_id = people.person_id_of(request.actor, public_id=public_id)
    view, known = people.person(request.actor, person_id=person_id), variable_named(variable)
    if request.method != "POST":
        return _form(request, view, known)
    try:
        value = stored_value(known, request.POST.get("value", ""))
        reason = request.POST.get("reason", "")
        fact = people_actions.correct_fact(request.actor, person_id=person_id, variable=known.name, value=value, reason=reason)
    except InvalidInput as refused:
        return _form(request, view, known, refused)
    messages.success(request, f"“{known.label}”现在是{fact.shown}。{news_of(request.actor, person_id)}")
    return redirect(reverse("street:person", args=[public_id]) + "#facts")


def _form(request: PageRequest, view: PersonView, known: Variable, refused: InvalidInput | None = None) -> HttpResponse:
    facts = (*view.facts, *view.household.facts)
    problem = FieldProblem(f"fact-{refused.field}", f"{refused.sentence}{refused.next_step}") if refused else None
    found = {
        "view": view,
        "fact": next((fact for fact in facts if fact.variable == known.name), None),
        "field": fact_field(known, request.POST.get("value", ""), request.POST.get("reason", "")),
        "section": "street:people",
        "problem": refused,
        "problems": (problem,) if problem else (),
    }
    return render(request, "street/correct.html", found, status=422 if refused else 200)
