"""Awards over the API: what can be claimed, claims with their papers, decisions; a body of care claims its own and sees nothing else."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable
from typing import Annotated, Literal

from django.http import FileResponse, HttpResponse, HttpResponseBase
from ninja import File, Header, Query, Router, Schema, Status, UploadedFile
from pydantic import ConfigDict, Field, StrictBool, StrictInt

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS, FieldProblem, problem
from songhe.contexts.payments import actions
from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.errors import ClaimIncomplete
from songhe.contexts.payments.queries import AwardKind, AwardState, AwardView, PaymentState
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

router = Router()
own = Router()
MOST_BYTES = 10 * 1024 * 1024
State = Literal["claimed", "approved", "refused"]
Text = Annotated[PlainText, Field(min_length=1, max_length=100)]
Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
Kind = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
Account = Annotated[PlainText, Field(max_length=40)]
Facts = Annotated[
    dict[
        Annotated[PlainText, Field(max_length=60)],
        StrictBool | Annotated[StrictInt, Field(ge=-(10**13), le=10**13)] | Annotated[PlainText, Field(max_length=100)],
    ],
    Field(max_length=100),
]
KeyHeader = Annotated[PlainText, Field(max_length=100), Header(default="", alias="Idempotency-Key")]


class Choice(Schema):
    """A code and its Chinese label."""

    code: str
    label: str


class FactOut(Schema):
    """A fact that counts for an award. `type` as in the data dictionary; `values` for codes."""

    name: str
    label: str
    type: str
    unit: str
    values: list[Choice]


class AwardKindOut(Schema):
    """An award in force today and the facts that a claim states. `status` of the clause: stated, assumed or unverified."""

    id: str
    title: str
    staff: bool
    gives: str
    period: str
    document: str
    clause: str
    status: str
    note: str
    facts: list[FactOut]


class AwardOut(Schema):
    """A claim of a body or staff member; `amount` in fen; `shown` what it rests on, `reasons` each condition with document and clause.

    `by_itself`: the body sent it from an account of its own.
    """

    id: uuid.UUID
    kind: str
    title: str
    payee_name: str
    area_path: str
    period: dt.date
    amount: int
    state: State
    shown: list[tuple[str, str]]
    reasons: list[tuple[str, str, str]]
    claimed_at: dt.datetime
    decided_at: dt.datetime | None
    decided_because: str
    by_itself: bool


class PaperOut(Schema):
    """A paper of a claim; `size` in bytes."""

    id: int
    name: str
    size: int
    added_at: dt.datetime


class AwardFileOut(AwardOut):
    """A claim with its papers and its payment: null until a run lists it; `failure` in the bank's words."""

    papers: list[PaperOut]
    payment: PaymentState | None
    settled_on: dt.date | None
    failure: str


class AwardsOut(Schema):
    """Claims, newest first; `next` is handed back as `after`."""

    items: list[AwardOut]
    next: str | None


class ClaimedOut(Schema):
    """A claim that waits for somebody else; `amount` in fen. `repeated`: it had been sent before under the same key."""

    id: uuid.UUID
    amount: int
    repeated: bool


class AwardFilters(Schema):
    """What narrows the list."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{0,60}$")] = ""
    state: State | None = None
    area: Annotated[PlainText, Field(max_length=100)] = ""
    after: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Paging(Schema):
    """A page of one's own."""

    model_config = ConfigDict(extra="forbid")

    after: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ClaimIn(Schema):
    """Who is to be paid (credit code of a body, ID number of a staff member) and the facts on which the award depends."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    name: Annotated[PlainText, Field(max_length=100)]
    code: Annotated[PlainText, Field(max_length=20)]
    account: Account
    area_path: Annotated[PlainText, Field(min_length=1, max_length=100)]
    facts: Facts


class StaffIn(Schema):
    """A staff member of one's own."""

    model_config = ConfigDict(extra="forbid")

    name: Text
    id_number: Annotated[PlainText, Field(max_length=20)]


class OwnClaimIn(Schema):
    """A claim of one's own body; `staff` for an award to one of its staff."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    account: Account
    facts: Facts
    staff: StaffIn | None = None


class OwnMonthIn(Schema):
    """The account that the settlement is paid to."""

    model_config = ConfigDict(extra="forbid")

    benefit: Kind
    account: Account


class DecideIn(Schema):
    """Approved, or refused with the reason."""

    model_config = ConfigDict(extra="forbid")

    approve: StrictBool
    because: Annotated[PlainText, Field(max_length=300)] = ""


class OwnKindOut(AwardKindOut):
    """An award in force, the claims of it in this period, and whether another is possible."""

    open: bool
    claims: list[uuid.UUID]


class OwnMonthOut(Schema):
    """A month of vouchers: redemptions, fen taken off, waiting for a visit, untrue, in a claim; `ready` fen can be claimed."""

    month: dt.date
    benefit: str
    title: str
    redemptions: int
    deducted: int
    waiting: int
    untrue: int
    claimed: int
    ready: int


class OwnBodyOut(Schema):
    """The body for which the consumer claims, what it may claim, and its months of vouchers."""

    credit_code: str
    name: str
    kinds: list[OwnKindOut]
    months: list[OwnMonthOut]


def claimed(deed: Callable[[], actions.Claimed]) -> Status[ClaimedOut] | HttpResponse:
    """The answer to a claim: 201 where it is new, 200 where it had been sent before, 422 with everything to be put right."""
    try:
        made = deed()
    except ClaimIncomplete as refused:
        fields = [FieldProblem(field=one.field, message=f"{one.sentence}{one.next_step}") for one in refused.problems]
        return problem(refused.http_status, refused.code, f"{refused.sentence}{refused.next_step}", fields)
    return Status(200 if made.repeated else 201, ClaimedOut(id=made.public_id, amount=made.amount, repeated=made.repeated))


@router.get(
    "/kinds",
    auth=Needs(Right.SEE_PAYMENTS),
    response={200: list[AwardKindOut], **REFUSALS},
    operation_id="list_award_kinds",
    summary="What can be claimed",
)
def list_award_kinds(request: CallerRequest) -> list[AwardKindOut]:
    """The awards of the pack in force today."""
    return [_kind(kind) for kind in payments.award_kinds()]


@router.get(
    "", auth=Needs(Right.SEE_PAYMENTS), response={200: AwardsOut, **REFUSALS}, operation_id="list_awards", summary="Claims"
)
def list_awards(request: CallerRequest, filters: Query[AwardFilters]) -> AwardsOut:
    """Awards to bodies and staff in the consumer's areas."""
    page = payments.awards(
        request.auth, area_path=filters.area, kind=filters.kind, state=AwardState(filters.state) if filters.state else None,
        after=filters.after, limit=filters.limit,
    )  # fmt: skip
    return AwardsOut(items=[_award(one) for one in page.items], next=page.next)


@router.post(
    "",
    auth=Needs(Right.MAKE_PAYMENTS),
    response={200: ClaimedOut, 201: ClaimedOut, **REFUSALS},
    operation_id="claim_award",
    summary="Claim an award for a body or staff member",
)
def claim_award(request: CallerRequest, body: ClaimIn, idempotency_key: KeyHeader) -> Status[ClaimedOut] | HttpResponse:
    """The claim stands if the rules allow it, and waits for somebody else. The same key with the same content gives the same claim."""
    payee = actions.Payee(body.name, body.code, body.account, body.area_path)
    return claimed(lambda: actions.claim_award(request.auth, kind=body.kind, payee=payee, facts=body.facts, key=idempotency_key))


@router.get(
    "/{award_id}",
    auth=Needs(Right.SEE_PAYMENTS),
    response={200: AwardFileOut, **REFUSALS},
    operation_id="get_award",
    summary="One claim",
)
def get_award(request: CallerRequest, award_id: uuid.UUID) -> AwardFileOut:
    """With its papers and its payment."""
    return _file(request.auth, award_id)


@router.post(
    "/{award_id}/decision",
    auth=Needs(Right.APPROVE_PAYMENTS),
    response={200: AwardFileOut, **REFUSALS},
    operation_id="decide_award",
    summary="Approve or refuse a claim",
)
def decide_award(request: CallerRequest, award_id: uuid.UUID, body: DecideIn) -> AwardFileOut:
    """Approved claims are paid by the next run of awards. Whoever claimed does not decide; the rules are asked again."""
    number = payments.award_id_of(request.auth, public_id=award_id)
    actions.decide_claim(request.auth, award_id=number, approve=body.approve, because=body.because)
    return _file(request.auth, award_id)


@router.get(
    "/documents/{document}",
    auth=Needs(Right.SEE_PAYMENTS),
    response={200: None, **REFUSALS},
    operation_id="get_award_document",
    summary="A paper of a claim",
)
def get_award_document(request: CallerRequest, document: Annotated[int, Field(ge=1, le=2**62)]) -> HttpResponseBase:
    """The bytes as they were handed in; opening it is recorded."""
    return _paper(request.auth, document)


@own.get(
    "",
    auth=Needs(Right.CLAIM_AWARDS),
    response={200: OwnBodyOut, **REFUSALS},
    operation_id="get_own_body",
    summary="What one's own body may claim",
)
def get_own_body(request: CallerRequest) -> OwnBodyOut:
    """409 where nobody has said for which body the consumer acts."""
    kinds, months = payments.claimable(request.auth), payments.own_months(request.auth)
    body = payments.own_body(request.auth)
    assert body is not None
    return OwnBodyOut(
        credit_code=body.credit_code, name=body.name, months=[OwnMonthOut.from_orm(one) for one in months],
        kinds=[
            OwnKindOut(**_kind(one.kind).dict(), open=one.open, claims=[each.public_id for each in one.claimed]) for one in kinds
        ],
    )  # fmt: skip


@own.get(
    "/awards",
    auth=Needs(Right.CLAIM_AWARDS),
    response={200: AwardsOut, **REFUSALS},
    operation_id="list_own_awards",
    summary="One's own claims",
)
def list_own_awards(request: CallerRequest, wanted: Query[Paging]) -> AwardsOut:
    """Newest first."""
    page = payments.own_awards(request.auth, after=wanted.after, limit=wanted.limit)
    return AwardsOut(items=[_award(one) for one in page.items], next=page.next)


@own.post(
    "/awards",
    auth=Needs(Right.CLAIM_AWARDS),
    response={200: ClaimedOut, 201: ClaimedOut, **REFUSALS},
    operation_id="claim_own_award",
    summary="Claim for one's own body or staff",
)
def claim_own_award(request: CallerRequest, body: OwnClaimIn, idempotency_key: KeyHeader) -> Status[ClaimedOut] | HttpResponse:
    """The claim waits for the city. Send its papers to …/documents: without one it is not approved."""
    staff = (body.staff.name, body.staff.id_number) if body.staff is not None else None
    return claimed(
        lambda: actions.claim_own_award(
            request.auth, kind=body.kind, account=body.account, facts=body.facts, staff=staff, key=idempotency_key
        )
    )


@own.get(
    "/awards/{award_id}",
    auth=Needs(Right.CLAIM_AWARDS),
    response={200: AwardFileOut, **REFUSALS},
    operation_id="get_own_award",
    summary="One's own claim",
)
def get_own_award(request: CallerRequest, award_id: uuid.UUID) -> AwardFileOut:
    """With the decision, the payment and the papers."""
    return _file(request.auth, award_id)


@own.post(
    "/awards/{award_id}/documents",
    auth=Needs(Right.CLAIM_AWARDS),
    response={200: AwardFileOut, **REFUSALS},
    operation_id="add_award_document",
    summary="A paper for one's own claim",
)
def add_award_document(request: CallerRequest, award_id: uuid.UUID, content: File[UploadedFile]) -> AwardFileOut:
    """The paper stands with the claim; the same one again changes nothing. 409 once the claim is decided."""
    number = payments.award_id_of(request.auth, public_id=award_id)
    if (content.size or 0) > MOST_BYTES:
        raise InvalidInput("文件超过10兆。", next_step="请缩小以后再传。", field="content")
    document = actions.Document((content.name or "file")[-200:], content.read())
    actions.add_documents(request.auth, award_id=number, documents=[document])
    return _file(request.auth, award_id)


@own.post(
    "/months/{month}/settlement",
    auth=Needs(Right.CLAIM_AWARDS),
    response={200: ClaimedOut, 201: ClaimedOut, **REFUSALS},
    operation_id="claim_own_redemptions",
    summary="Settle one's own month of vouchers",
)
def claim_own_redemptions(
    request: CallerRequest, month: Month, body: OwnMonthIn, idempotency_key: KeyHeader
) -> Status[ClaimedOut] | HttpResponse:
    """What was taken off prices is claimed; what waits for a visit stays for a later claim, what was untrue is left out."""
    first = dt.date(int(month[:4]), int(month[5:]), 1)
    return claimed(
        lambda: actions.claim_own_redemptions(
            request.auth, benefit=body.benefit, month=first, account=body.account, key=idempotency_key
        )
    )


def _kind(kind: AwardKind) -> AwardKindOut:
    facts = [
        FactOut(
            name=one.name, label=one.label, type=one.type.value, unit=one.unit or "",
            values=[Choice(code=code, label=label) for code, label in one.values],
        )
        for one in kind.asked
    ]  # fmt: skip
    return AwardKindOut(
        id=kind.id, title=kind.title, staff=kind.staff, gives=kind.gives, period=kind.period, document=kind.cite.document,
        clause=kind.cite.clause, status=kind.cite.status, note=kind.note, facts=facts,
    )  # fmt: skip


def _award(one: AwardView) -> AwardOut:
    return AwardOut(
        id=one.public_id, kind=one.kind, title=one.title, payee_name=one.payee_name, area_path=one.area_path, period=one.period, amount=one.amount,
        state=one.state.value, shown=list(one.shown), reasons=list(one.reasons), claimed_at=one.claimed_at, decided_at=one.decided_at,
        decided_because=one.decided_because, by_itself=one.by_itself,
    )  # fmt: skip


def _file(actor: Actor, public_id: uuid.UUID) -> AwardFileOut:
    found = payments.award_file(actor, award_id=payments.award_id_of(actor, public_id=public_id))
    return AwardFileOut(
        **_award(found.view).dict(), papers=[PaperOut.from_orm(one) for one in found.papers], payment=found.payment,
        settled_on=found.settled_on, failure=found.failure,
    )  # fmt: skip


def _paper(actor: Actor, document: int) -> HttpResponseBase:
    taken = actions.take_document(actor, document_id=document)
    return FileResponse(
        io.BytesIO(taken.content), content_type="application/octet-stream", as_attachment=True, filename=taken.name
    )
