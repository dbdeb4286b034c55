"""A missing fact that a decision waits for is an open work item of the department that owns the fact; one that has come in is closed.

The key is ``missing:<person>:<variable>``: one item a person and fact, however many benefits wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from songhe.contexts.entitlements.queries.awaited_facts import awaited_facts
from songhe.contexts.entitlements.queries.snapshot import CityFacts, Decided
from songhe.contexts.entitlements.words import MISSING_FACT
from songhe.contexts.people.facts import HouseholdFacts
from songhe.engines.policy.explaining import explain_household
from songhe.engines.policy.household import HouseholdInput
from songhe.engines.policy.rulebook import Rulebook, Status
from songhe.foundation import work_items
from songhe.foundation.access import SYSTEM

SETTLED = "资料已补齐，或已不再需要"


def _key(person_id: int, variable: str) -> str:
    return f"missing:{person_id}:{variable}"


def _item(rules: Rulebook, person_id: int, area_path: str, variable: str) -> work_items.NewWorkItem:
    entry = rules.variables[variable]
    return work_items.NewWorkItem(
        kind=MISSING_FACT, key=_key(person_id, variable), owner=entry.owner, area_path=area_path, subject_type="person", subject_id=person_id,
        title=f"补齐“{entry.label}”", detail={"variable": variable},
    )  # fmt: skip


def open_missing_facts(rules: Rulebook, facts: CityFacts, outcome: Decided) -> None:
    """After a city run the open items of this kind are exactly the facts that decisions wait for."""
    already = work_items.open_keys(MISSING_FACT)
    persons, wanted = facts.population.person_id, set[str]()

    def items() -> Iterator[work_items.NewWorkItem]:
        for variable, rows in awaited_facts(rules, facts, outcome).items():
            for row in np.flatnonzero(rows):
                person = int(persons[row])
                key = _key(person, variable)
                wanted.add(key)
                if key not in already:
                    yield _item(rules, person, facts.areas[facts.area[row]], variable)

    work_items.open_items_bulk(SYSTEM, items=items())
    work_items.close_by_keys(SYSTEM, keys=sorted(already - wanted), outcome=SETTLED)


def settle_missing_facts(rules: Rulebook, households: Sequence[HouseholdFacts]) -> None:
    """The same for some households: what their members' decisions wait for is open, everything else of theirs is closed."""
    wanted: dict[str, work_items.NewWorkItem] = {}
    for h in households:
        given = HouseholdInput(h.persons, h.household, h.person_ids, h.names)
        for asker, explanations in zip(h.person_ids, explain_household(rules, given), strict=True):
            for fact in (fact for e in explanations if e.status is Status.CANNOT_TELL for fact in e.missing):
                person = asker if fact.member_index is None else h.person_ids[fact.member_index]
                wanted[_key(person, fact.variable)] = _item(rules, person, h.area_path, fact.variable)
    possible = {
        _key(i, name)
        for h in households
        for i in h.person_ids
        for name, v in rules.variables.items()
        if v.entity in ("person", "household")
    }
    work_items.open_items_bulk(SYSTEM, items=wanted.values())
    work_items.close_by_keys(SYSTEM, keys=sorted(possible - wanted.keys()), outcome=SETTLED)
