"""The fewest questions: only what can still change an answer, the most deciding first."""

from __future__ import annotations

import itertools
import random

import pytest

from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Rulebook, Status
from songhe.web.public.questionnaire import UNSURE, bears_on, decide, household_of, open_questions, possible_answers
from tests.web.city import PACKS
from tests.web.small_pack import DAY, small_pack, small_rules


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return small_rules(small_pack())


def asked(rules: Rulebook, answers: dict[str, object]) -> list[str]:
    return [question.variable.name for question in open_questions(rules, answers)]


def test_the_date_of_birth_comes_first_because_it_decides_most(rules: Rulebook) -> None:
    first = open_questions(rules, {})[0]
    assert first.variable.name == "birth_date"
    assert bears_on(rules, "registered_here") == ("old_age", "care")


def test_someone_too_young_is_asked_nothing_more(rules: Rulebook) -> None:
    assert asked(rules, {"birth_date": "1990-01-01"}) == []


def test_a_question_that_can_change_nothing_is_left_out(rules: Rulebook) -> None:
    at_70 = {"birth_date": "1956-11-21"}
    assert asked(rules, at_70) == ["registered_here", "lives_alone", "ability_grade"]
    assert asked(rules, {**at_70, "registered_here": False}) == ["lives_alone"]
    assert asked(rules, {**at_70, "ability_grade": 1}) == ["lives_alone"]


def test_not_sure_is_not_asked_again_and_is_not_a_no(rules: Rulebook) -> None:
    answers = {"birth_date": "1940-01-01", "registered_here": UNSURE, "ability_grade": UNSURE, "lives_alone": UNSURE}
    assert asked(rules, answers) == []
    statuses = dict(zip([benefit.id for benefit in rules.benefits], decide(rules, answers).statuses, strict=True))
    assert statuses["old_age"] is Status.CANNOT_TELL
    assert statuses["care"] is Status.CANNOT_TELL


def test_whoever_does_not_live_alone_has_family_of_whom_nothing_is_known(rules: Rulebook) -> None:
    index = next(benefit.index for benefit in rules.benefits if benefit.id == "elder_home")
    base = {"birth_date": "1940-01-01"}
    assert len(household_of(rules, base).persons) == 2
    assert decide(rules, base).statuses[index] is Status.CANNOT_TELL
    assert decide(rules, {**base, "lives_alone": True}).statuses[index] is Status.ELIGIBLE
    assert decide(rules, {**base, "lives_alone": False}).statuses[index] is Status.CANNOT_TELL


@pytest.mark.parametrize("seed", range(4))
def test_every_way_through_ends_and_no_answer_left_out_would_have_mattered(rules: Rulebook, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311
    answers: dict[str, object] = {}
    for _ in range(40):
        waiting = open_questions(rules, answers)
        if not waiting:
            break
        variable = waiting[0].variable
        answers[variable.name] = draw.choice((*possible_answers(variable, DAY), UNSURE))
    assert open_questions(rules, answers) == ()
    settled = decide(rules, answers)
    for variable in rules.variables.values():
        if variable.ask and variable.name not in answers:
            for value in possible_answers(variable, DAY):
                assert decide(rules, {**answers, variable.name: value}).statuses == settled.statuses


def test_the_order_of_answers_does_not_matter(rules: Rulebook) -> None:
    given = {"birth_date": "1940-01-01", "registered_here": True, "ability_grade": 3, "lives_alone": True}
    results = {decide(rules, dict(order)).statuses for order in itertools.permutations(given.items())}
    assert len(results) == 1


@pytest.mark.parametrize("city", ["qingtongxia", "xuchang", "dawukou", "qidong", "weihai"])
def test_in_every_city_the_questions_end(city: str) -> None:
    rules = resolve(load_pack(read_folder(PACKS, city), city), DAY)
    answers: dict[str, object] = {"birth_date": "1943-03-12"}
    while waiting := open_questions(rules, answers):
        variable = waiting[0].variable
        assert variable.ask
        answers[variable.name] = possible_answers(variable, DAY)[0]
        assert len(answers) <= 30
    assert len(answers) >= 5
