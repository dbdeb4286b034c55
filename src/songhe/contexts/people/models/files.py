"""Files of the departments on their way in: batches, a verdict for every row, how a sender names columns, sheets sent out to be filled in."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from songhe.contexts.people.models.person import Person


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
    notes = ArrayField(models.TextField(), default=list)  # what is to be said of the file as a whole, in Chinese
    headings_sealed = models.BinaryField(default=b"")  # the headers found and what each was taken for
    columns = models.JSONField(default=dict)  # header as written -> layout field ("" leaves it out), where the sender said so
    complete_list = models.TextField(
        blank=True, default="", db_default=""
    )  # of what somebody says that the file is the whole list
    complete_counts = models.JSONField(default=dict)  # absent, losing, unclear: people, as declare_complete counted them
    client_key = models.TextField(null=True, unique=True)  # idempotency key of the API consumer who uploaded it
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
    `corrected_sealed` is what somebody put in place of cells of this row on the page ({field: text}, sealed); it counts instead of the file's.
    `set_aside` is why somebody put a row aside that is not going in; empty where nobody did.
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
    corrected_sealed = models.BinaryField(default=b"")
    set_aside = models.TextField(blank=True)

    class Meta:
        db_table = "import_row"
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "row"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "verdict", "row"])]


class AbsentPerson(models.Model):
    """Somebody whom a file that is said to be a complete list does not name: what the human sees before it is let in.

    `losing`: the department's list had them before. Written when the list is declared, gone when that is taken back or the file is checked again.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    losing = models.BooleanField()

    class Meta:
        db_table = "import_absent"
        constraints = [models.UniqueConstraint(fields=["batch", "person"], name="import_absent_once")]
        indexes = [models.Index(fields=["batch", "-losing", "id"], name="import_absent_page")]


class StagedRow(models.Model):
    """A row of a file, read and understood but not yet matched: where `check_batch` leaves off and `accept_batch` begins.

    Unlogged (a crash empties it, and it is read from the file again) and gone once the batch is accepted. `rejected` rows stay out of
    matching. `birth_date` and `sex` are those of the ID number where the row has one, whether or not it states them.
    `id_sealed` without an `id_index` is a damaged number as written. Sealed columns open with `public_id`, which is that of the person
    wherever the ID number decides who it is.
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
    former_index = models.BinaryField(null=True)  # of the number that the row calls the former one
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
        indexes = [
            models.Index(fields=["batch_id"], name="staged_batch"),
            models.Index(fields=["batch_id"], name="staged_former", condition=models.Q(former_index__isnull=False)),
        ]


class SenderMapping(models.Model):
    """How one sender's files of a department name their columns, remembered when a batch with it is accepted.

    `columns` maps a header as written to a layout field, or to "" for a column to be left out. `sender` is the area path that the sender
    works for ("" for the whole city); `signature` tells files with other headers apart.
    """

    department = models.TextField()
    sender = models.TextField(blank=True)
    signature = models.CharField(max_length=64)  # SHA-256 over the headers in order
    columns = models.JSONField()
    used_at = models.DateTimeField()
    used_by = models.BigIntegerField()

    class Meta:
        db_table = "sender_mapping"
        constraints = [models.UniqueConstraint(fields=["department", "sender", "signature"], name="sender_mapping_once")]


class SheetRequest(models.Model):
    """A pre-filled sheet of chosen people and fields, sent to a community to complete; it comes back as a batch."""

    public_id = models.UUIDField(unique=True)
    department = models.TextField()  # whose layout the sheet follows
    area_path = models.TextField()
    fields = ArrayField(models.TextField())  # layout fields to be filled in
    person_ids = ArrayField(models.BigIntegerField())
    reason = models.TextField()
    due_on = models.DateField(null=True)
    created_by = models.BigIntegerField()
    created_at = models.DateTimeField()
    batch = models.ForeignKey(ImportBatch, null=True, on_delete=models.PROTECT, related_name="+")  # in which it came back
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sheet_request"
        indexes = [models.Index(fields=["area_path"], name="sheet_request_area", opclasses=["text_pattern_ops"])]
