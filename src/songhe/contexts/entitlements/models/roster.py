"""The roster of people who are owed basic elder care, by the rule that put each one on it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class RosterRule(models.Model):
    """A rule that puts people on the roster: a benefit of the public list, or a named group of the pack. Kept when the pack drops it."""

    id = models.SmallAutoField(primary_key=True)
    kind = models.TextField()  # words.RosterKind
    name = models.TextField()  # of the benefit, or of the definition
    title = models.TextField()  # as the pack last called it

    class Meta:
        db_table = "roster_rule"
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="roster_rule_once")]


class RosterEntry(models.Model):
    """A person stands on the roster by a rule from `entered_on` until `left_on`. Never deleted; who comes again has a new entry.

    `unsure_since`: the day from which on it could not be told any more whether the rule holds. `left_because` is what the rule said of the
    person then, in Chinese, `left_condition` the id of the condition that no longer held. The references to person and rule are checked
    for a whole run at once when it is written (docs/decisions/0006).
    """

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    rule = models.ForeignKey(RosterRule, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    area_path = models.TextField(db_collation="C")  # where the person lives now, or lived when they left
    entered_on = models.DateField()
    entered_run = models.ForeignKey("Run", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    unsure_since = models.DateField(null=True)
    left_on = models.DateField(null=True)
    left_run = models.ForeignKey(
        "Run", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    left_reason = models.TextField(null=True)  # words.ExitReason
    left_condition = models.TextField(blank=True, default="")
    left_because = models.TextField(blank=True, default="")

    class Meta:
        db_table = "roster_entry"
        constraints = [
            models.UniqueConstraint(fields=["person", "rule"], condition=Q(left_on=None), name="roster_entry_one_open"),
            models.CheckConstraint(
                condition=Q(left_on=None, left_run=None, left_reason=None)
                | Q(left_on__isnull=False, left_run__isnull=False, left_reason__isnull=False),
                name="roster_entry_left_with_reason",
            ),
            models.CheckConstraint(condition=Q(left_on=None) | Q(left_on__gte=F("entered_on")), name="roster_entry_left_after"),
        ]
        indexes = [
            models.Index(fields=["rule", "area_path", "person"], condition=Q(left_on=None), name="roster_entry_open"),
            models.Index(fields=["area_path", "person", "id"], condition=Q(left_on=None), name="roster_entry_place"),
            models.Index(fields=["person"], condition=Q(left_on__isnull=False), name="roster_entry_past"),
            models.Index(fields=["-left_on", "-id"], condition=Q(left_on__isnull=False), name="roster_entry_left"),
            models.Index(
                fields=["area_path", "person", "id"],
                condition=Q(left_on=None, unsure_since__isnull=False),
                name="roster_entry_unsure",
            ),
        ]


class RosterCount(models.Model):
    """How many people stand on the roster by a rule (null: by any) in a community; kept equal to the open entries by whoever writes these."""

    rule = models.ForeignKey(RosterRule, null=True, on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    sure = models.IntegerField()
    unsure = models.IntegerField()

    class Meta:
        db_table = "roster_count"
        constraints = [
            models.UniqueConstraint(fields=["rule", "area_path"], name="roster_count_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(sure__gte=0, unsure__gte=0), name="roster_count_not_below_zero"),
        ]
