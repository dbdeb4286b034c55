"""Tables that every context shares: the audit chain, the outbox, work items, stored files, signed documents."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class AuditEntry(models.Model):
    """One link of the hash chain. Rows are only appended; a trigger refuses update and delete.

    `mac` is the key's id (4 bytes) and HMAC-SM3 over the previous mac and this row's content, so altering any row by hand
    breaks the chain.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField()
    actor_name = models.TextField()
    action = models.TextField()
    subject_type = models.TextField(blank=True)
    subject_id = models.TextField(blank=True)
    area_path = models.TextField(blank=True)
    detail = models.JSONField(default=dict)
    previous_mac = models.BinaryField()
    mac = models.BinaryField()

    class Meta:
        db_table = "audit_entry"
        indexes = [models.Index(fields=["subject_type", "subject_id"]), models.Index(fields=["actor_id", "at"])]


class AuditHead(models.Model):
    """The last link's number, and a mac over it and the last link's mac (one row), so that cutting off the tail is found too."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField()
    mac = models.BinaryField()

    class Meta:
        db_table = "audit_head"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="audit_head_one_row")]


class OutboxEvent(models.Model):
    """An event written with the data it speaks of, delivered at least once to each listener."""

    name = models.TextField()
    payload = models.JSONField()
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    delivered_to = models.JSONField(default=list)  # listeners that have done their part
    attempts = models.IntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.TextField(blank=True)

    class Meta:
        db_table = "outbox_event"
        indexes = [models.Index(fields=["next_attempt_at", "id"], condition=Q(delivered_at=None), name="outbox_pending")]


class WorkItem(models.Model):
    """Something a desk or a department has to do, about one subject. At most one open item per `key`."""

    kind = models.TextField()
    key = models.TextField()
    owner = models.TextField()  # department role of the data dictionary, or a desk
    area_path = models.TextField()
    subject_type = models.TextField()
    subject_id = models.BigIntegerField()
    title = models.TextField()
    detail = models.JSONField(default=dict)
    priority = models.SmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)
    outcome = models.TextField(blank=True)

    class Meta:
        db_table = "work_item"
        constraints = [models.UniqueConstraint(fields=["key"], condition=Q(closed_at=None), name="work_item_one_open_per_key")]
        indexes = [
            models.Index(
                fields=["area_path"], opclasses=["text_pattern_ops"], condition=Q(closed_at=None), name="work_item_open_area"
            ),
            models.Index(fields=["-priority", "opened_at", "id"], condition=Q(closed_at=None), name="work_item_open_order"),
            models.Index(fields=["subject_type", "subject_id"]),
        ]


class StoredFile(models.Model):
    """A file kept once by content, sealed on disk under `var/files`."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.TextField()
    size = models.BigIntegerField()
    content_type = models.TextField()
    stored_at = models.DateTimeField()

    class Meta:
        db_table = "stored_file"


class SigningCertificate(models.Model):
    """A certificate that signs documents or has signed them. One that is not retired for each origin; none is ever removed.

    `sealed_key` is the private key of one made here; a provider's key stays in its own file.
    """

    fingerprint = models.CharField(max_length=64, unique=True)  # SHA-256 of `der`, hex
    origin = models.TextField()  # certificates.Origin
    subject = models.TextField()
    der = models.BinaryField()
    sealed_key = models.BinaryField(default=b"")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "signing_certificate"
        constraints = [
            models.UniqueConstraint(fields=["origin"], condition=Q(retired_at=None), name="signing_certificate_one_current")
        ]


class IssuedDocument(models.Model):
    """A document that was signed and given out: its hash, and what whoever checks it may be told. Only added to.

    `told` is sealed JSON [[label, words]] of what stands on the document itself.
    """

    code = models.CharField(max_length=16, unique=True)  # printed on the document
    sha256 = models.CharField(max_length=64, unique=True)
    kind = models.TextField()
    issuer = models.TextField()
    told = models.BinaryField()
    certificate = models.ForeignKey(SigningCertificate, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "issued_document"


class DocumentCheck(models.Model):
    """Somebody checked a document from a place; a clock against guessing codes. Of the place only a digest."""

    place_digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "document_check"
        indexes = [models.Index(fields=["place_digest", "at"], name="document_check_place")]
