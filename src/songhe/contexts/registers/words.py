"""What can happen to an entry, to a row of a file, and between a person and a register."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

ENTRY = "register_entry"  # subject of audit lines and work items
CLOCK = "register_clock"  # kind of work items


class Deed(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"


class Verdict(StrEnum):
    NEW = "new"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class FileStatus(StrEnum):
    CHECKED = "checked"
    ACCEPTED = "accepted"


class Expectation(StrEnum):
    """`missing`: the condition holds and there is no open entry. `unknown`: it cannot be told. `leaving`: an open entry, and it no longer holds."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    LEAVING = "leaving"


DEED_LABELS: Mapping[Deed, str] = {Deed.ADDED: "登记", Deed.CHANGED: "修改", Deed.MOVED: "变更状态"}
EXPECTATION_LABELS: Mapping[Expectation, str] = {
    Expectation.MISSING: "应登记未登记",
    Expectation.UNKNOWN: "资料不全，判断不了",
    Expectation.LEAVING: "已不符合，建议结束",
}


def seal_context(public_id: object) -> str:
    """What a sealed value of an entry is bound to."""
    return f"register_entry:{public_id}"
