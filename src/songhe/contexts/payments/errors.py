"""Refusals of payment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from songhe.foundation.errors import Conflict, InvalidInput, NotFound


class RunNotFound(NotFound):
    """No such run, payment, finding or file, or none that the actor may see."""

    code = "pay_run_not_found"


class RunAtWork(Conflict):
    """Another run of the same purpose is not sent yet."""

    code = "pay_run_at_work"


class WrongRunState(Conflict):
    """The run is not where this step begins."""

    code = "pay_run_state"


class NothingToPay(Conflict):
    """Nothing is due that was not paid."""

    code = "nothing_to_pay"


class NoFund(InvalidInput):
    """A benefit that no fund of the pack pays, or a fund that the pack does not have."""

    code = "no_fund"


class MakerMayNotApprove(Conflict):
    """Who made the list approves it."""

    code = "maker_may_not_approve"


class OpenFindings(Conflict):
    """Findings that stop the run are not settled."""

    code = "open_findings"


class ListAltered(Conflict):
    """The list is not the one that was frozen."""

    code = "list_altered"


class BadReturn(InvalidInput):
    """A return file cannot be taken in; nothing of it was."""

    code = "bad_return"


class NotBalanced(Conflict):
    """List, bank and ledger do not agree, or money is still with the bank."""

    code = "not_balanced"


class NotPayableAgain(Conflict):
    """The payment has arrived, is under way, or is being paid again already."""

    code = "not_payable_again"


class NoVouchers(InvalidInput):
    """The benefit is not paid by voucher."""

    code = "no_vouchers"


class VoucherRefused(Conflict):
    """The voucher cannot pay this service; nothing was taken off it."""

    code = "voucher_refused"


class AwardRefused(Conflict):
    """The rules do not give this award; nothing was written."""

    code = "award_refused"


@dataclass(frozen=True, slots=True)
class ClaimProblem:
    """One thing to put right in a claim. `field`: name, code, account, documents, or a fact of the data dictionary."""

    field: str
    sentence: str
    next_step: str


class ClaimIncomplete(InvalidInput):
    """The claim cannot be taken as it is; `problems` has everything at once, and nothing was written."""

    code = "claim_incomplete"

    def __init__(self, problems: Iterable[ClaimProblem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__("".join(one.sentence for one in self.problems), next_step=first.next_step, field=first.field)


class NoBody(Conflict):
    """Nobody has said for which body this account acts."""

    code = "no_body"


class PapersMissing(Conflict):
    """A body claimed by itself and has handed in no paper, so nobody can check what it said."""

    code = "papers_missing"


class NothingToRepay(Conflict):
    """Nothing was paid to the person beyond what is due."""

    code = "nothing_to_repay"


class TooMuchRepaid(InvalidInput):
    """More than was overpaid, or nothing at all."""

    code = "too_much_repaid"
