"""What people ask for and do not agree with: applications, appeals, life checks, notices and the code of a letter."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.entitlements import actions, queries
from songhe.contexts.entitlements.errors import (
    AlreadyAsked,
    AlreadyDecided,
    DocumentsMissing,
    GrantNotFound,
    MoveNotAllowed,
    NotEntitled,
    TooManyTries,
)
from songhe.contexts.entitlements.models import Appeal, Application, Due, Grant, GrantStep, LifeCheck, Notice
from songhe.contexts.entitlements.words import LifeCheckChannel, LifeCheckOutcome
from songhe.contexts.people.models import Person
from songhe.contexts.people.words import seal_context
from songhe.contexts.places.models import Area
from songhe.foundation.access import SYSTEM, Actor, Role
from songhe.foundation.encryption import seal
from songhe.foundation.errors import AccessDenied, Conflict, InvalidInput
from songhe.foundation.models import WorkItem
from tests.contexts.entitlements.conftest import OTHER_TOWN, actor
from tests.contexts.entitlements.grant_people import CIVIL, at, dues, grant_of, known, newest, say
from tests.contexts.entitlements.test_grants import active, month, on, village

__all__ = ["village"]


def counts() -> tuple[int, ...]:
    """Rows of everything that a refusal must not have written."""
    return tuple(model.objects.count() for model in (Grant, GrantStep, Due, Notice, Appeal, Application, LifeCheck, WorkItem))


def test_an_application_asks_only_for_what_no_department_knows(village: Area, clerk: Actor) -> None:
    with on("2026-02-09"):
        person = at(village, "冯翠花", "1950-05-05", assistance="dibao", ability_grade=None, unable_self_care=None)
        known(person)
        needed = {
            d.title: (d.asked, d.known_by) for d in queries.documents_needed(clerk, person_id=person.id, benefit="care_subsidy")
        }
        assert needed == {"身份证或户口簿": (False, "民政"), "老年人能力评估报告": (True, "")}
        before = counts()
        with pytest.raises(DocumentsMissing) as refused:
            actions.apply_for(clerk, person_id=person.id, benefit="care_subsidy", by_name="冯翠花")
        assert refused.value.sentence == "还缺：老年人能力评估报告。"
        assert counts() == before
        done = actions.apply_for(
            clerk,
            person_id=person.id,
            benefit="care_subsidy",
            by_name="冯小军",
            relation="儿子",
            documents=["老年人能力评估报告"],
        )
        # fifteen working days after 9 February 2026: the Spring Festival (15–23) is off, Saturdays 14 and 28 are worked
        assert (done.state, done.due_on, done.grant_id) == ("open", dt.date(2026, 3, 6), None)
        with pytest.raises(AlreadyAsked):
            actions.apply_for(
                clerk, person_id=person.id, benefit="care_subsidy", by_name="冯翠花", documents=["老年人能力评估报告"]
            )
    with on("2026-03-02"):
        say(person, CIVIL, "2026-02-20", ability_grade=4, unable_self_care=True)
        known(person)
        row = Application.objects.get(id=done.application_id)
        assert (row.state, row.decided_on) == ("granted", dt.date(2026, 3, 2))
        grant = grant_of(person, "care_subsidy")
        assert (grant.state, grant.from_on, grant.amount) == ("active", dt.date(2026, 2, 9), 26_000)
        assert newest(grant) == {"2026-02": 26_000}
        assert not WorkItem.objects.filter(key=f"grant_application:{row.id}", closed_at=None).exists()


def test_who_does_not_meet_the_conditions_is_told_why_at_once(village: Area, clerk: Actor) -> None:
    with on("2026-02-09"):
        person = at(village, "褚大爷", "1950-05-05", assistance="none")
        done = actions.apply_for(clerk, person_id=person.id, benefit="service_subsidy", by_name="褚大爷")
    assert (done.state, done.because, done.grant_id) == ("refused", "不属于经济困难老年人", None)
    assert Grant.objects.filter(person=person, benefit="service_subsidy").count() == 0


def test_an_appeal_that_is_upheld_gives_the_grant_and_what_was_missed(village: Area, clerk: Actor, city_officer: Actor) -> None:
    judge = Actor(id=8, name="复核员", kind="user", grants=city_officer.grants)
    with on("2026-02-01"):
        person = at(village, "卫奶奶", "1950-05-05", assistance="none")
        first = known(person)
    with on("2026-05-08"):
        say(person, CIVIL, "2026-05-01", assistance="none")
        known(person)
        filed = actions.file_appeal(
            clerk, person_id=person.id, benefit="service_subsidy", by_name="卫奶奶", relation="本人", reason="我是低保户"
        )
        assert filed.due_on == dt.date(2026, 6, 4)  # twenty working days; Saturday 9 May is worked
        with pytest.raises(AlreadyAsked):
            actions.file_appeal(
                clerk, person_id=person.id, benefit="service_subsidy", by_name="卫奶奶", relation="本人", reason="再说一遍"
            )
        view = queries.appeal(judge, appeal_id=filed.appeal_id)
        assert view.line.run_id > first
        assert view.explanation is not None
        assert [c.id for c in view.explanation.conditions if c.result is False] == ["hard_up"]
    with on("2026-05-20"):
        before = counts()
        with pytest.raises(AccessDenied):
            actions.decide_appeal(clerk, appeal_id=filed.appeal_id, uphold=False, because="不对")
        with pytest.raises(NotEntitled):
            actions.decide_appeal(
                judge, appeal_id=filed.appeal_id, uphold=True, because="核对了材料",
                corrections=[actions.Correction("rural", True, dt.date(2026, 3, 10))],
            )  # fmt: skip
        assert counts() == before
        done = actions.decide_appeal(
            judge, appeal_id=filed.appeal_id, uphold=True, because="低保证从三月起有效",
            corrections=[actions.Correction("assistance", "dibao", dt.date(2026, 3, 10))],
        )  # fmt: skip
        assert (done.state, done.arrears) == ("upheld", 30_000)
        grant = grant_of(person, "service_subsidy")
        assert (grant.id, grant.state, grant.from_on) == (done.grant_id, "active", dt.date(2026, 3, 10))
        assert dues(grant) == {"2026-03": [15_000], "2026-04": [15_000]}
        assert Due.objects.filter(grant=grant, run=done.new_run_id).count() == 2
        with pytest.raises(AlreadyDecided):
            actions.decide_appeal(judge, appeal_id=filed.appeal_id, uphold=False, because="反悔")
        known(person)
        assert newest(grant) == {"2026-03": 15_000, "2026-04": 15_000}
        assert queries.appeal(judge, appeal_id=filed.appeal_id).corrections[0].since == dt.date(2026, 3, 10)


def test_a_decision_may_be_overridden_and_stays_so(village: Area, clerk: Actor, city_officer: Actor) -> None:
    judge = Actor(id=8, name="复核员", kind="user", grants=city_officer.grants)
    with on("2026-04-10"):
        person = at(village, "蒋奶奶", "1950-05-05", assistance="none")
        known(person)
        filed = actions.file_appeal(
            clerk, person_id=person.id, benefit="service_subsidy", by_name="蒋奶奶", relation="本人", reason="家里失火"
        )
        done = actions.decide_appeal(
            judge,
            appeal_id=filed.appeal_id,
            uphold=True,
            because="临时困难",
            override=actions.Override(dt.date(2026, 3, 1), 8_000),
        )
        assert done.arrears == 8_000
    with on("2026-05-10"):
        known(person)
        actions.open_month(SYSTEM, month=month("2026-05"))
        grant = grant_of(person, "service_subsidy")
        assert (grant.state, newest(grant)) == ("active", {"2026-03": 8_000, "2026-04": 8_000, "2026-05": 8_000})


def test_a_rejected_appeal_leaves_the_decision(village: Area, clerk: Actor, city_officer: Actor) -> None:
    judge = Actor(id=8, name="复核员", kind="user", grants=city_officer.grants)
    with on("2026-04-10"):
        person = at(village, "沈奶奶", "1950-05-05")
        known(person)
        filed = actions.file_appeal(
            clerk, person_id=person.id, benefit="service_subsidy", by_name="沈奶奶", relation="本人", reason="应当给我"
        )
        done = actions.decide_appeal(judge, appeal_id=filed.appeal_id, uphold=False, because="不在救助范围")
    assert (done.state, done.new_run_id, done.arrears) == ("rejected", None, 0)
    assert not Grant.objects.filter(person=person, benefit="service_subsidy").exists()
    assert not WorkItem.objects.filter(kind="grant_appeal", closed_at=None).exists()


def test_a_missing_life_check_suspends_and_never_ends(village: Area, clerk: Actor) -> None:
    with on("2026-01-05"):
        person = at(village, "韩奶奶", "1940-03-03")
        grant = active(person)
    with on("2027-01-06"):
        assert actions.suspend_unchecked(SYSTEM) == 0  # the grace runs
        due = queries.life_checks_due(clerk).items
        assert [(d.person_id, d.due_on, d.stops_on, d.suspended) for d in due] == [
            (person.id, dt.date(2027, 1, 5), dt.date(2027, 3, 6), False)
        ]
        assert due[0].channels[0] is LifeCheckChannel.COUNTER
    with on("2027-03-07"):
        assert actions.suspend_unchecked(SYSTEM) == 1
        assert actions.suspend_unchecked(SYSTEM) == 0
        grant.refresh_from_db()
        assert (grant.state, grant.suspended_for, grant.until_on) == ("suspended", "life_check", None)
        actions.open_month(SYSTEM, month=month("2027-03"))
        assert "2027-03" not in newest(grant)
    with on("2027-04-02"):
        done = actions.record_life_check(clerk, person_id=person.id, channel=LifeCheckChannel.COUNTER)
        assert done.resumed == (grant.id,)
        actions.open_month(SYSTEM, month=month("2027-04"))
        assert newest(grant)["2027-03"] == newest(grant)["2027-04"] == 10_000
        assert queries.life_checks_due(clerk).items == ()


def test_a_reported_death_waits_for_the_police(village: Area, clerk: Actor) -> None:
    with on("2026-01-05"):
        person = at(village, "杨奶奶", "1940-03-03")
        grant = active(person)
        actions.record_life_check(
            clerk, person_id=person.id, channel=LifeCheckChannel.VISIT, outcome=LifeCheckOutcome.DIED_REPORTED
        )
        grant.refresh_from_db()
        assert (grant.state, grant.suspended_for) == ("suspended", "death_reported")
        assert WorkItem.objects.get(kind="death_reported").owner == "公安"
        actions.record_life_check(clerk, person_id=person.id, channel=LifeCheckChannel.VISIT)
        grant.refresh_from_db()
        assert (grant.state, WorkItem.objects.get(kind="death_reported").closed_at is None) == ("active", False)


def test_refusals_write_nothing(village: Area, clerk: Actor) -> None:
    elsewhere = actor(Role.STREET_CLERK, OTHER_TOWN)
    with on("2026-01-05"):
        person = at(village, "朱奶奶", "1940-03-03")
        known(person)
        grant = grant_of(person)
        notice = Notice.objects.get(grant=grant)
        before = counts()
        for refused, deed in (
            (GrantNotFound, lambda: actions.confirm_grant(elsewhere, grant_id=grant.id)),
            (GrantNotFound, lambda: actions.deliver_notice(elsewhere, notice_id=notice.id, received_by="本人")),
            (InvalidInput, lambda: actions.deliver_notice(clerk, notice_id=notice.id, received_by=" ")),
            (
                InvalidInput,
                lambda: actions.deliver_notice(clerk, notice_id=notice.id, received_by="本人", delivered_on=dt.date(2026, 1, 6)),
            ),
            (MoveNotAllowed, lambda: actions.suspend_grant(clerk, grant_id=grant.id, reason="先停一停")),
            (MoveNotAllowed, lambda: actions.resume_grant(clerk, grant_id=grant.id, reason="恢复")),
            (InvalidInput, lambda: actions.refuse_grant(clerk, grant_id=grant.id, reason="")),
            (InvalidInput, lambda: actions.open_month(SYSTEM, month=month("2026-02"))),
            (AccessDenied, lambda: actions.open_month(clerk, month=month("2026-01"))),
            (
                AccessDenied,
                lambda: actions.adopt_grants(clerk, benefits=["age_allowance"], from_on=dt.date(2026, 1, 1), cause="接续"),
            ),
            (NotEntitled, lambda: actions.apply_for(clerk, person_id=person.id, benefit="age_allowance", by_name="本人")),
        ):
            with pytest.raises(refused):
                deed()  # type: ignore[no-untyped-call]
        assert counts() == before
        actions.deliver_notice(clerk, notice_id=notice.id, received_by="本人")
        with pytest.raises(Conflict):
            actions.deliver_notice(clerk, notice_id=notice.id, received_by="本人")


def test_the_code_of_a_letter_opens_one_grant(village: Area, clerk: Actor) -> None:
    with on("2026-01-05"):
        person = at(village, "秦奶奶", "1940-03-03")
        known(person)
        grant = grant_of(person)
        code = actions.issue_code(clerk, grant_id=grant.id).code
        assert len(code) == 10
        assert not set(code) & set("01OIL")
        grant.refresh_from_db()
        assert code not in grant.code_digest
        with pytest.raises(GrantNotFound):
            queries.grant_by_code(code=code, id_last4="0020")
        Person.objects.filter(id=person.id).update(
            id_sealed=seal("64038119400303002X", context=seal_context("id_number", str(person.public_id)))
        )
        found = queries.grant_by_code(code=code.lower(), id_last4="002x")
        assert (found.title, found.state, found.amount) == ("高龄老年人生活津贴", "proposed", 10_000)
        for _ in range(4):
            with pytest.raises(GrantNotFound):
                queries.grant_by_code(code=code, id_last4="9999")
        with pytest.raises(TooManyTries):
            queries.grant_by_code(code=code, id_last4="002X")
    with on("2026-01-06"):
        assert queries.grant_by_code(code=code, id_last4="002X").state == "proposed"
        assert actions.issue_code(clerk, grant_id=grant.id).code != code
        with pytest.raises(GrantNotFound):
            queries.grant_by_code(code=code, id_last4="002X")
