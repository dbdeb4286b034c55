"""The demo city's money: funds (assumed), last month paid and closed with one payment that failed, this month waiting to be approved."""

from __future__ import annotations

import datetime as dt

from songhe.basics.identifiers import credit_check_character
from songhe.basics.money import fen_to_yuan
from songhe.contexts.accounts import queries as accounts
from songhe.contexts.payments import actions, queries
from songhe.contexts.payments.errors import NothingToPay
from songhe.contexts.payments.queries import BankFileMade, Check, Settled
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.bank_files import read_bank_file, write_answer
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor
from songhe.project.progress import say, step

OFFICER, FINANCE, PROVIDER = "city", "finance", "provider"
PROVIDER_NAME = "演示助餐点"
YEAR_OF_MONTHS = 14  # months of the first list that a year's line covers
WAN = 1_000_000  # fen: ten thousand yuan
BOUGHT = 12  # redemptions of the demonstration
NOTE = "演示：没有文件，按第一个月名单的十四倍估计"


def payments() -> None:
    """Funds, a closed month and a run that waits stand once; a second start changes nothing."""
    _seat_provider()
    if queries.runs(SYSTEM).items:
        return
    this = clock.today().replace(day=1)
    last = (this - dt.timedelta(1)).replace(day=1)
    officer, finance = _actor(OFFICER), _actor(FINANCE)
    with step("发放 payments") as report:
        try:
            run = actions.prepare_run(officer, month=last).run_id
        except NothingToPay:
            report(4, 4)
            return
        _give_funds(finance, run, {last.year, this.year})
        report(1, 4)
        _check(officer, run)
        actions.approve_run(finance, run_id=run)
        for place, file in enumerate(actions.make_bank_files(finance, run_id=run)):
            _answer(finance, file, failing=1 if place == 0 else 0)
        paid = actions.close_run(finance, run_id=run)
        report(2, 4)
        _check(officer, actions.prepare_run(officer, month=this).run_id)
        report(3, 4)
        _vouchers(officer, this)
        report(4, 4)
    say(f"    {paid.payments} 笔 payments, {fen_to_yuan(paid.amount)} 元 yuan")


def _vouchers(officer: Actor, month: dt.date) -> None:
    """The month's vouchers are issued, some bought something, and what was drawn waits for a visit."""
    for benefit, rule in policy.pack_in_use().pack.vouchers.items():
        if not actions.issue_vouchers(officer, month=month).issued:
            return
        service, code = next(iter(rule.services)), _provider_code()
        for number, voucher in enumerate(queries.issued_vouchers(officer, month=month, limit=BOUGHT), start=1):
            actions.redeem_voucher(
                SYSTEM, voucher=voucher, key=f"演示{number:03d}", provider_code=code, provider_name=PROVIDER_NAME,
                setting="home", service=service, served_on=clock.today(), price=1_600 + 100 * number,
            )  # fmt: skip
        actions.draw_for_verification(officer, month=month, benefit=benefit)


def _seat_provider() -> None:
    """The demonstration's provider account acts for the body that took the vouchers, so that its desk has something to claim."""
    provider = _actor(PROVIDER)
    actions.seat_body(
        SYSTEM, kind="user", actor_id=provider.id, credit_code=_provider_code(), name=PROVIDER_NAME,
        area_path=f"{policy.pack_in_use().pack.place.code}/",
    )  # fmt: skip


def _provider_code() -> str:
    code = f"91{policy.pack_in_use().pack.place.code:0<6.6}000000009"
    return code + credit_check_character(code)


def _actor(username: str) -> Actor:
    known = accounts.list_users(SYSTEM, text=username).items
    return accounts.actor_of_user(next(user.id for user in known if user.username == username))


def _give_funds(finance: Actor, run: int, years: set[int]) -> None:
    """Every fund that the list needs has a line for the years: a round number, said to be an estimate."""
    amount = queries.run(finance, run_id=run).line.amount
    for year in sorted(years):
        for fund in queries.funds(finance, year=year):
            if fund.pays and fund.given is None:
                actions.keep_fund_line(
                    finance, fund=fund.key, year=year, amount=-(-amount * YEAR_OF_MONTHS // WAN) * WAN, note=NOTE
                )


def _check(officer: Actor, run: int) -> None:
    """The list is frozen and looked through; who has no account is held, the rest is released."""
    actions.freeze_run(officer, run_id=run)
    actions.check_run(officer, run_id=run)
    while found := queries.findings(officer, run_id=run, open_only=True, limit=1).items:
        check = found[0].check
        hold = check in (Check.NO_ACCOUNT, Check.UNFIT, Check.DEAD, Check.STANDS_FOR)
        how, reason = (Settled.HELD, "演示：等社区核对") if hold else (Settled.RELEASED, "演示：已核实")
        actions.settle_findings(officer, run_id=run, check=check, how=how, reason=reason)


def _answer(finance: Actor, file: BankFileMade, *, failing: int) -> None:
    """The bank has paid everybody of the file but the first `failing`."""
    layout = policy.pack_in_use().pack.banks[file.layout]
    lines = read_bank_file(layout, actions.fetch_bank_file(finance, bank_file_id=file.id).content)
    bad = next(iter(layout.failures))
    answers = [(line, bad if line.line <= failing < len(lines) else layout.succeeded[0]) for line in lines]
    number = lines[0].reference[:13]
    content = write_answer(layout, number, answers)
    actions.take_return(finance, bank_file_id=file.id, content=content, name=f"回盘-{file.name}")
