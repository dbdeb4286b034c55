"""Agreement between the two forms of a case, caseload, and who stands out by which rule: exact values."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from songhe.contexts.assessments import queries
from songhe.contexts.assessments.models import Case, CaseAssessor, Form, Result
from songhe.contexts.assessments.queries import Outlier
from songhe.contexts.policy_library import queries as policy
from songhe.engines.scales.result import to_json
from songhe.engines.scales.scoring import score
from songhe.foundation import clock
from tests.contexts.assessments.trial import CLERK_B, DAY, MANAGER, Trial, Who
from tests.engines.scales.national import ABILITY, best, nothing_else

SCORED = to_json(score(ABILITY, best(ABILITY), nothing_else(ABILITY)))
UNTIL = DAY + dt.timedelta(days=30)


def case(
    trial: Trial, number: int, lead: Who, second: Who, grades: tuple[int, int, int], walking: tuple[str, str], minutes: int = 40
) -> None:
    """A closed case: the grades of lead, second and what was agreed, and both answers about walking."""
    at = dt.datetime.combine(DAY + dt.timedelta(days=number), dt.time(9), clock.CITY_ZONE)
    row = Case.objects.create(
        person_id=trial.elder, area_path="990100/990101/990101001/", scale=ABILITY.id, kind="first", origin="person", requested_by=0,
        requested_at=at, state="closed", body_id=trial.first, visit_at=at, closed_at=at,
    )  # fmt: skip
    for who, grade, answer in ((lead, grades[0], walking[0]), (second, grades[1], walking[1])):
        CaseAssessor.objects.create(case=row, assessor_id=who.id, lead=who is lead)
        Form.objects.create(
            public_id=uuid.uuid4(), case=row, assessor_id=who.id, state="final", answers=best(ABILITY) | {"walking": answer},
            filled_from=at, filled_to=at + dt.timedelta(minutes=minutes), arrived_at=at, scored=SCORED, grade=grade,
        )  # fmt: skip
    Result.objects.create(
        case=row, person_id=trial.elder, area_path=row.area_path, scale=ABILITY.id, pack_version_id=policy.pack_in_use().version_id,
        answers={}, circumstances={}, scored=SCORED, grade=grades[2], assessed_on=at.date(), settled_by=0, settled_at=at,
        state="replaced", announced_on=at.date(), objections_until=at.date(), valid_to=dt.date(2028, 11, 2),
    )  # fmt: skip


def test_nothing_to_compare_is_not_full_agreement(trial: Trial) -> None:
    found = queries.agreement(MANAGER, since=DAY, until=UNTIL)
    assert (found.cases, found.grades.pairs, found.grades.same, found.grades.kappa) == (0, 0, None, None)
    assert (len(found.items), found.assessors, found.least) == (26, (), 10)


def test_kappa_of_grades_and_items_and_the_days_that_count(trial: Trial) -> None:
    for number, (one, other) in enumerate(((0, 0), (1, 1), (2, 1))):
        case(trial, number, trial.nurse, trial.helper, (one, other, one), ("alone", "guided"))
    case(trial, 31, trial.nurse, trial.helper, (4, 0, 0), ("alone", "dependent"))  # after the period
    found = queries.agreement(MANAGER, since=DAY, until=UNTIL)
    assert (found.cases, found.grades.pairs) == (3, 3)
    assert found.grades.kappa == pytest.approx(2 / 3)
    assert found.grades.same == pytest.approx(2 / 3)
    walking = next(item for item in found.items if item.where == "walking")
    assert (walking.pairs, walking.same, walking.kappa) == (
        3,
        0.0,
        0.0,
    )  # each always said the same, and never what the other said
    eating = next(item for item in found.items if item.where == "eating")
    assert (eating.same, eating.kappa) == (1.0, None)
    assert [(line.assessor_id, line.cases, line.compared, line.outliers) for line in found.assessors] == [
        (trial.nurse.id, 3, False, ()),
        (trial.helper.id, 3, False, ()),
    ]
    assert queries.agreement(CLERK_B, since=DAY, until=UNTIL).cases == 0


def test_what_was_counted_is_remembered_until_there_is_another_result(trial: Trial) -> None:
    case(trial, 0, trial.nurse, trial.helper, (1, 1, 1), ("alone", "guided"))
    case(trial, 29, trial.nurse, trial.helper, (2, 3, 2), ("alone", "alone"))  # in the next month
    first = queries.agreement(MANAGER, since=DAY, until=UNTIL)
    with CaptureQueriesContext(connection) as asked:
        assert queries.agreement(MANAGER, since=DAY, until=UNTIL) == first
    assert not [each for each in asked.captured_queries if "assessment_form" in each["sql"]]
    assert (first.cases, first.grades.same) == (2, 0.5)
    case(trial, 1, trial.nurse, trial.third, (4, 4, 4), ("alone", "alone"))
    later = queries.agreement(MANAGER, since=DAY, until=UNTIL)
    assert (later.cases, later.grades.same, len(later.assessors)) == (3, pytest.approx(2 / 3), 3)
    assert queries.agreement(CLERK_B, since=DAY, until=UNTIL).cases == 0
    assert queries.agreement(MANAGER, since=DAY, until=DAY).cases == 1


def test_who_stands_out_and_by_which_rule(trial: Trial) -> None:
    for number in range(10):  # the helper is one grade harsher in four of ten, and the milder grade is agreed
        harsher = number < 4
        case(
            trial,
            number,
            trial.nurse,
            trial.helper,
            (1, 2 if harsher else 1, 1),
            ("guided", "some_help" if harsher else "guided"),
        )
    found = {line.assessor_id: line for line in queries.agreement(MANAGER, since=DAY, until=UNTIL).assessors}
    nurse, helper = found[trial.nurse.id], found[trial.helper.id]
    assert (helper.lean, helper.differs, helper.same, helper.minutes) == (0.4, 0.4, 0.6, 40.0)
    assert (nurse.lean, nurse.differs) == (-0.4, 0.0)
    assert [(one.rule, one.value, one.limit) for one in helper.outliers] == [
        (Outlier.GRADE_DIFFERS, 40.0, 25),
        (Outlier.HARSHER, 0.4, 0.3),
    ]
    assert [one.rule for one in nurse.outliers] == [Outlier.MILDER]


def test_forms_that_are_the_same_or_quick_are_looked_at(trial: Trial) -> None:
    for number in range(10):
        case(trial, number, trial.nurse, trial.third, (number % 2,) * 3, ("guided", "guided"), minutes=14)
    for line in queries.agreement(MANAGER, since=DAY, until=UNTIL).assessors:
        assert [(one.rule, one.value, one.limit, one.unit) for one in line.outliers] == [
            (Outlier.SAME, 100.0, 95, "%"),
            (Outlier.QUICK, 14.0, 15, "分钟"),
        ]
        assert line.kappa == 1.0


def test_the_load_of_everybody(trial: Trial) -> None:
    for number in range(3):
        case(trial, number // 2, trial.nurse, trial.helper if number else trial.third, (1, 1, 1), ("alone", "alone"))
    found = {line.assessor_id: line for line in queries.caseload(MANAGER, since=DAY, until=UNTIL)}
    nurse = found[trial.nurse.id]
    assert (nurse.settled, nurse.led, nurse.open, nurse.overdue, nurse.days) == (3, 3, 0, 0, 2)
    assert (found[trial.helper.id].settled, found[trial.third.id].settled, found[trial.doctor.id].settled) == (2, 1, 0)
    assert next(iter(found)) == trial.nurse.id
