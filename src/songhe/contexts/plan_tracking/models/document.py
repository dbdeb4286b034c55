"""Plan documents, what was read of them, and what does not fit in them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class PlanDocument(models.Model):
    """One version of a plan as it was printed. The text is public and never changes once read; places are offsets into it.

    `sections` are the pages on which it is reviewed: {title, start, end}. `headings` are [start, level] of its clauses.
    """

    title = models.TextField()
    file = models.ForeignKey("foundation.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.TextField()
    sha256 = models.TextField(unique=True)  # of the file: the same content is the same document
    kind = models.TextField(blank=True)  # txt, html, docx, pdf; empty until read
    stage = models.TextField()  # words.Stage: draft (征求意见稿), issued
    version_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")  # the version before this one
    status = models.TextField()  # words.DocumentStatus
    problem = models.TextField(blank=True)  # why it could not be read: one sentence
    text = models.TextField(blank=True)
    sections = models.JSONField(default=list)
    headings = models.JSONField(default=list)
    uploaded_by = models.BigIntegerField()
    uploaded_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    confirmed_by = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "plan_document"
        indexes = [models.Index(fields=["-uploaded_at", "-id"])]
        constraints = [
            models.CheckConstraint(condition=~Q(version_of=F("id")), name="plan_document_not_its_own_version"),
            models.CheckConstraint(
                condition=Q(status__in=["uploaded", "failed"]) | ~Q(text=""), name="plan_document_read_has_text"
            ),
        ]


class ReadItem(models.Model):
    """One task, target or figure that was read, and what a person decided about it.

    `start` and `end` are its place in the document's text, `at` and `at_end` the place of its number. `read` is as the engine said it, `corrected` as a person
    put it right. `carried_from` is the item of the version before from which a decision was taken over; `misfits` are fields whose
    correction there does not fit here, because the document itself says something new.
    """

    document = models.ForeignKey(PlanDocument, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()  # words.ItemKind
    number = models.IntegerField()  # its place among the items of its kind, from 1
    key = models.TextField()  # K7-01, T7-01, B7-01: the id that other items of the document name
    clause = models.TextField(blank=True)
    start = models.IntegerField()
    end = models.IntegerField()
    at = models.IntegerField()
    at_end = models.IntegerField()
    read = models.JSONField()
    state = models.TextField()  # words.ItemState
    corrected = models.JSONField(null=True)
    carried_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    misfits = ArrayField(models.TextField(), default=list)
    reason = models.TextField(blank=True)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "plan_read_item"
        indexes = [models.Index(fields=["document", "start", "id"])]
        constraints = [
            models.UniqueConstraint(fields=["document", "kind", "number"], name="plan_read_item_once"),
            models.CheckConstraint(condition=Q(start__gte=0) & Q(end__gte=F("start")), name="plan_read_item_has_a_place"),
            models.CheckConstraint(
                condition=Q(state="corrected", corrected__isnull=False) | (~Q(state="corrected") & Q(corrected__isnull=True)),
                name="plan_read_item_corrected_says_how",
            ),
        ]


class FindingKept(models.Model):
    """Something that does not fit in a document, open until somebody settles it with a note. `places` are [start, end] in its text."""

    document = models.ForeignKey(PlanDocument, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    code = models.TextField()
    severity = models.TextField()  # A, B, C
    sentence = models.TextField()
    computation = models.TextField(blank=True)
    places = models.JSONField()
    state = models.TextField()  # words.FindingState
    note = models.TextField(blank=True)
    settled_by = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "plan_finding"
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="plan_finding_once")]
