"""Every pack is free of findings, all its cases hold, and in one city no rule can be changed a little without a case failing."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.engines.policy.boundaries import boundary_households
from songhe.engines.policy.cases import run_cases
from songhe.engines.policy.checking import check_pack
from songhe.engines.policy.closure import compile_household
from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.mutation import is_noticed, mutants
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Status
from tests.packs.reference import CITIES, PACKS

CASES = {"national": 10, "qingtongxia": 120, "xuchang": 15, "dawukou": 40, "qidong": 15, "weihai": 15}
SLICES = 4  # so that the mutation run is shared out between processes


@pytest.mark.parametrize("city", ["national", *CITIES.values()])
def test_a_pack_has_no_findings(city: str) -> None:
    assert [str(finding) for finding in check_pack(read_folder(PACKS, city), city)] == []


@pytest.mark.parametrize("city", ["national", *CITIES.values()])
def test_every_case_of_a_pack_holds(city: str) -> None:
    results = run_cases(load_pack(read_folder(PACKS, city), city))
    assert len(results) >= CASES[city]
    assert [result for result in results if not result.passed] == []


@pytest.mark.parametrize("city", ["national", *CITIES.values()])
def test_every_benefit_in_force_is_reached_by_a_generated_household(city: str) -> None:
    rules = resolve(load_pack(read_folder(PACKS, city), city), dt.date(2026, 11, 21))
    decide = compile_household(rules)
    decisions = [decide(made.household)[0] for made in boundary_households(rules)]
    reached = (Status.ELIGIBLE, Status.DISPLACED, Status.OTHER_MEMBER, Status.PROVISIONAL)
    missed = [b.id for b in rules.benefits if b.in_force and not any(d.statuses[b.index] in reached for d in decisions)]
    assert missed == []


@pytest.mark.parametrize("part", range(SLICES))
def test_no_change_of_a_rule_goes_unnoticed(part: int) -> None:
    changed = list(mutants(load_pack(read_folder(PACKS, "qingtongxia"), "qingtongxia")))
    assert len(changed) > 250
    assert [(str(mutant.at), mutant.change) for mutant in changed[part::SLICES] if not is_noticed(mutant)] == []
