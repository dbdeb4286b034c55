"""Times that a benefit was used which is given each time: meals eaten, visits made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class GrantUse(models.Model):
    """A grant was used so many times on a day. `reference` is the number of whoever says so: the same told again is the same use.

    Never changed; what was told wrongly is withdrawn, with the reason, and told anew under another number.
    """

    grant = models.ForeignKey("Grant", on_delete=models.PROTECT, related_name="+")
    used_on = models.DateField()
    times = models.SmallIntegerField()
    reference = models.TextField()
    place = models.TextField()
    told_by = models.BigIntegerField()
    told_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True, default="")

    class Meta:
        db_table = "grant_use"
        constraints = [
            models.UniqueConstraint(fields=["grant", "reference"], name="grant_use_once"),
            models.CheckConstraint(condition=Q(times__gte=1, times__lte=50), name="grant_use_times"),
        ]
        indexes = [models.Index(fields=["grant", "used_on"], condition=Q(withdrawn_at=None), name="grant_use_day")]
