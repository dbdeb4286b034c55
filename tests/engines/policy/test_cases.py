"""Cases of a pack: exact comparison, what a difference says, and which results of a condition were seen."""

import pytest

from songhe.engines.policy.cases import coverage, run_cases
from tests.engines.policy.small_pack import BENEFITS, DEFINITIONS, benefit, pack

HEAD = "- name: 甲\n  as_of: 2026-11-21\n  defaults: {alive: true, birth_date: 1940-01-01}\n"


def differences(text: str, **changes: str) -> tuple[str, ...]:
    (result,) = run_cases(pack(cases=HEAD + text, **changes))
    assert result.passed is (not result.differences)
    return result.differences


@pytest.mark.parametrize(
    ("expect", "says"),
    [
        ("{status: eligible, amount: \"120.00\", because: {age: true, local: true}, missing: []}", ()),
        ("eligible", ()),
        ("not_eligible", ("a 的 allowance 应为 not_eligible，算出 eligible",)),
        ("{status: eligible, amount: \"120.01\"}", ("a 的 allowance 应发 120.01 元，算出 120.00 元",)),
        ("{status: eligible, because: {age: false}}", ("a 的 allowance 的条件 age 应不成立，算出成立",)),
        ("{status: eligible, because: {age: unknown}}", ("a 的 allowance 的条件 age 应不清楚，算出成立",)),
        ("{status: eligible, because: {height: true}}", ("a 的 allowance 没有条件“height”",)),
        ("{status: eligible, missing: [local]}", ("a 的 allowance 应缺 local，算出缺 无",)),
    ],
)  # fmt: skip
def test_expectations(expect: str, says: tuple[str, ...]) -> None:
    assert differences(f"  people: {{a: {{local: true}}}}\n  expect: {{a: {{allowance: {expect}}}}}\n") == says


def test_unknown_is_a_fact_left_out() -> None:
    assert (
        differences(
            "  people: {a: {}}\n  expect: {a: {allowance: {status: cannot_tell, missing: [local], because: {local: unknown}}}}\n"
        )
        == ()
    )


def test_definitions_household_and_several_people() -> None:
    text = """\
  household: {facts: {income: 100000}}
  people: {a: {assistance: none}, b: {birth_date: 1970-01-01}}
  expect: {a: {definitions: {hard_up: true, all_old: false}}, b: {definitions: {hard_up: true}}}
"""
    assert differences(text) == ()
    assert differences(text.replace("100000", "100001")) == (
        "a 的定义 hard_up 应为 True，算出 False",
        "b 的定义 hard_up 应为 True，算出 unknown",
    )
    assert differences(text.replace("hard_up: true}}", "nothing: true}}")) == ("没有叫“nothing”的定义",)


def test_readings_and_parameters_of_a_case() -> None:
    readings = "x: {title: 甲, readings: {a: {title: 一, if: alive}, b: {title: 二, if: local}}, chosen: a, ambiguity: 不明, cite: {doc: plan, clause: 一}}\n"
    text = '  people: {a: {local: false}}\n  readings: {x: b}\n  parameters: {base: "7.00"}\n'
    text += '  expect: {a: {definitions: {x: false}, paid: {status: eligible, amount: "7.00"}}}\n'
    assert differences(text, definitions=DEFINITIONS + readings, benefits=BENEFITS + benefit("paid", "alive", "p.base")) == ()


def test_facilities_each_by_itself() -> None:
    text = "  entity: facility\n  people: {home: {beds: 100}, hut: {beds: 99}}\n  expect: {home: {big: eligible}, hut: {big: not_eligible}}\n"
    facility = benefit("big", "beds >= 100").replace("  rules", "  for: facility\n  rules")
    (result,) = run_cases(pack(cases="- name: 甲\n  as_of: 2026-11-21\n" + text, benefits=BENEFITS + facility))
    assert result.differences == ()


def test_wrong_facts_are_told() -> None:
    assert differences("  people: {a: {locall: true}}\n  expect: {a: {}}\n") == ("事实写得不对：没有叫“locall”的事实",)
    assert differences("  people: {a: {local: 1}}\n  expect: {a: {}}\n") == ("事实写得不对：“local”要写 true 或 false",)


def test_coverage_counts_each_result_of_each_condition() -> None:
    one = HEAD + "  people: {a: {local: true}, b: {birth_date: 1950-01-01}}\n  expect: {}\n"
    seen = coverage(run_cases(pack(cases=one)))
    assert seen == {("allowance", "age"): frozenset({True, False}), ("allowance", "local"): frozenset({True, None})}
