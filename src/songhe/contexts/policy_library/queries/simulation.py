"""What a simulation of a draft says, as plain data: handed down by who computes it, kept with the draft, read by pages and the API."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SimulatedBenefit:
    """One benefit on the day of comparison: people it is given to and fen a period, by the rules in force and by the draft.

    `gain` and `lose` count people. `period` is a `rulebook.Period` value.
    """

    benefit: str
    title: str
    period: str
    people_before: int
    people_after: int
    fen_before: int
    fen_after: int
    gain: int
    lose: int


@dataclass(frozen=True, slots=True)
class SimulatedTown:
    """All benefits of one town: people who gain and lose (once each), and monthly benefits in fen a month."""

    area_path: str
    gain: int
    lose: int
    fen_before: int
    fen_after: int


@dataclass(frozen=True, slots=True)
class SimulatedCell:
    """One benefit in one town where somebody gains or loses; fen a period, after minus before."""

    benefit: str
    area_path: str
    gain: int
    lose: int
    fen_more: int


@dataclass(frozen=True, slots=True)
class SimulatedYear:
    """What monthly and yearly benefits come to in a calendar year, in fen; the first one begins with the month `first_month`."""

    year: int
    first_month: int
    fen_before: int
    fen_after: int


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """A draft compared with the version in force over everybody of one snapshot.

    `as_of` is the day compared: the first one, from the draft's day on, on which anybody's answer differs. `gain` and `lose` count
    people (who gains one benefit and loses another is in both); `fen_*` are monthly benefits in fen a month.
    """

    as_of: dt.date
    taken_at: dt.datetime
    snapshot_sha256: str
    gain: int
    lose: int
    fen_before: int
    fen_after: int
    benefits: tuple[SimulatedBenefit, ...]
    towns: tuple[SimulatedTown, ...]
    cells: tuple[SimulatedCell, ...]
    years: tuple[SimulatedYear, ...]


def as_json(result: SimulationResult) -> dict[str, Any]:
    """The result as it is stored."""
    plain = dataclasses.asdict(result)
    return plain | {"as_of": result.as_of.isoformat(), "taken_at": result.taken_at.isoformat()}


def from_json(stored: Mapping[str, Any]) -> SimulationResult:
    """The result as it was handed down."""
    return SimulationResult(
        as_of=dt.date.fromisoformat(stored["as_of"]),
        taken_at=dt.datetime.fromisoformat(stored["taken_at"]),
        snapshot_sha256=stored["snapshot_sha256"],
        gain=stored["gain"],
        lose=stored["lose"],
        fen_before=stored["fen_before"],
        fen_after=stored["fen_after"],
        benefits=tuple(SimulatedBenefit(**each) for each in stored["benefits"]),
        towns=tuple(SimulatedTown(**each) for each in stored["towns"]),
        cells=tuple(SimulatedCell(**each) for each in stored["cells"]),
        years=tuple(SimulatedYear(**each) for each in stored["years"]),
    )
