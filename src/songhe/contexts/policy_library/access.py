"""Pack versions and drafts are public text: anybody with an account that may see packs sees all of them."""

from __future__ import annotations

from django.db.models import QuerySet

from songhe.contexts.policy_library.models import PackDraft, PackVersion
from songhe.foundation.access import Actor, Right


def visible_to(actor: Actor) -> QuerySet[PackVersion]:
    """The versions this actor may read: all, or none."""
    return PackVersion.objects.all() if actor.may(Right.SEE_PACKS) else PackVersion.objects.none()


def drafts_visible_to(actor: Actor) -> QuerySet[PackDraft]:
    """The drafts this actor may read, with their checks, simulations and approvals: all, or none."""
    return PackDraft.objects.all() if actor.may(Right.SEE_PACKS) else PackDraft.objects.none()
