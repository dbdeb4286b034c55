"""Commitments against each other and against what is there already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from songhe.engines.plan_reading.checks.arithmetic import amount
from songhe.engines.plan_reading.findings import Checked, Finding
from songhe.engines.plan_reading.model import BaselineRead, Span, TargetRead
from songhe.engines.plan_reading.relations import alike
from songhe.engines.plan_reading.sentences import sentences

_RATE = re.compile(r"率|比例|占比|比重|覆盖|程度")
_STEADY = re.compile(r"稳妥|稳步|逐步|有序")


def check_promises(checked: Checked) -> Iterator[Finding]:
    """Every pair of commitments that do not fit, and every one that does not fit the present."""
    for rule in (_two_values, _restated_otherwise, _below_the_start, _social_share, _vacancy, _table_rows, _all_and_steadily, _basic_and_all,
                 _below_the_floor, _rate_and_minimum, _circles, _tenfold):  # fmt: skip
        yield from rule(checked)


def _shown(target: TargetRead) -> str:
    value = "没有数值" if target.value is None else f"{target.comparator}{target.value:g}{target.unit or ''}"
    return f"{target.clause}：{target.hedge}{value}{'，' + target.deadline_text if target.deadline_text else '，没有写期限'}"


def _two_values(checked: Checked) -> Iterator[Finding]:
    """One promise, two values for the same year."""
    targets = checked.reading.targets
    for relation in checked.reading.relations:
        one, other = targets[relation.earlier], targets[relation.later]
        if relation.kind == "conflicts" and one.value != other.value and one.clause != other.clause:
            near = one.value and other.value and abs(one.value / other.value - 1) < 0.03
            sentence = f"“{other.indicator}”写了两个数。" if not near else f"“{other.indicator}”几处写的不一样。"
            yield Finding("two_values", "A", sentence, f"{_shown(one)}；{_shown(other)}", (one.span, other.span))


def _restated_otherwise(checked: Checked) -> Iterator[Finding]:
    """The same value again, but another date, none at all, another comparator or only an effort; or other units for it."""
    targets = checked.reading.targets
    for relation in checked.reading.relations:
        one, other = targets[relation.earlier], targets[relation.later]
        if one.value != other.value or one.clause == other.clause:
            continue
        if one.deadline != other.deadline and not (one.deadline and other.deadline and one.deadline[:4] == other.deadline[:4]):
            code, sentence = (
                ("two_dates", "期限不一样") if one.deadline and other.deadline else ("date_missing", "一处有期限、另一处没有")
            )
            yield Finding(
                code, "A", f"“{other.indicator}”写了两处，{sentence}。", f"{_shown(one)}；{_shown(other)}", (one.span, other.span)
            )
        elif bool(one.hedge) != bool(other.hedge) and one.value is not None:
            text = f"{_shown(one)}；{_shown(other)}"
            yield Finding(
                "only_an_effort",
                "A",
                f"“{other.indicator}”一处是要求、另一处只是“{one.hedge or other.hedge}”。",
                text,
                (one.span, other.span),
            )


def _below_the_start(checked: Checked) -> Iterator[Finding]:
    """A goal that is below what is there already."""
    for target in checked.reading.targets:
        if (
            target.value is None
            or target.direction != "up"
            or target.kind not in ("target", "count_action")
            or target.clause.startswith("说明")
        ):
            continue
        for figure in checked.reading.baselines:
            if figure.unit.lstrip("万亿") != (target.unit or "") or not _same_thing(checked, target, figure):
                continue
            if amount(figure) > target.value and re.search(r"达到|累计|总数|总量", checked.words(target.span)):
                text = f"现在{figure.value:g}{figure.unit}，目标{target.value:g}{target.unit or ''}"
                yield Finding("below_the_start", "A", f"“{target.indicator}”的目标比现状还低。", text, (target.span, figure.span))
                break


def _same_thing(checked: Checked, target: TargetRead, figure: BaselineRead) -> bool:
    """The same name; or a name in quotation marks that the target's own clause gives to what it builds."""
    if alike(target.indicator, figure.indicator):
        return True
    task = next((t for t in checked.reading.tasks if t.clause == target.clause), None)
    quoted = re.findall(r"“([^”]{2,10})”", figure.indicator)
    if task is None or not quoted:
        return False
    words = checked.source.text[task.span.start : task.span.end]
    place = re.sub(r".*”", "", figure.indicator)
    return any(f"“{name}”" in words for name in quoted) and len(place) >= 4 and place in words


def _social_share(checked: Checked) -> Iterator[Finding]:
    """社会办…床位占比超过60%, where the public beds printed leave more than that already."""
    target = next(
        (t for t in checked.reading.targets if t.unit == "%" and re.search(r"(?:社会办|民办|社会力量).*床位占比", t.indicator)),
        None,
    )
    beds = [f for f in checked.reading.baselines if f.unit == "张"]
    public = next((f for f in beds if re.search(r"敬老院|公办", f.indicator)), None)
    total = max((f for f in beds if re.search(r"养老床位|机构.*床位", f.indicator) and f is not public), key=amount, default=None)
    if target is None or public is None or total is None or target.value is None or amount(public) >= amount(total):
        return
    left = (1 - amount(public) / amount(total)) * 100
    if left >= target.value:
        text = f"({total.value:g}－{public.value:g})÷{total.value:g}＝{left:.2f}%，目标是{target.comparator}{target.value:g}%"
        yield Finding(
            "already_met", "A", "按文件里的床位数，这个目标现在已经达到。", text, (target.span, public.span, total.span)
        )


def _vacancy(checked: Checked) -> Iterator[Finding]:
    """A goal where less is better, printed without a comparator: read as a floor it would be met by failing."""
    for target in checked.reading.targets:
        figure = next(
            (f for f in checked.reading.baselines if f.unit == target.unit and alike(f.indicator, target.indicator)), None
        )
        if (
            target.direction == "down"
            and target.comparator == "="
            and target.value is not None
            and figure
            and figure.value > target.value
        ):
            text = f"现在{figure.value:g}%，目标{target.value:g}%：应当理解为不高于"
            yield Finding(
                "direction",
                "B",
                f"“{target.indicator}”越低越好，但没有写比较词，容易当成越高越好。",
                text,
                (target.span, figure.span),
            )


def _table_rows(checked: Checked) -> Iterator[Finding]:
    """Rows of a table whose name is cut off, or that have no unit."""
    for target in checked.reading.targets:
        if not target.clause.startswith("表"):
            continue
        if target.unit is None:
            severity, word = ("A", "约束性指标") if target.attribute == "约束性" else ("B", "指标")
            yield Finding(
                "no_unit",
                severity,
                f"{word}“{target.indicator}”没有写单位，无法核算。",
                f"只写了{target.value:g}",
                (target.span,),
            )
        elif target.unit == "%" and not _RATE.search(target.indicator):
            yield Finding(
                "name_cut_off",
                "A",
                f"表里“{target.indicator}”的名称不完整，是百分数却没有“率”或“比例”。",
                f"值是{target.value:g}%",
                (target.span,),
            )


def _all_and_steadily(checked: Checked) -> Iterator[Finding]:
    """All by a year in one place, steadily and without a date in another."""
    text = checked.source.text
    for target in checked.reading.targets:
        words = text[target.span.start : target.span.end]
        name = re.search(r"“([^”]{3,8})”", words)
        if target.kind != "universal" or not target.deadline or name is None:
            continue
        for task in checked.reading.tasks:
            if task.clause == target.clause or name[1] not in text[task.span.start : task.span.end]:
                continue
            for sentence in sentences(text, task.span.start, task.span.end):
                for part in sentence.parts:
                    if _STEADY.search(text[part.start : part.end]) and re.search(r"改革|转型|推进", text[part.start : part.end]):
                        yield Finding("all_or_steadily", "B", f"“{name[1]}”一处要求{target.deadline_text}全部完成，另一处只写稳步推进。",
                                      f"{_shown(target)}；{task.clause}没有写期限", (target.span, part))  # fmt: skip
                        return


def _basic_and_all(checked: Checked) -> Iterator[Finding]:
    """基本补齐 and 全部补齐 of one thing in one sentence."""
    text = checked.source.text
    for match in re.finditer(r"基本([补建完][\u4e00-\u9fff])([^。\n]{4,80}?)全部\1", text):
        yield Finding(
            "basic_or_all",
            "B",
            f"同一句里先说“基本{match[1]}”，又说“全部{match[1]}”。",
            "两种要求不能同时成立",
            (Span(*match.span()),),
        )


@lru_cache(maxsize=1)
def _floors() -> tuple[dict[str, Any], ...]:
    return tuple(
        yaml.safe_load(resources.files("songhe.engines.plan_reading").joinpath("floors.yaml").read_text(encoding="utf-8"))[
            "floors"
        ]
    )


def _below_the_floor(checked: Checked) -> Iterator[Finding]:
    """Below what a document of higher rank asks (floors.yaml)."""
    for target in checked.reading.targets:
        for floor in _floors():
            below = target.unit == floor["unit"] and target.value is not None and target.value < floor["least"]
            if below and re.search(floor["words"], checked.words(target.span)):
                asked = f"{floor['document']}要求到{floor['by']}年不低于{floor['least']}{floor['unit']}"
                text = f"写的是{target.value:g}{target.unit}，{asked}" + ("" if floor["verified"] else "（待核对原文）")
                yield Finding("below_the_floor", "A", f"“{target.indicator}”低于上级文件的要求。", text, (target.span,))


def _rate_and_minimum(checked: Checked) -> Iterator[Finding]:
    """30㎡ for a hundred households and at least 300㎡ a place: below a thousand households the minimum decides; or there is no minimum."""
    rates = [t for t in checked.reading.targets if t.unit in ("㎡/百户", "㎡/户") and t.value]
    places = [t for t in checked.reading.targets if t.unit in ("㎡/处",) and t.value]
    shown: list[str] = []
    spans = []
    for rate in rates:
        minimum = next((p for p in places if p.clause == rate.clause and p.at.start > rate.at.start), None)
        per = 100 if rate.unit == "㎡/百户" else 1
        if minimum is not None and minimum.value and rate.value:
            places.remove(minimum)
            households = minimum.value / rate.value * per
            shown.append(f"{minimum.value:g}÷{rate.value:g}×{per}＝{households:.0f}户以下由最小面积决定")
            spans += [rate.span, minimum.span]
    if shown:
        yield Finding(
            "rate_and_minimum",
            "C",
            "按户配建的比例和单处最小面积同时要求，小于下面户数的小区怎么办没有写。",
            "；".join(shown),
            tuple(spans),
        )
    elif rates and rates[0].unit == "㎡/户":
        rate = rates[0]
        yield Finding(
            "rate_and_minimum",
            "C",
            "按户配建没有写单处最小面积。",
            f"{rate.value:g}㎡/户＝{(rate.value or 0) * 100:g}㎡/百户",
            (rate.span,),
        )


def _circles(checked: Checked) -> Iterator[Finding]:
    """A circle of so many minutes that shall only become better: nothing to measure."""
    weak = [
        t for t in checked.reading.targets if t.unit == "分钟" and re.search(r"更加完善|逐步完善|不断完善", checked.words(t.span))
    ]
    if weak:
        text = "；".join(checked.words(t.span) for t in weak)
        yield Finding("not_measurable", "B", "“服务圈”只写完善，没有可以检查的标准。", text, tuple(t.span for t in weak))


def _tenfold(checked: Checked) -> Iterator[Finding]:
    """Ten times what is there, where the document says that the need is met."""
    text = checked.source.text
    for figure in checked.reading.baselines:
        end = text.find("。", figure.span.end)
        if not re.search(r"满足", text[figure.span.end : end if end > 0 else figure.span.end]):
            continue
        for target in checked.reading.targets:
            same = re.search(r"[\u4e00-\u9fff]{2}大学|[\u4e00-\u9fff]{2}中心", figure.indicator)
            if (
                same
                and same[0] in checked.words(target.span)
                and target.value
                and target.value >= 5 * figure.value
                and target.unit in ("个", "所")
            ):
                text_ = f"现在{figure.value:g}{figure.unit}，写着基本满足需求；又要建{target.value:g}{target.unit}"
                yield Finding(
                    "tenfold", "B", f"“{same[0]}”现状说已能满足需求，目标却成倍增加。", text_, (target.span, figure.span)
                )
                return
