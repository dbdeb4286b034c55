"""What the departments know of each elder: facts by variable, in the words of the data dictionary; absent where nobody wrote it down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhe.demo_city.plan import CityPlan, Rate
from songhe.demo_city.residents import ALONE, COUPLE, FAMILY, INSTITUTION, Residents

Column = NDArray[Any]
DEFAULT_RATES: Mapping[str, Rate] = {
    "wishes_collective": Rate(60),
    "low_income_allowance": Rate(15, 80),
    "family_bed": Rate(6, 70),
    "home_adapted": Rate(12, 70),
    "emergency_device": Rate(40, 75),
    "dementia": Rate(60, 75),
    "chronic_disease": Rate(580),
    "serious_illness": Rate(40),
    "terminal_illness": Rate(3),
    "hospitalised": Rate(12),
    "family_doctor": Rate(650),
    "mobility_difficulty": Rate(90, 70),
    "enterprise_retiree": Rate(260),
    "veteran": Rate(28),
    "martyr_family": Rate(3),
    "serving_family": Rate(6),
    "preferential": Rate(8),
    "left_behind": Rate(90),
    "orphan_elder": Rate(12),
    "unattended": Rate(18),
    "needs_meals": Rate(120, 70),
    "family_planning_aid": Rate(6),
    "employment_difficulty": Rate(8, 16),
    "ltc_benefit": Rate(8, 75),
    "wants_training": Rate(10, 16),
    "seeks_work": Rate(15, 16),
    "zero_employment": Rate(6),
}
DEFAULT_CODES: Mapping[str, Mapping[str, float]] = {
    "family_planning": {"none": 880, "only_child": 112, "special": 8},
    "disability_grade": {"0": 932, "1": 10, "2": 18, "3": 20, "4": 20},
    "ltc_insured": {"none": 620, "employee": 150, "resident": 230},
    "housing": {"own": 930, "public_rent": 25, "rent": 30, "other": 15},
}


def _drawn(rng: np.random.Generator, shares: Mapping[str, float], n: int) -> NDArray[np.str_]:
    weights = np.array(list(shares.values()), float)
    return rng.choice(np.array(list(shares)), size=n, p=weights / weights.sum())


def _ability(rng: np.random.Generator, plan: CityPlan, people: Residents) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The grade by age, residents of institutions one worse, and who was ever assessed (the disabled and the institution's first)."""
    grade = np.zeros(len(people), np.int64)
    for band in plan.ability:
        at = np.flatnonzero((people.age >= band.low) & (people.age <= band.high) & people.elder)
        shares = np.array(band.shares)
        grade[at] = rng.choice(5, size=len(at), p=shares / shares.sum())
    grade[(people.living == INSTITUTION) & (grade < 4)] += 1
    chance = np.clip(1.25 - plan.unassessed / 1000 * 1.25, 0.02, 1) * np.where(grade >= 2, 2.2, 0.95)
    assessed = rng.random(len(people)) < np.minimum(chance, 0.98)
    for wanted in sorted(
        plan.ability_counts, key=lambda counted: -min(counted.grades)
    ):  # whoever turns out better is counted next
        _count_exactly(rng, people, grade, assessed, wanted.grades, round(wanted.count * int(people.elder.sum()) / plan.elders))
    return grade, assessed


def _count_exactly(
    rng: np.random.Generator,
    people: Residents,
    grade: NDArray[np.int64],
    assessed: NDArray[np.bool_],
    grades: tuple[int, ...],
    count: int,
) -> None:
    """Exactly `count` elders are known to have one of the grades: some of too many turn out better, the oldest of too few worse."""
    known = np.flatnonzero(np.isin(grade, grades) & assessed & people.elder)
    if len(known) > count:
        grade[rng.choice(known, len(known) - count, replace=False)] = min(grades) - 1
        return
    unknown = np.flatnonzero(np.isin(grade, grades) & ~assessed & people.elder)[: count - len(known)]
    assessed[unknown] = True
    able = np.flatnonzero((grade < min(grades)) & (grade <= 1) & people.elder)
    oldest = able[np.argsort(-people.age[able], kind="stable")][: count - len(known) - len(unknown)]
    grade[oldest], assessed[oldest] = min(grades), True


def _assistance(rng: np.random.Generator, plan: CityPlan, people: Residents) -> NDArray[np.str_]:
    """One class a household (its elders share it); 特困 only where an elder lives alone or in an institution."""
    kinds: NDArray[np.str_] = _drawn(rng, plan.assistance, len(people))
    own = kinds[_head(people)]
    together: NDArray[np.bool_] = np.isin(people.living, (COUPLE, FAMILY))
    return np.where(together & (own == "tekun"), "dibao", own)


def _head(people: Residents) -> NDArray[np.int64]:
    """For every row the first of its household."""
    return np.searchsorted(people.household, people.household)


def build_facts(
    rng: np.random.Generator, plan: CityPlan, people: Residents, rural: NDArray[np.bool_], counties: NDArray[np.str_]
) -> dict[str, Column]:
    """One column a variable: bool, int, or text for codes. What depends on living and age is consistent with it."""
    n, facts = len(people), dict[str, Column]()
    rates = {**DEFAULT_RATES, **plan.rates}
    for name, rate in rates.items():
        facts[name] = (rng.random(n) < rate.per_mille / 1000) & (people.age >= rate.from_age)
    for name, shares in {**DEFAULT_CODES, **plan.codes}.items():
        facts[name] = _drawn(rng, shares, n)
    grade, assessed = _ability(rng, plan, people)
    facts["ability_grade"], facts["assessed"] = grade, assessed
    facts["unable_self_care"] = grade >= 3
    facts["mobility_difficulty"] = facts["mobility_difficulty"].astype(bool) | (grade >= 3)
    facts["assistance"] = _assistance(rng, plan, people)
    tekun = facts["assistance"] == "tekun"
    collective = tekun & ((people.living == INSTITUTION) | (grade >= 3))
    facts["tekun_support"] = np.where(collective, "collective", np.where(tekun, "dispersed", "none"))
    facts["wishes_collective"] = collective | (tekun & facts["wishes_collective"].astype(bool))
    facts["in_institution"] = people.living == INSTITUTION
    facts["in_licensed_institution"] = facts["in_institution"] & (rng.random(n) < 0.9)
    facts["lives_alone"] = people.living == ALONE
    facts["empty_nest"] = (people.living == ALONE) | (people.living == COUPLE)
    facts["left_behind"] = facts["left_behind"].astype(bool) & facts["empty_nest"] & rural[people.community]
    facts["orphan_elder"] = (facts["orphan_elder"].astype(bool) & (people.living == ALONE)) | tekun
    facts["rural"] = rural[people.community]
    facts["county"] = counties[people.community]
    facts["registered_here"] = rng.random(n) < 0.94
    facts["resident_here"] = (rng.random(n) < 0.985)[_head(people)]  # who lives together lives in the city together, or elsewhere
    facts["ltc_grade"] = np.clip(grade + (grade >= 3), 0, 5)
    facts["ltc_benefit"] = facts["ltc_benefit"].astype(bool) & (grade >= 3) & (facts["ltc_insured"] != "none")
    facts["disability_kind"] = np.where(
        facts["disability_grade"] == "0",
        "none",
        _drawn(rng, {"limb": 6, "sight": 2, "hearing": 2, "mental": 1, "intellect": 1}, n),
    )
    military = facts["veteran"].astype(bool) | facts["martyr_family"].astype(bool) | facts["serving_family"].astype(bool)
    facts["military_kin_three"] = military & (rng.random(n) < 0.8)
    facts["family_planning_aid"] = facts["family_planning_aid"].astype(bool) & (facts["family_planning"] == "special")
    facts["health_check"] = np.where(rng.random(n) < 0.7, rng.integers(5, 360, n), rng.integers(366, 1200, n))
    facts["income"] = _income(rng, facts["assistance"])
    facts["savings"] = np.where(facts["assistance"] == "none", rng.integers(0, 40_000_000, n), rng.integers(0, 2_000_000, n))
    return facts


def _income(rng: np.random.Generator, assistance: Column) -> NDArray[np.int64]:
    """Household income a head a month in fen."""
    spread = rng.gamma(4.0, 1.0, len(assistance)) / 4.0
    level = np.select([assistance == "none", assistance == "dibao_margin"], [260_000, 90_000], 48_000)
    return (level * spread).astype(np.int64) // 100 * 100
