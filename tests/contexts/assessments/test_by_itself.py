"""What happens without anybody: who waits for a grade, what runs out, second looks, deaths and moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from songhe.contexts.assessments import actions, listeners, queries
from songhe.contexts.assessments.errors import AppointmentRefused, ObjectionNotFound, ObjectionRefused
from songhe.contexts.assessments.models import Assessor, Case, Result
from songhe.contexts.assessments.queries import CaseKind, CaseState, ResultState
from songhe.contexts.people.actions.settle_persons import settle_persons
from songhe.contexts.people.events import LifeEventsKnown
from songhe.contexts.people.models import LifeEvent, Person
from songhe.contexts.places.models import Area
from songhe.foundation import clock, outbox, work_items
from songhe.foundation.access import SYSTEM
from songhe.jobs import assessments as jobs
from tests.contexts.assessments.trial import (
    CLERK_A,
    CLERK_B,
    DAY,
    MANAGER,
    VISIT,
    Trial,
    appointed,
    best_sheet,
    elder,
    facts_of,
    make,
    proof_of,
    requested,
    rows,
    settled,
    settled_again,
    state,
    submitted,
)
from tests.contexts.registers.trial_city import PINE, ROSE
from tests.engines.scales.national import ABILITY, best, nothing_else


def in_force(trial: Trial, person: int, total: int, day: dt.date = dt.date(2026, 11, 3)) -> int:
    at = dt.datetime.combine(day, dt.time(9), clock.CITY_ZONE)
    with clock.frozen(at):
        done = settled(trial, person, total)
    with clock.frozen(day + dt.timedelta(days=7)):
        actions.put_results_in_force(SYSTEM, day=clock.today())
    return done.result_id


def wait_for(person: int, fact: str = "ability_grade") -> None:
    work_items.open_item(
        SYSTEM, kind="missing_fact", key=f"missing:{person}:{fact}", owner="民政", area_path=ROSE, subject_type="person",
        subject_id=person, title="补齐",
    )  # fmt: skip


def test_whose_decision_waits_for_the_grade_has_one_open_case(trial: Trial) -> None:
    dead = elder(70, alive=False)
    wait_for(trial.elder)
    wait_for(dead)
    wait_for(trial.far)
    wait_for(trial.neighbour, "assistance")
    assert jobs.waiting_for_grade() == sorted([trial.elder, dead, trial.far])
    clerk = requested(trial.far)
    for new in (1, 0):
        done = actions.request_missing(SYSTEM, person_ids=jobs.waiting_for_grade(), reason=jobs.WAITING)
        assert (done.asked, done.new) == (3, new)
    assert list(Case.objects.order_by("pk").values_list("person_id", "origin", "kind", "area_path")) == [
        (trial.far, "person", "first", PINE),
        (trial.elder, "system", "first", ROSE),
    ]
    assert Case.objects.get(pk=clerk).state == CaseState.REQUESTED


def test_the_jobs_do_all_of_it(trial: Trial) -> None:
    wait_for(trial.elder)
    jobs.ask_for_assessments(timestamp=0)
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder, 60)
    with clock.frozen(dt.date(2026, 11, 10)):
        jobs.put_results_in_force(timestamp=0)
    with clock.frozen(dt.date(2026, 12, 2)):
        jobs.draw_second_looks(timestamp=0)
    assert Case.objects.get(looks_again_at=done.result_id).reason == "抽查复核"
    assert facts_of(trial.elder)["ability_grade"] == 2


def test_who_did_not_want_to_be_assessed_is_left_alone_for_a_while(trial: Trial) -> None:
    case = requested(trial.elder)
    actions.withdraw_case(CLERK_A, case_id=case, because="老人不愿意")
    assert actions.request_missing(SYSTEM, person_ids=[trial.elder], reason="缺").new == 0
    with clock.frozen(dt.date(2027, 11, 1)):
        assert actions.request_missing(SYSTEM, person_ids=[trial.elder], reason="缺").new == 0
    with clock.frozen(dt.date(2027, 11, 2)):
        assert actions.request_missing(SYSTEM, person_ids=[trial.elder], reason="缺").new == 1


def test_a_result_that_runs_out_is_made_again(trial: Trial) -> None:
    result = in_force(trial, trial.elder, 60)
    assert Result.objects.get(pk=result).valid_to == dt.date(2028, 11, 3)
    for day, new in ((dt.date(2028, 9, 3), 0), (dt.date(2028, 9, 4), 1), (dt.date(2028, 9, 5), 0)):
        with clock.frozen(day):
            assert actions.open_reassessments(SYSTEM, day=day).new == new
    case = Case.objects.latest("pk")
    assert (case.kind, case.origin, case.reason) == (CaseKind.SCHEDULED, "system", "评估结果快到期")
    with clock.frozen(dt.date(2028, 9, 6)):
        actions.withdraw_case(CLERK_A, case_id=case.pk, because="老人搬走了")
        assert actions.open_reassessments(SYSTEM, day=clock.today()).new == 0


def test_a_result_of_the_29th_of_february_runs_out_on_the_28th(trial: Trial) -> None:
    with clock.frozen(dt.datetime(2028, 2, 29, 9, tzinfo=clock.CITY_ZONE)):
        for who in (trial.nurse, trial.helper):
            Assessor.objects.filter(pk=who.id).update(certified_until=None)
        assert settled(trial, trial.elder, 60).valid_to == dt.date(2030, 2, 28)


def test_the_share_of_second_looks_is_drawn_the_same_by_whoever_draws(trial: Trial) -> None:
    people = [trial.elder, trial.neighbour, *[elder(100 + n) for n in range(3)]]
    results = [in_force(trial, person, 60, dt.date(2026, 11, 3 + n)) for n, person in enumerate(people)]
    with clock.frozen(dt.date(2026, 12, 2)):
        drawn = actions.draw_second_looks(SYSTEM, month=dt.date(2026, 11, 30))
        assert (drawn.of, drawn.wanted, len(drawn.case_ids)) == (5, 1, 1)
        assert actions.draw_second_looks(SYSTEM, month=dt.date(2026, 11, 1)).case_ids == ()
        case = Case.objects.get(pk=drawn.case_ids[0])
        assert (case.kind, case.origin, case.reason) == (CaseKind.SECOND, "system", "抽查复核")
        first = case.looks_again_at
        assert first is not None
        assert first.pk in results
        with pytest.raises(AppointmentRefused):
            appointed(trial, case.pk, clock.now())
        second = settled_again(trial, case.pk, 40)
    assert (second.grade, second.state) == (3, ResultState.ANNOUNCED)
    assert Result.objects.get(pk=first.pk).state == ResultState.IN_FORCE
    with clock.frozen(dt.date(2026, 12, 9)):
        actions.put_results_in_force(SYSTEM, day=clock.today())
    assert Result.objects.get(pk=first.pk).state == ResultState.REPLACED
    assert facts_of(first.person_id)["ability_grade"] == 3


@transaction.atomic
def dies(person: int) -> LifeEventsKnown:
    state(person, "公安", clock.today(), alive=False)
    events = LifeEvent.objects.filter(person_id=person, kind="died").values_list("id", flat=True)
    return LifeEventsKnown(event_ids=tuple(events))


def test_nobody_visits_who_has_died_and_their_result_does_not_come_into_force(trial: Trial) -> None:
    case = appointed(trial, requested(trial.neighbour), VISIT + dt.timedelta(days=1))
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder, 60)
    with clock.frozen(dt.date(2026, 11, 5)):
        for person in (trial.elder, trial.neighbour):
            event = dies(person)
            listeners.on_life_events_known(event)
            listeners.on_life_events_known(event)
    assert Case.objects.get(pk=case).state == CaseState.WITHDRAWN
    assert Result.objects.get(pk=done.result_id).state == ResultState.WITHDRAWN
    with clock.frozen(dt.date(2026, 11, 10)):
        assert actions.put_results_in_force(SYSTEM, day=clock.today()).result_ids == ()
    assert queries.visits(MANAGER, day_from=DAY, day_to=dt.date(2026, 12, 1)) == ()


def test_a_death_that_nobody_told_us_of_in_time_is_seen_on_the_day(trial: Trial) -> None:
    with clock.frozen(VISIT):
        done = settled(trial, trial.elder, 60)
    with clock.frozen(dt.date(2026, 11, 10)):
        dies(trial.elder)
        found = actions.put_results_in_force(SYSTEM, day=clock.today())
    assert (found.result_ids, found.waiting) == ((), 1)
    assert Result.objects.get(pk=done.result_id).state == ResultState.WITHDRAWN
    assert "ability_grade" not in facts_of(trial.elder)


def test_cases_go_where_the_person_lives_now(trial: Trial) -> None:
    case = requested(trial.elder)
    person = Person.objects.get(id=trial.elder)
    area = Area.objects.get(path=PINE)
    Person.objects.filter(id=person.id).update(area=area, area_path=PINE)
    made = LifeEvent.objects.create(
        person=person, kind="moved_within", known_at=clock.now(), before={"area_path": ROSE}, after={"area_path": PINE}
    )
    listeners.on_life_events_known(LifeEventsKnown(event_ids=(made.id,)))
    assert [brief.id for brief in queries.cases(CLERK_B).items] == [case]
    assert queries.cases(CLERK_A).items == ()


def test_whoever_stands_for_another_gives_them_the_grade(trial: Trial) -> None:
    with clock.frozen(VISIT):
        settled(trial, trial.elder, 60)
    Person.objects.filter(id=trial.elder).update(stands_for=trial.neighbour)
    with transaction.atomic():
        settle_persons([trial.neighbour])
    with clock.frozen(dt.date(2026, 11, 10)):
        assert len(actions.put_results_in_force(SYSTEM, day=clock.today()).result_ids) == 1
    assert facts_of(trial.neighbour)["ability_grade"] == 2


def test_a_job_killed_between_two_results_goes_on_where_it_stood(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.frozen(VISIT):
        first, second = settled(trial, trial.elder, 60), None
    with clock.frozen(VISIT + dt.timedelta(hours=2)):
        second = settled(trial, trial.neighbour, 40)
    real = outbox.publish
    seen: list[int] = []

    def killed(event: outbox.Event) -> int:
        seen.append(1)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return real(event)

    with clock.frozen(dt.date(2026, 11, 10)):
        with monkeypatch.context() as patch:
            patch.setattr(outbox, "publish", killed)
            with pytest.raises(KeyboardInterrupt):
                actions.put_results_in_force(SYSTEM, day=clock.today())
        done = actions.put_results_in_force(SYSTEM, day=clock.today()).result_ids
    assert set(Result.objects.filter(state="in_force").values_list("pk", flat=True)) == {first.result_id, second.result_id}
    assert second.result_id in done
    assert (facts_of(trial.elder)["ability_grade"], facts_of(trial.neighbour)["ability_grade"]) == (2, 3)


def _worse(answers: Mapping[str, str], data: st.DataObject) -> dict[str, str]:
    """Every answer as it was, or a worse one."""
    found: dict[str, str] = {}
    for item in ABILITY.items:
        order = [option.id for option in item.options]
        found[item.id] = data.draw(st.sampled_from(order[order.index(answers[item.id]) :]))
    return found


class WholeRoad(TestCase):
    """Properties over the whole road, from the forms to the grade that counts."""

    def _grade(self, trial: Trial, person: int, forms: tuple[dict[str, str], dict[str, str]], falls: int) -> int:
        """Both assessors' forms, the worse answer agreed wherever they differ, up to the fact."""
        at = clock.now()
        case = appointed(trial, requested(person), at)
        noted = nothing_else(ABILITY) | {"falls": falls}
        for who, answers in zip((trial.nurse, trial.helper), forms, strict=True):
            submitted(who, case, best_sheet() | {"answers": answers, "circumstances": noted})
        differences = queries.case(trial.nurse.actor, case_id=case).differences
        agreed = {one.where: one.choices[-1].value for one in differences}
        actions.settle_case(
            trial.nurse.actor,
            case_id=case,
            agreed=agreed,
            why=dict.fromkeys(agreed, "取较重的"),
            signed_for="本人",
            proof=proof_of(trial.nurse),
        )
        with clock.frozen(clock.now() + dt.timedelta(days=7)):
            actions.put_results_in_force(SYSTEM, day=clock.today())
        return int(str(facts_of(person)["ability_grade"]))

    @given(st.data())
    @settings(max_examples=6, deadline=None)
    def test_worse_answers_never_give_a_better_grade(self, data: st.DataObject) -> None:
        start = {name: str(value) for name, value in best(ABILITY).items()}
        first = _worse(start, data)
        second, third = _worse(first, data), _worse(first, data)
        falls = data.draw(st.integers(0, 3))
        with clock.frozen(DAY):
            trial = make()
            better = self._grade(trial, trial.elder, (first, first), falls)
        with clock.frozen(VISIT):
            worse = self._grade(trial, trial.neighbour, (second, third), falls)
        assert better <= worse

    @given(st.lists(st.sampled_from(["day", "object", "withdraw", "force"]), max_size=14))
    @settings(max_examples=8, deadline=None)
    def test_an_announced_result_with_an_open_objection_never_comes_into_force(self, steps: list[str]) -> None:
        with clock.frozen(DAY):
            trial = make()
            done, now, objection = settled(trial, trial.elder, 60), DAY, 0
        for step in steps:
            now += dt.timedelta(days=2 if step == "day" else 0)
            with clock.frozen(now), suppress(ObjectionRefused, ObjectionNotFound):
                if step == "object":
                    told = {"by_name": "王芳", "relation": "女儿", "reason": "看错了"}
                    objection = actions.file_objection(CLERK_A, result_id=done.result_id, **told).objection_id
                elif step == "withdraw":
                    actions.withdraw_objection(CLERK_A, objection_id=objection, because="老人说算了")
                elif step == "force":
                    actions.put_results_in_force(SYSTEM, day=now)
            result = Result.objects.get(pk=done.result_id)
            held = result.state == ResultState.IN_FORCE
            assert not (held and queries.objections(MANAGER, state="open").items)
            assert held == ("ability_grade" in facts_of(trial.elder))
            assert not held or now >= done.objections_until


def test_refused_by_the_database_even_if_an_action_forgot(trial: Trial) -> None:
    from django.db import IntegrityError

    with clock.frozen(VISIT):
        done = settled(trial, trial.elder, 60)
        before = rows()
        for bad in ({"state": "in_force"}, {"valid_to": dt.date(2026, 1, 1)}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Result.objects.filter(pk=done.result_id).update(**bad)
        assert rows() == before
