"""What the city run finds missing is what each household's own explanation finds missing, and nothing more."""

from __future__ import annotations

from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements.words import MISSING_FACT
from songhe.contexts.people.models import Household, Person
from songhe.foundation import work_items
from songhe.foundation.access import SYSTEM, Actor
from tests.contexts.entitlements.conftest import Town, person


def test_city_and_household_await_the_same_facts(town: Town, city_officer: Actor) -> None:
    home = Household.objects.get(id=town.home)
    child = person(home, "李晨", "1985-01-01", dementia=None, ability_grade=None)
    gaps = Person.objects.get(id=town.husband)
    del gaps.facts["registered_here"]
    gaps.save()
    actions.determine_city(city_officer, cause="全市")
    by_city = work_items.open_keys(MISSING_FACT)
    assert f"missing:{town.poor}:ability_grade" in by_city
    assert f"missing:{child.id}:dementia" not in by_city
    actions.determine_households(SYSTEM, household_ids=Household.objects.values_list("id", flat=True), cause="逐户")
    assert work_items.open_keys(MISSING_FACT) == by_city
