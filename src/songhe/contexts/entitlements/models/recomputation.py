"""A run of the whole city that is decided again to see whether the same comes out."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Recomputation(models.Model):
    """Asked for by somebody, done in the background: waiting → working → done or failed. `compared` of `decisions` tells how far it is."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    run = models.ForeignKey("Run", on_delete=models.PROTECT, related_name="+")
    state = models.TextField()  # words.RecomputationState
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    compared = models.IntegerField(default=0)
    decisions = models.IntegerField(default=0)
    different = models.IntegerField(null=True)
    rules_unchanged = models.BooleanField(null=True)
    snapshot_unchanged = models.BooleanField(null=True)
    failed = models.TextField(blank=True, default="")  # why, as a sentence
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "run_recomputation"
        constraints = [
            models.UniqueConstraint(
                fields=["run"], condition=Q(state__in=["waiting", "working"]), name="run_recomputation_one_at_work"
            ),
        ]
