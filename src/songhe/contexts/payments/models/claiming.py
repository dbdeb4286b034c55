"""A body of care at the desk of its own: for which body an account acts, and the papers of its claims."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class BodySeat(models.Model):
    """The body for which a user or a consumer of the API claims. Who has none claims nothing of its own."""

    actor_kind = models.TextField()  # user, consumer
    actor_id = models.BigIntegerField()  # as `Actor.id`: a consumer's is below zero
    credit_code = models.CharField(max_length=18)
    name = models.TextField()
    area_path = models.TextField(db_collation="C")
    given_by = models.BigIntegerField()
    given_at = models.DateTimeField()

    class Meta:
        db_table = "body_seat"
        constraints = [
            models.UniqueConstraint(fields=["actor_kind", "actor_id"], name="body_seat_one_each"),
            models.CheckConstraint(condition=~Q(credit_code="") & ~Q(name=""), name="body_seat_names_a_body"),
        ]


class AwardDocument(models.Model):
    """A paper of a claim: a bill, a certificate, a policy of insurance. It stays with the claim, also after the decision."""

    award = models.ForeignKey("Award", on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey("foundation.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.TextField()  # as it was called where it came from
    added_by = models.BigIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        db_table = "award_document"
        constraints = [models.UniqueConstraint(fields=["award", "file"], name="award_document_once")]
