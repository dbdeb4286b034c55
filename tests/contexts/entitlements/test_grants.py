"""Grants, story by story: who turns 80, who dies, whose grade changes; exact fen and dates."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.entitlements import actions, facts, queries
from songhe.contexts.entitlements.models import Due, Grant, GrantStep, Notice
from songhe.contexts.entitlements.words import GrantState
from songhe.contexts.places.models import Area
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor
from songhe.foundation.models import WorkItem
from tests.contexts.entitlements.conftest import TOWN, Town
from tests.contexts.entitlements.grant_people import CIVIL, POLICE, at, dues, grant_of, known, newest, say, steps


@pytest.fixture
def village(town: Town) -> Area:
    return Area.objects.get(path__startswith=TOWN, level="community")


def on(day: str):  # type: ignore[no-untyped-def]
    return clock.frozen(dt.date.fromisoformat(day))


def month(text: str) -> dt.date:
    return dt.date.fromisoformat(text + "-01")


def test_who_turns_eighty_is_paid_without_having_asked(village: Area, clerk: Actor) -> None:
    with on("2026-09-01"):
        person = at(village, "赵玉兰", "1946-09-20")
        known(person)
        assert not Grant.objects.filter(person=person).exists()
    with on("2026-09-20"):
        known(person, cause="每日核算")
        grant = grant_of(person)
        assert (grant.state, grant.from_on, grant.amount) == ("proposed", dt.date(2026, 9, 20), 10_000)
        notice = Notice.objects.get(grant=grant)
        assert (notice.kind, notice.channel) == ("proposed", "letter")
    with on("2026-09-22"):
        actions.deliver_notice(clerk, notice_id=notice.id, received_by="本人")
        grant.refresh_from_db()
        assert (grant.state, grant.effective_on_silence) == ("notified", dt.date(2026, 10, 7))
    with on("2026-10-06"):
        assert actions.let_silent_grants_begin(SYSTEM) == 0
    with on("2026-10-07"):
        assert actions.let_silent_grants_begin(SYSTEM) == 1
        assert actions.let_silent_grants_begin(SYSTEM) == 0
        opened = actions.open_month(SYSTEM, month=month("2026-10"))
        assert (opened.made, opened.caught_up) == (2, 1)
        assert actions.open_month(SYSTEM, month=month("2026-10")).made == 0
    assert dues(grant) == {"2026-09": [10_000], "2026-10": [10_000]}
    assert steps(grant) == [("", "proposed"), ("proposed", "notified"), ("notified", "active")]
    table = facts.latest_dues(dt.date(2026, 10, 31)).filter(
        facts.latest_dues(dt.date(2026, 10, 31))["person_id"].to_numpy() == person.id
    )
    assert table["amount"].to_pylist() == [10_000, 10_000]


def active(person, benefit: str = "age_allowance", *, since: str | None = None) -> Grant:  # type: ignore[no-untyped-def]
    known(person)
    grant = grant_of(person, benefit)
    actions.confirm_grant(SYSTEM, grant_id=grant.id)
    grant.refresh_from_db()
    if since is not None:
        assert grant.from_on == dt.date.fromisoformat(since)
    return grant


def test_a_death_known_late_takes_back_the_months_after_it(village: Area) -> None:
    with on("2026-01-15"):
        person = at(village, "钱桂英", "1940-03-03")
        grant = active(person, since="2026-01-15")
    for text in ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05"):
        with on(text + "-20"):
            actions.open_month(SYSTEM, month=month(text))
    with on("2026-05-25"):
        say(person, POLICE, "2026-05-24", death_date="2026-02-28", alive=False)
        run = known(person, cause="公安登记死亡")
    grant.refresh_from_db()
    assert (grant.state, grant.until_on) == ("ended", dt.date(2026, 2, 28))
    assert grant.ended_because == "2026年2月28日起不再发：已去世"
    assert dues(grant) == {
        "2026-01": [10_000], "2026-02": [10_000], "2026-03": [10_000, 0], "2026-04": [10_000, 0], "2026-05": [10_000, 0],
    }  # fmt: skip
    new = Due.objects.filter(grant=grant, revision=2).order_by("period")
    assert [(d.replaces_id is not None, d.run_id) for d in new] == [(True, run)] * 3
    assert new[0].reason == "2026年2月28日起已去世，由100.00元改为0.00元"
    assert set(Notice.objects.filter(grant=grant).values_list("kind", flat=True)) == {"proposed", "ended", "recovery"}
    assert known(person) > run
    assert Due.objects.filter(grant=grant).count() == 8  # nothing more happens


def test_a_mistaken_death_is_taken_back(village: Area) -> None:
    with on("2026-01-15"):
        person = at(village, "钱桂英", "1940-03-03")
        grant = active(person)
    with on("2026-03-05"):
        actions.open_month(SYSTEM, month=month("2026-03"))
        say(person, POLICE, "2026-03-05", death_date="2026-02-10", alive=False)
        known(person)
    with on("2026-03-20"):
        say(person, POLICE, "2026-03-20", alive=True)
        known(person)
        again = grant_of(person)
        assert again.id != grant.id
        assert again.from_on == dt.date(2026, 2, 10)
        assert again.state == "active"  # nobody asks the person again
        actions.open_month(SYSTEM, month=month("2026-03"))
    grant.refresh_from_db()
    assert grant.until_on == dt.date(2026, 2, 10)
    assert newest(grant) == {"2026-01": 10_000, "2026-02": 10_000, "2026-03": 0}
    assert newest(again) == {"2026-02": 0, "2026-03": 10_000}  # February was given already


def test_a_new_grade_changes_the_amount_from_its_month(village: Area, clerk: Actor) -> None:
    with on("2026-01-10"):
        person = at(village, "孙美华", "1950-05-05", assistance="dibao", ability_grade=2, unable_self_care=True)
        known(person)
        assert not Grant.objects.filter(person=person, benefit="care_subsidy").exists()
        assert WorkItem.objects.filter(kind="grant_offer", subject_id=person.id, closed_at=None).count() >= 1
        done = actions.apply_for(clerk, person_id=person.id, benefit="care_subsidy", by_name="孙美华")
        assert done.state == "granted"
        grant = grant_of(person, "care_subsidy")
        assert (grant.amount, grant.from_on) == (18_000, dt.date(2026, 1, 10))
    for text in ("2026-01", "2026-02", "2026-03", "2026-04"):
        with on(text + "-28"):
            actions.open_month(SYSTEM, month=month(text))
    with on("2026-05-02"):
        say(person, CIVIL, "2026-03-15", ability_grade=3)
        known(person, cause="能力等级重新评估")
    grant.refresh_from_db()
    assert (grant.amount, grant.amount_since) == (26_000, dt.date(2026, 3, 15))
    assert dues(grant) == {
        "2026-01": [18_000], "2026-02": [18_000], "2026-03": [18_000, 26_000], "2026-04": [18_000, 26_000],
    }  # fmt: skip
    assert Due.objects.get(grant=grant, period=month("2026-04"), revision=2).reason == "能力等级重新评估，由180.00元改为260.00元"
    with on("2026-05-28"):
        actions.open_month(SYSTEM, month=month("2026-05"))
    assert newest(grant)["2026-05"] == 26_000


def test_leap_day_and_new_year(village: Area) -> None:
    with on("2027-12-01"):
        person = at(village, "周凤英", "1948-02-29", stated_on="2027-12-01")
        known(person)
    with on("2028-02-28"):
        known(person)
        assert not Grant.objects.filter(person=person).exists()
    with on("2028-02-29"):
        grant = active(person, since="2028-02-29")
        actions.open_month(SYSTEM, month=month("2028-02"))
    with on("2029-01-03"):
        actions.open_month(SYSTEM, month=month("2029-01"))
    assert list(newest(grant)) == ["2028-02", *(f"2028-{m:02d}" for m in range(3, 13)), "2029-01"]
    assert set(newest(grant).values()) == {10_000}


def test_without_an_account_nothing_is_payable_and_nothing_is_lost(village: Area) -> None:
    with on("2026-02-01"):
        person = at(village, "吴桂花", "1940-03-03", account=False)
        grant = active(person)
        actions.open_month(SYSTEM, month=month("2026-02"))
        assert WorkItem.objects.filter(key=f"grant_account:{grant.id}", closed_at=None).exists()
        assert person.id not in facts.latest_dues(dt.date(2026, 2, 28))["person_id"].to_pylist()
    with on("2026-03-01"):
        person.bank_account_sealed = b"sealed"
        person.save()
        actions.open_month(SYSTEM, month=month("2026-03"))
        assert facts.latest_dues(dt.date(2026, 3, 31))["person_id"].to_pylist().count(person.id) == 2
        assert not WorkItem.objects.filter(key=f"grant_account:{grant.id}", closed_at=None).exists()


def test_a_refused_grant_is_not_proposed_again(village: Area, clerk: Actor) -> None:
    with on("2026-02-01"):
        person = at(village, "郑秀珍", "1940-03-03")
        known(person)
        grant = grant_of(person)
        assert actions.refuse_grant(clerk, grant_id=grant.id, reason="老人说不要").state is GrantState.REFUSED
        known(person)
    assert Grant.objects.filter(person=person, benefit="age_allowance").count() == 1
    assert steps(grant) == [("", "proposed"), ("proposed", "refused")]
    assert GrantStep.objects.filter(grant=grant).count() == 2
    assert queries.grants(clerk, state="refused").items[0].id == grant.id
