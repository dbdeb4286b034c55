"""The tables of this context."""

from songhe.contexts.payments.models.claiming import AwardDocument, BodySeat
from songhe.contexts.payments.models.ledger import Entry, Fund, FundLine, LedgerAccount, Posting
from songhe.contexts.payments.models.repayment import Repayment
from songhe.contexts.payments.models.run import Award, BankFile, BankReturn, Finding, Payment, PayRun
from songhe.contexts.payments.models.voucher import Redemption, Voucher

__all__ = [
    "Award",
    "AwardDocument",
    "BankFile",
    "BankReturn",
    "BodySeat",
    "Entry",
    "Finding",
    "Fund",
    "FundLine",
    "LedgerAccount",
    "PayRun",
    "Payment",
    "Posting",
    "Redemption",
    "Repayment",
    "Voucher",
]
