"""Vouchers of a month, and what was bought with them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q


class Voucher(models.Model):
    """A person's voucher of one month: `amount` fen at most are taken off what services cost. `expires_on` is the first day on which it is void."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    grant = models.ForeignKey("entitlements.Grant", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    benefit = models.TextField(default="")
    month = models.DateField()
    amount = models.BigIntegerField()
    used = models.BigIntegerField(default=0)
    expires_on = models.DateField()
    state = models.TextField()  # words.VoucherState
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "voucher"
        constraints = [
            models.UniqueConstraint(fields=["grant", "month"], condition=~Q(state="withdrawn"), name="voucher_once_a_month"),
            models.CheckConstraint(condition=Q(used__gte=0) & Q(used__lte=F("amount")), name="voucher_not_overdrawn"),
        ]
        indexes = [models.Index(fields=["person", "-month"], name="voucher_person")]


class Redemption(models.Model):
    """A service paid in part by a voucher. `share` per cent of `price` at most; some are drawn to be verified on the spot."""

    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="+")
    key = models.TextField(unique=True)  # the provider's own number of it: sent twice, taken once
    provider_code = models.TextField()  # credit code
    provider_name = models.TextField()
    setting = models.TextField()  # home | institution
    service = models.TextField()
    served_on = models.DateField()
    price = models.BigIntegerField()
    deducted = models.BigIntegerField()
    at = models.DateTimeField()
    drawn = models.BooleanField(default=False)  # to be verified on the spot
    verified_on = models.DateField(null=True)
    verified_by = models.BigIntegerField(null=True)
    verified_as = models.TextField(blank=True)  # words.Verified
    verified_note = models.TextField(blank=True, default="")
    award = models.ForeignKey("Award", null=True, on_delete=models.PROTECT, related_name="+")  # the provider's reimbursement

    class Meta:
        db_table = "voucher_redemption"
        constraints = [
            models.CheckConstraint(condition=Q(deducted__gt=0) & Q(deducted__lte=F("price")), name="redemption_within_price"),
        ]
        indexes = [models.Index(fields=["provider_code", "served_on"], name="redemption_provider")]
