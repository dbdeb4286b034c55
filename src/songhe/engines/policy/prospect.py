"""What a pack assumes about the people ahead (projection.yaml), typed. Every part says where it comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from songhe.engines.policy.findings import Place
from songhe.engines.policy.rulebook import Citation


@dataclass(frozen=True, slots=True)
class Sourced:
    """Where an entry comes from, in the pack's own way."""

    cite: Citation
    note: str
    at: Place


@dataclass(frozen=True, slots=True)
class SexBand:
    """A value for men and for women of the ages `first` to `last`, both within."""

    first: int
    last: int
    male: float
    female: float


@dataclass(frozen=True, slots=True)
class AgeTable:
    """People counted on a day, or deaths per 1,000 person-years, by age band; bands follow each other without a gap."""

    on: dt.date | None
    unit: str
    bands: tuple[SexBand, ...]
    sourced: Sourced


@dataclass(frozen=True, slots=True)
class GradeBand:
    """Per mille of each ability grade 0 to 4 at the ages `first` to `last`; they sum to 1,000."""

    first: int
    last: int
    shares: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GradeTable:
    bands: tuple[GradeBand, ...]
    sourced: Sourced


@dataclass(frozen=True, slots=True)
class GradeValues:
    """One number for each ability grade 0 to 4."""

    values: tuple[float, ...]
    sourced: Sourced


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number with its documented range: `low` makes for few people or little need, `high` for many or much.

    `least` and `most` bound what somebody may put in its place.
    """

    id: str
    title: str
    unit: str
    low: float
    middle: float
    high: float
    least: float
    most: float
    meaning: str
    sourced: Sourced


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """Money a year for each head of a group: `fen` itself, or a parameter of the pack `times` a year; `share` per mille of the group get it."""

    id: str
    title: str
    of: str
    fen: int | None
    parameter: str | None
    times: int
    share: int
    sourced: Sourced


@dataclass(frozen=True, slots=True)
class PrintedCheck:
    """A forecast that a plan prints, by the ids of its figures: elders and inhabitants then, elders and their share later."""

    id: str
    title: str
    elders: str
    inhabitants: str
    later_elders: str
    later_share: str
    sourced: Sourced


@dataclass(frozen=True, slots=True)
class Prospect:
    """All assumptions of one city. `present` names the indicators that measure today's supply, by kind of need."""

    cohorts: AgeTable
    deaths: AgeTable
    ability: GradeTable
    institution_use: GradeValues  # per mille of each grade
    carers: GradeValues  # residents of each grade that one carer looks after
    assumptions: Mapping[str, Assumption]
    money: Mapping[str, MoneyLine]
    present: Mapping[str, str]
    checks: tuple[PrintedCheck, ...]
