"""From the pack's assumptions and today's elders to the engine's arrays: three variants (low, middle, high) at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhe.contexts.planning.queries.assumptions import VARIANTS
from songhe.contexts.planning.queries.people_now import FIRST_AGE, GRADES, LAST_AGE
from songhe.engines.policy.prospect import AgeTable, GradeTable, Prospect
from songhe.engines.projection.cohorts import Ahead, Band, by_grade, chance_to_die, in_steps, project, smooth_rates, spread_evenly

YEARS = 15
YOUNGEST = FIRST_AGE - YEARS  # of those who turn 60 within the projection
CENSUS_YOUNGEST = 30
AGES = LAST_AGE - YOUNGEST + 1

Floats = NDArray[np.float64]
Values = Mapping[str, tuple[float, float, float]]  # assumption id -> low, middle, high


@dataclass(frozen=True, slots=True)
class Course:
    """The people ahead, the elders among them by grade [V, T + 1, G], and q of ages 60 and up in the first year [V, S, A]."""

    ahead: Ahead
    graded: Floats
    death: Floats


def course(prospect: Prospect, values: Values, elders: NDArray[np.int64] | Floats, as_of: dt.date, years: int = YEARS) -> Course:
    """What comes of these elders [S, age 60 … 100+] of a day."""
    elapsed = max(0, round((as_of - _census_day(prospect.cohorts)).days / 365.25))
    start = np.zeros((len(VARIANTS), 2, AGES))
    start[:, :, FIRST_AGE - YOUNGEST :] = elders
    start[:, :, : FIRST_AGE - YOUNGEST] = _younger(prospect, elapsed, elders)[None] * _column(values, "younger")[:, None, None]
    death = _chances(prospect.deaths, values, YOUNGEST, elapsed, years)
    moves = np.broadcast_to(_column(values, "migration")[:, None, None] / 1000, start.shape)
    ahead = project(start, death, moves, first_age=YOUNGEST, years=years)
    prevalence = _prevalence(prospect.ability, values, years)
    graded = by_grade(ahead.people[..., FIRST_AGE - YOUNGEST :], prevalence).sum(axis=(2, 3))
    return Course(ahead, graded, death[:, 0, :, FIRST_AGE - YOUNGEST :] if years else np.zeros((len(VARIANTS), 2, 0)))


def national_elders(prospect: Prospect) -> Floats:
    """The census's own people of 60 and older by sex and single age, as of its day [S, age 60 … 100+]."""
    return _census(prospect.cohorts)[:, FIRST_AGE - CENSUS_YOUNGEST :]


def _census_day(table: AgeTable) -> dt.date:
    assert table.on is not None  # the pack's check asks for it
    return table.on


def _census(table: AgeTable) -> Floats:
    ages = LAST_AGE - CENSUS_YOUNGEST + 1
    return np.stack([spread_evenly(bands, CENSUS_YOUNGEST, ages) for bands in _by_sex(table)])


def _younger(prospect: Prospect, elapsed: int, elders: NDArray[np.int64] | Floats) -> Floats:
    """Those who are 45 to 59 today, by sex: as many for each of the city's own 60 to 64 as the census has, aged to today."""
    census = _census(prospect.cohorts)
    middle: Values = {"death_level": (1.0,) * 3, "death_change": (prospect.assumptions["death_change"].middle,) * 3}
    death = _chances(prospect.deaths, middle, CENSUS_YOUNGEST, 0, elapsed)
    aged = project(census[None], death[:1], np.zeros_like(census)[None], first_age=CENSUS_YOUNGEST, years=elapsed).people[0, -1]
    young = aged[:, YOUNGEST - CENSUS_YOUNGEST : FIRST_AGE - CENSUS_YOUNGEST]
    base = aged[:, FIRST_AGE - CENSUS_YOUNGEST : FIRST_AGE - CENSUS_YOUNGEST + 5].sum()
    scale = float(elders[:, :5].sum()) / base if base else 0.0
    return np.asarray(young * scale)


def _chances(table: AgeTable, values: Values, first_age: int, elapsed: int, years: int) -> Floats:
    """q by variant, year, sex and age [V, T, S, A]. The table is per 1,000 and holds for the day of the census, `elapsed` years ago."""
    rates = np.stack([smooth_rates(bands, first_age, LAST_AGE - first_age + 1) for bands in _by_sex(table)]) / 1000
    yearly = 1 + _column(values, "death_change") / 100
    factor = _column(values, "death_level")[:, None] * yearly[:, None] ** (elapsed + np.arange(years))[None, :]
    return np.asarray(chance_to_die(factor[:, :, None, None] * rates[None, None]))


def _prevalence(table: GradeTable, values: Values, years: int) -> Floats:
    """Shares of the grades at each age [V, T + 1, A, G]; those above 0 move together, what is left is able."""
    ages = LAST_AGE - FIRST_AGE + 1
    grades = [
        in_steps([Band(b.first, b.last, b.shares[g] / 1000) for b in table.bands], FIRST_AGE, ages) for g in range(1, GRADES)
    ]
    base = np.stack(grades, axis=-1)
    yearly = 1 + _column(values, "ability_change") / 100
    factor = _column(values, "ability_level")[:, None] * yearly[:, None] ** np.arange(years + 1)[None, :]
    dependent = factor[:, :, None, None] * base[None, None]
    whole = dependent.sum(axis=-1, keepdims=True)
    dependent = np.where(whole > 1, dependent / np.maximum(whole, 1e-12), dependent)
    return np.concatenate([1 - dependent.sum(axis=-1, keepdims=True), dependent], axis=-1)


def _by_sex(table: AgeTable) -> tuple[Sequence[Band], Sequence[Band]]:
    return (
        [Band(band.first, band.last, band.male) for band in table.bands],
        [Band(band.first, band.last, band.female) for band in table.bands],
    )


def _column(values: Values, name: str) -> Floats:
    return np.array(values[name], dtype=np.float64)
