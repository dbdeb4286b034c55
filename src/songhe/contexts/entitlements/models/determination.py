"""Snapshots of facts, runs of the rules over them, and one stored decision per person and run.

A run becomes visible only when `published_at` is set, in one statement, after all its decisions are written: killed before
that, nothing half-done can be seen. A person's current decision is the one of the latest published run that contains them.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Snapshot(models.Model):
    """The facts a run saw. A whole city is a Parquet file under `var/snapshots` (named by its hash); one household is `inline`."""

    kind = models.TextField()  # city | household
    taken_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    path = models.TextField(blank=True)
    inline = models.JSONField(null=True)
    persons = models.IntegerField()
    households = models.IntegerField()

    class Meta:
        db_table = "snapshot"


class Run(models.Model):
    """One application of a rulebook to a snapshot, for one as-of date."""

    kind = models.TextField()  # city | household
    snapshot = models.ForeignKey(Snapshot, null=True, on_delete=models.PROTECT, related_name="+")  # set when published
    pack_version = models.ForeignKey("policy_library.PackVersion", on_delete=models.PROTECT, related_name="+")
    rulebook_hash = models.CharField(max_length=64)
    as_of = models.DateField()
    benefits = ArrayField(models.TextField())  # benefit ids in stored order
    started_at = models.DateTimeField()
    started_by = models.BigIntegerField()
    published_at = models.DateTimeField(null=True)
    failed = models.TextField(blank=True)
    persons = models.IntegerField(default=0)
    cause = models.TextField(blank=True)  # why: import, fact corrected, rule changed …

    class Meta:
        db_table = "determination_run"
        constraints = [
            models.CheckConstraint(condition=Q(published_at=None) | Q(snapshot__isnull=False), name="run_published_has_snapshot")
        ]
        indexes = [models.Index(fields=["-published_at"], condition=Q(published_at__isnull=False), name="run_published")]


class Decision(models.Model):
    """What the rules say of one person in one run. Arrays are in the order of `Run.benefits`.

    statuses       one byte per benefit (`engines.policy.rulebook.Status`)
    amounts        fen per benefit
    true_mask      condition bits that are true; unknown_mask: that cannot be told

    The two references are checked for a whole run at once when it is written (docs/decisions/0006): row by row, the database would lock
    every person of the city. People, and runs that have decisions, are never deleted.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    area_path = models.TextField()
    statuses = models.BinaryField()
    amounts = ArrayField(models.BigIntegerField())
    true_mask = models.BinaryField()
    unknown_mask = models.BinaryField()

    class Meta:
        db_table = "decision"
        constraints = [models.UniqueConstraint(fields=["person", "run"], name="decision_one_per_person_and_run")]
        indexes = [
            models.Index(
                fields=["run", "area_path", "person"],
                name="decision_area",
                opclasses=["int8_ops", "text_pattern_ops", "int8_ops"],
            )
        ]


class RunFigure(models.Model):
    """Counted when a run is published: people and fen by area (town) , benefit and status. The rows behind it are the run's decisions."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField()
    benefit = models.TextField()
    status = models.SmallIntegerField()
    persons = models.IntegerField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "run_figure"
        constraints = [models.UniqueConstraint(fields=["run", "area_path", "benefit", "status"], name="run_figure_once")]
