"""People as the departments know them: persons, households, what each department said and when, imports with a verdict per row.

A department's statement (`Record`) is never overwritten: a later statement supersedes an earlier one of the same department.
`Person.facts` and `Household.facts` hold the value that counts for each variable, derived from the records by precedence
(`facts.settle`), so that a whole city can be read without joining history. Sensitive identifiers are sealed (SM4-GCM) and found by blind index.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Household(models.Model):
    """People who live and are registered together. `key` is the departments' household number within the city."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    key = models.TextField(unique=True)
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")  # community or village
    area_path = models.TextField()
    address_sealed = models.BinaryField(null=True)
    facts = models.JSONField(default=dict)  # variable -> value
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "household"
        indexes = [models.Index(fields=["area_path"], name="household_area", opclasses=["text_pattern_ops"])]


class Person(models.Model):
    """One human being. `facts` maps each variable to the value that counts; absent means unknown."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField()
    name = models.TextField()
    pinyin = models.TextField(blank=True)
    birth_date = models.DateField(null=True)
    sex = models.TextField(blank=True)
    id_kind = models.TextField(default="resident")
    id_sealed = models.BinaryField(null=True)
    id_index = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    bank_account_sealed = models.BinaryField(null=True)
    diagnosis_sealed = models.BinaryField(null=True)
    relation = models.TextField(blank=True)  # to the head of household
    facts = models.JSONField(default=dict)
    demo = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "person"
        constraints = [models.UniqueConstraint(fields=["id_index"], condition=Q(id_index__isnull=False), name="person_one_per_id_number")]
        indexes = [
            models.Index(fields=["area_path", "id"], name="person_area", opclasses=["text_pattern_ops", "int8_ops"]),
            models.Index(fields=["name"], name="person_name", opclasses=["text_pattern_ops"]),
            models.Index(fields=["pinyin"], name="person_pinyin", opclasses=["text_pattern_ops"]),
            models.Index(fields=["phone_index"], name="person_phone"),
            models.Index(fields=["birth_date", "name"], name="person_birth_name"),
        ]


class Record(models.Model):
    """What one department said about one person (or household) on one date. Never changed; superseded by a later one."""

    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, null=True, on_delete=models.PROTECT, related_name="+")
    department = models.TextField()
    stated_on = models.DateField()
    received_at = models.DateTimeField()
    batch = models.ForeignKey("ImportBatch", null=True, on_delete=models.PROTECT, related_name="+")
    actor_id = models.BigIntegerField(default=0)
    values = models.JSONField()
    note = models.TextField(blank=True)

    class Meta:
        db_table = "department_record"
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, household__isnull=True) | Q(person__isnull=True, household__isnull=False),
                name="record_has_one_subject",
            )
        ]
        indexes = [models.Index(fields=["person", "department", "-stated_on"]), models.Index(fields=["household", "department"])]


class ImportBatch(models.Model):
    """One file of one department, from upload to acceptance. Only an accepted batch has touched people."""

    department = models.TextField()
    file = models.ForeignKey("foundation.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.TextField()
    stated_on = models.DateField()
    status = models.TextField()  # see words.py: uploaded, checking, checked, accepting, accepted, rejected, failed
    counts = models.JSONField(default=dict)  # verdict -> rows
    problem = models.TextField(blank=True)  # why the whole file could not be read
    progress = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    uploaded_by = models.BigIntegerField()
    uploaded_at = models.DateTimeField()
    accepted_by = models.BigIntegerField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "import_batch"
        indexes = [models.Index(fields=["-uploaded_at"])]


class ImportRow(models.Model):
    """One row of a file: its verdict and, where something is wrong, each problem in words a clerk can act on.

    `content_sealed` is the row as read, sealed; `problems` are {column, value (masked), code, reason, remedy}.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+")
    sheet = models.TextField(blank=True)
    row = models.IntegerField()
    verdict = models.TextField()  # new | update | unchanged | conflict | rejected
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    changes = ArrayField(models.TextField(), default=list)  # variables that would change
    problems = models.JSONField(default=list)
    content_sealed = models.BinaryField()

    class Meta:
        db_table = "import_row"
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "row"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "verdict", "row"])]
