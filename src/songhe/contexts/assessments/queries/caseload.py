"""How much each assessor and body has done and has before them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from songhe.contexts.assessments.access import assessors_visible_to, visible_to
from songhe.contexts.assessments.models import CaseAssessor
from songhe.contexts.assessments.words import CaseState
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require

_RUNNING = (CaseState.APPOINTED, CaseState.ASSESSING)
_DONE = (CaseState.SETTLED, CaseState.CLOSED)
_COUNTED = ("settled", "led", "open", "overdue", "days")


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
    during = Q(case__visit_at__gte=_begins(since), case__visit_at__lt=_begins(until + dt.timedelta(days=1)))
    running, done = Q(case__state__in=_RUNNING), during & Q(case__state__in=_DONE)
    late = running & Q(case__visit_at__lt=_begins(clock.today()))
    day = TruncDate("case__visit_at", tzinfo=clock.CITY_ZONE)
    seats = CaseAssessor.objects.filter(during | running, assessor__in=people, case__visit_at__isnull=False)
    counted = seats.filter(case__in=visible_to(actor)).values("assessor_id").annotate(
        settled=Count("pk", filter=done), led=Count("pk", filter=done & Q(lead=True)), open=Count("pk", filter=running),
        overdue=Count("pk", filter=late), days=Count(day, filter=during, distinct=True),
    )  # fmt: skip
    found = {row[0]: row[1:] for row in counted.values_list("assessor_id", *_COUNTED)}
    none = (0,) * len(_COUNTED)
    lines = [AssessorLoad(one.pk, one.name, one.body_id, one.body.name, one.medical, *found.get(one.pk, none)) for one in people]
    return tuple(sorted(lines, key=lambda line: (-line.settled - line.open, line.body, line.assessor, line.assessor_id)))


def _begins(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.CITY_ZONE)
