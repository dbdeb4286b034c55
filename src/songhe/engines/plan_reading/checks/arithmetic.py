"""Figures of the present state against each other: shares, growth, yearly means, ratios, per thousand. Rounding of what is printed is allowed for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise, product

from songhe.engines.plan_reading.findings import Checked, Finding
from songhe.engines.plan_reading.model import BaselineRead

Range = tuple[float, float]
Test = Callable[[BaselineRead], bool]
_SCALES = {"万": 1e4, "亿": 1e8}
_CHANGE = re.compile(r"增加|增长|提高|上升|减少|下降|降低")
_DOWN = re.compile(r"减少|下降|降低")


def check_arithmetic(checked: Checked) -> Iterator[Finding]:
    """Every figure that does not follow from the others it is printed with."""
    figures = [f for f in checked.reading.baselines if not f.clause.startswith(("说明", "续"))]
    for rule in (
        _shares,
        _yearly_means,
        _share_rise,
        _ratios,
        _per_thousand,
        _growth_of_values,
        _half_spent,
        _year_on_year,
        _forecasts,
        _same_margin,
    ):
        yield from rule(checked, figures)


def amount(figure: BaselineRead) -> float:
    """The value without 万 and 亿."""
    return figure.value * _SCALES.get(figure.unit[:1], 1)


def printed_range(checked: Checked, figure: BaselineRead) -> Range:
    """What the printed digits may stand for: half a unit of the last digit either way (exact counts stand for themselves)."""
    digits = re.search(r"\d+(?:\.\d+)?", checked.source.text[figure.at.start : figure.at.end])
    exponent = Decimal(digits[0]).as_tuple().exponent if digits else 0
    scale = _SCALES.get(figure.unit[:1], 1)
    exact = scale == 1 and exponent == 0 and not figure.approx and figure.unit != "%"
    half = 0.0 if exact else 0.5 * 10 ** int(exponent) * scale
    return amount(figure) - half, amount(figure) + half


def _meets(one: Range, other: Range, slack: float = 0.0) -> bool:
    return one[0] - slack <= other[1] and other[0] - slack <= one[1]


def _kind(figure: BaselineRead) -> str:
    return figure.unit.lstrip("万亿")


def _shares(checked: Checked, figures: list[BaselineRead]) -> Iterator[Finding]:
    """约占老年人口的9.9%: the count just before, over the whole that is named."""
    wholes = {"总人口|常住人口": r"常住人口|总人口", "老年人口|老年人": r"60(?:周)?岁.{0,4}老年人口", "机构床位": r"机构床位"}
    for part, share in pairwise(figures):
        if (
            share.unit != "%"
            or part.unit == "%"
            or part.clause != share.clause
            or not re.search(r"占", share.indicator)
            or _CHANGE.search(share.indicator)
        ):
            continue
        if re.search(r"将|预计", part.indicator):
            continue  # a forecast: see `_forecasts`
        pattern = next((whole for named, whole in wholes.items() if re.search(rf"占(?:全市)?(?:{named})", share.indicator)), None)
        candidates = [
            f
            for f in figures
            if pattern and re.search(pattern, f.indicator) and _kind(f) == _kind(part) and not _CHANGE.search(f.indicator)
        ]
        if not candidates or _kind(part) not in ("人", "张", "户"):
            continue
        computed = [
            _quotient(printed_range(checked, part), printed_range(checked, whole), 100)
            for whole in candidates
            if whole is not part
        ]
        stated = printed_range(checked, share)
        if computed and not any(_meets(stated, found, 0.005) for found in computed):
            low, high = computed[0]
            text = f"{part.value:g}{part.unit}÷{candidates[0].value:g}{candidates[0].unit}＝{low:.2f}%—{high:.2f}%，写的是{share.value:g}%"
            yield Finding("share", "A", f"“{share.indicator}”的占比和前后数字对不上。", text, (share.span, part.span))


def _quotient(one: Range, other: Range, per: float) -> Range:
    return one[0] / other[1] * per, one[1] / other[0] * per


def _yearly_means(checked: Checked, figures: list[BaselineRead]) -> Iterator[Finding]:
    """比2010年增加…,年均增长约5.1%: over how many years, by which mean; two means of one span must be made alike."""
    spans: list[tuple[BaselineRead, float, str]] = []
    for before, total, mean in zip(figures, figures[1:], figures[2:], strict=False):
        if "年均" not in mean.indicator or "/" not in total.date or mean.clause != total.clause:
            continue
        start, end = (int(year[:4]) for year in total.date.split("/"))
        rise = total.value if total.unit == "个百分点" else amount(total) / max(amount(before) - amount(total), 1e-9) * 100
        low, high = printed_range(checked, mean)
        if not any(low - 0.05 <= found <= high + 0.05 for found in (rise / (end - start), _compound(rise, end - start))):
            text = f"{rise:.2f}÷{end - start}年＝{rise / (end - start):.2f}，写的是{mean.value:g}；{rise:.2f}÷{rise / mean.value:.0f}年才得{mean.value:g}"
            spans.append((mean, rise / mean.value, text))
        elif abs(rise / (end - start) - _compound(rise, end - start)) > 0.2 and low - 0.05 <= rise / (end - start) <= high + 0.05:
            text = f"{rise:.2f}%÷{end - start}年＝{rise / (end - start):.2f}%是简单平均，按复合增长率是{_compound(rise, end - start):.2f}%"
            spans.append((mean, end - start, text))
    wrong = [found for found in spans if "才得" in found[2]]
    if wrong:
        places = tuple(mean.span for mean, _, _ in spans)
        yield Finding("yearly_mean", "A", "同一段时间的“年均”用了不同的年数。", "；".join(text for _, _, text in spans), places)


def _compound(rise: float, years: int) -> float:
    return float((1 + rise / 100) ** (1 / years) - 1) * 100


def _share_rise(checked: Checked, figures: list[BaselineRead]) -> Iterator[Finding]:
    """By how much a share rose follows from the count, its increase and the change of the whole."""
    count, more = _pair(
        figures, lambda f: f.unit == "人", lambda f: f.unit == "人" and bool(re.search(r"比20\d\d年增加", f.indicator))
    )
    share, rise = _pair(
        figures,
        lambda f: f.unit == "%" and "占比" in f.indicator,
        lambda f: f.unit == "个百分点" and bool(re.search(r"比20\d\d年", f.indicator)),
    )
    fall = next(
        (f for f in figures if f.unit == "%" and "/" in f.date and _DOWN.search(f.indicator) and "占比" not in f.indicator), None
    )
    if count is None or more is None or share is None or rise is None or fall is None:
        return
    now = amount(count) / share.value * 100
    then = now / (1 - fall.value / 100)
    before = (amount(count) - amount(more)) / then * 100
    computed = share.value - before
    if abs(computed - rise.value) <= 0.1:
        return
    swapped = sorted(f"{computed:.2f}") == sorted(f"{rise.value:.2f}")
    text = (
        f"{now:.0f}人÷(1－{fall.value:g}%)＝{then:.0f}人；({count.value:g}－{more.value:g})÷{then:.0f}＝{before:.2f}%；"
        f"{share.value:g}－{before:.2f}＝{computed:.2f}个百分点，写的是{rise.value:g}%"
        + ("，像是数字写颠倒了" if swapped else "")
    )
    yield Finding(
        "share_rise",
        "A",
        "占比提高多少，和人数、总人口的变化对不上；占比的变化应当写百分点，不是百分数。",
        text,
        (rise.span, share.span, more.span),
    )


def _pair(figures: list[BaselineRead], first: Test, second: Test) -> tuple[BaselineRead | None, BaselineRead | None]:
    for one, other in pairwise(figures):
        if first(one) and second(other) and one.clause == other.clause:
            return one, other
    return None, None


def _ratios(checked: Checked, figures: list[BaselineRead]) -> Iterator[Finding]:
    """分别达到31201元、16917元,收入比控制在1.8以下."""
    for one, other, ratio in zip(figures, figures[1:], figures[2:], strict=False):
        if ratio.unit == "倍" and one.unit == other.unit and one.clause == ratio.clause and min(one.value, other.value) > 0:
            found = max(one.value, other.value) / min(one.value, other.value)
            cap = "以下" in checked.source.text[ratio.at.start : ratio.at.end + 3] or "控制" in checked.words(ratio.span)
            if (found > ratio.value) if cap else abs(found - ratio.value) > 0.06:
                text = f"{max(one.value, other.value):g}÷{min(one.value, other.value):g}＝{found:.3f}，写的是{ratio.value:g}{'以下' if cap else ''}"
                yield Finding("ratio", "A", "写的比值和它前面的两个数对不上。", text, (ratio.span, one.span, other.span))


def _per_thousand(checked: Checked, figures: list[BaselineRead]) -> Iterator[Finding]:
    """每千人拥有床位数35.1张: no pair of the printed numbers gives it."""
    for rate in figures:
        if not re.search(r"每千", rate.indicator) or rate.unit not in ("张", "个"):
            continue
        tops = [
            f
            for f in figures
            if _kind(f) == rate.unit and f is not rate and amount(f) > 100 and not re.search(r"每|缺口|差距|仍有", f.indicator)
        ]
        bottoms = [
            f
            for f in figures
            if _kind(f) == "人" and re.search(r"人口", f.indicator) and not _CHANGE.search(f.indicator) and amount(f) > 1000
        ]
        tried = [(top, bottom, amount(top) / amount(bottom) * 1000) for top, bottom in product(tops, bottoms)]
        if not tried or any(abs(found - rate.value) <= 0.015 * rate.value + 0.05 for _, _, found in tried):
            continue
        near = sorted(tried, key=lambda t: abs(t[2] - rate.value))[:2]
        text = "；".join(
            f"{top.value:g}{top.unit}÷{bottom.value:g}{bottom.unit}×1000＝{found:.1f}" for top, bottom, found in near
        )
        yield Finding(
            "per_thousand",
            "B",
            f"“{rate.indicator}”{rate.value:g}算不出来，分母不清楚。",
            text,
            (rate.span, near[0][0].span, near[0][1].span),
        )


def _growth_of_values(checked: Checked, figures: list[BaselineRead]) -> Iterator[Finding]:
    """The same value of two years beside a growth of another size: nominal or real is not said."""
    for later in figures:
        earlier = next(
            (f for f in figures if f.indicator == later.indicator and f.unit == later.unit and _follows(f.date, later.date)), None
        )
        growth = next(
            (
                f
                for f in figures
                if f.unit == "%" and f.date == later.date and "同比" in f.indicator and f.at.start > later.at.start
            ),
            None,
        )
        if earlier is None or growth is None or growth.span.start - later.span.end > 60 or later.unit == "%":
            continue
        found = (amount(later) / amount(earlier) - 1) * 100
        if abs(found - growth.value) > 3:
            text = f"{later.value:g}÷{earlier.value:g}－1＝{found:.2f}%，写的是同比增长{growth.value:g}%"
            yield Finding(
                "growth",
                "B",
                "两年的数值和写的增长率差得远，没有说明是名义增长还是实际增长。",
                text,
                (growth.span, later.span, earlier.span),
            )
            return


def _follows(one: str, other: str) -> bool:
    return one.isdigit() and other.isdigit() and int(other) == int(one) + 1


def _half_spent(checked: Checked, figures: list[BaselineRead]) -> Iterator[Finding]:
    """公共预算支出 below half of 收入: a number of another size, or a unit lost."""
    income = next((f for f in figures if re.search(r"公共预算收入$", f.indicator)), None)
    spent = next((f for f in figures if re.search(r"公共预算支出$", f.indicator)), None)
    if income and spent and income.date == spent.date and amount(spent) < 0.6 * amount(income):
        text = f"支出{spent.value:g}{spent.unit}只有收入{income.value:g}{income.unit}的{amount(spent) / amount(income):.0%}"
        yield Finding(
            "budget", "B", "一般公共预算支出不到收入的六成，不合常理，请核对数字或单位。", text, (spent.span, income.span)
        )


def _year_on_year(checked: Checked, figures: list[BaselineRead]) -> Iterator[Finding]:
    """同比 over ten years."""
    for figure in figures:
        if "同比" in figure.indicator and "/" in figure.date:
            start, end = (int(year[:4]) for year in figure.date.split("/"))
            if end - start > 1:
                yield Finding(
                    "year_on_year",
                    "C",
                    f"{start}年到{end}年的变化写成了“同比”。",
                    f"{end}－{start}＝{end - start}年",
                    (figure.span,),
                )


def _forecasts(checked: Checked, figures: list[BaselineRead]) -> Iterator[Finding]:
    """A count and a share of a coming year imply a whole; it should not be far from today's."""
    whole = next((f for f in figures if re.search(r"常住人口|总人口", f.indicator) and _kind(f) == "人"), None)
    for count, share in pairwise(figures):
        if (
            whole is None
            or share.unit != "%"
            or count.date != share.date
            or _kind(count) != "人"
            or "占" not in share.indicator
            or count.date <= whole.date[:4]
        ):
            continue
        implied = amount(count) / share.value * 100
        if abs(implied / amount(whole) - 1) > 0.03:
            text = f"{count.value:g}{count.unit}÷{share.value:g}%＝{implied / 1e4:.1f}万人，现在是{amount(whole) / 1e4:g}万人"
            yield Finding(
                "forecast",
                "B",
                "预测的人数和占比合起来，总人口和现在差得多，没有说明原因。",
                text,
                (count.span, share.span, whole.span),
            )


def _same_margin(checked: Checked, figures: list[BaselineRead]) -> Iterator[Finding]:
    """高出全区3个百分点, twice running for different groups: perhaps copied."""
    margins = [f for f in figures if f.unit == "个百分点" and re.search(r"高出|低于|高于", f.indicator)]
    for one, other in pairwise(margins):
        if one.value == other.value and one.clause == other.clause and one.span != other.span:
            yield Finding(
                "same_margin",
                "C",
                "两个不同的占比写的差距一模一样，可能是抄重了。",
                f"都是{one.value:g}个百分点",
                (one.span, other.span),
            )
