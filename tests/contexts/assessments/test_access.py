"""Who sees and does what: by role and area; an assessor only own cases, and not the other's form before both are final."""

from __future__ import annotations

import pytest

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.errors import CaseNotFound, NotYourCase, ResultNotFound
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.access import Actor, Grant, Right, Role
from songhe.foundation.errors import AccessDenied
from tests.contexts.assessments.trial import (
    CLERK_A,
    CLERK_B,
    DAY,
    MANAGER,
    OFFICER,
    STRANGER,
    VISIT,
    WORKER_A,
    Trial,
    appointed,
    requested,
    settled,
    sheet,
    submitted,
)
from tests.contexts.registers.trial_city import CITY, PINE, ROSE, TOWN_A, TOWN_B

SEES = {Role.CITY_OFFICER, Role.STREET_CLERK, Role.COMMUNITY_WORKER, Role.ASSESSMENT_MANAGER}
ASKS = SEES - {Role.ASSESSMENT_MANAGER}
PATHS = {CITY: {"elder", "far"}, TOWN_A: {"elder"}, ROSE: {"elder"}, TOWN_B: {"far"}, PINE: {"far"}}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("path", sorted(PATHS))
def test_what_each_role_sees_and_may_ask_for_where(trial: Trial, role: Role, path: str) -> None:
    cases = {"elder": requested(trial.elder), "far": requested(trial.far)}
    who = Actor(90_900, "某", "user", (Grant(role, path),))
    seen = {name for name, case in cases.items() if case in {brief.id for brief in queries.cases(who).items}}
    assert seen == (PATHS[path] if role in SEES else set())
    for name, case in cases.items():
        if name in seen:
            file = queries.case(who, case_id=case)
            assert file.deeds.withdraw == (who.may(Right.REQUEST_ASSESSMENT) or who.may(Right.ARRANGE_ASSESSMENT))
            assert file.deeds.appoint == who.may(Right.ARRANGE_ASSESSMENT)
        else:
            with pytest.raises(CaseNotFound):
                queries.case(who, case_id=case)
            with pytest.raises((CaseNotFound, AccessDenied)):
                actions.withdraw_case(who, case_id=case, because="不该成功")
    bodies = queries.bodies(who)
    assert len(bodies) == (2 if role in SEES else 0)
    assert len(queries.assessors(who)) == (5 if role in SEES else 0)
    assert {body.may_keep for body in bodies} <= {role is not Role.COMMUNITY_WORKER and path == CITY}


def test_an_assessor_sees_only_own_cases(trial: Trial) -> None:
    own = appointed(trial, requested(trial.elder))
    requested(trial.neighbour)
    assert [brief.id for brief in queries.cases(trial.nurse.actor).items] == [own]
    assert queries.cases(trial.third.actor).items == ()
    with pytest.raises(CaseNotFound):
        queries.form_sheet(trial.third.actor, case_id=own)
    with pytest.raises(NotYourCase):
        queries.form_sheet(Actor(90_901, "某", "user", (Grant(Role.CITY_OFFICER, CITY), Grant(Role.ASSESSOR, CITY))), case_id=own)
    assert [line.name for line in queries.assessors(trial.third.actor)] == ["评估员3"]
    for ask in (queries.uses, lambda who: queries.caseload(who, since=DAY, until=DAY)):
        with pytest.raises(AccessDenied):
            ask(trial.nurse.actor)


def test_nobody_sees_the_other_form_before_both_are_final(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        submitted(trial.nurse, case, sheet(60))
        assert queries.form_sheet(trial.helper.actor, case_id=case).other_done
        for who in (trial.helper.actor, MANAGER, OFFICER, CLERK_A):
            lead, second = queries.case(who, case_id=case).forms
            assert (lead.state, lead.answers, lead.grade, lead.scored, lead.public_id) == ("final", None, None, None, "")
            assert second.state is None
            assert queries.case(who, case_id=case).differences == ()
        own = queries.case(trial.nurse.actor, case_id=case).forms[0]
        assert (own.own, own.grade) == (True, 2)
        submitted(trial.helper, case, sheet(50))
        for who in (trial.helper.actor, trial.nurse.actor, MANAGER):
            assert [form.grade for form in queries.case(who, case_id=case).forms] == [2, 2]
        assert len(queries.case(trial.helper.actor, case_id=case).differences) > 0


def test_results_reports_and_uses_follow_the_area(trial: Trial) -> None:
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder)
    for who in (CLERK_B, STRANGER, trial.doctor.actor):
        assert queries.results_of(who, person_id=trial.elder) == ()
        for ask in (queries.result, queries.report_file, actions.take_report):
            with pytest.raises(ResultNotFound):
                ask(who, result_id=done.result_id)
    for who in (OFFICER, CLERK_A, WORKER_A, MANAGER, trial.nurse.actor):
        assert [line.id for line in queries.results_of(who, person_id=trial.elder)] == [done.result_id]
        assert queries.result(who, result_id=done.result_id).brief.grade == 2
    for who in (CLERK_B, STRANGER):
        assert queries.results(who).items == ()
        assert queries.objections(who).items == ()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CITY_OFFICER])
def test_only_the_city_draws_second_looks(trial: Trial, role: Role) -> None:
    code = policy.pack_in_use().pack.place.code
    at = f"{code}/{code}001/" if role is Role.STREET_CLERK else f"{code}/"
    with pytest.raises(AccessDenied):
        actions.draw_second_looks(Actor(90_900, "某", "user", (Grant(role, at),)), month=DAY)
    city = f"{policy.pack_in_use().pack.place.code}/"
    assert actions.draw_second_looks(Actor(90_901, "市级", "user", (Grant(Role.CITY_OFFICER, city),)), month=DAY).of == 0


@pytest.mark.parametrize(
    "deed",
    [
        lambda who, t: actions.put_results_in_force(who, day=DAY),
        lambda who, t: actions.request_missing(who, person_ids=[t.elder], reason="试"),
        lambda who, t: actions.open_reassessments(who, day=DAY),
    ],
)
@pytest.mark.parametrize("role", list(Role))
def test_what_the_system_does_is_done_by_nobody_else(trial: Trial, role: Role, deed: object) -> None:
    who = Actor(90_900, "某", "user", (Grant(role, CITY),))
    with pytest.raises(AccessDenied):
        deed(who, trial)  # type: ignore[operator]
    assert queries.cases(OFFICER).items == ()
