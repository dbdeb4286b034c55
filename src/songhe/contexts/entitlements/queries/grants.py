"""Grants as desks and their people see them: lists, one grant's file, a person's grants, the look-up by the code of a letter."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from songhe.contexts.entitlements.access import grants_visible_to
from songhe.contexts.entitlements.errors import GrantNotFound, NoDecisionYet, SnapshotMissing
from songhe.contexts.entitlements.models import Appeal, Due, Grant, GrantStep, Notice
from songhe.contexts.entitlements.queries.decision import decision
from songhe.contexts.entitlements.words import GrantState, NoticeChannel, NoticeKind, SuspendedFor
from songhe.contexts.people import queries as people
from songhe.engines.policy.explaining import Explanation
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import NotFound
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 200


@dataclass(frozen=True, slots=True)
class Ruling:
    """The appeal by which a grant is given now although the rules say otherwise: its decision, from which day, until which (None: for good)."""

    appeal: str
    decided_on: dt.date
    because: str
    from_on: dt.date
    until_on: dt.date | None


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One grant in a list. `amount` is fen a period (0 in kind); `has_account` is None where no money is given.

    `effective_on_silence` is the day on which a notified grant begins without an answer (None: an answer is waited for).
    `ruling`: the amount is not that of the rules but of an appeal's decision.
    """

    id: int
    public_id: str
    person_id: int
    name: str
    area_path: str
    benefit: str
    title: str
    state: GrantState
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
    suspended_for: SuspendedFor | None
    has_account: bool | None
    ended_because: str
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True)
class StepView:
    """One move of a grant; `before` is None for the first."""

    before: GrantState | None
    after: GrantState
    at: dt.datetime
    by_name: str
    reason: str
    run_id: int | None


@dataclass(frozen=True, slots=True)
class DueView:
    """What one period comes to now, in fen, with all revisions before it (oldest first). `change` is the difference to the one before."""

    id: int
    period: dt.date
    revision: int
    amount: int
    change: int
    days: int
    of_days: int
    reason: str
    run_id: int
    made_at: dt.datetime
    earlier: tuple[DueView, ...]


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice about a grant."""

    id: int
    grant_id: int
    kind: NoticeKind
    channel: NoticeChannel
    made_at: dt.datetime
    delivered_on: dt.date | None
    received_by: str
    letter_id: int | None


@dataclass(frozen=True, slots=True)
class GrantFile:
    """Everything about one grant. `explanation` is what the rules say of it in the decision that stands behind it (None: snapshot is gone).

    Steps and notices oldest first, periods latest first.
    """

    line: GrantLine
    decided_run: int
    proposed_run: int
    explanation: Explanation | None
    steps: tuple[StepView, ...]
    dues: tuple[DueView, ...]
    notices: tuple[NoticeView, ...]


@dataclass(frozen=True, slots=True)
class NoticeDue:
    """A notice that has not been handed over yet, oldest first."""

    notice: NoticeView
    grant: GrantLine


@dataclass(frozen=True, slots=True)
class PublicGrant:
    """What the code of a letter and the last four of the ID number open: no name, no address, no number."""

    title: str
    state: GrantState
    in_kind: bool
    period: str
    amount: int
    from_on: dt.date
    until_on: dt.date | None
    effective_on_silence: dt.date | None
    public_id: str
    ruling: Ruling | None = None


def lines_of(actor: Actor, rows: Sequence[Grant]) -> tuple[GrantLine, ...]:
    """Rows as lines, with the names that the actor may see."""
    names = people.people_by_id(actor, person_ids=sorted({row.person_id for row in rows}))
    ruled = Appeal.objects.in_bulk({row.overridden_by_id for row in rows if row.overridden_by_id is not None})
    return tuple(
        _line(row, names[row.person_id].name if row.person_id in names else "", ruled.get(row.overridden_by_id or 0))
        for row in rows
    )


def ruling_of(row: Appeal | None) -> Ruling | None:
    """An appeal that was upheld against the rules, as it is shown beside the grant."""
    if row is None or row.override_from is None or row.decided_on is None:
        return None
    return Ruling(str(row.public_id), row.decided_on, row.decided_because, row.override_from, row.override_until)


def _line(row: Grant, name: str, ruled: Appeal | None) -> GrantLine:
    return GrantLine(
        row.id, str(row.public_id), row.person_id, name, row.area_path, row.benefit, row.title, GrantState(row.state), row.in_kind, row.period,
        row.amount, row.proposed_on, row.notified_on, row.effective_on_silence, row.confirmed_on, row.from_on, row.until_on,
        row.suspended_since, SuspendedFor(row.suspended_for) if row.suspended_for else None,
        None if row.in_kind else row.account_checked_on is not None, row.ended_because, ruling_of(ruled),
    )  # fmt: skip


def grants(
    actor: Actor, *, area_path: str = "", benefit: str = "", state: str = "", without_account: bool = False, after: str | None = None,
    limit: int = 50,
) -> Page[GrantLine]:  # fmt: skip
    """A page of grants in the actor's areas by place, state and number. `state` empty: all of them. NotFound for a state there is not."""
    require(actor, Right.SEE_GRANTS)
    limit = max(1, min(limit, MOST))
    rows = grants_visible_to(actor, area_path=area_path)
    if benefit:
        rows = rows.filter(benefit=benefit)
    if state:
        if state not in {each.value for each in GrantState}:
            raise NotFound("没有这种状态。", next_step="请从列出的状态里选择。", field="state")
        rows = rows.filter(state=state)
    if without_account:
        rows = rows.filter(in_kind=False, account_checked_on=None, state__in=(GrantState.ACTIVE, GrantState.SUSPENDED))
    if after:
        path, stands, number = keys_of(after, str, str, int)
        rows = rows.extra(
            where=["(grant_given.area_path, grant_given.state, grant_given.id) > (%s, %s, %s)"], params=[path, stands, number]
        )
    found = list(rows.order_by("area_path", "state", "id")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return Page(lines_of(actor, found[:limit]), cursor_of(last.area_path, last.state, last.id) if last else None)


def grants_of(actor: Actor, *, person_id: int) -> tuple[GrantLine, ...]:
    """All grants of a person that the actor may see: open ones first, then by number, latest first."""
    require(actor, Right.SEE_GRANTS)
    rows = sorted(
        grants_visible_to(actor).filter(person_id=person_id),
        key=lambda row: (row.state in (GrantState.ENDED, GrantState.REFUSED), -row.id),
    )
    return lines_of(actor, rows)


def grant_id_of(actor: Actor, *, public_id: uuid.UUID) -> int:
    """The grant's inner number; GrantNotFound where there is none in the actor's areas."""
    found = grants_visible_to(actor).filter(public_id=public_id).values_list("id", flat=True).first()
    if found is None:
        raise GrantNotFound("没有找到这项待遇，或者不在您负责的区域。", next_step="请回到待遇名单重新选择。")
    return int(found)


def grant(actor: Actor, *, grant_id: int) -> GrantFile:
    """One grant with its steps, dues, notices and the decision behind it. Raises GrantNotFound."""
    row = grants_visible_to(actor).filter(id=grant_id).first()
    if row is None:
        raise GrantNotFound("没有找到这项待遇，或者不在您负责的区域。", next_step="请回到待遇名单重新选择。")
    steps = tuple(
        StepView(GrantState(s.before) if s.before else None, GrantState(s.after), s.at, s.by_name, s.reason, s.run_id)
        for s in GrantStep.objects.filter(grant=row).order_by("id")
    )
    return GrantFile(
        lines_of(actor, [row])[0], row.current_run_id, row.proposed_run_id, _explained(actor, row), steps,
        dues_of(Due.objects.filter(grant=row).order_by("-period", "revision")),
        tuple(notice_view(n) for n in Notice.objects.filter(grant=row).order_by("id")),
    )  # fmt: skip


def _explained(actor: Actor, row: Grant) -> Explanation | None:
    if not actor.may(Right.SEE_DECISIONS, row.area_path):
        return None
    try:
        found = decision(actor, person_id=row.person_id, run_id=row.current_run_id)
    except (NoDecisionYet, SnapshotMissing):
        return None
    return next((each for each in found.explanations if each.benefit == row.benefit), None)


def dues_of(rows: Iterable[Due]) -> tuple[DueView, ...]:
    """Newest revision of each period with the earlier ones inside; `rows` by period, then revision."""
    by_period: dict[dt.date, list[DueView]] = {}
    for d in rows:
        held = by_period.setdefault(d.period, [])
        was = held[-1].amount if held else 0
        held.append(
            DueView(d.id, d.period, d.revision, d.amount, d.amount - was, d.days, d.of_days, d.reason, d.run_id, d.made_at, ())
        )
    newest = []
    for held in by_period.values():
        top = held[-1]
        newest.append(
            DueView(top.id, top.period, top.revision, top.amount, top.change, top.days, top.of_days, top.reason, top.run_id, top.made_at,
                    tuple(held[:-1]))
        )  # fmt: skip
    return tuple(newest)


def notice_view(row: Notice) -> NoticeView:
    """A stored notice as it is shown."""
    return NoticeView(
        row.id, row.grant_id, NoticeKind(row.kind), NoticeChannel(row.channel), row.made_at, row.delivered_on, row.received_by, row.letter_id,
    )  # fmt: skip


def notices_due(
    actor: Actor, *, area_path: str = "", channel: str = "", after: str | None = None, limit: int = 50
) -> Page[NoticeDue]:
    """Notices in the actor's areas that nobody has handed over yet, by place and number."""
    require(actor, Right.SEE_GRANTS)
    limit = max(1, min(limit, MOST))
    rows = Notice.objects.filter(grant__in=grants_visible_to(actor, area_path=area_path), delivered_on=None)
    if channel:
        rows = rows.filter(channel=channel)
    rows = rows.select_related("grant")
    if after:
        path, number = keys_of(after, str, int)
        rows = rows.filter(Q(grant__area_path__gt=path) | Q(grant__area_path=path, id__gt=number))
    found = list(rows.order_by("grant__area_path", "id")[: limit + 1])
    lines = lines_of(actor, [n.grant for n in found[:limit]])
    items = tuple(NoticeDue(notice_view(n), line) for n, line in zip(found, lines, strict=False))
    last = found[limit - 1] if len(found) > limit else None
    return Page(items, cursor_of(last.grant.area_path, last.id) if last else None)


def grants_by_id(actor: Actor, *, grant_ids: Sequence[int]) -> Mapping[int, GrantLine]:
    """Lines by number; those outside the actor's areas are left out."""
    rows = list(grants_visible_to(actor).filter(id__in=list(grant_ids)))
    return {line.id: line for line in lines_of(actor, rows)}
