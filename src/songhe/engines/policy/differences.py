"""What differs between two packs, entry by entry and field by field, whatever line of a file it stands on."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from songhe.basics.ages import from_days
from songhe.basics.money import fen_to_yuan
from songhe.engines.policy.pack import BenefitEntry, Cited, DefinitionEntry, Expression, Pack, Parameter, ParameterEntry
from songhe.engines.policy.tree import Type

SECTIONS: Mapping[str, str] = {
    "parameters": "标准和参数",
    "definitions": "定义",
    "benefits": "待遇",
    "groups": "不能同时享受的待遇",
    "caps": "封顶",
    "services": "服务清单",
    "purchases": "购买服务目录",
    "admission": "入住轮候",
    "standards": "设施和人员标准",
    "targets": "目标",
    "tasks": "任务",
    "figures": "基线数据",
    "indicators": "指标",
    "registers": "台账",
    "sources": "文件",
}
"""The parts that are compared, in the order in which a reader wants them."""

LABELS: Mapping[str, str] = {
    "title": "名称", "target": "对象", "content": "内容", "standard": "标准", "owner": "牵头责任部门", "benefits": "对应的待遇", "type": "类别",
    "gives": "给什么", "where": "到哪里办", "pay": "金额怎样算", "period": "多久发一次", "birthday": "哪天起算满周岁", "application": "怎样得到",
    "in_force_from": "从哪天起", "in_force_to": "到哪天止", "first_by": "一户只给一人时先给谁", "expression": "条件", "ambiguity": "歧义",
    "chosen": "现在怎样理解", "cited": "依据", "then": "内容", "announced": "是否只是提出", "value": "数值", "deadline": "期限",
    "responsible": "责任单位", "indicator": "指标", "definition": "口径", "version": "版本", "priority": "优先保障", "total": "封顶数额",
    "among": "包括哪些", "keep": "留哪一项", "yes": "满足时怎样说", "no": "不满足时怎样说", "ask": "缺资料时问什么", "counter": "窗口", "phone": "电话",
}  # fmt: skip
_SKIPPED = {"at", "syntax", "id", "name", "rules", "kind_at"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: in which section and entry, in what respect, before and after (empty where there was or is nothing).

    `rule` marks expressions of the rule language, which a page says in words.
    """

    section: str
    id: str
    title: str
    what: str
    before: str
    after: str
    rule: bool = False


def differences(before: Pack, after: Pack) -> tuple[Difference, ...]:
    """Everything that differs, section by section; entries in the order of the newer pack, those that are gone last."""
    return tuple(
        found for section in SECTIONS for found in _section(section, _entries(before, section), _entries(after, section))
    )


def _entries(pack: Pack, section: str) -> dict[str, Any]:
    if section == "admission":
        return {entry.id: entry for entry in (*pack.admission.classes, *pack.admission.tie_breaks)}
    found = getattr(pack, section)
    return dict(found) if isinstance(found, Mapping) else {entry.id: entry for entry in found}


def _section(section: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            shown = new if new is not None else old
            what = "新增" if old is None else "取消"
            told = _summary(shown)
            yield Difference(section, name, _title(shown), what, "" if old is None else told, "" if new is None else told)
        elif _plain(old) != _plain(new):
            yield from _changed(section, name, old, new)


def _changed(section: str, name: str, old: Any, new: Any) -> Iterator[Difference]:
    if isinstance(new, Parameter):
        yield from _parameter(name, old, new)
    fields: dict[str, tuple[Any, Any]] = {}
    for field in dataclasses.fields(new):
        if field.name not in _SKIPPED and field.name not in {"values", "versions", "readings"}:
            fields[field.name] = getattr(old, field.name), getattr(new, field.name)
    for what, (left, right) in fields.items():
        if _plain(left) != _plain(right):
            yield _field(section, name, new, LABELS.get(what, "其他内容"), left, right)
    if isinstance(new, DefinitionEntry):
        yield from _readings(section, name, old, new)
    if isinstance(new, BenefitEntry):
        yield from _rules(name, old, new)


def _field(section: str, name: str, entry: Any, what: str, left: Any, right: Any) -> Difference:
    if what == LABELS["chosen"] and isinstance(entry, DefinitionEntry):
        titles = {reading.id: reading.title for reading in entry.readings.values()}
        left, right = titles.get(left, left), titles.get(right, right)
    rule = isinstance(left, Expression) or isinstance(right, Expression)
    return Difference(section, name, _title(entry), what, _text(left), _text(right), rule)


def _parameter(name: str, old: Parameter, new: Parameter) -> Iterator[Difference]:
    left, right = ({each.valid_from: each for each in parameter.values} for parameter in (old, new))
    for day in sorted({*left, *right}):
        one, other = left.get(day), right.get(day)
        if _plain(one) != _plain(other):
            texts = [_in_force(parameter, day, value) for parameter, value in ((old, one), (new, other))]
            yield Difference("parameters", name, new.title, f"从{_day(day)}起", texts[0], texts[1])


def _in_force(parameter: Parameter, day: dt.date, entry: ParameterEntry | None) -> str:
    """The entry of this day, or the older one that still holds then, with the day from which it did."""
    held = entry or parameter.on(day)
    if held is None:
        return ""
    since = "" if entry is not None else f"，从{_day(held.valid_from)}起"
    return f"{_amount(parameter.type, held.value)} {parameter.unit}".strip() + since + _mark(held.cited)


def _amount(kind: Type, value: int) -> str:
    if kind is Type.MONEY:
        return fen_to_yuan(value)
    return _day(from_days(value)) if kind is Type.DATE else f"{value:,}"


def _mark(cited: Cited) -> str:
    return {"assumed": "（文件没有载明）", "unverified": "（未核对原文）"}.get(cited.cite.status, "")


def _readings(section: str, name: str, old: DefinitionEntry, new: DefinitionEntry) -> Iterator[Difference]:
    for reading in dict.fromkeys([*new.readings, *old.readings]):
        left, right = old.readings.get(reading), new.readings.get(reading)
        if _plain(left) != _plain(right):
            shown = right or left
            assert shown is not None
            texts = [each.expression.text if each else "" for each in (left, right)]
            yield Difference(section, name, new.title, f"理解“{shown.title}”", texts[0], texts[1], True)


def _rules(name: str, old: BenefitEntry, new: BenefitEntry) -> Iterator[Difference]:
    """What is asked and paid, by the day from which it holds."""
    left, right = ({each.valid_from: each for each in benefit.versions} for benefit in (old, new))
    for day in sorted({*left, *right}, key=lambda each: each or dt.date.min):
        one, other = left.get(day), right.get(day)
        since = f"从{_day(day)}起，" if day else ""
        for field in ("pay", "gives", "where", "period", "birthday", "cited"):
            values = [getattr(rules, field) if rules else None for rules in (one, other)]
            if _plain(values[0]) != _plain(values[1]):
                what = f"{since}{LABELS[field]}"
                yield Difference("benefits", name, new.title, what, _text(values[0]), _text(values[1]), field == "pay")
        yield from _conditions(name, new.title, since, one.who if one else (), other.who if other else ())


def _conditions(name: str, title: str, since: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[Difference]:
    left, right = ({each.id: each for each in who} for who in (old, new))
    for condition in dict.fromkeys([*right, *left]):
        one, other = left.get(condition), right.get(condition)
        if _plain(one) == _plain(other):
            continue
        shown = other or one
        assert shown is not None
        verb = "新增条件" if one is None else "取消条件" if other is None else "条件"
        texts = [each.expression.text if each else "" for each in (one, other)]
        if texts[0] != texts[1]:
            yield Difference("benefits", name, title, f"{since}{verb}“{shown.yes}”", texts[0], texts[1], True)
        else:
            yield Difference("benefits", name, title, f"{since}条件“{shown.yes}”的说法或依据", _summary(one), _summary(other))


def _title(entry: Any) -> str:
    return str(getattr(entry, "title", "") or getattr(entry, "indicator", "") or getattr(entry, "id", ""))


def _summary(entry: Any) -> str:
    """What a reader has to know of an entry that is new or gone."""
    for field in ("content", "then", "yes", "definition"):
        found = getattr(entry, field, "")
        if isinstance(found, str) and found:
            return found
    if isinstance(entry, Parameter):
        return "；".join(f"{_day(v.valid_from)}起{_amount(entry.type, v.value)} {entry.unit}".strip() for v in entry.values)
    if isinstance(entry, BenefitEntry) and entry.versions:
        return entry.versions[-1].gives
    return _title(entry)


def _text(value: Any) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Cited):
        return f"{value.cite.document}{'，' if value.cite.document else ''}{value.cite.clause or '没有文件载明'}"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.date):
        return _day(value)
    if isinstance(value, tuple):
        return "、".join(_text(each) for each in value)
    return str(value.value if isinstance(value, Enum) else value) if not dataclasses.is_dataclass(value) else _title(value)


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _plain(value: Any) -> Any:
    """The value without lines and files, so that moving an entry changes nothing."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return tuple(
            (f.name, _plain(getattr(value, f.name))) for f in dataclasses.fields(value) if f.name not in {"at", "syntax"}
        )
    if isinstance(value, Mapping):
        return tuple((key, _plain(each)) for key, each in value.items())
    if isinstance(value, tuple | list):
        return tuple(_plain(each) for each in value)
    return value
