"""Objections: other people look again, and what they find decides; meanwhile nothing comes into force."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.errors import AppointmentRefused, CaseStateRefused, ObjectionRefused
from songhe.contexts.assessments.models import Case, Objection, Result
from songhe.contexts.assessments.queries import CaseState, ObjectionState, ResultState
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import AccessDenied
from tests.contexts.assessments.test_refusals import refused
from tests.contexts.assessments.trial import (
    CLERK_A,
    MANAGER,
    STRANGER,
    VISIT,
    Trial,
    again,
    appointed,
    facts_of,
    settled,
    settled_again,
)

WHY = {"by_name": "王芳", "relation": "女儿", "reason": "夜里要人扶，没有看到"}


def file(result_id: int) -> actions.ObjectionFiled:
    return actions.file_objection(CLERK_A, result_id=result_id, **WHY)


def in_force(day: dt.date) -> tuple[int, ...]:
    with clock.frozen(day):
        return actions.put_results_in_force(SYSTEM, day=day).result_ids


def test_an_open_objection_keeps_the_result_out_of_force_however_long(trial: Trial) -> None:
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder, 70)
        filed = file(done.result_id)
    assert in_force(dt.date(2027, 6, 1)) == ()
    assert Result.objects.get(pk=done.result_id).state == ResultState.ANNOUNCED
    assert "ability_grade" not in facts_of(trial.elder)
    assert queries.objections(MANAGER, state="open").items[0].second_case_id == filed.second_case_id


def test_another_grade_takes_the_place_of_the_first(trial: Trial) -> None:
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder, 70)
        filed = file(done.result_id)
    with clock.frozen(VISIT + dt.timedelta(days=3)):
        second = settled_again(trial, filed.second_case_id, 50)
        assert (second.grade, second.state) == (2, ResultState.ANNOUNCED)
        assert second.objections_until == dt.date(2026, 11, 13)
    objection = Objection.objects.get(pk=filed.objection_id)
    assert (objection.state, objection.decided_because) == (ObjectionState.UPHELD, "复评为2级，原来是1级")
    assert Result.objects.get(pk=done.result_id).state == ResultState.WITHDRAWN
    assert Case.objects.get(pk=done.case_id).state == CaseState.CLOSED
    assert in_force(dt.date(2026, 11, 12)) == ()
    assert in_force(dt.date(2026, 11, 13)) == (second.result_id,)
    assert facts_of(trial.elder)["ability_grade"] == 2


def test_the_same_grade_leaves_the_first_result_as_it_was(trial: Trial) -> None:
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder, 70)
        filed = file(done.result_id)
    with clock.frozen(VISIT + dt.timedelta(days=9)):
        second = settled_again(trial, filed.second_case_id, 88)
        assert (second.grade, second.state) == (1, ResultState.CONFIRMING)
        assert in_force(dt.date(2026, 11, 12)) == (done.result_id,)
    assert Objection.objects.get(pk=filed.objection_id).state == ObjectionState.REJECTED
    assert Case.objects.get(pk=filed.second_case_id).state == CaseState.CLOSED
    assert facts_of(trial.elder)["ability_grade"] == 1


def test_nobody_of_the_first_assessment_and_not_its_body_assesses_again(trial: Trial) -> None:
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder, 70)
        second = file(done.result_id).second_case_id
        with refused(AppointmentRefused) as info:
            appointed(trial, second, VISIT + dt.timedelta(days=1))
        said = {(p.field, "复评要换" in p.sentence) for p in info.value.problems}  # type: ignore[attr-defined]
        assert said == {("body", True), ("lead", True), ("second", True)}
        actions.keep_assessor(  # who went over to the other body is still the same person
            MANAGER, assessor_id=trial.nurse.id, body_id=trial.other, name="评估员1", certificate_no="P1",
            certified_from=dt.date(2025, 1, 1), medical=True, user_id=trial.nurse.actor.id,
        )  # fmt: skip
        with refused(AppointmentRefused) as info:
            actions.appoint(
                MANAGER, case_id=second, body_id=trial.other, lead_id=trial.nurse.id, second_id=trial.fifth.id,
                visit_at=VISIT + dt.timedelta(days=1),
            )  # fmt: skip
        assert [p.field for p in info.value.problems] == ["lead"]  # type: ignore[attr-defined]
        again(trial, second, VISIT + dt.timedelta(days=1))


def test_the_last_day_and_the_last_word(trial: Trial) -> None:
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder, 70)
    with clock.frozen(dt.date(2026, 11, 10)), refused(ObjectionRefused):
        file(done.result_id)
    with clock.frozen(dt.date(2026, 11, 9)):
        filed = file(done.result_id)
        with refused(ObjectionRefused):
            file(done.result_id)
        with refused(CaseStateRefused):
            actions.withdraw_case(CLERK_A, case_id=filed.second_case_id, because="算了")
        second = settled_again(trial, filed.second_case_id, 50)
        with refused(ObjectionRefused) as info:
            file(second.result_id)
    assert "最后的结果" in info.value.sentence


def test_an_objection_withdrawn_leaves_everything_as_it_was(trial: Trial) -> None:
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder, 70)
        filed = file(done.result_id)
        with refused(AccessDenied):
            actions.withdraw_objection(MANAGER, objection_id=filed.objection_id, because="老人说算了")
        assert actions.withdraw_objection(CLERK_A, objection_id=filed.objection_id, because="老人说算了") == done.result_id
        assert Case.objects.get(pk=filed.second_case_id).state == CaseState.WITHDRAWN
        with refused(ObjectionRefused):
            actions.withdraw_objection(CLERK_A, objection_id=filed.objection_id, because="老人说算了")
        other = file(done.result_id)  # while there is time, it may be made again
        actions.withdraw_objection(CLERK_A, objection_id=other.objection_id, because="又算了")
    assert in_force(dt.date(2026, 11, 10)) == (done.result_id,)


def test_a_second_assessment_that_has_begun_is_gone_through_with(trial: Trial) -> None:
    from tests.contexts.assessments.trial import submitted

    with clock.frozen(VISIT):
        filed = file(settled(trial, trial.elder, 70).result_id)
        again(trial, filed.second_case_id, clock.now())
        submitted(trial.doctor, filed.second_case_id)
        with refused(ObjectionRefused):
            actions.withdraw_objection(CLERK_A, objection_id=filed.objection_id, because="老人说算了")


def test_a_stranger_objects_to_nothing(trial: Trial) -> None:
    from songhe.contexts.assessments.errors import ResultNotFound

    with clock.frozen(VISIT):
        done = settled(trial, trial.elder, 70)
        with refused(ResultNotFound):
            actions.file_objection(STRANGER, result_id=done.result_id, **WHY)
        with pytest.raises(AccessDenied):
            actions.file_objection(trial.nurse.actor, result_id=done.result_id, **WHY)
