"""A made-up plan in a style of its own: chapters and sections, dashes, a table, tags with and without brackets, other years."""

from __future__ import annotations

from pathlib import Path

import pytest

from songhe.engines.plan_reading.documents import DocumentProblem
from songhe.engines.plan_reading.model import PlanReading
from songhe.engines.plan_reading.reading import as_data, read_plan, require_plan

RAW = (Path(__file__).parent / "documents" / "yunling.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def plan() -> PlanReading:
    return read_plan(RAW)


def test_clauses_are_named_as_people_cite_them(plan: PlanReading) -> None:
    assert plan.outline.title == "云岭市“十五五”养老服务发展规划"
    assert [clause.number for clause in plan.outline.walk() if clause.level == 1] == ["第一章", "第二章", "第三章", "第四章"]
    assert [(c.number, c.title) for c in plan.outline.walk() if c.number.startswith("第三章第二节")] == [
        ("第三章第二节", "发展居家社区服务"),
        ("第三章第二节三", "发展老年助餐"),
        ("第三章第二节四", "推进适老化改造"),
        ("第三章第二节五", "支持连锁运营"),
    ]


def test_tasks_with_their_units_in_every_style(plan: PlanReading) -> None:
    assert [(t.clause, t.responsible, t.participating, [d.date for d in t.deadlines]) for t in plan.tasks] == [
        ("第三章第一节一", ("市民政局", "市财政局", "各县(市、区)人民政府"), (), ["2027"]),
        ("第三章第一节二", ("市民政局",), ("市卫生健康委", "市医保局"), ["2026-12"]),
        ("第三章第二节三", ("市民政局", "市商务局", "市市场监管局"), (), ["2028"]),
        ("第三章第二节四", ("市住房城乡建设局", "市民政局", "市残联"), (), ["2030"]),
        ("第三章第二节五", ("市民政局", "市财政局"), (), []),
        ("第四章第一节", (), (), []),
        ("第四章第二节", (), (), []),
    ]


def test_targets(plan: PlanReading) -> None:
    found = [(t.clause, t.kind, t.value, t.unit, t.comparator, t.deadline) for t in plan.targets]
    assert found == [
        ("第二章第二节", "milestone", None, None, None, "2030"),
        ("第二章第二节", "target", 73, "%", ">=", "2030"),
        ("第二章第二节", "target", 38, "张/千名老年人", ">=", "2030"),
        ("第二章第二节", "universal", 100, "%", "=", "2030"),
        ("第二章第二节", "target", 90, "%", ">=", "2030"),
        ("第二章第二节", "target", 35, "%", "<=", "2030"),
        ("表2", "target", 73, "%", ">=", "2030"),
        ("表2", "target", 85, "%", "=", "2030"),
        ("表2", "target", 2400, "张", "=", "2030"),
        ("表2", "target", 100, "%", "=", "2030"),
        ("第三章第一节一", "universal", 100, "%", "=", "2027"),
        ("第三章第一节二", "target", 6, "家", ">=", "2026-12"),
        ("第三章第一节二", "frequency", 1, "次/两年", "=", None),
        ("第三章第二节三", "target", 60, "个", ">=", "2028"),
        ("第三章第二节三", "target", 30, "个", "=", "2028"),
        ("第三章第二节三", "target", 1, "个/街道", ">=", "2028"),
        ("第三章第二节四", "target", 8000, "户", "=", "2030"),
        ("第三章第二节五", "cap", 50, "万元", "<=", None),
        ("第四章第一节", "frequency", 1, "次/半年", ">=", None),
        ("第四章第二节", "target", 55, "%", ">=", None),
        ("第四章第二节", "standard", 30, "㎡/百户", ">=", None),
        ("第四章第二节", "standard", 350, "㎡/处", ">=", None),
    ]
    down = next(t for t in plan.targets if t.comparator == "<=" and t.unit == "%")
    assert (down.direction, down.indicator) == ("down", "机构床位空置率")
    table = [(t.indicator, t.attribute, t.responsible) for t in plan.targets if t.clause == "表2"]
    assert table[2] == ("家庭养老床位", "预期性", ("市民政局", "市医保局"))
    assert [(r.kind, plan.targets[r.earlier].clause, plan.targets[r.later].clause) for r in plan.relations] == [
        ("restates", "第二章第二节", "表2")
    ]


def test_what_is_there_already(plan: PlanReading) -> None:
    assert [(b.value, b.unit, b.date, b.approx) for b in plan.baselines] == [
        (31.6, "万人", "2025", False),
        (23.4, "%", "2025", False),
        (48, "家", "2025", False),
        (6200, "张", "2025", False),
        (3534, "张", "2025", False),
        (57, "%", "2025", False),
        (126, "个", "2025", False),
        (85, "万人次", "2025", False),
        (1.2, "亿元", "2025", False),
        (36, "%", "2020/2025", False),
        (38, "万人", "2030", True),
    ]


def test_every_item_points_at_its_own_words(plan: PlanReading) -> None:
    data = as_data(plan, RAW, "9")
    for kind in ("tasks", "targets", "baselines"):
        rows = data[kind]
        assert isinstance(rows, list) and rows
        for row in rows:
            assert RAW[row["offset"] : row["offset"] + len(row["quote"])] == row["quote"]
            assert 0 < len(row["quote"]) <= 60


def test_units_are_known_by_what_they_are_for() -> None:
    tasks = as_data(read_plan(RAW), RAW, "9")["tasks"]
    assert isinstance(tasks, list)
    assert tasks[0]["roles"] == {"市民政局": ["民政"], "市财政局": ["财政"], "各县(市、区)人民政府": ["下级政府"]}
    assert tasks[1]["roles"] == {"市民政局": ["民政"], "市卫生健康委": ["卫生健康"], "市医保局": ["医疗保障"]}


def test_a_document_that_is_no_plan_is_told() -> None:
    with pytest.raises(DocumentProblem) as told:
        require_plan(read_plan("今天天气很好，我们去公园散步。\n一、早上\n吃了一碗面。\n二、下午\n看了一本书，有300页。"))
    assert told.value.code == "unrelated"
