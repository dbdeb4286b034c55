"""Work for people: what a desk or a department has to do about one subject, at most one open item a key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import Conflict, InvalidInput, NotFound
from songhe.foundation.models import WorkItem
from songhe.foundation.paging import Page, cursor_of, keys_of
from songhe.foundation.scope import rows_within

_BLOCK = 10_000


@dataclass(frozen=True, slots=True)
class NewWorkItem:
    """An item to open. `key` says what it is about (such as ``missing:person:17:ability_grade``); `owner` is who should act.

    `detail["not_for"]` names users (numbers) in whose lists it does not stand: it waits for somebody else than them.
    """

    kind: str
    key: str
    owner: str
    area_path: str
    subject_type: str
    subject_id: int
    title: str
    detail: Mapping[str, object] = field(default_factory=dict)
    priority: int = 0
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class WorkItemView:
    """A work item as a desk sees it; `overdue` is as of today."""

    id: int
    kind: str
    key: str
    owner: str
    area_path: str
    subject_type: str
    subject_id: int
    title: str
    detail: Mapping[str, object]
    priority: int
    opened_at: datetime
    due_on: date | None
    closed_at: datetime | None
    closed_by: int | None
    outcome: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class KeptInTime:
    """Items of one kind in one area that were due in a span of days: `in_time` of `all` were closed on their day or before."""

    kind: str
    area_path: str
    in_time: int
    all: int


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many items of a kind are open, and how many of these are past their day."""

    kind: str
    open: int
    overdue: int


def open_item(
    actor: Actor,
    *,
    kind: str,
    key: str,
    owner: str,
    area_path: str,
    subject_type: str,
    subject_id: int,
    title: str,
    detail: Mapping[str, object] | None = None,
    priority: int = 0,
    due_on: date | None = None,
) -> int:
    """An open item with this key exists afterwards, the one that was already there or a new one; returns its id."""
    new = NewWorkItem(kind, key, owner, area_path, subject_type, subject_id, title, detail or {}, priority, due_on)
    with transaction.atomic():
        while True:
            open_items_bulk(actor, items=[new])
            found = WorkItem.objects.filter(key=key, closed_at=None).values_list("pk", flat=True).first()
            if found is not None:  # None only where another clerk closed it between the two statements
                return found


def open_items_bulk(actor: Actor, *, items: Iterable[NewWorkItem]) -> int:
    """Each key has an open item afterwards; returns how many were new. Safe to run twice and from several processes.

    Opening is a step inside an action that has checked access itself, so no right is asked here.
    """
    ordered = sorted(items, key=lambda item: item.key)  # one order everywhere, or two writers wait for each other
    with transaction.atomic(savepoint=False):
        return sum(_insert(ordered[start : start + _BLOCK]) for start in range(0, len(ordered), _BLOCK))


def _insert(block: Sequence[NewWorkItem]) -> int:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO work_item
                (kind, key, owner, area_path, subject_type, subject_id, title, detail, priority, due_on, opened_at, outcome)
            SELECT kind, key, owner, area_path, subject_type, subject_id, title, detail::jsonb, priority, due_on, %s, ''
            FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[],
                        %s::smallint[], %s::date[])
                AS t (kind, key, owner, area_path, subject_type, subject_id, title, detail, priority, due_on)
            ON CONFLICT (key) WHERE closed_at IS NULL DO NOTHING
            """,
            [
                now, [i.kind for i in block], [i.key for i in block], [i.owner for i in block], [i.area_path for i in block],
                [i.subject_type for i in block], [i.subject_id for i in block], [i.title for i in block],
                [json.dumps(dict(i.detail), ensure_ascii=False) for i in block], [i.priority for i in block],
                [i.due_on for i in block],
            ],
        )  # fmt: skip
        return int(cursor.rowcount)


@transaction.atomic
def close_item(actor: Actor, *, item_id: int, outcome: str) -> WorkItemView:
    """The item is closed with what came of it; raises NotFound outside the actor's areas, Conflict where it is closed already."""
    visible = WorkItem.objects.filter(rows_within(actor, Right.SEE_WORK))
    item = visible.select_for_update().filter(pk=item_id).first()
    if item is None:
        raise NotFound("没有这件待办，或者不在您负责的区域。", next_step="请刷新待办列表。")
    require(actor, Right.DO_WORK, item.area_path)
    if item.closed_at is not None:
        raise Conflict("这件待办已经办结。", next_step="请刷新待办列表。")
    if not outcome.strip():
        raise InvalidInput("请写明办理结果。", next_step="例如：已上门核实，资料已补。", field="outcome")
    item.closed_at, item.closed_by, item.outcome = (clock.now(), actor.id, outcome.strip())
    item.save(update_fields=["closed_at", "closed_by", "outcome"])
    audit.record(actor, "work_item.close", subject_type="work_item", subject_id=item.pk, area_path=item.area_path)
    return _view(item)


def close_by_keys(actor: Actor, *, keys: Iterable[str], outcome: str) -> int:
    """Every open item with one of these keys is closed (the missing fact has come in, say); returns how many.

    Like opening, a step inside an action that has checked access itself.
    """
    closed, ordered = 0, sorted(set(keys))
    with transaction.atomic(savepoint=False):
        for start in range(0, len(ordered), _BLOCK):
            block = ordered[start : start + _BLOCK]
            locked = (
                WorkItem.objects.select_for_update()
                .filter(key__in=block, closed_at=None)
                .order_by("key")
                .values_list("pk", flat=True)
            )
            changed = WorkItem.objects.filter(pk__in=list(locked))
            closed += changed.update(closed_at=clock.now(), closed_by=actor.id, outcome=outcome)
    return closed


def close_about(actor: Actor, *, subject_type: str, subject_ids: Sequence[int], outcome: str) -> int:
    """Every open item about these subjects is closed (they are no more, say); returns how many. A step inside an action, like opening."""
    rows = WorkItem.objects.filter(subject_type=subject_type, subject_id__in=list(subject_ids), closed_at=None)
    return close_by_keys(actor, keys=rows.values_list("key", flat=True), outcome=outcome)


def open_keys(kind: str) -> frozenset[str]:
    """The keys of all open items of a kind, for an action that settles the whole kind at once; asks for no right."""
    return frozenset(WorkItem.objects.filter(kind=kind, closed_at=None).values_list("key", flat=True).iterator(chunk_size=20_000))


def find_open(*, keys: Sequence[str]) -> dict[str, str]:
    """Whose the open items with these keys are: key -> owner. For a list that has been narrowed to the actor's areas already."""
    return dict(WorkItem.objects.filter(key__in=list(keys), closed_at=None).values_list("key", "owner"))


def list_items(
    actor: Actor,
    *,
    area_path: str = "",
    kind: str | None = None,
    owner: str | None = None,
    subject: tuple[str, int] | None = None,
    closed: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> Page[WorkItemView]:
    """The open (or closed) items in the actor's areas: most urgent first, then longest waiting."""
    rows = _seen_by(actor, area_path).filter(closed_at__isnull=not closed)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if owner is not None:
        rows = rows.filter(owner=owner)
    if subject is not None:
        rows = rows.filter(subject_type=subject[0], subject_id=subject[1])
    if after is not None:
        rows = rows.filter(_beyond(after))
    found = list(rows.order_by("-priority", "opened_at", "id")[: limit + 1])
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    following = cursor_of(last.priority, last.opened_at.isoformat(), last.pk) if last else None
    return Page(tuple(_view(item) for item in shown), following)


def find_item(actor: Actor, *, item_id: int) -> WorkItemView | None:
    """The item, open or closed; None where there is none in the actor's areas."""
    found = WorkItem.objects.filter(rows_within(actor, Right.SEE_WORK), pk=item_id).first()
    return _view(found) if found is not None else None


def count_open(actor: Actor, *, area_path: str = "", kind: str | None = None, owner: str | None = None, most: int = 1000) -> int:
    """How many items are open in the actor's areas, counted no further than `most`, so that it costs the same in a big city."""
    rows = _seen_by(actor, area_path).filter(closed_at=None)
    rows = rows if kind is None else rows.filter(kind=kind)
    rows = rows if owner is None else rows.filter(owner=owner)
    return rows.values("pk")[:most].count()


def count_by_kind(actor: Actor, *, area_path: str = "", owner: str | None = None) -> tuple[KindCount, ...]:
    """Open items in the actor's areas by kind, most first."""
    rows = _seen_by(actor, area_path).filter(closed_at=None)
    if owner is not None:
        rows = rows.filter(owner=owner)
    counted = rows.values("kind").annotate(open=Count("id"), overdue=Count("id", filter=Q(due_on__lt=clock.today())))
    return tuple(KindCount(row["kind"], row["open"], row["overdue"]) for row in counted.order_by("-open", "kind"))


def kept_in_time(actor: Actor, *, since: date, until: date) -> tuple[KeptInTime, ...]:
    """Items due from `since` to `until`, by kind and area, in the actor's areas; what happens to them after their day changes nothing."""
    rows = WorkItem.objects.filter(rows_within(actor, Right.SEE_WORK), due_on__range=(since, until))
    closed = TruncDate("closed_at", tzinfo=clock.CITY_ZONE)
    counted = rows.values("kind", "area_path").annotate(
        every=Count("id"), good=Count("id", filter=Q(closed_at__isnull=False) & Q(due_on__gte=closed))
    )
    return tuple(
        KeptInTime(row["kind"], row["area_path"], row["good"], row["every"]) for row in counted.order_by("kind", "area_path")
    )


def _seen_by(actor: Actor, area_path: str) -> QuerySet[WorkItem]:
    """Items in the actor's areas that wait for this actor too."""
    rows = WorkItem.objects.filter(rows_within(actor, Right.SEE_WORK, area_path=area_path))
    if actor.kind != "user":
        return rows
    return rows.filter(Q(detail__not_for__isnull=True) | ~Q(detail__not_for__contains=[actor.id]))  # most items name nobody


def _beyond(after: str) -> Q:
    priority, opened, pk = keys_of(after, int, str, int)
    try:
        at = datetime.fromisoformat(str(opened))
    except ValueError:
        raise InvalidInput("翻页标记不对。", next_step="请回到第一页重新查看。", field="after") from None
    return Q(priority__lt=priority) | Q(priority=priority) & (Q(opened_at__gt=at) | Q(opened_at=at, id__gt=pk))


def _view(item: WorkItem) -> WorkItemView:
    overdue = item.closed_at is None and item.due_on is not None and item.due_on < clock.today()
    return WorkItemView(
        item.pk, item.kind, item.key, item.owner, item.area_path, item.subject_type, item.subject_id, item.title, item.detail,
        item.priority, item.opened_at, item.due_on, item.closed_at, item.closed_by, item.outcome, overdue,
    )  # fmt: skip
