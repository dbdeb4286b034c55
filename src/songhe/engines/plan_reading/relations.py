"""Which targets of one document are the same promise printed again, and which promise one thing with two values."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from songhe.engines.plan_reading.model import Relation, TargetRead

_ALIKE = 0.75
_FILLING = re.compile(r"[“”\"《》()、,的和及与]|全市|全区|全县|达到|比例|占比|数量|数$")


def relate(targets: tuple[TargetRead, ...]) -> tuple[Relation, ...]:
    """Pairs in reading order; a target is related to the first earlier one that fits."""
    found: list[Relation] = []
    for later, target in enumerate(targets):
        for earlier in range(later):
            kind = _relation(targets[earlier], target)
            if kind:
                found.append(Relation(kind, earlier, later))
                break
    return tuple(found)


def _relation(one: TargetRead, other: TargetRead) -> str:
    if one.value is None or other.value is None or one.unit != other.unit or one.span == other.span:
        return ""
    if (one.kind == "standard") != (other.kind == "standard") or not alike(one.indicator, other.indicator):
        return ""
    same_year = (one.deadline or "")[:4] == (other.deadline or "")[:4]
    if one.value == other.value and one.value_max == other.value_max:
        return "restates" if same_year else "conflicts"
    return "conflicts" if same_year else ""


def alike(one: str, other: str) -> bool:
    """Whether two names mean one indicator, as far as their letters tell."""
    a, b = _FILLING.sub("", one), _FILLING.sub("", other)
    return bool(a) and bool(b) and (a in b or b in a or SequenceMatcher(None, a, b, autojunk=False).ratio() >= _ALIKE)
