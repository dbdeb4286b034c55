"""Files sent in about many people, the verdict of each row, and what providers counted of a benefit that is given by units."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class ReturnFile(models.Model):
    """One file from its check to its acceptance. `sender` is a department's label, or a provider's name; `benefit` is empty for a comparison."""

    kind = models.TextField()  # words.ReturnKind
    sender = models.TextField()
    benefit = models.TextField(blank=True)
    file = models.ForeignKey("foundation.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.TextField()
    area_paths = ArrayField(models.TextField())  # where the sending actor may act: rows outside were rejected
    status = models.TextField()  # words.ReturnStatus
    counts = models.JSONField(default=dict)  # verdict -> rows
    ignored_columns = models.JSONField(default=list)
    uploaded_by = models.BigIntegerField()
    uploaded_at = models.DateTimeField()
    accepted_by = models.BigIntegerField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "grant_return"
        constraints = [
            models.CheckConstraint(
                condition=Q(status="checked", accepted_at=None) | Q(status="accepted", accepted_at__isnull=False),
                name="grant_return_accepted_has_time",
            )
        ]
        indexes = [models.Index(fields=["kind", "-id"], name="grant_return_kind")]


class ReturnRow(models.Model):
    """One row of a file: what it says (`said`, nothing that identifies), what accepting does, and why not."""

    file = models.ForeignKey(ReturnFile, on_delete=models.PROTECT, related_name="+")
    sheet = models.TextField(blank=True)
    row = models.IntegerField()
    verdict = models.TextField()  # words.ReturnVerdict
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(blank=True, db_collation="C")
    said = models.JSONField(default=dict)
    note = models.TextField(blank=True)  # what accepting does, in Chinese
    problems = models.JSONField(default=list)  # [{column, reason, remedy}]

    class Meta:
        db_table = "grant_return_row"
        indexes = [
            models.Index(fields=["file", "verdict", "id"], name="grant_return_row_file"),
            models.Index(fields=["person"], name="grant_return_row_person"),
        ]


class UnitCount(models.Model):
    """How many units a provider gave to a person in a month, as it was last reported and accepted. Each change is a new revision that names
    the old.
    """

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    benefit = models.TextField()
    month = models.DateField()
    provider = models.TextField()
    revision = models.IntegerField()
    units = models.IntegerField()
    file = models.ForeignKey(ReturnFile, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "grant_unit_count"
        constraints = [
            models.UniqueConstraint(fields=["person", "benefit", "month", "provider", "revision"], name="grant_unit_count_once"),
            models.CheckConstraint(condition=Q(units__gte=0), name="grant_unit_count_not_negative"),
            models.CheckConstraint(
                condition=Q(revision=1, replaces=None) | Q(revision__gt=1, replaces__isnull=False),
                name="grant_unit_count_names_the_old",
            ),
        ]
