"""Two versions of a plan beside each other, and which earlier decisions found their place in the new one."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.contexts.plan_tracking.access import document_for
from songhe.contexts.plan_tracking.errors import DocumentNotFound
from songhe.contexts.plan_tracking.models import ReadItem
from songhe.contexts.plan_tracking.queries.matched import Matchable, pairs
from songhe.contexts.plan_tracking.queries.review import ItemView, item_view
from songhe.contexts.plan_tracking.words import ItemState
from songhe.foundation.access import Actor, Right, require

COMPARED = (
    "title", "indicator", "kind", "value", "value_max", "unit", "comparator", "hedge", "direction", "deadline", "deadlines", "attribute", "responsible",
    "participating", "date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that says something else: `before` and `after` as they count."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class ItemChange:
    """An item in both versions, with what changed in it."""

    before: ItemView
    after: ItemView
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the later version added, removed and changed; rejected items do not count on either side. `same` is how many say the same."""

    before_id: int
    before_title: str
    after_id: int
    after_title: str
    added: tuple[ItemView, ...]
    removed: tuple[ItemView, ...]
    changed: tuple[ItemChange, ...]
    same: int


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """Decisions of the version before: taken over, fitting only in part (the fields stand in `misfits`), without a place any more."""

    applied: tuple[ItemView, ...]
    partly: tuple[ItemView, ...]
    lost: tuple[ItemView, ...]


def compare(actor: Actor, *, document_id: int, against: int | None = None) -> Comparison:
    """The document beside the version before it (or beside `against`); raises DocumentNotFound where there is none."""
    require(actor, Right.SEE_PACKS)
    after = document_for(actor, document_id)
    other = against if against is not None else after.version_of_id
    if other is None or other == after.pk:
        raise DocumentNotFound("这份文件没有可以对照的另一版。", next_step="请选一份文件来对照。", field="against")
    before = document_for(actor, other)
    old, new = _counting(before.pk), _counting(after.pk)
    matched = pairs([_matchable(one) for one in old], [_matchable(one) for one in new])
    by_id = {one.id: one for one in old}
    changed, same = [], 0
    for one in new:
        earlier = by_id.get(matched.get(one.id, 0))
        if earlier is None:
            continue
        changes = _changes(earlier, one)
        same += not changes
        if changes:
            changed.append(ItemChange(earlier, one, changes))
    gone = set(matched.values())
    return Comparison(
        before.pk, before.title, after.pk, after.title, tuple(one for one in new if one.id not in matched), tuple(one for one in old if one.id not in gone),
        tuple(changed), same,
    )  # fmt: skip


def carried_over(actor: Actor, *, document_id: int) -> CarriedOver:
    """What became of the decisions of the version before when this one was read."""
    require(actor, Right.SEE_PACKS)
    document = document_for(actor, document_id)
    if document.version_of_id is None:
        return CarriedOver((), (), ())
    mine = [
        item_view(row) for row in ReadItem.objects.filter(document=document).exclude(carried_from=None).order_by("start", "id")
    ]
    found = set(ReadItem.objects.filter(document=document).exclude(carried_from=None).values_list("carried_from_id", flat=True))
    earlier = ReadItem.objects.filter(document_id=document.version_of_id, state__in=[ItemState.CORRECTED, ItemState.REJECTED])
    return CarriedOver(
        tuple(one for one in mine if one.state in (ItemState.CORRECTED, ItemState.REJECTED)),
        tuple(one for one in mine if one.misfits),
        tuple(item_view(row) for row in earlier.order_by("start", "id") if row.pk not in found),
    )  # fmt: skip


def _counting(document_id: int) -> list[ItemView]:
    rows = ReadItem.objects.filter(document_id=document_id).exclude(state=ItemState.REJECTED)
    return [item_view(row) for row in rows.order_by("start", "at", "id")]


def _matchable(one: ItemView) -> Matchable:
    return Matchable(one.id, one.kind, one.clause, one.read)


def _changes(before: ItemView, after: ItemView) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(name, before.counts.get(name), after.counts.get(name))
        for name in COMPARED
        if _plain(before.counts.get(name)) != _plain(after.counts.get(name))
    )


def _plain(value: object) -> object:
    """Deadlines by day, units in any order, nothing and an empty text alike."""
    if isinstance(value, list):
        return sorted(str(entry.get("date")) if isinstance(entry, dict) else str(entry) for entry in value)
    return None if value == "" else value
