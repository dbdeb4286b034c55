"""What does not fit is found with its computation; what fits is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from songhe.engines.plan_reading.checking import check_plan
from songhe.engines.plan_reading.findings import Finding

HEAD = "某市养老服务实施方案\n某市人民政府办公室\n2026年3月1日\n"
PRESENT = "一、现状\n截至2025年底，全市常住人口约50万，60岁及以上老年人口10万人，占总人口的20%。"
DUTY = "（责任单位：市民政局）"


def found(text: str) -> dict[str, Finding]:
    return {finding.code: finding for finding in check_plan(HEAD + text)}


def plan(*tasks: str, present: str = PRESENT) -> str:
    lines = "\n".join(f"{number}.任务{number}。{task}{DUTY}" for number, task in enumerate(tasks, start=1))
    return f"{present}\n二、主要任务\n{lines}\n三、保障措施\n1.加强领导。各单位抓好落实。{DUTY}"


def test_a_plan_in_which_all_fits_has_no_findings() -> None:
    assert found(plan("到2027年，护理型床位占比达到60%。", "到2027年，新建社区食堂20个。")) == {}


@pytest.mark.parametrize(
    ("present", "code", "computed"),
    [
        ("一、现状\n全市常住人口约50万，60岁及以上老年人口10万人，占总人口的25%。", "share", "10万人÷50万人"),
        ("一、现状\n2025年城里和乡下的人均收入各为30000元、15000元，两者之比控制在1.9以下。", "ratio", "30000÷15000＝2.000"),
        ("一、现状\n全市60岁及以上老年人口10万人，养老床位3000张，每千名老年人床位数42张。", "per_thousand", "×1000＝30.0"),
        ("一、现状\n2020年比2010年减少约2万人，同比减少7.71%。", "year_on_year", "2020－2010＝10年"),
        ("一、现状\n2025年一般公共预算收入完成8亿元，一般公共预算支出完成3亿元。", "budget", "38%"),
        ("一、现状\n截至2025年底，全市常住人口50万，60岁以上老年人口10万人。预计到2030年，老年人口将达到15万人，占总人口比例达到25%。", "forecast", "60.0万人"),
    ],
)  # fmt: skip
def test_figures_that_do_not_follow_from_each_other(present: str, code: str, computed: str) -> None:
    findings = found(plan("到2027年，护理型床位占比达到60%。", present=present))
    assert code in findings, list(findings)
    assert computed in findings[code].computation


def test_one_promise_with_two_values_two_dates_or_only_an_effort() -> None:
    two = found(plan("到2027年，护理型床位占比达到60%。", "到2027年，护理型床位占比达到70%。"))["two_values"]
    assert (two.severity, two.computation) == ("A", "二1：>=60%，到2027年；二2：>=70%，到2027年")
    dates = found(plan("到2026年，护理型床位占比达到60%。", "到2027年，护理型床位占比达到60%。"))
    assert "两处" in dates["two_dates"].sentence
    effort = found(plan("到2027年，护理型床位占比达到60%。", "到2027年，力争护理型床位占比达到60%。"))["only_an_effort"]
    assert effort.severity == "A"


def test_a_goal_below_the_start_and_a_floor() -> None:
    present = PRESENT + "全市建成社区食堂30个。"
    below = found(plan("到2027年，社区食堂达到20个。", present=present))["below_the_start"]
    assert below.computation == "现在30个，目标20个"
    assert "below_the_start" not in found(plan("到2027年，新建社区食堂20个。", present=present))
    floor = found(plan("到2027年，福利彩票公益金用于养老服务的比例不低于50%。"))["below_the_floor"]
    assert "55%" in floor.computation


def test_less_is_better_without_a_comparator() -> None:
    present = PRESENT + "机构床位空置率为60%。"
    cells = ["机构床位空置率", "40%", "预期性", "市民政局", "家庭医生签约率", "80%", "约束性", "市卫生健康委", "探访率", "100%", "约束性", "市民政局",
             "平均寿命", "79", "约束性", "市卫生健康委"]  # fmt: skip
    table = "\n".join(["三、目标", "表1 主要指标", "名称", "2027年", "属性", "责任单位", *cells, ""])
    findings = found(plan("完善制度。", present=present) + "\n" + table)
    assert findings["direction"].computation == "现在60%，目标40%：应当理解为不高于"
    assert (findings["no_unit"].severity, findings["no_unit"].computation) == ("A", "只写了79")


def test_names_and_the_document_itself() -> None:
    text = plan("建设家庭养老床位。", "发展家庭照护床位。") + "\n附件：1.任务分工表\n2.项目清单\n3.指标表"
    findings = found(text)
    assert "家庭养老床位、家庭照护床位" in findings["several_names"].sentence
    assert findings["annexes"].sentence == "列了3个附件，文件里一个也没有。"
    assert "undated" not in findings
    undated = {f.code for f in check_plan("某市养老服务实施方案\n" + plan("到2027年，护理型床位占比达到60%。"))}
    assert "undated" in undated


def test_words_of_a_web_site_inside_the_text() -> None:
    text = (
        "某某网站首页大全\n"
        + HEAD
        + plan(
            "根据某某网站首页大全实际，到2027年，护理型床位占比达到60%。",
            "结合某某网站首页大全情况办理。",
            "按照某某网站首页大全要求。",
        )
    )
    findings = {f.code: f for f in check_plan(text)}
    assert findings["foreign_words"].computation == "某某网站首页大全"
    assert len(findings["foreign_words"].places) == 4


def test_a_made_up_plan_has_few_and_true_findings() -> None:
    raw = (Path(__file__).parent / "documents" / "yunling.txt").read_text(encoding="utf-8")
    assert [(f.severity, f.code) for f in check_plan(raw)] == [("A", "undated"), ("C", "rate_and_minimum")]


def test_every_place_lies_in_the_text() -> None:
    raw = HEAD + plan("到2026年，护理型床位占比达到60%。", "到2027年，护理型床位占比达到70%。")
    for finding in check_plan(raw):
        for place in finding.places:
            assert 0 <= place.start < place.end <= len(raw)
