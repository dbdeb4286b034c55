"""One person of many records: linked, unlinked, asked about, and counted once everywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from songhe.contexts.people import actions, facts, queries
from songhe.contexts.people.errors import (
    AlreadyLinked,
    CandidateDecided,
    CandidateNotFound,
    LinkNotFound,
    LinkUndone,
    PersonNotFound,
    ReasonMissing,
    StandsForAnother,
)
from songhe.contexts.people.models import Household, ImportRow, LinkCandidate, Person, PersonLink, Record, StagedLink, StagedRow
from songhe.foundation.errors import SongheError
from songhe.foundation.models import AuditEntry, OutboxEvent, WorkItem
from tests.contexts.people import city
from tests.contexts.people.city import (
    CLERK_A,
    CLERK_B,
    DAY,
    LI,
    OFFICER,
    WANG,
    ZHANG,
    bring_in,
    check,
    codes,
    person_of,
    resident,
    rows_of,
    table,
)

pytestmark = pytest.mark.django_db
LATER = DAY + dt.timedelta(days=9)
SEEN = {
    "姓名": "张桂兰",
    "出生日期": "1945/3/1",
    "村(社区)": "红玫",
    "独居": "否",
    "联系电话": "13900139000",
    "现住址": "红玫社区9号楼",
}


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    city.load_city()
    city.three_residents()


def everything() -> tuple[object, ...]:
    """What linking and unlinking must bring back: who stands for whom, facts, households."""
    return (
        list(
            Person.objects.order_by("id").values_list(
                "id", "stands_for", "facts", "birth_date", "sex", "phone_index", "name", "household"
            )
        ),
        list(Household.objects.order_by("id").values_list("id", "facts")),
        list(Record.objects.exclude(department="推算").order_by("id").values_list()),
    )


def found(text: str) -> list[str]:
    return [line.name for line in queries.search_people(OFFICER, text=text).items]


def test_a_row_without_a_number_makes_a_person_who_stands_for_the_known_one() -> None:
    assert bring_in("社区", [SEEN]).households == 1
    zhang, other = person_of(ZHANG), Person.objects.exclude(stands_for=None).get()
    link = PersonLink.objects.get()
    assert (other.stands_for_id, other.name, other.id_index, other.household.key[0]) == (zhang.id, "张桂兰", None, "S")
    assert (link.person_id, link.into_id, link.origin, link.undone_at) == (other.id, zhang.id, "import", None)
    assert {field: told["agreement"] for field, told in link.evidence.items()} == {
        "name": "exact", "birth_date": "exact", "home": "near", "phone": "differs", "id_number": "missing",
    }  # fmt: skip
    assert Record.objects.get(person=other).values["lives_alone"] is False
    assert zhang.facts["lives_alone"] is False
    assert zhang.household.facts["size"] == 2
    assert StagedLink.objects.count() == StagedRow.objects.count() == 0


def test_the_same_file_twice_changes_nothing_and_a_new_word_goes_to_the_same_record() -> None:
    bring_in("社区", [SEEN])
    before = everything()
    assert bring_in("社区", [SEEN], on=LATER).batch.counts["unchanged"] == 1
    assert everything() == before
    assert bring_in("社区", [SEEN | {"独居": "是", "联系电话": "13700137000"}], on=LATER).batch.counts["update"] == 1
    assert person_of(ZHANG).facts["lives_alone"] is True
    assert Person.objects.count() == 4 and PersonLink.objects.count() == 1
    assert actions.reveal(OFFICER, person_id=person_of(ZHANG).id, field="phone", reason="回访") == "13700137000"


def test_the_link_is_undone_and_made_again() -> None:
    before = everything()
    bring_in("社区", [SEEN])
    linked = everything()
    zhang, other = person_of(ZHANG), Person.objects.exclude(stands_for=None).get()
    undone = actions.unlink_person(OFFICER, link_id=PersonLink.objects.get().id, reason="住址和子女都不同")
    assert undone.households == tuple(sorted({zhang.household_id, other.household_id}))
    assert everything()[0][:3] == before[0]  # type: ignore[index]
    assert person_of(ZHANG).facts == {key: value for key, value in zhang.facts.items() if key != "lives_alone"}
    alone = Person.objects.get(id=other.id)
    assert alone.facts["lives_alone"] is False and alone.household.facts["size"] == 1
    assert queries.person(OFFICER, person_id=zhang.id).brief.phone == "138****8000"
    assert bring_in("社区", [SEEN], on=LATER).batch.counts["unchanged"] == 1
    actions.link_persons(OFFICER, person_id=other.id, into_id=zhang.id, reason="又核实过，是同一位")
    assert everything() == linked
    assert [(link.origin, link.undone_at is None) for link in PersonLink.objects.order_by("id")] == [
        ("import", False),
        ("by_hand", True),
    ]
    events = [e.payload["household_ids"] for e in OutboxEvent.objects.filter(name="people.households_changed").order_by("id")[2:]]
    assert events == [list(undone.households)] * 2


def test_whoever_stands_for_another_is_in_no_list_but_is_found_by_what_was_written() -> None:
    actions.accept_batch(OFFICER, batch_id=check("社区", table([SEEN | {"姓名": "张贵兰"}])).batch_id)
    zhang = person_of(ZHANG)
    assert Person.objects.count() == 4
    assert found("") == ["张桂兰", "李建国", "王秀英"]
    assert found("张") == found("zhanggui") == found("13900139000") == found("张贵兰") == ["张桂兰"]
    other = Person.objects.exclude(stands_for=None).get()
    assert queries.person_id_of(OFFICER, public_id=other.public_id) == zhang.id
    with pytest.raises(PersonNotFound):
        queries.person(OFFICER, person_id=other.id)
    assert [home.person_ids for home in facts.household_inputs([zhang.household_id, other.household_id])] == [
        (zhang.id, person_of(LI).id)
    ]


def test_a_household_fact_of_such_a_row_counts_for_the_household() -> None:
    bring_in(
        "民政", [{"姓名": "王秀英", "出生日期": "1950-07-07", "村(社区)": "青松村", "家庭人均月收入": "900", "救助类别": "低保"}]
    )
    wang = person_of(WANG)
    assert wang.facts["assistance"] == "dibao"
    assert wang.household.facts == {"size": 1, "all_elders": True, "income_per_head": 90000}
    actions.unlink_person(OFFICER, link_id=PersonLink.objects.get().id, reason="不是同一家")
    assert person_of(WANG).household.facts == {"size": 1, "all_elders": True}


def one_question() -> LinkCandidate:
    """A row that may be 张桂兰: another ID number, the same name, birth date and community."""
    twin = city.id_number("19450301", 4)
    result = bring_in("残联", [{"身份证号": twin, "姓名": "张桂兰", "村(社区)": "红玫社区", "残疾等级": "二级"}])
    assert [(row.verdict, codes(row)) for row in rows_of(result.batch)] == [("conflict", ["number_differs"])]
    return LinkCandidate.objects.get()


def test_a_question_is_answered_with_yes() -> None:
    asked = one_question()
    line = queries.link_candidates(OFFICER).items[0]
    assert (line.id, line.one, line.other, line.said_by) == (asked.id, "张桂兰", "张桂兰", "残联报送，第2行")
    view = queries.link_candidate(OFFICER, candidate_id=asked.id)
    said = {line.label: (line.one, line.other, line.words) for line in view.lines}
    assert said["姓名"] == ("张桂兰", "张桂兰", "姓名相同")
    assert said["身份证号"][2] == "证件号不同" and "0000" not in said["身份证号"][0]
    assert view.changes == (("残疾等级", "没有登记", "二级"),)
    decided = actions.decide_candidate(CLERK_A, candidate_id=asked.id, same=True, reason="换过身份证，已核对")
    zhang = person_of(ZHANG)
    assert (decided.person_id, decided.waiting, decided.verdict) == (zhang.id, False, "update")
    assert zhang.facts["disability_grade"] == 2
    link = PersonLink.objects.get()
    assert (link.into_id, link.origin, link.reason, link.linked_by) == (zhang.id, "review", "换过身份证，已核对", CLERK_A.id)
    assert found(city.id_number("19450301", 4)) == ["张桂兰"]
    row = ImportRow.objects.get(id=asked.row_id)
    assert (row.verdict, row.person_id, row.batch.counts["conflict"], row.batch.counts["update"]) == ("update", zhang.id, 0, 1)
    assert WorkItem.objects.get(kind="link_review").outcome == "是同一个人：换过身份证，已核对"
    assert AuditEntry.objects.filter(action="people.decide_candidate").count() == 1
    assert StagedRow.objects.count() == StagedLink.objects.count() == 0
    with pytest.raises(CandidateDecided):
        actions.decide_candidate(OFFICER, candidate_id=asked.id, same=False, reason="再想想")
    actions.unlink_person(OFFICER, link_id=link.id, reason="弄错了")
    assert "disability_grade" not in person_of(ZHANG).facts
    assert person_of(city.id_number("19450301", 4)).facts["disability_grade"] == 2


def test_a_question_is_answered_with_no_and_the_row_is_a_new_person() -> None:
    asked = one_question()
    StagedRow.objects.all().delete()  # as after a crash: the row is read from the file again
    decided = actions.decide_candidate(OFFICER, candidate_id=asked.id, same=False, reason="两位老人都见过")
    new = person_of(city.id_number("19450301", 4))
    assert (decided.verdict, decided.person_id, new.stands_for_id, new.facts["disability_grade"]) == ("new", new.id, None, 2)
    assert "disability_grade" not in person_of(ZHANG).facts
    assert PersonLink.objects.count() == 0


def two_of_one_name() -> None:
    """Another 张桂兰 with the same birth date has moved into the community."""
    twin = city.id_number("19450301", 4)
    bring_in("公安", [resident(twin, "张桂兰", "H7", **{"村(社区)代码": "990101002"})])
    bring_in("公安", [resident(twin, "张桂兰", "H7")], on=LATER)


def test_a_row_that_nobody_is_and_that_may_not_be_new_is_put_aside_with_the_reason() -> None:
    two_of_one_name()
    bring_in("社区", [SEEN])
    row = ImportRow.objects.get(verdict="conflict")
    first, second = LinkCandidate.objects.filter(row__verdict="conflict").order_by("id")
    half = actions.decide_candidate(OFFICER, candidate_id=first.id, same=False, reason="不是这位")
    assert (half.waiting, half.verdict, half.person_id) == (True, "conflict", None)
    done = actions.decide_candidate(OFFICER, candidate_id=second.id, same=False, reason="也不是这位")
    row.refresh_from_db()
    assert (done.verdict, row.verdict, row.set_aside) == ("rejected", "rejected", "也不是这位")
    assert Person.objects.count() == 4 and Record.objects.filter(department="社区").count() == 0
    assert WorkItem.objects.get(kind="link_review").closed_at is not None


def test_one_yes_answers_the_other_questions_of_a_row() -> None:
    two_of_one_name()
    bring_in("社区", [SEEN])
    first, second = LinkCandidate.objects.order_by("id")
    actions.decide_candidate(OFFICER, candidate_id=second.id, same=True, reason="问过本人")
    first.refresh_from_db()
    assert (first.outcome, first.reason) == ("different", "已经认定是另一位老人。")
    assert Person.objects.get(id=second.other_id).facts["lives_alone"] is False


def test_who_is_led_along_comes_back() -> None:
    bring_in("社区", [SEEN])
    zhang, wang = person_of(ZHANG), person_of(WANG)
    source = Person.objects.exclude(stands_for=None).get()
    before = everything()
    made = actions.link_persons(OFFICER, person_id=zhang.id, into_id=wang.id, reason="试一试")
    assert dict(Person.objects.exclude(stands_for=None).values_list("id", "stands_for")) == {
        zhang.id: wang.id,
        source.id: wang.id,
    }
    assert Household.objects.get(key="H1").facts["size"] == 1
    actions.unlink_person(OFFICER, link_id=made.link_id, reason="弄错了")
    assert everything() == before
    assert PersonLink.objects.filter(undone_at=None).count() == 1


def test_what_is_refused_changes_nothing() -> None:
    bring_in("社区", [SEEN])
    zhang, li, wang = person_of(ZHANG), person_of(LI), person_of(WANG)
    source, link = Person.objects.exclude(stands_for=None).get(), PersonLink.objects.get()
    asked: list[tuple[type[SongheError], Callable[[], object]]] = [
        (AlreadyLinked, lambda: actions.link_persons(OFFICER, person_id=source.id, into_id=li.id, reason="试一试")),
        (StandsForAnother, lambda: actions.link_persons(OFFICER, person_id=li.id, into_id=source.id, reason="试一试")),
        (ReasonMissing, lambda: actions.link_persons(OFFICER, person_id=li.id, into_id=zhang.id, reason=" ")),
        (SongheError, lambda: actions.link_persons(OFFICER, person_id=li.id, into_id=li.id, reason="试一试")),
        (PersonNotFound, lambda: actions.link_persons(CLERK_A, person_id=wang.id, into_id=zhang.id, reason="试一试")),
        (PersonNotFound, lambda: actions.link_persons(CLERK_B, person_id=wang.id, into_id=zhang.id, reason="试一试")),
        (LinkNotFound, lambda: actions.unlink_person(CLERK_B, link_id=link.id, reason="试一试")),
        (LinkNotFound, lambda: actions.unlink_person(OFFICER, link_id=link.id + 99, reason="试一试")),
        (ReasonMissing, lambda: actions.unlink_person(OFFICER, link_id=link.id, reason="")),
    ]
    before, audited, told = everything(), AuditEntry.objects.count(), OutboxEvent.objects.count()
    for refusal, ask in asked:
        with pytest.raises(refusal):
            ask()
    assert (everything(), AuditEntry.objects.count(), OutboxEvent.objects.count()) == (before, audited, told)
    actions.unlink_person(OFFICER, link_id=link.id, reason="弄错了")
    with pytest.raises(LinkUndone):
        actions.unlink_person(OFFICER, link_id=link.id, reason="弄错了")


def test_questions_are_seen_by_who_may_see_both() -> None:
    asked = one_question()
    assert [line.id for line in queries.link_candidates(CLERK_A).items] == [asked.id]
    assert queries.link_candidates(CLERK_B).items == ()
    assert queries.link_candidates(OFFICER, area_path=city.TOWN_B).items == ()
    LinkCandidate.objects.update(from_area_path=city.PINE)
    assert queries.link_candidates(CLERK_A).items == ()
    for ask in (
        lambda: queries.link_candidate(CLERK_A, candidate_id=asked.id),
        lambda: actions.decide_candidate(CLERK_A, candidate_id=asked.id, same=True, reason="核实过"),
    ):
        with pytest.raises(CandidateNotFound):
            ask()
    assert queries.link_candidate(OFFICER, candidate_id=asked.id).may_decide


def test_a_sender_learns_nothing_about_people_elsewhere() -> None:
    row = {"姓名": "王秀英", "出生日期": "1950-07-07", "村(社区)": "红玫社区", "独居": "是"}
    batch = actions.upload_file(CLERK_A, department="社区", name="f.csv", content=table([row]), stated_on=DAY)
    result = actions.check_batch(CLERK_A, batch_id=batch)
    assert [(r.verdict, r.person_id) for r in rows_of(result)] == [("rejected", None)]


def test_there_are_no_chains_even_past_the_actions() -> None:
    zhang, li, wang = person_of(ZHANG), person_of(LI), person_of(WANG)
    Person.objects.filter(id=zhang.id).update(stands_for=li)
    for one, other in ((li, wang), (wang, zhang), (li, zhang), (wang, wang)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Person.objects.filter(id=one.id).update(stands_for=other)
    assert list(Person.objects.exclude(stands_for=None).values_list("id", flat=True)) == [zhang.id]


def test_a_damaged_number_helps_to_find_who_is_meant() -> None:
    wrong = LI[:17] + ("1" if LI[17] != "1" else "2")
    rows = [
        {"身份证号": wrong, "姓名": "李健国", "残疾等级": "二级"},
        {
            "身份证号": f"{float(int(WANG[:17] + '0')):.5E}" if WANG[0] != "0" else "1.10105E+17",
            "姓名": "赵无名",
            "残疾等级": "二级",
        },
    ]
    result = bring_in("残联", rows)
    first, second = rows_of(result.batch)
    assert (first.verdict, codes(first)) == ("update", ["id_wrong_check_digit", "linked"])
    assert (second.verdict, codes(second)) == ("rejected", ["id_scientific_notation", "new_without_number"])
    li, link = person_of(LI), PersonLink.objects.get()
    assert li.facts["disability_grade"] == 2 and li.name == "李建国"
    assert link.probability is not None and link.probability >= 0.99
    assert {field: told["agreement"] for field, told in link.evidence.items() if told["agreement"] != "missing"} == {
        "name": "sound", "id_number": "exact", "birth_date": "exact",
    }  # fmt: skip
    assert [link.name for link in queries.links_of(OFFICER, person_id=li.id)] == ["李健国"]
    assert bring_in("残联", rows).batch.counts["unchanged"] == 1
