"""A missing fact that a decision waits for is an open work item of the department that owns the fact; one that has come in is closed.

The key is ``missing:<person>:<variable>``: one item a person and fact, however many benefits wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from songhe.contexts.entitlements.models import Decision
from songhe.contexts.entitlements.queries.snapshot import CityFacts, Decided
from songhe.contexts.entitlements.words import MISSING_FACT
from songhe.contexts.people.facts import HouseholdFacts
from songhe.engines.policy.needed_facts import NeededFacts, needed_facts
from songhe.engines.policy.population import ColumnData
from songhe.engines.policy.rulebook import Rulebook, Status
from songhe.foundation import work_items
from songhe.foundation.access import SYSTEM

Flags = NDArray[np.bool_]


def _key(person_id: int, variable: str) -> str:
    return f"missing:{person_id}:{variable}"


def _item(rules: Rulebook, person_id: int, area_path: str, variable: str) -> work_items.NewWorkItem:
    entry = rules.variables[variable]
    return work_items.NewWorkItem(
        kind=MISSING_FACT, key=_key(person_id, variable), owner=entry.owner, area_path=area_path, subject_type="person", subject_id=person_id,
        title=f"补齐“{entry.label}”", detail={"variable": variable},
    )  # fmt: skip


def _waiting(rules: Rulebook) -> Iterator[tuple[int, int, NeededFacts]]:
    """(benefit index, condition bit, facts that the condition needs); bit -1 stands for the amount and the pack's scope."""
    for benefit in rules.benefits:
        for condition in benefit.conditions:
            yield benefit.index, condition.bit, needed_facts(rules, condition.node)
        if benefit.amount is not None:
            yield benefit.index, -1, needed_facts(rules, benefit.amount)


def _unknown(column: ColumnData) -> Flags | None:
    return None if column.known is None else ~column.known


def missing_by_variable(rules: Rulebook, facts: CityFacts, outcome: Decided) -> dict[str, Flags]:
    """For each variable, the people (rows) whose value is missing and awaited by somebody's undecided benefit."""
    population = facts.population
    household = population.household_of()
    found: dict[str, Flags] = {}

    def add(variable: str, rows: Flags) -> None:
        found[variable] = found[variable] | rows if variable in found else rows

    for index, bit, needed in _waiting(rules):
        asks = outcome.status[:, index] == Status.CANNOT_TELL
        if bit >= 0:
            asks = asks & ((outcome.unknown[:, bit // 8] >> (bit % 8)) & 1).astype(bool)
        if not asks.any():
            continue
        for variable in needed.own:
            if (unknown := _unknown(population.persons[variable])) is not None:
                add(variable, asks & unknown)
        for variable in needed.household:
            if (unknown := _unknown(population.households[variable])) is not None:
                add(variable, asks & unknown[household])
        if needed.members:
            around = np.logical_or.reduceat(asks, population.starts)[household]
            for variable in needed.members:
                if (unknown := _unknown(population.persons[variable])) is not None:
                    add(variable, around & unknown)
    return found


def open_missing_facts(rules: Rulebook, facts: CityFacts, outcome: Decided) -> None:
    """After a city run the open items of this kind are exactly the facts that decisions wait for."""
    already = work_items.open_keys(MISSING_FACT)
    persons, wanted = facts.population.person_id, set[str]()

    def items() -> Iterator[work_items.NewWorkItem]:
        for variable, rows in missing_by_variable(rules, facts, outcome).items():
            for row in np.flatnonzero(rows):
                person = int(persons[row])
                key = _key(person, variable)
                wanted.add(key)
                if key not in already:
                    yield _item(rules, person, facts.areas[facts.area[row]], variable)

    work_items.open_items_bulk(SYSTEM, items=items())
    work_items.close_by_keys(SYSTEM, keys=sorted(already - wanted), outcome="资料已补齐,或已不再需要")


def settle_missing_facts(rules: Rulebook, households: Sequence[HouseholdFacts], decisions: Sequence[Decision]) -> None:
    """The same for some households: what their members' decisions wait for is open, everything else of theirs is closed."""
    decided = {decision.person_id: decision for decision in decisions}
    wanted: dict[str, work_items.NewWorkItem] = {}
    for h in households:
        for asker in (i for i in h.person_ids if i in decided):
            for person, variable in _awaited(rules, h, asker, decided[asker]):
                wanted[_key(person, variable)] = _item(rules, person, h.area_path, variable)
    possible = {
        _key(i, name)
        for h in households
        for i in h.person_ids
        for name, v in rules.variables.items()
        if v.entity in ("person", "household")
    }
    work_items.open_items_bulk(SYSTEM, items=wanted.values())
    work_items.close_by_keys(SYSTEM, keys=sorted(possible - wanted.keys()), outcome="资料已补齐,或已不再需要")


def _awaited(rules: Rulebook, h: HouseholdFacts, asker: int, decision: Decision) -> Iterator[tuple[int, str]]:
    """(person, variable) pairs that one member's decision waits for."""
    own = h.persons[h.person_ids.index(asker)]
    unknown = int.from_bytes(bytes(decision.unknown_mask), "little")
    for index, bit, needed in _waiting(rules):
        if decision.statuses[index] != Status.CANNOT_TELL or (bit >= 0 and not unknown >> bit & 1):
            continue
        yield from ((asker, v) for v in needed.own if v not in own)
        yield from ((asker, v) for v in needed.household if v not in h.household)
        yield from ((i, v) for i, facts in zip(h.person_ids, h.persons, strict=True) for v in needed.members if v not in facts)
