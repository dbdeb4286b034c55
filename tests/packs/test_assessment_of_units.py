"""How units and towns are assessed: the national file loads, says that it is assumed, and its mistakes are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from songhe.engines.policy.assessed import ITEMS, TOWNS, UNITS
from songhe.engines.policy.loading import load_pack, read_pack

PACKS = Path(__file__).resolve().parents[2] / "packs"
FILES = {
    str(path.relative_to(PACKS)): path.read_text()
    for folder in ("national", "qingtongxia")
    for path in (PACKS / folder).rglob("*.yaml")
}
NATIONAL = FILES["national/assessment_of_units.yaml"]


def test_every_item_has_a_weight_and_says_that_it_is_assumed() -> None:
    plan = load_pack(FILES, "qingtongxia").assessment
    assert plan is not None
    assert (plan.months, plan.report_months, plan.report_days, plan.cited.cite.status) == (12, 3, 10, "assumed")
    assert [rule.item for rule in plan.units] == list(ITEMS[UNITS])
    assert [rule.item for rule in plan.towns] == list(ITEMS[TOWNS])
    assert (sum(rule.weight for rule in plan.units), sum(rule.weight for rule in plan.towns)) == (100, 100)
    assert {rule.cited.cite.status for rule in (*plan.units, *plan.towns)} == {"assumed"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("item: tasks_on_time", "item: tasks", "choice"),
        (
            "item: decisions_on_time, title: 议定事项按时办结, weight: 5",
            "item: steps_on_time, title: 又一次, weight: 5",
            "choice",
        ),
        ("weight: 25, none_at: 50, full_at: 100", "weight: 0, none_at: 50, full_at: 100", "type"),
        ("weight: 25, none_at: 50, full_at: 100", "weight: 25, none_at: 100, full_at: 100", "type"),
        ("\nmonths: 12 ", "\nmonths: 5 ", "type"),
        ("data_days: 31 ", "data_days: 90 ", "type"),
        ("  公安: 公安", "  公案: 公安", "choice"),
        ("report_days: 10 ", "report_days: 90 ", "type"),
    ],
)
def test_a_mistake_is_found(old: str, new: str, code: str) -> None:
    assert old in NATIONAL
    text = NATIONAL.replace(old, new, 1)
    _, findings = read_pack({**FILES, "qingtongxia/assessment_of_units.yaml": text}, "qingtongxia")
    assert [finding.code for finding in findings if finding.file == "qingtongxia/assessment_of_units.yaml"] == [code]
