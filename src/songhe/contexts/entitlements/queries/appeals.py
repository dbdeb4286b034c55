"""Appeals and applications: lists, and one appeal with the decision that it is about in view."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from songhe.contexts.entitlements.access import appeals_visible_to, applications_visible_to
from songhe.contexts.entitlements.errors import AppealNotFound, NoDecisionYet, SnapshotMissing
from songhe.contexts.entitlements.models import Appeal, Application
from songhe.contexts.entitlements.queries.decision import PersonDecision, decision
from songhe.contexts.entitlements.words import AppealChannel, AppealState, ApplicationState
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.explaining import Explanation
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import NotFound
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 200
_Filed = TypeVar("_Filed", Appeal, Application)


@dataclass(frozen=True, slots=True)
class AppealLine:
    """One appeal. `overdue`: open and past the day by which it has to be answered. `run_id` is the decision appealed against.

    `late_days`: so long after `last_day` it came (0: in time, or nobody knows when the person heard); heard then only with `heard_because`.
    """

    id: int
    public_id: str
    person_id: int
    name: str
    area_path: str
    benefit: str
    title: str
    grant_id: int | None
    run_id: int
    by_name: str
    relation: str
    reason: str
    channel: AppealChannel
    filed_on: dt.date
    due_on: dt.date
    state: AppealState
    decided_on: dt.date | None
    decided_because: str
    new_run_id: int | None
    overdue: bool
    last_day: dt.date | None
    late_days: int
    heard_because: str


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A fact that was corrected when the appeal was upheld; `since` is the day from which it was so."""

    variable: str
    value: object
    since: dt.date


@dataclass(frozen=True, slots=True)
class AppealFile:
    """An appeal with the decision it is about (None: its snapshot is gone) and that decision's explanation of the benefit."""

    line: AppealLine
    decision: PersonDecision | None
    explanation: Explanation | None
    corrections: tuple[CorrectionView, ...]
    override_from: dt.date | None
    override_amount: int | None


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """One application. `documents` are the titles handed in; `overdue`: open and past its day."""

    id: int
    public_id: str
    person_id: int
    name: str
    area_path: str
    benefit: str
    title: str
    by_name: str
    relation: str
    channel: AppealChannel
    documents: tuple[str, ...]
    run_id: int
    filed_on: dt.date
    due_on: dt.date
    state: ApplicationState
    decided_on: dt.date | None
    decided_because: str
    grant_id: int | None
    overdue: bool


def title_of(benefit: str) -> str:
    """The benefit's name in the pack in use; its id where the pack has it no more."""
    entry = policy.pack_in_use().pack.benefits.get(benefit)
    return entry.title if entry is not None else benefit


def _lines(actor: Actor, rows: Sequence[Appeal]) -> tuple[AppealLine, ...]:
    names = people.people_by_id(actor, person_ids=sorted({row.person_id for row in rows}))
    today = clock.today()
    return tuple(
        AppealLine(
            r.id, str(r.public_id), r.person_id, names[r.person_id].name if r.person_id in names else "", r.area_path, r.benefit,
            title_of(r.benefit), r.grant_id, r.run_id, r.by_name, r.relation, r.reason, AppealChannel(r.channel), r.filed_on, r.due_on,
            AppealState(r.state), r.decided_on, r.decided_because, r.new_run_id, r.state == AppealState.OPEN and r.due_on < today,
            r.last_day, max(0, (r.filed_on - r.last_day).days) if r.last_day else 0, r.heard_because,
        )
        for r in rows
    )  # fmt: skip


def appeals(actor: Actor, *, area_path: str = "", state: str = "", after: str | None = None, limit: int = 50) -> Page[AppealLine]:
    """A page of appeals in the actor's areas, those due first in front. NotFound for a state there is not."""
    require(actor, Right.SEE_GRANTS)
    found, following = _due_first(appeals_visible_to(actor, area_path=area_path), AppealState, state, after, limit)
    return Page(_lines(actor, found), following)


def _due_first(
    rows: QuerySet[_Filed], states: type[StrEnum], state: str, after: str | None, limit: int
) -> tuple[list[_Filed], str | None]:
    """A page of the rows in this state (of all, where it is empty), those due first in front, and the cursor of the next."""
    limit = max(1, min(limit, MOST))
    if state:
        if state not in {each.value for each in states}:
            raise NotFound("没有这种状态。", next_step="请从列出的状态里选择。", field="state")
        rows = rows.filter(state=state)
    if after:
        day, number = keys_of(after, str, int)
        rows = rows.annotate(due=Cast("due_on", TextField())).filter(Q(due__gt=day) | Q(due=day, id__gt=number))
    found = list(rows.order_by("due_on", "id")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], cursor_of(last.due_on.isoformat(), last.pk) if last else None


def appeals_of(actor: Actor, *, person_id: int) -> tuple[AppealLine, ...]:
    """A person's appeals, latest first."""
    require(actor, Right.SEE_GRANTS)
    return _lines(actor, list(appeals_visible_to(actor).filter(person_id=person_id).order_by("-id")))


def appeal_id_of(actor: Actor, *, public_id: uuid.UUID) -> int:
    """The appeal's inner number; AppealNotFound where there is none in the actor's areas."""
    found = appeals_visible_to(actor).filter(public_id=public_id).values_list("id", flat=True).first()
    if found is None:
        raise AppealNotFound("没有找到这件申诉，或者不在您负责的区域。", next_step="请回到申诉名单重新选择。")
    return int(found)


def appeal(actor: Actor, *, appeal_id: int) -> AppealFile:
    """One appeal with the decision that it is about. Raises AppealNotFound."""
    row = appeals_visible_to(actor).filter(id=appeal_id).first()
    if row is None:
        raise AppealNotFound("没有找到这件申诉，或者不在您负责的区域。", next_step="请回到申诉名单重新选择。")
    try:
        about = decision(actor, person_id=row.person_id, run_id=row.run_id)
    except (NoDecisionYet, SnapshotMissing):
        about = None
    explained = next((e for e in about.explanations if e.benefit == row.benefit), None) if about is not None else None
    corrections = tuple(CorrectionView(c["variable"], c["value"], dt.date.fromisoformat(c["since"])) for c in row.corrections)
    return AppealFile(_lines(actor, [row])[0], about, explained, corrections, row.override_from, row.override_amount)


def applications(
    actor: Actor, *, area_path: str = "", state: str = "", after: str | None = None, limit: int = 50
) -> Page[ApplicationLine]:
    """A page of applications in the actor's areas, those due first in front. NotFound for a state there is not."""
    require(actor, Right.SEE_GRANTS)
    found, following = _due_first(applications_visible_to(actor, area_path=area_path), ApplicationState, state, after, limit)
    return Page(_asked(actor, found), following)


def applications_of(actor: Actor, *, person_id: int) -> tuple[ApplicationLine, ...]:
    """A person's applications, latest first."""
    require(actor, Right.SEE_GRANTS)
    return _asked(actor, list(applications_visible_to(actor).filter(person_id=person_id).order_by("-id")))


def _asked(actor: Actor, rows: Sequence[Application]) -> tuple[ApplicationLine, ...]:
    names = people.people_by_id(actor, person_ids=sorted({row.person_id for row in rows}))
    today = clock.today()
    return tuple(
        ApplicationLine(
            r.id, str(r.public_id), r.person_id, names[r.person_id].name if r.person_id in names else "", r.area_path, r.benefit,
            title_of(r.benefit), r.by_name, r.relation, AppealChannel(r.channel), tuple(r.documents), r.run_id, r.filed_on, r.due_on,
            ApplicationState(r.state), r.decided_on, r.decided_because, r.grant_id, r.state == ApplicationState.OPEN and r.due_on < today,
        )
        for r in rows
    )  # fmt: skip
