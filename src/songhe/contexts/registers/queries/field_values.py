"""The value of a field: read from a cell or a form, checked, shown to a person, written back into a cell."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from songhe.basics.cell_text import looks_like_formula, read_date, read_yes_or_no
from songhe.basics.money import fen_to_yuan, yuan_to_fen
from songhe.engines.policy.pack import RegisterField

HIDDEN = "••••"
LONGEST = 500
MOST = 10**12
Value = str | int | bool


class Unreadable(Exception):
    """A value cannot be taken: why, and what to write instead (Chinese)."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


def read_text(field: RegisterField, text: str) -> Value | None:
    """The stored value that a cell's text means, None where it is empty; raises Unreadable."""
    text = text.strip()
    return _READERS[field.type](field, text) if text else None


def read_json(field: RegisterField, value: object) -> Value | None:
    """The stored value of one that an API caller gave in the encoding of facts; raises Unreadable."""
    if value is None or value == "":
        return None
    kinds: Mapping[str, tuple[type, ...]] = {"int": (int,), "money": (int,), "bool": (bool,), "decimal": (int, float, str)}
    if not isinstance(value, kinds.get(field.type, (str,))) or (isinstance(value, bool) and field.type != "bool"):
        raise Unreadable(f"“{field.label}”的值类型不对。", f"请写{_KINDS[field.type]}。")
    if field.type == "money":
        return _in_range(field, int(str(value)), "分")
    return bool(value) if field.type == "bool" else read_text(field, str(value))


def shown(field: RegisterField, value: object) -> str:
    """The value as a person reads it: 是, 每月, 1,120, 2026年11月21日, 1,280.00元; empty for an unknown one."""
    if value is None:
        return ""
    match field.type:
        case "bool":
            return "是" if value else "否"
        case "code":
            return dict(field.values).get(str(value), str(value))
        case "date":
            day = dt.date.fromisoformat(str(value))
            return f"{day.year}年{day.month}月{day.day}日"
        case "money":
            return f"{fen_to_yuan(int(str(value)))}元"
        case "int":
            return str(value) if field.unit == "" else f"{int(str(value)):,}{field.unit}"
        case _:
            return f"{value}{field.unit}"


def cell_of(field: RegisterField, value: object) -> str:
    """The value as a file or a form holds it, so that reading it gives the same value again."""
    if value is None:
        return ""
    if field.type == "money":
        return fen_to_yuan(int(str(value))).replace(",", "")
    if field.type in ("bool", "code"):
        return shown(field, value)
    return str(value)


def _text(field: RegisterField, text: str) -> str:
    if looks_like_formula(text):
        raise Unreadable(f"“{field.label}”的内容像是公式，不是文字。", "请改成普通文字；前面不要加等号等符号。")
    if len(text) > LONGEST or "\0" in text:
        raise Unreadable(f"“{field.label}”超过{LONGEST}字。", "请写得简短一些。")
    return text


def _in_range(field: RegisterField, value: int, unit: str = "") -> int:
    low, high = field.low if field.low is not None else -MOST, field.high if field.high is not None else MOST
    if not low <= value <= high:
        span = f"不小于{low}" if field.high is None else f"不大于{high}" if field.low is None else f"在{low}到{high}之间"
        raise Unreadable(f"“{field.label}”不能是{value}{unit}。", f"请填{span}的数。")
    return value


def _int(field: RegisterField, text: str) -> int:
    plain = text.removesuffix(field.unit).replace(",", "").strip() if field.unit else text.replace(",", "")
    if not plain.lstrip("-").isdigit() or not plain.isascii() or len(plain) > 12:
        raise Unreadable(f"“{field.label}”要填整数。", "请只写数字，例如 120。")
    return _in_range(field, int(plain))


def _decimal(field: RegisterField, text: str) -> str:
    plain = text.replace(",", "").removesuffix(field.unit) if field.unit else text.replace(",", "")
    try:
        number = Decimal(plain.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not plain.isascii() or abs(number) >= MOST * 1000:
        raise Unreadable(f"“{field.label}”要填数。", "请只写数字，例如 17.21。")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -6:
        raise Unreadable(f"“{field.label}”的小数太长。", "最多写六位小数。")
    low, high = field.low, field.high
    if (low is not None and number < low) or (high is not None and number > high):
        raise Unreadable(f"“{field.label}”不能是{plain}。", "请核对这个数。")
    return format(number.normalize() if number else Decimal(0), "f")


def _money(field: RegisterField, text: str) -> int:
    try:
        fen = yuan_to_fen(text.removesuffix("元").strip().lstrip("¥"))
    except ValueError:
        raise Unreadable(f"“{field.label}”的金额认不出来。", "请以元为单位写数字，最多两位小数，例如 1280.50。") from None
    return _in_range(field, fen, "分")


def _bool(field: RegisterField, text: str) -> bool:
    value = read_yes_or_no(text)
    if value is None:
        raise Unreadable(f"“{field.label}”没有“{text[:20]}”这种写法。", "请填：是、否。")
    return value


def _date(field: RegisterField, text: str) -> str:
    try:
        day = read_date(text)
    except ValueError:
        raise Unreadable(f"“{field.label}”：日历上没有这一天。", "请核对日期。") from None
    if day is None:
        raise Unreadable(f"“{field.label}”的日期认不出来。", "请写成 2026-11-21 这样的形式。")
    if not 1900 <= day.year <= 2100:
        raise Unreadable(f"“{field.label}”的日期不合常理。", "请核对年份。")
    return day.isoformat()


def _code(field: RegisterField, text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper()
    for code, label in field.values:
        if folded in (code.upper(), unicodedata.normalize("NFKC", label).upper()):
            return code
    raise Unreadable(f"“{field.label}”没有“{text[:20]}”这种写法。", f"请填：{'、'.join(label for _, label in field.values)}。")


_READERS: Mapping[str, Callable[[RegisterField, str], Value]] = {
    "text": _text, "int": _int, "decimal": _decimal, "money": _money, "bool": _bool, "date": _date, "code": _code,
}  # fmt: skip
_KINDS: Mapping[str, str] = {
    "text": "文字", "int": "整数", "decimal": "数", "money": "以分为单位的整数", "bool": "真或假", "date": "日期，例如 2026-11-21", "code": "代码",
}  # fmt: skip
