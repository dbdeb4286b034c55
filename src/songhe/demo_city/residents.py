"""Elders and the people they live with, as columns: ages, sex, households, relations. Everything adds up to the pack's figures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhe.demo_city.fitting import fit, whole, whole_table
from songhe.demo_city.plan import CityPlan

MALE, FEMALE = 0, 1
ALONE, COUPLE, FAMILY, INSTITUTION = 0, 1, 2, 3
LIVING = ("alone", "couple", "with_family", "institution")
HEAD, SPOUSE, CHILD, CHILD_IN_LAW, GRANDCHILD = 0, 1, 2, 3, 4
RELATIONS = ("户主", "配偶", "子女", "儿媳或女婿", "孙辈")
LARGEST = 6


@dataclass(slots=True)
class Residents:
    """One row a person, sorted by household. `birth` is days since 1970-01-01; `living` is -1 for people under 60."""

    community: NDArray[np.int32]
    household: NDArray[np.int64]
    age: NDArray[np.int16]
    birth: NDArray[np.int32]
    sex: NDArray[np.int8]
    living: NDArray[np.int8]
    relation: NDArray[np.int8]
    size: NDArray[np.int16]

    @property
    def elder(self) -> NDArray[np.bool_]:
        return self.living >= 0

    def __len__(self) -> int:
        return len(self.age)


def _elder_cells(
    plan: CityPlan, elders: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Age band, sex, living arrangement and household size of every elder, fitted to the four margins together."""
    bands = whole(np.array([band.weight for band in plan.age_bands]), elders)
    margins = [
        bands.astype(np.float64),
        np.array([plan.sex["male"], plan.sex["female"]]),
        np.array([plan.living.get(kind, 0.0) for kind in LIVING]),
        np.array([plan.household_sizes.get(size, 0.0) for size in range(1, LARGEST + 1)]),
    ]
    seed = np.zeros((len(bands), 2, 4, LARGEST))
    age = np.array([(band.low + band.high) / 2 for band in plan.age_bands])
    older, woman = np.clip((age - 60) / 30, 0, 1)[:, None], np.array([0.0, 1.0])[None, :]
    seed[:, :, ALONE, 0] = 1 + 1.5 * older + 0.8 * woman * older
    seed[:, :, COUPLE, 1] = 2 - 1.2 * older - 0.5 * woman * older
    seed[:, :, FAMILY, 1:] = (1 + 0.5 * older)[..., None]
    seed[:, :, INSTITUTION, 0] = 0.2 + 2.5 * older
    table = whole_table(fit(seed, margins), bands)
    cells = np.repeat(np.arange(table.size), table.ravel())
    return tuple(part.astype(np.int64) for part in np.unravel_index(cells, table.shape))  # type: ignore[return-value]


def _rank_within(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each row's place within its group; `group` is sorted."""
    first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(group) else np.zeros(0, np.int64)
    return np.arange(len(group)) - np.repeat(first, np.diff(np.r_[first, len(group)]))


def _pair(
    men: NDArray[np.int64], women: NDArray[np.int64], group: NDArray[np.int64], age: NDArray[np.int16]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Husbands and wives of one group (community, living, size) matched by age; who is left over is in neither."""
    width = np.int64(10_000_000)
    keyed = []
    for members in (men, women):
        order = np.lexsort((age[members], group[members]))
        chosen = members[order]
        keyed.append((chosen, group[chosen] * width + _rank_within(group[chosen])))
    _, at_men, at_women = np.intersect1d(keyed[0][1], keyed[1][1], return_indices=True)
    return keyed[0][0][at_men], keyed[1][0][at_women]


def _households(rng: np.random.Generator, community: NDArray[np.int32], sex: NDArray[np.int64], living: NDArray[np.int64], size: NDArray[np.int64],
                age: NDArray[np.int16]) -> tuple[NDArray[np.int64], NDArray[np.int8]]:  # fmt: skip
    """A household number and a relation for every elder: couples share one, as do six in ten spouses who live with family and more than two."""
    n = len(age)
    household, relation = np.arange(n, dtype=np.int64), np.full(n, HEAD, np.int8)
    group = (community.astype(np.int64) * 8 + living) * 8 + size
    may_pair = (living == COUPLE) | ((rng.random(n) < 0.6) & (living == FAMILY) & (size > 2))  # there is room for the family
    men, women = np.flatnonzero(may_pair & (sex == MALE)), np.flatnonzero(may_pair & (sex == FEMALE))
    husbands, wives = _pair(men, women, group, age)
    household[wives] = household[husbands]
    relation[wives] = SPOUSE
    return household, relation


def _younger(rng: np.random.Generator, household: NDArray[np.int64], size: NDArray[np.int64], age: NDArray[np.int16], living: NDArray[np.int64],
             sex: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:  # fmt: skip
    """The people under 60 who fill each household up to its size: a younger spouse for a lone half of a couple, else children and grandchildren."""
    numbers, first, elders = np.unique(household, return_index=True, return_counts=True)
    missing = np.maximum(size[first] - elders, 0)
    at = np.repeat(np.arange(len(numbers)), missing)
    place = _rank_within(at)
    head_age, head_sex = age[first][at].astype(np.int64), sex[first][at]
    spouse = living[first][at] == COUPLE
    jitter = rng.integers(-3, 4, len(at))
    child_age = np.clip(head_age - 26 + jitter, 18, 59)
    ages = np.where(
        spouse,
        np.clip(head_age - 1 - np.abs(jitter), 50, 59),
        np.where(place < 2, child_age, np.clip(head_age - 53 + jitter + place, 1, 30)),
    )
    child_sex = rng.integers(0, 2, len(at))
    relation = np.where(spouse, SPOUSE, np.choose(np.minimum(place, 2), [CHILD, CHILD_IN_LAW, GRANDCHILD]))
    sexes = np.where(spouse, 1 - head_sex, np.where(place == 1, 1 - np.roll(child_sex, 1), child_sex))
    return {"household": numbers[at], "age": ages, "sex": sexes, "relation": relation, "head": first[at]}


def _births(rng: np.random.Generator, age: NDArray[np.int16], as_of: dt.date) -> NDArray[np.int32]:
    """A birth date that gives each person their age on the day; one elder in two hundred has the birthday today or tomorrow."""
    today = np.datetime64(as_of, "D")
    latest = np.array([np.datetime64(_birthday(as_of, int(a)), "D") for a in range(0, 131)])[age]
    days = rng.integers(0, 365, len(age))
    days[rng.random(len(age)) < 0.004] = 0
    return (np.minimum(latest - days, today) - np.datetime64("1970-01-01", "D")).astype(np.int32)


def _birthday(day: dt.date, years: int) -> dt.date:
    """The latest birth date of somebody who is `years` old on the day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return dt.date(day.year - years, 2, 28)


def build_residents(
    rng: np.random.Generator, plan: CityPlan, elders_by_community: NDArray[np.int64], as_of: dt.date
) -> Residents:
    """All residents, sorted by household; the elders of each community are exactly as many as asked for."""
    n = int(elders_by_community.sum())
    band, sex, living, size = _elder_cells(plan, n)
    shuffled = rng.permutation(n)
    band, sex, living, size = band[shuffled], sex[shuffled], living[shuffled], size[shuffled] + 1
    low, high = np.array([b.low for b in plan.age_bands])[band], np.array([b.high for b in plan.age_bands])[band]
    age = (low + np.floor((high - low + 1) * rng.random(n) ** 1.2)).astype(np.int16)
    community = np.repeat(np.arange(len(elders_by_community), dtype=np.int32), elders_by_community)
    household, relation = _households(rng, community, sex, living, size, age)
    young = _younger(rng, household, size, age, living, sex)
    head = young["head"]
    ages = np.concatenate([age, young["age"].astype(np.int16)])
    everyone = Residents(
        community=np.concatenate([community, community[head]]),
        household=np.concatenate([household, young["household"]]),
        age=ages,
        birth=_births(rng, ages, as_of),
        sex=np.concatenate([sex, young["sex"]]).astype(np.int8),
        living=np.concatenate([living, np.full(len(head), -1)]).astype(np.int8),
        relation=np.concatenate([relation, young["relation"]]).astype(np.int8),
        size=np.concatenate([size, size[head]]).astype(np.int16),
    )
    return _sorted(everyone)


def _sorted(people: Residents) -> Residents:
    """Sorted by community and household, heads first; households numbered from 0."""
    order = np.lexsort((people.relation, people.household, people.community))
    household = people.household[order]
    changes = np.r_[True, household[1:] != household[:-1]]
    return Residents(
        people.community[order], np.cumsum(changes) - 1, people.age[order], people.birth[order], people.sex[order], people.living[order],
        people.relation[order], people.size[order],
    )  # fmt: skip
