"""One person: who, what they get and could get and why, what is missing, facts with sources, household, what happened when."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.errors import NoDecisionYet
from songhe.contexts.entitlements.queries import PersonDecision
from songhe.contexts.people import actions as people_actions
from songhe.contexts.people import queries as people
from songhe.contexts.people.errors import ConsentMissing
from songhe.contexts.people.words import CONSENT_CHANNELS, CONSENT_SPEAKERS
from songhe.foundation import work_items
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.grants_shown import grants_of_person
from songhe.web.lists import FieldProblem
from songhe.web.street.abilities import ability_of
from songhe.web.street.consents import latest_of
from songhe.web.street.person_shown import decision_groups, head_of, moments_of
from songhe.web.street.work_rows import OF_GRANTS, work_lines

_LOOKS = 20  # the latest looks at sensitive fields that the page shows


def decided_of(actor: Actor, person_id: int, run: int | None = None) -> PersonDecision | None:
    """The person's decision; None where there is none, or none that the actor may see."""
    if not actor.may(Right.SEE_DECISIONS):
        return None
    try:
        return entitlements.decision(actor, person_id=person_id, run_id=run)
    except NoDecisionYet:
        return None


def show_person(
    request: PageRequest, person_id: int, *, revealed: tuple[str, str] = ("", ""), problems: tuple[FieldProblem, ...] = ()
) -> HttpResponse:
    """The whole page; `revealed` is a field and its value that the actor has just given a reason for."""
    actor, view = request.actor, people.person(request.actor, person_id=person_id)
    decided = decided_of(actor, person_id)
    history = entitlements.decision_history(actor, person_id=person_id) if decided else ()
    open_work = work_items.list_items(actor, subject=("person", person_id)).items if actor.may(Right.SEE_WORK) else ()
    given = grants_of_person(actor, person_id) if actor.may(Right.SEE_GRANTS) else None
    found = {
        "view": view,
        "person": head_of(view, revealed),
        "decided": decided,
        "groups": decision_groups(decided, given.rulings if given else None) if decided else (),
        "missing": work_lines(actor, [item for item in open_work if item.kind not in OF_GRANTS]),
        "grants": given,
        "roster": entitlements.roster_of(actor, person_id=person_id) if actor.may(Right.SEE_DECISIONS) else (),
        "moments": moments_of(view, history, people.life_events(actor, person_id=person_id)),
        "uses": tuple(people.data_uses().values()),
        "latest_consents": latest_of(people.consents(actor, person_id=person_id)),
        "channels": CONSENT_CHANNELS,
        "speakers": CONSENT_SPEAKERS,
        "looks": people.looks_at(actor, person_id=person_id, limit=_LOOKS).items,
        "links": people.links_of(actor, person_id=person_id),
        "may_correct": actor.may(Right.CORRECT_FACTS, view.brief.area_path),
        "ability": ability_of(actor, view),
        "revealed": dict([revealed]),
        "problems": problems,
        "section": "street:people",
    }
    response = render(request, "street/person.html", found, status=422 if problems else 200)
    response["Cache-Control"] = "no-store"
    return response


@desk(Right.SEE_PEOPLE)
def page_person(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The person as known and decided today."""
    return show_person(request, people.person_id_of(request.actor, public_id=public_id))


@desk(Right.SEE_DECISIONS)
def page_run(request: PageRequest, public_id: uuid.UUID, run: int) -> HttpResponse:
    """What an earlier run decided, from the facts and rules of that day."""
    person_id = people.person_id_of(request.actor, public_id=public_id)
    view = people.person(request.actor, person_id=person_id)
    decided = entitlements.decision(request.actor, person_id=person_id, run_id=run)
    newest = entitlements.decision_history(request.actor, person_id=person_id, limit=1)[0].run_id
    found = {
        "view": view,
        "decided": decided,
        "groups": decision_groups(decided),
        "current": newest == run,
        "section": "street:people",
    }
    return render(request, "street/person_run.html", found)


@require_POST
@desk(Right.REVEAL_SENSITIVE)
def submit_reveal(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The page with one field in clear, on this answer only; the use and the reason stay in the audit chain."""
    person_id = people.person_id_of(request.actor, public_id=public_id)
    field, reason, use = (request.POST.get(name, "") for name in ("field", "reason", "use"))
    try:
        if not use:
            raise InvalidInput("请选择为了什么要看。", next_step="每次查看都要说明用途。", field="use")
        text = people_actions.reveal(request.actor, person_id=person_id, field=field, reason=reason, use=use)
    except (InvalidInput, ConsentMissing) as refused:
        return show_person(request, person_id, problems=(FieldProblem("", f"{refused.sentence}{refused.next_step}"),))
    return show_person(request, person_id, revealed=(field, text))
