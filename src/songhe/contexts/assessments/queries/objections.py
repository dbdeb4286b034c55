"""Objections to results, and what came of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.assessments.access import objections_visible_to
from songhe.contexts.assessments.models import Case, Objection, Result
from songhe.contexts.assessments.queries.persons import named
from songhe.contexts.assessments.queries.rules import rule
from songhe.contexts.assessments.words import CaseState, ObjectionState, ResultState
from songhe.foundation import clock
from songhe.foundation.access import Actor
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 500


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """One objection with its second assessment; `second_grade` once that is settled."""

    id: int
    result_id: int
    case_id: int
    person_id: int
    name: str
    place: str
    area_path: str
    grade: int
    by_name: str
    relation: str
    reason: str
    filed_by: str
    filed_at: dt.datetime
    state: ObjectionState
    decided_at: dt.datetime | None
    decided_because: str
    second_case_id: int | None
    second_state: CaseState | None
    second_grade: int | None
    case_public_id: str
    second_public_id: str


def objections(
    actor: Actor, *, state: str | None = None, area_path: str = "", after: str | None = None, limit: int = 50
) -> Page[ObjectionLine]:
    """Objections in the actor's areas, latest first."""
    rows = objections_visible_to(actor, area_path=area_path)
    rows = rows.filter(state=state) if state else rows
    if after is not None:
        rows = rows.filter(pk__lt=keys_of(after, int)[0])
    limit = max(1, min(limit, MOST))
    found = list(rows.select_related("result__case").order_by("-pk")[: limit + 1])
    return Page(_lines(found[:limit]), cursor_of(found[limit - 1].pk) if len(found) > limit else None)


def objections_of(result_ids: Iterable[int]) -> tuple[ObjectionLine, ...]:
    """All objections to these results, latest first; asked only for results that the actor sees."""
    return _lines(list(Objection.objects.filter(result__in=list(result_ids)).select_related("result__case").order_by("-pk")))


def _lines(rows: Sequence[Objection]) -> tuple[ObjectionLine, ...]:
    people = named(row.result.person_id for row in rows)
    names = accounts.names_of(row.filed_by for row in rows)
    second = {case.second_of_id: case for case in Case.objects.filter(second_of__in=[row.pk for row in rows])}
    grades = dict(Result.objects.filter(case__in=[case.pk for case in second.values()]).values_list("case_id", "grade"))
    found: list[ObjectionLine] = []
    for row in rows:
        person, case = people[row.result.person_id], second.get(row.pk)
        found.append(
            ObjectionLine(
                row.pk, row.result_id, row.result.case_id, row.result.person_id, person.name, person.place, row.result.area_path,
                row.result.grade, row.by_name, row.relation, row.reason, names.get(row.filed_by, ""), row.filed_at,
                ObjectionState(row.state), row.decided_at, row.decided_because, case.pk if case else None,
                CaseState(case.state) if case else None, grades.get(case.pk) if case else None, str(row.result.case.public_id),
                str(case.public_id) if case else "",
            )
        )  # fmt: skip
    return tuple(found)


def rounds_of(case: Case) -> int:
    """How many objections led to this case, one after the other."""
    found = 0
    while case.second_of is not None:
        found, case = found + 1, case.second_of.result.case
    return found


def can_object(result: Result) -> bool:
    """Whether somebody can object to the result today: announced, in time, no open objection, and not the last word."""
    return (
        result.state == ResultState.ANNOUNCED
        and clock.today() < result.objections_until
        and not Objection.objects.filter(result=result).exclude(state=ObjectionState.WITHDRAWN).exists()
        and rounds_of(result.case) < rule("objection_rounds", result.scale)
    )
