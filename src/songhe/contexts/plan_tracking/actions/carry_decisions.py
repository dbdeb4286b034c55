"""Decisions about one version of a plan, applied again to the next."""

from __future__ import annotations

from collections.abc import Sequence

from songhe.contexts.plan_tracking.models import PlanDocument, ReadItem
from songhe.contexts.plan_tracking.queries.matched import Matchable, pairs
from songhe.contexts.plan_tracking.words import ItemState

OF_THE_PLACE = ("id", "clause", "offset", "quote", "chars", "restates", "conflicts_with")  # where it stands, not what it says


def carry_decisions(document: PlanDocument, items: Sequence[ReadItem]) -> int:
    """Each item that a person decided on before has the same decision as far as the document says the same; how many were taken over.

    A correction of a field is applied where the field was read as before; where it was read otherwise now, the field is named
    in `misfits` and the item waits for a person. Acceptance and rejection are taken over only where nothing of the item changed.
    """
    before = list(ReadItem.objects.filter(document_id=document.version_of_id))
    by_id = {item.pk: item for item in before}
    carried = 0
    matched = pairs([matchable(item) for item in before], [matchable(item) for item in items])
    for item in items:
        earlier = by_id.get(matched.get(item.pk, 0))
        if earlier is None or earlier.state == ItemState.READ:
            continue
        _carry(item, earlier)
        carried += item.state != ItemState.READ
    ReadItem.objects.bulk_update(
        [item for item in items if item.carried_from_id is not None],
        ["state", "corrected", "carried_from", "misfits", "reason", "decided_by", "decided_at"],
    )
    return carried


def matchable(item: ReadItem) -> Matchable:
    """The item as matching looks at it: as it was read, so that a correction does not hide it."""
    return Matchable(item.pk, item.kind, item.clause, item.read)


def _carry(item: ReadItem, earlier: ReadItem) -> None:
    item.carried_from = earlier
    if earlier.state == ItemState.CORRECTED and earlier.corrected is not None:
        said = {key: value for key, value in earlier.corrected.items() if value != earlier.read.get(key)}
        fits = {key: value for key, value in said.items() if item.read.get(key) == earlier.read.get(key)}
        item.misfits = sorted(set(said) - set(fits))
        if fits and not item.misfits:
            item.state, item.corrected = ItemState.CORRECTED, item.read | fits
    elif _same(item.read, earlier.read):
        item.state = earlier.state
    if item.state != ItemState.READ:
        item.reason, item.decided_by, item.decided_at = earlier.reason, earlier.decided_by, earlier.decided_at


def _same(one: dict[str, object], other: dict[str, object]) -> bool:
    return all(one.get(key) == other.get(key) for key in (one.keys() | other.keys()) - set(OF_THE_PLACE))
