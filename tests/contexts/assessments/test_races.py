"""Two at once: one open case, one form, one result, one appointment of an assessor, one objection."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from songhe.contexts.assessments import actions
from songhe.contexts.assessments.models import Case, CaseAssessor, Form, Objection, Result
from songhe.contexts.people.models import Record
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import SongheError
from tests.contexts.assessments.trial import (
    CLERK_A,
    DAY,
    MANAGER,
    OFFICER,
    VISIT,
    Trial,
    appointed,
    make,
    proof_of,
    requested,
    settled,
    sheet,
    submitted,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def trial() -> Iterator[Trial]:
    with clock.frozen(DAY):
        made = make()
        with clock.frozen(VISIT):
            yield made


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """What each deed answered, or the code of its refusal; all begin together."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        start.wait()
        try:
            return deed()
        except SongheError as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_requests_at_once_are_one_case(trial: Trial) -> None:
    found = at_once(*[lambda: actions.request_assessment(CLERK_A, person_id=trial.elder) for _ in range(4)])
    assert len({one.case_id for one in found}) == 1  # type: ignore[attr-defined]
    assert sorted(one.new for one in found) == [False, False, False, True]  # type: ignore[attr-defined]
    assert Case.objects.count() == 1


def test_the_system_and_a_clerk_at_once_are_one_case(trial: Trial) -> None:
    people = [trial.elder, trial.neighbour, trial.far]
    at_once(
        lambda: actions.request_missing(SYSTEM, person_ids=people, reason="缺等级"),
        lambda: actions.request_missing(SYSTEM, person_ids=people[::-1], reason="缺等级"),
        lambda: actions.request_assessment(OFFICER, person_id=trial.elder),
    )
    assert sorted(Case.objects.values_list("person_id", flat=True)) == sorted(people)


def test_the_same_form_twice_at_once_is_one_form(trial: Trial) -> None:
    case, number, sent = appointed(trial, requested(trial.elder)), uuid.uuid4(), sheet(60)
    found = at_once(*[lambda: submitted(trial.nurse, case, sent, number) for _ in range(3)])
    assert len({one.form_id for one in found}) == 1  # type: ignore[attr-defined]
    assert Form.objects.count() == 1


def test_two_devices_at_once_leave_one_form(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    found = at_once(*[lambda: submitted(trial.nurse, case, sheet(60)) for _ in range(2)])
    assert sorted(str(one) for one in found if isinstance(one, str)) == ["assessment_form_other"]
    assert Form.objects.count() == 1


def test_two_who_settle_at_once_make_one_result(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    for who in (trial.nurse, trial.helper):
        submitted(who, case, sheet(60))
    found = at_once(
        *[
            lambda: actions.settle_case(
                trial.nurse.actor, case_id=case, agreed={}, why={}, signed_for="本人", proof=proof_of(trial.nurse)
            )
            for _ in range(3)
        ]
    )
    assert sorted(str(one) for one in found if isinstance(one, str)) == ["assessment_case_state"] * 2
    assert Result.objects.count() == 1


def test_one_assessor_gets_one_of_two_appointments_at_the_same_time(trial: Trial) -> None:
    cases = [requested(trial.elder), requested(trial.neighbour)]
    found = at_once(*[lambda case=case: appointed(trial, case, VISIT) for case in cases])
    assert found.count("appointment_refused") == 1
    assert CaseAssessor.objects.count() == 2


def test_an_objection_and_the_coming_into_force_at_once_are_never_both(trial: Trial) -> None:
    done = settled(trial, trial.elder, 60)
    with clock.frozen(dt.date(2026, 11, 9)):  # the job asks for the 10th while the last day for objections still runs elsewhere
        Result.objects.filter(pk=done.result_id).update(objections_until=dt.date(2026, 11, 9))
    with clock.frozen(dt.date(2026, 11, 9)):

        def objected() -> object:
            Result.objects.filter(pk=done.result_id, state="announced").update(objections_until=dt.date(2026, 11, 10))
            return actions.file_objection(CLERK_A, result_id=done.result_id, by_name="王芳", relation="女儿", reason="看错了")

        at_once(objected, lambda: actions.put_results_in_force(SYSTEM, day=clock.today()))
    held = Result.objects.get(pk=done.result_id).state == "in_force"
    assert held != Objection.objects.filter(state="open").exists()


def test_two_jobs_put_a_result_in_force_once(trial: Trial) -> None:
    settled(trial, trial.elder, 60)
    with clock.frozen(dt.date(2026, 11, 10)):
        found = at_once(*[lambda: actions.put_results_in_force(SYSTEM, day=clock.today()).result_ids for _ in range(3)])
    assert sorted(map(str, found))[:2] == ["()", "()"]
    assert Record.objects.filter(department="民政").count() == 1


def test_a_body_and_a_manager_who_withdraws_and_settles_at_once(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    for who in (trial.nurse, trial.helper):
        submitted(who, case, sheet(60))
    at_once(
        lambda: actions.settle_case(
            trial.nurse.actor, case_id=case, agreed={}, why={}, signed_for="本人", proof=proof_of(trial.nurse)
        ),
        lambda: actions.withdraw_case(MANAGER, case_id=case, because="老人搬走了"),
    )
    state = Case.objects.get(pk=case).state
    assert (state, Result.objects.count()) in {("settled", 1), ("withdrawn", 0)}
