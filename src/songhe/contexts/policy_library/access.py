"""Pack versions are public text: anybody with an account that may see packs sees all of them."""

from __future__ import annotations

from django.db.models import QuerySet

from songhe.contexts.policy_library.models import PackVersion
from songhe.foundation.access import Actor, Right


def visible_to(actor: Actor) -> QuerySet[PackVersion]:
    """The versions this actor may read: all, or none."""
    return PackVersion.objects.all() if actor.may(Right.SEE_PACKS) else PackVersion.objects.none()
