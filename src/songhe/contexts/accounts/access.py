"""The only way to the rows of accounts: what a security administrator may manage is what lies in the areas of that role."""

from __future__ import annotations

from django.db.models import QuerySet

from songhe.contexts.accounts.models import Consumer, RoleGrant, User
from songhe.foundation.access import Actor, Right
from songhe.foundation.scope import rows_within


def visible_to(actor: Actor) -> QuerySet[User]:
    """The accounts of people who work in the areas where the actor manages users."""
    return User.objects.filter(rows_within(actor, Right.MANAGE_USERS))


def grants_visible_to(actor: Actor) -> QuerySet[RoleGrant]:
    """The grants at areas where the actor manages users, of accounts that the actor may see."""
    at_the_area = rows_within(actor, Right.MANAGE_USERS)
    of_the_user = rows_within(actor, Right.MANAGE_USERS, field="user__area_path")
    return RoleGrant.objects.filter(at_the_area & of_the_user)


def consumers_visible_to(actor: Actor) -> QuerySet[Consumer]:
    """The consumers of the areas where the actor manages users."""
    return Consumer.objects.filter(rows_within(actor, Right.MANAGE_USERS))
