"""Census rounds: which there are, how far each community is, whom to ask, what to ask a person, and the table that stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from songhe.basics.ages import birth_cutoff
from songhe.contexts.people.access import person_for, round_for, rounds_visible_to, tallies_visible_to, visible_to
from songhe.contexts.people.models import CensusAnswer, CensusRound, Person, Record
from songhe.contexts.people.queries.dictionary import find_variable, variables
from songhe.contexts.people.queries.person import FactView, fact_views, household
from songhe.contexts.people.queries.round_numbers import Numbers, gaps, with_gaps
from songhe.contexts.people.queries.round_progress import outcomes_by_place
from songhe.contexts.people.queries.search_people import PersonBrief, briefs
from songhe.contexts.people.words import DERIVED, NOT_STATED, Asked, AskOutcome
from songhe.engines.policy.rulebook import Variable
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import NotFound
from songhe.foundation.paging import Page, cursor_of, keys_of

MOST = 200
_GONE = (AskOutcome.MOVED, AskOutcome.DIED)


@dataclass(frozen=True, slots=True)
class RoundBrief:
    """One round. `labels` are the facts it asks in Chinese; an answer holds for `refresh_days`."""

    id: int
    title: str
    area_path: str
    variables: tuple[str, ...]
    labels: tuple[str, ...]
    from_age: int
    starts_on: dt.date
    ends_on: dt.date
    refresh_days: int
    closed_at: dt.datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class RoundPlace:
    """One community of a round. `people` are to be asked; `todo` of them nobody has been to. `counted_at` is when `people` and `gaps` were."""

    area_path: str
    people: int
    answered: int
    absent: int
    refused: int
    gone: int
    gaps: int
    counted_at: dt.datetime

    @property
    def todo(self) -> int:
        """People whom nobody has been to see."""
        return max(0, self.people - self.answered - self.absent - self.refused - self.gone)


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round with its communities in the actor's areas, and people by fact: missing and old."""

    brief: RoundBrief
    places: tuple[RoundPlace, ...]
    facts: tuple[tuple[str, str, int, int], ...]  # name, label, missing, old


@dataclass(frozen=True, slots=True)
class RoundPerson:
    """One person of a round's list; `missing` and `old` are labels of facts, looked up only where the list is of one community."""

    brief: PersonBrief
    outcome: AskOutcome | None
    asked_on: dt.date | None
    missing: tuple[str, ...]
    old: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundItem:
    """One fact to ask. `fact` is None where nobody has said it; `said_on` the day somebody last did; `old`: longer ago than the round allows."""

    variable: Variable
    fact: FactView | None
    said_on: dt.date | None
    old: bool


@dataclass(frozen=True, slots=True)
class RoundSheet:
    """What to ask one person, with what is known; `following` is the next person of the community whom nobody has been to."""

    brief: RoundBrief
    person: PersonBrief
    address: str
    items: tuple[RoundItem, ...]
    outcome: AskOutcome | None
    asked_on: dt.date | None
    note: str
    following: str


@dataclass(frozen=True, slots=True)
class FrozenPlace:
    """The numbers of one community; `asked` is outcome -> people, only where the round is closed."""

    area_path: str
    counted_at: dt.datetime
    numbers: Numbers
    asked: Mapping[str, int]


def _brief(row: CensusRound) -> RoundBrief:
    labels = tuple(found.label for name in row.variables if (found := find_variable(name)))
    return RoundBrief(
        row.id, row.title, row.area_path, tuple(row.variables), labels, row.from_age, row.starts_on, row.ends_on, row.refresh_days,
        row.closed_at, row.closed_at is None and row.ends_on < clock.today(),
    )  # fmt: skip


def rounds(actor: Actor) -> tuple[RoundBrief, ...]:
    """The rounds that touch the actor's areas, latest first."""
    require(actor, Right.SEE_PEOPLE)
    return tuple(_brief(row) for row in rounds_visible_to(actor).order_by("-opened_at", "-id"))


def round_brief(actor: Actor, *, round_id: int) -> RoundBrief:
    """One round without its communities."""
    return _brief(round_for(actor, round_id))


def askable() -> tuple[Variable, ...]:
    """The facts that a round can ask, of the person and of the household, in the order of the dictionary."""
    return tuple(v for entity in ("person", "household") for name, v in variables(entity).items() if name not in NOT_STATED)


def census_round(actor: Actor, *, round_id: int, area_path: str = "") -> RoundView:
    """The round with its communities in the actor's areas, narrowed to `area_path`, in order of place."""
    row = round_for(actor, round_id)
    tallies = list(tallies_visible_to(actor, area_path=area_path).filter(round=row).order_by("area_path"))
    outcomes = outcomes_by_place(row, area_path)
    places, missing, old = [], dict.fromkeys(row.variables, 0), dict.fromkeys(row.variables, 0)
    for tally in tallies:
        asked = outcomes.get(tally.area_path, {})
        gone = sum(asked.get(outcome, 0) for outcome in _GONE)
        places.append(
            RoundPlace(
                tally.area_path, tally.numbers["people"], asked.get(AskOutcome.ANSWERED, 0), asked.get(AskOutcome.ABSENT, 0),
                asked.get(AskOutcome.REFUSED, 0), gone, tally.numbers["gaps"], tally.counted_at,
            )
        )  # fmt: skip
        for name in row.variables:
            missing[name] += tally.numbers["missing"].get(name, 0)
            old[name] += tally.numbers["old"].get(name, 0)
    facts = tuple((name, found.label, missing[name], old[name]) for name in row.variables if (found := find_variable(name)))
    return RoundView(_brief(row), tuple(places), facts)


def round_people(
    actor: Actor, *, round_id: int, area_path: str = "", asked: str = "", after: str | None = None, limit: int = 50
) -> Page[RoundPerson]:
    """The people of a round in the actor's areas, by place and name; `asked` is one of `words.Asked`, empty for everybody."""
    row = round_for(actor, round_id)
    found, following = people_of(actor, row, area_path=area_path, asked=asked, after=after, limit=limit)
    return Page(_lines(row, found), following)


def people_of(
    actor: Actor, row: CensusRound, *, area_path: str, asked: str, after: str | None, limit: int
) -> tuple[list[Person], str | None]:
    """A page of the people of a round, and the cursor of the following one."""
    limit = max(1, min(limit, MOST))
    people = _asked(_elders(actor, row, area_path), row, asked)
    if after:
        people = people.extra(
            where=["(person.area_path, person.name, person.id) > (%s, %s, %s)"], params=list(keys_of(after, str, str, int))
        )
    found = list(people.select_related("area__parent").order_by("area_path", "name", "id")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], cursor_of(last.area_path, last.name, last.id) if last else None


def _elders(actor: Actor, row: CensusRound, area_path: str) -> QuerySet[Person]:
    narrowed = area_path if area_path.startswith(row.area_path) else row.area_path
    born_by = birth_cutoff(row.from_age, clock.today())
    return visible_to(actor, area_path=narrowed).filter(birth_date__lte=born_by).exclude(facts__alive=False)


def label_of(variable: str) -> str:
    """The fact in Chinese."""
    found = find_variable(variable)
    return found.label if found else variable


def _asked(people: QuerySet[Person], row: CensusRound, asked: str) -> QuerySet[Person]:
    """Narrowed to those of one state."""
    if not asked:
        return people
    if asked not in set(Asked):
        raise NotFound("没有这种情况。", next_step="请从列出的情况里选择。")
    if asked == Asked.GAPS:
        condition, values = with_gaps(row)
        return people.extra(where=[condition], params=values)  # noqa: S610 - a statement of our own
    answers = CensusAnswer.objects.filter(round=row)
    if asked == Asked.TO_ASK:
        return people.exclude(id__in=answers.values("person_id"))
    outcomes = _GONE if asked == Asked.GONE else (AskOutcome(asked),)
    return people.filter(id__in=answers.filter(outcome__in=outcomes).values("person_id"))


def _lines(row: CensusRound, people: Sequence[Person]) -> tuple[RoundPerson, ...]:
    answers = {
        answer.person_id: answer for answer in CensusAnswer.objects.filter(round=row, person_id__in=[p.id for p in people])
    }
    missing: dict[int, list[str]] = {}
    old: dict[int, list[str]] = {}
    place = {name: k for k, name in enumerate(row.variables)}
    found = gaps(row, row.area_path, [person.id for person in people])
    for gap in sorted(found, key=lambda gap: place[gap.variable]):
        (old if gap.known else missing).setdefault(gap.person_id, []).append(label_of(gap.variable))
    return tuple(
        RoundPerson(
            brief, AskOutcome(answers[brief.id].outcome) if brief.id in answers else None,
            answers[brief.id].asked_on if brief.id in answers else None, tuple(missing.get(brief.id, ())), tuple(old.get(brief.id, ())),
        )
        for brief in briefs(people)
    )  # fmt: skip


def round_sheet(actor: Actor, *, round_id: int, person_id: int) -> RoundSheet:
    """What to ask the person and what is known already; PersonNotFound outside the actor's areas."""
    row, person = round_for(actor, round_id), person_for(actor, person_id)
    answer = CensusAnswer.objects.filter(round=row, person=person).first()
    following = _asked(_elders(actor, row, person.area_path), row, Asked.TO_ASK).filter(area_path=person.area_path)
    nobody = following.exclude(id=person.id).order_by("name", "id").values_list("public_id", flat=True).first()
    return RoundSheet(
        _brief(row), briefs([person])[0], household(actor, household_id=person.household_id).address, _items(row, person),
        AskOutcome(answer.outcome) if answer else None, answer.asked_on if answer else None, answer.note if answer else "",
        str(nobody or ""),
    )  # fmt: skip


def _items(row: CensusRound, person: Person) -> tuple[RoundItem, ...]:
    ids = [person.id, *Person.objects.filter(stands_for=person).values_list("id", flat=True)]
    own = list(Record.objects.filter(person_id__in=ids).order_by("stated_on", "id"))
    shared = list(Record.objects.filter(household_id=person.household_id).order_by("stated_on", "id"))
    facts = {
        f.variable: f
        for f in (*fact_views("person", person.facts, own), *fact_views("household", person.household.facts, shared))
    }
    last: dict[str, dt.date] = {}
    for record in (*own, *shared):
        if record.department != DERIVED:
            for name in record.values:
                last[name] = max(record.stated_on, last.get(name, record.stated_on))
    fresh_from = clock.today() - dt.timedelta(days=row.refresh_days)
    return tuple(
        RoundItem(found, facts.get(name), last.get(name), name in facts and (name not in last or last[name] < fresh_from))
        for name in row.variables
        if (found := find_variable(name))
    )


def round_table(actor: Actor, *, round_id: int, area_path: str = "") -> tuple[FrozenPlace, ...]:
    """The numbers of each community in the actor's areas, as frozen when the round was closed or as counted last."""
    row = round_for(actor, round_id)
    rows = tallies_visible_to(actor, area_path=area_path).filter(round=row).order_by("area_path")
    return tuple(
        FrozenPlace(
            tally.area_path,
            tally.counted_at,
            Numbers(**{k: v for k, v in tally.numbers.items() if k != "asked"}),
            tally.numbers.get("asked", {}),
        )
        for tally in rows
    )
