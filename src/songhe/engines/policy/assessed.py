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
        UNITS: ("tasks_on_time", "targets_reached", "reports_on_time", "steps_on_time", "notices_on_time", "decisions_on_time"),
        TOWNS: ("targets_reached", "notices_on_time", "decisions_on_time"),
    }
)
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
    """The whole of assessment_of_units.yaml; a lead reports once in `report_months`, at the latest `report_days` after they are over."""

    title: str
    version: str
    definition: str
    months: int
    report_months: int
    report_days: int
    units: tuple[AssessedItem, ...]
    towns: tuple[AssessedItem, ...]
    cited: Cited
    at: Place
