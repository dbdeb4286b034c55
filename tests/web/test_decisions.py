"""A decision in words: the answer, what is missing, what would change it, where it comes from."""

from __future__ import annotations

from songhe.engines.policy.explaining import explain
from songhe.engines.policy.pack import Pack
from songhe.web.decisions import TO_CLERK, TO_VISITOR, DecisionShown, Voice, decision_shown
from songhe.web.public.questionnaire import household_of
from songhe.web.public.results import result_of
from songhe.web.rules import citation_text, parameter_history, parameters_used
from tests.web.small_pack import DAY, small_pack, small_rules

AT_86 = {"birth_date": "1940-01-01", "registered_here": True}


def shown(answers: dict[str, object], benefit: str, *, voice: Voice = TO_VISITOR, pack: Pack | None = None) -> DecisionShown:
    used = pack or small_pack()
    rules = small_rules(used)
    found = {one.benefit: one for one in explain(rules, household_of(rules, answers), 0)}
    return decision_shown(used, found[benefit], voice)


def test_eligible() -> None:
    decision = shown(AT_86, "old_age")
    assert (decision.status, decision.tone, decision.amount, decision.unit) == ("eligible", "good", "1,280.00", "元/月")
    assert decision.answer == "按您的回答，您符合条件，每月可以领 1,280.00 元。"
    assert decision.next_steps == ("不用申请，符合条件就给。所在社区。",)
    assert decision.amount_mark == ""
    assert decision.cite == "《小城市养老办法》第二条"
    age, local = decision.conditions
    assert (age.sentence, age.result) == ("已满80周岁", "yes")
    assert [(value.label, value.shown) for value in age.values] == [("出生日期", "1940年1月1日"), ("年龄", "86周岁")]
    assert age.sources == (("您的回答", None),)
    assert (local.sentence, local.result, local.cite) == ("本市户籍", "yes", "《小城市养老办法》第二条")


def test_an_assumed_amount_is_marked() -> None:
    decision = shown({**AT_86, "ability_grade": 2}, "care")
    assert (decision.amount, decision.amount_mark) == ("200.00", "assumed")
    assert [(value.label, value.shown) for value in decision.conditions[0].values] == [("能力等级", "中度失能")]
    assert [(one.title, one.shown, one.cite, one.mark) for one in decision.parameters] == [
        ("护理补贴标准", "200.00 元/月", "没有文件载明", "assumed")
    ]


def test_cannot_tell_says_what_is_missing_and_is_never_a_no() -> None:
    decision = shown({"birth_date": "1940-01-01"}, "care")
    assert (decision.status, decision.amount) == ("cannot_tell", "")
    assert decision.answer == "还不能确定您能不能享受：还要知道能力等级、是否本市户籍。"
    assert decision.next_steps == ("请先做能力评估。", "请核对户口。", "能力等级：由民政核实。", "是否本市户籍：由公安核实。")
    assert [condition.result for condition in decision.conditions] == ["unknown", "unknown"]
    assert decision.conditions[0].values[0].shown == "没有资料"
    assert decision.reason == "还要知道能力等级、是否本市户籍"
    assert "不符合" not in decision.answer


def test_what_a_missing_fact_would_make_of_the_answer() -> None:
    changes = shown(AT_86, "care").changes
    assert len(changes) == 1
    assert changes[0].startswith("能力等级：")
    assert "就符合条件，200.00 元/月" in changes[0]
    assert "就目前不符合" in changes[0]


def test_facts_of_the_family_stand_in_one_line() -> None:
    decision = shown(AT_86, "elder_home")
    assert decision.answer == "还不能确定您能不能享受：还要知道同住的家人的情况。"
    assert [step for step in decision.next_steps if "到窗口时一起核实" in step] == [decision.next_steps[-1]]


def test_not_eligible_gives_the_reasons_and_what_would_have_to_change() -> None:
    decision = shown({"birth_date": "1956-01-01", "registered_here": False}, "old_age")
    assert decision.status == "not_eligible"
    assert decision.answer == "按您的回答，您目前还不符合条件：还没有满80周岁；不是本市户籍。"
    assert decision.changes == ("您以后如果“已满80周岁”“本市户籍”，就要重新判断。",)
    assert decision.next_steps == ()


def test_someone_outside_the_rules_is_told_so() -> None:
    assert shown({"birth_date": "1990-01-01"}, "old_age").answer == "按您的回答，您目前还不符合条件：不在本市养老待遇的范围里。"


def test_of_two_that_exclude_each_other_the_other_is_named() -> None:
    pack = small_pack(exclusive=True)
    decision = shown({**AT_86, "ability_grade": 4}, "care", pack=pack)
    assert decision.status == "displaced"
    assert decision.answer == "同类的待遇只能享受一项，您已按“高龄津贴”计算。"


def test_a_clerk_reads_of_the_person_not_to_them() -> None:
    decision = shown(AT_86, "old_age", voice=TO_CLERK)
    assert decision.answer == "按现有资料，这位老人符合条件，每月可以领 1,280.00 元。"
    assert decision.objection == "请向镇便民服务中心提出，或拨打12345。工作人员会重新核对每一项资料。"


def test_results_fall_into_three_groups() -> None:
    pack = small_pack()
    result = result_of(pack, small_rules(pack), {**AT_86, "ability_grade": 1})
    assert [decision.benefit for decision in result.yes] == ["old_age"]
    assert [decision.benefit for decision in result.open] == ["elder_home", "quiet_help"]
    assert [decision.benefit for decision in result.no] == ["care"]
    assert result.sentence == "按您的回答，您符合 1 项待遇的条件"
    assert result.money == "其中按月发钱的 1 项，每月合计 1,280.00 元。"
    assert result.money_mark == ""


def test_results_of_someone_outside() -> None:
    pack = small_pack()
    result = result_of(pack, small_rules(pack), {"birth_date": "1990-01-01"})
    assert (result.sentence, result.money) == ("按您的回答，您现在还不在这些待遇的范围里", "")
    assert (result.yes, result.open, len(result.no)) == ((), (), 4)


def test_the_history_of_a_parameter_has_the_latest_first_and_marks_today() -> None:
    pack = small_pack()
    (used,) = parameters_used(pack, pack.benefits["old_age"], DAY)
    history = parameter_history(pack, used, DAY)
    assert [(value.shown, value.status, value.now) for value in history.values] == [
        ("1,280.00", "stated", True),
        ("100.00", "assumed", False),
    ]
    assert history.values[0].cite == "《小城市养老办法》第三条"
    assert citation_text(pack, pack.parameters["care_amount"].values[0].cited.cite) == "没有文件载明"
