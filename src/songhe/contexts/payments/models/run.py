"""Runs of payment: the frozen list of a month, what its checks found, the files to and from the bank."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q


class PayRun(models.Model):
    """One run of payment for a month (`month` is its first day). Who makes it does not approve it.

    `list_hash`: SHA-256 over the frozen list (payment by payment: grant, period, kind, amount, account digest), checked again before the bank file.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    month = models.DateField()
    sequence = models.SmallIntegerField()  # 1 is the month's main run; further runs pay what came later or failed
    purpose = models.TextField()  # grants | awards
    state = models.TextField()  # words.PayRunState
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    list_hash = models.CharField(max_length=64, blank=True)
    payments = models.IntegerField(default=0)
    amount = models.BigIntegerField(default=0)  # fen
    checked_at = models.DateTimeField(null=True)
    approved_by = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    refused = models.TextField(blank=True, default="", db_default="")  # why the step that was asked for last was not done
    shares = models.JSONField(
        default=dict
    )  # benefit or award -> [[fund id, per cent], …], as the pack said when the list was made
    recovering = models.JSONField(default=dict)  # how overpayments were netted in this list: {"percent": 100, "across": 0}

    class Meta:
        db_table = "pay_run"
        constraints = [
            models.UniqueConstraint(fields=["month", "purpose", "sequence"], name="pay_run_once"),
            models.UniqueConstraint(
                fields=["purpose"], condition=Q(state__in=["draft", "frozen", "checked", "approved"]), name="pay_run_one_at_work"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("made_by")), name="pay_run_maker_is_not_checker"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "sent", "closed"]) | Q(approved_by__isnull=False),
                name="pay_run_sent_is_approved",
            ),
        ]


class Payment(models.Model):
    """One amount to one payee for one period. A regular payment exists once per grant and period, whatever is tried again.

    `due` is the revision that it pays; arrears and recoveries pay the difference to what was paid before and name the revision that made it.
    The account is sealed for this run and payee; `account_digest` tells whether two are the same one. One that failed or was held is paid
    again, once, by the payment whose `again_of` it is; somebody asks for that (`again_asked_*`). A recovery is kept back from the payment
    `netted_in` and shares its fate: the bank is told the amount less what is kept back. Amount, payee and account never change (triggers).
    """

    run = models.ForeignKey(PayRun, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()  # words.PaymentKind
    grant = models.ForeignKey("entitlements.Grant", null=True, on_delete=models.PROTECT, related_name="+")
    due = models.ForeignKey("entitlements.Due", null=True, on_delete=models.PROTECT, related_name="+")
    award = models.ForeignKey("Award", null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    area_path = models.TextField(db_collation="C")
    benefit = models.TextField()
    period = models.DateField()
    amount = models.BigIntegerField()  # fen, above zero; a recovery is money that comes back
    fund = models.ForeignKey("Fund", on_delete=models.PROTECT, related_name="+")
    payee_name = models.TextField()
    account_sealed = models.BinaryField(null=True)
    account_digest = models.CharField(max_length=64, blank=True)
    state = models.TextField()  # words.PaymentState
    held_because = models.TextField(blank=True)
    bank_file = models.ForeignKey("BankFile", null=True, on_delete=models.PROTECT, related_name="+")
    line = models.IntegerField(null=True)  # in the bank file
    failure = models.TextField(blank=True)  # the bank's words
    settled_on = models.DateField(null=True)
    again_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    netted_in = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    again_asked_by = models.BigIntegerField(null=True)
    again_asked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payment"
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "period"],
                condition=Q(kind="regular", again_of=None) & ~Q(state="withdrawn"),
                name="payment_once_per_grant_and_period",
            ),
            models.UniqueConstraint(
                fields=["due"],
                condition=Q(kind="arrears", again_of=None) & ~Q(state="withdrawn"),
                name="payment_arrears_once",
            ),
            models.UniqueConstraint(
                fields=["due", "netted_in"], condition=Q(kind="recovery") & ~Q(state="withdrawn"), name="payment_netted_once"
            ),
            models.UniqueConstraint(
                fields=["again_of"],
                condition=Q(again_of__isnull=False) & ~Q(state="withdrawn"),
                name="payment_again_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="recovery", netted_in__isnull=False, again_of=None) | (~Q(kind="recovery") & Q(netted_in=None)),
                name="payment_recovery_is_netted",
            ),
            models.UniqueConstraint(
                fields=["award"],
                condition=Q(award__isnull=False, again_of=None) & ~Q(state="withdrawn"),
                name="payment_once_per_award",
            ),
            models.UniqueConstraint(
                fields=["bank_file", "line"], condition=Q(bank_file__isnull=False), name="payment_one_a_line"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_above_zero"),
            models.CheckConstraint(
                condition=Q(award__isnull=False, grant=None, due=None) | Q(award=None, grant__isnull=False, due__isnull=False),
                name="payment_of_grant_or_award",
            ),
        ]
        indexes = [
            models.Index(fields=["run", "state", "id"], name="payment_run"),
            models.Index(fields=["person", "period"], name="payment_person"),
            models.Index(fields=["grant", "period"], name="payment_grant"),
            models.Index(fields=["again_of"], name="payment_again_of", condition=Q(again_of__isnull=False)),
            models.Index(fields=["netted_in"], name="payment_netted_in", condition=Q(netted_in__isnull=False)),
        ]


class Finding(models.Model):
    """What a check of a frozen list found; a stopping one must be settled before the run is approved."""

    run = models.ForeignKey(PayRun, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(db_column="check_name")  # words.Check
    stops = models.BooleanField()
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="+")
    sentence = models.TextField()
    settled_by = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_how = models.TextField(blank=True)  # held | released, with the reason

    class Meta:
        db_table = "pay_finding"
        indexes = [models.Index(fields=["run", "id"], name="pay_finding_run")]


class BankFile(models.Model):
    """A file for one bank, made from an approved run, in the layout of the pack. The same run and bank give one file, byte for byte."""

    run = models.ForeignKey(PayRun, on_delete=models.PROTECT, related_name="+")
    layout = models.TextField()
    number = models.SmallIntegerField()
    sha256 = models.CharField(max_length=64)
    lines = models.IntegerField()
    amount = models.BigIntegerField()
    file = models.ForeignKey("foundation.StoredFile", on_delete=models.PROTECT, related_name="+")
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "bank_file"
        constraints = [models.UniqueConstraint(fields=["run", "layout", "number"], name="bank_file_once")]


class BankReturn(models.Model):
    """A return file of a bank. The same bytes are taken in once."""

    bank_file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, unique=True)
    paid = models.IntegerField()
    failed = models.IntegerField()
    file = models.ForeignKey("foundation.StoredFile", on_delete=models.PROTECT, related_name="+")
    taken_by = models.BigIntegerField()
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "bank_return"


class Award(models.Model):
    """Money for a body or a staff member: operating and construction grants, staff awards, insurance and device subsidies (S25, S26, S29, S30)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.TextField()  # id of the award in the pack (awards.yaml)
    register_entry = models.BigIntegerField(null=True)  # the register's entry that it is for
    payee_name = models.TextField()
    payee_code = models.TextField()  # credit code of a body; blind index of a staff member's ID number
    account_sealed = models.BinaryField(null=True)
    account_digest = models.CharField(max_length=64, blank=True)
    area_path = models.TextField(db_collation="C")
    period = models.DateField()
    basis = models.JSONField()  # what it was computed from: {"beds": 20, "rate": 10000 …}, shown on the page
    amount = models.BigIntegerField()
    state = models.TextField()  # words.AwardState
    once = models.BooleanField(default=False)  # given once to a payee, whatever the period
    claimant_code = models.CharField(max_length=18, blank=True, default="", db_default="")  # the body whose own account claimed
    key = models.CharField(
        max_length=100, blank=True, default="", db_default=""
    )  # the claimant's own number of it, sent twice it is one
    claimed_by = models.BigIntegerField()
    claimed_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_because = models.TextField(blank=True)

    class Meta:
        db_table = "award"
        constraints = [
            models.UniqueConstraint(fields=["kind", "payee_code", "period"], condition=~Q(state="refused"), name="award_once"),
            models.UniqueConstraint(
                fields=["kind", "payee_code"], condition=Q(once=True) & ~Q(state="refused"), name="award_once_for_all"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("claimed_by")), name="award_decided_by_another"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="award_not_negative"),
            models.UniqueConstraint(fields=["claimed_by", "key"], condition=~Q(key=""), name="award_one_a_key"),
        ]
        indexes = [
            models.Index(fields=["payee_code"], name="award_payee"),
            models.Index(fields=["claimant_code"], name="award_claimant", condition=~Q(claimant_code="")),
        ]
