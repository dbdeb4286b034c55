"""Kept scenarios. A projection itself is never stored: it follows from snapshot, pack and scenario."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Scenario(models.Model):
    """A title for changed assumptions: `changes` maps an assumption's id to its new middle as decimal text. Withdrawn, never altered."""

    title = models.TextField()
    changes = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField()
    made_by_name = models.TextField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "scenario"
        constraints = [
            models.UniqueConstraint(fields=["title"], condition=Q(withdrawn_at=None), name="scenario_title_once"),
            models.CheckConstraint(condition=~Q(title=""), name="scenario_has_title"),
        ]
