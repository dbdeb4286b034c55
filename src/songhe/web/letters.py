"""Letters about grants in plain Chinese, one page each in big print, many in one file: words here, layout in letters/grants.typ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from songhe.basics.masking import mask_name
from songhe.basics.money import fen_to_yuan
from songhe.contexts.entitlements.words import NoticeKind
from songhe.engines.policy.rulebook import Period
from songhe.foundation.signing import Face
from songhe.web.printing import font, is_demo, pdf_of
from songhe.web.words import PERIOD_WORDS

_SHEET = "letters/grants.typ"
_LINE = "＿"


@dataclass(frozen=True, slots=True)
class MonthChanged:
    """One month of which what was due became another sum; both in fen."""

    month: dt.date
    was: int
    now: int


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a person can go, and whom they can call; `phone` is the community's, or the counter's where that is not known.

    `desk`: the community's own room with address, empty where nobody has said; `hours`: when it is open.
    """

    place: str
    phone: str
    website: str
    desk: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class LetterSaid:
    """What one letter is about. Sums in fen; `from_on` is the first day of what the letter says (of the end: the first day without).

    `answer_days`: so many days after it was handed over silence becomes consent; None where an answer is needed. `reasons`: one sentence a condition;
    `because`: why something changed, was suspended, ended or has to be returned. `check`: the code by which the letter is told to be genuine.
    """

    kind: NoticeKind
    number: int
    day: dt.date
    name: str
    dead: bool
    area: str
    title: str
    in_kind: bool
    gives: str
    period: str
    amount: int
    was: int | None
    from_on: dt.date
    answer_days: int | None
    reasons: Sequence[str]
    because: str
    months: Sequence[MonthChanged]
    code: str
    counter: Counter
    appeal_days: int
    check: str = ""


def letters_pdf(letters: Sequence[LetterSaid], *, title: str, made_on: dt.date) -> bytes:
    """The letters in the order given as one PDF/A-2b, a page each. Raises NoChineseFont."""
    data = {"title": title, "font": font(plain=True), "demo": is_demo(), "letters": [_letter(said) for said in letters]}
    return pdf_of(_SHEET, data, made_on=made_on)


def cn_day(day: dt.date) -> str:
    """2026年11月21日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _month(day: dt.date) -> str:
    return f"{day.year}年{day.month}月"


def _sum(fen: int) -> str:
    return f"{fen_to_yuan(fen)} 元"


def _letter(said: LetterSaid) -> dict[str, object]:
    headline, facts, parts = _WORDS[said.kind](said)
    wants_answer = said.kind is NoticeKind.PROPOSED
    return {
        "from": said.area,
        "day": cn_day(said.day),
        "to": f"{said.name}老人的家人" if said.dead else f"{said.name}老人",
        "headline": headline,
        "facts": [list(pair) for pair in facts],
        "parts": [{"title": title, "lines": list(lines), "items": list(items)} for title, lines, items in (*parts, _desk(said))],
        "reply": _reply() if wants_answer else [],
        "reply-for": f"{said.title}，{said.name}，通知编号 {said.number:08d}" if wants_answer else "",
        "foot": f"通知编号 {said.number:08d}",
        "check": f"验证码 {said.check}，在网站的“验证文件”页面可以核对真假" if said.check else "",
    }


def face_of(said: LetterSaid) -> Face:
    """What whoever checks the letter is told: what stands on it in large print, the name in part only."""
    headline, facts, _ = _WORDS[said.kind](said)
    told = (
        ("写给", mask_name(said.name)),
        ("说的是", headline),
        *facts,
        ("通知编号", f"{said.number:08d}"),
        ("日期", cn_day(said.day)),
    )
    return Face("待遇通知", said.area, told)


Part = tuple[str, Sequence[str], Sequence[str]]  # heading, sentences, numbered lines
Words = tuple[str, Sequence[tuple[str, str]], Sequence[Part]]


def _proposed(said: LetterSaid) -> Words:
    verb = "享受" if said.in_kind else "领取"
    facts = [("内容", said.gives)] if said.in_kind else [(_per(said), _sum(said.amount))]
    facts.append(("从什么时候起", cn_day(said.from_on) if said.in_kind else _month(said.from_on)))
    if said.answer_days is not None:
        told = f"收到这份通知后{said.answer_days}天内，您没有告诉我们不要，就从上面写的时间起给您。"
        agree: Part = ("同意的话，什么都不用办", [told], [])
    else:
        agree = ("请告诉我们您要不要", ["这一项要您答复了才能给。请在下面的回条上打勾交给社区，或者打电话说一声。"], [])
    refuse: Part = ("不要，或者哪里写得不对", [f"写在回条上交给社区，或者{_where(said)}。我们会马上更正，再算一遍。"], [])
    return f"您可以{verb}{said.title}", facts, [_why(said, "为什么给您"), agree, refuse, _look(said)]


def _changed(said: LetterSaid) -> Words:
    facts = [("原来", _now(said, said.was))] if said.was is not None else []
    facts += [("现在", _now(said, said.amount)), ("从什么时候起", _month(said.from_on))]
    parts = [
        _why(said, "为什么变了"),
        *_differences(said),
        ("您不用办手续", ["以后就按新的数给您。"], []),
        _objection(said),
        _look(said),
    ]
    return f"您的{said.title}有变化", facts, parts


def _suspended(said: LetterSaid) -> Words:
    facts = [("从什么时候起", cn_day(said.from_on)), ("现在", "先暂停，没有取消")]
    back: Part = ("怎样恢复", [f"把情况弄清楚以后就能恢复，该补的会补给您。请{_where(said)}。"], [])
    return f"您的{said.title}先暂停", facts, [_why(said, "为什么暂停"), back, _objection(said), _look(said)]


def _ended(said: LetterSaid) -> Words:
    last = said.from_on - dt.timedelta(days=1)
    facts = [("最后一天", cn_day(last)), ("从什么时候起停止", cn_day(said.from_on))]
    return (
        f"{_whose(said)}{said.title}停止了",
        facts,
        [_why(said, "为什么停止"), *_differences(said), _objection(said), _look(said)],
    )


def _recovery(said: LetterSaid) -> Words:
    total = sum(month.was - month.now for month in said.months)
    facts = [("一共多发了", _sum(total)), ("涉及", f"{len(said.months)}个月")]
    back: Part = ("怎样退", [f"以后还有要发给您的钱，就从里面扣，您不用跑腿。没有的话，请{_where(said)}，约好时间退回。"], [])
    return f"{said.title}多发了，要退回 {_sum(total)}", facts, [
        _why(said, "为什么"), *_differences(said), back, _objection(said), _look(said)
    ]  # fmt: skip


_WORDS: Mapping[NoticeKind, Callable[[LetterSaid], Words]] = {
    NoticeKind.PROPOSED: _proposed,
    NoticeKind.CHANGED: _changed,
    NoticeKind.SUSPENDED: _suspended,
    NoticeKind.ENDED: _ended,
    NoticeKind.RECOVERY: _recovery,
}


def _whose(said: LetterSaid) -> str:
    return f"{said.name}老人的" if said.dead else "您的"


def _per(said: LetterSaid) -> str:
    return PERIOD_WORDS[Period(said.period)]


def _now(said: LetterSaid, fen: int | None) -> str:
    if said.in_kind or fen is None:
        return said.gives or "—"
    return f"{_per(said)} {_sum(fen)}"


def _why(said: LetterSaid, heading: str) -> Part:
    lines = [f"{said.because.rstrip('。')}。"] if said.because else []
    items = [f"{reason.rstrip('。')}。" for reason in said.reasons]
    return heading, lines, items if len(items) != 1 or lines else [items[0]]


_SHOWN = 8  # months on paper; more are said in one line, all of them stand on the page of the look-up


def _differences(said: LetterSaid) -> list[Part]:
    if not said.months:
        return []
    was, now = ("已发", "应发") if said.kind is NoticeKind.RECOVERY else ("原来算", "现在算")
    shown = said.months[:_SHOWN]
    lines = [f"{_month(each.month)}：{was} {_sum(each.was)}，{now} {_sum(each.now)}，{_gap(each)}" for each in shown]
    rest = said.months[_SHOWN:]
    if rest:
        lines.append(f"{_month(rest[0].month)}到{_month(rest[-1].month)}：{_gap_of(sum(each.now - each.was for each in rest))}")
    return [("怎样算的", [], lines)]


def _gap(each: MonthChanged) -> str:
    return _gap_of(each.now - each.was)


def _gap_of(fen: int) -> str:
    return f"补 {_sum(fen)}" if fen >= 0 else f"多了 {_sum(-fen)}"


def _where(said: LetterSaid) -> str:
    return f"到{said.counter.place}，电话 {said.counter.phone}"


def _desk(said: LetterSaid) -> Part:
    """The community's room, telephone and hours, with a sentence for what nobody has registered yet."""
    counter = said.counter
    if not counter.desk:
        return "找谁问", [f"您所在村、社区的电话和开放时间还没有登记，请打电话 {counter.phone}，或者到{counter.place}。"], []
    hours = f"开放时间：{counter.hours}。" if counter.hours else "开放时间还没有登记，去之前请先打电话。"
    return "找谁问", [f"{counter.desk}，电话 {counter.phone}。{hours}"], []


def _objection(said: LetterSaid) -> Part:
    told = f"可以申诉：{_where(said)}，或者请社区上门登记。{said.appeal_days}个工作日内给您答复，不收费。"
    return "不同意怎么办", [told], []


def _look(said: LetterSaid) -> Part:
    return "自己查看", [f"打开 {said.counter.website} ，填查询码 {said.code} 和身份证号最后四位。"], []


def _reply() -> list[str]:
    return [
        f"□ 同意　　□ 不要，因为：{_LINE * 17}",
        f"□ 写得不对，应改为：{_LINE * 21}",
        f"签名：{_LINE * 9}　与老人的关系：{_LINE * 6}　日期：{_LINE * 6}",
    ]
