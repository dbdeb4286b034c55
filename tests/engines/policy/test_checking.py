"""What `check_pack` finds, with file, line and remedy — and that it raises no false alarm."""

import datetime as dt

import pytest

from songhe.engines.policy.checking import change_days, check_pack
from tests.engines.policy.small_pack import BENEFITS, DEFINITIONS, PACK, PARAMETERS, VARIABLES, benefit, files, pack

CASE = """\
- name: 满80周岁有津贴
  as_of: 2026-11-21
  people: {a: {birth_date: 1946-11-21, alive: true, local: true}}
  expect: {a: {allowance: {status: eligible, amount: "120.00"}}}
"""
SERVICE = "row: {title: 甲, target: 乙, content: 丙, benefits: [nothing], owner: 民政, cite: {doc: plan, clause: 一}}\n"
USES = benefit("uses", "hard_up and pension <= p.cap")  # so that no parameter is unused


def _first(span: str) -> str:
    """The parameters, the first value of `base` having another span."""
    return PARAMETERS.replace('from: 2020-01-01, value: "100.00"', f'{span}, value: "100.00"')


def found(**changes: str) -> list[tuple[str, int, str]]:
    texts = files(**changes)
    if "benefits" not in changes:
        texts["city/benefits.yaml"] += USES
    return [(f.file.removeprefix("city/"), f.line, f.code) for f in check_pack(texts, "city") if f.severity == "error"]


def test_a_sound_pack_has_no_findings() -> None:
    assert check_pack(files(benefits=BENEFITS + USES, cases=CASE), "city") == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"benefits": BENEFITS.replace("age >= 80", "agee >= 80")}, ("benefits.yaml", 7, "unknown_variable")),
        ({"benefits": BENEFITS.replace("age >= 80", "grade >= '2'")}, ("benefits.yaml", 7, "type")),
        ({"benefits": BENEFITS.replace("age >= 80", "grade")}, ("benefits.yaml", 7, "type")),
        ({"benefits": BENEFITS.replace("p.base * 2", "2")}, ("benefits.yaml", 9, "type")),
        ({"benefits": BENEFITS.replace("p.base * 2", "p.bass * 2")}, ("benefits.yaml", 9, "unknown_parameter")),
        ({"definitions": DEFINITIONS.replace("'dibao')", "'dibo')")}, ("definitions.yaml", 1, "unknown_code")),
        ({"definitions": DEFINITIONS + "x: {title: 甲, if: hh_any(all_old), cite: {doc: plan, clause: 一}}\n"}, ("definitions.yaml", 3, "nested_aggregate")),
        ({"definitions": DEFINITIONS + "x: {title: 甲, if: x, cite: {doc: plan, clause: 一}}\n"}, ("definitions.yaml", 3, "circle")),
        ({"definitions": DEFINITIONS + 'x: {title: 甲, value: "local", cite: {doc: plan, clause: 一}}\n'}, ("definitions.yaml", 3, "type")),
        ({"definitions": DEFINITIONS + "local: {title: 甲, if: alive, cite: {doc: plan, clause: 一}}\n"}, ("definitions.yaml", 3, "shared_name")),
        ({"parameters": _first("from: 2020-01-01, to: 2026-03-01")}, ("parameters.yaml", 7, "overlap")),
        ({"parameters": PARAMETERS.replace("from: 2026-01-01", "from: 2020-01-01")}, ("parameters.yaml", 7, "overlap")),
        ({"parameters": _first("from: 2021-01-01")}, ("benefits.yaml", 9, "parameter_without_value")),
        ({"parameters": _first("from: 2020-01-01, to: 2025-06-30")}, ("benefits.yaml", 9, "parameter_without_value")),
        ({"benefits": BENEFITS + "  versions: [{from: 2019-01-01, pay: p.cap, cite: {doc: plan, clause: 七}}]\n"}, ("benefits.yaml", 12, "dates")),
        ({"groups": "exclusive: {g: {title: 组, keep: first, among: [nothing], cite: {doc: plan, clause: 八}}}\n"}, ("groups.yaml", 1, "unknown_benefit")),
        ({"services": SERVICE}, ("services.yaml", 1, "unknown_benefit")),
        ({"admission": "classes:\n  - {id: a, title: 甲, if: \"grde > 1\", cite: {doc: plan, clause: 一}}\n"}, ("admission.yaml", 2, "unknown_variable")),
        ({"standards": "s: {title: 甲, if: \"beds >= '1'\", then: 乙, cite: {doc: plan, clause: 一}}\n"}, ("standards.yaml", 1, "type")),
        ({"cases": CASE.replace('"120.00"', '"100.00"')}, ("cases.yaml", 1, "case_fails")),
        ({"cases": CASE.replace("local: true", "local: maybe")}, ("cases.yaml", 1, "case_fails")),
        ({"cases": CASE.replace("allowance:", "nothing:")}, ("cases.yaml", 1, "case_fails")),
        ({"benefits": BENEFITS.replace("age >= 80\"", "age >= 80 and age < 70\"")}, ("benefits.yaml", 7, "never")),
    ],
)  # fmt: skip
def test_faults(changes: dict[str, str], expected: tuple[str, int, str]) -> None:
    assert expected in found(**changes)


@pytest.mark.parametrize(
    "who",
    [
        "grade > 2 and grade < 2", "grade between 3 and 2", "assistance = 'dibao' and assistance = 'tekun'", "local and not local",
        "age >= 80 and age < 80", "hard_up and assistance = 'none' and household.income > p.line", "local or not local", "grade < 3 or grade >= 3",
        "assistance in ('none', 'tekun', 'dibao')", "known(grade) and not known(grade)", "age >= 60 or age <= 60", "false", "1 = 1",
    ],
)  # fmt: skip
def test_conditions_that_can_never_be_false_or_never_be_true(who: str) -> None:
    assert ("benefits.yaml", 7, "never") in found(benefits=benefit("a", who))


@pytest.mark.parametrize(
    "who",
    [
        "grade > 2 and grade < 4", "grade >= 0", "assistance <> 'none'", "or_else(grade, 0) >= 0 and local", "not known(grade)", "hh_size() >= 1",
        "pension - p.base > money('0.00') and pension < p.base", "checked_on > birth_date", "age between 60 and 60", "grade = 1 or grade = 2",
        "grade + 1 > grade", "known(grade) or local", "hh_any(local) and not hh_any(local)",
    ],
)  # fmt: skip
def test_no_false_alarm(who: str) -> None:
    assert found(benefits=benefit("a", who)) == []


def test_conditions_that_shut_each_other_out_or_applies_to() -> None:
    two = BENEFITS.replace("if: local", 'if: "age < 75"')
    assert found(benefits=two) == [("benefits.yaml", 4, "never")]
    assert found(benefits=benefit("young", "age < 40")) == [("benefits.yaml", 4, "never")]
    assert found(benefits=benefit("young", "age < 40"), pack=PACK.replace("alive and age >= 50", "alive")) == []


def test_gaps_and_unused_parameters_are_warnings() -> None:
    text = PARAMETERS.replace('from: 2020-01-01, value: "300.00"', 'from: 2020-01-01, to: 2020-12-31, value: "300.00"')
    text = text.replace("line:\n", '    - {from: 2022-01-01, value: "310.00", cite: {doc: plan, clause: 三}}\nline:\n')
    warnings = [f for f in check_pack(files(parameters=text), "city") if f.severity == "warning"]
    assert {(f.line, f.code) for f in warnings} == {(8, "unused"), (14, "gap")}
    assert "从 2021-01-01 到 2021-12-31 没有值" in next(f for f in warnings if f.code == "gap").message


def test_a_message_reads_well() -> None:
    (finding,) = check_pack(files(benefits=BENEFITS.replace("age >= 80", "gradee >= 2") + USES), "city")
    assert str(finding) == "city/benefits.yaml:7: 高龄津贴的条件 age:没有叫“gradee”的事实或定义。是不是想写 grade?"


def test_every_reading_is_checked() -> None:
    text = "x:\n  title: 甲\n  ambiguity: 不明\n  chosen: a\n  cite: {doc: plan, clause: 一}\n  readings:\n    a: {title: 一, if: alive}\n"
    text += '    b: {title: 二, if: "gradee > 1"}\n'
    assert ("definitions.yaml", 10, "unknown_variable") in found(definitions=DEFINITIONS + text)


def test_names_shared_by_person_and_household() -> None:
    assert ("national/variables.yaml", 1, "shared_name") in found(variables=VARIABLES.replace("  rented:", "  local:"))


def test_days_on_which_something_changes() -> None:
    assert change_days(pack()) == [dt.date(2020, 1, 1), dt.date(2026, 1, 1)]


def test_no_pack_at_all() -> None:
    assert [f.code for f in check_pack({}, "nowhere")] == ["missing_file"]
