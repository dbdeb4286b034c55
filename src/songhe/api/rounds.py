"""Census rounds over the API: which there are, how far each community is, and of whom which fact is missing or stale."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.people import PersonLine, line
from songhe.api.problems import REFUSALS
from songhe.contexts.people import queries as people
from songhe.foundation.access import Right

router = Router()
SEE = Needs(Right.SEE_PEOPLE)
MOST = 200
Number = Annotated[int, Path(ge=1, le=2**62)]
Area = Annotated[PlainText, Field(max_length=100)]


class RoundOut(Schema):
    """One round: who of `from_age` and over in the area is asked which `variables`. What a department said holds for `refresh_days`."""

    id: int
    title: str
    area_path: str
    variables: list[str]
    from_age: int
    starts_on: dt.date
    ends_on: dt.date
    refresh_days: int
    closed_at: dt.datetime | None
    overdue: bool


class RoundPlaceOut(Schema):
    """One community: `people` are to be asked, `todo` of them nobody has been to, `gaps` lack a fact or have a stale one.

    `people` and `gaps` are as of `counted_at`.
    """

    area_path: str
    people: int
    answered: int
    absent: int
    refused: int
    gone: int
    todo: int
    gaps: int
    counted_at: dt.datetime


class RoundFactOut(Schema):
    """One fact of a round: of how many people it is missing, and of how many stale."""

    variable: str
    label: str
    missing: int
    stale: int


class RoundDetail(RoundOut):
    """A round with its communities in the consumer's areas and its facts."""

    places: list[RoundPlaceOut]
    facts: list[RoundFactOut]


class LackingOut(Schema):
    """One fact. `said_on` is the day on which a department last said it; null where none ever did or it only follows from other facts."""

    variable: str
    label: str
    said_on: dt.date | None


class PersonGapsOut(Schema):
    """One person with what is missing and what is stale, in the round's order: at least one of either."""

    person: PersonLine
    missing: list[LackingOut]
    stale: list[LackingOut]


class GapsPage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[PersonGapsOut]
    next: str | None


class Where(Schema):
    """Narrows to an area path."""

    model_config = ConfigDict(extra="forbid")

    area: Area = ""


class GapsAsked(Schema):
    """Which people: in an area, a page at a time."""

    model_config = ConfigDict(extra="forbid")

    area: Area = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    after: Cursor | None = None


def _round(brief: people.RoundBrief) -> RoundOut:
    return RoundOut(
        id=brief.id, title=brief.title, area_path=brief.area_path, variables=list(brief.variables), from_age=brief.from_age,
        starts_on=brief.starts_on, ends_on=brief.ends_on, refresh_days=brief.refresh_days, closed_at=brief.closed_at, overdue=brief.overdue,
    )  # fmt: skip


def _place(row: people.RoundPlace) -> RoundPlaceOut:
    return RoundPlaceOut(
        area_path=row.area_path, people=row.people, answered=row.answered, absent=row.absent, refused=row.refused, gone=row.gone, todo=row.todo,
        gaps=row.gaps, counted_at=row.counted_at,
    )  # fmt: skip


def _facts(found: tuple[people.LackingFact, ...]) -> list[LackingOut]:
    return [LackingOut(variable=fact.variable, label=fact.label, said_on=fact.said_on) for fact in found]


@router.get("", response={200: list[RoundOut], **REFUSALS}, auth=SEE, operation_id="list_rounds", summary="Census rounds")
def list_rounds(request: CallerRequest) -> list[RoundOut]:
    """The rounds that touch the consumer's areas, latest first."""
    return [_round(brief) for brief in people.rounds(request.auth)]


@router.get(
    "/{round_id}", response={200: RoundDetail, **REFUSALS}, auth=SEE, operation_id="get_round", summary="One census round"
)
def get_round(request: CallerRequest, round_id: Number, where: Query[Where]) -> RoundDetail:
    """How far its communities in the consumer's areas are, and of how many people each fact is missing or stale."""
    view = people.census_round(request.auth, round_id=round_id, area_path=where.area)
    facts = [RoundFactOut(variable=name, label=label, missing=missing, stale=stale) for name, label, missing, stale in view.facts]
    return RoundDetail(**_round(view.brief).dict(), places=[_place(row) for row in view.places], facts=facts)


@router.get(
    "/{round_id}/gaps", response={200: GapsPage, **REFUSALS}, auth=SEE, operation_id="list_round_gaps",
    summary="Missing and stale facts of a census round",
)  # fmt: skip
def list_round_gaps(request: CallerRequest, round_id: Number, asked: Query[GapsAsked]) -> GapsPage:
    """The people of the round in the consumer's areas of whom a fact is missing or stale now, by place and name; keyset paging."""
    page = people.round_gaps(request.auth, round_id=round_id, area_path=asked.area, after=asked.after, limit=asked.limit)
    items = [PersonGapsOut(person=line(row.brief), missing=_facts(row.missing), stale=_facts(row.stale)) for row in page.items]
    return GapsPage(items=items, next=page.next)
