"""Which rules put people on the roster, what a rulebook says of each person by them, and why an entry ends."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhe.basics.ages import age_on
from songhe.contexts.entitlements.words import BY_AGE, BY_RESIDENCE, ExitReason, RosterKind
from songhe.engines.policy.needed_facts import needed_facts
from songhe.engines.policy.pack import Pack, RosterGroups
from songhe.engines.policy.roster import group_rulebook
from songhe.engines.policy.rulebook import Benefit, Condition, Rulebook, Status

OFF, ON, UNSURE = 0, 1, 2
STANDING: NDArray[np.uint8] = np.array([OFF, ON, UNSURE, OFF, OFF, ON, OFF], np.uint8)
"""By Status: on the roster, off it, or nothing can be told. Provisionally eligible is on it."""
ELDER = 60
MOST_KEPT = 16
_KEPT: OrderedDict[tuple[str, RosterGroups], Rulebook] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule of the roster. `benefit` is that of the rulebook `of` (the city's own, or the one that decides groups)."""

    kind: RosterKind
    name: str
    title: str
    benefit: Benefit
    of: Rulebook


@dataclass(frozen=True, slots=True)
class Exit:
    """Why an entry ends: the reason, the condition that no longer holds (empty where there is none), what it says in Chinese."""

    reason: ExitReason
    condition: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule said of a person who is to leave. `true` and `unknown` are masks over condition bits; None where nobody asked it."""

    alive: bool | None
    birth_date: dt.date | None
    resident: bool | None
    registered: bool | None
    applies: bool
    status: Status
    true: int
    unknown: int


def groups_of(pack: Pack, rules: Rulebook) -> Rulebook:
    """The rulebook that decides the named groups; the same object for the same rules, so that it is compiled once."""
    key = (rules.hash, pack.roster)
    found = _KEPT.get(key)
    if found is None:
        found = _KEPT[key] = group_rulebook(rules, pack.roster)
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return found


def listed_rules(pack: Pack, rules: Rulebook, groups: Rulebook) -> tuple[Listed, ...]:
    """The rules of the roster on this date: benefits of the public list in the order of the rulebook, then the groups."""
    named = {name for service in pack.services.values() for name in service.benefits}
    benefits = [Listed(RosterKind.BENEFIT, b.id, b.title, b, rules) for b in rules.benefits if b.id in named and b.in_force]
    return (*benefits, *(Listed(RosterKind.GROUP, b.id, b.title, b, groups) for b in groups.benefits))


def why_it_ends(rule: Listed, found: Found, day: dt.date) -> Exit:
    """The reason why a person leaves by a rule that still exists."""
    if not found.applies:
        return _outside(found, day)
    if found.status is Status.DISPLACED:
        return Exit(ExitReason.DISPLACED)
    if found.status is Status.OTHER_MEMBER:
        return Exit(ExitReason.OTHER_MEMBER)
    failed = _failed(rule.benefit.conditions, found.true | found.unknown)
    if failed is None:
        return Exit(ExitReason.FACT_CHANGED)
    return Exit(_kind_of(rule.of, failed), failed.id, failed.no)


def _outside(found: Found, day: dt.date) -> Exit:
    """Whom the pack no longer speaks of."""
    if found.alive is False:
        return Exit(ExitReason.DIED)
    if found.birth_date is not None and age_on(found.birth_date, day) < ELDER:
        return Exit(ExitReason.AGE)
    if found.registered is False or found.resident is False:
        return Exit(ExitReason.MOVED)
    return Exit(ExitReason.NOT_SPOKEN_OF)


def _failed(conditions: Sequence[Condition], possible: int) -> Condition | None:
    return next((c for c in conditions if not possible >> c.bit & 1), None)


def _kind_of(rules: Rulebook, condition: Condition) -> ExitReason:
    """By what the condition asks: residence, age, or anything else."""
    needed = needed_facts(rules, condition.node)
    names = set(needed.own | needed.household | needed.members)
    if names and names <= BY_RESIDENCE:
        return ExitReason.MOVED
    return ExitReason.AGE if names and names <= BY_AGE else ExitReason.FACT_CHANGED
