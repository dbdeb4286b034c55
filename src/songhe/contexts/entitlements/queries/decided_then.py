"""What the rules of then say of a household on past days, from the facts as they are now known to have been then.

A window of days falls into spans on which one decision holds. Between two days on which something that was said begins to speak, a rule
changes or a month begins, only ages move; where the first and the last day of such a piece differ, the day between is searched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from songhe.contexts.people.facts import HouseholdHistory
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.queries import VersionStart
from songhe.engines.policy.closure import compile_household, compile_rulebook
from songhe.engines.policy.granting import EndCause, months_from
from songhe.engines.policy.household import HouseholdInput, MemberDecision
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Benefit, Rulebook, Status

ENTITLED = (Status.ELIGIBLE, Status.PROVISIONAL)
DAY = dt.timedelta(1)


@dataclass(frozen=True, slots=True)
class BenefitThen:
    """What held of one benefit; `amount` in fen a period. `failed`: the conditions that did not hold, where they were asked for (`exact`)."""

    status: Status
    amount: int
    failed: frozenset[str] = frozenset()

    @property
    def entitled(self) -> bool:
        """Whether the person had the benefit by the rules."""
        return self.status in ENTITLED


@dataclass(frozen=True, slots=True)
class SpanThen:
    """Days, both included, on which the same held of one member. `cause` is why nothing does, where nothing does; `rules` a rulebook's hash.

    Benefits that the rulebook of then did not have are not in `benefits`.
    """

    first: dt.date
    last: dt.date
    applies: bool
    benefits: Mapping[str, BenefitThen]
    cause: EndCause
    rules: str

    def of(self, benefit: str) -> BenefitThen:
        """The benefit; not eligible where the rules did not speak of it or of the person."""
        nothing = BenefitThen(Status.NOT_ELIGIBLE, 0)
        return self.benefits.get(benefit, nothing) if self.applies else nothing


@dataclass(frozen=True, slots=True)
class _Decided:
    """A household on one day."""

    members: tuple[MemberDecision, ...]
    causes: tuple[EndCause, ...]
    rules: Rulebook
    exact: bool

    def same(self, other: _Decided) -> bool:
        """Whether nothing differs that a span tells."""
        if self.exact and [(m.true, m.unknown) for m in self.members] != [(m.true, m.unknown) for m in other.members]:
            return False
        if [b.id for b in self.rules.benefits] != [b.id for b in other.rules.benefits]:
            return False
        return [(m.applies, m.statuses, m.amounts) for m in self.members] == [
            (m.applies, m.statuses, m.amounts) for m in other.members
        ] and self.causes == other.causes


def failed_conditions(benefit: Benefit, true: int, unknown: int) -> frozenset[str]:
    """The conditions of the benefit that do not hold by these masks."""
    return frozenset(c.id for c in benefit.conditions if not (true | unknown) >> c.bit & 1)


@lru_cache(maxsize=192)
def _rules(now: VersionStart, then: VersionStart, day: dt.date) -> Rulebook:
    """The rules of the version of then, with the values that their parameters had then as they are dated now."""
    if now == then:
        return policy.rulebook_of(now.version_id, day)
    before, current = policy.pack_of(then.version_id), policy.pack_of(now.version_id)
    rules = resolve(replace(before, parameters={**before.parameters, **current.parameters}), day)
    compile_rulebook(rules)
    return rules


@lru_cache(maxsize=192)
def _decider(now: VersionStart, then: VersionStart, day: dt.date) -> Callable[[HouseholdInput], tuple[MemberDecision, ...]]:
    return compile_household(_rules(now, then, day))


def member_spans(
    history: HouseholdHistory, *, since: dt.date, until: dt.date, lenient: bool = True, exact: bool = False
) -> Mapping[int, tuple[SpanThen, ...]]:
    """person -> spans that cover the days from `since` to `until`, both included, in order of time without gaps.

    `exact`: a span ends also where a single condition changes, and says which did not hold.
    """
    days = _Days(history, lenient, exact)
    pieces: list[tuple[dt.date, dt.date, _Decided]] = []
    for first, last in _pieces(history, since, until, {v.in_force_on for v in days.versions}):
        for start, end, decided in days.constant(first, last):
            if pieces and pieces[-1][2].same(decided):
                pieces[-1] = (pieces[-1][0], end, pieces[-1][2])
            else:
                pieces.append((start, end, decided))
    return {
        person: tuple(_span(first, last, decided, place) for first, last, decided in pieces)
        for place, person in enumerate(history.person_ids)
    }


def _span(first: dt.date, last: dt.date, decided: _Decided, place: int) -> SpanThen:
    member = decided.members[place]
    held = {
        b.id: BenefitThen(member.statuses[b.index], member.amounts[b.index], _failed(decided, b, member))
        for b in decided.rules.benefits
    }
    return SpanThen(first, last, member.applies, held, decided.causes[place], decided.rules.hash)


def _failed(decided: _Decided, benefit: Benefit, member: MemberDecision) -> frozenset[str]:
    return failed_conditions(benefit, member.true, member.unknown) if decided.exact else frozenset()


class _Days:
    """Decides the household on single days, each once."""

    def __init__(self, history: HouseholdHistory, lenient: bool, exact: bool) -> None:
        self.history, self.lenient, self.exact = history, lenient, exact
        self.known: dict[dt.date, _Decided] = {}
        self.versions, in_use = policy.version_starts(), policy.pack_in_use().version_id
        self.now = next(v for v in self.versions if v.version_id == in_use)

    def then(self, day: dt.date) -> VersionStart:
        """The version in force on the day; before the first one, the first."""
        return next((v for v in reversed(self.versions) if v.in_force_on <= day), self.versions[0])

    def on(self, day: dt.date) -> _Decided:
        if day not in self.known:
            persons, home = self.history.facts_on(day, lenient=self.lenient)
            then = self.then(day)
            decided = _decider(self.now, then, day)(HouseholdInput(persons, home, self.history.person_ids))
            self.known[day] = _Decided(
                decided, tuple(_cause(facts) for facts in persons), _rules(self.now, then, day), self.exact
            )
        return self.known[day]

    def constant(self, first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date, _Decided]]:
        """The piece cut where ages cross a limit."""
        start = first
        while start <= last:
            here = self.on(start)
            if here.same(self.on(last)):
                yield start, last, here
                return
            low, high = start, last  # `low` is as `start`, `high` is not
            while (high - low).days > 1:
                middle = low + (high - low) // 2
                low, high = (middle, high) if self.on(middle).same(here) else (low, middle)
            yield start, low, here
            start = high


def _pieces(
    history: HouseholdHistory, since: dt.date, until: dt.date, versions: set[dt.date]
) -> Iterator[tuple[dt.date, dt.date]]:
    starts = {since, *months_from(since, until), *history.days(), *_rule_days(policy.pack_in_use().pack), *versions}
    ordered = sorted(day for day in starts if since <= day <= until)
    yield from zip(ordered, [day - DAY for day in ordered[1:]] + [until], strict=True)


def _rule_days(pack: Pack) -> set[dt.date]:
    """Days on which a rule or a value of the pack begins, or has just ended."""
    found = set[dt.date]()
    for parameter in pack.parameters.values():
        for value in parameter.values:
            found.add(value.valid_from)
            found |= {value.valid_to + DAY} if value.valid_to else set()
    for benefit in pack.benefits.values():
        found |= {benefit.in_force_from} if benefit.in_force_from else set()
        found |= {benefit.in_force_to + DAY} if benefit.in_force_to else set()
        found |= {rules.valid_from for rules in benefit.versions if rules.valid_from}
    return found


def _cause(facts: Mapping[str, object]) -> EndCause:
    if facts.get("alive") is False:
        return EndCause.DIED
    away = facts.get("registered_here") is False or facts.get("resident_here") is False
    return EndCause.MOVED if away else EndCause.OTHER
