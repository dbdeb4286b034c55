"""A plan document under review: its text part by part, what was taken over from the version before, what may measure a target, the proposal."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import PlainText
from songhe.api.plans import Number, PlanItemOut, item_out
from songhe.api.problems import REFUSALS
from songhe.contexts.plan_tracking import actions, queries
from songhe.foundation.access import Right

router = Router()
SEE, CHANGE = Needs(Right.SEE_PACKS), Needs(Right.CHANGE_PACKS)


class PlanPartLine(Schema):
    """A part of the document from offset `start` to `end` of its text; `undecided` of its `items` wait for a person."""

    number: int
    title: str
    start: int
    end: int
    items: int
    undecided: int


class PlanLine(Schema):
    """A paragraph at offset `start`; `level` is the depth of the clause that it opens, 0 for none."""

    start: int
    level: int
    words: str


class PlanPart(Schema):
    """The paragraphs of a part, and what was read in them, in reading order."""

    lines: list[PlanLine]
    items: list[PlanItemOut]
    findings: list[int]


class PlanCarried(Schema):
    """Decisions of the version before: taken over, fitting only in part, without a place any more."""

    applied: list[PlanItemOut]
    partly: list[PlanItemOut]
    lost: list[PlanItemOut]


class PlanMeasure(Schema):
    """An indicator of the pack that the item's number can be compared with; `alike` where its name suggests it."""

    id: str
    title: str
    unit: str
    alike: bool


class NewProposal(Schema):
    """What the pack has to say of the document; `replaces`: in place of the city's targets, tasks and printed figures, not after them."""

    model_config = ConfigDict(extra="forbid")

    issuer: Annotated[PlainText, Field(max_length=100)]
    number: Annotated[PlainText, Field(max_length=100)] = ""
    issued: dt.date | None = None
    replaces: bool = False
    source: Annotated[str, Field(max_length=40, pattern=r"^([a-z][a-z0-9_]*)?$")] = ""


class ProposalOut(Schema):
    """The draft of the policy library (GET /pack/drafts/{draft}), and how much it takes of the document."""

    draft: int
    targets: int
    tasks: int
    figures: int


@router.get(
    "/{plan}/parts", response={200: list[PlanPartLine], **REFUSALS}, auth=SEE, operation_id="list_plan_parts", summary="Its parts"
)
def list_plan_parts(request: CallerRequest, plan: Number) -> list[PlanPartLine]:
    """The parts in which the document is reviewed."""
    return [
        PlanPartLine(number=one.number, title=one.title, start=one.start, end=one.end, items=one.items, undecided=one.undecided)
        for one in queries.plan_document(request.auth, document_id=plan).sections
    ]


@router.get(
    "/{plan}/parts/{part}",
    response={200: PlanPart, **REFUSALS},
    auth=SEE,
    operation_id="get_plan_part",
    summary="Text and items of a part",
)
def get_plan_part(request: CallerRequest, plan: Number, part: Number) -> PlanPart:
    """The text as it is numbered by offsets, beside what was read of it; findings by id."""
    found = queries.section(request.auth, document_id=plan, number=part)
    return PlanPart(
        lines=[
            PlanLine(start=line.pieces[0].start, level=line.level, words="".join(piece.words for piece in line.pieces))
            for line in found.lines
            if line.pieces
        ],
        items=[item_out(one) for one in found.items], findings=[one.id for one in found.findings],
    )  # fmt: skip


@router.get(
    "/{plan}/carried",
    response={200: PlanCarried, **REFUSALS},
    auth=SEE,
    operation_id="get_plan_carried",
    summary="Decisions taken over",
)
def get_plan_carried(request: CallerRequest, plan: Number) -> PlanCarried:
    """What became of the decisions about the version before; nothing where there is none."""
    found = queries.carried_over(request.auth, document_id=plan)
    return PlanCarried(
        applied=[item_out(one) for one in found.applied], partly=[item_out(one) for one in found.partly], lost=[item_out(one) for one in found.lost]
    )  # fmt: skip


@router.get(
    "/{plan}/items/{item}/measures", response={200: list[PlanMeasure], **REFUSALS}, auth=SEE, operation_id="list_plan_item_measures",
    summary="What may measure an item",
)  # fmt: skip
def list_plan_item_measures(request: CallerRequest, plan: Number, item: Number) -> list[PlanMeasure]:
    """Indicators of a unit that fits, the likeliest by name first; one of them goes into `corrected.measured_by` of a decision."""
    view = queries.item(request.auth, document_id=plan, item_id=item)
    unit = view.counts.get("unit")
    found = queries.indicator_choices(request.auth, name=view.name, unit=str(unit) if unit else None)
    return [PlanMeasure(id=one.id, title=one.title, unit=one.unit, alike=one.alike) for one in found]


@router.post(
    "/{plan}/propose",
    response={201: ProposalOut, **REFUSALS},
    auth=CHANGE,
    operation_id="propose_plan",
    summary="Use as the city's draft",
)
def propose_plan(request: CallerRequest, plan: Number, given: NewProposal) -> Status[ProposalOut]:
    """A draft of the city's pack holds what was confirmed; it decides nothing before two people have approved it."""
    made = actions.propose_pack(
        request.auth, document_id=plan, issuer=given.issuer, number=given.number, issued=given.issued, replaces=given.replaces, source=given.source
    )  # fmt: skip
    return Status(201, ProposalOut(draft=made.draft_id, targets=made.targets, tasks=made.tasks, figures=made.figures))
