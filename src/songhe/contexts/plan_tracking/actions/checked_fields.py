"""A corrected item field by field: each has its type, and they fit each other."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from songhe.contexts.plan_tracking.words import COMPARATOR_LABELS, DIRECTION_LABELS, FIELD_LABELS, TARGET_KIND_LABELS, ItemKind
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.errors import InvalidInput

LONGEST = 120
MOST_UNITS = 40
LARGEST_NUMBER = Decimal(10) ** 15
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
ATTRIBUTES = ("约束性", "预期性")


def changed_fields(kind: ItemKind, read: Mapping[str, object], said: Mapping[str, object]) -> dict[str, object]:
    """Of the fields that a person gave, those that differ from what was read, typed; raises InvalidInput that names the field."""
    checks = FIELDS[kind]
    unknown = sorted(set(said) - set(checks))
    if unknown:
        raise InvalidInput(
            "没有这一项，不能更正。",
            next_step="可以更正的有：" + "、".join(FIELD_LABELS[name] for name in checks),
            field=unknown[0],
        )
    given = {name: checks[name](name, value) for name, value in said.items()}
    changes = {name: value for name, value in given.items() if not _same(value, read.get(name))}
    if kind is ItemKind.TARGET and changes:
        _fit({**read, **changes})
    return changes


def _fit(target: Mapping[str, object]) -> None:
    value, most = target.get("value"), target.get("value_max")
    if (target.get("comparator") == "range") != (most is not None):
        raise _wrong("value_max", "写了区间就要有最大值；不是区间就不要写最大值。")
    if isinstance(most, int | float) and (not isinstance(value, int | float) or most <= value):
        raise _wrong("value_max", "最大值要比数值大。")
    if value is None and target.get("kind") == "target":
        raise _wrong("value", "目标值要有数；没有数的请把种类改成里程碑。")


def _same(one: object, other: object) -> bool:
    """Nothing and an empty text are the same; so are two deadlines of one day about one matter, however printed."""
    if isinstance(one, list) and isinstance(other, list):
        return [_essence(entry) for entry in one] == [_essence(entry) for entry in other]
    return one == other or (one in (None, "") and other in (None, ""))


def _essence(entry: object) -> object:
    return (entry.get("date") or "", entry.get("what") or "") if isinstance(entry, Mapping) else entry


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput(f"{FIELD_LABELS[field]}：{sentence}", next_step="改好后再保存。", field=field)


def _text(field: str, value: object) -> str | None:
    text = " ".join(str(value).split()) if value is not None else ""
    if len(text) > LONGEST or any(ord(letter) < 32 or 0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise _wrong(field, f"不能超过{LONGEST}个字。")
    return text or None


def _needed(field: str, value: object) -> str:
    text = _text(field, value)
    if text is None:
        raise _wrong(field, "不能是空的。")
    return text


def _number(field: str, value: object) -> int | float | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value).replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        raise _wrong(field, "要写成数，例如60或5.5。") from None
    if isinstance(value, bool) or not number.is_finite() or abs(number) > LARGEST_NUMBER:
        raise _wrong(field, "要写成数，例如60或5.5。")
    return int(number) if number == number.to_integral_value() else float(number)


def _needed_number(field: str, value: object) -> int | float:
    number = _number(field, value)
    if number is None:
        raise _wrong(field, "不能是空的。")
    return number


def _date(field: str, value: object) -> str | None:
    text = _text(field, value)
    if text is not None and not _is_date(text):
        raise _wrong(field, "请写成2025、2025-12或2025-12-31。")
    return text


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return True


def _choice(choices: Mapping[str, str] | tuple[str, ...], needed: bool = False) -> Callable[[str, object], str | None]:
    def check(field: str, value: object) -> str | None:
        text = _text(field, value)
        if (text is None and needed) or (text is not None and text not in choices):
            raise _wrong(field, "请从列出的里面选。")
        return text

    return check


def _units(field: str, value: object) -> list[str]:
    parts = value if isinstance(value, list | tuple) else re.split(r"[、,，;；\s]+", str(value or ""))
    found = list(dict.fromkeys(text for part in parts if (text := _text(field, part)) is not None))
    if len(found) > MOST_UNITS:
        raise _wrong(field, f"不能超过{MOST_UNITS}个单位。")
    return found


def _flag(field: str, value: object) -> bool:
    return value in (True, "1", "on", "true")


def _deadlines(field: str, value: object) -> list[dict[str, object]]:
    """From data, or from lines such as `2025-12 标准体系建成`."""
    lines = value if isinstance(value, list | tuple) else [line for line in str(value or "").splitlines() if line.strip()]
    found: list[dict[str, object]] = []
    for line in lines:
        if isinstance(line, Mapping):
            date, what, text = str(line.get("date") or ""), str(line.get("what") or ""), str(line.get("text") or "")
        else:
            date, _, what = str(line).strip().partition(" ")
            text = date
        if not _is_date(date):
            raise _wrong(field, "每行先写日期再空一格写事项，例如：2025-12 标准体系建成。")
        found.append({"text": _text(field, text) or "", "date": date, "what": _text(field, what) or ""})
    return found


def _indicator(field: str, value: object) -> str | None:
    text = _text(field, value)
    if text is not None and text not in policy.pack_in_use().pack.indicators:
        raise _wrong(field, "请从列出的指标里选，还没有的就不选。")
    return text


FIELDS: Mapping[ItemKind, Mapping[str, Callable[[str, object], object]]] = {
    ItemKind.TASK: {"title": _needed, "responsible": _units, "participating": _units, "deadlines": _deadlines},
    ItemKind.TARGET: {
        "indicator": _needed, "kind": _choice(TARGET_KIND_LABELS, needed=True), "value": _number, "value_max": _number, "unit": _text,
        "comparator": _choice(COMPARATOR_LABELS), "hedge": _text, "direction": _choice(DIRECTION_LABELS), "deadline": _date,
        "scope": _text, "attribute": _choice(ATTRIBUTES), "responsible": _units, "participating": _units, "measured_by": _indicator,
    },
    ItemKind.BASELINE: {
        "indicator": _needed, "value": _needed_number, "unit": _text, "date": _text, "approx": _flag, "measured_by": _indicator,
    },
}  # fmt: skip
