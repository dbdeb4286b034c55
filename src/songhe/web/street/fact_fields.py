"""A fact as a form field: what a clerk sees and types, and the stored value that it stands for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from songhe.basics.money import yuan_to_fen
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type
from songhe.foundation.errors import InvalidInput, NotFound

_YES_NO = (("yes", "是"), ("no", "否"))


@dataclass(frozen=True, slots=True)
class FactField:
    """`kind` is choice, number, money or date; `value` and `reason` are what was typed, kept when something is wrong."""

    variable: str
    label: str
    owner: str
    kind: str
    options: Sequence[tuple[str, str]] = ()
    unit: str = ""
    value: str = ""
    reason: str = ""


def variable_named(name: str) -> Variable:
    """The variable of a person or household; raises NotFound."""
    found = policy.pack_in_use().pack.variables_of("person").get(name)
    if found is None:
        raise NotFound("没有这一项资料。", next_step="请回到老人的页面重新选择。")
    return found


def fact_field(variable: Variable, value: str = "", reason: str = "") -> FactField:
    """The field for a variable, with what has been typed already."""
    kinds = {Type.BOOL: "choice", Type.CODE: "choice", Type.INT: "number", Type.MONEY: "money", Type.DATE: "date"}
    options = _YES_NO if variable.type is Type.BOOL else variable.values
    return FactField(
        variable.name, variable.label, variable.owner, kinds[variable.type], options, variable.unit or "", value, reason
    )


def stored_value(variable: Variable, text: str) -> object:
    """What was typed, as it is stored: bool, whole number, fen, ISO date, code. Raises InvalidInput with the field `value`."""
    text = text.strip()
    if not text:
        raise InvalidInput(f"请填写“{variable.label}”。", next_step="不知道的先不填，问清楚再来。", field="value")
    try:
        return _read(variable, text)
    except ValueError:
        raise InvalidInput(f"“{variable.label}”填得不对。", next_step=_EXAMPLES[variable.type], field="value") from None


_EXAMPLES = {
    Type.BOOL: "请选择是或者否。",
    Type.CODE: "请从列出的几种里选择。",
    Type.INT: "请填一个整数，例如 3。",
    Type.MONEY: "请填金额，例如 850 或 850.50。",
    Type.DATE: "请填日期，例如 1946-11-21。",
}


def _read(variable: Variable, text: str) -> object:
    match variable.type:
        case Type.BOOL:
            return {"yes": True, "no": False}.get(text) if text in ("yes", "no") else _refused()
        case Type.CODE:
            return text if text in dict(variable.values) else _refused()
        case Type.INT:
            return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else _refused()
        case Type.MONEY:
            return yuan_to_fen(text)
        case _:
            return dt.date.fromisoformat(text).isoformat()


def _refused() -> object:
    raise ValueError
