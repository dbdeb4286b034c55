"""What everybody may know of the registers about people: that they are kept, by which rule, by whom, and about how many stand in them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Q

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers.models import Entry
from songhe.engines.policy.pack import RegisterEntry
from songhe.engines.suppression.rounding import in_tens

PERSON = "person"
USUAL_THRESHOLD = 10


@dataclass(frozen=True, slots=True)
class RegisterForAll:
    """One register about people. `people` in tens, None where they are too few to be told; `revised_at` None before the first entry."""

    declared: RegisterEntry
    people: int | None
    revised_at: dt.datetime | None


def least_shown() -> int:
    """From how many people on a count is told: as the yearly release has it."""
    plan = policy.pack_in_use().pack.release
    return plan.threshold if plan is not None else USUAL_THRESHOLD


def registers_for_all() -> tuple[RegisterForAll, ...]:
    """The registers about people in the order of the pack. For everybody: asks for no right, and no person can be told from it."""
    known = [each for each in policy.pack_in_use().pack.registers.values() if each.entity == PERSON]
    counted = {
        name: (people, revised)
        for name, people, revised in Entry.objects.filter(register__in=[each.id for each in known])
        .order_by()
        .values_list("register")
        .annotate(people=Count("person", distinct=True, filter=Q(closed_on=None)), revised=Max("changed_at"))
    }
    least = least_shown()
    return tuple(
        RegisterForAll(each, in_tens(people, least), revised)
        for each in known
        for people, revised in [counted.get(each.id, (0, None))]
    )
