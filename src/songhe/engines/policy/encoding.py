"""Facts as JSON ↔ the whole numbers and truths that rules compare."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from songhe.basics.ages import from_days, to_days
from songhe.basics.money import fen_to_yuan
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type

LARGEST = {Type.INT: 1_000_000_000, Type.MONEY: 10_000_000_000_000}


class EncodingProblem(ValueError):
    """The value is not one that the variable can have; the text says what to write (Chinese)."""


def encode(variable: Variable, value: object) -> int | bool:
    """The engine's form of a JSON value: days for "YYYY-MM-DD", fen for money, the index for a code."""
    match variable.type:
        case Type.BOOL:
            if isinstance(value, bool):
                return value
            raise EncodingProblem("要写 true 或 false")
        case Type.DATE:
            return _date(value)
        case Type.CODE:
            for index, (code, _) in enumerate(variable.values):
                if code == value:
                    return index
            raise EncodingProblem("可写的代码有：" + "、".join(code for code, _ in variable.values))
        case Type.INT | Type.MONEY:
            if isinstance(value, bool) or not isinstance(value, int):
                raise EncodingProblem("要写整数" if variable.type is Type.INT else "要写整数(单位：分)")
            if abs(value) > LARGEST[variable.type]:
                raise EncodingProblem("数太大")
            return value


def encode_all(variables: Mapping[str, Variable], facts: Mapping[str, object]) -> dict[str, int | bool]:
    """All known facts in the engine's form; null is unknown. Raises EncodingProblem, also for a name that is not a variable."""
    encoded: dict[str, int | bool] = {}
    for name, value in facts.items():
        if value is None:
            continue
        if name not in variables:
            raise EncodingProblem(f"没有叫“{name}”的事实")
        try:
            encoded[name] = encode(variables[name], value)
        except EncodingProblem as problem:
            raise EncodingProblem(f"“{name}”{problem}") from problem
    return encoded


def decode(variable: Variable, value: int | bool) -> object:
    """The JSON value of an encoded one."""
    if variable.type is Type.DATE:
        return from_days(int(value)).isoformat()
    if variable.type is Type.CODE:
        return variable.values[int(value)][0]
    return bool(value) if variable.type is Type.BOOL else int(value)


def shown(variable: Variable, value: object) -> str:
    """A JSON value as a person reads it: 是, 2级, 1,280.00元, 低保, 1946年11月21日; empty for an unknown one."""
    if value is None:
        return ""
    match variable.type:
        case Type.BOOL:
            return "是" if value else "否"
        case Type.CODE:
            return dict(variable.values).get(str(value), str(value))
        case Type.DATE:
            return shown_date(dt.date.fromisoformat(str(value)))
        case Type.MONEY:
            return f"{fen_to_yuan(int(str(value)))}{variable.unit or '元'}"
        case Type.INT:
            return f"{value}{(variable.unit or '').split('(')[0]}"


def shown_date(day: dt.date) -> str:
    """A date in Chinese: 1946年11月21日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _date(value: object) -> int:
    try:
        if not isinstance(value, str) or len(value) != 10:
            raise ValueError
        return to_days(dt.date.fromisoformat(value))
    except ValueError as error:
        raise EncodingProblem("要写日期，例如 1946-11-21") from error
