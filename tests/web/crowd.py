"""Sixty more elders in the small city, in both towns, so that there is something to publish; decided once more."""

from __future__ import annotations

import datetime as dt

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.people.models import Household, Person
from songhe.contexts.places.models import Area
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from tests.web.city import COMMUNITY
from tests.web.town import OTHER_COMMUNITY, SETTLED


def build_crowd() -> None:
    """Thirty a community: ages 60 to 89, men and women in turn, every seventh of unknown ability, every fifth alone."""
    for place, path in enumerate((COMMUNITY, OTHER_COMMUNITY)):
        area = Area.objects.get(path=path)
        for k in range(30):
            born = dt.date(clock.today().year - 60 - k, 1, 1)
            facts = SETTLED | {"birth_date": born.isoformat(), "sex": "male" if k % 2 else "female", "lives_alone": k % 5 == 0}
            if k % 7 == 0:
                del facts["ability_grade"]
            home = Household.objects.create(
                key=f"C{place}-{k}", area=area, area_path=path, facts={"size": 1}, changed_at=clock.now()
            )
            Person.objects.create(
                household=home, area=area, area_path=path, name=f"陈{place}{k}", birth_date=born, sex=str(facts["sex"]), facts=facts,
                changed_at=clock.now(),
            )  # fmt: skip
    entitlements.determine_city(SYSTEM, cause="又来了六十位老人")
