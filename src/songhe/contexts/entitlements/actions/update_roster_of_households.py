"""The roster after a run of some households, in the run's own transaction: the same rules as for the whole city, for a handful of people."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from songhe.contexts.entitlements.actions.update_roster import decided_later, previous_version
from songhe.contexts.entitlements.actions.write_roster import known_rules, lock_roster, take_off
from songhe.contexts.entitlements.models import RosterEntry, RosterRule, Run
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
from songhe.contexts.entitlements.words import CITY, ExitReason
from songhe.contexts.people.facts import HouseholdFacts
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.closure import compile_household
from songhe.engines.policy.household import HouseholdInput, MemberDecision
from songhe.engines.policy.rulebook import Rulebook

Key = tuple[int, int]  # person, number of the rule


@dataclass(frozen=True, slots=True)
class _Member:
    """A person with what both rulebooks say of them; `was` holds the rules that the pack before would still put them on by."""

    person_id: int
    area_path: str
    facts: Mapping[str, object]
    decided: Mapping[str, MemberDecision]  # hash of the rulebook -> decision
    was: frozenset[tuple[str, str]]

    def state(self, rule: Listed) -> int:
        found = self.decided[rule.of.hash]
        return int(STANDING[found.statuses[rule.benefit.index]]) if found.applies else OFF

    def ends(self, rule: Listed, day: dt.date) -> Exit:
        found = self.decided[rule.of.hash]
        born = self.facts.get("birth_date")
        exit = why_it_ends(
            rule,
            Found(
                self._flag("alive"), dt.date.fromisoformat(born) if isinstance(born, str) else None, self._flag("resident_here"),
                self._flag("registered_here"), found.applies, found.statuses[rule.benefit.index], found.true, found.unknown,
            ),
            day,
        )  # fmt: skip
        return Exit(ExitReason.RULE_CHANGED, exit.condition, exit.because) if (rule.kind, rule.name) in self.was else exit

    def _flag(self, name: str) -> bool | None:
        value = self.facts.get(name)
        return value if isinstance(value, bool) else None


def update_roster_of_households(run: Run, rules: Rulebook, households: Sequence[HouseholdFacts]) -> None:
    """The members stand on the roster as the run says; nothing is done for those whom a run with a higher number has decided."""
    lock_roster()
    if Run.objects.filter(kind=CITY, id__gt=run.id, published_at__isnull=False).exists():
        return
    pack = policy.pack_of(run.pack_version_id)
    groups = groups_of(pack, rules)
    listed = listed_rules(pack, rules, groups)
    later = decided_later(run.id)
    members = {m.person_id: m for m in _members(run, (rules, groups), households) if m.person_id not in later}
    numbers = _numbers(listed)
    held = RosterEntry.objects.filter(person_id__in=members, left_on=None)
    before = {(e.person_id, e.rule_id): e for e in held}
    _end(run, members, dict(zip(numbers, listed, strict=True)), before)
    _begin(run, members, listed, numbers, before)
    _mark(run, members, dict(zip(numbers, listed, strict=True)), before)
    after = RosterEntry.objects.filter(person_id__in=members, left_on=None)
    _count(before.values(), list(after))


def _numbers(listed: Sequence[Listed]) -> list[int]:
    """The number of each rule; the city run has registered them, except where none has been published yet."""
    numbers = {(row.kind, row.name): row.id for row in RosterRule.objects.all()}
    if any((rule.kind, rule.name) not in numbers for rule in listed):
        return known_rules(listed)
    return [numbers[rule.kind, rule.name] for rule in listed]


def _members(run: Run, books: tuple[Rulebook, Rulebook], households: Sequence[HouseholdFacts]) -> Iterable[_Member]:
    places = dict(_places([i for h in households for i in h.person_ids]))
    for h in households:
        given = HouseholdInput(h.persons, h.household, h.person_ids, h.names)
        decided = {book.hash: compile_household(book)(given) for book in books}
        was = _before(run, given)
        for at, person in enumerate(h.person_ids):
            yield _Member(person, places[person], h.persons[at], {key: found[at] for key, found in decided.items()}, was[at])


def _places(person_ids: Sequence[int]) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, area_path FROM person WHERE id = ANY(%s)", [list(person_ids)])
        return [(row[0], row[1]) for row in cursor.fetchall()]


def _before(run: Run, given: HouseholdInput) -> list[frozenset[tuple[str, str]]]:
    """For each member the rules that the pack of the last city run would put them on by today, where it was another pack."""
    version = previous_version(run)
    if version is None:
        return [frozenset() for _ in given.person_ids]
    pack, rules = policy.pack_of(version), policy.rulebook_of(version, run.as_of)
    groups = groups_of(pack, rules)
    decided = {book.hash: compile_household(book)(given) for book in (rules, groups)}
    found: list[set[tuple[str, str]]] = [set() for _ in given.person_ids]
    for rule in listed_rules(pack, rules, groups):
        for at, member in enumerate(decided[rule.of.hash]):
            if member.applies and STANDING[member.statuses[rule.benefit.index]] != OFF:
                found[at].add((rule.kind, rule.name))
    return [frozenset(each) for each in found]


def _end(run: Run, members: Mapping[int, _Member], rules: Mapping[int, Listed], held: Mapping[Key, RosterEntry]) -> None:
    ids: list[int] = []
    exits: list[Exit] = []
    for (person, number), entry in sorted(held.items()):
        rule = rules.get(number)
        if rule is None or members[person].state(rule) == OFF:
            ids.append(entry.id)
            exits.append(Exit(ExitReason.RULE_ENDED) if rule is None else members[person].ends(rule, run.as_of))
    take_off(run.id, run.as_of, ids, exits)


def _begin(
    run: Run, members: Mapping[int, _Member], listed: Sequence[Listed], numbers: Sequence[int], held: Mapping[Key, RosterEntry]
) -> None:
    RosterEntry.objects.bulk_create(
        RosterEntry(person_id=m.person_id, rule_id=number, area_path=m.area_path, entered_on=run.as_of, entered_run=run)
        for m in members.values()
        for rule, number in zip(listed, numbers, strict=True)
        if m.state(rule) == ON and (m.person_id, number) not in held
    )


def _mark(run: Run, members: Mapping[int, _Member], rules: Mapping[int, Listed], held: Mapping[Key, RosterEntry]) -> None:
    """Entries that can no longer be told, or again can; and all entries of who has moved within the city."""
    states = {entry.id: members[person].state(rules[number]) for (person, number), entry in held.items() if number in rules}
    doubtful = [e.id for e in held.values() if states.get(e.id) == UNSURE and e.unsure_since is None]
    certain = [e.id for e in held.values() if states.get(e.id) == ON and e.unsure_since is not None]
    RosterEntry.objects.filter(id__in=doubtful).update(unsure_since=run.as_of)
    RosterEntry.objects.filter(id__in=certain).update(unsure_since=None)
    for path in {members[e.person_id].area_path for e in held.values() if members[e.person_id].area_path != e.area_path}:
        there = [person for person, member in members.items() if member.area_path == path]
        RosterEntry.objects.filter(~Q(area_path=path), person_id__in=there, left_on=None).update(area_path=path)


def _tally(entries: Iterable[RosterEntry]) -> Counter[tuple[int | None, str, bool]]:
    """Entries by rule, place and whether they are sure; and people (rule None), sure where one of their entries is."""
    found: Counter[tuple[int | None, str, bool]] = Counter()
    people: dict[tuple[int, str], bool] = {}
    for entry in entries:
        sure = entry.unsure_since is None
        found[entry.rule_id, entry.area_path, sure] += 1
        people[entry.person_id, entry.area_path] = people.get((entry.person_id, entry.area_path), False) or sure
    for (_, path), sure in people.items():
        found[None, path, sure] += 1
    return found


def _count(before: Iterable[RosterEntry], after: Iterable[RosterEntry]) -> None:
    """The counts follow what has changed between the two; the roster's lock keeps others away."""
    change = _tally(after)
    change.subtract(_tally(before))
    keys = sorted({(rule, path) for (rule, path, _), by in change.items() if by}, key=lambda key: (key[0] or 0, key[1]))
    if not keys:
        return
    rows = [(rule, path, change[rule, path, True], change[rule, path, False]) for rule, path in keys]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO roster_count (rule_id, area_path, sure, unsure) VALUES (%s, %s, 0, 0) ON CONFLICT DO NOTHING",
            [row[:2] for row in rows],
        )
        cursor.executemany(
            "UPDATE roster_count SET sure = sure + %s, unsure = unsure + %s WHERE rule_id IS NOT DISTINCT FROM %s AND area_path = %s",
            [(row[2], row[3], row[0], row[1]) for row in rows],
        )
