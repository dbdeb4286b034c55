"""The double-entry ledger in fen: funds and their yearly lines, accounts, entries whose postings add up to zero. Only added to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Fund(models.Model):
    """A source of money, as the pack's funds.yaml names it; kept when the pack drops it."""

    key = models.TextField(unique=True)
    title = models.TextField()
    source = models.TextField()  # words.FundSource

    class Meta:
        db_table = "fund"


class FundLine(models.Model):
    """What a fund has for a year, in fen, by a budget document. A change is a new revision."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    revision = models.IntegerField()
    amount = models.BigIntegerField()
    document = models.TextField()  # the document that grants it; empty: assumed
    note = models.TextField(blank=True)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "fund_line"
        constraints = [
            models.UniqueConstraint(fields=["fund", "year", "revision"], name="fund_line_revision_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="fund_line_not_negative"),
        ]


class LedgerAccount(models.Model):
    """An account of the ledger: what kind, of which fund and year, for which benefit (empty where it is not of one)."""

    kind = models.TextField()  # words.AccountKind
    fund = models.ForeignKey(Fund, null=True, on_delete=models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    benefit = models.TextField(blank=True)

    class Meta:
        db_table = "ledger_account"
        constraints = [
            models.UniqueConstraint(fields=["kind", "fund", "year", "benefit"], name="ledger_account_once", nulls_distinct=False)
        ]


class Entry(models.Model):
    """One happening: its postings add up to zero (deferred trigger). `key` names what it records, so that it is recorded once."""

    key = models.TextField(unique=True)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.BigIntegerField()
    run = models.ForeignKey("PayRun", null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()

    class Meta:
        db_table = "ledger_entry"


class Posting(models.Model):
    """Fen added to an account (negative: taken from it) by an entry; of one payment where it is about one."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey("Payment", null=True, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()

    class Meta:
        db_table = "ledger_posting"
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="ledger_posting_not_zero")]
        indexes = [models.Index(fields=["account", "id"], name="ledger_posting_account")]
