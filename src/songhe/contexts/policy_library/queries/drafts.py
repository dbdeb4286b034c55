"""Drafts of the pack: what they change, what the checks and the simulation say, who approved, and what happened when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from songhe.contexts.policy_library.access import drafts_visible_to
from songhe.contexts.policy_library.errors import UnknownDraft
from songhe.contexts.policy_library.models import DraftApproval, DraftCheck, DraftSimulation, DraftStep, PackDraft
from songhe.contexts.policy_library.queries.content import drafted, loaded
from songhe.contexts.policy_library.queries.simulation import SimulationResult, from_json
from songhe.contexts.policy_library.words import APPROVALS_NEEDED, OPEN, DraftKind, DraftState, Step
from songhe.engines.policy.pack import Pack
from songhe.foundation.access import Actor, Right


@dataclass(frozen=True, slots=True)
class DraftBrief:
    """One draft; `approvals` counts those of its present content."""

    id: int
    kind: DraftKind
    state: DraftState
    title: str
    reason: str
    in_force_on: dt.date
    made_at: dt.datetime
    base_id: int
    restores_id: int | None
    approvals: int
    seal: str


@dataclass(frozen=True, slots=True)
class DraftFinding:
    """One remark of the checks. severity: error (must be mended), warning, case (a worked case of the files comes out otherwise)."""

    severity: str
    where: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class DraftChange:
    """One change of a draft of kind changes: a parameter's value from a day on, or a definition's reading."""

    place: int
    kind: str
    name: str
    value: str
    valid_from: dt.date | None
    note: str


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """`counts`: it is about the draft's present content."""

    approver: int
    name: str
    approved_at: dt.datetime
    note: str
    counts: bool


@dataclass(frozen=True, slots=True)
class StepDone:
    step: Step
    at: dt.datetime
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class DraftView:
    """Everything about a draft. `checked` is None until its present content was checked, `simulation` until it was simulated.

    `may_approve` says whether this actor could say yes now; `why_not` in Chinese where it is a person with the right who may not.
    """

    brief: DraftBrief
    changes: tuple[DraftChange, ...]
    content_hash: str
    makers: tuple[int, ...]
    checked: bool | None
    findings: tuple[DraftFinding, ...]
    simulation: SimulationResult | None
    simulated_at: dt.datetime | None
    approvals: tuple[ApprovalGiven, ...]
    steps: tuple[StepDone, ...]
    needed: int
    may_approve: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class DraftPacks:
    """The pack in force when the draft was made, and the draft's."""

    before: Pack
    after: Pack
    before_hash: str


def _brief(row: PackDraft, approvals: int) -> DraftBrief:
    return DraftBrief(
        row.id, DraftKind(row.kind), DraftState(row.state), row.title, row.reason, row.in_force_on, row.made_at, row.base_id, row.restores_id,
        approvals, row.seal,
    )  # fmt: skip


def _briefs(rows: Iterable[PackDraft]) -> tuple[DraftBrief, ...]:
    found = list(rows)
    counts: dict[tuple[int, str], int] = {}
    for draft_id, seal in DraftApproval.objects.filter(draft__in=[row.id for row in found]).values_list("draft_id", "seal"):
        counts[draft_id, seal] = counts.get((draft_id, seal), 0) + 1
    return tuple(_brief(row, counts.get((row.id, row.seal), 0)) for row in found)


def brief_of(row: PackDraft) -> DraftBrief:
    """One draft's line, for who has just written it."""
    return _briefs([row])[0]


def drafts(actor: Actor, *, open_only: bool = False, limit: int = 100) -> tuple[DraftBrief, ...]:
    """Drafts, latest first; `open_only` leaves out those in force and withdrawn."""
    rows = drafts_visible_to(actor).defer("files", "overlay").order_by("-id")
    return _briefs((rows.filter(state__in=[state.value for state in OPEN]) if open_only else rows)[:limit])


def _row(actor: Actor, draft_id: int) -> PackDraft:
    row = drafts_visible_to(actor).select_related("base").defer("base__files", "files").filter(id=draft_id).first()
    if row is None:
        raise UnknownDraft("没有这份草稿。", next_step="请从政策的“发布”页面里选择。")
    return row


def draft(actor: Actor, *, draft_id: int) -> DraftView:
    """One draft with checks, simulation, approvals and timeline. Raises UnknownDraft."""
    row = _row(actor, draft_id)
    check = DraftCheck.objects.filter(draft=row, seal=row.seal).first()
    simulated = DraftSimulation.objects.filter(draft=row, seal=row.seal).first()
    given = tuple(
        ApprovalGiven(each.approver, each.approver_name, each.approved_at, each.note, each.seal == row.seal)
        for each in DraftApproval.objects.filter(draft=row).order_by("id")
    )
    steps = DraftStep.objects.filter(draft=row).order_by("id").values_list("step", "at", "actor_name", "note")
    why_not = _why_not(actor, row, given)
    return DraftView(
        brief=_brief(row, sum(each.counts for each in given)),
        changes=tuple(_change(place, each) for place, each in enumerate(row.changes)),
        content_hash=row.content_hash,
        makers=tuple(row.makers),
        checked=None if check is None else check.passed,
        findings=tuple(DraftFinding(**each) for each in check.findings) if check else (),
        simulation=from_json(simulated.result) if simulated else None,
        simulated_at=simulated.simulated_at if simulated else None,
        approvals=given,
        steps=tuple(StepDone(Step(step), at, name, note) for step, at, name, note in steps),
        needed=APPROVALS_NEEDED,
        may_approve=actor.may(Right.APPROVE_PACKS) and not why_not and row.state == DraftState.SIMULATED,
        why_not=why_not,
    )


def _why_not(actor: Actor, row: PackDraft, given: tuple[ApprovalGiven, ...]) -> str:
    if actor.id in row.makers:
        return "这份草稿是您拟的或者改过的，要由别人批准。"
    if any(each.counts and each.approver == actor.id for each in given):
        return "您已经批准过了，还要另一位批准。"
    return "" if actor.kind == "user" else "批准要由人来做。"


def _change(place: int, stored: dict[str, str]) -> DraftChange:
    if stored["kind"] == "reading":
        return DraftChange(place, "reading", stored["definition"], stored["reading"], None, "")
    return DraftChange(place, "parameter", stored["name"], stored["value"], dt.date.fromisoformat(stored["from"]), stored["note"])


def draft_packs(actor: Actor, *, draft_id: int) -> DraftPacks:
    """Both packs, for the difference in words and for the simulation. Raises UnknownDraft, PackInvalid."""
    row = _row(actor, draft_id)
    return DraftPacks(loaded(row.base.content_hash), drafted(row), row.base.content_hash)
