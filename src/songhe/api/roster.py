"""The roster of people for basic elderly care over the API: entries by area, rule and state, and their counts."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.people import queries as people
from songhe.foundation.access import Right

router = Router()
MOST = 200


class RosterRuleOut(Schema):
    """A rule that puts people on the roster: a benefit of the public list or a named group. `people` stand on it, `unsure` of them cannot be told."""

    kind: Literal["benefit", "group"]
    name: str
    title: str
    services: list[str]
    people: int
    unsure: int


class RosterEntryOut(Schema):
    """One person on the roster by one rule. `public_id` is null for a consumer that may not see people.

    `unsure_since` is set where it can no longer be told whether the rule holds; `left_because` is a Chinese sentence.
    """

    public_id: uuid.UUID | None
    area_path: str
    rule: str
    state: Literal["sure", "unsure", "left"]
    entered_on: dt.date
    unsure_since: dt.date | None
    left_on: dt.date | None
    left_reason: str
    left_because: str


class RosterPage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[RosterEntryOut]
    next: str | None


class RosterRules(Schema):
    """All rules by which somebody in the area stands on the roster; `people` of whom counts everybody once."""

    people: int
    unsure: int
    rules: list[RosterRuleOut]


class RosterFilter(Schema):
    """`state` is sure, unsure or left; without it everybody who stands on the roster now."""

    model_config = ConfigDict(extra="forbid")

    area: Annotated[PlainText, Field(max_length=100)] = ""
    rule: Annotated[PlainText, Field(max_length=100)] = ""
    state: Literal["", "sure", "unsure", "left"] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    after: Cursor | None = None


class AreaFilter(Schema):
    """Narrows to an area path."""

    model_config = ConfigDict(extra="forbid")

    area: Annotated[PlainText, Field(max_length=100)] = ""


@router.get(
    "",
    response={200: RosterPage, **REFUSALS},
    auth=Needs(Right.SEE_DECISIONS),
    operation_id="list_roster",
    summary="The roster of people for basic elderly care",
)
def list_roster(request: CallerRequest, search: Query[RosterFilter]) -> RosterPage:
    """Entries in the consumer's areas: who stands on the roster by place, who left by day, latest first."""
    page = entitlements.roster(
        request.auth, area_path=search.area, rule=search.rule, state=search.state, after=search.after, limit=search.limit
    )
    may = request.auth.may(Right.SEE_PEOPLE)
    known = people.people_by_id(request.auth, person_ids=sorted({line.person_id for line in page.items})) if may else {}
    return RosterPage(items=[_entry(line, known.get(line.person_id)) for line in page.items], next=page.next)


def _entry(line: entitlements.RosterLine, brief: people.PersonBrief | None) -> RosterEntryOut:
    return RosterEntryOut(
        public_id=uuid.UUID(brief.public_id) if brief else None, area_path=line.area_path, rule=line.rule.name, state=line.state.value,
        entered_on=line.entered_on, unsure_since=line.unsure_since, left_on=line.left_on, left_reason=line.left_reason,
        left_because=line.left_because,
    )  # fmt: skip


@router.get(
    "/rules",
    response={200: RosterRules, **REFUSALS},
    auth=Needs(Right.SEE_DECISIONS),
    operation_id="list_roster_rules",
    summary="Rules of the roster with counts",
)
def list_roster_rules(request: CallerRequest, search: Query[AreaFilter]) -> RosterRules:
    """How many people stand on the roster in the consumer's areas, by rule."""
    counts = entitlements.roster_counts(request.auth, area_path=search.area)
    rules = [
        RosterRuleOut(
            kind=tally.rule.kind.value, name=tally.rule.name, title=tally.rule.title, services=list(tally.rule.services), people=tally.total,
            unsure=tally.unsure,
        )
        for tally in counts.by_rule
        if tally.rule is not None
    ]  # fmt: skip
    return RosterRules(people=counts.everybody.total, unsure=counts.everybody.unsure, rules=rules)
