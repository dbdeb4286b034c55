"""What departments differ on: listed with everything said, counted, sent back, and over when they agree."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.people import actions, queries
from songhe.contexts.people.errors import NothingDisputed, PersonNotFound
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import WorkItem
from tests.contexts.people import city
from tests.contexts.people.city import (
    CITY,
    CLERK_A,
    CLERK_B,
    DAY,
    OFFICER,
    ROSE,
    STRANGER,
    TOWN_A,
    TOWN_B,
    WANG,
    ZHANG,
    bring_in,
    person_of,
)

pytestmark = pytest.mark.django_db
LATER = DAY + dt.timedelta(days=10)


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    city.load_city()
    city.three_residents()
    zhang, wang = {"身份证号": ZHANG, "姓名": "张桂兰"}, {"身份证号": WANG, "姓名": "王秀英"}
    bring_in("社区", [zhang | {"行动不便": "是", "生活不能自理": "是"}, wang | {"行动不便": "是", "常住本市": "否"}])
    bring_in("残联", [zhang | {"行动不便": "否"}, wang | {"行动不便": "是"}], on=DAY + dt.timedelta(days=1))
    bring_in("民政", [zhang | {"生活不能自理": "否"}])
    bring_in("公安", [city.resident(WANG, "王秀英", "H2", **{"村(社区)代码": "990102001", "常住本市": "是"})], on=LATER)


def listed(**asked: object) -> list[tuple[str, str]]:
    return [(line.person.name, line.fact.variable) for line in queries.disputes(OFFICER, **asked).items]  # type: ignore[arg-type]


def test_the_list_says_who_says_what_and_which_counts() -> None:
    found = {line.fact.variable: line for line in queries.disputes(CLERK_A).items}
    assert list(found) == ["unable_self_care", "mobility_difficulty"]
    fact = found["mobility_difficulty"].fact
    assert (fact.department, fact.shown, fact.why) == ("残联", "否", "这一项首先以残联的数据为准。")
    assert [(s.department, s.shown, s.stated_on, s.agrees) for s in fact.others] == [("社区", "是", DAY, False)]
    assert found["mobility_difficulty"].asked == ""


def test_it_can_be_narrowed_and_paged_and_shows_only_the_own_area() -> None:
    everything = [("张桂兰", "unable_self_care"), ("张桂兰", "mobility_difficulty"), ("王秀英", "resident_here")]
    assert listed() == everything
    assert listed(variable="resident_here") == everything[2:]
    assert listed(area_path=TOWN_A) == everything[:2]
    assert listed(departments=("公安", "社区")) == everything[2:]
    assert listed(departments=("残联", "社区")) == [everything[1]]
    assert listed(departments=("公安", "民政")) == []
    first = queries.disputes(OFFICER, limit=1)
    second = queries.disputes(OFFICER, limit=1, after=first.next)
    assert [line.person.name for line in (*first.items, *second.items)] == ["张桂兰", "张桂兰", "王秀英"]
    assert second.next is None
    assert [line.person.name for line in queries.disputes(CLERK_B).items] == ["王秀英"]
    with pytest.raises(AccessDenied):
        queries.disputes(STRANGER)


def test_they_are_counted_by_fact_departments_and_area() -> None:
    counts = [(c.variable, c.departments, c.people) for c in queries.dispute_counts(OFFICER)]
    assert counts == [
        ("mobility_difficulty", (), 1), ("mobility_difficulty", ("残联", "社区"), 1), ("resident_here", (), 1),
        ("resident_here", ("公安", "社区"), 1), ("unable_self_care", (), 1), ("unable_self_care", ("民政", "社区"), 1),
    ]  # fmt: skip
    assert queries.dispute_areas(OFFICER, depth=2) == {TOWN_A: 1, TOWN_B: 1}
    assert queries.dispute_areas(CLERK_A, depth=3) == {ROSE: 1}
    assert {c.variable for c in queries.dispute_counts(CLERK_B)} == {"resident_here"}
    assert queries.dispute_counts(OFFICER, area_path=CITY + "990109/") == ()


def test_a_department_is_asked_once_and_the_item_closes_when_they_agree() -> None:
    zhang = person_of(ZHANG)
    asked = actions.ask_department(
        CLERK_A, person_id=zhang.id, variable="mobility_difficulty", department="残联", note="家人说能走"
    )
    assert actions.ask_department(CLERK_A, person_id=zhang.id, variable="mobility_difficulty", department="残联") == asked
    (item,) = work_items.list_items(SYSTEM, kind="disputed_fact").items
    assert (item.owner, item.subject_id, item.title) == ("残联", zhang.id, "核对“行动不便”：各部门说法不一")
    assert {line.fact.variable: line.asked for line in queries.disputes(CLERK_A).items}["mobility_difficulty"] == "残联"
    bring_in("社区", [{"身份证号": ZHANG, "姓名": "张桂兰", "行动不便": "否"}], on=LATER)
    assert work_items.list_items(SYSTEM, kind="disputed_fact").items == ()
    actions.ask_department(CLERK_A, person_id=zhang.id, variable="unable_self_care", department="民政")
    with clock.frozen(LATER):
        actions.correct_fact(CLERK_A, person_id=zhang.id, variable="unable_self_care", value=True, reason="入户看过")
    assert work_items.list_items(SYSTEM, kind="disputed_fact").items == ()
    assert listed(area_path=TOWN_A) == []


def test_what_is_not_disputed_is_not_asked_and_nothing_is_written() -> None:
    zhang = person_of(ZHANG)
    for actor, variable, department, refusal in (
        (CLERK_A, "alive", "公安", NothingDisputed),
        (CLERK_A, "mobility_difficulty", "邮局", InvalidInput),
        (CLERK_B, "mobility_difficulty", "残联", PersonNotFound),
    ):
        with pytest.raises(refusal):
            actions.ask_department(actor, person_id=zhang.id, variable=variable, department=department)
    assert not WorkItem.objects.filter(kind="disputed_fact").exists()
