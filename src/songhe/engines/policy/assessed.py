"""How units and towns are assessed on the plan (assessment_of_units.yaml): items with published weights, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from songhe.engines.policy.findings import Place

if TYPE_CHECKING:
    from songhe.engines.policy.pack import Cited

UNITS, TOWNS = "units", "towns"
ITEMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        UNITS: (
            "tasks_on_time", "targets_reached", "reports_on_time", "steps_on_time", "notices_on_time", "decisions_on_time", "findings_on_time",
            "data_on_time",
        ),
        TOWNS: ("targets_reached", "work_on_time", "registers_on_time", "rounds_asked", "notices_on_time", "decisions_on_time"),
    }
)  # fmt: skip
PERIODS = (3, 6, 12)


@dataclass(frozen=True, slots=True)
class AssessedItem:
    """A share in per cent that counts: `weight` parts of all, 0 points at `none_at`, 100 at `full_at`, in between in proportion."""

    item: str
    title: str
    weight: int
    none_at: float
    full_at: float
    cited: Cited


@dataclass(frozen=True, slots=True)
class AssessmentPlan:
    """The whole of assessment_of_units.yaml; a lead reports once in `report_months`, at the latest `report_days` after they are over.

    A department sends its data once in `data_months`, at the latest `data_days` after; `senders`: department → word that its unit's name holds.
    """

    title: str
    version: str
    definition: str
    months: int
    report_months: int
    report_days: int
    data_months: int
    data_days: int
    senders: Mapping[str, str]
    units: tuple[AssessedItem, ...]
    towns: tuple[AssessedItem, ...]
    cited: Cited
    at: Place
