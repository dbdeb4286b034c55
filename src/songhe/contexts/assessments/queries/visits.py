"""The calendar of visits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.assessments.access import visible_to
from songhe.contexts.assessments.models import CaseAssessor, Form, Signature
from songhe.contexts.assessments.queries.cases import CaseBrief, case_briefs
from songhe.contexts.assessments.words import CaseState, FormState
from songhe.foundation import clock
from songhe.foundation.access import Actor

MOST = 2000


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment. `own`: the actor is one of its assessors; `own_form` how far the actor's form is, `signs` where it waits for
    the actor's signature; `forms_final` 0 to 2."""

    case: CaseBrief
    at: dt.datetime
    place: str
    own: bool
    lead: bool
    own_form: FormState | None
    forms_final: int
    overdue: bool
    signs: bool


def visits(
    actor: Actor, *, day_from: dt.date, day_to: dt.date, area_path: str = "", body_id: int | None = None, own: bool = False
) -> tuple[Visit, ...]:
    """Appointments of these days (both included) that are not settled yet, earliest first; `own`: only those of the actor."""
    start = dt.datetime.combine(day_from, dt.time(), clock.CITY_ZONE)
    end = dt.datetime.combine(day_to + dt.timedelta(days=1), dt.time(), clock.CITY_ZONE)
    rows = visible_to(actor, area_path=area_path).filter(
        state__in=[CaseState.APPOINTED, CaseState.ASSESSING], visit_at__gte=start, visit_at__lt=end
    )
    if body_id is not None:
        rows = rows.filter(body_id=body_id)
    if own:
        rows = rows.filter(pk__in=CaseAssessor.objects.filter(assessor__user_id=actor.id).values("case_id"))
    found = list(rows.select_related("body").order_by("visit_at", "pk")[:MOST])
    ids = [row.pk for row in found]
    mine = dict(CaseAssessor.objects.filter(case__in=ids, assessor__user_id=actor.id).values_list("case_id", "lead"))
    forms = list(Form.objects.filter(case__in=ids).values_list("case_id", "state", "assessor__user_id"))
    final = {pk: sum(1 for case, state, _ in forms if case == pk and state == FormState.FINAL) for pk in ids}
    own_form = {case: FormState(state) for case, state, user in forms if user == actor.id and case in mine}
    signed = set(
        Signature.objects.filter(form__case__in=ids, form__assessor__user_id=actor.id).values_list("form__case_id", flat=True)
    )
    waits = {pk for pk, state in own_form.items() if state is FormState.FINAL} - signed
    return tuple(
        Visit(
            brief, brief.visit_at, brief.visit_place, brief.id in mine, mine.get(brief.id, False), own_form.get(brief.id),
            final[brief.id], brief.visit_at.astimezone(clock.CITY_ZONE).date() < clock.today(),
            brief.id in waits,
        )
        for brief in case_briefs(found)
        if brief.visit_at is not None
    )  # fmt: skip
