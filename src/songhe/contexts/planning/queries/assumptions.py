"""The pack's assumptions, and what somebody puts in their place."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from songhe.contexts.planning.errors import BadAssumption, NothingAssumed
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.prospect import Assumption, Prospect

VARIANTS = ("low", "middle", "high")


def prospect_in_use() -> Prospect:
    """The assumptions of the pack in use; raises NothingAssumed where it has none."""
    found = policy.pack_in_use().pack.prospect
    if found is None:
        raise NothingAssumed("政策包里没有预测的假定。", next_step="请系统管理员补上 projection.yaml 后重新载入。")
    return found


def checked_changes(changes: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Those that differ from the pack's middle; raises BadAssumption for a name or a number that the pack does not allow."""
    known = prospect_in_use().assumptions
    found: dict[str, Decimal] = {}
    for name, value in changes.items():
        entry = known.get(name)
        if entry is None:
            raise BadAssumption(f"没有叫“{name}”的假定。", next_step="请从页面上的假定中选择。", field=name)
        if not value.is_finite() or not entry.least <= float(value) <= entry.most:
            sentence = f"{entry.title}要在{entry.least:g}到{entry.most:g}{entry.unit}之间。"
            raise BadAssumption(sentence, next_step="请改成这个范围里的数。", field=name)
        if float(value) != entry.middle:
            found[name] = value
    return found


def three_values(entry: Assumption, change: Decimal | None) -> tuple[float, float, float]:
    """Low, middle, high; a change moves all three by as much, within the bounds."""
    shift = 0.0 if change is None else float(change) - entry.middle
    low, middle, high = (min(max(value + shift, entry.least), entry.most) for value in (entry.low, entry.middle, entry.high))
    return low, middle, high
