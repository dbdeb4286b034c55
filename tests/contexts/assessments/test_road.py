"""From the request to a grade that counts: exact values on the whole road."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.actions import put_results_in_force
from songhe.contexts.assessments.models import Case, CaseAssessor, Form, Result
from songhe.contexts.assessments.queries import CaseKind, CaseState, FormState, ResultState
from songhe.engines.scales.result import from_json
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.models import AuditEntry, OutboxEvent
from tests.contexts.assessments.trial import (
    CLERK_A,
    CLERK_B,
    DAY,
    MANAGER,
    VISIT,
    Trial,
    appointed,
    best_sheet,
    facts_of,
    proof_of,
    requested,
    settled,
    sheet,
    state,
    submitted,
)

LATER = dt.date(2026, 11, 10)  # the first day on which nobody can object to what was announced on the 3rd


def test_a_person_is_assessed_and_the_grade_counts_after_the_announcement(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder, CLERK_A, origin="street", reason="走路不稳"))
    with clock.frozen(VISIT + dt.timedelta(hours=2)):
        first = submitted(trial.nurse, case, best_sheet(walking="some_help", eating="some_help"))
        assert (first.state, first.grade, first.both_final) == (FormState.FINAL, 1, False)
        second = submitted(trial.helper, case, best_sheet(walking="much_help", eating="some_help"))
        assert (second.grade, second.both_final) == (1, True)
        [difference] = queries.case(MANAGER, case_id=case).differences
        assert (difference.where, difference.lead.value, difference.second.value) == ("walking", "some_help", "much_help")
        assert [choice.value for choice in difference.choices] == ["some_help", "much_help"]
        done = actions.settle_case(
            trial.nurse.actor,
            case_id=case,
            agreed={"walking": "much_help"},
            why={"walking": "又看着走了一遍"},
            signed_for="本人",
            proof=proof_of(trial.nurse),
        )
    assert (done.grade, done.grade_label, done.state) == (1, "轻度失能", ResultState.ANNOUNCED)
    assert (done.objections_until, done.valid_to) == (LATER, dt.date(2028, 11, 3))
    row = Result.objects.get(pk=done.result_id)
    assert from_json(row.scored).total is not None
    assert from_json(row.scored).total.points == 85  # type: ignore[union-attr]
    assert row.differences == [
        {
            "where": "walking", "label": "平地行走", "lead": difference.lead.label, "second": difference.second.label,
            "agreed": difference.second.label, "why": "又看着走了一遍",
        }
    ]  # fmt: skip
    assert "ability_grade" not in facts_of(trial.elder)
    with clock.frozen(LATER - dt.timedelta(days=1)):
        assert put_results_in_force(SYSTEM, day=clock.today()).result_ids == ()
    with clock.frozen(LATER):
        assert put_results_in_force(SYSTEM, day=clock.today()).result_ids == (done.result_id,)
        assert put_results_in_force(SYSTEM, day=clock.today()).result_ids == ()
        assert facts_of(trial.elder)["ability_grade"] == 1
        [brief] = queries.results_of(CLERK_A, person_id=trial.elder)
        assert (brief.state, brief.in_force_on, brief.fact, brief.kind) == (
            ResultState.IN_FORCE, LATER, "ability_grade", CaseKind.FIRST,
        )  # fmt: skip
    assert Case.objects.get(pk=case).state == CaseState.CLOSED
    names = list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True))
    assert names[-2:] == ["people.households_changed", "assessments.result_in_force"]
    deeds = list(AuditEntry.objects.filter(action__startswith="assessments.").order_by("seq").values_list("action", flat=True))
    assert deeds[-6:] == [
        "assessments.request", "assessments.appoint", "assessments.submit_form", "assessments.submit_form", "assessments.settle",
        "assessments.put_in_force",
    ]  # fmt: skip


def test_the_report_is_a_stored_pdf_and_taking_it_is_written_down(trial: Trial) -> None:
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder)
    taken = actions.take_report(CLERK_A, result_id=done.result_id)
    assert taken.name == f"能力评估报告-20261103-{done.result_id}.pdf"
    assert taken.content.startswith(b"%PDF-1.7")
    assert AuditEntry.objects.order_by("seq").last().action == "assessments.take_report"  # type: ignore[union-attr]


def test_a_draft_tells_what_is_missing_and_may_change(trial: Trial) -> None:
    case, number = appointed(trial, requested(trial.elder)), uuid.uuid4()
    with clock.frozen(VISIT):
        given = best_sheet() | {"answers": {"eating": "alone"}, "filled_to": None, "offline": True}
        kept = actions.save_form(trial.nurse.actor, case_id=case, public_id=number, **given)  # type: ignore[arg-type]
        assert (kept.state, kept.grade, len([p for p in kept.problems if p.severity == "missing"])) == (FormState.DRAFT, None, 25)
        given = best_sheet() | {"particulars": {"living_with": ["spouse"], "height_cm": 160}}
        again = actions.save_form(trial.nurse.actor, case_id=case, public_id=number, **given)  # type: ignore[arg-type]
        assert (again.form_id, again.problems) == (kept.form_id, ())
    own = queries.form_sheet(trial.nurse.actor, case_id=case).own
    assert own is not None
    assert (own.particulars, own.state) == ({"living_with": ["spouse"], "height_cm": 160}, FormState.DRAFT)
    assert Case.objects.get(pk=case).state == CaseState.ASSESSING


def test_the_same_form_twice_is_one_form_also_after_the_result(trial: Trial) -> None:
    case, number = appointed(trial, requested(trial.elder)), uuid.uuid4()
    with clock.frozen(VISIT):
        sent = sheet(60)
        first = submitted(trial.nurse, case, sent, number)
        again = submitted(trial.nurse, case, sent, number)
        assert (again.form_id, again.grade) == (first.form_id, 2)
        submitted(trial.helper, case, sent)
        actions.settle_case(trial.nurse.actor, case_id=case, agreed={}, why={}, signed_for="本人", proof=proof_of(trial.nurse))
        assert submitted(trial.nurse, case, sent, number).form_id == first.form_id
    assert Form.objects.filter(case=case).count() == 2


def test_coma_makes_the_rest_unnecessary(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        sent = sheet() | {"answers": {"consciousness": "coma"}, "circumstances": {}}
        for who in (trial.nurse, trial.helper):
            assert submitted(who, case, sent).grade == 4
        done = actions.settle_case(
            trial.nurse.actor, case_id=case, agreed={}, why={}, signed_for="女儿", proof=proof_of(trial.nurse)
        )
    assert done.grade == 4


def test_the_insurance_grade_stands_beside_and_is_never_replaced(trial: Trial) -> None:
    state(trial.elder, "医保", dt.date(2026, 10, 1), ltc_grade=3)
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder, 60)
    with clock.frozen(LATER):
        put_results_in_force(SYSTEM, day=LATER)
        facts = facts_of(trial.elder)
        assert (facts["ability_grade"], facts["ltc_grade"]) == (2, 3)
        beside = queries.case(MANAGER, case_id=done.case_id).beside
    assert [(g.fact, g.grade, g.department, g.stated_on, g.main) for g in beside] == [
        ("ability_grade", 2, "民政", LATER, True),
        ("ltc_grade", 3, "医保", dt.date(2026, 10, 1), False),
    ]


def test_a_case_by_the_insurance_scale_states_the_insurance_grade_only(trial: Trial) -> None:
    from tests.engines.scales.national import INSURANCE, best, nothing_else

    case = appointed(trial, requested(trial.elder, scale="ltci_2021"))
    with clock.frozen(VISIT):
        sent = sheet() | {"answers": best(INSURANCE), "circumstances": nothing_else(INSURANCE)}
        for who in (trial.nurse, trial.helper):
            submitted(who, case, sent)
        actions.settle_case(trial.nurse.actor, case_id=case, agreed={}, why={}, signed_for="本人", proof=proof_of(trial.nurse))
    with clock.frozen(LATER):
        put_results_in_force(SYSTEM, day=LATER)
    assert facts_of(trial.elder)["ltc_grade"] == 0
    assert "ability_grade" not in facts_of(trial.elder)


def test_a_newer_result_takes_the_place_of_the_one_in_force(trial: Trial) -> None:
    with clock.frozen(VISIT):
        old = settled(trial, trial.elder, 80)
    with clock.frozen(LATER):
        put_results_in_force(SYSTEM, day=LATER)
    with clock.frozen(LATER + dt.timedelta(days=30)):
        asked = actions.request_assessment(CLERK_A, person_id=trial.elder, kind="immediate", reason="摔断了腿")
        assert asked.kind == CaseKind.IMMEDIATE
        new = settled(trial, trial.elder, 40)
    with clock.frozen(LATER + dt.timedelta(days=37)):
        put_results_in_force(SYSTEM, day=clock.today())
    assert Result.objects.get(pk=old.result_id).state == ResultState.REPLACED
    assert Result.objects.get(pk=new.result_id).state == ResultState.IN_FORCE
    assert facts_of(trial.elder)["ability_grade"] == 3


@pytest.mark.parametrize(
    ("born", "checked", "due"),
    [
        ("1961-11-02", None, True),  # 65 today
        ("1961-11-03", None, False),  # 65 tomorrow
        ("1940-06-01", "2025-11-02", True),  # a year ago today
        ("1940-06-01", "2025-11-03", False),
    ],
)
def test_the_health_check_is_suggested_where_it_is_due(trial: Trial, born: str, checked: str | None, due: bool) -> None:
    from tests.contexts.assessments.trial import elder

    person = elder(50, born=born, health_check_date=checked)
    found = queries.case(MANAGER, case_id=requested(person)).health_check
    assert (found.due, found.last_on) == (due, dt.date.fromisoformat(checked) if checked else None)


def test_visits_are_listed_by_day_and_own(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    [visit] = queries.visits(trial.helper.actor, day_from=DAY, day_to=VISIT.date())
    assert (visit.case.id, visit.own, visit.lead, visit.forms_final, visit.overdue) == (case, True, False, 0, False)
    assert queries.visits(trial.third.actor, day_from=DAY, day_to=VISIT.date()) == ()
    assert queries.visits(MANAGER, day_from=DAY, day_to=DAY) == ()
    assert [v.own for v in queries.visits(MANAGER, day_from=DAY, day_to=VISIT.date())] == [False]
    assert CaseAssessor.objects.count() == 2


def test_an_older_result_is_known_as_it_was_and_counts_for_nothing(trial: Trial) -> None:
    given = {
        "person_id": trial.elder, "scale": "mzt039_2013", "grade": 2, "assessed_on": dt.date(2021, 5, 6), "assessed_by": "某镇卫生院",
        "levels": {"daily_living": 2}, "points": {"daily_living": 55},
    }  # fmt: skip
    first = actions.take_over_result(CLERK_A, **given)  # type: ignore[arg-type]
    again = actions.take_over_result(CLERK_A, **given)  # type: ignore[arg-type]
    assert (first.new, again.new, again.id) == (True, False, first.id)
    [line] = queries.taken_over_of(MANAGER, person_id=trial.elder)
    assert (line.grade, line.grade_label, line.points, line.levels) == (2, "中度失能", {"daily_living": 55}, {"daily_living": 2})
    assert "ability_grade" not in facts_of(trial.elder)
    assert queries.case(MANAGER, case_id=requested(trial.elder)).older == (line,)
    assert queries.taken_over_of(CLERK_B, person_id=trial.elder) == ()


def test_an_older_result_that_cannot_be_is_refused(trial: Trial) -> None:
    from songhe.contexts.assessments.errors import AlreadyEntered, FormRefused, ScaleUnknown
    from songhe.foundation.errors import AccessDenied, InvalidInput
    from tests.contexts.assessments.test_refusals import refused

    given = {
        "person_id": trial.elder, "scale": "mzt039_2013", "grade": 2, "assessed_on": dt.date(2021, 5, 6), "assessed_by": "某镇卫生院",
    }  # fmt: skip
    actions.take_over_result(CLERK_A, **given)  # type: ignore[arg-type]
    for change, error in (
        ({"scale": "gbt42195_2022"}, ScaleUnknown),
        ({"grade": 4}, FormRefused),  # the older scale has no grade 4
        ({"grade": 3}, AlreadyEntered),
        ({"points": {"daily_living": 57}}, FormRefused),
        ({"assessed_on": DAY + dt.timedelta(days=1)}, InvalidInput),
        ({"assessed_by": ""}, InvalidInput),
    ):
        with refused(error):
            actions.take_over_result(CLERK_A, **given | change)  # type: ignore[arg-type]
    with refused(AccessDenied):
        actions.take_over_result(MANAGER, **given)  # type: ignore[arg-type]
