"""The words of looking ahead: who is counted, and what a line is about."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Scope(StrEnum):
    RESIDENT = "resident"
    REGISTERED = "registered"


SCOPE_LABELS: Mapping[Scope, str] = {Scope.RESIDENT: "常住", Scope.REGISTERED: "户籍"}
SCOPE_FACTS: Mapping[Scope, str] = {Scope.RESIDENT: "resident_here", Scope.REGISTERED: "registered_here"}

GRADE_TITLES = ("能力完好", "轻度失能", "中度失能", "重度失能", "完全失能")
