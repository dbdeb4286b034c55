"""Whether an account signs in in two steps, and whether it has to."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings

from songhe.contexts.accounts.access import visible_to
from songhe.foundation.access import Actor, Right, require


def lacks_second_factor(actor: Actor) -> bool:
    """Whether a role of the actor needs a second step at sign-in (SONGHE_TWO_FACTORS) and the account has none."""
    if actor.kind != "user" or not any(grant.role in settings.SONGHE_TWO_FACTORS for grant in actor.grants):
        return False
    return not Authenticator.objects.filter(user_id=actor.id, type=Authenticator.Type.TOTP).exists()


def has_second_factor(actor: Actor, *, user_id: int) -> bool:
    """Whether an account that the actor manages signs in in two steps."""
    require(actor, Right.MANAGE_USERS)
    mine = visible_to(actor).filter(pk=user_id).values("pk")
    return bool(Authenticator.objects.filter(user_id__in=mine, type=Authenticator.Type.TOTP).exists())
