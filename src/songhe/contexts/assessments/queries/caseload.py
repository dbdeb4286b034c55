"""How much each assessor and body has done and has before them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from songhe.contexts.assessments.access import assessors_visible_to, visible_to
from songhe.contexts.assessments.models import Assessor, CaseAssessor
from songhe.contexts.assessments.words import CaseState
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require

_RUNNING = (CaseState.APPOINTED, CaseState.ASSESSING)


@dataclass(frozen=True, slots=True)
class AssessorLoad:
    """One assessor's cases: settled with a visit in the period (as lead, of these), and open ones, of these with a visit that is past."""

    assessor_id: int
    assessor: str
    body_id: int
    body: str
    medical: bool
    settled: int
    led: int
    open: int
    overdue: int
    days: int


def caseload(actor: Actor, *, since: dt.date, until: dt.date, body_id: int | None = None) -> tuple[AssessorLoad, ...]:
    """Every visible assessor, most cases first; `days` is the number of days with a visit in the period (both ends included)."""
    require(actor, Right.SEE_ASSESSMENTS)
    rows = assessors_visible_to(actor).select_related("body")
    people = list(rows if body_id is None else rows.filter(body_id=body_id))
    start = dt.datetime.combine(since, dt.time(), clock.CITY_ZONE)
    end = dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), clock.CITY_ZONE)
    counted = Q(case__visit_at__gte=start, case__visit_at__lt=end) | Q(case__state__in=_RUNNING)
    seats = CaseAssessor.objects.filter(counted, assessor__in=people, case__in=visible_to(actor))
    found: dict[int, list[tuple[bool, CaseState, dt.date]]] = {}
    for assessor, lead, state, at in seats.values_list("assessor_id", "lead", "case__state", "case__visit_at"):
        if at is not None:
            found.setdefault(assessor, []).append((lead, CaseState(state), at.astimezone(clock.CITY_ZONE).date()))
    lines = [_load(person, found.get(person.pk, []), since, until) for person in people]
    return tuple(sorted(lines, key=lambda line: (-line.settled - line.open, line.body, line.assessor, line.assessor_id)))


def _load(person: Assessor, seats: list[tuple[bool, CaseState, dt.date]], since: dt.date, until: dt.date) -> AssessorLoad:
    done = [(lead, day) for lead, state, day in seats if state in (CaseState.SETTLED, CaseState.CLOSED) and since <= day <= until]
    ahead = [day for _, state, day in seats if state in _RUNNING]
    return AssessorLoad(
        person.pk, person.name, person.body_id, person.body.name, person.medical, len(done), sum(lead for lead, _ in done), len(ahead),
        sum(day < clock.today() for day in ahead), len({day for _, _, day in seats if since <= day <= until}),
    )  # fmt: skip
