"""People over the API: search and one person, identifiers masked, every fact with its source."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.people import queries as people
from songhe.foundation.access import Right

router = Router()
MOST = 200


class PersonLine(Schema):
    """One person in a list. `public_id` is the name to use elsewhere in the API; identifiers are masked."""

    public_id: uuid.UUID
    name: str
    sex: str
    birth_date: dt.date | None
    age: int | None
    alive: bool | None
    id_number: str
    phone: str
    place: str
    area_path: str
    demo: bool


class PeoplePage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[PersonLine]
    next: str | None


class Said(Schema):
    """What one department says of a fact."""

    department: str
    shown: str
    stated_on: dt.date
    agrees: bool


class FactOut(Schema):
    """The value that counts (in Chinese, hidden where sensitive), who says so, since when, and what others say."""

    variable: str
    label: str
    shown: str
    owner: str
    department: str
    stated_on: dt.date | None
    why: str
    disputed: bool
    others: list[Said]


class PersonOut(Schema):
    """A person with their facts and the people they live with."""

    person: PersonLine
    facts: list[FactOut]
    household_facts: list[FactOut]
    members: list[PersonLine]


class Search(Schema):
    """`text` is a name or its beginning, pinyin or initials, or a whole ID or telephone number."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[PlainText, Field(max_length=50)] = ""
    area: Annotated[PlainText, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    after: Cursor | None = None


def line(brief: people.PersonBrief) -> PersonLine:
    """A list line without inner numbers."""
    return PersonLine(
        public_id=uuid.UUID(brief.public_id), name=brief.name, sex=brief.sex, birth_date=brief.birth_date, age=brief.age, alive=brief.alive,
        id_number=brief.id_number, phone=brief.phone, place=brief.place, area_path=brief.area_path, demo=brief.demo,
    )  # fmt: skip


def _fact(view: people.FactView) -> FactOut:
    others = [Said(department=o.department, shown=o.shown, stated_on=o.stated_on, agrees=o.agrees) for o in view.others]
    return FactOut(
        variable=view.variable, label=view.label, shown=view.shown, owner=view.owner, department=view.department, stated_on=view.stated_on,
        why=view.why, disputed=view.disputed, others=others,
    )  # fmt: skip


@router.get(
    "",
    response={200: PeoplePage, **REFUSALS},
    auth=Needs(Right.SEE_PEOPLE),
    operation_id="search_people",
    summary="Search people",
)
def search_people(request: CallerRequest, search: Query[Search]) -> PeoplePage:
    """People in the consumer's areas, in a stable order; no exact count is given."""
    page = people.search_people(request.auth, text=search.text, area_path=search.area, limit=search.limit, after=search.after)
    return PeoplePage(items=[line(brief) for brief in page.items], next=page.next)


@router.get(
    "/{public_id}",
    response={200: PersonOut, **REFUSALS},
    auth=Needs(Right.SEE_PEOPLE),
    operation_id="get_person",
    summary="One person",
)
def get_person(request: CallerRequest, public_id: uuid.UUID) -> PersonOut:
    """The person's facts with sources, and the household as far as the consumer may see it."""
    found = people.person(request.auth, person_id=people.person_id_of(request.auth, public_id=public_id))
    return PersonOut(
        person=line(found.brief), facts=[_fact(view) for view in found.facts], household_facts=[_fact(view) for view in found.household.facts],
        members=[line(member.brief) for member in found.household.members],
    )  # fmt: skip
