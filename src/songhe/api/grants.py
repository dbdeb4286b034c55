"""Grants over the API: what people have been given and why, its moves, notices, appeals, applications and life checks."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from django.http import HttpResponseBase
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field, StrictBool, StrictInt

from songhe.api.access import CallerRequest, Needs
from songhe.api.downloads import download
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.entitlements import actions, queries
from songhe.contexts.messaging.queries import RefusalWay
from songhe.contexts.people import queries as people
from songhe.foundation.access import Actor, Right

router = Router()
MOST = 200
Number = Annotated[int, Field(ge=1, le=2**62)]
Reason = Annotated[PlainText, Field(min_length=2, max_length=300)]
Day = Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2100, 12, 31))]
State = Literal["proposed", "notified", "active", "suspended", "ended", "refused"]
Way = Literal["counter", "portal", "visit"]


class RulingOut(Schema):
    """The appeal by which a grant is given although the rules say otherwise; `until_on` null: for good."""

    appeal: uuid.UUID
    decided_on: dt.date
    because: str
    from_on: dt.date
    until_on: dt.date | None


class GrantOut(Schema):
    """One grant; `amount` in fen a period, 0 in kind. `public_person` is null for a consumer that may not see people.

    `ruling` is null where the rules themselves give it.
    """

    public_id: uuid.UUID
    public_person: uuid.UUID | None
    area_path: str
    benefit: str
    title: str
    state: State
    in_kind: bool
    period: str
    amount: int
    proposed_on: dt.date
    notified_on: dt.date | None
    effective_on_silence: dt.date | None
    confirmed_on: dt.date | None
    from_on: dt.date
    until_on: dt.date | None
    suspended_since: dt.date | None
    has_account: bool | None
    ended_because: str
    ruling: RulingOut | None


class GrantsPage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[GrantOut]
    next: str | None


class StepOut(Schema):
    """One move; `before` is empty for the first."""

    before: str
    after: str
    at: dt.datetime
    reason: str
    run_id: int | None


class DueOut(Schema):
    """What is due for one period now, in fen; `revisions` counts how often it was decided, the earlier sums are in `earlier`."""

    period: dt.date
    amount: int
    days: int
    of_days: int
    revisions: int
    reason: str
    run_id: int
    earlier: list[int]


class NoticeOut(Schema):
    """One notice; `delivered_on` is null while it waits. `has_letter`: its letter is kept, see /notices/{notice_id}/letter."""

    id: int
    grant: uuid.UUID
    kind: str
    channel: str
    made_at: dt.datetime
    delivered_on: dt.date | None
    has_letter: bool


class GrantFileOut(Schema):
    """Everything about one grant. `decided_run` is the decision that stands behind it (see /people/{public_id}/decision)."""

    grant: GrantOut
    decided_run: int
    steps: list[StepOut]
    dues: list[DueOut]
    notices: list[NoticeOut]


class NoticesPage(Schema):
    """A page of notices that wait."""

    items: list[NoticeOut]
    next: str | None


class AppealOut(Schema):
    """One appeal; `run_id` is the decision appealed against, `new_run_id` the one that came of it."""

    public_id: uuid.UUID
    benefit: str
    title: str
    area_path: str
    reason: str
    filed_on: dt.date
    due_on: dt.date
    overdue: bool
    state: Literal["open", "upheld", "rejected", "withdrawn", "not_heard"]
    run_id: int
    decided_on: dt.date | None
    decided_because: str
    new_run_id: int | None


class AppealsPage(Schema):
    """A page, those due first in front."""

    items: list[AppealOut]
    next: str | None


class ApplicationOut(Schema):
    """What became of an application."""

    public_id: uuid.UUID
    state: Literal["open", "granted", "refused", "withdrawn"]
    because: str
    due_on: dt.date
    grant: uuid.UUID | None


class DocumentOut(Schema):
    """A document of an application; not asked where a department knows it already."""

    title: str
    asked: bool
    known_by: str


class LifeCheckDueOut(Schema):
    """A person to be confirmed. Without a check grants are suspended from `stops_on`; they are never ended for that."""

    public_person: uuid.UUID | None
    area_path: str
    last_checked_on: dt.date
    due_on: dt.date
    stops_on: dt.date
    suspended: bool
    channels: list[str]


class LifeChecksPage(Schema):
    """A page by place."""

    items: list[LifeCheckDueOut]
    next: str | None


class Filter(Schema):
    """`area` narrows to an area path."""

    model_config = ConfigDict(extra="forbid")

    area: Annotated[PlainText, Field(max_length=100)] = ""
    benefit: Annotated[PlainText, Field(max_length=100)] = ""
    state: State | Literal[""] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    after: Cursor | None = None


class Place(Schema):
    """`area` narrows to an area path."""

    model_config = ConfigDict(extra="forbid")

    area: Annotated[PlainText, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    after: Cursor | None = None


class AppealFilter(Place):
    """`state`: open, upheld, rejected, withdrawn, not_heard; empty for all."""

    state: Literal["", "open", "upheld", "rejected", "withdrawn"] = ""


class Because(Schema):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class EndIn(Because):
    """Why a grant ends, and the first day without it."""

    until_on: Day | None = None


class MessageWishIn(Schema):
    """Whether the person wants messages, and how they said so."""

    model_config = ConfigDict(extra="forbid")

    wanted: StrictBool
    way: RefusalWay = RefusalWay.COUNTER


class MessageWishOut(Schema):
    """`mobile`: a mobile number is known; `gets`: messages go there; `connected`: there is a gateway at all."""

    mobile: bool
    gets: bool
    connected: bool


class Delivered(Schema):
    """Who took the notice, and when (today where no day is given)."""

    model_config = ConfigDict(extra="forbid")

    received_by: Annotated[PlainText, Field(min_length=1, max_length=100)]
    delivered_on: Day | None = None


class NewAppeal(Schema):
    """Who does not agree with what."""

    model_config = ConfigDict(extra="forbid")

    benefit: Annotated[PlainText, Field(min_length=1, max_length=100)]
    by_name: Annotated[PlainText, Field(min_length=1, max_length=50)]
    relation: Annotated[PlainText, Field(min_length=1, max_length=50)] = "本人"
    reason: Reason
    channel: Way = "counter"


class CorrectionIn(Schema):
    """A fact that is corrected; true since the day."""

    model_config = ConfigDict(extra="forbid")

    variable: Annotated[PlainText, Field(min_length=1, max_length=60)]
    value: StrictBool | Annotated[StrictInt, Field(ge=0, le=10**13)] | Annotated[PlainText, Field(max_length=100)]
    since: Day


class AppealDecision(Schema):
    """Upheld with the facts to be corrected, or rejected."""

    model_config = ConfigDict(extra="forbid")

    uphold: StrictBool
    because: Reason
    corrections: Annotated[list[CorrectionIn], Field(max_length=20)] = Field(default_factory=list)


class NewApplication(Schema):
    """Who asks for what; titles of the documents handed in."""

    model_config = ConfigDict(extra="forbid")

    benefit: Annotated[PlainText, Field(min_length=1, max_length=100)]
    by_name: Annotated[PlainText, Field(min_length=1, max_length=50)]
    relation: Annotated[PlainText, Field(min_length=1, max_length=50)] = "本人"
    documents: Annotated[list[Annotated[PlainText, Field(max_length=100)]], Field(max_length=30)] = Field(default_factory=list)
    channel: Way = "counter"


class NewLifeCheck(Schema):
    """How and when somebody was confirmed to live."""

    model_config = ConfigDict(extra="forbid")

    channel: Literal["counter", "visit", "department", "portal"]
    outcome: Literal["alive", "not_met", "died_reported"] = "alive"
    checked_on: Day | None = None
    note: Annotated[PlainText, Field(max_length=300)] = ""


class LifeCheckOut(Schema):
    """`resumed` counts grants that go on because of it."""

    id: int
    resumed: int


class Asked(Schema):
    """Which benefit."""

    model_config = ConfigDict(extra="forbid")

    benefit: Annotated[PlainText, Field(min_length=1, max_length=100)]


def _publics(actor: Actor, person_ids: list[int]) -> dict[int, uuid.UUID]:
    if not actor.may(Right.SEE_PEOPLE):
        return {}
    return {i: uuid.UUID(brief.public_id) for i, brief in people.people_by_id(actor, person_ids=sorted(set(person_ids))).items()}


def _grant(line: queries.GrantLine, publics: dict[int, uuid.UUID]) -> GrantOut:
    return GrantOut(
        public_id=uuid.UUID(line.public_id), public_person=publics.get(line.person_id), area_path=line.area_path, benefit=line.benefit,
        title=line.title, state=line.state.value, in_kind=line.in_kind, period=line.period, amount=line.amount, proposed_on=line.proposed_on,
        notified_on=line.notified_on, effective_on_silence=line.effective_on_silence, confirmed_on=line.confirmed_on, from_on=line.from_on,
        until_on=line.until_on, suspended_since=line.suspended_since, has_account=line.has_account, ended_because=line.ended_because,
        ruling=RulingOut(
            appeal=uuid.UUID(line.ruling.appeal), decided_on=line.ruling.decided_on, because=line.ruling.because, from_on=line.ruling.from_on,
            until_on=line.ruling.until_on,
        ) if line.ruling else None,
    )  # fmt: skip


def _notice(notice: queries.NoticeView, grant: str) -> NoticeOut:
    return NoticeOut(
        id=notice.id, grant=uuid.UUID(grant), kind=notice.kind.value, channel=notice.channel.value, made_at=notice.made_at,
        delivered_on=notice.delivered_on, has_letter=notice.letter_id is not None,
    )  # fmt: skip


def _file(actor: Actor, grant_id: int) -> GrantFileOut:
    found = queries.grant(actor, grant_id=grant_id)
    return GrantFileOut(
        grant=_grant(found.line, _publics(actor, [found.line.person_id])),
        decided_run=found.decided_run,
        steps=[StepOut(before=s.before or "", after=s.after.value, at=s.at, reason=s.reason, run_id=s.run_id) for s in found.steps],
        dues=[
            DueOut(
                period=d.period, amount=d.amount, days=d.days, of_days=d.of_days, revisions=d.revision, reason=d.reason, run_id=d.run_id,
                earlier=[e.amount for e in d.earlier],
            )
            for d in found.dues
        ],
        notices=[_notice(n, found.line.public_id) for n in found.notices],
    )  # fmt: skip


def _appeal(line: queries.AppealLine) -> AppealOut:
    return AppealOut(
        public_id=uuid.UUID(line.public_id), benefit=line.benefit, title=line.title, area_path=line.area_path, reason=line.reason,
        filed_on=line.filed_on, due_on=line.due_on, overdue=line.overdue, state=line.state.value, run_id=line.run_id,
        decided_on=line.decided_on, decided_because=line.decided_because, new_run_id=line.new_run_id,
    )  # fmt: skip


@router.get("/grants", response={200: GrantsPage, **REFUSALS}, auth=Needs(Right.SEE_GRANTS), operation_id="list_grants",
            summary="What people have been given")  # fmt: skip
def list_grants(request: CallerRequest, search: Query[Filter]) -> GrantsPage:
    """Grants in the consumer's areas by place, state and number."""
    page = queries.grants(
        request.auth, area_path=search.area, benefit=search.benefit, state=search.state, after=search.after, limit=search.limit
    )
    publics = _publics(request.auth, [line.person_id for line in page.items])
    return GrantsPage(items=[_grant(line, publics) for line in page.items], next=page.next)


@router.get("/grants/{public_id}", response={200: GrantFileOut, **REFUSALS}, auth=Needs(Right.SEE_GRANTS), operation_id="get_grant",
            summary="One grant with its moves, dues and notices")  # fmt: skip
def get_grant(request: CallerRequest, public_id: uuid.UUID) -> GrantFileOut:
    """Steps and notices oldest first, periods latest first."""
    return _file(request.auth, queries.grant_id_of(request.auth, public_id=public_id))


@router.get("/people/{public_id}/grants", response={200: list[GrantOut], **REFUSALS}, auth=Needs(Right.SEE_GRANTS),
            operation_id="list_grants_of_person", summary="A person's grants")  # fmt: skip
def list_grants_of_person(request: CallerRequest, public_id: uuid.UUID) -> list[GrantOut]:
    """Open ones first, then latest first."""
    person = people.person_id_of(request.auth, public_id=public_id)
    return [_grant(line, {person: public_id}) for line in queries.grants_of(request.auth, person_id=person)]


@router.post("/grants/{public_id}/confirm", response={200: GrantFileOut, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS),
             operation_id="confirm_grant", summary="The person wants it")  # fmt: skip
def confirm_grant(request: CallerRequest, public_id: uuid.UUID) -> GrantFileOut:
    """The grant is active; sent again it stays so."""
    grant = queries.grant_id_of(request.auth, public_id=public_id)
    actions.confirm_grant(request.auth, grant_id=grant)
    return _file(request.auth, grant)


@router.post("/grants/{public_id}/refuse", response={200: GrantFileOut, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS),
             operation_id="refuse_grant", summary="The person does not want it")  # fmt: skip
def refuse_grant(request: CallerRequest, public_id: uuid.UUID, said: Because) -> GrantFileOut:
    """The grant is refused, or ended where it had begun; sent again it stays so."""
    grant = queries.grant_id_of(request.auth, public_id=public_id)
    if queries.grant(request.auth, grant_id=grant).line.state not in (queries.GrantState.REFUSED, queries.GrantState.ENDED):
        actions.refuse_grant(request.auth, grant_id=grant, reason=said.reason)
    return _file(request.auth, grant)


@router.post("/grants/{public_id}/suspend", response={200: GrantFileOut, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS),
             operation_id="suspend_grant", summary="Suspend a grant")  # fmt: skip
def suspend_grant(request: CallerRequest, public_id: uuid.UUID, said: Because) -> GrantFileOut:
    """Nothing is paid until it is resumed; sent again it stays so."""
    grant = queries.grant_id_of(request.auth, public_id=public_id)
    if queries.grant(request.auth, grant_id=grant).line.state is not queries.GrantState.SUSPENDED:
        actions.suspend_grant(request.auth, grant_id=grant, reason=said.reason)
    return _file(request.auth, grant)


@router.post("/grants/{public_id}/resume", response={200: GrantFileOut, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS),
             operation_id="resume_grant", summary="A suspended grant goes on")  # fmt: skip
def resume_grant(request: CallerRequest, public_id: uuid.UUID, said: Because) -> GrantFileOut:
    """The grant is active; sent again it stays so."""
    grant = queries.grant_id_of(request.auth, public_id=public_id)
    if queries.grant(request.auth, grant_id=grant).line.state is not queries.GrantState.ACTIVE:
        actions.resume_grant(request.auth, grant_id=grant, reason=said.reason)
    return _file(request.auth, grant)


@router.post("/grants/{public_id}/end", response={200: GrantFileOut, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS),
             operation_id="end_grant", summary="A grant ends by hand")  # fmt: skip
def end_grant(request: CallerRequest, public_id: uuid.UUID, said: EndIn) -> GrantFileOut:
    """Months from `until_on` on (today where none is given) are not due any more; sent again it stays so."""
    grant = queries.grant_id_of(request.auth, public_id=public_id)
    if queries.grant(request.auth, grant_id=grant).line.state is not queries.GrantState.ENDED:
        actions.end_grant(request.auth, grant_id=grant, reason=said.reason, until_on=said.until_on)
    return _file(request.auth, grant)


@router.post("/grants/{public_id}/check-account", response={200: GrantFileOut, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS),
             operation_id="check_grant_account", summary="Is an account known by now")  # fmt: skip
def check_grant_account(request: CallerRequest, public_id: uuid.UUID) -> GrantFileOut:
    """`has_account` is as of now; where none is known the community is asked for it."""
    grant = queries.grant_id_of(request.auth, public_id=public_id)
    actions.check_account(request.auth, grant_id=grant)
    return _file(request.auth, grant)


@router.get("/people/{public_id}/message-wish", response={200: MessageWishOut, **REFUSALS}, auth=Needs(Right.SEE_GRANTS),
            operation_id="get_message_wish", summary="Whether messages go to a person")  # fmt: skip
def get_message_wish(request: CallerRequest, public_id: uuid.UUID) -> MessageWishOut:
    """As it stands now."""
    person = people.person_id_of(request.auth, public_id=public_id)
    return MessageWishOut.from_orm(queries.message_wish(request.auth, person_id=person))


@router.put("/people/{public_id}/message-wish", response={200: MessageWishOut, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS),
            operation_id="say_message_wish", summary="What the person said about messages")  # fmt: skip
def say_message_wish(request: CallerRequest, public_id: uuid.UUID, said: MessageWishIn) -> MessageWishOut:
    """No message goes to the person's number any more, or they may again; said again it stays so. 422 where no mobile number is known."""
    person = people.person_id_of(request.auth, public_id=public_id)
    actions.say_message_wish(request.auth, person_id=person, wanted=said.wanted, way=said.way)
    return MessageWishOut.from_orm(queries.message_wish(request.auth, person_id=person))


@router.get("/notices", response={200: NoticesPage, **REFUSALS}, auth=Needs(Right.SEE_GRANTS), operation_id="list_notices_due",
            summary="Notices that nobody has handed over yet")  # fmt: skip
def list_notices_due(request: CallerRequest, where: Query[Place]) -> NoticesPage:
    """By place."""
    page = queries.notices_due(request.auth, area_path=where.area, after=where.after, limit=where.limit)
    return NoticesPage(items=[_notice(due.notice, due.grant.public_id) for due in page.items], next=page.next)


@router.post("/notices/{notice_id}/deliver", response={200: GrantFileOut, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS),
             operation_id="deliver_notice", summary="A notice was handed over")  # fmt: skip
def deliver_notice(request: CallerRequest, notice_id: Number, said: Delivered) -> GrantFileOut:
    """A proposed grant is notified; a notice that was handed over already is refused with 409."""
    done = actions.deliver_notice(request.auth, notice_id=notice_id, received_by=said.received_by, delivered_on=said.delivered_on)
    return _file(request.auth, done.grant_id)


@router.get("/notices/{notice_id}/letter", response={200: bytes, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS), operation_id="get_notice_letter",
            summary="The letter of a notice")  # fmt: skip
def get_letter(request: CallerRequest, notice_id: Number) -> HttpResponseBase:
    """The signed PDF, byte by byte as it was sent; 404 while it has not been printed. That it was taken stands in the audit chain."""
    taken = actions.take_letter(request.auth, notice_id=notice_id)
    return download(taken.name, taken.content, content_type="application/pdf")


@router.get("/appeals", response={200: AppealsPage, **REFUSALS}, auth=Needs(Right.SEE_GRANTS), operation_id="list_appeals",
            summary="Appeals")  # fmt: skip
def list_appeals(request: CallerRequest, search: Query[AppealFilter]) -> AppealsPage:
    """Those due first in front."""
    page = queries.appeals(request.auth, area_path=search.area, state=search.state, after=search.after, limit=search.limit)
    return AppealsPage(items=[_appeal(line) for line in page.items], next=page.next)


@router.post("/people/{public_id}/appeals", response={200: AppealOut, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS),
             operation_id="file_appeal", summary="Appeal against a person's present decision")  # fmt: skip
def file_appeal(request: CallerRequest, public_id: uuid.UUID, asked: NewAppeal) -> AppealOut:
    """A second open appeal about the same benefit is refused with 409."""
    person = people.person_id_of(request.auth, public_id=public_id)
    filed = actions.file_appeal(
        request.auth, person_id=person, benefit=asked.benefit, by_name=asked.by_name, relation=asked.relation, reason=asked.reason,
        channel=queries.AppealChannel(asked.channel),
    )  # fmt: skip
    return _appeal(queries.appeal(request.auth, appeal_id=filed.appeal_id).line)


@router.post("/appeals/{public_id}/decide", response={200: AppealOut, **REFUSALS}, auth=Needs(Right.DECIDE_APPEALS),
             operation_id="decide_appeal", summary="Decide an appeal")  # fmt: skip
def decide_appeal(request: CallerRequest, public_id: uuid.UUID, decided: AppealDecision) -> AppealOut:
    """Upheld: facts are corrected, the household is decided again, the grant begins with what is due. Refused with 409 where already decided."""
    appeal = queries.appeal_id_of(request.auth, public_id=public_id)
    corrections = [actions.Correction(c.variable, c.value, c.since) for c in decided.corrections]
    actions.decide_appeal(request.auth, appeal_id=appeal, uphold=decided.uphold, because=decided.because, corrections=corrections)
    return _appeal(queries.appeal(request.auth, appeal_id=appeal).line)


@router.get("/people/{public_id}/documents", response={200: list[DocumentOut], **REFUSALS}, auth=Needs(Right.SEE_GRANTS),
            operation_id="list_documents_needed", summary="What an application needs")  # fmt: skip
def list_documents_needed(request: CallerRequest, public_id: uuid.UUID, asked: Query[Asked]) -> list[DocumentOut]:
    """Nothing is asked that a department knows."""
    person = people.person_id_of(request.auth, public_id=public_id)
    found = queries.documents_needed(request.auth, person_id=person, benefit=asked.benefit)
    return [DocumentOut(title=d.title, asked=d.asked, known_by=d.known_by) for d in found]


@router.post("/people/{public_id}/applications", response={200: ApplicationOut, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS),
             operation_id="apply_for", summary="Apply for a benefit")  # fmt: skip
def apply_for(request: CallerRequest, public_id: uuid.UUID, asked: NewApplication) -> ApplicationOut:
    """Granted or refused at once where the rules can tell, otherwise open. What the person has already is refused with 409."""
    person = people.person_id_of(request.auth, public_id=public_id)
    done = actions.apply_for(
        request.auth, person_id=person, benefit=asked.benefit, documents=asked.documents, by_name=asked.by_name, relation=asked.relation,
        channel=queries.AppealChannel(asked.channel),
    )  # fmt: skip
    grants = queries.grants_by_id(request.auth, grant_ids=[done.grant_id] if done.grant_id else [])
    given = grants.get(done.grant_id or 0)
    return ApplicationOut(
        public_id=uuid.UUID(done.public_id), state=done.state.value, because=done.because, due_on=done.due_on,
        grant=uuid.UUID(given.public_id) if given else None,
    )  # fmt: skip


@router.get("/life-checks", response={200: LifeChecksPage, **REFUSALS}, auth=Needs(Right.SEE_GRANTS), operation_id="list_life_checks_due",
            summary="Who has to be confirmed to live")  # fmt: skip
def list_life_checks_due(request: CallerRequest, where: Query[Place]) -> LifeChecksPage:
    """By place; the counter is always one of the ways."""
    page = queries.life_checks_due(request.auth, area_path=where.area, after=where.after, limit=where.limit)
    publics = _publics(request.auth, [due.person_id for due in page.items])
    items = [
        LifeCheckDueOut(
            public_person=publics.get(d.person_id), area_path=d.area_path, last_checked_on=d.last_checked_on, due_on=d.due_on,
            stops_on=d.stops_on, suspended=d.suspended, channels=[channel.value for channel in d.channels],
        )
        for d in page.items
    ]  # fmt: skip
    return LifeChecksPage(items=items, next=page.next)


@router.post("/people/{public_id}/life-checks", response={200: LifeCheckOut, **REFUSALS}, auth=Needs(Right.HANDLE_GRANTS),
             operation_id="record_life_check", summary="Somebody was confirmed to live")  # fmt: skip
def record_life_check(request: CallerRequest, public_id: uuid.UUID, check: NewLifeCheck) -> LifeCheckOut:
    """What was suspended for want of it goes on; sent again another check stands beside the first, and nothing else happens."""
    person = people.person_id_of(request.auth, public_id=public_id)
    done = actions.record_life_check(
        request.auth, person_id=person, channel=queries.LifeCheckChannel(check.channel), outcome=queries.LifeCheckOutcome(check.outcome),
        checked_on=check.checked_on, note=check.note,
    )  # fmt: skip
    return LifeCheckOut(id=done.check_id, resumed=len(done.resumed))
