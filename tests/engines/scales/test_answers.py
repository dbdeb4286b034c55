"""A form's problems come all at once, each with the item and what to do."""

from __future__ import annotations

import pytest

from songhe.engines.scales.answers import Problem, errors, problems
from tests.engines.scales.national import ABILITY, INSURANCE, best, nothing_else


def test_a_full_form_has_no_problem() -> None:
    assert problems(ABILITY, best(ABILITY), nothing_else(ABILITY)) == ()
    assert problems(INSURANCE, best(INSURANCE), {}) == ()


def test_everything_missing_is_named_in_the_order_of_the_form() -> None:
    found = problems(ABILITY, {}, {})
    assert [one.where for one in found[:26]] == [item.id for item in ABILITY.items]
    assert [one.where for one in found[26:]] == [
        "dementia", "mental_disorder", "falls", "wandering", "choking", "self_harm", "other_events",
    ]  # fmt: skip
    assert {one.severity for one in found} == {"missing"}
    assert errors(ABILITY, {}, {}) == ()
    assert found[0] == Problem("missing", "eating", "进食", "“进食”还没有评", "请看一看、问一问，选一项", "missing")


@pytest.mark.parametrize(
    ("answers", "circumstances", "expected"),
    [
        ({"eating": "often"}, {}, ("unknown_option", "eating", "“进食”没有选项“often”")),
        ({"eating": ""}, {}, ("unknown_option", "eating", "“进食”没有选项“”")),
        ({"eating": 4}, {}, ("wrong_type", "eating", "“进食”的答案写法不对")),
        ({"eating": ["alone"]}, {}, ("wrong_type", "eating", "“进食”的答案写法不对")),
        ({"sing": "alone"}, {}, ("unknown_item", "sing", "“老年人能力评估”没有条目“sing”")),
        ({}, {"age": 3}, ("unknown_item", "age", "“老年人能力评估”不问“age”")),
        ({}, {"falls": True}, ("wrong_type", "falls", "“跌倒”要填次数")),
        ({}, {"falls": "2"}, ("wrong_type", "falls", "“跌倒”要填次数")),
        ({}, {"falls": 100}, ("out_of_range", "falls", "“跌倒”填了100")),
        ({}, {"falls": -1}, ("out_of_range", "falls", "“跌倒”填了-1")),
        ({}, {"dementia": 1}, ("wrong_type", "dementia", "“医生诊断为痴呆（ICD-10编码F00—F03）”只能答有或没有")),
        ({}, {"coma": "yes"}, ("wrong_type", "coma", "“昏迷”只能答有或没有")),
    ],
)
def test_each_kind_of_error(answers: dict[str, object], circumstances: dict[str, object], expected: tuple[str, str, str]) -> None:
    found = errors(ABILITY, best(ABILITY) | answers, nothing_else(ABILITY) | circumstances)
    assert [(one.code, one.where, one.message) for one in found] == [expected]
    assert found[0].remedy


def test_coma_makes_the_rest_unnecessary_but_not_errors_right() -> None:
    assert problems(ABILITY, {"consciousness": "coma"}, {}) == ()
    assert [one.where for one in problems(ABILITY, {"consciousness": "coma", "eating": "x"}, {})] == ["eating"]


def test_a_tick_against_an_answer_is_a_question_and_no_error() -> None:
    found = problems(ABILITY, best(ABILITY), nothing_else(ABILITY) | {"coma": True})
    assert [(one.code, one.where, one.severity) for one in found] == [("contradiction", "consciousness", "question")]
    assert errors(ABILITY, best(ABILITY), nothing_else(ABILITY) | {"coma": True}) == ()
