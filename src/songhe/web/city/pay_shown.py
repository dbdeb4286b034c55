"""What the pages of payment show: steps of a run with their chips, months to choose, names of people who acted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.payments import queries as payments
from songhe.contexts.payments.queries import PayRunState, RunFile, RunLine
from songhe.foundation.errors import InvalidInput

_WAY = (
    (PayRunState.DRAFT, "做名单"),
    (PayRunState.FROZEN, "冻结"),
    (PayRunState.CHECKED, "核对"),
    (PayRunState.APPROVED, "另一人复核"),
    (PayRunState.SENT, "送银行"),
    (PayRunState.CLOSED, "对平"),
)
MONTHS_BACK = 13


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a run: `state` is done, now or ahead."""

    word: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run in the list: its title, its chip, who made and approved it."""

    line: RunLine
    title: str
    chip: str
    purpose: str
    made_by: str
    approved_by: str


def title_of_run(line: RunLine) -> str:
    """2026年11月第1批待遇发放."""
    return f"{line.month.year}年{line.month.month}月第{line.sequence}批{payments.PURPOSE_LABELS[line.purpose]}"


def run_lines(lines: Sequence[RunLine]) -> list[ShownRun]:
    """The runs with the names of those who made and approved them."""
    names = accounts.names_of({i for line in lines for i in (line.made_by, line.approved_by) if i is not None})
    return [
        ShownRun(
            line,
            title_of_run(line),
            f"pay_{line.state}",
            payments.PURPOSE_LABELS[line.purpose],
            names.get(line.made_by, "系统"),
            names.get(line.approved_by or -1, ""),
        )
        for line in lines
    ]


def run_page(view: RunFile) -> dict[str, object]:
    """Everything that the page of a run shows."""
    (shown,) = run_lines([view.line])
    return {
        "view": view,
        "run": shown,
        "stages": _stages(view, shown),
        "may": {step: True for step in view.may},
        "returned": {one.bank_file_id: one for one in view.returns},
        "files": [(one, [r for r in view.returns if r.bank_file_id == one.id]) for one in view.files],
        "totals": _totals(view),
        "sums": _sums(view),
    }


def _stages(view: RunFile, shown: ShownRun) -> list[Stage]:
    at = next((place for place, (state, _) in enumerate(_WAY) if state is view.line.state), -1)
    times = {
        PayRunState.DRAFT: (shown.made_by, view.line.made_at),
        PayRunState.FROZEN: ("", view.frozen_at),
        PayRunState.CHECKED: ("", view.checked_at),
        PayRunState.APPROVED: (shown.approved_by, view.line.approved_at),
        PayRunState.CLOSED: ("", view.line.closed_at),
    }
    found = []
    for place, (state, word) in enumerate(_WAY):
        who, when = times.get(state, ("", None))
        note = f"{who}{'，' if who and when else ''}{_day(when)}" if when is not None else ""
        closed = view.line.state is PayRunState.CLOSED
        found.append(Stage(word, "done" if place < at or (closed and place == at) else "now" if place == at else "ahead", note))
    return found


def _day(when: dt.datetime | None) -> str:
    return f"{when.astimezone():%m月%d日}" if when is not None else ""


def _totals(view: RunFile) -> dict[str, int]:
    """The foot of the statement."""
    names = (
        "listed",
        "listed_amount",
        "kept_back",
        "held",
        "held_amount",
        "waiting",
        "waiting_amount",
        "paid",
        "paid_amount",
        "failed",
        "failed_amount",
    )
    return {name: sum(getattr(line, name) for line in view.statement) for name in names}


def _sums(view: RunFile) -> list[tuple[str, int]]:
    """Reconciliation: the sums that must fit together, in fen."""
    r = view.reconciled
    return [
        ("名单合计", r.listed), ("其中抵扣追回", r.kept_back), ("暂缓", r.held), ("银行文件合计", r.in_files), ("银行回盘：到账", r.paid_by_bank),
        ("银行回盘：未到账", r.failed_by_bank), ("名单里记为到账", r.paid), ("名单里记为未到账", r.failed), ("银行在途", r.in_transit),
        ("资金支出", r.out_of_funds), ("账目合计（应为0）", r.ledger),
    ]  # fmt: skip


def months_to_choose(today: dt.date) -> list[tuple[str, str]]:
    """This month and those before it."""
    first = today.year * 12 + today.month - 1
    months = [(place // 12, place % 12 + 1) for place in range(first, first - MONTHS_BACK, -1)]
    return [(f"{year}-{month:02d}", f"{year}年{month}月") for year, month in months]


def month_of(text: str) -> dt.date:
    """2026-11 is its first day; InvalidInput for anything else."""
    try:
        return dt.datetime.strptime(text, "%Y-%m").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise InvalidInput("月份不对。", next_step="请从列表里选择月份。", field="month") from None
