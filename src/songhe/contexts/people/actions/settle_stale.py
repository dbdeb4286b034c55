"""As days go by statements pass their validity: facts are marked as past it (or unknown, where the dictionary says so) and become work."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from songhe.contexts.people.actions.one_at_a_time import hold_people
from songhe.contexts.people.actions.settle_persons import settle_persons
from songhe.contexts.people.events import HouseholdsChanged
from songhe.contexts.people.queries.dictionary import variables
from songhe.contexts.people.queries.precedence import lasting_days
from songhe.contexts.people.words import STALE_FACTS
from songhe.contexts.places import queries as places
from songhe.foundation import clock, outbox, work_items
from songhe.foundation.access import SYSTEM

_BLOCK = 500

# Whose counting statement may have passed its validity since they were last settled: somebody said it too long ago, their department has
# not said it again since, and it is not marked yet.
_DUE = """
SELECT DISTINCT coalesce(p.stands_for_id, p.id) AS id
FROM department_record r
JOIN jsonb_each_text(%(lasting)s::jsonb) l ON r.values ? l.key AND r.stated_on + l.value::int < %(today)s
JOIN person p ON p.id = r.person_id JOIN person h ON h.id = coalesce(p.stands_for_id, p.id)
WHERE h.facts ? l.key AND NOT l.key = ANY (h.stale) AND NOT EXISTS (
    SELECT 1 FROM department_record n
    WHERE n.person_id = r.person_id AND n.department = r.department AND n.values ? l.key AND n.stated_on > r.stated_on)
ORDER BY 1
"""

_LEFT = """
SELECT p.area_path, old.variable, count(*) FROM person p, unnest(p.stale) old (variable)
WHERE p.stale <> '{}' AND p.stands_for_id IS NULL AND p.facts -> 'alive' IS DISTINCT FROM 'false'::jsonb GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class SettledStale:
    """How many people were settled again, how many households changed by it, and how many work items stand open."""

    people: int
    households: int
    items: int


def settle_stale() -> SettledStale:
    """Every fact is what it is as of today; each community has one open work item for each department whose facts there are too old.

    A block at a time, so that imports need not wait; safe to run twice and after having been killed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"lasting": json.dumps(dict(lasting_days())), "today": clock.today()})
        due = [row[0] for row in cursor.fetchall()]
    homes = [home for start in range(0, len(due), _BLOCK) for home in _settle_block(due[start : start + _BLOCK])]
    return SettledStale(len(due), len(homes), _open_items())


@transaction.atomic
def _settle_block(person_ids: Sequence[int]) -> list[int]:
    hold_people()
    homes = settle_persons(person_ids)
    if homes:
        outbox.publish(HouseholdsChanged(household_ids=tuple(homes), cause="有的资料过了有效期"))
    return homes


@transaction.atomic
def _open_items() -> int:
    """The open items of this kind are exactly what is too old now."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT)
        counted = cursor.fetchall()
    known = variables("person")
    wanted: dict[tuple[str, str], dict[str, int]] = {}
    for area_path, name, people in counted:
        if name in known:
            wanted.setdefault((area_path, known[name].owner), {})[name] = people
    areas = {area.path: area for area in places.areas_under("", "community")}
    items = [
        work_items.NewWorkItem(
            kind=STALE_FACTS, key=f"{STALE_FACTS}:{path}:{owner}", owner=owner, area_path=path, subject_type="area",
            subject_id=areas[path].id, title=f"{areas[path].name}：有老人的{'、'.join(f'“{known[n].label}”' for n in found)}过期了，请重新核实",
            detail={"people": found},
        )
        for (path, owner), found in wanted.items()
        if path in areas
    ]  # fmt: skip
    work_items.open_items_bulk(SYSTEM, items=items)
    over = work_items.open_keys(STALE_FACTS) - {item.key for item in items}
    work_items.close_by_keys(SYSTEM, keys=over, outcome="资料已经重新核实")
    return len(items)
