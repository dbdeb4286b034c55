"""Numbers with their units: 达到60%以上, 3.3万张, 每百户不少于30平方米, 20%—30%, 一轮."""

from __future__ import annotations

import re
from dataclasses import dataclass

from songhe.engines.plan_reading.model import Span

_CHINESE = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_MEASURE = (
    r"个百分点|%|‰|人次|平方公里|平方米|㎡|亩|分钟|张|个|家|所|户|名|位|人|次|处|类|级|岁|周岁|轮|辆|件|种"
    r"|项|套|条|支|批|座|间|届|倍|场|期|元|天|小时|年|月|万|亿"
)
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
QUANTITY = re.compile(
    rf"(?P<first>{_NUMBER})\s*(?P<mark>%|‰)?\s*(?:[—–\-~]+|至|到)\s*(?P<second>{_NUMBER})\s*(?P<range_scale>万|亿)?(?:多|余)?(?P<range_unit>{_MEASURE})"
    rf"|(?P<number>{_NUMBER})\s*(?P<more>余|多)?(?P<scale>万|亿)?(?:多|余)?\s*(?P<unit>{_MEASURE})(?P<per>/[\u4e00-\u9fff]{{1,4}})?"
    r"|(?<=至少有)(?P<bare>\d+)(?=[\u4e00-\u9fff]{4,})"
    r"|(?<![第其统单唯万])(?P<word>[一两二三四五六七八九十])(?P<word_unit>轮|个(?!体|人|性|别)|家(?!庭|政|属|具)|所(?!有|属|在)|名(?!下|录)|处(?!理|罚|置))"
)
_LESS = r"(?:最高(?:不超过)?|最多|不超过|不高于|不得高于|不得超过|控制在|不大于|低于(?!当地))"
_AT_LEAST = r"(?:不低于|不少于|不得低于|不得少于|不小于|至少|不下于|最低)"
_REACH = r"(?:达到了?|达|提高到|提升到|提高至|提升至|增加到|增加至|增至|扩大到|稳定在|保持在)"
_OVER = r"(?:超过|突破|大于)"
_BEFORE = re.compile(rf"(?P<less>{_LESS})|(?P<least>{_AT_LEAST})|(?P<over>{_OVER})|(?P<reach>{_REACH})|(?P<about>约|大约|近)")
_AFTER = re.compile(r"\s*(?:\([^()]{0,12}\))?(?P<word>及?以上|及?以下|以内|左右|上下|内|之内|前(?!期|提|列|景))")
_EACH = re.compile(r"每[百千万](?:名|人|张|户)[\u4e00-\u9fff]{0,6}")  # 达到每千名老年人2名
HEDGES = re.compile(r"力争|争取|原则上|基本(?!养老|医疗|公共|服务|生活|标准|规范|社会|保障|药物|殡葬)|推动|努力|鼓励|探索")


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` in `unit` (万张 already as 张); `comparator` and the printed word behind it; a range has `value_max`."""

    value: float
    value_max: float | None
    unit: str
    scale: str
    comparator: str
    word: str
    approx: bool
    span: Span
    from_word: bool = False


def find_quantities(text: str, start: int, end: int) -> list[Quantity]:
    """Every number with a unit in `text[start:end]`."""
    return [_quantity(text, start, end, match) for match in QUANTITY.finditer(text, start, end)]


def _quantity(text: str, start: int, end: int, match: re.Match[str]) -> Quantity:
    span = Span(*match.span())
    if match["first"] is not None:
        low, high = _value(match["first"]), _value(match["second"])
        return Quantity(low, high, match["range_unit"], match["range_scale"] or "", "range", "", False, span)
    if match["bare"] is not None:
        return Quantity(_value(match["bare"]), None, _counted_in(text[span.end : end]), "", ">=", "至少", False, span)
    if match["word"] is not None:
        value, unit, scale = float(_CHINESE[match["word"]]), match["word_unit"], ""
    else:
        value, unit, scale = _value(match["number"]), match["unit"], match["scale"] or ""
        if unit in "万亿":
            unit, scale = "", unit
        if match["per"]:
            unit += match["per"]
    comparator, word, approx = _compared(text, start, span, end)
    approx = approx or bool(match["more"])
    return Quantity(value, None, unit, scale, comparator, word, approx, span, match["word"] is not None)


def _counted_in(noun: str) -> str:
    """The measure word of what is counted, where the document lost it."""
    if re.search(r"(机构|院|企业|公司|超市)$", noun):
        return "家"
    return "所" if re.search(r"(学校|大学)$", noun) else "个"


def _value(digits: str) -> float:
    return float(digits.replace(",", ""))


def _compared(text: str, start: int, span: Span, end: int) -> tuple[str, str, bool]:
    """(comparator, printed word, approximately) from the words just before and just after the number."""
    after = _AFTER.match(text, span.end, min(end, span.end + 16))
    before = None
    for found in _BEFORE.finditer(text, max(start, span.start - 24), span.start):
        before = found
    between = _EACH.sub("", text[before.end() : span.start]).strip("为到至了 ") if before is not None else ""
    far = 20 if before is not None and before.lastgroup == "least" else 1
    near = before is not None and len(between) <= far and not re.search(r"\d|[、,]", re.sub(r"\([^()]*\)", "", between))
    kind = before.lastgroup if before is not None and near else None
    word = before[0] if before is not None and near else ""
    if after is not None:
        printed = after["word"]
        if printed.endswith("以上"):
            return (">=", word + printed, False)
        if printed in ("左右", "上下"):
            return ("≈", printed, True)
        if printed.endswith(("以下", "内", "前")):
            return ("<=", printed, False)
    comparators = {"less": "<=", "least": ">=", "over": ">", "about": "≈", "reach": ">="}
    if kind is None:
        return ("=", "", False)
    return (comparators[kind], word, kind == "about")
