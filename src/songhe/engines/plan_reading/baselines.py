"""Figures of the present state: what is, where a plan describes rather than promises."""

from __future__ import annotations

import re
from dataclasses import dataclass

from songhe.engines.plan_reading.deadlines import DateFound, find_dates
from songhe.engines.plan_reading.model import BaselineRead, Span
from songhe.engines.plan_reading.quantities import Quantity, find_quantities
from songhe.engines.plan_reading.sentences import Sentence, sentences
from songhe.engines.plan_reading.wording import basis_of, indicator_of
from songhe.engines.plan_reading.zones import Zone

_NOT_A_FIGURE = re.compile(r"岁|周岁|级|代|期|月|天|小时|分钟|场$|年$|次$(?<!人次)|类|项|条$(?<!意见)|种|轮")
_UNTIL = re.compile(r"截至|截止")
_NOW = re.compile(r"截至目前|目前|截止目前")
_THAN = re.compile(r"(?:比|较)(20\d{2})年")
_CHANGE = re.compile(r"年均|同比|增长|增加|减少|下降|降低|上升")
_PROMISE = re.compile(r"(?:需|要|应)(?:达到|建成|完成)[^,]{0,6}$")
_RANK = re.compile(r"第([一二三四五六七八九十])位")
_RATIO = re.compile(r"比(?:控制在|为|达到?|约为)(\d+(?:\.\d+)?)(?:以下|以内|左右)?(?![\d.%‰万亿\u4e00-\u9fff])")
_DIVISIONS = re.compile(r"(\d+)个?(镇|乡|场|街道)(?=[、,。和]|$)")
_DIGITS = "一二三四五六七八九十"
_DONE_CLAUSE = re.compile(r"现有(\d+)(张|家|所|个|名|人)")


@dataclass(slots=True)
class _Dates:
    """`standing` holds for the paragraph (截至2020年底), `own` for its sentence only (2019年,…)."""

    standing: str = ""
    own: str = ""
    since: str = ""

    @property
    def date(self) -> str:
        now = self.own or self.standing
        return f"{self.since}/{now}" if self.since and now else now


def read_baselines(text: str, zones: list[Zone]) -> list[BaselineRead]:
    """The figures of every zone that describes, in reading order; and in promises, what is said to be there already (现有254张)."""
    found: list[BaselineRead] = []
    anywhere = "截至目前" if "截至目前" in text else ""
    for zone in zones:
        if zone.kind == "present":
            found += _zone(text, zone, anywhere)
        elif zone.kind in ("goals", "task"):
            found += _already_there(text, zone)
    return sorted(found, key=lambda figure: (figure.span.start, figure.span.end))


def _zone(text: str, zone: Zone, anywhere: str) -> list[BaselineRead]:
    found: list[BaselineRead] = []
    dates = _Dates()
    for sentence in sentences(text, zone.span.start, zone.span.end):
        if "\n" in text[sentence.span.start - 1 : sentence.span.start] and dates.standing in ("目前", "截至目前"):
            dates.standing = ""
        dates.own = dates.since = ""
        for part in sentence.parts:
            _note_dates(text, part, dates)
            found += _part(text, zone, sentence, part, dates, anywhere)
    return found


def _note_dates(text: str, part: Span, dates: _Dates) -> None:
    words = text[part.start : part.end]
    if than := _THAN.search(words):
        dates.since = than[1]
    if now := _NOW.search(words):
        dates.standing = "目前" if now[0] == "目前" else "截至目前"
        dates.own = ""
    for date in find_dates(text, part.start, part.end):
        if (than is not None and date.date == than[1]) or text[date.span.end : date.span.end + 1] in "要将需应":
            continue
        day = _as_of(date)
        if _UNTIL.search(text, max(part.start, date.span.start - 4), date.span.end):
            dates.standing, dates.own = day, ""
        else:
            dates.own = day


def _as_of(date: DateFound) -> str:
    """截至2020年底 is a figure of 2020; a printed month stays."""
    return date.date[:4] if date.date.endswith("-12") and "月" not in date.text else date.date


def _part(text: str, zone: Zone, sentence: Sentence, part: Span, dates: _Dates, anywhere: str) -> list[BaselineRead]:
    found: list[BaselineRead] = []
    taken: list[Span] = [date.span for date in find_dates(text, part.start, part.end)]
    date = dates.date or anywhere
    for pattern, unit in ((_DIVISIONS, "个"), (_RATIO, "倍"), (_RANK, "位")):
        for match in pattern.finditer(text, part.start, part.end):
            value = float(_DIGITS.index(match[1]) + 1) if unit == "位" else float(match[1])
            name = match[2] if unit == "个" else indicator_of(text, part, Span(match.start(), match.end()), None)
            found.append(
                _figure(
                    zone,
                    name,
                    value,
                    unit,
                    date if unit != "个" else dates.date,
                    False,
                    Span(part.start, part.end),
                    Span(*match.span()),
                )
            )
            taken.append(Span(*match.span()))
    earlier: Quantity | None = None
    for quantity in find_quantities(text, part.start, part.end):
        if any(quantity.span.start < span.end and span.start < quantity.span.end for span in taken):
            continue
        made = _from_quantity(text, zone, sentence, part, quantity, earlier, date)
        if made is not None:
            found.append(made)
            earlier = quantity
    return found


def _from_quantity(
    text: str, zone: Zone, sentence: Sentence, part: Span, quantity: Quantity, earlier: Quantity | None, date: str
) -> BaselineRead | None:
    unit = quantity.scale + quantity.unit if quantity.unit == "元" or quantity.scale else quantity.unit
    before = text[part.start : quantity.span.start]
    if quantity.value_max is not None or not unit or _NOT_A_FIGURE.search(unit) or _PROMISE.search(before):
        return None
    if text[max(0, quantity.span.start - 1)] in "第+〔[【/“" or text[quantity.span.end : quantity.span.end + 1] in ("+", "〕"):
        return None
    if quantity.from_word and not re.search(r"建成|入选|举办|获|开展|共有|试点", text[sentence.span.start : sentence.span.end]):
        return None
    if unit in ("万", "亿"):
        unit += _counted(before)
    if unit == "%" and _is_change_of_share(text, sentence, part, before):
        unit = "个百分点"
    unit += basis_of(text, part, quantity, earlier) if re.search(r"每年", before) else ""
    name = re.sub(r"^(?:共?有|现有|设有|拥有)(?=[\u4e00-\u9fff]{2})", "", indicator_of(text, part, quantity.span, None))
    each = re.search(r"([\u4e00-\u9fff]+(?:[、和][\u4e00-\u9fff]+)+)各(?:自|建成|有|建有)?$", before)
    times = len(re.split(r"[、和]", each[1])) if each else 1
    return _figure(
        zone,
        name,
        quantity.value * times,
        unit,
        date,
        quantity.approx or quantity.comparator == "≈",
        Span(part.start, part.end),
        quantity.span,
    )


def _is_change_of_share(text: str, sentence: Sentence, part: Span, before: str) -> bool:
    """占比约17.21%,比2010年增长6.96%: what a share rises by are points, whatever the document calls them."""
    if not re.search(r"(?:增长|增加|提高|上升|下降|降低|减少)(?:了|约)*$", before) or "同比" in before:
        return False
    earlier = text[sentence.span.start : part.start].rsplit(";", 1)[-1]
    return bool(re.search(r"(?:占比|比重|率)[^,]{0,6}\d[\d.]*%", earlier)) and not re.search(
        r"\d人(?:,|$)", earlier.split("占比")[-1]
    )


def _counted(before: str) -> str:
    """What a bare 万 counts, by the words before it."""
    if re.search(r"户(?:数)?(?:约|为|达到?)*$", before):
        return "户"
    if re.search(r"床位?(?:数)?(?:约|为|达到?)*$", before):
        return "张"
    return "人" if re.search(r"人口|老人|老年人|人数|人", before) else ""


def _already_there(text: str, zone: Zone) -> list[BaselineRead]:
    found: list[BaselineRead] = []
    for match in _DONE_CLAUSE.finditer(text, zone.span.start, zone.span.end):
        span = Span(*match.span())
        found.append(_figure(zone, indicator_of(text, span, span, None), float(match[1]), match[2], "", False, span, span))
    return found


def _figure(zone: Zone, name: str, value: float, unit: str, date: str, approx: bool, span: Span, at: Span) -> BaselineRead:
    plain = int(value) if float(value).is_integer() else value
    return BaselineRead(zone.clause, name, plain, unit.replace("平方米", "㎡"), date, approx, span, at)
