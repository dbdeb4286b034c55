"""What is refused, with the reason, and that nothing was written."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from songhe.contexts.assessments import actions
from songhe.contexts.assessments.errors import (
    AlreadyEntered,
    AppointmentRefused,
    CaseNotFound,
    CaseStateRefused,
    DifferencesOpen,
    FormIsFinal,
    FormRefused,
    FormTooLate,
    NotYourCase,
    OtherForm,
    ScaleUnknown,
    TooEarly,
)
from songhe.contexts.assessments.models import Assessor, Body, Case
from songhe.contexts.people import actions as people
from songhe.contexts.people.errors import FactNotCorrectable, PersonNotFound
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import AccessDenied, InvalidInput, SongheError
from tests.contexts.assessments.trial import (
    CLERK_A,
    CLERK_B,
    DAY,
    MANAGER,
    OFFICER,
    STRANGER,
    VISIT,
    Trial,
    appointed,
    best_sheet,
    code,
    elder,
    proof_of,
    requested,
    rows,
    settled,
    sheet,
    submitted,
)
from tests.contexts.registers.trial_city import CITY, TOWN_B


@contextmanager
def refused(error: type[SongheError]) -> Iterator[pytest.ExceptionInfo[SongheError]]:
    """The refusal has a sentence and a next step, and leaves every table as it was."""
    before = rows()
    with pytest.raises(error) as info:
        yield info
    assert info.value.sentence.endswith("。")
    assert info.value.next_step
    assert rows() == before


Change = Callable[[Trial], dict[str, object]]
APPOINTMENTS: list[tuple[str, str, Change]] = [
    ("second", "同一个人", lambda t: {"second_id": t.nurse.id}),
    ("lead", "医护背景", lambda t: {"lead_id": t.third.id}),
    ("second", "不是“评估机构1”的评估员", lambda t: {"second_id": t.fifth.id}),
    ("lead", "证书不在有效期", lambda t: {"visit_at": dt.datetime(2027, 1, 1, 9, tzinfo=clock.CITY_ZONE)}),
    ("visit_at", "已经过去", lambda t: {"visit_at": VISIT - dt.timedelta(days=2)}),
]


@pytest.mark.parametrize(("field", "word", "change"), APPOINTMENTS, ids=[word for _, word, _ in APPOINTMENTS])
def test_appointments_that_cannot_be(trial: Trial, field: str, word: str, change: Change) -> None:
    given: dict[str, object] = {
        "case_id": requested(trial.elder), "body_id": trial.first, "lead_id": trial.nurse.id, "second_id": trial.helper.id, "visit_at": VISIT,
    }  # fmt: skip
    with refused(AppointmentRefused) as info:
        actions.appoint(MANAGER, **given | change(trial))  # type: ignore[arg-type]
    assert any(p.field == field and word in p.sentence for p in info.value.problems)  # type: ignore[attr-defined]


def test_the_last_day_of_a_certificate_is_the_day_before_it_ends(trial: Trial) -> None:
    case = requested(trial.elder)
    appointed(trial, case, dt.datetime(2026, 12, 31, 23, 0, tzinfo=clock.CITY_ZONE))
    assert Case.objects.get(pk=case).state == "appointed"


def test_a_body_without_licence_or_elsewhere_cannot_be_appointed(trial: Trial) -> None:
    Body.objects.filter(pk=trial.first).update(licensed_until=VISIT.date())
    case = requested(trial.elder)
    with refused(AppointmentRefused) as info:
        appointed(trial, case)
    assert "资质不在有效期" in info.value.sentence
    Body.objects.filter(pk=trial.first).update(licensed_until=None, area_path=TOWN_B)
    with refused(AppointmentRefused) as info:
        appointed(trial, case)
    assert "不在老人所在的地方" in info.value.sentence


def test_a_conflict_of_interest_keeps_an_assessor_away(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    told = actions.declare_interest(trial.helper.actor, assessor_id=trial.helper.id, person_id=trial.elder, reason="是她外甥女")
    assert told.cases_back == (case,)
    assert Case.objects.get(pk=case).state == "requested"
    with refused(AppointmentRefused) as info:
        appointed(trial, case)
    assert "回避" in info.value.sentence
    actions.end_interest(MANAGER, interest_id=told.id, reason="登记错了人")
    appointed(trial, case)


def test_an_interest_declared_during_the_assessment_stops_forms_and_result(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        submitted(trial.nurse, case)
        submitted(trial.helper, case)
        actions.declare_interest(MANAGER, assessor_id=trial.helper.id, person_id=trial.elder, reason="是邻居家的女儿")
        with refused(NotYourCase):
            actions.settle_case(
                trial.nurse.actor, case_id=case, agreed={}, why={}, signed_for="本人", proof=proof_of(trial.nurse)
            )


def test_one_assessor_is_not_in_two_places(trial: Trial) -> None:
    appointed(trial, requested(trial.elder))
    other = requested(trial.neighbour)
    with refused(AppointmentRefused) as info:
        appointed(trial, other, VISIT + dt.timedelta(minutes=59))
    assert "还有别的上门评估" in info.value.sentence
    appointed(trial, other, VISIT + dt.timedelta(minutes=60))


def test_an_appointment_stays_once_a_form_is_begun(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        submitted(trial.nurse, case)
        with refused(CaseStateRefused):
            appointed(trial, case, VISIT + dt.timedelta(days=1))


def test_all_that_is_wrong_with_a_form_is_told_at_once(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        wrong = best_sheet(eating="often", flying="alone") | {"particulars": {"height_cm": 999, "shoe": 38}}
        wrong["answers"].pop("walking")  # type: ignore[attr-defined]
        with refused(FormRefused) as info:
            submitted(trial.nurse, case, wrong)
    found = {(p.where, p.severity) for p in info.value.problems}  # type: ignore[attr-defined]
    assert found == {
        ("flying", "error"), ("eating", "error"), ("walking", "missing"), ("height_cm", "error"), ("shoe", "error"),
    }  # fmt: skip


def test_a_form_from_tomorrow_is_refused(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        sent = sheet() | {"filled_from": VISIT + dt.timedelta(hours=1), "filled_to": VISIT + dt.timedelta(hours=2)}
        with refused(FormRefused) as info:
            submitted(trial.nurse, case, sent)
    assert "比现在还晚" in info.value.sentence


def test_a_final_form_is_never_changed_and_there_is_one_each(trial: Trial) -> None:
    case, number = appointed(trial, requested(trial.elder)), uuid.uuid4()
    with clock.frozen(VISIT):
        submitted(trial.nurse, case, sheet(60), number)
        with refused(FormIsFinal):
            submitted(trial.nurse, case, sheet(70), number)
        with refused(OtherForm):
            submitted(trial.nurse, case, sheet(60))
        with refused(OtherForm):
            submitted(trial.helper, case, sheet(60), number)


def test_a_form_that_arrives_after_the_case_is_over_is_kept_out(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        late = sheet(60) | {"offline": True}
        submitted(trial.nurse, case, sheet(60))
    actions.withdraw_case(CLERK_A, case_id=case, because="老人不愿意评了")
    with clock.frozen(VISIT + dt.timedelta(days=2)), refused(FormTooLate) as info:
        submitted(trial.helper, case, late)
    assert "来晚了，没有收进来" in info.value.sentence


def test_who_does_not_assess_the_case_hands_in_nothing(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        with refused(CaseNotFound):
            submitted(trial.third, case)
        Assessor.objects.filter(pk=trial.helper.id).update(state="suspended")
        with refused(NotYourCase):
            submitted(trial.helper, case)
        with refused(AccessDenied):
            actions.submit_form(MANAGER, case_id=case, public_id=uuid.uuid4(), **sheet())  # type: ignore[arg-type]


def test_a_result_needs_both_forms_the_lead_and_every_difference(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):

        def settle(actor: object = trial.nurse.actor, **given: object) -> None:
            base: dict[str, object] = {"agreed": {}, "why": {}, "signed_for": "本人", "proof": proof_of(trial.nurse)}
            actions.settle_case(actor, case_id=case, **base | given)  # type: ignore[arg-type]

        submitted(trial.nurse, case, best_sheet(walking="guided"))
        with refused(CaseStateRefused):
            settle()
        submitted(trial.helper, case, best_sheet(walking="much_help"))
        with refused(NotYourCase):
            settle(trial.helper.actor)
        with refused(InvalidInput):
            settle(signed_for=" ")
        with refused(DifferencesOpen) as info:
            settle()
        assert info.value.field == "walking"
        with refused(DifferencesOpen):
            settle(agreed={"walking": "some_help"})  # no reason
        with refused(DifferencesOpen) as info:
            settle(agreed={"walking": "alone"}, why={"walking": "看错了"})  # better than either said
        assert "不在两张表之间" in info.value.sentence
        with refused(DifferencesOpen):
            settle(agreed={"walking": "some_help", "eating": "dependent"}, why={"walking": "再看", "eating": "再看"})
        settle(agreed={"walking": "some_help"}, why={"walking": "再看了一遍"})
        with refused(CaseStateRefused):
            settle(agreed={"walking": "some_help"}, why={"walking": "再看了一遍"})


def test_requests_that_cannot_be(trial: Trial) -> None:
    with refused(PersonNotFound):
        requested(trial.elder, CLERK_B)
    with refused(AccessDenied):
        requested(trial.elder, STRANGER)
    with refused(AccessDenied):
        requested(trial.elder, MANAGER)
    with refused(ScaleUnknown):
        requested(trial.elder, scale="mzt039_2013")  # only imported
    with refused(InvalidInput):
        requested(trial.elder, kind="second")
    with refused(InvalidInput):
        requested(trial.elder, kind="immediate")
    dead = elder(60, alive=False)
    with refused(CaseStateRefused):
        requested(dead)


def test_nobody_is_assessed_again_at_once_without_a_change(trial: Trial) -> None:
    with clock.frozen(VISIT):
        settled(trial, trial.elder)
    with clock.frozen(dt.date(2026, 11, 10)):
        actions.put_results_in_force(SYSTEM, day=clock.today())
    with clock.frozen(dt.date(2027, 5, 2)), refused(TooEarly):
        requested(trial.elder)
    with clock.frozen(dt.date(2027, 5, 3)):
        assert actions.request_assessment(OFFICER, person_id=trial.elder).kind == "scheduled"


def test_what_is_announced_cannot_be_withdrawn(trial: Trial) -> None:
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder)
        with refused(CaseStateRefused):
            actions.withdraw_case(CLERK_A, case_id=done.case_id, because="不要了")


def test_a_result_that_does_not_count_is_not_used(trial: Trial) -> None:
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder)
        with refused(CaseStateRefused):
            actions.record_use(OFFICER, result_id=done.result_id, department="残联", purpose="核定护理补贴")


def test_bodies_and_assessors_are_entered_once_and_rightly(trial: Trial) -> None:
    day = dt.date(2026, 1, 1)
    with refused(AlreadyEntered):
        actions.keep_body(OFFICER, name="又一家", credit_code=code(1), area_path=CITY, licensed_from=day)
    with refused(InvalidInput):
        actions.keep_body(OFFICER, name="又一家", credit_code="919901000000000010", area_path=CITY, licensed_from=day)
    with refused(InvalidInput):
        actions.keep_body(OFFICER, name="又一家", credit_code=code(9), area_path=CITY, licensed_from=day, licensed_until=day)
    with refused(AccessDenied):
        actions.keep_body(CLERK_A, name="又一家", credit_code=code(9), area_path=CITY, licensed_from=day)
    with refused(AlreadyEntered):
        actions.keep_assessor(MANAGER, body_id=trial.other, name="某", certificate_no="P1", certified_from=DAY, medical=True)
    with refused(AlreadyEntered):
        actions.keep_assessor(
            MANAGER, body_id=trial.other, name="某", certificate_no="P9", certified_from=DAY, medical=True,
            user_id=trial.nurse.actor.id,
        )  # fmt: skip


def test_only_the_owner_of_a_fact_says_it_through_the_door(trial: Trial) -> None:
    with refused(FactNotCorrectable):
        people.state_as_department(
            SYSTEM, person_id=trial.elder, department="医保", values={"ability_grade": 2}, stated_on=DAY, cause="试"
        )
    with refused(FactNotCorrectable):
        people.state_as_department(
            SYSTEM, person_id=trial.elder, department="民政", values={"ability_grade": -1}, stated_on=DAY, cause="试"
        )
    with refused(InvalidInput):
        people.state_as_department(
            SYSTEM, person_id=trial.elder, department="民政", values={"ability_grade": 1}, stated_on=DAY + dt.timedelta(days=1), cause="试"
        )  # fmt: skip
    with refused(AccessDenied):
        people.state_as_department(
            MANAGER, person_id=trial.elder, department="民政", values={"ability_grade": 1}, stated_on=DAY, cause="试"
        )
