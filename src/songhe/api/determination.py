"""Decisions over the API: a stored person's, a stored person decided again, or an anonymous household sent in."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from ninja import Status as Answer
from pydantic import ConfigDict, Field, StrictBool, StrictInt

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.entitlements import actions, queries
from songhe.contexts.people import queries as people
from songhe.engines.policy.explaining import ConditionExplained, DisplacedBy, Explanation, MissingFact
from songhe.engines.policy.rulebook import Citation, Status
from songhe.foundation.access import Right

router = Router()
Day = Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2100, 12, 31))]
FactValue = StrictBool | Annotated[StrictInt, Field(ge=-(10**13), le=10**13)] | Annotated[PlainText, Field(max_length=100)] | None
Facts = Annotated[dict[Annotated[PlainText, Field(max_length=60)], FactValue], Field(max_length=200)]
StatusName = Literal["not_eligible", "eligible", "cannot_tell", "displaced", "other_member", "provisional", "not_in_force"]

NAMES: Mapping[Status, StatusName] = {
    Status.NOT_ELIGIBLE: "not_eligible",
    Status.ELIGIBLE: "eligible",
    Status.CANNOT_TELL: "cannot_tell",
    Status.DISPLACED: "displaced",
    Status.OTHER_MEMBER: "other_member",
    Status.PROVISIONAL: "provisional",
    Status.NOT_IN_FORCE: "not_in_force",
}


class CitationOut(Schema):
    """Document and clause; `status` is stated, assumed or unverified."""

    document: str
    clause: str
    status: str


class ValueSeen(Schema):
    """A fact that a condition looked at. `member` names another member of the household, empty for the person."""

    variable: str
    label: str
    shown: str
    source: str
    stated_on: dt.date | None
    member: str


class MissingOut(Schema):
    """A fact that nobody has stated, and the department that owns it."""

    variable: str
    label: str
    owner: str
    member: str


class ConditionSeen(Schema):
    """One condition: true, false, or null where it cannot be told."""

    id: str
    result: bool | None
    text: str
    expression: str
    values: list[ValueSeen]
    missing: list[MissingOut]
    cite: CitationOut


class ParameterSeen(Schema):
    """A parameter that was used; money in fen."""

    name: str
    title: str
    value: int
    unit: str
    cite: CitationOut


class ReducedOut(Schema):
    """A cap lowered the amount."""

    cap: str
    was: int
    cite: CitationOut


class DisplacedOut(Schema):
    """Another benefit, or the same one for another member, is kept instead."""

    benefit: str
    title: str
    member: str
    certain: bool
    cite: CitationOut


class BenefitDecision(Schema):
    """One benefit for one person; `amount` in fen a period, null where nothing is paid."""

    benefit: str
    title: str
    status: StatusName
    answer: str
    amount: int | None
    period: str
    as_of: dt.date
    gives: str
    where: str
    conditions: list[ConditionSeen]
    missing: list[MissingOut]
    parameters: list[ParameterSeen]
    reduced: ReducedOut | None
    displaced_by: DisplacedOut | None
    cite: CitationOut


class DecisionOut(Schema):
    """A stored decision. `reproduced` says that deciding again from the snapshot gave the same."""

    public_id: uuid.UUID
    run_id: int
    as_of: dt.date
    published_at: dt.datetime
    cause: str
    pack: str
    pack_version: str
    rulebook_hash: str
    snapshot_id: int
    snapshot_sha256: str
    reproduced: bool
    benefits: list[BenefitDecision]


class HouseholdIn(Schema):
    """A household without names. Facts are those of the data dictionary; dates ISO, money in fen, codes by name; absent is unknown."""

    model_config = ConfigDict(extra="forbid")

    persons: Annotated[list[Facts], Field(min_length=1, max_length=30)]
    household: Facts = Field(default_factory=dict)
    as_of: Day | None = None


class HouseholdDecisionOut(Schema):
    """What the rules say of each person, in the order sent; nothing is stored."""

    as_of: dt.date
    pack: str
    pack_version: str
    rulebook_hash: str
    members: list[list[BenefitDecision]]


class RecomputedOut(Schema):
    """A past decision decided again. `stored` and `again` are SHA-256 of everything decided; `same` holds only if these are equal, and rules and
    snapshot are still what the run noted. `again` is empty where the snapshot was altered."""

    run_id: int
    as_of: dt.date
    published_at: dt.datetime
    pack_version_id: int
    rulebook_hash: str
    snapshot_sha256: str
    stored: str
    again: str
    rules_unchanged: bool
    snapshot_unchanged: bool
    same: bool


class RecomputationOut(Schema):
    """A run decided again in the background: `compared` of `decisions` so far; for how many people another one came out, and whether all is the
    same: null until it is done. `failed` says why it could not be done."""

    public_id: uuid.UUID
    run_id: int
    state: queries.RecomputationState
    asked_at: dt.datetime
    compared: int
    decisions: int
    different: int | None
    rules_unchanged: bool | None
    snapshot_unchanged: bool | None
    same: bool | None
    failed: str
    finished_at: dt.datetime | None


class CityRunIn(Schema):
    """Why the city is decided again, in Chinese."""

    model_config = ConfigDict(extra="forbid")

    cause: Annotated[PlainText, Field(min_length=2, max_length=200)]


class WhichDecision(Schema):
    """The decision of a run, or the one that counted at the end of a day; the newest if neither is named."""

    model_config = ConfigDict(extra="forbid")

    run_id: Annotated[int, Field(ge=1, le=2**62)] | None = None
    on: Day | None = None


class HistoryLine(Schema):
    """One past decision."""

    run_id: int
    published_at: dt.datetime
    as_of: dt.date
    cause: str
    eligible: list[str]
    cannot_tell: list[str]


class DecidedLine(Schema):
    """One of the people behind a figure; `amount` in fen."""

    public_id: uuid.UUID
    name: str
    place: str
    amount: int


class DecidedPage(Schema):
    """A page of people; `next` is the cursor for the following one."""

    items: list[DecidedLine]
    next: str | None


class FigureOut(Schema):
    """People with one status of one benefit in one town, and fen a period."""

    area_path: str
    benefit: str
    status: StatusName
    persons: int
    amount: int


class FiguresOut(Schema):
    """Figures with their cut-off."""

    run_id: int | None
    as_of: dt.date | None
    taken_at: dt.datetime | None
    figures: list[FigureOut]


class Rows(Schema):
    """Which rows: one status of one benefit, in an area."""

    model_config = ConfigDict(extra="forbid")

    benefit: Annotated[PlainText, Field(max_length=60)]
    status: StatusName
    area: Annotated[PlainText, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Cursor | None = None


class InArea(Schema):
    """Narrows figures to an area path."""

    model_config = ConfigDict(extra="forbid")

    area: Annotated[PlainText, Field(max_length=100)] = ""


def _cite(cite: Citation) -> CitationOut:
    return CitationOut(document=cite.document, clause=cite.clause, status=cite.status)


def _missing(facts: tuple[MissingFact, ...]) -> list[MissingOut]:
    return [MissingOut(variable=f.variable, label=f.label, owner=f.owner, member=f.member) for f in facts]


def _condition(c: ConditionExplained) -> ConditionSeen:
    values = [
        ValueSeen(variable=v.variable, label=v.label, shown=v.shown, source=v.source, stated_on=v.stated_on, member=v.member)
        for v in c.values
    ]
    return ConditionSeen(
        id=c.id,
        result=c.result,
        text=c.text,
        expression=c.expression,
        values=values,
        missing=_missing(c.missing),
        cite=_cite(c.cite),
    )


def _displaced(by: DisplacedBy | None) -> DisplacedOut | None:
    if by is None:
        return None
    return DisplacedOut(benefit=by.benefit, title=by.title, member=by.member, certain=by.certain, cite=_cite(by.cite))


def _benefit(e: Explanation) -> BenefitDecision:
    parameters = [ParameterSeen(name=p.name, title=p.title, value=p.value, unit=p.unit, cite=_cite(p.cite)) for p in e.parameters]
    return BenefitDecision(
        benefit=e.benefit, title=e.title, status=NAMES[e.status], answer=queries.STATUS_LABELS[e.status], amount=e.amount, period=e.period, as_of=e.as_of,
        gives=e.gives, where=e.where, conditions=[_condition(c) for c in e.conditions], missing=_missing(e.missing), parameters=parameters,
        reduced=ReducedOut(cap=e.reduced.cap, was=e.reduced.was, cite=_cite(e.reduced.cite)) if e.reduced else None,
        displaced_by=_displaced(e.displaced_by),
        cite=_cite(e.cite),
    )  # fmt: skip


def _decision(public_id: uuid.UUID, d: queries.PersonDecision) -> DecisionOut:
    return DecisionOut(
        public_id=public_id, run_id=d.run_id, as_of=d.as_of, published_at=d.published_at, cause=d.cause, pack=d.pack, pack_version=d.pack_version,
        rulebook_hash=d.rulebook_hash, snapshot_id=d.snapshot_id, snapshot_sha256=d.snapshot_sha256, reproduced=d.reproduced,
        benefits=[_benefit(e) for e in d.explanations],
    )  # fmt: skip


@router.get("/people/{public_id}/decision", response={200: DecisionOut, **REFUSALS}, auth=Needs(Right.SEE_DECISIONS), operation_id="get_decision",
            summary="A person's current decision", tags=["determination"])  # fmt: skip
def get_decision(request: CallerRequest, public_id: uuid.UUID) -> DecisionOut:
    """Every benefit with its conditions, values, sources and clauses."""
    person = people.person_id_of(request.auth, public_id=public_id)
    return _decision(public_id, queries.decision(request.auth, person_id=person))


@router.get("/people/{public_id}/decisions", response={200: list[HistoryLine], **REFUSALS}, auth=Needs(Right.SEE_DECISIONS), operation_id="list_decisions",
            summary="All decisions of a person")  # fmt: skip
def list_decisions(request: CallerRequest, public_id: uuid.UUID) -> list[HistoryLine]:
    """Newest first."""
    person = people.person_id_of(request.auth, public_id=public_id)
    return [
        HistoryLine(
            run_id=d.run_id,
            published_at=d.published_at,
            as_of=d.as_of,
            cause=d.cause,
            eligible=list(d.eligible),
            cannot_tell=list(d.cannot_tell),
        )
        for d in queries.decision_history(request.auth, person_id=person)
    ]


@router.get("/people/{public_id}/decisions/recomputed", response={200: RecomputedOut, **REFUSALS}, auth=Needs(Right.SEE_DECISIONS),
            operation_id="recompute_decision", summary="A past decision, decided again")  # fmt: skip
def recompute_decision(request: CallerRequest, public_id: uuid.UUID, which: Query[WhichDecision]) -> RecomputedOut:
    """From the kept snapshot under the kept version of the pack; says whether the same comes out, byte by byte. Nothing is stored."""
    person = people.person_id_of(request.auth, public_id=public_id)
    return RecomputedOut.from_orm(queries.recompute_decision(request.auth, person_id=person, run_id=which.run_id, on=which.on))


@router.post("/runs/{run_id}/recomputations", response={202: RecomputationOut, **REFUSALS}, auth=Needs(Right.SEE_FIGURES),
             operation_id="recompute_run", summary="Decide a run of the whole city again")  # fmt: skip
def recompute_run(request: CallerRequest, run_id: Annotated[int, Field(ge=1, le=2**62)]) -> Answer[RecomputationOut]:
    """In the background: read /recomputations/{id} until it is done. Asked while one is at work, it is that one."""
    made = actions.ask_recomputation(request.auth, run_id=run_id)
    return Answer(202, RecomputationOut.from_orm(queries.recomputation(request.auth, public_id=made)))


@router.get("/recomputations/{public_id}", response={200: RecomputationOut, **REFUSALS}, auth=Needs(Right.SEE_FIGURES),
            operation_id="get_recomputation", summary="How far it is, and whether the same came out")  # fmt: skip
def get_recomputation(request: CallerRequest, public_id: uuid.UUID) -> RecomputationOut:
    """`same` is null until it is done."""
    return RecomputationOut.from_orm(queries.recomputation(request.auth, public_id=public_id))


@router.post("/runs", response={202: None, **REFUSALS}, auth=Needs(Right.DETERMINE), operation_id="request_city_run",
             summary="Decide the whole city again")  # fmt: skip
def request_city_run(request: CallerRequest, asked: CityRunIn) -> Answer[None]:
    """In the background; asked several times before it begins, the city is decided once. /figures names the run when it is there."""
    actions.request_city_run(request.auth, cause=asked.cause)
    return Answer(202, None)


@router.post("/people/{public_id}/determine", response={200: DecisionOut, **REFUSALS}, auth=Needs(Right.DETERMINE), operation_id="determine_person",
             summary="Decide a person again")  # fmt: skip
def determine_person(request: CallerRequest, public_id: uuid.UUID) -> DecisionOut:
    """The person's household is decided from its facts as they are now; the new decision."""
    person = people.person_id_of(request.auth, public_id=public_id)
    actions.determine_person(request.auth, person_id=person)
    return _decision(public_id, queries.decision(request.auth, person_id=person))


@router.post("/determine", response={200: HouseholdDecisionOut, **REFUSALS}, auth=Needs(Right.SEE_PACKS), operation_id="determine_household",
             summary="Decide an anonymous household")  # fmt: skip
def determine_household(request: CallerRequest, household: HouseholdIn) -> HouseholdDecisionOut:
    """What the rules in use say of a household that is described here; nothing is stored."""
    decided = queries.decide_anonymous(household.persons, household.household, as_of=household.as_of)
    return HouseholdDecisionOut(
        as_of=decided.as_of, pack=decided.pack, pack_version=decided.pack_version, rulebook_hash=decided.rulebook_hash,
        members=[[_benefit(e) for e in member] for member in decided.members],
    )  # fmt: skip


@router.get(
    "/figures",
    response={200: FiguresOut, **REFUSALS},
    auth=Needs(Right.SEE_FIGURES),
    operation_id="get_figures",
    summary="People and money by town",
)
def get_figures(request: CallerRequest, where: Query[InArea]) -> FiguresOut:
    """By town, benefit and status, from the latest run of the whole city."""
    found = queries.figures(request.auth, area_path=where.area)
    figures = [
        FigureOut(area_path=f.area_path, benefit=f.benefit, status=NAMES[f.status], persons=f.persons, amount=f.amount)
        for f in found.figures
    ]
    return FiguresOut(run_id=found.run_id, as_of=found.as_of, taken_at=found.taken_at, figures=figures)


@router.get("/figures/people", response={200: DecidedPage, **REFUSALS}, auth=Needs(Right.SEE_DECISIONS), operation_id="list_figure_people",
            summary="The people behind a figure")  # fmt: skip
def list_figure_people(request: CallerRequest, rows: Query[Rows]) -> DecidedPage:
    """In order of area, keyset paging."""
    status = Status[rows.status.upper()]
    page = queries.decided_people(
        request.auth, benefit=rows.benefit, status=status, area_path=rows.area, limit=rows.limit, after=rows.after
    )
    known = people.people_by_id(request.auth, person_ids=[item.person_id for item in page.items])
    items = [
        DecidedLine(
            public_id=uuid.UUID(known[i.person_id].public_id), name=i.name, place=known[i.person_id].place, amount=i.amount
        )
        for i in page.items
        if i.person_id in known
    ]
    return DecidedPage(items=items, next=page.next)
