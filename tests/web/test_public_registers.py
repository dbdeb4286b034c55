"""Which lists of people the city keeps, for everybody: rules and numbers in tens, nobody's name, nothing of few people."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from songhe.contexts.entitlements.models import RosterCount, RosterRule
from songhe.contexts.people.models import Person
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers.models import Entry
from songhe.engines.suppression.rounding import in_tens
from songhe.foundation import clock
from tests.web.city import COMMUNITY, SmallCity

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("count", "threshold", "told"),
    [(0, 10, 0), (1, 10, None), (9, 10, None), (10, 10, 10), (19, 10, 10), (1234, 10, 1230), (12, 20, None), (7, 5, None)],
)
def test_counts_are_told_in_tens_and_few_not_at_all(count: int, threshold: int, told: int | None) -> None:
    assert in_tens(count, threshold) == told


def _counted(name: str, title: str, sure: int, unsure: int = 0) -> None:
    rule = RosterRule.objects.create(kind="benefit", name=name, title=title)
    RosterCount.objects.create(rule=rule, area_path=COMMUNITY, sure=sure, unsure=unsure)


def test_everybody_reads_rules_and_tens_and_nobody_is_named(city: SmallCity) -> None:
    benefit, other = _two_benefits()
    _counted(benefit, "甲项", 60, 7)
    _counted(other, "乙项", 3)
    RosterCount.objects.create(rule=None, area_path=COMMUNITY, sure=63, unsure=5)
    person = Person.objects.get()
    Entry.objects.create(
        register="left_behind", key=f"[{person.id}]", person=person, area_path=COMMUNITY, state="unpaired", opened_on=clock.today(),
        changed_at=clock.now(),
    )  # fmt: skip
    page = Client().get("/registers/")
    text = page.content.decode()
    found = page.context["found"]
    assert (found.roster.people, [(each.rule.name, each.people) for each in found.roster.rules]) == (
        60,
        [(benefit, 60), (other, None)],
    )
    kept = {shown.register.declared.id: shown.register.people for shown in found.registers}
    assert kept == {"left_behind": None, "disability_dementia": 0, "health_record": 0}
    assert person.name not in text
    assert "留守和重点老年人台账" in text
    assert "年龄" in next(shown.rule for shown in found.registers if shown.register.declared.id == "left_behind")
    assert 'href="/registers/"' in Client().get("/services/").content.decode()


def test_the_count_stands_for_ten_minutes(city: SmallCity) -> None:
    assert Client().get("/registers/").context["found"].roster.people == 0
    RosterCount.objects.create(rule=None, area_path=COMMUNITY, sure=60, unsure=0)
    assert Client().get("/registers/").context["found"].roster.people == 0
    cache.clear()
    assert Client().get("/registers/").context["found"].roster.people == 60


def test_before_a_pack_is_loaded_the_page_says_so(db: None) -> None:
    assert "政策还没有载入" in Client().get("/registers/").content.decode()


def _two_benefits() -> tuple[str, str]:
    """Two benefits that a row of the public list grants."""
    services = policy.pack_in_use().pack.services.values()
    first, second, *_ = sorted({benefit for service in services for benefit in service.benefits})
    return first, second
