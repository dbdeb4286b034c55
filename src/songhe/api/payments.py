"""Payment over the API: runs from list to bank and back, findings, payments, funds. Every step asked for twice is done once."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Mapping
from typing import Annotated, Literal

from django.http import FileResponse, HttpResponseBase
from ninja import File, Query, Router, Schema, Status, UploadedFile
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.payments import actions, queries
from songhe.contexts.payments.queries import Check, PaymentKind, PaymentState, PayRunState, Purpose, Settled
from songhe.contexts.people import queries as people
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

router = Router()
SEE, MAKE, APPROVE = Needs(Right.SEE_PAYMENTS), Needs(Right.MAKE_PAYMENTS), Needs(Right.APPROVE_PAYMENTS)
MOST = 500
MOST_BYTES = 50 * 1024 * 1024
Number = Annotated[int, Field(ge=1, le=2**62)]
Reason = Annotated[PlainText, Field(min_length=1, max_length=500)]
Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
Year = Annotated[int, Field(ge=2000, le=2100)]


class RunOut(Schema):
    """A run of payment. `amount` in fen is what the banks pay; `may` names the steps that the consumer may take now."""

    id: uuid.UUID
    month: str
    sequence: int
    purpose: Purpose
    state: PayRunState
    payments: int
    amount: int
    list_hash: str
    made_at: dt.datetime
    approved_at: dt.datetime | None
    closed_at: dt.datetime | None
    note: str


class RunPage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[RunOut]
    next: str | None


class StatementOut(Schema):
    """What a run pays of a benefit from the fund that leads it: counts, and whole amounts in fen, by what became of them."""

    fund: str
    benefit: str
    title: str
    listed: int
    listed_amount: int
    held: int
    held_amount: int
    paid: int
    paid_amount: int
    failed: int
    failed_amount: int
    waiting: int
    waiting_amount: int
    kept_back: int


class BankFileOut(Schema):
    """A file for a bank."""

    id: int
    layout: str
    name: str
    lines: int
    amount: int
    sha256: str


class RunDetail(RunOut):
    """A run with its statement, its findings counted, its files, and whether everything adds up."""

    findings: int
    open_findings: int
    balances: bool
    in_transit: int
    statement: list[StatementOut]
    files: list[BankFileOut]
    may: list[str]


class PaymentOut(Schema):
    """A payment. `person` is the public id (null: an award, or somebody whom the consumer may not see); `account` is masked."""

    id: int
    kind: PaymentKind
    person: uuid.UUID | None
    name: str
    area_path: str
    benefit: str
    title: str
    period: dt.date
    amount: int
    kept_back: int
    account: str
    state: PaymentState
    failure: str
    settled_on: dt.date | None
    again_of: int | None
    may_be_paid_again: bool


class PaymentPage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[PaymentOut]
    next: str | None


class FindingOut(Schema):
    """What a check found; `how` is null while it stops the run. `payment` is null where it is about the whole run."""

    id: int
    check: Check
    sentence: str
    payment: int | None
    how: Settled | None
    reason: str


class FindingPage(Schema):
    """A page; `next` is the cursor for the following one, null at the end."""

    items: list[FindingOut]
    next: str | None


class OriginOut(Schema):
    """What was due, and the decision behind it."""

    grant: uuid.UUID
    period: dt.date
    revision: int
    amount: int
    reason: str
    as_of: dt.date
    rulebook_hash: str
    snapshot_sha256: str
    decided: bool


class WayOut(Schema):
    """A payment with everything behind it."""

    payment: PaymentOut
    run: uuid.UUID
    fund: str
    list_hash: str
    bank_reference: str
    origin: OriginOut | None
    before: list[PaymentOut]
    kept_back: list[PaymentOut]


class RunsWanted(Schema):
    """Filters of the list of runs."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose | None = None
    state: PayRunState | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 30
    after: Cursor | None = None


class PaymentsWanted(Schema):
    """Filters of the list of payments."""

    model_config = ConfigDict(extra="forbid")

    state: PaymentState | None = None
    kind: PaymentKind | None = None
    benefit: Annotated[PlainText, Field(max_length=63)] = ""
    area: Annotated[PlainText, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    after: Cursor | None = None


class FindingsWanted(Schema):
    """Filters of the findings."""

    model_config = ConfigDict(extra="forbid")

    check: Check | None = None
    open: bool = False
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    after: Cursor | None = None


class RunIn(Schema):
    """A run to prepare: the month (YYYY-MM) and what it pays."""

    model_config = ConfigDict(extra="forbid")

    month: Month
    purpose: Purpose = Purpose.GRANTS
    note: Annotated[PlainText, Field(max_length=500)] = ""


class CancelIn(Schema):
    """Why a run is given up."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class SettleIn(Schema):
    """Findings by id, or all open ones of a check; how they are settled, and why."""

    model_config = ConfigDict(extra="forbid")

    findings: Annotated[list[Number], Field(max_length=5000, default_factory=list)]
    check: Check | None = None
    how: Settled
    reason: Reason


class SettledOut(Schema):
    """How many findings were settled, and how many still stop the run."""

    settled: int
    open: int


class AgainIn(Schema):
    """Payments that failed or were held, and why they are paid again."""

    model_config = ConfigDict(extra="forbid")

    payments: Annotated[list[Number], Field(min_length=1, max_length=5000)]
    reason: Reason


class AgainOut(Schema):
    """How many are asked for now, and for how many that had been done."""

    asked: int
    already: int


class ReturnOut(Schema):
    """What a bank's answer brought. `again`: it had been taken in before."""

    paid: int
    failed: int
    waiting: int
    again: bool


def _run(line: queries.RunLine, list_hash: str = "") -> RunOut:
    return RunOut(
        id=line.public_id, month=f"{line.month:%Y-%m}", sequence=line.sequence, purpose=line.purpose, state=line.state, payments=line.payments,
        amount=line.amount, list_hash=list_hash, made_at=line.made_at, approved_at=line.approved_at, closed_at=line.closed_at, note=line.note,
    )  # fmt: skip


def _detail(actor: Actor, run_id: int) -> RunDetail:
    found = queries.run(actor, run_id=run_id)
    statement = [
        StatementOut(
            fund=s.fund, benefit=s.benefit, title=s.benefit_title, listed=s.listed, listed_amount=s.listed_amount, held=s.held, held_amount=s.held_amount,
            paid=s.paid, paid_amount=s.paid_amount, failed=s.failed, failed_amount=s.failed_amount, waiting=s.waiting, waiting_amount=s.waiting_amount,
            kept_back=s.kept_back,
        )
        for s in found.statement
    ]  # fmt: skip
    return RunDetail(
        **_run(found.line, found.list_hash).dict(), findings=found.findings, open_findings=found.open_findings, balances=found.reconciled.balances,
        in_transit=found.reconciled.in_transit, statement=statement, files=_files(found.files), may=list(found.may),
    )  # fmt: skip


def _files(files: tuple[queries.BankFileMade, ...]) -> list[BankFileOut]:
    return [BankFileOut(id=f.id, layout=f.layout, name=f.name, lines=f.lines, amount=f.amount, sha256=f.sha256) for f in files]


def _public(known: Mapping[int, people.PersonBrief], person_id: int | None) -> uuid.UUID | None:
    brief = known.get(person_id or 0)
    return uuid.UUID(brief.public_id) if brief is not None else None


def _payments(actor: Actor, lines: list[queries.PaymentLine]) -> list[PaymentOut]:
    known = people.people_by_id(actor, person_ids=[line.person_id for line in lines if line.person_id is not None])
    return [
        PaymentOut(
            id=p.id, kind=p.kind, person=_public(known, p.person_id), name=p.name, area_path=p.area_path,
            benefit=p.benefit, title=p.benefit_title, period=p.period, amount=p.amount, kept_back=p.kept_back, account=p.account, state=p.state,
            failure=p.failure, settled_on=p.settled_on, again_of=p.again_of, may_be_paid_again=p.may_be_paid_again,
        )
        for p in lines
    ]  # fmt: skip


@router.get(
    "/payment-runs", response={200: RunPage, **REFUSALS}, auth=SEE, operation_id="list_payment_runs", summary="Runs of payment"
)
def list_payment_runs(request: CallerRequest, wanted: Query[RunsWanted]) -> RunPage:
    """Runs, newest first."""
    page = queries.runs(request.auth, purpose=wanted.purpose, state=wanted.state, after=wanted.after, limit=wanted.limit)
    return RunPage(items=[_run(line) for line in page.items], next=page.next)


@router.post(
    "/payment-runs",
    response={201: RunDetail, **REFUSALS},
    auth=MAKE,
    operation_id="prepare_payment_run",
    summary="List a month's payments",
)
def prepare_payment_run(request: CallerRequest, body: RunIn) -> Status[RunDetail]:
    """A draft of the month; the consumer's own draft of the same month is listed anew. 409 while another run is not sent."""
    month = dt.date.fromisoformat(f"{body.month}-01")
    made = actions.prepare_run(request.auth, month=month, purpose=body.purpose, note=body.note)
    return Status(201, _detail(request.auth, made.run_id))


@router.get(
    "/payment-runs/{run}", response={200: RunDetail, **REFUSALS}, auth=SEE, operation_id="get_payment_run", summary="A run"
)
def get_payment_run(request: CallerRequest, run: uuid.UUID) -> RunDetail:
    """A run with its statement."""
    return _detail(request.auth, queries.run_id_of(request.auth, public_id=run))


@router.delete(
    "/payment-runs/{run}",
    response={200: RunDetail, **REFUSALS},
    auth=MAKE,
    operation_id="cancel_payment_run",
    summary="Give up a run",
)
def cancel_payment_run(request: CallerRequest, run: uuid.UUID, body: CancelIn) -> RunDetail:
    """A run that was not sent is void; cancelled already, nothing changes."""
    made = actions.cancel_run(request.auth, run_id=queries.run_id_of(request.auth, public_id=run), reason=body.reason)
    return _detail(request.auth, made.run_id)


@router.get(
    "/payment-runs/{run}/payments",
    response={200: PaymentPage, **REFUSALS},
    auth=SEE,
    operation_id="list_payments",
    summary="A run's payments",
)
def list_payments(request: CallerRequest, run: uuid.UUID, wanted: Query[PaymentsWanted]) -> PaymentPage:
    """The list in the consumer's areas, in its order."""
    page = queries.payments(
        request.auth, run_id=queries.run_id_of(request.auth, public_id=run), state=wanted.state, kind=wanted.kind, benefit=wanted.benefit,
        area_path=wanted.area, after=wanted.after, limit=wanted.limit,
    )  # fmt: skip
    return PaymentPage(items=_payments(request.auth, list(page.items)), next=page.next)


@router.get(
    "/payment-runs/{run}/findings",
    response={200: FindingPage, **REFUSALS},
    auth=SEE,
    operation_id="list_payment_findings",
    summary="What was found",
)
def list_payment_findings(request: CallerRequest, run: uuid.UUID, wanted: Query[FindingsWanted]) -> FindingPage:
    """Findings of the checks, in their order."""
    page = queries.findings(
        request.auth, run_id=queries.run_id_of(request.auth, public_id=run), check=wanted.check, open_only=wanted.open, after=wanted.after,
        limit=wanted.limit,
    )  # fmt: skip
    items = [
        FindingOut(
            id=f.id, check=f.check, sentence=f.sentence, payment=f.payment.id if f.payment else None, how=f.how, reason=f.reason
        )
        for f in page.items
    ]
    return FindingPage(items=items, next=page.next)


@router.put(
    "/payment-runs/{run}/findings",
    response={200: SettledOut, **REFUSALS},
    auth=MAKE,
    operation_id="settle_payment_findings",
    summary="Settle findings",
)
def settle_payment_findings(request: CallerRequest, run: uuid.UUID, body: SettleIn) -> SettledOut:
    """Held, or released with a reason."""
    if not body.findings and body.check is None:
        raise InvalidInput("没有写处理哪些核对结果。", next_step="请写 findings 或 check。", field="findings")
    done = actions.settle_findings(
        request.auth, run_id=queries.run_id_of(request.auth, public_id=run), finding_ids=body.findings, check=body.check, how=body.how, reason=body.reason
    )  # fmt: skip
    return SettledOut(settled=done.settled, open=done.open)


@router.post(
    "/payment-runs/{run}/{step}",
    response={200: RunDetail, **REFUSALS},
    auth=SEE,
    operation_id="take_payment_run_step",
    summary="A step of a run",
)
def take_payment_run_step(
    request: CallerRequest, run: uuid.UUID, step: Literal["freeze", "check", "approve", "make-files", "close"]
) -> RunDetail:
    """The step is done; done already, nothing changes. Each needs its own right; who prepared a run does not approve it."""
    run_id = queries.run_id_of(request.auth, public_id=run)
    match step:
        case "freeze":
            actions.freeze_run(request.auth, run_id=run_id)
        case "check":
            actions.check_run(request.auth, run_id=run_id)
        case "approve":
            actions.approve_run(request.auth, run_id=run_id)
        case "make-files":
            actions.make_bank_files(request.auth, run_id=run_id)
        case "close":
            actions.close_run(request.auth, run_id=run_id)
    return _detail(request.auth, run_id)


@router.get(
    "/bank-files/{file}",
    response={200: None, **REFUSALS},
    auth=APPROVE,
    operation_id="get_bank_file",
    summary="A file for a bank",
)
def get_bank_file(request: CallerRequest, file: Number) -> HttpResponseBase:
    """The bytes as they were made; the fetching is recorded."""
    found = actions.fetch_bank_file(request.auth, bank_file_id=file)
    return FileResponse(
        io.BytesIO(found.content), content_type="application/octet-stream", as_attachment=True, filename=found.name
    )


@router.post(
    "/bank-files/{file}/returns",
    response={200: ReturnOut, **REFUSALS},
    auth=APPROVE,
    operation_id="take_bank_return",
    summary="A bank's answer",
)
def take_bank_return(request: CallerRequest, file: Number, content: File[UploadedFile]) -> ReturnOut:
    """The answer is taken in whole or not at all; the same bytes again change nothing."""
    if (content.size or 0) > MOST_BYTES:
        raise InvalidInput("文件超过50兆。", next_step="请确认选对了文件。", field="content")
    done = actions.take_return(request.auth, bank_file_id=file, content=content.read(), name=(content.name or "return.txt")[:200])
    return ReturnOut(paid=done.paid, failed=done.failed, waiting=done.waiting, again=done.again)


@router.post("/payments/again", response={200: AgainOut, **REFUSALS}, auth=MAKE, operation_id="pay_again", summary="Pay again")
def pay_again(request: CallerRequest, body: AgainIn) -> AgainOut:
    """The next list has what failed or was held, as far as it is still due."""
    done = actions.pay_again(request.auth, payment_ids=body.payments, reason=body.reason)
    return AgainOut(asked=done.asked, already=done.already)


@router.get(
    "/payments/{payment}",
    response={200: WayOut, **REFUSALS},
    auth=SEE,
    operation_id="get_payment",
    summary="A payment and what is behind it",
)
def get_payment(request: CallerRequest, payment: Number) -> WayOut:
    """Payment → run → due → decision → snapshot."""
    way = queries.walk_back(request.auth, payment_id=payment)
    own, *others = _payments(request.auth, [way.payment, *way.before, *way.kept_back])
    o = way.origin
    origin = None
    if o is not None:
        origin = OriginOut(
            grant=uuid.UUID(o.grant_public_id), period=o.period, revision=o.revision, amount=o.amount, reason=o.reason, as_of=o.as_of,
            rulebook_hash=o.rulebook_hash, snapshot_sha256=o.snapshot_sha256, decided=o.decision_id is not None,
        )  # fmt: skip
    run = queries.run(request.auth, run_id=way.payment.run_id).line.public_id
    return WayOut(
        payment=own, run=run, fund=way.fund, list_hash=way.list_hash, bank_reference=way.bank_reference, origin=origin,
        before=others[: len(way.before)], kept_back=others[len(way.before) :],
    )  # fmt: skip
