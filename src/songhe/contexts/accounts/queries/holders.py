"""Who holds a role, for pages that tie an account to something else, such as an assessor's certificate."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from songhe.contexts.accounts.models import RoleGrant
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right, Role, require
from songhe.foundation.scope import rows_within


@dataclass(frozen=True, slots=True)
class Holder:
    """An account that holds the role today."""

    user_id: int
    username: str
    name: str


def holders_of(actor: Actor, *, role: Role, right: Right) -> tuple[Holder, ...]:
    """Active accounts that hold the role today at an area where the actor holds the right, by user name."""
    require(actor, right)
    today = clock.today()
    held = RoleGrant.objects.filter(
        rows_within(actor, right), Q(valid_to=None) | Q(valid_to__gt=today), role=role, valid_from__lte=today
    )
    rows = held.filter(user__is_active=True).values_list("user_id", "user__username", "user__display_name")
    return tuple(Holder(*row) for row in rows.distinct().order_by("user__username"))
