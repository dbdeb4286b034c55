"""What is found wrong with indicators, with file, line and remedy: unknown facts, sources, fields, ids and formulas."""

from __future__ import annotations

import pytest

from songhe.engines.policy.checking import check_pack
from tests.engines.policy.small_pack import files

INDICATOR = """\
old: {title: 老年人, theme: 人口, version: "1", unit: 人, scope: 全市, definition: 满60周岁的人数,
  numerator: {of: person, where: "alive and age >= 60"},
  source: assumed, note: 试验}
share: {title: 份额, theme: 人口, version: "1", unit: "%", per: 100, scope: 全市, definition: 甲除以乙,
  numerator: {of: "register:ledger", where: "kind = 'a' and latest", total: amount},
  denominator: {of: "register:ledger", where: latest, total: amount},
  source: assumed, note: 试验}
places: {title: 有登记的镇, theme: 人口, version: "1", unit: 个, scope: 全市, definition: 有登记的镇数,
  numerator: {of: area, where: "level = 'town'", having: {of: "register:ledger", where: "kind = 'a'"}},
  source: assumed, note: 试验}
later: {title: 以后, theme: 人口, version: "1", unit: 个, scope: 全市, definition: 以后才有, needs: 以后的记录, source: assumed, note: 试验}
"""
LEDGER = """\
id: ledger
title: 台账
about: 试验
entity: none
owner: 民政
source: assumed
note: 试验
key: [name]
fields:
  - {id: name, label: 名称, type: text, required: true}
  - {id: kind, label: 类别, type: code, values: {a: 甲, b: 乙}}
  - {id: amount, label: 数量, type: int}
states: {open: 已登记}
"""
BASELINE = """\
figures:
  - {id: B1, indicator: 老年人, value: 10, unit: 人, date: '2020', measures: old, cite: {doc: plan, clause: 一}}
  - {id: B2, indicator: 老年人, value: 12, unit: 人, date: '2021', cite: {doc: plan, clause: 一}}
contradictions:
  - id: C1
    title: 两个数
    figures: [B1]
    first: {title: 甲, formula: "{B1}"}
    second: {title: 乙, formula: "{B2} * 2"}
    unit: 人
    cite: {doc: plan, clause: 一}
"""


def found(indicators: str = INDICATOR, baseline: str = BASELINE, ledger: str = LEDGER) -> list[tuple[str, int, str]]:
    texts = files() | {"city/indicators.yaml": indicators, "city/baseline.yaml": baseline, "city/registers/ledger.yaml": ledger}
    ours = ("indicators.yaml", "baseline.yaml")
    return [(f.file.split("/")[1], f.line, f.code) for f in check_pack(texts, "city") if f.file.endswith(ours)]


def test_sound_indicators_have_no_findings() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("alive and age >= 60", "alive and aged >= 60", 2, "unknown_variable"),
        ("alive and age >= 60", "alive and not alive", 2, "never"),
        ("alive and age >= 60", "pension", 2, "type"),
        ("of: person", "of: house", 2, "unknown_source"),
        ("of: person", "of: household", 2, "type"),
        ('of: "register:ledger", where: latest', 'of: "register:none", where: latest', 6, "unknown_source"),
        ("where: latest, total: amount", "where: latest, total: kind", 6, "unknown_field"),
        ("kind = 'a' and latest", "kind = 'c' and latest", 5, "unknown_code"),
        ('having: {of: "register:ledger", where: "kind', 'having: {of: "register:ledger", where: "sort', 9, "unknown_variable"),
        ("per: 100", "per: -1", 4, "type"),
        ("theme: 人口, version", "version", 1, "missing_key"),
    ],
)
def test_what_is_wrong_with_an_indicator_is_said_with_its_line(old: str, new: str, line: int, code: str) -> None:
    assert found(indicators=INDICATOR.replace(old, new, 1)) == [("indicators.yaml", line, code)]


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("measures: old", "measures: odl", 2, "unknown_indicator"),
        ("figures: [B1]", "figures: [B9]", 11, "unknown_figure"),
        ("{B2} * 2", "{B9} * 2", 9, "unknown_figure"),
        ("{B2} * 2", "{B2} *", 9, "formula"),
        ("{B2} * 2", "{B2} / 0", 9, "formula"),
    ],
)
def test_what_is_wrong_with_printed_figures_is_said_with_its_line(old: str, new: str, line: int, code: str) -> None:
    assert found(baseline=BASELINE.replace(old, new, 1)) == [("baseline.yaml", line, code)]


def test_a_target_that_nothing_measures_is_warned_of_and_an_unknown_indicator_refused() -> None:
    target = """- {id: T1, indicator: 甲, value: 1, unit: 人, comparator: ">=", deadline: "2025", kind: target, cite: {doc: plan, clause: 一}}\n"""
    texts = files() | {"city/indicators.yaml": INDICATOR, "city/registers/ledger.yaml": LEDGER}

    def codes(text: str) -> list[tuple[str, str]]:
        return [
            (f.code, f.severity) for f in check_pack(texts | {"city/targets.yaml": text}, "city") if f.file == "city/targets.yaml"
        ]

    assert codes(target) == [("unmeasured", "warning")]
    assert codes(target.replace("kind: target", "kind: target, measured_by: old")) == []
    assert codes(target.replace("kind: target", "kind: target, measured_by: odl")) == [("unknown_indicator", "error")]
