"""What must hold for every form of every scale: worse is never better, sums are sums, what is open stays within its bounds."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songhe.engines.scales.answers import AnswersInvalid, problems
from songhe.engines.scales.loading import load_scales
from songhe.engines.scales.result import from_json, to_json
from songhe.engines.scales.scale import Kind, Scale
from songhe.engines.scales.scoring import score
from tests.engines.scales.made_up import FILE, TEXT
from tests.engines.scales.national import ABILITY, INSURANCE

SMALL = load_scales({FILE: TEXT}, "national")["small"]
SCORED = pytest.mark.parametrize("scale", [ABILITY, INSURANCE, SMALL], ids=lambda scale: scale.id)
STACKING = pytest.mark.parametrize("stacking", [False, True])
Form = tuple[dict[str, object], dict[str, object]]


def _answers(scale: Scale, among: Mapping[str, int], *, open_too: bool = False) -> st.SearchStrategy[Form]:
    """Forms whose answers are no better than the option at the given place."""
    nothing = [None] if open_too else []
    answers = {
        item.id: st.sampled_from([*nothing, *(option.id for option in item.options[among.get(item.id, 0) :])])
        for item in scale.items
    }
    circumstances = {
        one.id: st.one_of(st.none(), _value(one.kind, one.high)) if open_too else _value(one.kind, one.high)
        for one in scale.circumstances
    }
    return st.tuples(st.fixed_dictionaries(answers), st.fixed_dictionaries(circumstances))


def _value(kind: Kind, high: int) -> st.SearchStrategy[bool | int]:
    return st.one_of(st.integers(0, 3), st.integers(0, high)) if kind is Kind.COUNT else st.booleans()


def _place(scale: Scale, item_id: str, option_id: object) -> int:
    item = scale.item(item_id)
    assert item is not None
    return [option.id for option in item.options].index(str(option_id))


@SCORED
@STACKING
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_worse_answer_never_gives_a_better_grade(scale: Scale, stacking: bool, data: st.DataObject) -> None:
    answers, circumstances = data.draw(_answers(scale, {}))
    worse, _ = data.draw(_answers(scale, {name: _place(scale, name, answer) for name, answer in answers.items()}))
    more = {
        name: data.draw(st.integers(value, max(value, 9)) if type(value) is int else st.sampled_from([value, True]))
        for name, value in circumstances.items()
    }
    before, after = score(scale, answers, circumstances, stacking=stacking), score(scale, worse, more, stacking=stacking)
    assert before.grade is not None and after.grade is not None
    assert before.first.lowest <= after.first.lowest
    assert before.grade <= after.grade


@SCORED
@STACKING
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_each_single_step_down_is_never_a_step_up(scale: Scale, stacking: bool, data: st.DataObject) -> None:
    answers, circumstances = data.draw(_answers(scale, {}))
    grade = score(scale, answers, circumstances, stacking=stacking).grade
    for item in scale.items:
        place = _place(scale, item.id, answers[item.id])
        for option in item.options[place + 1 :]:
            stepped = score(scale, answers | {item.id: option.id}, circumstances, stacking=stacking).grade
            assert grade is not None and stepped is not None and grade <= stepped


@SCORED
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_totals_are_the_sums_of_the_items(scale: Scale, data: st.DataObject) -> None:
    answers, circumstances = data.draw(_answers(scale, {}))
    result = score(scale, answers, circumstances)
    for item, line in zip(scale.items, result.lines, strict=True):
        option = item.option(str(answers[item.id]))
        assert option is not None and (line.item, line.answer, line.points) == (item.id, option.id, option.points)
    for dimension in result.dimensions:
        assert dimension.points == sum(line.points or 0 for line in result.lines if line.dimension == dimension.id)
    if result.total is not None:
        assert result.total.points == sum(line.points or 0 for line in result.lines)
    assert result.complete and result.final.settled and result.final.lowest >= result.first.lowest
    assert problems(scale, answers, circumstances) == () or all(
        one.severity == "question" for one in problems(scale, answers, circumstances)
    )


@SCORED
@STACKING
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_however_an_open_form_is_completed_the_grade_was_among_the_possible(
    scale: Scale, stacking: bool, data: st.DataObject
) -> None:
    answers, circumstances = data.draw(_answers(scale, {}, open_too=True))
    rest, others = data.draw(_answers(scale, {}))
    full = {name: rest[name] if answer is None else answer for name, answer in answers.items()}
    ticks = {one.id for one in scale.circumstances if one.kind is Kind.TICK}
    known = {
        name: others[name] if value is None and name not in ticks else value or False if name in ticks else value
        for name, value in circumstances.items()
    }
    open_, whole = score(scale, answers, circumstances, stacking=stacking), score(scale, full, known, stacking=stacking)
    assert whole.grade is not None
    assert open_.first.lowest <= whole.first.lowest <= open_.first.highest
    assert open_.final.lowest <= whole.grade <= open_.final.highest
    for partly, wholly in zip(open_.changes, whole.changes, strict=True):
        assert partly.holds in (None, wholly.holds)
        assert partly.before.lowest <= wholly.before.lowest <= partly.before.highest
        assert partly.after.lowest <= wholly.after.lowest <= partly.after.highest
    if open_.complete:
        assert open_.grade == whole.grade


@SCORED
@STACKING
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_both_ends_of_the_possible_grades_can_be_reached(scale: Scale, stacking: bool, data: st.DataObject) -> None:
    answers, circumstances = data.draw(_answers(scale, {}, open_too=True))
    possible = score(scale, answers, circumstances, stacking=stacking).final
    for worst in (False, True):
        full = {
            item.id: (item.worst.id if worst else item.best.id) if answers[item.id] is None else answers[item.id]
            for item in scale.items
        }
        known = dict(circumstances)
        for one in scale.circumstances:
            if known[one.id] is None:
                known[one.id] = (one.high if worst else 0) if one.kind is Kind.COUNT else worst and one.kind is Kind.YES_NO
        assert score(scale, full, known, stacking=stacking).grade == (possible.highest if worst else possible.lowest)


@SCORED
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_result_survives_as_text_and_is_the_same_each_time(scale: Scale, data: st.DataObject) -> None:
    answers, circumstances = data.draw(_answers(scale, {}, open_too=True))
    result = score(scale, answers, circumstances)
    text = to_json(result)
    assert from_json(text) == result
    assert to_json(from_json(text)) == text
    again = score(scale, dict(reversed(answers.items())), dict(reversed(circumstances.items())))
    assert to_json(again) == text


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers(), max_size=2)
)


@SCORED
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_whatever_is_sent_is_scored_or_refused_with_reasons(scale: Scale, data: st.DataObject) -> None:
    names = [item.id for item in scale.items] + [one.id for one in scale.circumstances] + ["nothing_such"]
    sent = data.draw(st.dictionaries(st.sampled_from(names), ANYTHING, max_size=6))
    noted = data.draw(st.dictionaries(st.sampled_from(names), ANYTHING, max_size=6))
    try:
        result = score(scale, sent, noted)
    except AnswersInvalid as refused:
        assert refused.problems
        assert all(one.message and one.remedy for one in refused.problems)
    else:
        assert result.final.lowest <= result.final.highest
