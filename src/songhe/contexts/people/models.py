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
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+", db_index=False)  # community or village
    area_path = models.TextField()
    address_sealed = models.BinaryField(null=True)
    facts = models.JSONField(default=dict)  # variable -> value
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "household"
        indexes = [models.Index(fields=["area_path"], name="household_area", opclasses=["text_pattern_ops"])]


class Person(models.Model):
    """One human being. `facts` maps each variable to the value that counts; absent means unknown.

    Text that is searched by its beginning is collated "C", so that one plain index serves LIKE 'x%' and the order of a page.
    `pinyin` is the whole name without tones (zhangguilan), `initials` its first letters (zgl).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    area_path = models.TextField(db_collation="C")
    name = models.TextField(db_collation="C")
    pinyin = models.TextField(blank=True, db_collation="C")
    initials = models.TextField(blank=True, db_collation="C")
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
        constraints = [
            models.UniqueConstraint(fields=["id_index"], condition=Q(id_index__isnull=False), name="person_one_per_id_number")
        ]
        indexes = [
            models.Index(fields=["area_path", "name", "id"], name="person_area"),
            models.Index(fields=["name", "id"], name="person_name"),
            models.Index(fields=["pinyin", "name", "id"], name="person_pinyin"),
            models.Index(fields=["initials", "name", "id"], name="person_initials"),
            models.Index(fields=["phone_index"], name="person_phone", condition=Q(phone_index__isnull=False)),
            models.Index(fields=["birth_date", "name"], name="person_birth_name"),
            models.Index(fields=["demo"], name="person_demo", condition=Q(demo=True)),
        ]


class Record(models.Model):
    """What one department said about one person (or household) on one date. Never changed; superseded by a later one.

    `values` holds facts by variable. `identity` holds what the row said besides: name, relation, household_no, area_code, death_date in
    clear; id_number, phone, address, bank_account, diagnosis only as a blind digest, enough to tell a repeated value from a new one.
    An import writes only what the department had not said before, so repeating an old statement does not make it younger.
    A record with a note and no batch is a clerk's correction.
    """

    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.TextField()
    stated_on = models.DateField()
    received_at = models.DateTimeField()
    batch = models.ForeignKey("ImportBatch", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    actor_id = models.BigIntegerField(default=0)
    values = models.JSONField()
    identity = models.JSONField(default=dict)
    note = models.TextField(blank=True)

    class Meta:
        db_table = "department_record"
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, household__isnull=True) | Q(person__isnull=True, household__isnull=False),
                name="record_has_one_subject",
            )
        ]
        indexes = [
            models.Index(fields=["person", "department"], name="record_person", condition=Q(person__isnull=False)),
            models.Index(fields=["household", "department"], name="record_household", condition=Q(household__isnull=False)),
        ]


class ImportBatch(models.Model):
    """One file of one department, from upload to acceptance. Only an accepted batch has touched people."""

    department = models.TextField()
    file = models.ForeignKey("foundation.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.TextField()
    stated_on = models.DateField()
    area_paths = ArrayField(models.TextField())  # where the sender may write; rows about other areas are rejected
    status = models.TextField()  # see words.py: uploaded, checking, checked, accepting, accepted, failed
    counts = models.JSONField(default=dict)  # verdict -> rows
    problem = models.TextField(blank=True)  # why the whole file could not be read
    ignored_columns = ArrayField(models.TextField(), default=list)  # headers that the layout does not know
    progress = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    checked_after = models.IntegerField(
        default=0
    )  # batches accepted when this one was checked: its verdicts hold while that stands
    uploaded_by = models.BigIntegerField()
    uploaded_at = models.DateTimeField()
    accepted_by = models.BigIntegerField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "import_batch"
        indexes = [models.Index(fields=["-uploaded_at"])]


class ImportRow(models.Model):
    """One row of a file: its verdict and, where something is wrong, each problem in words a clerk can act on.

    `content_sealed` is the row as read, sealed, kept where a human has to look (conflict, rejected) and empty elsewhere: the file has it.
    `problems` are {column, value (masked), code, reason, remedy, level: error | notice}.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+", db_index=False)
    sheet = models.TextField(blank=True)
    row = models.IntegerField()
    verdict = models.TextField()  # new | update | unchanged | conflict | rejected
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    changes = ArrayField(models.TextField(), default=list)  # variables that would change
    problems = models.JSONField(default=list)
    content_sealed = models.BinaryField(default=b"")

    class Meta:
        db_table = "import_row"
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "row"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "verdict", "row"])]


class StagedRow(models.Model):
    """A row of a file, read and understood but not yet matched: where `check_batch` leaves off and `accept_batch` begins.

    Unlogged (a crash empties it, and it is read from the file again) and gone once the batch is accepted. `rejected` rows stay out of
    matching. `birth_date` and `sex` are those of the ID number where the row has one, whether or not it states them.
    Sealed columns open with `public_id`, which is that of the person wherever the ID number decides who it is.
    """

    batch_id = models.BigIntegerField()
    sheet = models.TextField()
    row = models.IntegerField()
    rejected = models.BooleanField()
    problems = models.JSONField()
    content_sealed = models.BinaryField()
    public_id = models.UUIDField()
    name = models.TextField(db_collation="C")
    pinyin = models.TextField()
    initials = models.TextField()
    birth_date = models.DateField(null=True)
    sex = models.TextField()
    id_sealed = models.BinaryField(null=True)
    id_index = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    bank_account_sealed = models.BinaryField(null=True)
    diagnosis_sealed = models.BinaryField(null=True)
    address_sealed = models.BinaryField(null=True)
    demo = models.BooleanField()
    relation = models.TextField()
    household_key = models.TextField(null=True)
    area_id = models.BigIntegerField(null=True)
    area_path = models.TextField(db_collation="C", null=True)
    values = models.JSONField()
    household_values = models.JSONField()
    identity = models.JSONField()

    class Meta:
        db_table = "import_staged_row"
        indexes = [models.Index(fields=["batch_id"], name="staged_batch")]
