"""Made-up plans in styles that no other document has: clauses (一) only with a table of units at the end, a text copied without its
line breaks, a Word file with a table of several columns and merged cells."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest

from songhe.engines.plan_reading.breaks import lost_breaks
from songhe.engines.plan_reading.documents import read_document
from songhe.engines.plan_reading.model import PlanReading
from songhe.engines.plan_reading.outline import title_of
from songhe.engines.plan_reading.reading import as_data, read_plan
from songhe.engines.plan_reading.source import read_source
from songhe.engines.plan_reading.tags import find_tags

FOLDER = Path(__file__).parent / "documents"
LIUHE, YUNXI = ((FOLDER / f"{name}.txt").read_text(encoding="utf-8") for name in ("liuhe", "yunxi"))


def told(plan: PlanReading) -> list[tuple[object, ...]]:
    return [(t.clause, t.kind, t.value, t.unit, t.comparator, t.deadline) for t in plan.targets]


def charged(plan: PlanReading) -> list[tuple[object, ...]]:
    return [(t.clause, t.title, t.responsible, t.participating, [d.date for d in t.deadlines]) for t in plan.tasks]


def test_clauses_of_one_kind_with_units_in_a_table_at_the_end() -> None:
    plan = read_plan(LIUHE)
    assert plan.outline.title == "柳河区推进基本养老服务体系建设若干措施"
    assert charged(plan) == [
        ("(一)", "健全服务清单", ("区民政局",), ("区卫生健康局", "区残联"), ["2026-12"]),
        ("(二)", "增加床位供给", ("区民政局",), ("区住房城乡建设局", "区财政局"), ["2028"]),
        ("(三)", "扩大助餐服务", ("区民政局",), ("区商务局", "各街道办事处"), ["2027"]),
        ("(四)", "加强队伍建设", ("区人力资源社会保障局",), ("区民政局", "区教育局"), ["2028"]),
        ("(五)", "强化资金保障", ("区财政局",), ("区民政局",), []),
    ]
    assert {task.tag.style for task in plan.tasks if task.tag is not None} == {"annex"}
    assert told(plan) == [
        ("公告", "milestone", None, None, None, "2026-03-31"),
        ("前言", "target", 65, "%", ">=", "2028"),
        ("前言", "universal", 100, "%", "=", "2028"),
        ("(一)", "universal", 100, "%", "=", "2026-12"),
        ("(二)", "target", 1200, "张", "=", "2028"),
        ("(二)", "target", 8, "家", ">=", "2028"),
        ("(二)", "cap", 1, "万元", "<=", None),
        ("(三)", "target", 45, "个", "=", "2027"),
        ("(三)", "target", 2, "个/街道", ">=", "2027"),
        ("(四)", "frequency", 300, "人次/年", ">=", None),
        ("(四)", "target", 85, "%", ">=", "2028"),
        ("(五)", "target", 55, "%", ">=", None),
    ]
    assert plan.targets[-1].responsible == ("区财政局",)
    assert plan.baselines == ()


def test_a_text_without_its_line_breaks() -> None:
    plan = read_plan(YUNXI)
    assert plan.outline.title == "云溪县养老服务提质行动实施方案(2026—2028年)"
    assert [(c.number, c.title) for c in plan.outline.walk()] == [
        ("一", "工作目标"), ("二", "重点任务"), ("二(一)", "补齐设施短板"), ("二(二)", "发展医养结合"), ("二(三)", "培育养老队伍"), ("三", "保障措施"),
        ("三(一)", "加强组织领导"), ("三(二)", "落实资金"),
    ]  # fmt: skip
    assert charged(plan) == [
        ("二(一)", "补齐设施短板", ("县民政局",), ("县自然资源局", "县住房和城乡建设局"), ["2026-12", "2027"]),
        ("二(二)", "发展医养结合", ("县卫生健康局",), ("县民政局", "县医疗保障局"), ["2028"]),
        ("二(三)", "培育养老队伍", ("县人力资源和社会保障局",), ("县民政局", "县教育局"), []),
        ("三(一)", "加强组织领导", ("县民政局",), (), []),
        ("三(二)", "落实资金", ("县财政局", "县民政局"), (), []),
    ]
    assert told(plan) == [
        ("一", "target", 70, "%", ">=", "2028"),
        ("一", "target", 100, "%", "=", "2028"),
        ("一", "target", 2400, "户", "=", "2028"),
        ("二(一)", "target", 3, "个", "=", "2026-12"),
        ("二(一)", "target", 60, "个", ">=", "2027"),
        ("二(二)", "target", 100, "%", "=", "2028"),
        ("二(二)", "target", 200, "张", "=", "2028"),
        ("二(三)", "count_action", 1500, "人次", "=", None),
        ("二(三)", "target", 1, "名", ">=", None),
        ("三(一)", "frequency", 1, "次/半年", "=", None),
        ("三(二)", "target", 60, "%", ">=", None),
    ]
    for row in as_data(plan, YUNXI, "9")["targets"]:  # type: ignore[attr-defined]
        assert YUNXI[row["offset"] : row["offset"] + len(row["quote"])] == row["quote"]


def childcare() -> bytes:
    document = docx.Document()
    document.add_paragraph("青屏市普惠托育服务发展行动计划（2026—2030年）")
    for text in (
        "一、现状基础", "截至2025年底，全市3岁以下婴幼儿2.9万人，有托育机构86家。", "二、总体目标",
        "到2030年，普惠托位占比达到70%，主要指标见表1。", "表1 托育服务发展主要指标",
    ):  # fmt: skip
        document.add_paragraph(text)
    rows = [
        ("类别", "序号", "指标", "单位", "2025年现状", "2030年目标", "属性"), ("服务供给", "1", "每千人口托位数", "个", "3.5", "5.5", "预期性"),
        ("", "2", "普惠托位占比", "%", "46", "≥70", "约束性"), ("人员质量", "3", "保育人员持证率", "%", "82", "100", "约束性"),
        ("", "4", "托育机构投诉办结率", "%", "—", "≥98", "预期性"),
    ]  # fmt: skip
    table = document.add_table(rows=0, cols=7)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    for first in (1, 3):
        name = table.rows[first].cells[0].text
        table.rows[first].cells[0].merge(table.rows[first + 1].cells[0]).text = name
    for text in (
        "三、主要任务", "（一）增加普惠托位。",
        "到2028年，新建公办托育机构6家。支持幼儿园开设托班，每年新增托位不少于300个。（市卫生健康委、市教育局按职责分工负责）",
        "（二）提升服务质量。",
        "2027年底前，建成市级托育综合服务中心1个。（市卫生健康委牵头，市人力资源社会保障局、市总工会配合）",
        "（三）降低运行成本。", "对普惠托育机构给予运营补助。（市财政局、市发展改革委）", "（四）加强监管（含家庭托育点）。", "完善备案制度（含变更）。",
    ):  # fmt: skip
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_table_of_several_columns_and_units_named_in_brackets() -> None:
    plan = read_plan(read_document(childcare(), "行动计划.docx").text)
    assert charged(plan) == [
        ("三(一)", "增加普惠托位", ("市卫生健康委", "市教育局"), (), ["2028"]),
        ("三(二)", "提升服务质量", ("市卫生健康委",), ("市人力资源社会保障局", "市总工会"), ["2027-12"]),
        ("三(三)", "降低运行成本", ("市财政局", "市发展改革委"), (), []),
        ("三(四)", "加强监管(含家庭托育点)", (), (), []),
    ]
    table = [(t.indicator, t.value, t.unit, t.comparator, t.deadline, t.attribute) for t in plan.targets if t.clause == "表1"]
    assert table == [
        ("每千人口托位数", 5.5, "个", "=", "2030", "预期性"),
        ("普惠托位占比", 70, "%", ">=", "2030", "约束性"),
        ("保育人员持证率", 100, "%", "=", "2030", "约束性"),
        ("托育机构投诉办结率", 98, "%", ">=", "2030", "预期性"),
    ]
    assert told(plan)[0] == ("二", "target", 70, "%", ">=", "2030")
    assert told(plan)[5:] == [
        ("三(一)", "target", 6, "家", "=", "2028"),
        ("三(一)", "frequency", 300, "个/年", ">=", None),
        ("三(二)", "target", 1, "个", "=", "2027-12"),
    ]
    assert [(b.indicator, b.value, b.unit, b.date) for b in plan.baselines][2:] == [
        ("每千人口托位数", 3.5, "个", "2025"),
        ("普惠托位占比", 46, "%", "2025"),
        ("保育人员持证率", 82, "%", "2025"),
    ]


@pytest.mark.parametrize(
    ("text", "lead", "partners"),
    [
        ("（市卫生健康委牵头，市民政局配合）", "市卫生健康委", "市民政局"),
        ("（市民政局牵头负责，市财政局、市教育局按职责分工负责）", "市民政局", "市财政局、市教育局"),
        ("牵头单位：县民政局；责任单位：县财政局", "县民政局", "县财政局"),
        ("（市财政局、市民政局）", "市财政局、市民政局", ""),
        ("（市民政局负责）", "市民政局", ""),
    ],
)
def test_more_ways_to_say_who(text: str, lead: str, partners: str) -> None:
    assert [(tag.lead, tag.partners) for tag in find_tags(read_source(text).text)] == [(lead, partners)]


@pytest.mark.parametrize("text", ["建设托育点（含家庭托育点）。", "每年评估（由第三方负责）。", "加强监管（一）"])
def test_brackets_that_name_no_unit_are_no_tags(text: str) -> None:
    assert find_tags(read_source(text).text) == []


def test_breaks_are_only_lost_where_numbers_count_on_inside_a_line() -> None:
    assert lost_breaks(read_source(LIUHE).text) == ()
    listed = "做好三件事：（一）" + "办好食堂，" * 60 + "（二）办好课堂。"
    assert lost_breaks(read_source(f"一、任务\n{listed}\n二、保障\n（一）领导\n").text) == ()
    assert len(read_source(YUNXI).breaks) == 8


def test_a_title_that_every_plan_has_ends_where_its_text_begins() -> None:
    assert title_of("工作目标 到2028年,护理型床位占比达到70%以上,探访率达到100%,适老化改造2400户。")[0] == "工作目标"
    assert title_of("主要任务")[0] == "主要任务"
    assert title_of("重点任务落实情况的监督。每年检查。")[0] == "重点任务落实情况的监督"


def test_clauses_numbered_1_and_2_1_only() -> None:
    plan = read_plan((FOLDER / "baishi.txt").read_text(encoding="utf-8"))
    assert charged(plan) == [
        ("2.1", "优化布局", ("县民政局", "县自然资源局"), (), ["2026-06"]),
        ("2.2", "加强监管", ("县市场监管局",), (), []),
        ("2.3", "给予补助", ("县财政局", "县民政局"), (), []),
        ("3.1", "落实经费", ("县财政局",), (), ["2028"]),
        ("3.2", "强化宣传", ("县委宣传部",), (), []),
    ]
    assert told(plan) == [
        ("1", "target", 30, "个", "=", "2027-12"),
        ("1", "target", 80, "个", "=", "2027-12"),
        ("1", "target", 90, "%", ">=", "2027-12"),
        ("1", "target", 100, "%", "=", "2030"),
        ("1", "target", 5000, "人次", ">", "2030"),
        ("2.1", "milestone", None, None, None, "2026-06"),
        ("2.1", "target", 1, "个/乡", ">=", None),
        ("2.2", "frequency", 1, "次/季度", "=", None),
        ("2.2", "target", 98, "%", ">=", None),
        ("2.3", "cap", 15, "万元", "<=", None),
        ("3.1", "frequency", 300, "万元/年", ">=", "2028"),
    ]


def test_articles_and_a_table_whose_cells_have_blanks_between() -> None:
    plan = read_plan((FOLDER / "dongling.txt").read_text(encoding="utf-8"))
    assert told(plan) == [
        ("第二章", "target", 24_000, "张", "≈", "2030"),
        ("第二章", "target", 75, "%", ">=", "2030"),
        ("第二章", "target", 97, "%", ">=", "2030"),
        ("第二章", "target", 2, "名/千名老年人", ">=", "2030"),
        ("第二章", "target", 12_000, "户", "=", "2030"),
        ("专栏1", "target", 24_000, "张", "=", "2030"),
        ("专栏1", "target", 75, "%", "=", "2030"),
        ("专栏1", "target", 97, "%", ">=", "2030"),
        ("专栏1", "target", 100, "%", "=", "2030"),
        ("第三章第二节", "target", 1, "所/县", ">=", None),
        ("第三章第二节", "target", 100, "%", "=", "2028"),
        ("第三章第二节", "target", 3000, "张", "=", "2028"),
    ]
    assert [t.attribute for t in plan.targets if t.clause == "专栏1"] == ["预期性", "约束性", "预期性", "预期性"]
    assert [(b.clause, b.value, b.unit, b.date) for b in plan.baselines] == [
        ("第一章第一条", 52.3, "万人", "2025"),
        ("第一章第一条", 21.8, "%", "2025"),
        ("第一章第一条", 1.86, "万张", "2025"),
        ("第一章第一条", 62.5, "%", "2025"),
        ("专栏1", 1.86, "万张", "2025"),
        ("专栏1", 62.5, "%", "2025"),
        ("专栏1", 96.2, "%", "2025"),
        ("专栏1", 92, "%", "2025"),
    ]


def test_clauses_without_titles_begin_with_what_they_say() -> None:
    text = (
        "南岗区养老服务三年行动方案\n一、工作目标\n1.到2027年，全区建成社区食堂40个，覆盖率达到85%。\n二、重点任务\n"
        "1.2026年底前，新建综合养老服务中心2个，新增床位300张。（区民政局）\n2.到2028年，培训护理员2000人次，持证率达到90%以上。（责任单位：区人社局）\n"
        "三、组织保障\n各部门要各司其职。\n"
    )
    plan = read_plan(text)
    assert [(t.clause, t.responsible, [d.date for d in t.deadlines]) for t in plan.tasks] == [
        ("二1", ("区民政局",), ["2026-12"]),
        ("二2", ("区人社局",), ["2028"]),
    ]
    assert told(plan) == [
        ("一1", "target", 40, "个", "=", "2027"),
        ("一1", "target", 85, "%", ">=", "2027"),
        ("二1", "target", 2, "个", "=", "2026-12"),
        ("二1", "target", 300, "张", "=", "2026-12"),
        ("二2", "target", 2000, "人次", "=", "2028"),
        ("二2", "target", 90, "%", ">=", "2028"),
    ]
