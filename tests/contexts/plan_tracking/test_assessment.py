"""Units and towns assessed: what counts, what does not, what is frozen and stays frozen, who sees what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import DatabaseError, connections, transaction

from songhe.contexts.people.models import CensusRound, CensusTally, ImportBatch
from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.errors import AssessmentRefused, NotAssessed, NotYourTask, PastUnknown
from songhe.contexts.plan_tracking.models import FrozenAssessment, LedgerTask, TaskStep
from songhe.contexts.plan_tracking.queries.scoring import Row, Rule, counts, period_end, period_start, period_title, score
from songhe.contexts.registers import actions as registers
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.foundation.errors import AccessDenied
from songhe.foundation.models import AuditEntry, StoredFile
from songhe.foundation.work_items import NewWorkItem
from tests.web.city import CITY, TOWN, build_city

YEAR = dt.date(2025, 1, 1)
LATER = dt.date(2026, 2, 3)
OFFICER = Actor(1, "李文静", "user", (Grant(Role.CITY_OFFICER, CITY),))
HEALTH = Actor(3, "卫健局经办", "user", (Grant(Role.CITY_OFFICER, CITY),))
TOWN_CLERK = Actor(4, "镇里经办", "user", (Grant(Role.STREET_CLERK, TOWN),))
SECURITY = Actor(5, "安全管理员", "user", (Grant(Role.SECURITY_ADMIN, CITY),))
AUDITOR = Actor(6, "审计管理员", "user", (Grant(Role.AUDIT_ADMIN, CITY),))
CARE = "K000-13"  # 民政局 leads


def rule(item: str, weight: int, none_at: int = 0) -> Rule:
    return Rule(item, item, weight, Decimal(none_at), Decimal(100), "assumed", "试")


def test_points_go_in_proportion_and_what_has_no_rows_is_not_zero() -> None:
    day = dt.date(2025, 6, 1)
    rows = {
        "tasks_on_time": [Row("a", "", state="late"), Row("b", "", state="on_track"), Row("c", "", state="done"), Row("d", "", state="at_risk")],
        "steps_on_time": [Row("s", "", day, day), Row("t", "", day, dt.date(2025, 6, 2)), Row("u", "", day, None)],
    }  # fmt: skip
    found = score(
        "民政局", "民政局", [rule("tasks_on_time", 30, 50), rule("steps_on_time", 10), rule("notices_on_time", 60)], rows
    )
    tasks, steps, notices = found.parts
    assert (tasks.numerator, tasks.denominator, tasks.points, tasks.share) == (3, 4, Decimal("50.000000"), Decimal("75.000000"))
    assert (steps.numerator, steps.denominator, steps.points) == (1, 3, Decimal("33.333333"))
    assert (notices.denominator, notices.points, notices.share) == (0, None, None)
    assert (found.score, found.covered) == (Decimal("45.8"), Decimal("40.0"))
    assert score("x", "x", [rule("tasks_on_time", 1)], {}).score is None


@pytest.mark.parametrize(
    ("item", "row", "good"),
    [("targets_reached", Row("t", "", state="met"), True), ("targets_reached", Row("t", "", state="at_risk"), False),
     ("targets_reached", Row("t", "", state="not_reached"), False), ("tasks_on_time", Row("k", "", state="silent"), True),
     ("reports_on_time", Row("k", "", dt.date(2025, 4, 10), dt.date(2025, 4, 10)), True),
     ("reports_on_time", Row("k", "", dt.date(2025, 4, 10), None), False)],
)  # fmt: skip
def test_what_counts_as_good(item: str, row: Row, good: bool) -> None:
    assert counts(item, row) is good


def test_periods_begin_with_the_year() -> None:
    assert period_start(dt.date(2025, 11, 30), 3) == dt.date(2025, 10, 1)
    assert period_end(dt.date(2025, 10, 1), 3) == dt.date(2025, 12, 31)
    names = [period_title(dt.date(2025, month, 1), months) for month, months in ((1, 12), (7, 6), (10, 3))]
    assert names == ["2025年", "2025年下半年", "2025年第4季度"]


@pytest.fixture
def plan(db: None) -> Iterator[None]:
    with clock.frozen(dt.date(2024, 12, 30)):
        build_city()
        actions.seat_unit(SECURITY, kind="user", actor_id=HEALTH.id, unit="卫生健康局")
        LedgerTask.objects.create(task_id=CARE, since=clock.now())
    yield


def happen() -> None:
    """A report in time and one too late, a step done too late, a notice not answered, a decision of a town done."""
    with clock.frozen(dt.date(2025, 4, 10)):
        actions.report_progress(OFFICER, task_id=CARE, month=dt.date(2025, 2, 1), state="on_track", done="做了")
        step = actions.add_step(OFFICER, task_id=CARE, title="签约", unit="卫生健康局", due_on=dt.date(2025, 5, 1))
        registers.add_entry(OFFICER, register="supervision_notices", area_path=CITY, values={
            "number": "1", "matter": "签约慢", "unit": "市民政局", "issued_on": "2025-04-10", "due_on": "2025-04-20"})  # fmt: skip
        registers.add_entry(OFFICER, register="meeting_decisions", area_path=CITY, values={
            "meeting": "第一次", "decision": "建中心", "unit": "小坝镇", "due_on": "2025-06-30", "done_on": "2025-06-01"})  # fmt: skip
    with clock.frozen(dt.date(2025, 7, 11)):
        actions.report_progress(OFFICER, task_id=CARE, month=dt.date(2025, 6, 1), state="on_track", done="做了")
        actions.move_step(OFFICER, step_id=step.id, to="done")


def part(found: tracking.Assessment, subject: str, item: str) -> tuple[int, int]:
    one = next(each for each in found.subjects if each.id == subject)
    return next((each.numerator, each.denominator) for each in one.parts if each.item == item)


def test_rows_come_from_ledger_targets_and_registers(plan: None) -> None:
    happen()
    with clock.frozen(LATER):
        found = tracking.assessment(OFFICER, start=YEAR)
        assert part(found, "民政局", "reports_on_time") == (1, 4)
        assert part(found, "民政局", "notices_on_time") == (0, 1)
        assert part(found, "卫生健康局", "steps_on_time") == (0, 1)
        assert part(found, "卫生健康局", "notices_on_time") == (0, 0)
        late, tasks = part(found, "民政局", "tasks_on_time")
        assert 0 < tasks < 50 and late < tasks
        assert "市民政局" not in {one.id for one in found.subjects}
        behind = tracking.assessed_rows(OFFICER, of="units", subject="民政局", item="reports_on_time", start=YEAR)
        assert [(judged.row.due, judged.row.done, judged.good) for judged in behind.rows if judged.good] == [
            (dt.date(2025, 4, 10), dt.date(2025, 4, 10), True)
        ]
        assert (found.over, found.frozen, found.status, found.weights) == (True, None, "assumed", 100)
        towns = tracking.assessment(OFFICER, of="towns", start=YEAR)
        assert part(towns, TOWN, "decisions_on_time") == (1, 1)
        assert part(towns, TOWN, "targets_reached") == (0, 0)  # nothing has been counted in this city
        assert {one.name: one.score for one in towns.subjects} == {"小坝镇": Decimal("100.0"), "裕民街道": None}


def test_who_sees_which_units_and_towns(plan: None) -> None:
    happen()
    with clock.frozen(LATER):
        assert [one.id for one in tracking.assessment(HEALTH, start=YEAR).subjects] == ["卫生健康局"]
        assert tracking.assessment(TOWN_CLERK, start=YEAR).subjects == ()
        assert [one.name for one in tracking.assessment(TOWN_CLERK, of="towns", start=YEAR).subjects] == ["小坝镇"]
        with pytest.raises(NotAssessed):
            tracking.assessed_rows(HEALTH, of="units", subject="民政局", item="reports_on_time", start=YEAR)
        with pytest.raises(AccessDenied):
            tracking.assessment(AUDITOR)
        for actor, error in ((TOWN_CLERK, AccessDenied), (HEALTH, NotYourTask)):
            with pytest.raises(error):
                actions.freeze_assessment(actor, start=YEAR)
        assert FrozenAssessment.objects.count() == 0


def test_a_frozen_period_stays_as_it_was_and_can_be_counted_again(plan: None) -> None:
    happen()
    with clock.frozen(LATER):
        with pytest.raises(AssessmentRefused):
            actions.freeze_assessment(OFFICER, start=dt.date(2026, 1, 1))
        with pytest.raises(AssessmentRefused):
            actions.freeze_assessment(OFFICER, start=dt.date(2025, 3, 1))
        before = tracking.assessment(OFFICER, start=YEAR)
        made = actions.freeze_assessment(OFFICER, start=YEAR)
        assert AuditEntry.objects.filter(action="plan.freeze_assessment").count() == 1
        with pytest.raises(AssessmentRefused):
            actions.freeze_assessment(OFFICER, start=YEAR)
        actions.report_progress(OFFICER, task_id=CARE, month=dt.date(2025, 9, 1), state="done", done="补报")
        frozen = tracking.assessment(OFFICER, start=YEAR)
        assert (frozen.subjects, frozen.rules) == (before.subjects, before.rules)
        assert frozen.frozen is not None and frozen.frozen.sha256 == made.sha256
        assert tracking.count_again(OFFICER, assessment_id=made.id) == tracking.CountedAgain(
            same=True, sealed=True, subjects=len(frozen.subjects) + 2
        )
        again = actions.freeze_assessment(OFFICER, start=YEAR, reason="补报了一次进展")
        assert again.revision == 2
        assert tracking.assessment(OFFICER, start=YEAR).frozen.reason == "补报了一次进展"  # type: ignore[union-attr]
        assert tracking.assessment(OFFICER, start=YEAR, revision=1).subjects == before.subjects
    for change in ({"reason": "x"}, {"content": "{}"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            FrozenAssessment.objects.filter(pk=made.id).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        FrozenAssessment.objects.filter(pk=made.id).delete()
    assert FrozenAssessment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_freeze_at_once_make_one() -> None:
    with clock.frozen(LATER):
        build_city()
        barrier = Barrier(2)

        def freeze() -> str:
            try:
                barrier.wait()
                actions.freeze_assessment(SYSTEM, start=YEAR)
            except AssessmentRefused:
                return "refused"
            finally:
                connections.close_all()
            return "made"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(lambda _: freeze(), range(2))) == ["made", "refused"]
    assert FrozenAssessment.objects.count() == 1


def test_a_past_period_is_told_as_it_stood_on_its_last_day(plan: None) -> None:
    happen()
    with clock.frozen(dt.date(2025, 12, 20)):
        late = actions.add_step(OFFICER, task_id=CARE, title="补签", unit="卫生健康局", due_on=dt.date(2025, 12, 25))
        notice = registers.add_entry(OFFICER, register="supervision_notices", area_path=CITY, values={
            "number": "2", "matter": "还是慢", "unit": "市民政局", "issued_on": "2025-12-20", "due_on": "2025-12-28"})  # fmt: skip
    with clock.frozen(dt.date(2026, 1, 1)):
        then = {of: tracking.assessment(OFFICER, of=of, start=YEAR) for of in ("units", "towns")}
    assert part(then["units"], "卫生健康局", "steps_on_time") == (0, 2)
    assert part(then["units"], "民政局", "notices_on_time") == (0, 2)
    with clock.frozen(LATER):  # afterwards everything is put right, or made to look so
        actions.move_step(OFFICER, step_id=late.id, to="dropped")
        registers.change_entry(OFFICER, entry_id=notice.id, values={"replied_on": "2025-12-27", "reply": "早就回了"})
        registers.add_entry(OFFICER, register="supervision_notices", area_path=CITY, values={
            "number": "3", "matter": "补发", "unit": "市民政局", "issued_on": "2025-06-01", "due_on": "2025-06-20"})  # fmt: skip
        actions.report_progress(OFFICER, task_id=CARE, month=dt.date(2025, 1, 1), state="done", done="早就做完了")
        again = tracking.assessment(OFFICER, start=YEAR)
        assert again.as_of == dt.date(2025, 12, 31)
        for item in ("steps_on_time", "notices_on_time", "tasks_on_time", "targets_reached"):
            for unit in ("卫生健康局", "民政局"):
                assert part(again, unit, item) == part(then["units"], unit, item)
        assert part(again, "民政局", "reports_on_time") == (1, 4)
        now = tracking.assessment(OFFICER, start=dt.date(2026, 1, 1))
        assert part(now, "卫生健康局", "steps_on_time") == (0, 0)


def test_what_cannot_be_told_any_more_is_refused(plan: None) -> None:
    made = clock.end_of_day(dt.date(2025, 5, 1))
    with clock.frozen(LATER):
        TaskStep.objects.create(
            task=LedgerTask.objects.get(), title="签约", unit="卫生健康局", due_on=dt.date(2025, 9, 1), state="done", done_on=clock.today(), made_by=1,
            made_at=made, changed_at=clock.now(),
        )  # fmt: skip
        for ask in (lambda: tracking.assessment(OFFICER, start=YEAR), lambda: actions.freeze_assessment(OFFICER, start=YEAR)):
            with pytest.raises(PastUnknown) as refused:
                ask()
            assert refused.value.sentence.startswith("2025年12月31日的台账已经不能还原：步骤“签约”")
        assert tracking.assessment(OFFICER, of="towns", start=YEAR).subjects
        assert FrozenAssessment.objects.count() == 0


def test_work_registers_and_rounds_of_a_town(plan: None) -> None:
    due, place = dt.date(2025, 3, 31), f"{TOWN}640381100001/"
    with clock.frozen(dt.date(2025, 3, 1)):
        items = [
            NewWorkItem(kind, f"{kind}:{n}", "民政", place, "person", n, "核对", due_on=due)
            for kind, n in (("missing_fact", 1), ("missing_fact", 2), ("missing_fact", 3), ("register_clock", 4))
        ]
        work_items.open_items_bulk(SYSTEM, items=items)
    for day, key in ((due, "missing_fact:1"), (dt.date(2025, 4, 1), "missing_fact:2")):
        with clock.frozen(day):
            work_items.close_by_keys(SYSTEM, keys=[key], outcome="好了")
    asking = CensusRound.objects.create(
        title="春季普查", area_path=CITY, variables=["phone"], starts_on=dt.date(2025, 2, 1), ends_on=due, refresh_days=365, opened_by=1, opened_at=clock.now()
    )  # fmt: skip
    CensusTally.objects.create(round=asking, area_path=place, counted_at=clock.now(), numbers={"people": 40})
    with clock.frozen(LATER):
        found = tracking.assessment(OFFICER, of="towns", start=YEAR)
        assert [part(found, TOWN, item) for item in ("work_on_time", "registers_on_time", "rounds_asked")] == [
            (1, 3),
            (0, 1),
            (0, 40),
        ]
        behind = tracking.assessed_rows(OFFICER, of="towns", subject=TOWN, item="work_on_time", start=YEAR)
        assert [(one.row.key, one.row.good, one.row.all, one.good) for one in behind.rows] == [("missing_fact", 1, 3, False)]
        made = actions.freeze_assessment(OFFICER, start=YEAR)
        assert tracking.assessment(OFFICER, of="towns", start=YEAR).subjects == found.subjects
        assert tracking.count_again(OFFICER, assessment_id=made.id).same


def test_findings_and_data_of_a_unit(plan: None) -> None:
    with clock.frozen(dt.date(2025, 5, 1)):
        made = actions.freeze_evaluation(OFFICER, kind="yearly", title="年度监测", evaluator="统计局")
        finding = actions.add_finding(OFFICER, evaluation_id=made.id, found="慢", unit="卫生健康局", due_on=dt.date(2025, 6, 30))
    file = StoredFile.objects.create(sha256="0" * 64, name="x.csv", size=1, content_type="text/csv", stored_at=clock.now())
    for sent in (dt.date(2024, 6, 1), dt.date(2026, 1, 20)):
        with clock.frozen(sent):
            ImportBatch.objects.create(
                department="health", file=file, file_name="x.csv", stated_on=sent, area_paths=[CITY], status="accepted", uploaded_by=1, uploaded_at=clock.now(),
                accepted_at=clock.now(),
            )  # fmt: skip
    with clock.frozen(dt.date(2025, 6, 30)):
        actions.follow_finding(OFFICER, finding_id=finding.id, to="done", note="办好了")
    with clock.frozen(LATER):
        found = tracking.assessment(OFFICER, start=YEAR)
        assert part(found, "卫生健康局", "findings_on_time") == (1, 1)
        assert part(found, "卫生健康局", "data_on_time") == (1, 1)
        assert part(found, "民政局", "data_on_time") == (0, 0)  # has never sent any
