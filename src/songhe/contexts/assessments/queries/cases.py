"""The list of cases, and whose turn it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from songhe.contexts.assessments.access import visible_to
from songhe.contexts.assessments.errors import CaseNotFound
from songhe.contexts.assessments.models import Case, CaseAssessor, Objection, Result
from songhe.contexts.assessments.queries.persons import named
from songhe.contexts.assessments.queries.rules import scale_titles
from songhe.contexts.assessments.words import CaseKind, CaseState, ObjectionState, Origin, ResultState
from songhe.foundation.access import Actor
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 500


@dataclass(frozen=True, slots=True)
class CaseBrief:
    """One line of a list. `lead` and `second` are the assessors' names; the grade is known once a result is announced."""

    id: int
    public_id: str
    person_id: int
    person_public_id: str
    name: str
    sex: str
    age: int | None
    place: str
    area_path: str
    scale: str
    scale_title: str
    kind: CaseKind
    origin: Origin
    state: CaseState
    requested_at: dt.datetime
    body_id: int | None
    body_name: str
    visit_at: dt.datetime | None
    visit_place: str
    with_health_check: bool
    lead: str
    second: str
    result_id: int | None
    grade: int | None
    result_state: ResultState | None
    objection_open: bool


def cases(
    actor: Actor, *, area_path: str = "", state: str | None = None, kind: str | None = None, person_id: int | None = None,
    body_id: int | None = None, after: str | None = None, limit: int = 50,
) -> Page[CaseBrief]:  # fmt: skip
    """Cases in the actor's areas and those that the actor assesses, latest request first."""
    rows = visible_to(actor, area_path=area_path)
    wanted = {"state": state, "kind": kind, "person_id": person_id, "body_id": body_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value not in (None, "")})
    if after is not None:
        rows = rows.filter(pk__lt=keys_of(after, int)[0])
    limit = max(1, min(limit, MOST))
    found = list(rows.select_related("body").order_by("-pk")[: limit + 1])
    following = cursor_of(found[limit - 1].pk) if len(found) > limit else None
    return Page(case_briefs(found[:limit]), following)


def case_briefs(rows: Sequence[Case]) -> tuple[CaseBrief, ...]:
    """The lines of these cases, in their order; asked only for rows that the actor sees."""
    ids = [row.pk for row in rows]
    people, titles = named(row.person_id for row in rows), scale_titles()
    seats = CaseAssessor.objects.filter(case__in=ids).values_list("case_id", "lead", "assessor__name")
    names = {(case, lead): name for case, lead, name in seats}
    results = {result.case_id: result for result in Result.objects.filter(case__in=ids).defer("scored", "answers", "differences")}
    objected = set(
        Objection.objects.filter(result__case__in=ids, state=ObjectionState.OPEN).values_list("result__case_id", flat=True)
    )
    found: list[CaseBrief] = []
    for row in rows:
        person, result = people[row.person_id], results.get(row.pk)
        found.append(
            CaseBrief(
                id=row.pk, public_id=str(row.public_id), person_id=row.person_id, person_public_id=person.public_id, name=person.name,
                sex=person.sex, age=person.age, place=person.place, area_path=row.area_path, scale=row.scale,
                scale_title=titles.get(row.scale, row.scale), kind=CaseKind(row.kind), origin=Origin(row.origin), state=CaseState(row.state),
                requested_at=row.requested_at, body_id=row.body_id, body_name=row.body.name if row.body else "", visit_at=row.visit_at,
                visit_place=row.visit_place, with_health_check=row.with_health_check, lead=names.get((row.pk, True), ""),
                second=names.get((row.pk, False), ""), result_id=result.pk if result else None, grade=result.grade if result else None,
                result_state=ResultState(result.state) if result else None, objection_open=row.pk in objected,
            )
        )  # fmt: skip
    return tuple(found)


def case_id_of(actor: Actor, *, public_id: str) -> int:
    """The inner number of a case; CaseNotFound where there is none that the actor may see."""
    found = visible_to(actor).filter(public_id=public_id).values_list("pk", flat=True).first()
    if found is None:
        raise CaseNotFound("没有找到这次评估，或者它不归您办。", next_step="请核对编号。")
    return found
