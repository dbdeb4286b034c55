"""The words of payment: runs, payments, files of banks, ledger accounts, vouchers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class PayRunState(StrEnum):
    """draft → frozen (the list does not shift any more) → checked → approved → sent (bank file made) → closed (balances to zero); or cancelled."""

    DRAFT = "draft"
    FROZEN = "frozen"
    CHECKED = "checked"
    APPROVED = "approved"
    SENT = "sent"
    CLOSED = "closed"
    CANCELLED = "cancelled"


PAY_RUN_STATE_LABELS: Mapping[PayRunState, str] = {
    PayRunState.DRAFT: "准备中",
    PayRunState.FROZEN: "名单已冻结",
    PayRunState.CHECKED: "已核对，等复核",
    PayRunState.APPROVED: "复核通过",
    PayRunState.SENT: "已送银行",
    PayRunState.CLOSED: "已对平",
    PayRunState.CANCELLED: "已作废",
}


class PaymentKind(StrEnum):
    """A month's regular payment, what was owed from before (补发), what is taken back (追回), or an award to a body."""

    REGULAR = "regular"
    ARREARS = "arrears"
    RECOVERY = "recovery"
    AWARD = "award"


PAYMENT_KIND_LABELS: Mapping[PaymentKind, str] = {
    PaymentKind.REGULAR: "当月",
    PaymentKind.ARREARS: "补发",
    PaymentKind.RECOVERY: "追回",
    PaymentKind.AWARD: "奖补",
}


class PaymentState(StrEnum):
    """listed → held (a check stopped it) or sent → paid or failed; withdrawn when the run is cancelled before it is sent."""

    LISTED = "listed"
    HELD = "held"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


PAYMENT_STATE_LABELS: Mapping[PaymentState, str] = {
    PaymentState.LISTED: "待发",
    PaymentState.HELD: "暂缓，待核实",
    PaymentState.SENT: "已送银行",
    PaymentState.PAID: "已到账",
    PaymentState.FAILED: "未到账",
    PaymentState.WITHDRAWN: "未发，已撤出",
}


class AccountKind(StrEnum):
    """Kinds of ledger accounts. A balance is the sum of postings in fen; debit is positive."""

    FUND = "fund"  # money of one source and year
    OWED = "owed"  # owed to people and bodies, by benefit
    SPENT = "spent"  # expenditure by benefit
    IN_TRANSIT = "in_transit"  # with the bank, not yet confirmed
    TO_RECOVER = "to_recover"  # overpaid, to be taken back


ACCOUNT_KIND_LABELS: Mapping[AccountKind, str] = {
    AccountKind.FUND: "资金",
    AccountKind.OWED: "应发",
    AccountKind.SPENT: "支出",
    AccountKind.IN_TRANSIT: "银行在途",
    AccountKind.TO_RECOVER: "应追回",
}


class FundSource(StrEnum):
    """Where money comes from."""

    CENTRAL = "central"
    PROVINCE = "province"
    CITY = "city"
    LOTTERY = "lottery"
    INSURANCE = "insurance"
    DONATION = "donation"


FUND_SOURCE_LABELS: Mapping[FundSource, str] = {
    FundSource.CENTRAL: "中央财政",
    FundSource.PROVINCE: "省级财政",
    FundSource.CITY: "本级财政",
    FundSource.LOTTERY: "福利彩票公益金",
    FundSource.INSURANCE: "长期护理保险基金",
    FundSource.DONATION: "社会捐赠",
}


class VoucherState(StrEnum):
    """A month's voucher of one person."""

    ISSUED = "issued"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


VOUCHER_STATE_LABELS: Mapping[VoucherState, str] = {
    VoucherState.ISSUED: "可用",
    VoucherState.EXPIRED: "已过期",
    VoucherState.WITHDRAWN: "已收回",
}


class RepaidBy(StrEnum):
    """How overpaid money came back."""

    CASH = "cash"
    TRANSFER = "transfer"
    BANK = "bank"


REPAID_BY_LABELS: Mapping[RepaidBy, str] = {
    RepaidBy.CASH: "交现金",
    RepaidBy.TRANSFER: "转账",
    RepaidBy.BANK: "银行扣回",
}


class Verified(StrEnum):
    """What somebody found who went to see whether a service was rendered."""

    TRUE = "true"
    NOT_TRUE = "not_true"


VERIFIED_LABELS: Mapping[Verified, str] = {Verified.TRUE: "属实", Verified.NOT_TRUE: "不属实"}


class AwardState(StrEnum):
    """claimed → approved (a run pays it) or refused."""

    CLAIMED = "claimed"
    APPROVED = "approved"
    REFUSED = "refused"


AWARD_STATE_LABELS: Mapping[AwardState, str] = {
    AwardState.CLAIMED: "等复核",
    AwardState.APPROVED: "已同意",
    AwardState.REFUSED: "不同意",
}

SETTING_LABELS: Mapping[str, str] = {"home": "居家和社区", "institution": "机构"}


class Purpose(StrEnum):
    """What a run pays: grants to people, or awards to bodies and staff."""

    GRANTS = "grants"
    AWARDS = "awards"


PURPOSE_LABELS: Mapping[Purpose, str] = {Purpose.GRANTS: "待遇发放", Purpose.AWARDS: "奖补发放"}


class LongStep(StrEnum):
    """A step of a run that may take a minute and is done in the background."""

    PREPARE = "prepare"
    FREEZE = "freeze"
    CHECK = "check"
    MAKE_FILES = "make_files"


class Check(StrEnum):
    """What is looked for in a frozen list."""

    NO_ACCOUNT = "no_account"
    UNFIT = "unfit"
    DEAD = "dead"
    MOVED = "moved"
    STANDS_FOR = "stands_for"
    SUSPECTED = "suspected"
    DOUBLED_BENEFIT = "doubled_benefit"
    SHARED_ACCOUNT = "shared_account"
    ACCOUNT_CHANGED = "account_changed"
    MONTH_SUM = "month_sum"
    FUND_EXCEEDED = "fund_exceeded"


CHECK_LABELS: Mapping[Check, str] = {
    Check.NO_ACCOUNT: "没有收款账号",
    Check.UNFIT: "写不进银行文件",
    Check.DEAD: "已去世",
    Check.MOVED: "户口和住处都不在本市",
    Check.STANDS_FOR: "与另一人是同一人",
    Check.SUSPECTED: "可能与另一人是同一人",
    Check.DOUBLED_BENEFIT: "同时领了不能同时领的待遇",
    Check.SHARED_ACCOUNT: "多人用一个账号",
    Check.ACCOUNT_CHANGED: "账号与上次不同",
    Check.MONTH_SUM: "金额比上月变动大",
    Check.FUND_EXCEEDED: "超过资金额度",
}


class Settled(StrEnum):
    """How a finding was settled."""

    HELD = "held"
    RELEASED = "released"


SETTLED_LABELS: Mapping[Settled, str] = {Settled.HELD: "暂缓发放", Settled.RELEASED: "核实无误，照发"}

VERIFY_REDEMPTION = "verify_redemption"
"""Kind of a work item: somebody has to go and see whether a service was rendered."""
COMMUNITY = "社区"

PAYMENT_FAILED = "payment_failed"
"""Kind of a work item: the bank could not pay, the account has to be looked at."""

AT_WORK = (PayRunState.DRAFT, PayRunState.FROZEN, PayRunState.CHECKED, PayRunState.APPROVED)
STUCK = (PaymentState.FAILED, PaymentState.HELD)

REFERENCE_DIGITS = 8
"""Of a line in the reference that the bank gives back."""


def account_context(run_id: int, payee: str) -> str:
    """What a payment's sealed account is bound to: the run and the payee (``person:17`` or ``award:3``)."""
    return f"payments:account:{run_id}:{payee}"


def award_context(public_id: str) -> str:
    """What the sealed account of an award is bound to."""
    return f"payments:award:{public_id}"


STEPS = ("开立应发", "列出名单", "读取账号", "写名单", "核对", "写银行文件", "读回盘文件", "完成")
"""Of the long steps of a run, as shown while they are under way."""

SESSION = "songhe-pay:"
"""How a database session is named that does one of them."""
