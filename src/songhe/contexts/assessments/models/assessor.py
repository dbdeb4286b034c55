"""Who assesses: bodies, their assessors with certificates, and whom an assessor must not assess."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Body(models.Model):
    """An assessment body. It works in `area_path` and below; `licensed_until` is the first day on which it may no longer assess."""

    name = models.TextField()
    credit_code = models.TextField(unique=True)
    area_path = models.TextField(db_collation="C")
    licensed_from = models.DateField()
    licensed_until = models.DateField(null=True)
    state = models.TextField()  # words.StandingState
    note = models.TextField(blank=True)

    class Meta:
        db_table = "assessment_body"
        constraints = [
            models.CheckConstraint(
                condition=Q(licensed_until=None) | Q(licensed_until__gt=F("licensed_from")), name="assessment_body_dates_in_order"
            )
        ]


class Assessor(models.Model):
    """A certified person of a body. `user` is their account, null while they have none; `medical`: medical or nursing background."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    user = models.OneToOneField("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    certificate_no = models.TextField(unique=True)
    certified_from = models.DateField()
    certified_until = models.DateField(null=True)
    medical = models.BooleanField()
    state = models.TextField()  # words.StandingState

    class Meta:
        db_table = "assessor"
        constraints = [
            models.CheckConstraint(
                condition=Q(certified_until=None) | Q(certified_until__gt=F("certified_from")), name="assessor_dates_in_order"
            )
        ]


class Interest(models.Model):
    """A conflict of interest: this assessor must not assess this person. Ended, never deleted."""

    assessor = models.ForeignKey(Assessor, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    declared_by = models.BigIntegerField()
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "assessor_interest"
        constraints = [
            models.UniqueConstraint(fields=["assessor", "person"], condition=Q(ended_at=None), name="assessor_interest_once")
        ]
