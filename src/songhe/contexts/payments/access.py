"""Who sees which money: payments of people by area; runs, funds and files by those who look after the whole city."""

from __future__ import annotations

from django.db.models import QuerySet

from songhe.contexts.payments.models import (
    Award,
    BankFile,
    BankReturn,
    Entry,
    Finding,
    Fund,
    FundLine,
    LedgerAccount,
    Payment,
    PayRun,
    Posting,
    Redemption,
    Repayment,
    Voucher,
)
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Actor, Right
from songhe.foundation.scope import rows_within


def _sees_the_city(actor: Actor, right: Right) -> bool:
    """Whether the right is held at the whole city: runs, funds and the ledger are never of a part of it."""
    return actor.may(right, f"{policy.pack_in_use().pack.place.code}/")


def payments_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Payment]:
    """Payments to people and bodies in the actor's areas."""
    return Payment.objects.filter(rows_within(actor, Right.SEE_PAYMENTS, area_path=area_path))


def vouchers_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Voucher]:
    """Vouchers of people in the actor's areas."""
    return Voucher.objects.filter(rows_within(actor, Right.SEE_PAYMENTS, area_path=area_path))


def redemptions_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Redemption]:
    """What was bought with visible vouchers."""
    return Redemption.objects.filter(voucher__in=vouchers_visible_to(actor, area_path=area_path))


def repayments_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Repayment]:
    """What came back of payments to people in the actor's areas."""
    return Repayment.objects.filter(rows_within(actor, Right.SEE_PAYMENTS, area_path=area_path))


def awards_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Award]:
    """Awards to bodies and staff in the actor's areas."""
    return Award.objects.filter(rows_within(actor, Right.SEE_PAYMENTS, area_path=area_path))


def runs_visible_to(actor: Actor) -> QuerySet[PayRun]:
    """Runs, for who may see payments in the whole city."""
    return PayRun.objects.all() if _sees_the_city(actor, Right.SEE_PAYMENTS) else PayRun.objects.none()


def findings_visible_to(actor: Actor) -> QuerySet[Finding]:
    """Findings about visible payments, and about whole runs."""
    return Finding.objects.filter(run__in=runs_visible_to(actor))


def files_visible_to(actor: Actor) -> QuerySet[BankFile]:
    """Bank files, for who keeps funds or approves payments."""
    return BankFile.objects.all() if _sees_the_city(actor, Right.APPROVE_PAYMENTS) else BankFile.objects.none()


def returns_visible_to(actor: Actor) -> QuerySet[BankReturn]:
    """Return files of visible bank files."""
    return BankReturn.objects.filter(bank_file__in=files_visible_to(actor))


def funds_visible_to(actor: Actor) -> QuerySet[Fund]:
    """Funds, for who may see payments."""
    return Fund.objects.all() if _sees_the_city(actor, Right.SEE_PAYMENTS) else Fund.objects.none()


def fund_lines_visible_to(actor: Actor) -> QuerySet[FundLine]:
    """Yearly lines of visible funds."""
    return FundLine.objects.filter(fund__in=funds_visible_to(actor))


def accounts_visible_to(actor: Actor) -> QuerySet[LedgerAccount]:
    """Accounts of the ledger, for who keeps funds."""
    return LedgerAccount.objects.all() if _sees_the_city(actor, Right.KEEP_FUNDS) else LedgerAccount.objects.none()


def entries_visible_to(actor: Actor) -> QuerySet[Entry]:
    """Entries of the ledger, for who keeps funds."""
    return Entry.objects.all() if _sees_the_city(actor, Right.KEEP_FUNDS) else Entry.objects.none()


def postings_visible_to(actor: Actor) -> QuerySet[Posting]:
    """Postings of visible entries."""
    return Posting.objects.filter(entry__in=entries_visible_to(actor))
