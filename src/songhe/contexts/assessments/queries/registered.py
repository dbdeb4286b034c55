"""Assessment bodies, their assessors, and whom an assessor must not assess."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.assessments.access import assessor_for, assessors_visible_to, bodies_visible_to, interests_visible_to
from songhe.contexts.assessments.models import Assessor, Body, CaseAssessor
from songhe.contexts.assessments.queries.persons import named
from songhe.contexts.assessments.words import CaseState, StandingState
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right


@dataclass(frozen=True, slots=True)
class BodyLine:
    """An assessment body. `licensed` and `assessors` (active, certified, of these medical) are as of today."""

    id: int
    name: str
    credit_code: str
    area_path: str
    licensed_from: dt.date
    licensed_until: dt.date | None
    licensed: bool
    state: StandingState
    note: str
    assessors: int
    medical: int
    may_keep: bool


@dataclass(frozen=True, slots=True)
class AssessorLine:
    """An assessor. `certified` is as of today; `account` is the name of their account, empty while they have none."""

    id: int
    body_id: int
    body: str
    name: str
    account: str
    user_id: int | None
    certificate_no: str
    certified_from: dt.date
    certified_until: dt.date | None
    certified: bool
    medical: bool
    state: StandingState
    open_cases: int


@dataclass(frozen=True, slots=True)
class InterestLine:
    """A conflict of interest that was declared; `ended_at` is None while it stands."""

    id: int
    assessor_id: int
    assessor: str
    person_id: int
    person: str
    place: str
    reason: str
    declared_by: str
    declared_at: dt.datetime
    ended_at: dt.datetime | None


def bodies(actor: Actor, *, area_path: str = "") -> tuple[BodyLine, ...]:
    """The bodies that work in the actor's areas (or around `area_path`), by name."""
    rows = bodies_visible_to(actor).order_by("name", "pk")
    found = [row for row in rows if not area_path or area_path.startswith(row.area_path) or row.area_path.startswith(area_path)]
    today = clock.today()
    known: dict[int, list[Assessor]] = {}
    for assessor in Assessor.objects.filter(body__in=found, state=StandingState.ACTIVE):
        if stands(assessor.certified_from, assessor.certified_until, today):
            known.setdefault(assessor.body_id, []).append(assessor)
    return tuple(_body(actor, row, known.get(row.pk, []), today) for row in found)


def _body(actor: Actor, row: Body, people: list[Assessor], today: dt.date) -> BodyLine:
    return BodyLine(
        row.pk, row.name, row.credit_code, row.area_path, row.licensed_from, row.licensed_until,
        row.state == StandingState.ACTIVE and stands(row.licensed_from, row.licensed_until, today), StandingState(row.state), row.note,
        len(people), sum(assessor.medical for assessor in people), actor.may(Right.ARRANGE_ASSESSMENT, row.area_path),
    )  # fmt: skip


def stands(first: dt.date, until: dt.date | None, day: dt.date) -> bool:
    """Whether a licence or certificate holds on the day; `until` is the first day on which it does not."""
    return first <= day and (until is None or day < until)


def assessors(actor: Actor, *, body_id: int | None = None) -> tuple[AssessorLine, ...]:
    """The assessors of the bodies in the actor's areas (or of one body), by name; an assessor sees their own entry."""
    rows = assessors_visible_to(actor).select_related("body").order_by("body__name", "name", "pk")
    return assessor_lines(rows if body_id is None else rows.filter(body_id=body_id))


def assessor_lines(rows: Iterable[Assessor]) -> tuple[AssessorLine, ...]:
    """The lines of these assessors, in their order; asked only for rows that the actor sees."""
    found, today = list(rows), clock.today()
    running = Q(case__state__in=[CaseState.APPOINTED, CaseState.ASSESSING])
    seats = CaseAssessor.objects.filter(running, assessor__in=found).values_list("assessor").annotate(number=Count("pk"))
    open_cases = dict(seats.values_list("assessor_id", "number"))
    names = accounts.names_of(row.user_id for row in found if row.user_id is not None)
    return tuple(
        AssessorLine(
            row.pk, row.body_id, row.body.name, row.name, names.get(row.user_id, "") if row.user_id else "", row.user_id,
            row.certificate_no, row.certified_from, row.certified_until,
            row.state == StandingState.ACTIVE and stands(row.certified_from, row.certified_until, today), row.medical,
            StandingState(row.state), open_cases.get(row.pk, 0),
        )
        for row in found
    )  # fmt: skip


def own_assessor(actor: Actor) -> AssessorLine | None:
    """The actor's own entry as an assessor; None where the account belongs to none."""
    return next(iter(assessor_lines(Assessor.objects.filter(user_id=actor.id).select_related("body"))), None)


def interests(actor: Actor, *, assessor_id: int, over: bool = False) -> tuple[InterestLine, ...]:
    """Whom an assessor must not assess, latest first; `over`: also what has ended."""
    assessor = assessor_for(actor, assessor_id)
    rows = interests_visible_to(actor).filter(assessor=assessor).order_by("-pk")
    found = list(rows if over else rows.filter(ended_at=None))
    people, names = named(row.person_id for row in found), accounts.names_of(row.declared_by for row in found)
    return tuple(
        InterestLine(
            row.pk, assessor.pk, assessor.name, row.person_id, people[row.person_id].name, people[row.person_id].place, row.reason,
            names.get(row.declared_by, ""), row.declared_at, row.ended_at,
        )
        for row in found
    )  # fmt: skip
