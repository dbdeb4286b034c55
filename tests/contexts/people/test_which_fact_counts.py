"""One person of many records: what counts of the head, what the departments differ on, and what grows old."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from songhe.contexts.people import actions, facts
from songhe.contexts.people.actions.settle_persons import settle_persons
from songhe.contexts.people.models import Household, Person, Record
from songhe.foundation import clock
from tests.contexts.people import city
from tests.contexts.people.city import DAY, LI, OFFICER, WANG, ZHANG, bring_in, person_of, resident

pytestmark = pytest.mark.django_db
LATER = DAY + dt.timedelta(days=10)


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    city.load_city()
    city.three_residents()


def said(person: Person, department: str, day: dt.date, note: str = "", **values: object) -> Record:
    """A record as any action may write it."""
    return Record.objects.create(
        person=person, department=department, stated_on=day, received_at=clock.now(), values=values, note=note
    )


def stand_for(number: str, head: str) -> Person:
    """The first person is how a department wrote the second."""
    one = person_of(number)
    Person.objects.filter(id=one.id).update(stands_for=person_of(head))
    return one


def test_what_counts_of_a_head_follows_from_all_who_stand_for_it_and_back_again() -> None:
    other = stand_for(LI, ZHANG)
    said(other, "民政", DAY, assistance="dibao")
    home = person_of(ZHANG).household_id
    assert settle_persons([other.id]) == [home]
    assert person_of(ZHANG).facts["assistance"] == "dibao"
    assert Household.objects.get(id=home).facts["size"] == 1  # two members were one human being
    assert "assistance" not in person_of(LI).facts
    Person.objects.filter(id=other.id).update(stands_for=None)
    assert settle_persons([other.id, person_of(ZHANG).id]) == [home]
    assert "assistance" not in person_of(ZHANG).facts
    assert person_of(LI).facts["assistance"] == "dibao"
    assert Household.objects.get(id=home).facts["size"] == 2
    assert settle_persons([other.id]) == []


def test_whoever_stands_for_another_is_in_no_household_and_no_city() -> None:
    other = stand_for(LI, ZHANG)
    said(other, "民政", DAY, assistance="dibao")
    settle_persons([other.id])
    zhang = person_of(ZHANG)
    (home,) = facts.household_inputs([zhang.household_id])
    assert home.person_ids == (zhang.id,)
    assert home.sources[zhang.id]["assistance"] == facts.FactSource("民政", DAY)
    assert facts.sources_at([zhang.id], clock.now())[zhang.id]["assistance"].department == "民政"
    with connection.cursor() as cursor:
        cursor.execute(facts.CITY_SQL)
        assert {row[0] for row in cursor.fetchall()} == {zhang.id, person_of(WANG).id}


def test_a_file_about_one_who_stands_for_another_counts_for_the_head() -> None:
    other, home = stand_for(LI, ZHANG), person_of(ZHANG).household_id
    settle_persons([other.id])
    result = bring_in("残联", [{"身份证号": LI, "姓名": "李建国", "残疾等级": "二级"}])
    assert result.households == 1
    assert person_of(ZHANG).facts["disability_grade"] == 2
    assert "disability_grade" not in person_of(LI).facts
    assert Household.objects.get(id=home).facts["size"] == 1
    bring_in("残联", [{"身份证号": ZHANG, "姓名": "张桂兰", "残疾等级": "一级"}], on=LATER)
    assert person_of(ZHANG).facts["disability_grade"] == 1


def test_departments_that_differ_are_a_dispute_until_they_agree() -> None:
    row = {"身份证号": ZHANG, "姓名": "张桂兰"}
    bring_in("社区", [row | {"行动不便": "是", "常住本市": "是"}])
    assert person_of(ZHANG).disputed == []
    bring_in("残联", [row | {"行动不便": "否"}])
    assert person_of(ZHANG).disputed == ["mobility_difficulty"]
    assert person_of(ZHANG).facts["mobility_difficulty"] is False
    bring_in("社区", [row | {"行动不便": "否"}], on=LATER)  # says what counts already: the facts stay, the dispute ends
    assert person_of(ZHANG).disputed == []


def test_a_correction_ends_a_dispute_until_somebody_says_something_later() -> None:
    row = {"身份证号": ZHANG, "姓名": "张桂兰"}
    bring_in("社区", [row | {"行动不便": "是"}])
    bring_in("残联", [row | {"行动不便": "否"}])
    zhang = person_of(ZHANG)
    with clock.frozen(LATER):
        actions.correct_fact(OFFICER, person_id=zhang.id, variable="mobility_difficulty", value=True, reason="入户核实")
    assert (person_of(ZHANG).disputed, person_of(ZHANG).facts["mobility_difficulty"]) == ([], True)
    bring_in("残联", [row | {"行动不便": "否", "残疾等级": "二级"}], on=LATER)  # repeated, so not younger
    assert person_of(ZHANG).disputed == []
    bring_in("残联", [row | {"行动不便": "是"}], on=LATER + dt.timedelta(days=1))
    bring_in("残联", [row | {"行动不便": "否"}], on=LATER + dt.timedelta(days=2))
    assert (person_of(ZHANG).disputed, person_of(ZHANG).facts["mobility_difficulty"]) == (["mobility_difficulty"], False)


def test_the_import_and_the_door_agree_on_everybody() -> None:
    rows = [{"身份证号": number, "姓名": name} for number, name in ((ZHANG, "张桂兰"), (LI, "李建国"), (WANG, "王秀英"))]
    bring_in("社区", [rows[0] | {"行动不便": "是", "人员状态": "健在"}, rows[1] | {"常住本市": "否"}])
    bring_in("残联", [rows[0] | {"行动不便": "否"}, rows[2] | {"残疾等级": "一级", "行动不便": "是"}])
    bring_in("公安", [resident(LI, "李建国", "H1", 常住本市="是", 人员状态="死亡")], on=LATER)
    before = list(Person.objects.order_by("id").values("facts", "disputed", "stale"))
    assert [p["disputed"] for p in before] == [["mobility_difficulty"], ["resident_here"], []]
    assert settle_persons(list(Person.objects.values_list("id", flat=True))) == []
    assert list(Person.objects.order_by("id").values("facts", "disputed", "stale")) == before
