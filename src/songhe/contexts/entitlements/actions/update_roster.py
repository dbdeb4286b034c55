"""The roster of people for basic elderly care after a run of the whole city, in the run's own transaction, over arrays.

Who fulfils a rule and has no open entry gets one; an open entry whose rule no longer holds ends with its reason; where nothing can be told,
nobody comes on and nobody goes off: the entry is marked. People whom a later household run has decided are left as that run left them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhe.contexts.entitlements.actions import write_roster as rows_of
from songhe.contexts.entitlements.models import Run
from songhe.contexts.entitlements.queries.snapshot import CityFacts, Decided, decided_arrays
from songhe.contexts.entitlements.queries.standing_rules import (
    OFF,
    ON,
    STANDING,
    UNSURE,
    Exit,
    Found,
    Listed,
    groups_of,
    listed_rules,
    why_it_ends,
)
from songhe.contexts.entitlements.words import CITY, HOUSEHOLD, ExitReason, RosterKind
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.bitset import evaluate, evaluate_households
from songhe.engines.policy.rulebook import Rulebook, Status

EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class _City:
    """Everything a decision about an entry needs; `state` is uint8[people, rules] of OFF, ON, UNSURE."""

    facts: CityFacts
    listed: tuple[Listed, ...]
    benefits: Decided
    groups: Decided
    state: NDArray[np.uint8]

    def outcome(self, rule: Listed) -> Decided:
        return self.groups if rule.kind is RosterKind.GROUP else self.benefits


def update_roster(run: Run, rules: Rulebook, facts: CityFacts, outcome: Decided) -> None:
    """The roster is what the run says. The caller holds the transaction; the roster stays locked until its end."""
    rows_of.lock_roster()
    pack = policy.pack_of(run.pack_version_id)
    by_group = groups_of(pack, rules)
    listed = listed_rules(pack, rules, by_group)
    groups = decided_arrays(evaluate(by_group, facts.population))
    city = _City(facts, listed, outcome, groups, _states(listed, outcome, groups))
    numbers = np.array(rows_of.known_rules(listed), np.int16)
    now = rows_of.open_entries()
    later = decided_later(run.id)
    row, known = _rows_of(facts, now.person)
    column = np.searchsorted(np.sort(numbers), now.rule)
    order = np.argsort(numbers)
    fits = column < len(numbers)
    column = order[np.where(fits, column, 0)] if len(numbers) else np.zeros(len(now.rule), np.int64)
    fits &= (numbers[column] == now.rule) if len(numbers) else False
    theirs = np.isin(now.person, np.fromiter(later, np.int64, len(later))) if later else np.zeros(len(now.person), np.bool_)
    stands = np.where(known & fits, city.state[row, column] if city.state.size else OFF, OFF)
    _end(run, city, now, np.flatnonzero((stands == OFF) & ~theirs), row, column, known, fits)
    rows_of.mark(now.id[(stands == UNSURE) & ~now.unsure & ~theirs], run.as_of)
    rows_of.mark(now.id[(stands == ON) & now.unsure & ~theirs], None)
    stays = np.flatnonzero((stands != OFF) & ~theirs)
    moved = stays[rows_of.place_hashes(facts.areas)[facts.area[row[stays]]] != now.place[stays]] if len(stays) else stays
    rows_of.move(now.id[moved], [facts.areas[facts.area[at]] for at in row[moved]])
    _begin(run, city, numbers, (row[known & fits], column[known & fits]), later)
    rows_of.count_whole_roster()


def _states(listed: tuple[Listed, ...], outcome: Decided, groups: Decided) -> NDArray[np.uint8]:
    state = np.zeros((len(outcome.applies), len(listed)), np.uint8)
    for at, rule in enumerate(listed):
        found = groups if rule.kind is RosterKind.GROUP else outcome
        state[:, at] = np.where(found.applies, STANDING[found.status[:, rule.benefit.index]], OFF)
    return state


def _rows_of(facts: CityFacts, persons: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The row of each person in the population (0 where there is none) and whether there is one."""
    ids = facts.population.person_id
    if not len(ids):
        return np.zeros(len(persons), np.int64), np.zeros(len(persons), np.bool_)
    order = np.argsort(ids, kind="stable")
    place = np.minimum(np.searchsorted(ids[order], persons), len(ids) - 1)
    row = order[place]
    return row, ids[row] == persons


def decided_later(run_id: int) -> set[int]:
    """People of households that a run with a higher number has decided: it knows them better."""
    newer = Run.objects.filter(kind=HOUSEHOLD, id__gt=run_id, published_at__isnull=False).values_list(
        "snapshot__inline", flat=True
    )
    return {person for inline in newer for home in (inline or {}).values() for person in home["person_ids"]}


def _begin(
    run: Run, city: _City, numbers: NDArray[np.int16], held: tuple[NDArray[np.int64], NDArray[np.int64]], later: set[int]
) -> None:
    """New entries for everybody who fulfils a rule and has none."""
    wanted = city.state == ON
    wanted[held] = False
    if later:
        wanted[np.isin(city.facts.population.person_id, np.fromiter(later, np.int64, len(later)))] = False
    person, rule = np.nonzero(wanted)
    if len(person):
        rows_of.put_on(
            run.id, run.as_of, city.facts.population.person_id[person], numbers[rule], city.facts.area[person], city.facts.areas
        )
        rows_of.check_references(run.id)


def _end(
    run: Run, city: _City, now: rows_of.OpenEntries, ending: NDArray[np.int64], row: NDArray[np.int64], column: NDArray[np.int64],
    known: NDArray[np.bool_], fits: NDArray[np.bool_],
) -> None:  # fmt: skip
    """The entries at `ending` leave, each with its reason."""
    if not len(ending):
        return
    before = _under_the_old_rules(run, city, np.unique(row[ending[known[ending] & fits[ending]]]))
    exits: list[Exit] = []
    for at in ending.tolist():
        if not fits[at]:
            exits.append(Exit(ExitReason.RULE_ENDED))
        elif not known[at]:
            exits.append(Exit(ExitReason.MERGED))
        else:
            rule = city.listed[column[at]]
            found = why_it_ends(rule, _found(city, rule, int(row[at])), run.as_of)
            changed = (int(row[at]), rule.kind, rule.name) in before
            exits.append(Exit(ExitReason.RULE_CHANGED, found.condition, found.because) if changed else found)
    rows_of.take_off(run.id, run.as_of, now.id[ending].tolist(), exits)


def _found(city: _City, rule: Listed, row: int) -> Found:
    outcome = city.outcome(rule)
    facts = city.facts.population.persons

    def known(name: str) -> int | None:
        column = facts.get(name)
        return None if column is None or (column.known is not None and not column.known[row]) else int(column.values[row])

    def flag(name: str) -> bool | None:
        value = known(name)
        return None if value is None else bool(value)

    born = known("birth_date")
    return Found(
        alive=flag("alive"), birth_date=EPOCH + dt.timedelta(days=born) if born is not None else None, resident=flag("resident_here"),
        registered=flag("registered_here"), applies=bool(outcome.applies[row]), status=Status(int(outcome.status[row, rule.benefit.index])),
        true=int.from_bytes(outcome.true[row].tobytes(), "little"), unknown=int.from_bytes(outcome.unknown[row].tobytes(), "little"),
    )  # fmt: skip


def previous_version(run: Run) -> int | None:
    """The pack version of the last published city run before this one, where it is another one."""
    before = (
        Run.objects.filter(kind=CITY, published_at__isnull=False, id__lt=run.id)
        .order_by("-id")
        .values_list("pack_version_id", flat=True)
    )
    version = before.first()
    return version if version != run.pack_version_id else None


def _under_the_old_rules(run: Run, city: _City, rows: NDArray[np.int64]) -> set[tuple[int, RosterKind, str]]:
    """(row, rule) of the people at these rows who would still be on the roster had the rules not changed."""
    version = previous_version(run)
    if version is None or not len(rows):
        return set()
    pack, rules = policy.pack_of(version), policy.rulebook_of(version, run.as_of)
    groups = groups_of(pack, rules)
    population = city.facts.population
    households = np.unique(population.household_of()[rows])
    found: set[tuple[int, RosterKind, str]] = set()
    for each in (rules, groups):
        taken, outcome = evaluate_households(each, population, households)
        decided = decided_arrays(outcome)
        for rule in listed_rules(pack, rules, groups):
            if rule.of is each:
                on = decided.applies & (STANDING[decided.status[:, rule.benefit.index]] != OFF)
                found |= {(int(at), rule.kind, rule.name) for at in taken[on]}
    return found
