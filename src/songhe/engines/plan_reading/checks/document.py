"""The document as a whole: its date, its state, what it announces and does not bring, what was lost on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from songhe.engines.plan_reading.findings import Checked, Finding
from songhe.engines.plan_reading.model import Span
from songhe.engines.plan_reading.source import MASK

_DAY = re.compile(r"20\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|20\d\d-\d{1,2}-\d{1,2}")


def check_document(checked: Checked) -> Iterator[Finding]:
    """What is missing or damaged in the document itself."""
    for rule in (
        _undated,
        _draft,
        _annexes,
        _number,
        _noise,
        _years_of_metadata,
        _titles,
        _lost_words,
        _no_present,
        _other_periods,
        _early_goals,
        _strict,
        _open_lists,
    ):
        yield from rule(checked)


def _undated(checked: Checked) -> Iterator[Finding]:
    outline = checked.reading.outline
    text = checked.source.text
    outside = text[: outline.head.end] + text[outline.tail.start :] + text[-400:]
    if not _DAY.search(outside):
        latest = max(
            (
                f.date[:4]
                for f in checked.reading.baselines
                if f.date[:2] == "20" and not re.search(r"将|占总人口|目标|差距", f.indicator)
            ),
            default="",
        )
        yield Finding(
            "undated", "A", "文件没有写发文日期。", f"文中最晚的现状年份是{latest}年" if latest else "", (outline.head,)
        )


def _draft(checked: Checked) -> Iterator[Finding]:
    match = re.search(r"\((征求意见稿|送审稿|草案)\)", checked.source.text)
    if match:
        yield Finding("draft", "C", f"这是{match[1]}，还不是正式文件。", "数字和期限以正式印发的为准", (Span(*match.span()),))


def _annexes(checked: Checked) -> Iterator[Finding]:
    """A list of annexes at the end and nothing after it."""
    text = checked.source.text
    tail = text[checked.reading.outline.tail.start :]
    match = re.match(r"\s*附件\s*:?\s*(\S.*(?:\n\s*\d+[.、].*)*)", tail)
    if match is None or re.match(r"\s*附件下载", tail):
        return
    listed = [line for line in match[0].split("\n") if line.strip()]
    if len(listed) >= 2 and len(tail[match.end() :].strip()) < 200:
        start = checked.reading.outline.tail.start
        yield Finding(
            "annexes",
            "A",
            f"列了{len(listed)}个附件，文件里一个也没有。",
            "分解到县、镇和单位的数字因此缺失",
            (Span(start, start + match.end()),),
        )


def _number(checked: Checked) -> Iterator[Finding]:
    """启政办发〔2024〕44号 in one place, its brackets lost in another."""
    text = checked.source.text
    for match in re.finditer(r"([\u4e00-\u9fff]{3,14})[〔\[【(](20\d\d)[〕\]】)](\d{1,4})号", text):
        damaged = re.search(re.escape(match[1]) + rf"\s*{match[2]}{match[3]}号?(?!\d)", text)
        if damaged:
            yield Finding(
                "number_damaged",
                "A",
                "发文字号有一处丢了括号。",
                f"{match[0]}；{damaged[0]}",
                (Span(*damaged.span()), Span(*match.span())),
            )
            return


def _noise(checked: Checked) -> Iterator[Finding]:
    """Words of the web site that stand where the document's own were."""
    for noise in checked.source.noise:
        places = tuple(Span(*match.span()) for match in re.finditer(MASK * len(noise), checked.source.text))
        if len(places) > 3:
            yield Finding(
                "foreign_words", "A", f"正文里混进了与文件无关的文字，共{len(places)}处，顶掉了原来的字。", noise, places
            )


def _years_of_metadata(checked: Checked) -> Iterator[Finding]:
    """An index number of another year than the day of issue."""
    head = checked.source.text[: checked.reading.outline.head.end]
    index = re.search(r"索\s*引\s*号\s*:?\s*\S*?/(20\d\d)-\d+", head)
    day = re.search(r"(?:发文时间|成文日期|生成日期)\s*:?\s*(20\d\d)-\d{1,2}-\d{1,2}", head)
    if index and day and index[1] != day[1]:
        yield Finding(
            "metadata",
            "C",
            "索引号的年份和发文日期的年份不一样。",
            f"{index[0]}；{day[0]}",
            (Span(*index.span()), Span(*day.span())),
        )


def _titles(checked: Checked) -> Iterator[Finding]:
    """The title, and nearly the same title with a word less above the seal."""
    title = checked.reading.outline.title
    core = re.sub(r"(实施方案|行动方案|方案|规划|计划|措施|意见|办法)(\(.*\))*$", "", title)
    head = checked.source.text[: checked.reading.outline.head.end]
    at = 0
    for line in head.split("\n"):
        words = re.sub(r"(包抓工作机制|工作机制|领导小组|办公室).*$", "", line.strip())
        if (
            words != line.strip()
            and 8 <= len(words) <= 40
            and words not in core
            and SequenceMatcher(None, words, core, autojunk=False).ratio() > 0.85
        ):
            yield Finding("titles", "B", "标题和落款的名称差了字。", f"{core}；{words}", (Span(at, at + len(line)),))
            return
        at += len(line) + 1


def _lost_words(checked: Checked) -> Iterator[Finding]:
    """至少有1具备…: the measure word was lost."""
    for match in re.finditer(r"至少有\d+(?=具|达|符|拥|开|建|提)", checked.source.text):
        yield Finding(
            "word_lost", "A", "数字后面丢了量词。", checked.words(Span(match.start(), match.end() + 12)), (Span(*match.span()),)
        )


def _no_present(checked: Checked) -> Iterator[Finding]:
    if not checked.reading.baselines and any(t.unit == "%" for t in checked.reading.targets):
        yield Finding(
            "no_baseline",
            "B",
            "文件没有写任何一项指标的现状，看不出离目标还有多远。",
            f"{len(checked.reading.targets)}个目标，0个现状数字",
            (),
        )


def _other_periods(checked: Checked) -> Iterator[Finding]:
    """A plan to 2027 with goals of the five years to 2025."""
    years = [t.deadline[:4] for t in checked.reading.targets if t.deadline and not t.clause.startswith("公告")]
    last = max(years, default="")
    earlier = [
        t
        for t in checked.reading.targets
        if "十" in t.deadline_text and "五" in t.deadline_text and t.deadline and t.deadline[:4] < last
    ]
    if earlier and years.count(last) > len(years) / 2:
        yield Finding(
            "other_periods",
            "B",
            f"方案做到{last}年，却有按五年规划期写的目标。",
            f"{earlier[0].deadline_text}＝{earlier[0].deadline}",
            tuple(t.span for t in earlier),
        )


def _early_goals(checked: Checked) -> Iterator[Finding]:
    """100 % by a year long before the plan's end: whether it must be held is not said."""
    targets = [
        t for t in checked.reading.targets if t.deadline and t.value == 100 and t.unit == "%" and not t.clause.startswith("说明")
    ]
    last = max((t.deadline[:4] for t in checked.reading.targets if t.deadline), default="")
    early = [t for t in targets if t.deadline and last and int(last) - int(t.deadline[:4]) >= 3]
    if len(early) >= 2:
        yield Finding(
            "early_goals",
            "B",
            f"有些目标早于{last}年三年以上就要到100%，以后要不要保持没有写。",
            "；".join(sorted({t.deadline_text for t in early})),
            tuple(t.span for t in early),
        )


def _strict(checked: Checked) -> Iterator[Finding]:
    """One “超过” among all the “达到” and “不低于”."""
    strict = [t for t in checked.reading.targets if t.comparator == ">"]
    if len(strict) == 1 and sum(t.comparator == ">=" for t in checked.reading.targets) > 5:
        yield Finding(
            "strict", "C", "只有一处写“超过”，其余都写“达到”或“不低于”。", checked.words(strict[0].span), (strict[0].span,)
        )


def _open_lists(checked: Checked) -> Iterator[Finding]:
    """Promises with a number and no date, where nearly all others have one."""
    dated = [t for t in checked.reading.targets if t.deadline]
    bare = [
        t
        for t in checked.reading.targets
        if t.kind == "target" and t.unit == "%" and t.deadline is None and not t.clause.startswith("说明")
    ]
    if len(bare) >= 5 and dated:
        yield Finding(
            "no_dates",
            "B",
            f"{len(bare)}个百分比目标没有写期限。",
            "；".join(t.clause for t in bare),
            tuple(t.span for t in bare),
        )
