"""Names and outlines of areas are public knowledge; what is limited is which of them an actor may work in."""

from __future__ import annotations

from django.db.models import QuerySet

from songhe.contexts.places.models import Area, AreaDesk
from songhe.foundation.access import Actor, Right
from songhe.foundation.scope import rows_within


def visible_to(actor: Actor) -> QuerySet[Area]:
    """Every area: an anonymous visitor too may see which towns the city has."""
    return Area.objects.all()


def workable_by(actor: Actor, right: Right) -> QuerySet[Area]:
    """The areas in which the actor holds the right."""
    return Area.objects.filter(rows_within(actor, right, field="path"))


def desks() -> QuerySet[AreaDesk]:
    """Addresses, telephones and hours of desks: public, as they stand on their doors."""
    return AreaDesk.objects.all()
