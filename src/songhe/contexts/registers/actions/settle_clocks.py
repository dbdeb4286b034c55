"""What has run out: a work item for every entry whose clock has, and none for any other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers.models import Entry
from songhe.contexts.registers.queries.declarations import city_day, clock_key, due_day
from songhe.contexts.registers.words import CLOCK, ENTRY
from songhe.engines.policy.pack import RegisterEntry
from songhe.foundation import clock, work_items
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.work_items import NewWorkItem


@dataclass(frozen=True, slots=True)
class ClocksSettled:
    """How many work items were opened and closed."""

    opened: int
    closed: int


def settle_clocks(actor: Actor) -> ClocksSettled:
    """Every entry whose clock has run out by today has an open work item in its area, and items of all others are closed."""
    pack = policy.pack_in_use().pack
    require(actor, Right.DETERMINE, f"{pack.place.code}/")
    due = [item for register in pack.registers.values() if register.clocks for item in _due(register)]
    opened = work_items.open_items_bulk(actor, items=due)
    stale = work_items.open_keys(CLOCK) - {item.key for item in due}
    return ClocksSettled(opened, work_items.close_by_keys(actor, keys=stale, outcome="台账已更新。"))


def _due(register: RegisterEntry) -> Iterator[NewWorkItem]:
    today = clock.today()
    states = {each.state for each in register.clocks}
    rows = Entry.objects.filter(register=register.id, closed_on=None, state__in=states).defer("sealed").order_by("id")
    for entry in rows.iterator(chunk_size=5_000):
        for each in register.clocks:
            day = due_day(each, entry.state, entry.values, city_day(entry.changed_at))
            if day is None or day >= today:
                continue
            detail = {"register": register.id, "title": register.title, "person_id": entry.person_id}
            yield NewWorkItem(
                CLOCK, clock_key(entry.id, each), each.owner, entry.area_path, ENTRY, entry.id, f"{register.title}：{each.title}",
                detail, 0, day,
            )  # fmt: skip
