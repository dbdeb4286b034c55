"""Over the API: how often a benefit was used that is given each time, appeals that came late, and the desks that letters name."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field, StrictInt

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.entitlements import actions, queries
from songhe.contexts.places import actions as places_actions
from songhe.contexts.places import queries as places
from songhe.foundation.access import Right

router = Router()
HANDLE, DECIDE = Needs(Right.HANDLE_GRANTS), Needs(Right.DECIDE_APPEALS)
Short = Annotated[PlainText, Field(min_length=1, max_length=60)]
Line = Annotated[PlainText, Field(max_length=60)]
Reason = Annotated[PlainText, Field(min_length=2, max_length=300)]


class UseIn(Schema):
    """So many times on a day; `reference` is the caller's number of it, told again it is the same use."""

    model_config = ConfigDict(extra="forbid")

    used_on: Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2100, 12, 31))]
    times: Annotated[StrictInt, Field(ge=1, le=50)]
    reference: Short
    place: Short


class UsesIn(Schema):
    """Uses of one grant."""

    model_config = ConfigDict(extra="forbid")

    uses: Annotated[list[UseIn], Field(min_length=1, max_length=200)]


class UsesOut(Schema):
    """How many were new, and told before."""

    new: int
    known: int


class WithdrawIn(Schema):
    """Which use, and why it counts no more."""

    model_config = ConfigDict(extra="forbid")

    reference: Short
    because: Reason


class LateIn(Schema):
    """Whether an appeal that came late is heard, and why."""

    model_config = ConfigDict(extra="forbid")

    hear: bool
    because: Reason


class LateOut(Schema):
    """The appeal afterwards."""

    state: Literal["open", "not_heard"]
    late_days: int
    last_day: dt.date | None
    heard_because: str


class DeskOut(Schema):
    """Where people of an area go and whom they call; empty texts are not known."""

    code: str
    name: str
    address: str
    phone: str
    hours: str


class DesksPage(Schema):
    """A page in order of place."""

    items: list[DeskOut]
    next: str | None


class DesksWanted(Schema):
    """What of the desks."""

    model_config = ConfigDict(extra="forbid")

    area_path: PlainText = ""
    after: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class DeskIn(Schema):
    """What letters say about an area."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[PlainText, Field(min_length=1, max_length=30)]
    address: Line = ""
    phone: Annotated[PlainText, Field(max_length=30)] = ""
    hours: Line = ""


class DesksIn(Schema):
    """Desks of several areas: all of them, or where one is refused none."""

    model_config = ConfigDict(extra="forbid")

    desks: Annotated[list[DeskIn], Field(min_length=1, max_length=1000)]


class DesksOut(Schema):
    """How many changed."""

    changed: int


@router.post("/grants/{public_id}/uses", auth=HANDLE, response={200: UsesOut, **REFUSALS}, operation_id="record_uses")
def record_uses(request: CallerRequest, public_id: uuid.UUID, told: UsesIn) -> UsesOut:
    """The times stand once each; months that were counted are counted again."""
    grant_id = queries.grant_id_of(request.auth, public_id=public_id)
    uses = [actions.NewUse(each.used_on, each.times, each.reference, each.place) for each in told.uses]
    done = actions.record_uses(request.auth, grant_id=grant_id, uses=uses)
    return UsesOut(new=done.new, known=done.known)


@router.post("/grants/{public_id}/uses/withdraw", auth=HANDLE, response={204: None, **REFUSALS}, operation_id="withdraw_use")
def withdraw_use(request: CallerRequest, public_id: uuid.UUID, told: WithdrawIn) -> tuple[int, None]:
    """The use counts no more."""
    grant_id = queries.grant_id_of(request.auth, public_id=public_id)
    actions.withdraw_use(request.auth, grant_id=grant_id, reference=told.reference, because=told.because)
    return 204, None


@router.post("/appeals/{public_id}/late", auth=DECIDE, response={200: LateOut, **REFUSALS}, operation_id="settle_late_appeal")
def settle_late_appeal(request: CallerRequest, public_id: uuid.UUID, told: LateIn) -> LateOut:
    """An appeal that came after its last day is heard for the reason named, or turned away with one; 409 for one in time."""
    appeal_id = queries.appeal_id_of(request.auth, public_id=public_id)
    act = actions.hear_late_appeal if told.hear else actions.turn_away_appeal
    act(request.auth, appeal_id=appeal_id, because=told.because)
    line = queries.appeal(request.auth, appeal_id=appeal_id).line
    return LateOut(
        state="open" if told.hear else "not_heard",
        late_days=line.late_days,
        last_day=line.last_day,
        heard_because=line.heard_because,
    )


@router.get("/desks", auth=HANDLE, response={200: DesksPage, **REFUSALS}, operation_id="list_desks")
def list_desks(request: CallerRequest, wanted: Query[DesksWanted]) -> DesksPage:
    """Towns and communities of the caller's areas, each with its own desk."""
    page = places.desk_lines(request.auth, area_path=wanted.area_path, after=wanted.after, limit=wanted.limit)
    items = [
        DeskOut(
            code=each.code, name=each.name, address=each.desk.address if each.desk else "", phone=each.desk.phone if each.desk else "",
            hours=each.desk.hours if each.desk else "",
        )
        for each in page.items
    ]  # fmt: skip
    return DesksPage(items=items, next=page.next)


@router.put("/desks", auth=HANDLE, response={200: DesksOut, **REFUSALS}, operation_id="keep_desks")
def keep_desks(request: CallerRequest, told: DesksIn) -> DesksOut:
    """The desks stand as given and are on the next letters."""
    desks = [places_actions.DeskInput(each.code, each.address, each.phone, each.hours) for each in told.desks]
    return DesksOut(changed=places_actions.keep_desks(request.auth, desks=desks))
