"""Plan documents as resources: send one, see what was read and what does not fit, decide, take the draft pack."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.plan_tracking import actions, queries
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.foundation.uploads import refused_bytes

router = Router()
MOST = 500
Number = Annotated[int, Field(ge=1, le=2**62)]
Kind = Literal["task", "target", "baseline"]
State = Literal["read", "accepted", "corrected", "rejected"]


class PlanOut(Schema):
    """One version of a plan. `status`: uploaded, reading, read, confirmed, failed (then `problem` says why); `stage`: draft or issued.

    `items` are counts by kind and state; `sha256` is that of the file: the same content is the same document.
    """

    id: int
    title: str
    file_name: str
    sha256: str
    stage: str
    status: str
    problem: str
    version_of: int | None
    characters: int
    items: dict[str, dict[str, int]]
    open_findings: int
    uploaded_at: dt.datetime
    confirmed_at: dt.datetime | None


class PlansPage(Schema):
    """Documents, newest first."""

    items: list[PlanOut]
    next: str | None


class NewPlan(Schema):
    """`version_of` is the version before, whose corrections are applied again; without a title the document's own is taken."""

    model_config = ConfigDict(extra="forbid")

    stage: Literal["draft", "issued"] = "issued"
    title: Annotated[PlainText, Field(max_length=120)] = ""
    version_of: Number | None = None


class PlanItemOut(Schema):
    """What was read (`read`) and what counts (`counts`, corrected where a person corrected it). `start` and `end` are offsets into the text.

    `misfits` are fields whose correction in the version before does not fit here.
    """

    id: int
    key: str
    kind: str
    state: str
    clause: str
    start: int
    end: int
    read: dict[str, Any]
    counts: dict[str, Any]
    changed: list[str]
    carried: bool
    misfits: list[str]
    reason: str


class PlanItemsPage(Schema):
    """A page of items."""

    items: list[PlanItemOut]
    next: str | None


class PlanPlaceOut(Schema):
    """A place in the text and the words there."""

    start: int
    end: int
    words: str


class PlanFindingOut(Schema):
    """What does not fit: severity A, B or C, the computation that shows it, every place."""

    id: int
    code: str
    severity: str
    sentence: str
    computation: str
    places: list[PlanPlaceOut]
    state: str
    note: str


class PlanFindings(Schema):
    """All findings of the filters, worst first."""

    findings: list[PlanFindingOut]


class PlanDecision(Schema):
    """`corrected` names fields that are otherwise than read; only with decision `correct`."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["accept", "correct", "reject", "reopen"]
    corrected: dict[PlainText, Any] = Field(default_factory=dict, max_length=20)
    reason: Annotated[PlainText, Field(max_length=200)] = ""


class PlanSettlement(Schema):
    """How a finding was settled; `settled` false opens it again."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[PlainText, Field(max_length=300)] = ""
    settled: bool = True


class PlanAccept(Schema):
    """Of one kind only."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = None


class PlanAccepted(Schema):
    """How many items were accepted."""

    accepted: int


class PlanDraft(Schema):
    """The draft pack: file name → text, in the format of packs. Items that wait for a decision are left out and counted."""

    source: str
    files: dict[str, str]
    targets: int
    tasks: int
    figures: int
    undecided: int
    measured: int


class PlanFieldChange(Schema):
    """A field before and after."""

    field: str
    before: Any
    after: Any


class PlanItemChange(Schema):
    """An item of both versions."""

    before: PlanItemOut
    after: PlanItemOut
    changes: list[PlanFieldChange]


class PlanComparison(Schema):
    """The document beside the version before it, or beside `against`."""

    before: int
    after: int
    added: list[PlanItemOut]
    removed: list[PlanItemOut]
    changed: list[PlanItemChange]
    same: int


class PlansFilter(Schema):
    """Paging."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Cursor | None = None


class PlanItemsFilter(Schema):
    """Narrows the items."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = None
    state: State | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100
    after: Cursor | None = None


class PlanFindingsFilter(Schema):
    """Narrows the findings."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["open", "settled"] | None = None
    severity: Literal["A", "B", "C"] | None = None


class PlanDraftFilter(Schema):
    """`source` is the id under which the pack cites the document; `plan_<id>` if not given."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")] | None = None


class PlanAgainst(Schema):
    """The other document; the version before if not given."""

    model_config = ConfigDict(extra="forbid")

    against: Number | None = None


def _plan(view: queries.PlanDocumentView) -> PlanOut:
    counts = {kind.value: {state.value: count for state, count in states.items()} for kind, states in view.counts.items()}
    return PlanOut(
        id=view.id, title=view.title, file_name=view.file_name, sha256=view.sha256, stage=view.stage.value, status=view.status.value, problem=view.problem,
        version_of=view.version_of, characters=view.characters, items=counts, open_findings=view.open_findings, uploaded_at=view.uploaded_at,
        confirmed_at=view.confirmed_at,
    )  # fmt: skip


def item_out(view: queries.ItemView) -> PlanItemOut:
    return PlanItemOut(
        id=view.id, key=view.key, kind=view.kind.value, state=view.state.value, clause=view.clause, start=view.start, end=view.end, read=dict(view.read),
        counts=dict(view.counts), changed=list(view.changed), carried=view.carried, misfits=list(view.misfits), reason=view.reason,
    )  # fmt: skip


@router.post(
    "",
    response={200: PlanOut, 201: PlanOut, 202: PlanOut, **REFUSALS},
    auth=Needs(Right.CHANGE_PACKS),
    operation_id="create_plan",
    summary="Send a plan document",
)
def create_plan(request: CallerRequest, about: Form[NewPlan], content: File[UploadedFile | None] = None) -> Status[PlanOut]:
    """201: read; 202: a job reads it; 200: the very same file was here already. What is no readable plan is refused and nothing of it is kept."""
    actions.refuse_too_large(refused_bytes(request))
    if content is None:
        raise InvalidInput("没有附上文件。", next_step="请把文件放在content一栏。", field="content")
    taken = actions.upload_plan(
        request.auth, name=(content.name or "plan")[:200], content=content.read(), stage=about.stage, title=about.title, version_of=about.version_of
    )  # fmt: skip
    return Status(
        200 if taken.known else 202 if taken.waiting else 201, _plan(queries.plan_document(request.auth, document_id=taken.id))
    )


@router.get(
    "", response={200: PlansPage, **REFUSALS}, auth=Needs(Right.SEE_PACKS), operation_id="list_plans", summary="Plan documents"
)
def list_plans(request: CallerRequest, asked: Query[PlansFilter]) -> PlansPage:
    """The documents, newest first."""
    page = queries.plan_documents(request.auth, after=asked.after, limit=asked.limit)
    return PlansPage(items=[_plan(view) for view in page.items], next=page.next)


@router.get(
    "/{plan}", response={200: PlanOut, **REFUSALS}, auth=Needs(Right.SEE_PACKS), operation_id="get_plan", summary="One document"
)
def get_plan(request: CallerRequest, plan: Number) -> PlanOut:
    """How far it is, and its counts."""
    return _plan(queries.plan_document(request.auth, document_id=plan))


@router.get(
    "/{plan}/items", response={200: PlanItemsPage, **REFUSALS}, auth=Needs(Right.SEE_PACKS), operation_id="list_plan_items", summary="What was read"
)  # fmt: skip
def list_plan_items(request: CallerRequest, plan: Number, asked: Query[PlanItemsFilter]) -> PlanItemsPage:
    """Tasks, targets and figures of the present state, each with its place."""
    page = queries.items(
        request.auth, document_id=plan, kind=asked.kind or "", state=asked.state or "", after=asked.after, limit=asked.limit
    )  # fmt: skip
    return PlanItemsPage(items=[item_out(view) for view in page.items], next=page.next)


@router.post(
    "/{plan}/items/{item}/decide",
    response={200: PlanItemOut, **REFUSALS},
    auth=Needs(Right.CHANGE_PACKS),
    operation_id="decide_plan_item",
    summary="Decide about an item",
)
def decide_plan_item(request: CallerRequest, plan: Number, item: Number, said: PlanDecision) -> PlanItemOut:
    """The item is accepted, corrected, rejected or open again."""
    actions.decide_item(
        request.auth,
        document_id=plan,
        item_id=item,
        decision=said.decision,
        corrected=said.corrected if said.decision == "correct" else None,
        reason=said.reason,
    )
    return item_out(queries.item(request.auth, document_id=plan, item_id=item))


@router.post(
    "/{plan}/accept", response={200: PlanAccepted, **REFUSALS}, auth=Needs(Right.CHANGE_PACKS), operation_id="accept_plan_items", summary="Accept all the rest"
)  # fmt: skip
def accept_plan_items(request: CallerRequest, plan: Number, asked: Query[PlanAccept]) -> PlanAccepted:
    """Everything (of one kind) that nobody decided on is accepted as it was read."""
    return PlanAccepted(accepted=actions.accept_all_unchanged(request.auth, document_id=plan, kind=asked.kind or ""))


@router.get(
    "/{plan}/findings", response={200: PlanFindings, **REFUSALS}, auth=Needs(Right.SEE_PACKS), operation_id="list_plan_findings", summary="What does not fit"
)  # fmt: skip
def list_plan_findings(request: CallerRequest, plan: Number, asked: Query[PlanFindingsFilter]) -> PlanFindings:
    """Contradictions, arithmetic that does not hold, things left out: worst first."""
    found = queries.findings(request.auth, document_id=plan, state=asked.state or "", severity=asked.severity or "")
    return PlanFindings(
        findings=[
            PlanFindingOut(
                id=f.id, code=f.code, severity=f.severity, sentence=f.sentence, computation=f.computation, state=f.state.value, note=f.note,
                places=[PlanPlaceOut(start=place.start, end=place.end, words=place.words) for place in f.places],
            )
            for f in found
        ]
    )  # fmt: skip


@router.post(
    "/{plan}/findings/{finding}/settle",
    response={200: PlanFindings, **REFUSALS},
    auth=Needs(Right.CHANGE_PACKS),
    operation_id="settle_plan_finding",
    summary="Settle a finding",
)
def settle_plan_finding(request: CallerRequest, plan: Number, finding: Number, said: PlanSettlement) -> PlanFindings:
    """The finding is settled with a note, or open again; answers all findings."""
    actions.settle_finding(request.auth, document_id=plan, finding_id=finding, note=said.note, settled=said.settled)
    return list_plan_findings(request, plan, PlanFindingsFilter())


@router.get(
    "/{plan}/versions", response={200: PlanComparison, **REFUSALS}, auth=Needs(Right.SEE_PACKS), operation_id="compare_plans", summary="Two versions"
)  # fmt: skip
def compare_plans(request: CallerRequest, plan: Number, asked: Query[PlanAgainst]) -> PlanComparison:
    """What the later version added, removed and changed."""
    found = queries.compare(request.auth, document_id=plan, against=asked.against)
    return PlanComparison(
        before=found.before_id, after=found.after_id, added=[item_out(one) for one in found.added],
        removed=[item_out(one) for one in found.removed], same=found.same,
        changed=[
            PlanItemChange(
                before=item_out(one.before), after=item_out(one.after),
                changes=[PlanFieldChange(field=c.field, before=c.before, after=c.after) for c in one.changes],
            )
            for one in found.changed
        ],
    )  # fmt: skip


@router.post(
    "/{plan}/confirm",
    response={200: PlanOut, **REFUSALS},
    auth=Needs(Right.CHANGE_PACKS),
    operation_id="confirm_plan",
    summary="Confirm",
)
def confirm_plan(request: CallerRequest, plan: Number) -> PlanOut:
    """The document is confirmed; 409 while items wait. Confirming again changes nothing."""
    actions.confirm_plan(request.auth, document_id=plan)
    return _plan(queries.plan_document(request.auth, document_id=plan))


@router.get(
    "/{plan}/export",
    response={200: PlanDraft, **REFUSALS},
    auth=Needs(Right.SEE_PACKS),
    operation_id="export_plan",
    summary="The draft pack",
)
def export_plan(request: CallerRequest, plan: Number, asked: Query[PlanDraftFilter]) -> PlanDraft:
    """targets.yaml, tasks.yaml, baseline.yaml and what to put under sources of pack.yaml."""
    found = queries.draft_pack(request.auth, document_id=plan, source=asked.source or "")
    return PlanDraft(
        source=found.source, files=dict(found.files), targets=found.targets, tasks=found.tasks, figures=found.figures,
        undecided=found.undecided, measured=found.measured
    )  # fmt: skip
