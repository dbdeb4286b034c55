"""What a yearly release about elders consists of, and how services of an area are rated (release.yaml, rating.yaml), typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from songhe.engines.policy.findings import Place

if TYPE_CHECKING:
    from songhe.engines.policy.pack import Cited, Expression

AREA = "area"  # the dimension of places: every town and community, with their sums


@dataclass(frozen=True, slots=True)
class Band:
    """One category: the persons for whom `where` is true and no earlier band of the dimension is."""

    id: str
    title: str
    where: Expression


@dataclass(frozen=True, slots=True)
class ReleaseDimension:
    """A way to divide elders. Who is in no band stands under `other` (empty: there should be nobody); who cannot be told, apart."""

    id: str
    title: str
    definition: str
    bands: tuple[Band, ...]
    other: str
    at: Place


@dataclass(frozen=True, slots=True)
class ReleaseTable:
    """Persons by two dimensions; `rows` may be the places. `chart` is pairs (bars side by side), map or none."""

    id: str
    title: str
    rows: str
    columns: str
    chart: str
    at: Place


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """The whole of release.yaml: who is counted, the least count that is shown, dimensions and tables in their order."""

    title: str
    population: str
    definition: str
    where: Expression
    threshold: int
    threshold_cited: Cited
    dimensions: Mapping[str, ReleaseDimension]
    tables: Mapping[str, ReleaseTable]
    at: Place


@dataclass(frozen=True, slots=True)
class RatedIndicator:
    """An indicator in the rating: `weight` parts of all, 0 points at `none_at`, 100 at `full_at`, in between in proportion."""

    indicator: str
    weight: int
    none_at: float
    full_at: float
    cited: Cited


@dataclass(frozen=True, slots=True)
class RatingPlan:
    """The whole of rating.yaml."""

    title: str
    version: str
    definition: str
    levels: tuple[str, ...]
    indicators: tuple[RatedIndicator, ...]
    cited: Cited
    at: Place
