"""More stories of grants: two benefits of which one is kept, a household's one device, moving out, values that change in the middle of a year."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from songhe.contexts.entitlements import actions, facts, queries
from songhe.contexts.entitlements.models import Due, Grant, Notice
from songhe.contexts.people.models import Person
from songhe.contexts.places.models import Area
from songhe.contexts.policy_library.actions import load_folder
from songhe.contexts.policy_library.models import PackVersion
from songhe.foundation.access import SYSTEM, Actor
from songhe.foundation.models import OutboxEvent, WorkItem
from tests.contexts.entitlements.conftest import Town
from tests.contexts.entitlements.grant_people import CIVIL, POLICE, at, dues, grant_of, known, newest, say, steps
from tests.contexts.entitlements.test_grants import active, month, on, village

__all__ = ["village"]


def applied(clerk: Actor, person: Person, benefit: str) -> Grant:
    known(person)
    done = actions.apply_for(clerk, person_id=person.id, benefit=benefit, by_name=person.name)
    assert done.state == "granted"
    return grant_of(person, benefit)


def test_moving_out_ends_the_grant_with_the_month(village: Area) -> None:
    with on("2026-01-10"):
        person = at(village, "尤奶奶", "1940-03-03")
        grant = active(person)
        actions.open_month(SYSTEM, month=month("2026-01"))
    with on("2026-03-05"):
        actions.open_month(SYSTEM, month=month("2026-03"))
        say(person, POLICE, "2026-02-17", registered_here=False)
        say(person, CIVIL, "2026-02-17", registered_here=False)
        known(person, cause="户口迁出")
    grant.refresh_from_db()
    assert (grant.state, grant.until_on) == ("ended", dt.date(2026, 2, 17))
    assert grant.ended_because == "2026年2月17日起不再发：不是本市户籍"
    assert newest(grant) == {"2026-01": 10_000, "2026-02": 10_000, "2026-03": 0}
    assert (
        Due.objects.get(grant=grant, period=month("2026-03"), revision=2).reason
        == "2026年2月17日起户口或住处已不在本市，由100.00元改为0.00元"
    )


def test_one_of_two_benefits_is_kept_and_the_other_says_which(village: Area, clerk: Actor) -> None:
    with on("2026-01-10"):
        person = at(village, "许奶奶", "1950-05-05", assistance="dibao", ability_grade=2, unable_self_care=True)
        care = applied(clerk, person, "care_subsidy")
        assert (care.amount, care.state) == (18_000, "active")
        actions.open_month(SYSTEM, month=month("2026-01"))
    with on("2026-02-10"):
        say(person, "残联", "2026-02-10", disability_grade=1)
        say(person, CIVIL, "2026-02-10", disability_grade=1)
        run = known(person, cause="办了残疾人证")
    care.refresh_from_db()
    nursing = queries.decision(clerk, person_id=person.id, run_id=run)
    told = {e.benefit: e.status.name for e in nursing.explanations}
    assert told["severe_disability_nursing"] == "ELIGIBLE"
    assert (told["care_subsidy"], care.state) == ("DISPLACED", "ended")
    assert care.ended_because == "2026年2月10日起改领“重度残疾人护理补贴”"
    assert WorkItem.objects.filter(key=f"grant_offer:{person.id}:severe_disability_nursing", closed_at=None).exists()


def test_a_device_is_given_once_to_a_household(village: Area, clerk: Actor) -> None:
    with on("2026-01-10"):
        first = at(village, "何奶奶", "1940-03-03", assistance="dibao", ability_grade=3)
        second = at(village, "何爷爷", "1942-03-03", assistance="dibao", ability_grade=3)
        Person.objects.filter(id=second.id).update(household_id=first.household_id)
        second.refresh_from_db()
        grant = applied(clerk, first, "emergency_call")
        assert (grant.in_kind, grant.amount, grant.state) == (True, 0, "active")
        refused = actions.apply_for(clerk, person_id=second.id, benefit="emergency_call", by_name="何爷爷")
        assert (refused.state, refused.because) == ("refused", "2026年1月10日起由同户另一位家人享受，每户只发一份")
        actions.open_month(SYSTEM, month=month("2026-01"))
        assert not Due.objects.filter(grant=grant).exists()
    with on("2026-02-01"):
        say(first, CIVIL, "2026-02-01", emergency_device=True)
        known(first)
        grant.refresh_from_db()
        assert (grant.state, grant.ended_because) == ("ended", "2026年2月1日起不再发：已经安装")


def test_turning_ninety_changes_the_amount_of_that_month(village: Area) -> None:
    with on("2026-09-01"):
        person = at(village, "吕奶奶", "1936-10-20")
        grant = active(person)
        actions.open_month(SYSTEM, month=month("2026-09"))
    with on("2026-10-05"):
        actions.open_month(SYSTEM, month=month("2026-10"))
    with on("2026-10-20"):
        known(person, cause="每日核算")
    grant.refresh_from_db()
    assert (grant.amount, grant.amount_since) == (20_000, dt.date(2026, 10, 20))
    assert dues(grant) == {"2026-09": [10_000], "2026-10": [10_000, 20_000]}
    assert Notice.objects.filter(grant=grant, kind="changed").count() == 1


def repack(tmp_path: Path, change: dict[str, list[dict[str, object]]]) -> None:
    """The same pack with other values of some parameters, put in use."""
    root = tmp_path / "packs"
    for folder in ("national", "qingtongxia"):
        for file in (settings.PACKS / folder).rglob("*.yaml"):
            target = root / file.relative_to(settings.PACKS)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    file = root / "qingtongxia" / "parameters.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for name, values in change.items():
        content[name]["values"] = values
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    load_folder(SYSTEM, root=root, city="qingtongxia")


def test_a_value_raised_backwards_is_paid_with_its_arrears(village: Area, tmp_path: Path) -> None:
    with on("2026-01-10"):
        person = at(village, "施奶奶", "1940-03-03")
        grant = active(person)
    for text in ("2026-05", "2026-06", "2026-07", "2026-08"):
        with on(text + "-20"):
            actions.open_month(SYSTEM, month=month(text))
    with on("2026-08-25"):
        base = {"source": "assumed", "note": "试验"}
        values: list[dict[str, object]] = [
            {"from": dt.date(2023, 11, 13), "value": "100.00", **base},
            {"from": dt.date(2026, 7, 1), "value": "130.00", **base},
        ]
        repack(tmp_path, {"allowance_80": values})
        assert PackVersion.objects.count() == 2
        known(person, cause="标准提高")
    grant.refresh_from_db()
    assert (grant.amount, grant.amount_since) == (13_000, dt.date(2026, 7, 1))
    assert {key: value for key, value in dues(grant).items() if key >= "2026-06"} == {
        "2026-06": [10_000], "2026-07": [10_000, 13_000], "2026-08": [10_000, 13_000],
    }  # fmt: skip
    assert Due.objects.get(grant=grant, period=month("2026-07"), revision=2).reason == "标准提高，由100.00元改为130.00元"


def test_income_that_rose_stops_the_subsidy_and_takes_back_nothing_before(village: Area, clerk: Actor) -> None:
    with on("2026-01-10"):
        person = at(village, "张奶奶", "1950-05-05", assistance="dibao")
        grant = applied(clerk, person, "service_subsidy")
        actions.open_month(SYSTEM, month=month("2026-01"))
    with on("2026-02-20"):
        actions.open_month(SYSTEM, month=month("2026-02"))
        say(person, CIVIL, "2026-02-20", assistance="none")
        known(person, cause="低保停发")
    grant.refresh_from_db()
    assert (grant.state, grant.until_on, newest(grant)) == ("ended", dt.date(2026, 2, 20), {"2026-01": 15_000, "2026-02": 15_000})
    with on("2026-03-02"):
        actions.open_month(SYSTEM, month=month("2026-03"))
    assert "2026-03" not in newest(grant)


def test_go_live_adopts_who_has_been_receiving(town: Town, city_officer: Actor) -> None:
    actions.determine_city(SYSTEM, cause="上线")
    done = actions.adopt_grants(city_officer, benefits=["age_allowance"], from_on=dt.date(2026, 10, 1), cause="接续发放")
    assert done.grants == 2
    assert (
        actions.adopt_grants(city_officer, benefits=["age_allowance"], from_on=dt.date(2026, 10, 1), cause="接续发放").grants == 0
    )
    grant = Grant.objects.get(person=town.wife)
    assert (grant.state, grant.from_on, grant.amount_since, steps(grant)) == (
        "active", dt.date(2026, 10, 1), dt.date(2026, 10, 1), [("", "active")],
    )  # fmt: skip
    opened = [actions.open_month(SYSTEM, month=month(text)).made for text in ("2026-10", "2026-11")]
    assert opened == [2, 2]
    assert Notice.objects.count() == 0
    assert facts.latest_dues(dt.date(2026, 11, 30)).num_rows == 0  # nobody's account is known
    assert WorkItem.objects.filter(kind="grant_account", closed_at=None).count() == 2
    with pytest.raises(Exception, match="起始日不能晚于"):
        actions.adopt_grants(city_officer, benefits=["age_allowance"], from_on=dt.date(2026, 12, 1), cause="接续发放")


def test_a_city_run_is_followed_like_a_household(village: Area) -> None:
    with on("2026-01-10"):
        person = at(village, "孔奶奶", "1940-03-03")
        grant = active(person)
        actions.open_month(SYSTEM, month=month("2026-01"))
    with on("2026-02-10"):
        actions.open_month(SYSTEM, month=month("2026-02"))
        say(person, POLICE, "2026-02-10", death_date="2026-01-20", alive=False)
        run = actions.determine_city(SYSTEM, cause="夜间核算")
        found = actions.follow_run(SYSTEM, run_id=run)
        assert (found.followed.ended, found.followed.dues) == (1, 1)
        assert actions.follow_run(SYSTEM, run_id=run).followed.dues == 0
    grant.refresh_from_db()
    assert (grant.state, newest(grant)) == ("ended", {"2026-01": 10_000, "2026-02": 0})
    assert OutboxEvent.objects.filter(name="entitlements.grants_changed").exists()


def test_a_death_before_go_live_leaves_its_own_month(town: Town, village: Area, city_officer: Actor) -> None:
    person = at(village, "戚奶奶", "1940-03-03", stated_on="2026-11-21")
    actions.determine_city(SYSTEM, cause="上线")
    actions.adopt_grants(city_officer, benefits=["age_allowance"], from_on=dt.date(2026, 10, 1), cause="接续发放")
    for text in ("2026-10", "2026-11"):
        actions.open_month(SYSTEM, month=month(text))
    say(person, POLICE, "2026-11-21", death_date="2026-10-10", alive=False)
    known(person)
    assert dues(grant_of(person)) == {"2026-10": [10_000], "2026-11": [10_000, 0]}


def test_recomputing_says_how_much_it_changed(village: Area) -> None:
    with on("2026-01-10"):
        person = at(village, "曹奶奶", "1940-03-03")
        grant = active(person)
        actions.open_month(SYSTEM, month=month("2026-01"))
    with on("2026-02-10"):
        actions.open_month(SYSTEM, month=month("2026-02"))
        say(person, POLICE, "2026-02-10", death_date="2026-01-20", alive=False)
        done = actions.recompute_dues(SYSTEM, grant_ids=[grant.id], cause="抽查")
        assert (done.revisions, done.difference) == (1, -10_000)
        assert actions.recompute_dues(SYSTEM, grant_ids=[grant.id], cause="抽查").revisions == 0


def test_what_comes_in_about_the_past_only_is_found_by_the_city_run(village: Area, clerk: Actor) -> None:
    with on("2026-01-10"):
        person = at(village, "严奶奶", "1950-05-05", assistance="dibao", ability_grade=2, unable_self_care=True)
        grant = applied(clerk, person, "care_subsidy")
        actions.determine_city(SYSTEM, cause="夜间核算")
    for text in ("2026-02", "2026-03", "2026-04"):
        with on(text + "-20"):
            actions.open_month(SYSTEM, month=month(text))
    with on("2026-04-25"):
        say(person, CIVIL, "2026-03-28", ability_grade=2)
        say(person, CIVIL, "2026-02-10", ability_grade=3)  # came late: severe from 10 February, moderate again from 28 March
        run = actions.determine_city(SYSTEM, cause="导入了新的资料")
        assert actions.follow_run(SYSTEM, run_id=run).followed.dues == 1
    grant.refresh_from_db()
    assert grant.amount == 18_000
    assert newest(grant) == {"2026-01": 18_000, "2026-02": 26_000, "2026-03": 18_000, "2026-04": 18_000}
