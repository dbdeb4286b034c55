"""As people grow older, what follows from who lives with whom changes without anybody saying anything: once a day everybody is gone through."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.people.actions.derive_living import derive_living_of_city
from songhe.contexts.people.actions.one_at_a_time import hold_people
from songhe.contexts.people.events import HouseholdsChanged
from songhe.contexts.people.models import Person
from songhe.foundation import audit, outbox
from songhe.foundation.access import Actor, Right, require

NAMED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class CityLiving:
    """For how many persons and households something else is derived than before."""

    persons: int
    households: int


@transaction.atomic
def derive_city_living(actor: Actor) -> CityLiving:
    """Everybody's living arrangement is derived as of today and counts where nobody says otherwise; HouseholdsChanged names whom it touches.

    For whoever may let files in over everything. Waits for a batch that is let in; safe to run twice.
    """
    require(actor, Right.ACCEPT_IMPORT, "")
    hold_people()
    derived = derive_living_of_city()
    homes = set(derived.household_ids) | set(
        Person.objects.filter(id__in=derived.person_ids).values_list("household_id", flat=True)
    )
    ordered = sorted(homes)
    for start in range(0, len(ordered), NAMED_AT_ONCE):
        outbox.publish(
            HouseholdsChanged(household_ids=tuple(ordered[start : start + NAMED_AT_ONCE]), cause="按登记情况重新推算居住状况")
        )
    result = CityLiving(len(derived.person_ids), len(derived.household_ids))
    if ordered:
        detail = {"persons": result.persons, "households": result.households}
        audit.record(actor, "people.derive_city_living", subject_type="city", detail=detail)
    return result
