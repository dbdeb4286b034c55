"""People ahead by single age and sex: the cohort-component method, for several variants at once.

One year: of those aged x, the share q(x) dies, the rest is x + 1 (the last age stays open); then people move in and out in proportion to
those who are there. Nobody is born: the model begins `horizon` years below the first age that is asked for, so everybody who reaches that
age during the projection is in it from the start. Shapes: V variants, T years, S sexes, A ages, G grades.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Band:
    """A value for the ages `first` to `last`, both within."""

    first: int
    last: int
    value: float


@dataclass(frozen=True, slots=True)
class Ahead:
    """What comes: `people` [V, T + 1, S, A] at the start and after each year; `deaths` and `moved` (in minus out) [V, T, S, A].

    Deaths stand at the age at the start of the year, moves at the age at its end. `first_age` is the age of column 0; the last is open.
    """

    first_age: int
    people: Floats
    deaths: Floats
    moved: Floats

    def aged(self, first: int, last: int | None = None) -> Floats:
        """People of these ages (to the end of life if `last` is None), both sexes [V, T + 1]."""
        low = first - self.first_age
        high = None if last is None else last - self.first_age + 1
        total: Floats = self.people[..., low:high].sum(axis=(-2, -1))
        return total

    def reached(self, age: int) -> Floats:
        """People who came of this age during each year, before anybody moves [V, T]."""
        place = age - self.first_age
        came: Floats = (self.people[:, :-1, :, place - 1] - self.deaths[..., place - 1]).sum(axis=-1)
        return came

    def died(self, first: int) -> Floats:
        """Deaths in each year among those who were of this age or older at its start [V, T]."""
        total: Floats = self.deaths[..., first - self.first_age :].sum(axis=(-2, -1))
        return total

    def net_moves(self, first: int) -> Floats:
        """In minus out in each year among those who are of this age or older at its end [V, T]."""
        total: Floats = self.moved[..., first - self.first_age :].sum(axis=(-2, -1))
        return total


def project(start: Floats, death: Floats, migration: Floats, *, first_age: int, years: int) -> Ahead:
    """The people ahead. `start` [V, S, A]; `death` [V, T, S, A] is q(x), between 0 and 1; `migration` [V, S, A] moves per person a year."""
    variants, sexes, ages = start.shape
    people = np.zeros((variants, years + 1, sexes, ages))
    deaths = np.zeros((variants, years, sexes, ages))
    moved = np.zeros((variants, years, sexes, ages))
    people[:, 0] = start
    for year in range(years):
        now = people[:, year]
        deaths[:, year] = now * death[:, year]
        left = now - deaths[:, year]
        older = np.zeros_like(left)
        older[..., 1:] = left[..., :-1]
        older[..., -1] += left[..., -1]
        moved[:, year] = older * migration
        people[:, year + 1] = older + moved[:, year]
    return Ahead(first_age, people, deaths, moved)


def by_grade(people: Floats, prevalence: Floats) -> Floats:
    """People by grade: people [V, T + 1, S, A] and the shares of the grades at each age [V, T + 1, A, G] → [V, T + 1, S, A, G]."""
    graded: Floats = people[..., None] * prevalence[:, :, None]
    return graded


def spread_evenly(bands: Sequence[Band], first_age: int, ages: int) -> Floats:
    """People of age bands as single ages, each band shared out evenly; ages outside the bands are 0, those beyond the last age fall on it."""
    found = np.zeros(ages)
    for band in bands:
        each = band.value / (band.last - band.first + 1)
        for age in range(max(band.first, first_age), band.last + 1):
            found[min(age - first_age, ages - 1)] += each
    return found


def smooth_rates(bands: Sequence[Band], first_age: int, ages: int) -> Floats:
    """A rate of age bands as a rate of single ages: its logarithm runs straight between the middles of the bands and is flat beyond them."""
    middles = [(band.first + band.last + 1) / 2 for band in bands]
    at = np.arange(ages) + first_age + 0.5
    rates: Floats = np.exp(np.interp(at, middles, np.log([band.value for band in bands])))
    return rates


def in_steps(bands: Sequence[Band], first_age: int, ages: int) -> Floats:
    """The value of each single age's band; ages below the first band take its value, those above the last take that."""
    found = np.full(ages, bands[0].value)
    for band in bands:
        found[max(band.first - first_age, 0) :] = band.value
    return found


def chance_to_die(rate: Floats) -> Floats:
    """q from a death rate per person-year that holds all year: 1 - exp(-m)."""
    return -np.expm1(-rate)


def life_expectancy(death: Floats) -> float:
    """Years that somebody of the first age may expect, from q of single ages; the last age is open."""
    alive = np.concatenate(([1.0], np.cumprod(1.0 - death)))
    lived = (alive[:-1] + alive[1:]) / 2
    rate = -np.log1p(-min(death[-1], 1 - 1e-12))
    return float(lived[:-1].sum() + alive[len(death) - 1] / rate)
