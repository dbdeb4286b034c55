"""Which department's statement counts for each variable: one pure function of records and day, used by import, correction and every page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from songhe.contexts.people.queries.layouts import ranks
from songhe.contexts.people.queries.precedence import Precedence, lasting_days, precedences
from songhe.contexts.people.words import DERIVED

_LAST = 99
_UNRULED = Precedence()


@dataclass(frozen=True, slots=True)
class Stated:
    """A stored record as far as it matters here. `correction` marks a clerk's correction with its reason in `note`."""

    record_id: int
    department: str
    stated_on: dt.date
    values: Mapping[str, object]
    correction: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What counts on a day: for each variable the record, what the departments differ on, what is past its validity.

    A variable is disputed where the departments' latest valid statements differ and no correction counts; what is derived is no party.
    """

    counts: Mapping[str, Stated]
    disputed: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def facts(self) -> dict[str, object]:
        """Variable -> the value that counts."""
        return {name: record.values[name] for name, record in self.counts.items()}


@cache
def standing(variable: str, department: str) -> int:
    """0 where the department counts before others for this variable, growing with distance; equal standing means the later date counts."""
    if department == DERIVED:
        return _LAST
    rule = precedences().get(variable, _UNRULED)
    if rule.later:
        return 0
    return rule.order.index(department) if department in rule.order else len(rule.order)


def is_valid(variable: str, stated_on: dt.date, on: dt.date) -> bool:
    """Whether a statement of that day still holds on the day `on`."""
    days = lasting_days().get(variable)
    return days is None or (on - stated_on).days <= days


def settle_all(records: Iterable[Stated], on: dt.date) -> Settled:
    """The whole outcome for one person's (or household's) records as of a day; the order of the records does not matter.

    For each variable: by standing, then the later date, then the department's rank, then the record received last. A correction counts
    before all of them unless the record that would count is dated later than the correction. What has expired was never said.
    """
    latest: dict[str, dict[str, Stated]] = {}
    corrected: dict[str, Stated] = {}
    for record in records:
        for name in record.values:
            if record.correction:
                corrected[name] = _later(corrected.get(name), record)
            else:
                said = latest.setdefault(name, {})
                said[record.department] = _later(said.get(record.department), record)
    counts: dict[str, Stated] = {}
    disputed, stale = [], []
    for name in latest.keys() | corrected.keys():
        said = latest.get(name, {})
        found = _counting(name, said, corrected.get(name), on)
        if found is None or found.values[name] is None:  # what was derived and follows no more is taken back by a null
            continue
        counts[name] = found
        if not is_valid(name, found.stated_on, on):
            stale.append(name)
        if len(said) > 1 and not found.correction and _differ(name, said, on):
            disputed.append(name)
    return Settled(counts, tuple(sorted(disputed)), tuple(sorted(stale)))


def _later(held: Stated | None, record: Stated) -> Stated:
    if held is None or (held.stated_on, held.record_id) < (record.stated_on, record.record_id):
        return record
    return held


def _counting(name: str, said: Mapping[str, Stated], corrected: Stated | None, on: dt.date) -> Stated | None:
    """The record that counts for the variable; None where everything said has expired."""
    rule = precedences().get(name, _UNRULED)
    heard = [r for r in said.values() if not rule.expires or is_valid(name, r.stated_on, on)]
    if corrected is not None and rule.expires and not is_valid(name, corrected.stated_on, on):
        corrected = None
    if not heard:
        return corrected
    found = heard[0] if len(heard) == 1 else min(heard, key=lambda record: _place(name, record))
    return corrected if corrected is not None and corrected.stated_on >= found.stated_on else found


def _place(name: str, record: Stated) -> tuple[int, int, int, int]:
    rank = ranks().get(record.department, _LAST)
    return (standing(name, record.department), -record.stated_on.toordinal(), rank, -record.record_id)


def _differ(name: str, said: Mapping[str, Stated], on: dt.date) -> bool:
    values = [r.values[name] for r in said.values() if r.department != DERIVED and is_valid(name, r.stated_on, on)]
    return any(value != values[0] for value in values[1:])


def settle(records: Iterable[Stated], on: dt.date) -> Mapping[str, Stated]:
    """For each variable the record whose value counts on the day; a variable nobody stated is absent."""
    return settle_all(records, on).counts


def settled_values(records: Iterable[Stated], on: dt.date) -> dict[str, object]:
    """Variable -> the value that counts on the day."""
    return settle_all(records, on).facts
