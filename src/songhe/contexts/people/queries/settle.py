"""Which department's statement counts for each variable: one pure function, used by import, correction and every page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.queries.layouts import Precedence, precedences, ranks

_LAST = 99


@dataclass(frozen=True, slots=True)
class Stated:
    """A stored record as far as it matters here. `correction` marks a clerk's correction with its reason in `note`."""

    record_id: int
    department: str
    stated_on: dt.date
    values: Mapping[str, object]
    correction: bool = False
    note: str = ""


def standing(variable: str, department: str) -> int:
    """0 where the department counts before others for this variable, growing with distance; equal standing means the later date counts."""
    rule = precedences().get(variable)
    if rule is None:
        found = find_variable(variable)
        rule = Precedence((found.owner,) if found else ())
    if rule.later:
        return 0
    return rule.order.index(department) if department in rule.order else len(rule.order)


def settle(records: Iterable[Stated]) -> dict[str, Stated]:
    """For each variable the record whose value counts; a variable nobody stated is absent.

    By standing, then the later date, then the department's rank, then the record received last. A correction counts before all of
    them unless the record that would count is dated later than the correction.
    """
    best: dict[str, tuple[tuple[int, int, int, int], Stated]] = {}
    corrected: dict[str, Stated] = {}
    for record in records:
        day = -record.stated_on.toordinal()
        if record.correction:
            for name in record.values:
                held = corrected.get(name)
                if held is None or (held.stated_on, held.record_id) < (record.stated_on, record.record_id):
                    corrected[name] = record
            continue
        rank = ranks().get(record.department, _LAST)
        for name in record.values:
            key = (standing(name, record.department), day, rank, -record.record_id)
            if name not in best or key < best[name][0]:
                best[name] = (key, record)
    counts = {name: record for name, (_, record) in best.items()}
    for name, record in corrected.items():
        if name not in counts or record.stated_on >= counts[name].stated_on:
            counts[name] = record
    return counts


def settled_values(records: Iterable[Stated]) -> dict[str, object]:
    """Variable -> the value that counts."""
    return {name: record.values[name] for name, record in settle(records).items()}
