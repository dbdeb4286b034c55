"""Evaluations: figures frozen for good, findings and who follows them up, what may not be written any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.errors import EvaluationNotFound, EvaluationRefused, NotYourTask
from songhe.contexts.plan_tracking.models import Evaluation, EvaluationFinding, FindingStep
from songhe.contexts.plan_tracking.words import State, StepState, TaskState
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.models import Figure, FigureSet
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import AuditEntry, WorkItem
from tests.web.city import CITY, TOWN, build_city

DAY = dt.date(2025, 6, 30)
OFFICER = Actor(1, "李文静", "user", (Grant(Role.CITY_OFFICER, CITY),))
HEALTH = Actor(3, "卫健局经办", "user", (Grant(Role.CITY_OFFICER, CITY),))
TOWN_CLERK = Actor(4, "镇里经办", "user", (Grant(Role.STREET_CLERK, TOWN),))
SECURITY = Actor(5, "安全管理员", "user", (Grant(Role.SECURITY_ADMIN, CITY),))
CARE, BEDS = "K000-13", "T000-09"


def count(share: int, revision: int = 0) -> FigureSet:
    """Nursing beds are this many of 1,000."""
    made = FigureSet.objects.create(
        period=clock.today().replace(day=1), revision=revision, cut_off=clock.now(), as_of=clock.today(), snapshot_sha256="a" * 64,
        snapshot_path="none", pack_version_id=policy.pack_in_use().version_id, counted_at=clock.now(), counted_by=0,
    )  # fmt: skip
    Figure.objects.create(
        figures=made,
        indicator="nursing_bed_share",
        version="1",
        area_path=CITY,
        numerator=share,
        denominator=1000,
        unknown=0,
        rows=share,
    )
    return made


@pytest.fixture
def plan(db: None) -> Iterator[None]:
    with clock.frozen(DAY):
        build_city()
        count(425)
        actions.seat_unit(SECURITY, kind="user", actor_id=HEALTH.id, unit="卫生健康局")
        actions.report_progress(OFFICER, task_id=CARE, month=DAY, state="at_risk", done="偏慢", percent=40)
        yield


def start() -> int:
    return actions.freeze_evaluation(OFFICER, kind="mid_term", title="中期评估", evaluator="区养老研究院").id


def test_figures_stay_as_they_were_and_stand_beside_today(plan: None) -> None:
    made = actions.freeze_evaluation(OFFICER, kind="third_party", title=" 中期  评估 ", evaluator="区养老研究院")
    assert (made.as_of, made.tasks) == (DAY, 50)
    assert AuditEntry.objects.filter(action="plan.freeze_evaluation").count() == 1
    with clock.frozen(dt.date(2026, 2, 3)):
        count(615)
        actions.report_progress(OFFICER, task_id=CARE, month=dt.date(2026, 1, 1), state="done", done="办完", percent=100)
        found = tracking.evaluation(OFFICER, evaluation_id=made.id)
    beds = next(one for one in found.targets if one.then.target.id == BEDS)
    assert beds.then.figure is not None and beds.now is not None
    assert (beds.then.value, beds.then.figure.revision, beds.then.figure.period, beds.then.figure.snapshot) == (
        Decimal("42.5"), 0, dt.date(2025, 6, 1), "a" * 64,
    )  # fmt: skip
    assert (beds.now.value, beds.change, beds.now.state, beds.moved) == (Decimal("61.5"), Decimal("19.0"), State.MET, True)
    care = next(one for one in found.tasks if one.then.id == CARE)
    assert care.now is not None
    assert (care.then.state, care.then.percent, care.now.state, care.moved) == (TaskState.AT_RISK, 40, TaskState.DONE, True)
    assert len(found.targets) == made.targets
    assert (found.line.title, found.sealed, found.then.pack) == ("中期 评估", True, policy.pack_in_use().content_hash)
    row = Evaluation.objects.get()
    for change in ({"content": "{}"}, {"as_of": DAY + dt.timedelta(days=1)}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Evaluation.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    assert Evaluation.objects.get().content_sha256 == made.sha256


def test_findings_are_followed_up_by_their_unit_and_reminded(plan: None) -> None:
    evaluation = start()
    one = actions.add_finding(
        OFFICER, evaluation_id=evaluation, about=BEDS, found="护理型床位进度慢", advice="加快改造", unit="卫生健康局", due_on=DAY + dt.timedelta(days=10)
    )  # fmt: skip
    two = actions.add_finding(OFFICER, evaluation_id=evaluation, found="台账报得不全")
    assert (one.number, two.number) == (1, 2)
    actions.remind_units(SYSTEM)
    item = WorkItem.objects.get(subject_type="plan_finding", closed_at=None)
    assert (item.title, item.owner, item.kind) == ("中期评估第1条意见快到期", "卫生健康局", "plan_due")
    assert actions.follow_finding(HEALTH, finding_id=one.id, to="not_begun", note="已列入计划").state is StepState.NOT_BEGUN
    assert actions.follow_finding(HEALTH, finding_id=one.id, to="done", note="改造完30张").state is StepState.DONE
    assert not WorkItem.objects.filter(subject_type="plan_finding", closed_at=None).exists()
    (found, other) = tracking.evaluation(HEALTH, evaluation_id=evaluation).findings
    assert [(step.from_state, step.to_state, step.note, step.by, step.unit) for step in found.steps] == [
        (StepState.NOT_BEGUN, StepState.DONE, "改造完30张", "卫健局经办", "卫生健康局"),
        (StepState.NOT_BEGUN, StepState.NOT_BEGUN, "已列入计划", "卫健局经办", "卫生健康局"),
    ]
    assert (found.about_title, found.moves, other.moves) == ("护理型床位占比", (StepState.DOING,), ())
    with pytest.raises(EvaluationRefused):
        actions.follow_finding(HEALTH, finding_id=one.id, to="dropped", note="不办")
    with pytest.raises(NotYourTask):
        actions.follow_finding(HEALTH, finding_id=two.id, to="done", note="办了")
    with pytest.raises(EvaluationRefused):
        actions.follow_finding(OFFICER, finding_id=two.id, to="done", note="办了")
    with pytest.raises(DatabaseError), transaction.atomic():
        FindingStep.objects.all().delete()
    assert FindingStep.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"found": " "}, "found"), ({"about": "T999"}, "about"), ({"unit": "气象局", "due_on": DAY}, "unit"), ({"unit": "民政局"}, "due_on"),
     ({"due_on": DAY}, "unit"), ({"unit": "民政局", "due_on": DAY - dt.timedelta(days=1)}, "due_on"), ({"advice": "长" * 2001}, "advice")],
)  # fmt: skip
def test_a_finding_that_cannot_be_writes_nothing(plan: None, changed: dict[str, object], field: str) -> None:
    evaluation = start()
    with pytest.raises(InvalidInput) as refused:
        actions.add_finding(OFFICER, **{"evaluation_id": evaluation, "found": "慢", **changed})  # type: ignore[arg-type]
    assert refused.value.field == field
    assert EvaluationFinding.objects.count() == 0


def test_a_conclusion_ends_it(plan: None) -> None:
    evaluation = start()
    with pytest.raises(EvaluationRefused):
        start()
    with pytest.raises(InvalidInput):
        actions.conclude_evaluation(OFFICER, evaluation_id=evaluation, conclusion=" ")
    actions.conclude_evaluation(OFFICER, evaluation_id=evaluation, conclusion="多数目标能按期完成")
    for again in (
        lambda: actions.conclude_evaluation(OFFICER, evaluation_id=evaluation, conclusion="改"),
        lambda: actions.add_finding(OFFICER, evaluation_id=evaluation, found="再加一条"),
    ):
        with pytest.raises(EvaluationRefused):
            again()
    with pytest.raises(DatabaseError), transaction.atomic():
        Evaluation.objects.update(conclusion="改过")
    assert Evaluation.objects.get().conclusion == "多数目标能按期完成"
    assert EvaluationFinding.objects.count() == 0


def test_who_sees_and_who_evaluates(plan: None) -> None:
    evaluation = start()
    assert [line.id for line in tracking.evaluations(HEALTH)] == [evaluation]
    assert tracking.evaluation(HEALTH, evaluation_id=evaluation).may_lead is False
    assert tracking.evaluations(TOWN_CLERK) == ()
    with pytest.raises(EvaluationNotFound):
        tracking.evaluation(TOWN_CLERK, evaluation_id=evaluation)
    with pytest.raises(AccessDenied):
        tracking.evaluations(SECURITY)
    with pytest.raises(NotYourTask):
        actions.add_finding(HEALTH, evaluation_id=evaluation, found="自评")
    with pytest.raises(AccessDenied):
        actions.freeze_evaluation(TOWN_CLERK, kind="final", title="期末", evaluator="镇里")
    assert (Evaluation.objects.count(), EvaluationFinding.objects.count()) == (1, 0)
