"""projection.yaml: read over the national file, and every mistake found with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from songhe.engines.policy.loading import load_pack, read_pack
from songhe.engines.policy.prospect_file import check_prospect

PACKS = Path(__file__).resolve().parents[3] / "packs"
FILES = {
    str(path.relative_to(PACKS)): path.read_text()
    for folder in ("national", "qingtongxia")
    for path in (PACKS / folder).rglob("*.yaml")
}


def test_the_city_replaces_one_line_of_money_and_keeps_the_rest() -> None:
    found = load_pack(FILES, "qingtongxia").prospect
    assert found is not None
    assert (found.money["age_allowance"].parameter, found.money["age_allowance"].times) == ("allowance_80", 12)
    assert found.money["bed_running"].fen == 120_000
    assert [assumption.id for assumption in found.assumptions.values()][-1] == "occupancy"
    assert sum(band.male + band.female for band in found.cohorts.bands if band.first >= 60) == 26_402
    assert found.cohorts.sourced.cite.status == "unverified"
    assert found.deaths.sourced.cite.status == "assumed"


@pytest.mark.parametrize(
    ("wrong", "right", "code"),
    [
        ("{from: 65, to: 69, shares: [935, 38, 12, 8, 7]}", "{from: 65, to: 69, shares: [935, 38, 12, 8, 8]}", "sum"),
        ("{from: 65, to: 69, shares: [935", "{from: 66, to: 69, shares: [935", "bands"),
        ("low: 90, middle: 85, high: 75", "low: 90, middle: 95, high: 75", "range"),
        ("low: 90, middle: 85, high: 75", "low: 90, middle: 85, high: 15", "range"),
        ("  occupancy: {", "  weather: {", "unknown_key"),
        ("  values: [15, 8, 5, 3, 3]", "  values: [15, 8, 5]", "type"),
        ("  on: 2020-11-01\n", "", "missing_key"),
    ],
)
def test_a_mistake_is_found_with_its_line(wrong: str, right: str, code: str) -> None:
    name = "national/projection.yaml"
    assert wrong in FILES[name]
    _, findings = read_pack(FILES | {name: FILES[name].replace(wrong, right)}, "qingtongxia")
    found = [finding for finding in findings if finding.file.endswith("projection.yaml") and finding.severity == "error"]
    assert code in {finding.code for finding in found}
    assert all(finding.line >= 1 for finding in found)


def test_names_of_parameters_and_indicators_must_exist() -> None:
    city = "qingtongxia/projection.yaml"
    broken = FILES | {city: FILES[city].replace("allowance_80", "allowance_8") + "present: {beds: no_such_indicator}\n"}
    pack, _ = read_pack(broken, "qingtongxia")
    assert pack is not None
    assert {finding.code for finding in check_prospect(pack)} == {"unknown_parameter", "unknown_indicator"}
