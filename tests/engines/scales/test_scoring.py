"""Each score, sum, level, rule and grade says where it comes from; what is not answered leaves open exactly what it can change."""

from __future__ import annotations

import pytest

from songhe.engines.scales.answers import AnswersInvalid, NotScored
from songhe.engines.scales.loading import load_scales
from songhe.engines.scales.result import Outcome, Span
from songhe.engines.scales.scoring import score
from tests.engines.scales.made_up import FILE, TEXT
from tests.engines.scales.national import ABILITY, INSURANCE, OLD, best, nothing_else, with_total

SMALL = load_scales({FILE: TEXT}, "national")["small"]


def test_a_line_names_item_option_and_points() -> None:
    result = score(ABILITY, best(ABILITY) | {"stairs": "guided"}, nothing_else(ABILITY))
    line = next(one for one in result.lines if one.item == "stairs")
    assert (line.dimension, line.code, line.label, line.answer, line.points, line.least, line.most) == (
        "mobility", "B.2.4", "上下楼梯", "guided", 2, 2, 2,
    )  # fmt: skip
    assert line.why == "选“要有人在旁边指点”，得2分"
    mobility = next(one for one in result.dimensions if one.id == "mobility")
    assert (mobility.points, mobility.why) == (14, "4项合计14分，满分15分")
    assert result.first_why == "总分89分，在66—89分之间，初步等级是1级（轻度失能）"
    assert result.final_why == "没有加重的情况，最终等级是1级（轻度失能）"


def test_every_rule_says_what_became_of_it() -> None:
    facts = nothing_else(ABILITY) | {"dementia": True, "falls": 2}
    result = score(ABILITY, with_total(ABILITY, 66), facts)
    assert [(one.rule, one.holds, one.outcome, one.applied, one.before, one.after) for one in result.changes] == [
        ("coma", False, Outcome.NOT_MET, False, Span(1, 1), Span(1, 1)),
        ("diagnosis", True, Outcome.CHANGED, True, Span(1, 1), Span(2, 2)),
        ("events", True, Outcome.NOT_STACKED, False, Span(2, 2), Span(2, 2)),
    ]
    assert result.changes[1].why == "符合，由1级（轻度失能）改为2级（中度失能）"
    assert result.changes[2].condition == "跌倒、走失、噎食、自伤或轻生、其他照护意外合计2次及以上"
    assert result.final_why == "因“痴呆或精神障碍”，最终等级是2级（中度失能）"
    stacked = score(ABILITY, with_total(ABILITY, 66), facts, stacking=True)
    assert [one.after.lowest for one in stacked.changes] == [1, 2, 3]
    assert (stacked.stacking, result.stacking) == (True, False)
    capped = score(ABILITY, with_total(ABILITY, 20), facts)
    assert [one.outcome for one in capped.changes] == [Outcome.NOT_MET, Outcome.CAPPED, Outcome.CAPPED]
    assert capped.changes[1].why == "符合，但已经是最重一级，不能再加重"


def test_coma_in_a_form_that_is_the_worst_already_still_counts_as_the_reason() -> None:
    result = score(ABILITY, with_total(ABILITY, 0), nothing_else(ABILITY) | {"coma": True})
    assert result.changes[0].why == "符合，定为4级（完全失能）"
    assert result.final_why == "因“昏迷”，最终等级是4级（完全失能）"


def test_an_empty_form_may_be_anything() -> None:
    result = score(ABILITY, {})
    assert (result.first, result.final, result.grade, result.complete) == (Span(0, 4), Span(0, 4), None, False)
    assert len(result.missing) == 26 + 7  # all items, and all circumstances but the tick
    assert result.total is not None
    assert (result.total.points, result.total.least, result.total.most) == (None, 0, 90)
    assert result.final_why == "还没有填完，最终等级在0级（能力完好）到4级（完全失能）之间"


def test_one_open_item_leaves_open_what_its_points_can_change() -> None:
    answers = with_total(ABILITY, 68) | {"social": None}
    assert with_total(ABILITY, 68)["social"] == "adapts"
    result = score(ABILITY, answers, nothing_else(ABILITY))
    assert result.total is not None
    assert (result.total.least, result.total.most, result.first, result.final) == (64, 68, Span(1, 2), Span(1, 2))
    assert result.missing == ("social",)
    assert result.lines[-1].why == "还没有评，可能得0—4分"
    assert result.dimensions[-1].points is None


def test_an_open_item_that_can_change_nothing_leaves_the_grade_settled_but_the_form_incomplete() -> None:
    result = score(ABILITY, with_total(ABILITY, 80) | {"social": None}, nothing_else(ABILITY))
    assert (result.final, result.complete, result.grade) == (Span(1, 1), False, None)


def test_an_open_circumstance_leaves_its_rule_open() -> None:
    known = nothing_else(ABILITY) | {"dementia": None}
    result = score(ABILITY, best(ABILITY), known)
    rule = result.changes[1]
    assert (rule.holds, rule.outcome, rule.applied, rule.before, rule.after) == (None, Outcome.OPEN, None, Span(0, 0), Span(0, 1))
    assert (result.final, result.missing) == (Span(0, 1), ("dementia",))
    counted = score(ABILITY, best(ABILITY), nothing_else(ABILITY) | {"falls": 1, "choking": None})
    assert (counted.changes[2].holds, counted.final) == (None, Span(0, 1))
    enough = score(ABILITY, best(ABILITY), nothing_else(ABILITY) | {"falls": 2, "choking": None})
    assert (enough.changes[2].holds, enough.final, enough.missing) == (True, Span(1, 1), ("choking",))


def test_an_open_item_of_the_insurance_scale_leaves_its_level_open() -> None:
    result = score(INSURANCE, best(INSURANCE) | {"memory": None})
    cognition = result.dimensions[1]
    assert (cognition.level, cognition.level_label, cognition.least, cognition.most) == (Span(0, 1), None, 12, 16)
    assert result.final == Span(0, 0)  # the first row of the table says 0 for both
    assert result.first_why == (
        "日常生活活动能力：能力完好；认知能力：可能是能力完好到轻度受损；感知觉与沟通能力：能力完好（后面几项取较重的一项）。"
        "查表，初步等级是0级（基本正常）"
    )


def test_where_more_points_are_worse() -> None:
    full = {"eat": "cannot", "walk": "near", "think": "can"}
    result = score(SMALL, full, {"ill": False, "falls": 0})
    assert ([one.points for one in result.dimensions], result.grade) == ([3, 0], 1)
    never = score(SMALL, {**full, "walk": "never"}, {"ill": False, "falls": 2})
    assert ([one.outcome for one in never.changes], never.grade) == ([Outcome.CHANGED, Outcome.CAPPED], 2)
    open_ = score(SMALL, {"eat": "can", "think": "can"}, {"ill": False, "falls": 0})
    assert (open_.dimensions[0].least, open_.dimensions[0].most, open_.first, open_.final) == (0, 3, Span(0, 1), Span(0, 2))


def test_what_is_wrong_is_refused_with_all_of_it() -> None:
    with pytest.raises(AnswersInvalid) as refused:
        score(ABILITY, {"eating": "often", "singing": "well", "stairs": 3}, {"falls": -1})
    assert [(one.code, one.where) for one in refused.value.problems] == [
        ("unknown_item", "singing"),
        ("unknown_option", "eating"),
        ("wrong_type", "stairs"),
        ("out_of_range", "falls"),
    ]


def test_a_scale_for_import_scores_nothing() -> None:
    with pytest.raises(NotScored):
        score(OLD, {})
