"""Drafts of the pack over the API: what they change, checks, simulation, approvals, timeline; versions and what differs between them.

A draft is made, edited and withdrawn by whoever holds the right. Approving is left to people at the city's desk: a token is no second pair of eyes.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.determination import Day
from songhe.api.fields import Cursor, PlainText
from songhe.api.problems import REFUSALS
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import actions, queries
from songhe.contexts.policy_library.errors import UnknownVersion
from songhe.contexts.policy_library.queries import DraftBrief, DraftView, SimulationResult, VersionBrief
from songhe.engines.policy.differences import Difference, differences
from songhe.foundation.access import Right

router = Router()
SEE, CHANGE = Needs(Right.SEE_PACKS), Needs(Right.CHANGE_PACKS)
Name = Annotated[PlainText, Field(min_length=1, max_length=100)]
Reason = Annotated[PlainText, Field(min_length=2, max_length=200)]
StateName = Literal["draft", "checked", "simulated", "approved", "in_force", "overtaken", "withdrawn"]


class DraftLine(Schema):
    """One draft. `approvals` counts those of its present content, whose fingerprint is `seal`."""

    id: int
    kind: Literal["changes", "files", "rollback"]
    state: StateName
    title: str
    reason: str
    in_force_on: dt.date
    made_at: dt.datetime
    base_version: int
    restores_version: int | None
    approvals: int
    seal: str


class FindingOut(Schema):
    """One remark of the checks: error, warning, or case (a worked case of the files that comes out otherwise)."""

    severity: str
    where: str
    message: str
    fix: str


class BenefitEffectOut(Schema):
    """One benefit by the rules in force and by the draft: people, fen a period, who gains and loses."""

    benefit: str
    title: str
    period: str
    people_before: int
    people_after: int
    fen_before: int
    fen_after: int
    gain: int
    lose: int


class TownEffectOut(Schema):
    """One town: people who gain and lose, monthly benefits in fen a month."""

    area_path: str
    gain: int
    lose: int
    fen_before: int
    fen_after: int


class CellOut(Schema):
    """One benefit in one town; `fen_more` a period."""

    benefit: str
    area_path: str
    gain: int
    lose: int
    fen_more: int


class YearOut(Schema):
    """Monthly and yearly benefits of a calendar year in fen, counted from `first_month` on."""

    year: int
    first_month: int
    fen_before: int
    fen_after: int


class SimulationOut(Schema):
    """What the draft would do, over everybody of one snapshot, on the first day on which anybody's answer differs."""

    as_of: dt.date
    taken_at: dt.datetime
    snapshot_sha256: str
    gain: int
    lose: int
    fen_before: int
    fen_after: int
    benefits: list[BenefitEffectOut]
    towns: list[TownEffectOut]
    cells: list[CellOut]
    years: list[YearOut]


class ApprovalOut(Schema):
    """`counts`: it is about the draft's present content."""

    name: str
    approved_at: dt.datetime
    note: str
    counts: bool


class StepOut(Schema):
    """One line of the timeline."""

    step: str
    at: dt.datetime
    name: str
    note: str


class DraftOut(Schema):
    """A draft with everything known of it. `checked` and `simulation` are null until its present content was looked at."""

    draft: DraftLine
    content_hash: str
    approvals_needed: int
    checked: bool | None
    findings: list[FindingOut]
    simulation: SimulationOut | None
    approvals_given: list[ApprovalOut]
    steps: list[StepOut]


class DifferenceOut(Schema):
    """One difference; `rule`: before and after are expressions of the rule language."""

    section: str
    id: str
    title: str
    what: str
    before: str
    after: str
    rule: bool


class VersionOut(Schema):
    """A version that was or is in force. `direct`: loaded without approval; `until` is the day on which another one took its place."""

    id: int
    version: str
    content_hash: str
    in_force_on: dt.date
    until: dt.date | None
    in_use: bool
    reason: str
    direct: bool
    draft: int | None
    restores: int | None


class ParameterIn(Schema):
    """A parameter's value from a day on, written as in parameters.yaml; `draft` adds it to an open draft."""

    model_config = ConfigDict(extra="forbid")

    parameter: Name
    value: Annotated[PlainText, Field(min_length=1, max_length=40)]
    valid_from: Day
    reason: Reason
    in_force_on: Day | None = None
    draft: int | None = None


class ReadingIn(Schema):
    """Another reading of an ambiguous definition."""

    model_config = ConfigDict(extra="forbid")

    definition: Name
    reading: Name
    reason: Reason
    in_force_on: Day | None = None
    draft: int | None = None


class RollbackIn(Schema):
    """The content of an earlier version."""

    model_config = ConfigDict(extra="forbid")

    version: int
    reason: Reason
    in_force_on: Day | None = None


class EditIn(Schema):
    """Another reason and day; whatever was checked, simulated and approved is void."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    in_force_on: Day


class ReasonIn(Schema):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class ChangedPersonOut(Schema):
    """One person whose answer for one benefit the draft changes; fen a period."""

    public_id: uuid.UUID
    name: str
    place: str
    benefit: str
    gains: bool
    fen_before: int
    fen_after: int


class ChangedPeople(Schema):
    """A page of people; `next` is the cursor for the following one."""

    items: list[ChangedPersonOut]
    next: str | None


class WhichPeople(Schema):
    """Narrows the people to a benefit, to who gains (or loses), to an area."""

    model_config = ConfigDict(extra="forbid")

    benefit: Annotated[PlainText, Field(max_length=60)] = ""
    gains: bool | None = None
    area: Annotated[PlainText, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Cursor | None = None


def _line(brief: DraftBrief) -> DraftLine:
    return DraftLine(
        id=brief.id, kind=brief.kind.value, state=brief.state.value, title=brief.title, reason=brief.reason, in_force_on=brief.in_force_on,
        made_at=brief.made_at, base_version=brief.base_id, restores_version=brief.restores_id, approvals=brief.approvals, seal=brief.seal,
    )  # fmt: skip


def _simulation(found: SimulationResult) -> SimulationOut:
    return SimulationOut(
        as_of=found.as_of, taken_at=found.taken_at, snapshot_sha256=found.snapshot_sha256, gain=found.gain, lose=found.lose,
        fen_before=found.fen_before, fen_after=found.fen_after, benefits=[BenefitEffectOut.from_orm(each) for each in found.benefits],
        towns=[TownEffectOut.from_orm(each) for each in found.towns], cells=[CellOut.from_orm(each) for each in found.cells],
        years=[YearOut.from_orm(each) for each in found.years],
    )  # fmt: skip


def _draft(view: DraftView) -> DraftOut:
    return DraftOut(
        draft=_line(view.brief), content_hash=view.content_hash, approvals_needed=view.needed, checked=view.checked,
        findings=[FindingOut.from_orm(each) for each in view.findings],
        simulation=_simulation(view.simulation) if view.simulation else None,
        approvals_given=[ApprovalOut.from_orm(each) for each in view.approvals],
        steps=[StepOut(step=each.step.value, at=each.at, name=each.name, note=each.note) for each in view.steps],
    )  # fmt: skip


def _version(brief: VersionBrief) -> VersionOut:
    return VersionOut(
        id=brief.id, version=brief.version, content_hash=brief.content_hash, in_force_on=brief.in_force_on, until=brief.until, in_use=brief.in_use,
        reason=brief.reason, direct=brief.direct, draft=brief.draft_id, restores=brief.restores,
    )  # fmt: skip


def _differences(found: tuple[Difference, ...]) -> list[DifferenceOut]:
    return [DifferenceOut.from_orm(each) for each in found]


@router.get(
    "/drafts", response={200: list[DraftLine], **REFUSALS}, auth=SEE, operation_id="list_drafts", summary="Drafts of the pack"
)
def list_drafts(request: CallerRequest) -> list[DraftLine]:
    """Latest first."""
    return [_line(brief) for brief in queries.drafts(request.auth)]


@router.post(
    "/drafts/parameter",
    response={200: DraftLine, **REFUSALS},
    auth=CHANGE,
    operation_id="draft_parameter",
    summary="Draft a value",
)
def draft_parameter(request: CallerRequest, asked: ParameterIn) -> DraftLine:
    """Nothing decides by it until it was checked, simulated, approved by two people and its day has come."""
    return _line(
        actions.draft_parameter(
            request.auth, name=asked.parameter, value=asked.value, valid_from=asked.valid_from, note=asked.reason, in_force_on=asked.in_force_on,
            draft_id=asked.draft,
        )
    )  # fmt: skip


@router.post(
    "/drafts/reading", response={200: DraftLine, **REFUSALS}, auth=CHANGE, operation_id="draft_reading", summary="Draft a reading"
)
def draft_reading(request: CallerRequest, asked: ReadingIn) -> DraftLine:
    """The same for an ambiguous definition."""
    return _line(
        actions.draft_reading(
            request.auth, definition=asked.definition, reading=asked.reading, reason=asked.reason, in_force_on=asked.in_force_on,
            draft_id=asked.draft,
        )
    )  # fmt: skip


@router.post("/drafts/rollback", response={200: DraftLine, **REFUSALS}, auth=CHANGE, operation_id="draft_rollback",
             summary="Draft the content of an earlier version")  # fmt: skip
def draft_rollback(request: CallerRequest, asked: RollbackIn) -> DraftLine:
    """It becomes a new version; those in between stay."""
    return _line(
        actions.draft_rollback(request.auth, version_id=asked.version, reason=asked.reason, in_force_on=asked.in_force_on)
    )


@router.get("/drafts/{draft_id}", response={200: DraftOut, **REFUSALS}, auth=SEE, operation_id="get_draft", summary="One draft")
def get_draft(request: CallerRequest, draft_id: int) -> DraftOut:
    """With checks, simulation, approvals and timeline."""
    return _draft(queries.draft(request.auth, draft_id=draft_id))


@router.get("/drafts/{draft_id}/differences", response={200: list[DifferenceOut], **REFUSALS}, auth=SEE, operation_id="list_draft_differences",
            summary="What a draft changes")  # fmt: skip
def list_draft_differences(request: CallerRequest, draft_id: int) -> list[DifferenceOut]:
    """Against the version that it was made for."""
    packs = queries.draft_packs(request.auth, draft_id=draft_id)
    return _differences(differences(packs.before, packs.after))


@router.get("/drafts/{draft_id}/people", response={200: ChangedPeople, **REFUSALS}, auth=Needs(Right.SEE_DECISIONS),
            operation_id="list_draft_people", summary="Who would gain and lose")  # fmt: skip
def list_draft_people(request: CallerRequest, draft_id: int, rows: Query[WhichPeople]) -> ChangedPeople:
    """In the caller's areas, keyset paging."""
    page = entitlements.simulated_people(
        request.auth, draft_id=draft_id, benefit=rows.benefit, gains=rows.gains, area_path=rows.area, after=rows.after, limit=rows.limit
    )  # fmt: skip
    known = people.people_by_id(request.auth, person_ids=[each.person_id for each in page.items])
    items = [
        ChangedPersonOut(
            public_id=uuid.UUID(known[each.person_id].public_id), name=known[each.person_id].name, place=known[each.person_id].place, benefit=each.benefit,
            gains=each.gains, fen_before=each.fen_before, fen_after=each.fen_after,
        )
        for each in page.items
        if each.person_id in known
    ]  # fmt: skip
    return ChangedPeople(items=items, next=page.next)


@router.post(
    "/drafts/{draft_id}/edit",
    response={200: DraftLine, **REFUSALS},
    auth=CHANGE,
    operation_id="edit_draft",
    summary="Edit a draft",
)
def edit_draft(request: CallerRequest, draft_id: int, asked: EditIn) -> DraftLine:
    """Voids checks, simulation and approvals."""
    return _line(actions.edit_draft(request.auth, draft_id=draft_id, reason=asked.reason, in_force_on=asked.in_force_on))


@router.delete("/drafts/{draft_id}/changes/{place}", response={200: DraftLine, **REFUSALS}, auth=CHANGE, operation_id="drop_draft_change",
               summary="Take one change out of a draft")  # fmt: skip
def drop_draft_change(request: CallerRequest, draft_id: int, place: int) -> DraftLine:
    """Changes are counted from 0; voids checks, simulation and approvals. 422 for the only one."""
    return _line(actions.drop_change(request.auth, draft_id=draft_id, place=place))


@router.post("/drafts/{draft_id}/examine", response={200: DraftLine, **REFUSALS}, auth=CHANGE, operation_id="examine_draft",
             summary="Check and simulate again")  # fmt: skip
def examine_draft(request: CallerRequest, draft_id: int) -> DraftLine:
    """In the background; read the draft again for the result."""
    return _line(actions.examine_again(request.auth, draft_id=draft_id))


@router.post("/drafts/{draft_id}/rebase", response={200: DraftLine, **REFUSALS}, auth=CHANGE, operation_id="rebase_draft",
             summary="Put a draft on the version in force")  # fmt: skip
def rebase_draft(request: CallerRequest, draft_id: int) -> DraftLine:
    """Needed where another version came into force in between."""
    return _line(actions.rebase_draft(request.auth, draft_id=draft_id))


@router.post("/drafts/{draft_id}/withdraw", response={200: DraftLine, **REFUSALS}, auth=CHANGE, operation_id="withdraw_draft",
             summary="Withdraw a draft")  # fmt: skip
def withdraw_draft(request: CallerRequest, draft_id: int, asked: ReasonIn) -> DraftLine:
    """It stays readable and will never be in force."""
    return _line(actions.withdraw_draft(request.auth, draft_id=draft_id, reason=asked.reason))


@router.get(
    "/versions", response={200: list[VersionOut], **REFUSALS}, auth=SEE, operation_id="list_versions", summary="All versions"
)
def list_versions(request: CallerRequest) -> list[VersionOut]:
    """Latest first."""
    return [_version(brief) for brief in queries.versions(request.auth)]


@router.get("/versions/{version_id}/differences", response={200: list[DifferenceOut], **REFUSALS}, auth=SEE, operation_id="list_version_differences",
            summary="What differs between two versions")  # fmt: skip
def list_version_differences(request: CallerRequest, version_id: int, before: int | None = None) -> list[DifferenceOut]:
    """Against the version `before`, or against the one that stood before it; the first one has nothing to be compared with."""
    known = [each.id for each in queries.versions(request.auth)]
    if version_id not in known or (before is not None and before not in known):
        raise UnknownVersion("没有这个版本。", next_step="请从版本列表里选择。", field="version_id")
    other = before if before is not None else max((each for each in known if each < version_id), default=None)
    return _differences(differences(queries.pack_of(other), queries.pack_of(version_id))) if other is not None else []
