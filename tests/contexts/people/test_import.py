"""Files in, verdicts for every row, facts out."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.people import actions, facts, queries
from songhe.contexts.people.errors import BatchNotReady
from songhe.contexts.people.models import Household, ImportBatch, ImportRow, LinkCandidate, Person, Record, StagedRow
from songhe.foundation.models import OutboxEvent, WorkItem
from tests.contexts.people import city
from tests.contexts.people.city import (
    DAY,
    LI,
    OFFICER,
    WANG,
    ZHANG,
    bring_in,
    check,
    codes,
    footprint,
    person_of,
    resident,
    rows_of,
    table,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    city.load_city()


def test_the_first_file_brings_people_households_and_facts() -> None:
    checked = check(
        "公安", table([resident(ZHANG, "张桂兰", "H1", 本市户籍="是", 联系电话="138 0013 8000"), resident(LI, "李建国", "H1")])
    )
    assert dict(checked.counts) == {"new": 2, "update": 0, "unchanged": 0, "conflict": 0, "rejected": 0}
    assert Person.objects.count() == 0
    accepted = actions.accept_batch(OFFICER, batch_id=checked.batch_id)
    assert accepted.households == 1 and accepted.batch.status == "accepted"
    zhang = person_of(ZHANG)
    assert zhang.facts == {"birth_date": "1945-03-01", "sex": "female", "alive": True, "registered_here": True, "rural": False}
    assert (zhang.name, zhang.pinyin, zhang.initials, zhang.sex, zhang.birth_date) == (
        "张桂兰",
        "zhangguilan",
        "zgl",
        "female",
        dt.date(1945, 3, 1),
    )
    assert zhang.area_path == city.ROSE and zhang.demo
    assert Household.objects.get().facts == {"size": 2, "all_elders": True}
    assert Record.objects.filter(person=zhang).count() == 1
    assert StagedRow.objects.count() == 0
    event = OutboxEvent.objects.get(name="people.households_changed")
    assert event.payload["household_ids"] == [zhang.household_id]


def test_the_same_file_twice_changes_nothing() -> None:
    city.three_residents()
    before = footprint()
    rows = [
        resident(
            ZHANG, "张桂兰", "H1", 与户主关系="配偶", 住址="玫瑰镇红玫社区3号楼2单元", 联系电话="13800138000", 本市户籍="是"
        ),
        resident(LI, "李建国", "H1", 与户主关系="户主", 住址="玫瑰镇红玫社区3号楼2单元", 本市户籍="是"),
        resident(WANG, "王秀英", "H2", **{"与户主关系": "户主", "村(社区)代码": "990102001", "本市户籍": "是"}),
    ]
    again = bring_in("公安", rows, on=DAY + dt.timedelta(days=30))
    assert again.batch.counts["unchanged"] == 3 and sum(again.batch.counts.values()) == 3
    assert again.households == 0
    assert footprint() == before


def test_accepting_twice_changes_nothing() -> None:
    checked = check("公安", table([resident(ZHANG, "张桂兰", "H1")]))
    actions.accept_batch(OFFICER, batch_id=checked.batch_id)
    before = footprint()
    second = actions.accept_batch(OFFICER, batch_id=checked.batch_id)
    assert second.households == 0 and second.batch.counts["new"] == 1
    assert footprint() == before
    with pytest.raises(BatchNotReady):
        actions.check_batch(OFFICER, batch_id=checked.batch_id)


def test_a_batch_that_was_not_checked_is_refused() -> None:
    batch = actions.upload_file(
        OFFICER, department="公安", name="f.csv", content=table([resident(ZHANG, "张桂兰", "H1")]), stated_on=DAY
    )
    with pytest.raises(BatchNotReady):
        actions.accept_batch(OFFICER, batch_id=batch)
    assert Person.objects.count() == 0


def test_departments_add_facts_and_household_facts() -> None:
    city.three_residents()
    result = bring_in(
        "民政", [{"身份证号": ZHANG, "姓名": "张桂兰", "救助类别": "低保", "能力等级": "重度失能", "家庭人均月收入": "1,280.5元"}]
    )
    row = rows_of(result.batch)[0]
    assert (row.verdict, row.changes) == ("update", ["ability_grade", "assistance", "income_per_head", "name"])
    zhang = person_of(ZHANG)
    assert zhang.facts["assistance"] == "dibao" and zhang.facts["ability_grade"] == 3
    assert zhang.household.facts == {"size": 2, "all_elders": True, "income_per_head": 128050}
    home = facts.household_inputs([zhang.household_id])[0]
    assert home.household == {"size": 2, "all_elders": True, "income_per_head": 128050}
    assert home.sources[zhang.id]["assistance"] == facts.FactSource("民政", DAY)
    assert home.sources[zhang.id]["income_per_head"] == facts.FactSource("民政", DAY)


def test_a_later_file_of_the_same_department_counts_an_older_one_does_not() -> None:
    city.three_residents()
    bring_in("民政", [{"身份证号": ZHANG, "姓名": "张桂兰", "救助类别": "低保"}])
    bring_in("民政", [{"身份证号": ZHANG, "姓名": "张桂兰", "救助类别": "无"}], on=DAY + dt.timedelta(days=9))
    assert person_of(ZHANG).facts["assistance"] == "none"
    bring_in("民政", [{"身份证号": ZHANG, "姓名": "张桂兰", "救助类别": "特困供养"}], on=DAY - dt.timedelta(days=9))
    assert person_of(ZHANG).facts["assistance"] == "none"


def test_settled_facts_equal_a_recomputation_from_the_records() -> None:
    city.three_residents()
    bring_in("社区", [{"身份证号": ZHANG, "姓名": "张桂兰", "常住本市": "否", "行动不便": "是", "人员状态": "健在"}])
    bring_in(
        "残联", [{"身份证号": ZHANG, "姓名": "张桂兰", "残疾等级": "二级", "行动不便": "否"}], on=DAY - dt.timedelta(days=100)
    )
    bring_in("公安", [resident(ZHANG, "张桂兰", "H1", 常住本市="是")], on=DAY + dt.timedelta(days=3))
    bring_in("卫健", [{"身份证号": ZHANG, "姓名": "张桂兰", "人员状态": "死亡"}], on=DAY + dt.timedelta(days=2))
    zhang = person_of(ZHANG)
    assert zhang.facts["resident_here"] is False  # the community comes first
    assert zhang.facts["mobility_difficulty"] is False  # the federation comes first, however old
    assert zhang.facts["alive"] is False  # unchanged since June with the police; the hospital spoke later
    for person in Person.objects.all():
        records = Record.objects.filter(person=person).order_by("id")
        assert person.facts == facts.settled_values(facts.stated(records), DAY)


def test_death_is_a_fact_with_a_date_and_nobody_is_deleted() -> None:
    city.three_residents()
    bring_in("公安", [resident(LI, "李建国", "H1", 人员状态="死亡", 死亡日期="2026-07-01")], on=DAY + dt.timedelta(days=5))
    li = person_of(LI)
    assert li.facts["alive"] is False and li.household.facts["size"] == 1
    assert Record.objects.filter(person=li, department="公安").latest("id").identity["death_date"] == "2026-07-01"
    assert Person.objects.count() == 3


def test_a_move_changes_household_and_community() -> None:
    city.three_residents()
    result = bring_in("公安", [resident(ZHANG, "张桂兰", "H2", **{"村(社区)代码": "990102001"})], on=DAY + dt.timedelta(days=5))
    moved = person_of(ZHANG)
    assert moved.area_path == city.PINE and moved.household.key == "H2" and moved.facts["rural"] is True
    assert {h.key: h.facts["size"] for h in Household.objects.all()} == {"H1": 1, "H2": 2}
    assert result.households == 2


def test_without_an_id_number_only_one_clear_match_counts() -> None:
    city.three_residents()
    row = {
        "姓名": "张桂兰",
        "出生日期": "1945/3/1",
        "村(社区)": "红玫",
        "独居": "否",
        "联系电话": "13900139000",
        "现住址": "红玫社区9号楼",
    }
    result = bring_in("社区", [row])
    assert result.batch.counts["update"] == 1
    zhang = person_of(ZHANG)
    assert zhang.facts["lives_alone"] is False
    seen = queries.person(OFFICER, person_id=zhang.id)
    assert seen.brief.phone == "139****9000"
    assert actions.reveal(OFFICER, person_id=zhang.id, field="phone", reason="回访") == "13900139000"
    assert actions.reveal(OFFICER, person_id=zhang.id, field="address", reason="回访") == "红玫社区9号楼"
    assert bring_in("社区", [row], on=DAY).batch.counts["unchanged"] == 1


def test_two_people_of_one_name_and_birthday_are_a_conflict_and_a_work_item() -> None:
    twin = city.id_number("19450301", 4)
    bring_in("公安", [resident(ZHANG, "张桂兰", "H1")])
    bring_in("公安", [resident(twin, "张桂兰", "H7", **{"村(社区)代码": "990101002"})])
    bring_in("公安", [resident(twin, "张桂兰", "H7", **{"村(社区)代码": "990101001"})], on=DAY + dt.timedelta(days=1))
    before = footprint()
    result = bring_in(
        "社区",
        [{"姓名": "张桂兰", "出生日期": "1945-03-01", "村(社区)": "红玫社区", "独居": "是"}],
        on=DAY + dt.timedelta(days=1),
    )
    row = rows_of(result.batch)[0]
    assert (row.verdict, codes(row)) == ("conflict", ["several_people"])
    assert footprint() == before
    item = WorkItem.objects.get(kind="link_review")
    assert (item.owner, item.subject_id, item.area_path) == ("社区", row.id, city.ROSE)
    asked = {candidate.other_id for candidate in LinkCandidate.objects.filter(row=row, outcome="")}
    assert asked == {person_of(ZHANG).id, person_of(twin).id}
    assert dict(queries.batch(OFFICER, batch_id=result.batch.batch_id).rows.items[0].content)["姓名"] == "张桂兰"


def test_a_homophone_goes_in_with_a_notice_another_name_does_not() -> None:
    city.three_residents()
    result = bring_in(
        "民政",
        [{"身份证号": ZHANG, "姓名": "张贵兰", "救助类别": "低保"}, {"身份证号": LI, "姓名": "赵大明", "救助类别": "低保"}],
    )
    first, second = rows_of(result.batch)
    assert (first.verdict, codes(first)) == ("update", ["name_homophone"])
    assert (second.verdict, codes(second)) == ("conflict", ["name_differs"])
    assert person_of(ZHANG).name == "张桂兰" and "assistance" not in person_of(LI).facts


def test_one_person_twice_in_a_file() -> None:
    city.three_residents()
    rows = [
        {"身份证号": ZHANG, "姓名": "张桂兰", "救助类别": "低保"},
        {"身份证号": ZHANG, "姓名": "张桂兰", "救助类别": "低保"},
        {"身份证号": LI, "姓名": "李建国", "救助类别": "低保"},
        {"身份证号": LI, "姓名": "李建国", "救助类别": "无"},
    ]
    result = bring_in("民政", rows)
    assert [row.verdict for row in rows_of(result.batch)] == ["update", "unchanged", "conflict", "conflict"]
    assert rows_of(result.batch)[1].problems[0]["value"] == "第2行"
    assert "assistance" not in person_of(LI).facts


def test_one_household_with_two_incomes_is_a_conflict() -> None:
    city.three_residents()
    rows = [
        {"身份证号": ZHANG, "姓名": "张桂兰", "家庭人均月收入": "900"},
        {"身份证号": LI, "姓名": "李建国", "家庭人均月收入": "901"},
        {"身份证号": WANG, "姓名": "王秀英", "家庭人均月收入": "500"},
    ]
    result = bring_in("民政", rows)
    assert [row.verdict for row in rows_of(result.batch)] == ["conflict", "conflict", "update"]
    assert person_of(WANG).household.facts == {"size": 1, "all_elders": True, "income_per_head": 50000}
    assert person_of(ZHANG).household.facts == {"size": 2, "all_elders": True}


def test_nobody_known_is_rejected_where_the_department_may_not_add() -> None:
    result = check("医保", table([{"证件号码": ZHANG, "姓名": "张桂兰", "失能等级": "3"}]))
    assert [(row.verdict, codes(row)) for row in rows_of(result)] == [("rejected", ["nobody_found"])]


def test_the_verdict_is_taken_again_when_accepting() -> None:
    """A second file checked before the first was accepted does not add its people twice."""
    first = check("公安", table([resident(ZHANG, "张桂兰", "H1")]))
    second = check("公安", table([resident(ZHANG, "张桂兰", "H1"), resident(LI, "李建国", "H1")]))
    assert second.counts["new"] == 2
    actions.accept_batch(OFFICER, batch_id=first.batch_id)
    late = actions.accept_batch(OFFICER, batch_id=second.batch_id)
    assert (late.batch.counts["new"], late.batch.counts["unchanged"]) == (1, 1)
    assert Person.objects.count() == 2


def test_an_emptied_staging_table_is_filled_again() -> None:
    checked = check("公安", table([resident(ZHANG, "张桂兰", "H1")]))
    StagedRow.objects.all().delete()
    assert actions.accept_batch(OFFICER, batch_id=checked.batch_id).batch.counts["new"] == 1
    assert Person.objects.count() == 1


def test_checking_again_replaces_the_verdicts() -> None:
    checked = check("公安", table([resident(ZHANG, "张桂兰", "H1")]))
    again = actions.check_batch(OFFICER, batch_id=checked.batch_id)
    assert again.counts == checked.counts
    assert ImportRow.objects.count() == 1 and StagedRow.objects.count() == 1
    assert ImportBatch.objects.get().progress == 1


def test_many_changed_households_are_one_event_about_the_city() -> None:
    rows = [resident(city.id_number("19500101", i), f"王{'一二三四五六七八九十'[i % 10]}", f"H{i}") for i in range(1, 502)]
    result = bring_in("公安", rows)
    assert result.households == 501
    assert OutboxEvent.objects.get(name="people.city_facts_changed").payload == {"batch_id": result.batch.batch_id}
