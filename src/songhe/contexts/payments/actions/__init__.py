"""Every write of payment: funds, the month's run from list to bank and back, vouchers, awards."""

from songhe.contexts.payments.actions.approve_run import approve_run
from songhe.contexts.payments.actions.ask_step import ask_step, begin_run, note_refusal
from songhe.contexts.payments.actions.awards import Claimed, Payee, claim_award, claim_redemptions, decide_claim
from songhe.contexts.payments.actions.cancel_run import cancel_run
from songhe.contexts.payments.actions.check_run import RunChecked, check_run
from songhe.contexts.payments.actions.close_run import close_run
from songhe.contexts.payments.actions.freeze_run import freeze_run
from songhe.contexts.payments.actions.keep_funds import FundLineKept, keep_fund_line
from songhe.contexts.payments.actions.make_bank_files import BankFileContent, fetch_bank_file, make_bank_files
from songhe.contexts.payments.actions.own_claims import (
    BodySeated,
    Document,
    DocumentTaken,
    add_documents,
    claim_own_award,
    claim_own_redemptions,
    seat_body,
    take_document,
)
from songhe.contexts.payments.actions.pay_again import AskedAgain, pay_again
from songhe.contexts.payments.actions.prepare_run import RunMade, prepare_run
from songhe.contexts.payments.actions.record_repayment import Repaid, record_repayment
from songhe.contexts.payments.actions.reseal_values import reseal_values, sealed_values_by_key, unopened_sealed_values
from songhe.contexts.payments.actions.settle_finding import FindingsSettled, settle_finding, settle_findings
from songhe.contexts.payments.actions.take_return import ReturnTaken, take_return
from songhe.contexts.payments.actions.tell_progress import session_progress
from songhe.contexts.payments.actions.vouchers import (
    Drawn,
    Redeemed,
    VouchersIssued,
    draw_for_verification,
    issue_vouchers,
    redeem_voucher,
    verify_redemption,
)

__all__ = [
    "AskedAgain",
    "BankFileContent",
    "BodySeated",
    "Claimed",
    "Document",
    "DocumentTaken",
    "Drawn",
    "FindingsSettled",
    "FundLineKept",
    "Payee",
    "Redeemed",
    "Repaid",
    "ReturnTaken",
    "RunChecked",
    "RunMade",
    "VouchersIssued",
    "add_documents",
    "approve_run",
    "ask_step",
    "begin_run",
    "cancel_run",
    "check_run",
    "claim_award",
    "claim_own_award",
    "claim_own_redemptions",
    "claim_redemptions",
    "close_run",
    "decide_claim",
    "draw_for_verification",
    "fetch_bank_file",
    "freeze_run",
    "issue_vouchers",
    "keep_fund_line",
    "make_bank_files",
    "note_refusal",
    "pay_again",
    "prepare_run",
    "record_repayment",
    "redeem_voucher",
    "reseal_values",
    "sealed_values_by_key",
    "seat_body",
    "session_progress",
    "settle_finding",
    "settle_findings",
    "take_document",
    "take_return",
    "unopened_sealed_values",
    "verify_redemption",
]
