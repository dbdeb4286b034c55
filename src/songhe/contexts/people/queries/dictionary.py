"""The data dictionary as people need it: which variables there are, who owns them, and how a value reads in Chinese."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from songhe.basics.money import fen_to_yuan
from songhe.contexts.places import queries as places
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type

HIDDEN = "••••"


@cache
def variables(entity: str) -> Mapping[str, Variable]:
    """The variables of an entity (person, household) in the order of the dictionary."""
    raw = yaml.safe_load((Path(settings.PACKS) / "national" / "variables.yaml").read_text("utf-8"))
    return {name: _variable(name, entity, entry) for name, entry in raw[entity].items()}


def _variable(name: str, entity: str, entry: Mapping[str, Any]) -> Variable:
    return Variable(
        name=name, type=Type(entry["type"]), entity=entity, label=entry["label"], owner=entry["owner"], unit=entry.get("unit"),
        values=tuple((entry.get("values") or {}).items()), sensitive=entry.get("sensitive", False), ask=entry.get("ask"),
    )  # fmt: skip


def find_variable(name: str) -> Variable | None:
    """The person's or household's variable of this name."""
    return variables("person").get(name) or variables("household").get(name)


def chinese_date(day: dt.date) -> str:
    """2026年11月21日."""
    return f"{day.year}年{day.month}月{day.day}日"


def shown(variable: Variable, value: object) -> str:
    """A stored value as a person reads it: 是, 低保, 1,280.00 元, 1946年11月21日, 3级."""
    if value is None:
        return "未知"
    if variable.type is Type.BOOL:
        return "是" if value else "否"
    if variable.type is Type.DATE:
        return chinese_date(dt.date.fromisoformat(str(value)))
    if variable.type is Type.MONEY and isinstance(value, int):
        return f"{fen_to_yuan(value)} {variable.unit or '元'}"
    if variable.name == "county":  # its codes are the city's own division codes, not in the dictionary
        return next((area.name for area in places.areas_under("", "county") if area.code == value), str(value))
    if variable.type is Type.CODE:
        return dict(variable.values).get(str(value), str(value))
    return f"{value}{(variable.unit or '').split('(')[0]}"
