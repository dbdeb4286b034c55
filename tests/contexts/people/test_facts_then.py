"""Facts as they are now known to have been on a past day."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.people import actions, facts
from songhe.contexts.people.models import Person, Record
from songhe.contexts.places.models import Area
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import InvalidInput
from tests.contexts.entitlements.conftest import TOWN, Town, town
from tests.contexts.entitlements.grant_people import CIVIL, POLICE, at, say

__all__ = ["town"]


@pytest.fixture
def person(town: Town) -> Person:
    return at(Area.objects.get(path__startswith=TOWN, level="community"), "试验", "1940-03-03", stated_on="2026-03-01")


def on(person: Person, day: str, *, lenient: bool = False) -> dict[str, object]:
    (history,) = facts.household_histories([person.household_id])
    members, _ = history.facts_on(dt.date.fromisoformat(day), lenient=lenient)
    return dict(members[0])


def test_a_statement_speaks_from_its_own_day_however_late_it_comes(person: Person) -> None:
    say(person, CIVIL, "2026-05-10", ability_grade=3)
    assert (on(person, "2026-05-09")["ability_grade"], on(person, "2026-05-10")["ability_grade"]) == (0, 3)


def test_before_the_first_word_nothing_is_known_but_what_never_changes(person: Person) -> None:
    before = on(person, "2026-01-01")
    assert before == {"alive": True, "birth_date": "1940-03-03", "sex": "female"}
    assert on(person, "2026-01-01", lenient=True)["assistance"] == "none"


def test_a_death_speaks_from_its_day_and_not_from_that_of_the_file(person: Person) -> None:
    say(person, POLICE, "2026-09-20", death_date="2026-07-04", alive=False)
    assert [on(person, day)["alive"] for day in ("2026-07-03", "2026-07-04", "2026-09-20")] == [True, False, False]


def test_a_death_before_anything_was_said_is_not_carried_back(person: Person) -> None:
    say(person, POLICE, "2026-03-05", death_date="2026-01-10", alive=False)
    assert [on(person, day, lenient=True)["alive"] for day in ("2026-01-09", "2026-01-10", "2026-03-02")] == [True, False, False]
    assert on(person, "2026-01-09", lenient=True)["assistance"] == "none"


def test_a_death_that_was_a_mistake_never_was(person: Person) -> None:
    say(person, POLICE, "2026-09-20", death_date="2026-07-04", alive=False)
    say(person, POLICE, "2026-10-01", alive=True)
    assert on(person, "2026-08-01")["alive"] is True


def test_a_correction_speaks_since_the_day_that_the_clerk_says(person: Person) -> None:
    say(person, CIVIL, "2026-08-01", assistance="none")
    with clock.frozen(dt.date(2026, 10, 5)):
        actions.correct_fact(
            SYSTEM, person_id=person.id, variable="assistance", value="dibao", reason="看过低保证", since=dt.date(2026, 6, 1)
        )
        before = Record.objects.count()
        with pytest.raises(InvalidInput):
            actions.correct_fact(
                SYSTEM, person_id=person.id, variable="assistance", value="dibao", reason="看过低保证", since=dt.date(2026, 10, 6)
            )
        assert Record.objects.count() == before
    assert [on(person, day)["assistance"] for day in ("2026-05-31", "2026-06-01", "2026-08-15")] == ["none", "dibao", "dibao"]
