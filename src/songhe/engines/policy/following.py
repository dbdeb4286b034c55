"""following.yaml: when units are reminded of the plan's tasks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from songhe.engines.policy.pack import FollowingEntry
from songhe.engines.policy.sections import Section

NAMES: Mapping[str, int] = MappingProxyType({"reminder_days": 365})  # at most


def read_following(section: Section) -> dict[str, FollowingEntry]:
    """id → value with its source. A value beyond its limit, or an unknown id, is a finding."""
    found: dict[str, FollowingEntry] = {}
    for name, inner in section.named("规划跟踪的取值"):
        title, value, unit = inner.text("title", required=True), inner.number("value"), inner.text("unit")
        cited = inner.cited()
        if name not in NAMES:
            inner.fault(inner.line, "unknown_name", f"不认识“{name}”", "可写的有：" + "、".join(NAMES))
        elif not isinstance(value, int) or not 0 <= value <= NAMES[name]:
            inner.fault(inner.line, "type", f"“{name}”的 value 不对", f"要写0到{NAMES[name]}的整数")
        else:
            found[name] = FollowingEntry(name, title, value, unit, cited)
        inner.done()
    return found
