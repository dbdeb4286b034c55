"""What is said twice in slightly other words is found; what is said twice alike is left alone."""

from __future__ import annotations

import pytest

from songhe.engines.plan_reading.checking import check_plan
from tests.engines.plan_reading.test_checking import found, plan

FIT = "到2028年，新建社区食堂20个。"


def test_two_explanations_that_differ_by_a_word_of_logic() -> None:
    one, other = "(养老院与附近医院签订服务协议)", "(养老院或与附近医院签订服务协议的机构)"
    finding = found(plan(f"支持医养结合{one}发展。", f"到2028年，医养结合{other}达到20家。"))["two_definitions"]
    assert "差了“或”字" in finding.sentence
    assert "two_definitions" not in found(plan(f"支持医养结合{one}发展。", f"推进医养结合{one}。"))


def test_a_label_that_changes_once() -> None:
    tasks = [f"{FIT}（牵头单位：市民政局，参与单位：市水务局）".replace("20个", f"{20 + n}个") for n in range(6)]
    odd = "到2028年，培训护理员300人。（牵头单位：市民政局，参与部门：市水务局）"
    assert found(plan(*tasks, odd))["label_changes"].sentence == "多数写“参与单位”，有1处写“参与部门”。"
    assert "label_changes" not in found(plan(*tasks))


def test_one_practice_with_two_names() -> None:
    finding = found(plan("推广“信用积分+邻里互助+幸福饭堂”。", "完善“信用积分+邻里互助+长者食堂”。"))["names_change"]
    assert "幸福饭堂" in finding.computation and "长者食堂" in finding.computation
    assert "names_change" not in found(plan("推广“物业+养老”。", "推广“物业+家政”。"))


def test_strictly_before_a_year_and_in_it() -> None:
    finding = found(plan("2028年前，乡镇敬老院改造成区域中心。", "2028年，乡镇敬老院向区域中心改造全部完成。"))["before_or_by"]
    assert "差一年" in finding.sentence
    assert "before_or_by" not in found(plan("2028年前，乡镇敬老院改造成区域中心。", "2028年，社区食堂建到每个小区。"))


@pytest.mark.parametrize(("day", "late"), [("2026年12月1日", True), ("2025年3月1日", False)])
def test_goals_that_all_end_soon_after_the_day_of_issue(day: str, late: bool) -> None:
    tasks = [f"到2027年，第{n}类设施达到{n}0个。" for n in range(1, 7)]
    text = plan(*tasks)
    assert ("soon_over" in found_on(day, text)) is late


def found_on(day: str, text: str) -> set[str]:
    return {finding.code for finding in check_plan(f"某市养老服务实施方案\n某市人民政府办公室\n{day}\n{text}")}
