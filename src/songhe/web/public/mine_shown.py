"""What a person is told of their own grants: one sentence first, then why, what next, the months, the answer to an appeal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from songhe.basics.money import fen_to_yuan
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import AppealLine, GrantFile, GrantLine
from songhe.contexts.entitlements.words import APPEAL_STATE_LABELS, SUSPENDED_FOR_LABELS, AppealState, GrantState
from songhe.engines.policy.rulebook import Period
from songhe.foundation.access import SYSTEM
from songhe.web.grants_shown import chip_of, due_rows, payment_rows, ruling_of
from songhe.web.words import PERIOD_WORDS

MONTHS = 12


@dataclass(frozen=True, slots=True)
class MineMonth:
    """One month: what is due in fen, what became of it, and why the sum changed where it did."""

    label: str
    amount: int
    paid: str
    why: str


@dataclass(frozen=True, slots=True)
class MineGrant:
    """One grant in plain words; `number` is its place on the page, by which the address of the form names it."""

    number: int
    public_id: str
    person_id: int
    benefit: str
    title: str
    chip: str
    word: str
    tone: str
    say: str
    why: str
    reasons: Sequence[str]
    next: Sequence[str]
    months: Sequence[MineMonth]
    appeals: Sequence[str]
    may_object: bool
    may_answer: bool


_TONES = {GrantState.ACTIVE: "good", GrantState.PROPOSED: "warn", GrantState.NOTIFIED: "warn", GrantState.SUSPENDED: "warn"}
_WORDS = {GrantState.PROPOSED: "可以享受", GrantState.NOTIFIED: "等您答复", GrantState.REFUSED: "您说不要"}


def mine_of(person_id: int) -> tuple[MineGrant, ...]:
    """All grants of the person who has shown the code of a letter, open ones first."""
    appeals = entitlements.appeals_of(SYSTEM, person_id=person_id)
    lines = entitlements.grants_of(SYSTEM, person_id=person_id)
    return tuple(
        _mine(number, entitlements.grant(SYSTEM, grant_id=line.id), [each for each in appeals if each.benefit == line.benefit])
        for number, line in enumerate(lines, start=1)
    )


def _mine(number: int, file: GrantFile, appeals: Sequence[AppealLine]) -> MineGrant:
    line = file.line
    open_appeal = any(each.state is AppealState.OPEN for each in appeals)
    return MineGrant(
        number=number, public_id=line.public_id, person_id=line.person_id, benefit=line.benefit, title=line.title, chip=chip_of(line.state),
        word=_WORDS.get(line.state, ""), tone=_TONES.get(line.state, ""), say=_say(line), why=_why_title(line.state), reasons=_reasons(file),
        next=_next(line), months=_months(file), appeals=tuple(_appeal(each) for each in appeals),
        may_object=not open_appeal and line.state is not GrantState.REFUSED,
        may_answer=not open_appeal and line.state in (GrantState.PROPOSED, GrantState.NOTIFIED),
    )  # fmt: skip


def _day(day: dt.date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _sum(line: GrantLine) -> str:
    return "" if line.in_kind else f"，{PERIOD_WORDS[Period(line.period)]} {fen_to_yuan(line.amount)} 元"


def _say(line: GrantLine) -> str:
    verb = "享受" if line.in_kind else "领取"
    match line.state:
        case GrantState.ACTIVE:
            return f"您正在{verb}{_sum(line)}。从{_day(line.from_on)}起。"
        case GrantState.SUSPENDED:
            return f"从{_day(line.suspended_since)}起先暂停了，没有取消。"
        case GrantState.ENDED:
            return f"从{_day(line.until_on)}起停止了。"
        case GrantState.REFUSED:
            return "您说过不要，所以没有给。"
        case _:
            return f"您可以{verb}{_sum(line)}。从{_day(line.from_on)}起。"


def _why_title(state: GrantState) -> str:
    return {GrantState.SUSPENDED: "为什么暂停", GrantState.ENDED: "为什么停止"}.get(state, "为什么给您")


def _reasons(file: GrantFile) -> tuple[str, ...]:
    line = file.line
    match line.state:
        case GrantState.SUSPENDED:
            return (f"{SUSPENDED_FOR_LABELS[line.suspended_for]}。",) if line.suspended_for else ()
        case GrantState.ENDED:
            return (f"{line.ended_because.rstrip('。')}。",) if line.ended_because else ()
        case GrantState.REFUSED:
            return ()
        case _:
            if line.ruling is not None:
                return (f"{ruling_of(line)}。", f"{line.ruling.because.rstrip('。')}。")
            told = file.explanation.conditions if file.explanation else ()
            return tuple(f"{each.text.rstrip('。')}。" for each in told)


def _next(line: GrantLine) -> tuple[str, ...]:
    match line.state:
        case GrantState.PROPOSED:
            return ("您可以同意，也可以不要：在这里按“我来答复”，或者等通知送到您手里再说。",)
        case GrantState.NOTIFIED if line.effective_on_silence:
            return (f"同意的话，什么都不用办：到{_day(line.effective_on_silence)}您没有说不要，就自动生效。",)
        case GrantState.NOTIFIED:
            return ("要您答复了才能给。请在这里按“我来答复”，或者告诉社区工作人员、到窗口说一声。",)
        case GrantState.ACTIVE:
            return ("不用再申请。金额有变化、要暂停或者停止，都会先告诉您。",)
        case GrantState.SUSPENDED:
            return ("把情况弄清楚就能恢复，该补的会补给您。请到窗口，或者请社区上门。",)
        case GrantState.REFUSED:
            return ("以后想要，随时可以再办。",)
        case _:
            return ()


def _months(file: GrantFile) -> tuple[MineMonth, ...]:
    _, told = payment_rows(SYSTEM, file)
    return tuple(
        MineMonth(row.label, row.amount, row.paid, f"原来是 {fen_to_yuan(row.before[-1][0])} 元，{row.why}" if row.before else "")
        for row in due_rows(file.dues, file.line.period, told)[:MONTHS]
    )  # fmt: skip


def _appeal(line: AppealLine) -> str:
    begun = f"{_day(line.filed_on)}提的"
    if line.state is AppealState.OPEN:
        late = "这次提得晚了，我们先看有没有正当理由。" if line.late_days and not line.heard_because else ""
        return f"{begun}，正在办理，最晚{_day(line.due_on)}答复您。{late}"
    return f"{begun}，{_day(line.decided_on)}答复：{APPEAL_STATE_LABELS[line.state]}。{line.decided_because}"
