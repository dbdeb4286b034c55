"""Who sees which money: payments of people by area; runs, funds and files by those who look after the whole city."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from songhe.contexts.payments.errors import NoBody
from songhe.contexts.payments.models import (
    Award,
    AwardDocument,
    BankFile,
    BankReturn,
    BodySeat,
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
from songhe.foundation.access import Actor, Right, require
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


def seat_of(actor: Actor) -> BodySeat | None:
    """The body for which the actor claims; None for who may not claim, or acts for none."""
    if not actor.may(Right.CLAIM_AWARDS):
        return None
    found = BodySeat.objects.filter(actor_kind=actor.kind, actor_id=actor.id).first()
    return found if found is not None and actor.may(Right.CLAIM_AWARDS, found.area_path) else None


def own_seat(actor: Actor) -> BodySeat:
    """The body for which the actor claims; AccessDenied without the right, NoBody where nobody has said for which."""
    require(actor, Right.CLAIM_AWARDS)
    found = seat_of(actor)
    if found is None:
        raise NoBody("您的账号还没有指定代表哪家单位。", next_step="请联系民政部门的安全管理员，在您的账号里写明单位。")
    return found


def own_awards_of(actor: Actor) -> QuerySet[Award]:
    """What the actor's own body is to be paid, and what it claimed for its staff; nothing of any other body."""
    seat = seat_of(actor)
    if seat is None:
        return Award.objects.none()
    return Award.objects.filter(Q(claimant_code=seat.credit_code) | Q(payee_code=seat.credit_code))


def awards_visible_to(actor: Actor, *, area_path: str = "") -> QuerySet[Award]:
    """Awards to bodies and staff in the actor's areas, and those of the body for which the actor acts."""
    within = rows_within(actor, Right.SEE_PAYMENTS, area_path=area_path)
    if not within:  # everywhere
        return Award.objects.all()
    own = own_awards_of(actor).filter(area_path__startswith=area_path)
    return Award.objects.filter(within | Q(pk__in=own.values("pk")))


def documents_visible_to(actor: Actor) -> QuerySet[AwardDocument]:
    """Papers of visible claims."""
    return AwardDocument.objects.filter(award__in=awards_visible_to(actor))


def own_redemptions_of(actor: Actor) -> QuerySet[Redemption]:
    """What the actor's own body took in vouchers, whoever spent them."""
    seat = seat_of(actor)
    return Redemption.objects.filter(provider_code=seat.credit_code) if seat is not None else Redemption.objects.none()


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
