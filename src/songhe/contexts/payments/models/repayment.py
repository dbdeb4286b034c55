"""Money that was paid too much and handed back: by the person, the family, or the bank. Only added to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Repayment(models.Model):
    """Fen handed back for one period of a grant. One receipt may stand for several periods; the same receipt is taken once."""

    grant = models.ForeignKey("entitlements.Grant", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    benefit = models.TextField()
    period = models.DateField()
    amount = models.BigIntegerField()
    fund = models.ForeignKey("Fund", on_delete=models.PROTECT, related_name="+")
    receipt = models.TextField()
    received_on = models.DateField()
    how = models.TextField()  # words.RepaidBy
    payer = models.TextField()
    taken_by = models.BigIntegerField()
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "repayment"
        constraints = [
            models.UniqueConstraint(fields=["receipt", "grant", "period"], name="repayment_receipt_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="repayment_above_zero"),
        ]
        indexes = [
            models.Index(fields=["grant", "period"], name="repayment_grant"),
            models.Index(fields=["person"], name="repayment_person"),
        ]
