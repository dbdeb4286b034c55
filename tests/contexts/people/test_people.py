"""Looking at people and correcting them: search, the person's page, scope, corrections, reveal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from songhe.contexts.people import actions, facts, queries
from songhe.contexts.people.errors import BatchNotFound, FactNotCorrectable, PersonNotFound, ReasonMissing
from songhe.contexts.people.models import Household, ImportBatch, ImportRow, Person
from songhe.contexts.places.actions import AreaInput, load_areas
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Grant, Role
from songhe.foundation.errors import AccessDenied, InvalidInput, SongheError
from songhe.foundation.models import AuditEntry, OutboxEvent
from tests.contexts.people import city
from tests.contexts.people.city import (
    CLERK_A,
    CLERK_B,
    DAY,
    LI,
    OFFICER,
    STRANGER,
    WANG,
    ZHANG,
    bring_in,
    footprint,
    person_of,
    table,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    city.load_city()
    city.three_residents()


def found(actor: Actor, text: str = "", **more: str) -> list[str]:
    """The names that a search finds, in order."""
    return [person.name for person in queries.search_people(actor, text=text, **more).items]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("张", ["张桂兰"]), ("zhanggui", ["张桂兰"]), ("ljg", ["李建国"]), ("WXY", ["王秀英"]), ("138 0013 8000", ["张桂兰"]), (LI, ["李建国"]),
        (ZHANG[:6] + ZHANG[8:17], ["张桂兰"]), (LI.lower(), ["李建国"]), ("桂兰", []), ("110105194912310021", []), ("13800138001", []),
        ("", ["张桂兰", "李建国", "王秀英"]), ("%", []), ("_", []),
    ],
)  # fmt: skip
def test_search(text: str, names: list[str]) -> None:
    assert found(OFFICER, text) == names


def test_a_line_of_the_list_is_masked() -> None:
    with clock.frozen(TODAY):
        line = queries.search_people(OFFICER, text="张桂兰").items[0]
    assert (line.id_number, line.phone) == (f"000***********{ZHANG[-4:]}", "138****8000")
    assert (line.sex, line.age, line.alive, line.place, line.demo) == ("女", 81, True, "玫瑰镇 · 红玫社区", True)


def test_pages_hold_everybody_once() -> None:
    rows = [city.resident(city.id_number("19500101", i), "王" + "甲乙丙丁"[i % 4], f"X{i}") for i in range(1, 24)]
    bring_in("公安", rows)
    for text in ("", "王", "wang"):
        seen: list[int] = []
        after = None
        while True:
            page = queries.search_people(OFFICER, text=text, limit=5, after=after)
            seen += [person.id for person in page.items]
            after = page.next
            if after is None:
                break
        assert len(seen) == len(set(seen)) == (26 if text == "" else 24)


def test_a_clerk_of_two_areas_lists_both_over_all_pages() -> None:
    both = Actor(
        5,
        "两处",
        "user",
        (Grant(Role.COMMUNITY_WORKER, city.PINE), Grant(Role.COMMUNITY_WORKER, city.ROSE), Grant(Role.STREET_CLERK, city.TOWN_A)),
    )
    seen: list[str] = []
    after = None
    while True:
        page = queries.search_people(both, limit=1, after=after)
        seen += [person.name for person in page.items]
        after = page.next
        if after is None:
            break
    assert seen == ["张桂兰", "李建国", "王秀英"]
    assert found(both, "", area_path=city.ROSE) == ["张桂兰", "李建国"]
    assert found(both, "王") == ["王秀英"]


def test_a_clerk_of_one_town_sees_nobody_of_another_through_any_question() -> None:
    wang = person_of(WANG)
    for text in ("", "王", "wang", "wxy", WANG):
        assert found(CLERK_A, text) == [name for name in found(OFFICER, text) if name != "王秀英"]
    assert found(CLERK_A, "", area_path=city.TOWN_B) == []
    assert found(OFFICER, "", area_path=city.TOWN_B) == ["王秀英"]
    refused: list[Callable[[], object]] = [
        lambda: queries.person(CLERK_A, person_id=wang.id),
        lambda: queries.household(CLERK_A, household_id=wang.household_id),
        lambda: actions.reveal(CLERK_A, person_id=wang.id, field="id_number", reason="核对证件"),
        lambda: actions.correct_fact(CLERK_A, person_id=wang.id, variable="lives_alone", value=True, reason="入户核实"),
    ]
    before, audited = footprint(), AuditEntry.objects.count()
    for ask in refused:
        with pytest.raises(PersonNotFound):
            ask()
    with pytest.raises(AccessDenied):
        queries.search_people(STRANGER)
    assert footprint() == before and AuditEntry.objects.count() == audited


def test_a_household_across_two_towns_shows_each_clerk_their_own_members() -> None:
    Person.objects.filter(id=person_of(LI).id).update(area_path=city.PINE)
    shown = queries.person(CLERK_A, person_id=person_of(ZHANG).id)
    assert [member.brief.name for member in shown.household.members] == ["张桂兰"]


def test_batches_are_seen_and_used_within_the_sender_s_area_only() -> None:
    content = table([{"身份证号": WANG, "姓名": "王秀英", "独居": "是"}, {"身份证号": ZHANG, "姓名": "张桂兰", "独居": "否"}])
    mine = actions.upload_file(CLERK_A, department="社区", name="f.csv", content=content, stated_on=DAY)
    checked = actions.check_batch(CLERK_A, batch_id=mine)
    rows = list(ImportRow.objects.filter(batch_id=mine).order_by("id"))
    assert [(row.verdict, row.person_id is None) for row in rows] == [("rejected", True), ("update", False)]
    assert rows[0].problems[0]["code"] == "outside_area"
    assert [batch.id for batch in queries.list_batches(CLERK_A).items] == [mine]
    assert queries.list_batches(CLERK_B).items == ()
    for ask in (lambda: queries.batch(CLERK_B, batch_id=mine), lambda: actions.check_batch(CLERK_B, batch_id=mine)):
        with pytest.raises(BatchNotFound):
            ask()
    with pytest.raises(AccessDenied):
        actions.accept_batch(CLERK_A, batch_id=mine)
    with pytest.raises(AccessDenied):
        actions.upload_file(STRANGER, department="社区", name="f.csv", content=content, stated_on=DAY)
    assert ImportBatch.objects.get(id=mine).status == "checked"
    actions.accept_batch(OFFICER, batch_id=checked.batch_id)
    assert (
        person_of(ZHANG).facts["lives_alone"] is False and person_of(WANG).facts["lives_alone"] is True
    )  # as derived, not as sent


def test_the_page_says_who_says_what_and_which_counts() -> None:
    bring_in("民政", [{"身份证号": ZHANG, "姓名": "张桂兰", "生活不能自理": "是"}])
    bring_in("社区", [{"身份证号": ZHANG, "姓名": "张贵兰", "生活不能自理": "否"}], on=DAY + dt.timedelta(days=9))
    bring_in("卫健", [{"身份证号": ZHANG, "姓名": "张桂兰", "失智": "确诊", "诊断": "阿尔茨海默病"}])
    shown = queries.person(OFFICER, person_id=person_of(ZHANG).id)
    by_name = {fact.variable: fact for fact in shown.facts}
    care = by_name["unable_self_care"]
    assert (care.shown, care.department, care.stated_on, care.disputed, care.correction) == ("是", "民政", DAY, True, False)
    assert care.why == "这一项首先以民政的数据为准。"
    assert [(o.department, o.shown, o.agrees) for o in care.others] == [("社区", "否", False)]
    assert by_name["dementia"].shown == "••••" and shown.diagnosis == "***"
    assert by_name["birth_date"].shown == "1945年3月1日"
    assert shown.revealable == ("id_number", "phone", "diagnosis", "address", "dementia")
    assert shown.name_by_department == (("公安", "张桂兰"), ("卫健", "张桂兰"), ("民政", "张桂兰"), ("社区", "张贵兰"))
    assert [member.brief.name for member in shown.household.members] == ["李建国", "张桂兰"]
    assert [fact.shown for fact in shown.household.facts] == ["2人", "是"]
    assert [entry.department for entry in shown.timeline] == ["社区", "卫健", "民政", "公安"]
    assert shown.household.address == "玫瑰镇红玫社区***"


def test_a_correction_counts_until_the_owner_says_something_later() -> None:
    bring_in("民政", [{"身份证号": ZHANG, "姓名": "张桂兰", "能力等级": "1"}])
    zhang = person_of(ZHANG)
    OutboxEvent.objects.all().delete()
    with clock.frozen(TODAY):
        done = actions.correct_fact(
            CLERK_A, person_id=zhang.id, variable="ability_grade", value=3, reason="入户核实，评估报告原件"
        )
    assert (done.value, done.shown, done.changed) == (3, "3级", True)
    assert person_of(ZHANG).facts["ability_grade"] == 3
    event = OutboxEvent.objects.get()
    assert (event.name, event.payload) == (
        "people.households_changed",
        {"household_ids": [zhang.household_id], "cause": "更正了能力等级"},
    )
    entry = AuditEntry.objects.get(action="people.correct_fact")
    assert entry.detail == {"variable": "ability_grade", "reason": "入户核实，评估报告原件", "stated_on": "2026-11-21"}
    fact = {f.variable: f for f in queries.person(OFFICER, person_id=zhang.id).facts}["ability_grade"]
    assert (fact.correction, fact.why) == (True, "工作人员核实后更正：入户核实，评估报告原件")
    bring_in("民政", [{"身份证号": ZHANG, "姓名": "张桂兰", "能力等级": "1"}], on=DAY + dt.timedelta(days=1))
    assert person_of(ZHANG).facts["ability_grade"] == 3
    with clock.frozen(TODAY + dt.timedelta(days=30)):
        bring_in("民政", [{"身份证号": ZHANG, "姓名": "张桂兰", "能力等级": "2"}], on=TODAY + dt.timedelta(days=20))
    assert person_of(ZHANG).facts["ability_grade"] == 2


def test_a_household_fact_is_corrected_for_the_household_and_a_death_changes_its_size() -> None:
    zhang = person_of(ZHANG)
    actions.correct_fact(CLERK_A, person_id=zhang.id, variable="income_per_head", value=128000, reason="入户核实", stated_on=DAY)
    actions.correct_fact(
        CLERK_A, person_id=person_of(LI).id, variable="alive", value=False, reason="家属报告，死亡证明", stated_on=DAY
    )
    home = facts.household_inputs([zhang.household_id])[0]
    assert home.household == {"size": 1, "all_elders": True, "income_per_head": 128000}
    assert [person["alive"] for person in home.persons] == [True, False]


@pytest.mark.parametrize(
    ("variable", "value", "reason", "error"),
    [
        ("ability_grade", True, "入户核实", FactNotCorrectable), ("ability_grade", "3", "入户核实", FactNotCorrectable),
        ("assistance", "rich", "入户核实", FactNotCorrectable), ("birth_date", "2026-02-30", "入户核实", FactNotCorrectable),
        ("lives_alone", 1, "入户核实", FactNotCorrectable), ("size", 3, "入户核实", FactNotCorrectable), ("shoe_size", 3, "入户核实", FactNotCorrectable),
        ("lives_alone", True, "  ", ReasonMissing),
    ],
)  # fmt: skip
def test_a_refused_correction_writes_nothing(variable: str, value: object, reason: str, error: type[SongheError]) -> None:
    before, audited, events = footprint(), AuditEntry.objects.count(), OutboxEvent.objects.count()
    with pytest.raises(error):
        actions.correct_fact(OFFICER, person_id=person_of(ZHANG).id, variable=variable, value=value, reason=reason)
    assert footprint() == before
    assert (AuditEntry.objects.count(), OutboxEvent.objects.count()) == (audited, events)


def test_a_correction_dated_in_the_future_is_refused() -> None:
    before = footprint()
    with clock.frozen(TODAY), pytest.raises(InvalidInput):
        actions.correct_fact(
            OFFICER,
            person_id=person_of(ZHANG).id,
            variable="lives_alone",
            value=True,
            reason="入户核实",
            stated_on=TODAY + dt.timedelta(days=1),
        )
    assert footprint() == before


def test_revealing_needs_a_reason_and_is_audited() -> None:
    bring_in("卫健", [{"身份证号": ZHANG, "姓名": "张桂兰", "失智": "确诊", "诊断": "阿尔茨海默病"}])
    zhang = person_of(ZHANG)
    audited = AuditEntry.objects.count()
    with pytest.raises(ReasonMissing):
        actions.reveal(CLERK_A, person_id=zhang.id, field="id_number", reason=" ")
    with pytest.raises(InvalidInput):
        actions.reveal(CLERK_A, person_id=zhang.id, field="alive", reason="核对证件")
    assert AuditEntry.objects.count() == audited
    wanted = {
        "id_number": ZHANG,
        "phone": "13800138000",
        "address": "玫瑰镇红玫社区3号楼2单元",
        "diagnosis": "阿尔茨海默病",
        "dementia": "是",
        "bank_account": "",
    }
    for field, text in wanted.items():
        assert actions.reveal(CLERK_A, person_id=zhang.id, field=field, reason="核对证件") == text
    entry = AuditEntry.objects.filter(action="people.reveal").earliest("seq")
    assert (entry.actor_id, entry.subject_id, entry.area_path) == (CLERK_A.id, str(zhang.id), city.ROSE)
    assert entry.detail == {"field": "id_number", "label": "身份证号", "reason": "核对证件", "use": "", "role": "street_clerk"}


def test_nothing_sensitive_stands_in_clear_in_any_table() -> None:
    bring_in("民政", [{"身份证号": ZHANG, "姓名": "张桂兰", "救助类别": "低保", "开户账号": "6222021234567890123"}])
    from django.apps import apps
    from django.db import connection

    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')  # noqa: S608
            text = "\n".join(row[0] for row in cursor.fetchall())
            for secret in (ZHANG, "13800138000", "3号楼", "6222021234567890123"):
                assert secret not in text, model


def test_the_city_in_one_statement() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(facts.CITY_SQL)
        rows = cursor.fetchall()
        names = [column.name for column in cursor.description]
    assert names == ["person_id", "household_id", "area_path", "facts", "household_facts"]
    assert [row[1] for row in rows] == sorted(row[1] for row in rows) and len(rows) == 3
    assert rows[2][4] == '{"size": 1, "all_elders": true}'


def test_the_county_follows_from_the_community_and_shows_its_name() -> None:
    load_areas(
        SYSTEM,
        areas=[
            AreaInput("990110", "柏树县", "county", "990100"),
            AreaInput("990110101", "溪口镇", "town", "990110"),
            AreaInput("990110101001", "溪口村", "community", "990110101", rural=True),
        ],
    )
    number = city.id_number("19400101", 5)
    bring_in("公安", [city.resident(number, "赵国强", "H9", **{"村(社区)代码": "990110101001"})])
    person = person_of(number)
    assert person.facts["county"] == "990110" and person.area_path == "990100/990110/990110101/990110101001/"
    shown = {fact.variable: fact.shown for fact in queries.person(OFFICER, person_id=person.id).facts}
    assert shown["county"] == "柏树县"


def test_a_person_is_never_deleted() -> None:
    for model in (Person, Household):
        there = model.objects.count()
        assert there > 0
        with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
            model.objects.all()._raw_delete("default")
        assert model.objects.count() == there
