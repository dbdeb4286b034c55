"""Loaded pack versions, kept whole, and what the city changed on top of the files: parameters and chosen readings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class PackVersion(models.Model):
    """A city's pack with the national one under it, exactly as loaded, so that any old decision can be recomputed.

    `files` maps a relative path to the file's text; `overlay` holds the city's own changes:
    {"parameters": {name: [{"from", "value", "source", "note"}]}, "readings": {definition: reading}}.
    """

    pack = models.TextField()
    version = models.TextField()
    content_hash = models.CharField(max_length=64, unique=True)
    files = models.JSONField()
    overlay = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    loaded_at = models.DateTimeField()
    loaded_by = models.BigIntegerField()
    in_use = models.BooleanField(default=False)

    class Meta:
        db_table = "pack_version"
        constraints = [models.UniqueConstraint(fields=["in_use"], condition=Q(in_use=True), name="pack_version_one_in_use")]
