"""Entries of the declared registers, every change of each, files on their way in, and who is expected to have an entry."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Entry(models.Model):
    """One entry of a declared register. Never deleted: what is over has `closed_on`.

    `key` is the JSON list of the person's number (where the register is about persons) and the register's key fields: at most one entry
    of a register and key is open. `values` holds the fields by id in the encoding of facts, decimals as text; an absent field is unknown.
    `sealed` is the JSON of the sensitive fields, sealed for this entry. Registers are declared in the pack, so `register` names one there.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    register = models.TextField()
    key = models.TextField()
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    area_path = models.TextField(db_collation="C")
    state = models.TextField()
    values = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "register_entry"
        constraints = [
            models.UniqueConstraint(fields=["register", "key"], condition=Q(closed_on=None), name="register_entry_one_open"),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")), name="register_entry_closes_after_opening"
            ),
        ]
        indexes = [
            models.Index(fields=["register", "area_path", "state"], name="register_entry_area"),
            models.Index(fields=["register", "id"], name="register_entry_order"),
            models.Index(fields=["register", "key"], name="register_entry_key"),
            models.Index(fields=["person"], name="register_entry_person", condition=Q(person__isnull=False)),
        ]


class RegisterFile(models.Model):
    """A file of a register, checked row by row, let in by a human. Only an accepted one has touched entries."""

    register = models.TextField()
    file = models.ForeignKey("foundation.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.TextField()
    area_paths = ArrayField(models.TextField())  # where the sender may write; rows about other areas are rejected
    status = models.TextField()  # see words.FileStatus
    counts = models.JSONField(default=dict)  # verdict -> rows
    ignored_columns = ArrayField(models.TextField(), default=list)
    uploaded_by = models.BigIntegerField()
    uploaded_at = models.DateTimeField()
    accepted_by = models.BigIntegerField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "register_file"
        indexes = [models.Index(fields=["register", "-uploaded_at"], name="register_file_order")]


class RegisterFileRow(models.Model):
    """One row of a file: its verdict, and each problem as {column, value (masked), code, reason, remedy}."""

    file = models.ForeignKey(RegisterFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    sheet = models.TextField(blank=True)
    row = models.IntegerField()
    verdict = models.TextField()  # see words.Verdict
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    changes = ArrayField(models.TextField(), default=list)  # labels of what would change
    problems = models.JSONField(default=list)

    class Meta:
        db_table = "register_file_row"
        constraints = [models.UniqueConstraint(fields=["file", "sheet", "row"], name="register_file_row_once")]


class EntryChange(models.Model):
    """One thing that happened to an entry: who, when, why, and the values before and after. Only appended; a trigger refuses the rest.

    `before` and `after` hold only the fields that changed. Sensitive fields stand there as null, their values sealed in `sealed`.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor_id = models.BigIntegerField()
    actor_name = models.TextField()
    deed = models.TextField()  # see words.Deed
    move = models.TextField(blank=True)
    from_state = models.TextField(blank=True)
    to_state = models.TextField(blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    reason = models.TextField(blank=True)
    file = models.ForeignKey(RegisterFile, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "register_change"


class Candidate(models.Model):
    """A person whom a register's condition and its entries do not agree on, as of the last look at everybody (see words.Expectation)."""

    register = models.TextField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    expectation = models.TextField()
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    found_on = models.DateField()

    class Meta:
        db_table = "register_candidate"
        constraints = [models.UniqueConstraint(fields=["register", "person"], name="register_candidate_once")]
        indexes = [models.Index(fields=["register", "expectation", "area_path", "id"], name="register_candidate_area")]
