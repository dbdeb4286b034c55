"""Deaths, moves and their withdrawal become dated events, once each, whatever way they come in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from songhe.contexts.people import actions
from songhe.contexts.people.actions.settle_persons import settle_persons
from songhe.contexts.people.events import LifeEventsKnown
from songhe.contexts.people.listeners import on_life_events_known
from songhe.contexts.people.models import Household, LifeEvent, Person, Record
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM
from songhe.foundation.models import OutboxEvent
from tests.contexts.people import city
from tests.contexts.people.city import DAY, LI, OFFICER, ROSE, WANG, ZHANG, bring_in, person_of, resident

pytestmark = pytest.mark.django_db
LATER = DAY + dt.timedelta(days=10)
DIED = dt.date(2026, 7, 5)


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    city.load_city()
    city.three_residents()


def events() -> list[tuple[str, str, dt.date | None]]:
    """(name, kind, day), as they became known."""
    return [(e.person.name, e.kind, e.happened_on) for e in LifeEvent.objects.select_related("person").order_by("id")]


def published() -> list[Any]:
    return [row.payload["event_ids"] for row in OutboxEvent.objects.filter(name=LifeEventsKnown.NAME).order_by("id")]


def death(day: str = "2026-07-05", **cells: str) -> dict[str, str]:
    return resident(ZHANG, "张桂兰", "H1", 人员状态="死亡", 死亡日期=day, 本市户籍="是", **cells)


def test_who_is_new_has_no_events() -> None:
    assert events() == []
    assert published() == []


def test_a_death_is_known_once_with_its_day_and_the_household_is_smaller() -> None:
    rows = [death(), resident(LI, "李建国", "H1", 本市户籍="是")]
    bring_in("公安", rows, on=LATER)
    bring_in("公安", rows, on=LATER)
    bring_in("卫健", [{"身份证号": ZHANG, "姓名": "张桂兰", "人员状态": "死亡", "死亡日期": "2026-07-05"}], on=LATER)
    assert events() == [("张桂兰", "died", DIED)]
    event = LifeEvent.objects.get()
    assert (event.before, event.after) == ({"alive": True}, {"alive": False})
    assert published() == [[event.id]]
    assert Household.objects.get(key="H1").facts["size"] == 1


def test_a_death_is_withdrawn_by_a_correction_and_by_a_later_file() -> None:
    bring_in("公安", [death()], on=LATER)
    zhang = person_of(ZHANG)
    with clock.frozen(LATER):
        actions.correct_fact(OFFICER, person_id=zhang.id, variable="alive", value=True, reason="本人来过窗口")
    assert [(kind, day) for _, kind, day in events()] == [("died", DIED), ("death_withdrawn", None)]
    assert Household.objects.get(key="H1").facts["size"] == 2
    assert len(published()) == 2


def test_moves_within_out_of_and_into_the_city() -> None:
    wang = {"与户主关系": "户主", "村(社区)代码": "990101001"}
    bring_in("公安", [resident(WANG, "王秀英", "H2", **wang, 本市户籍="是")], on=LATER)
    bring_in("公安", [resident(WANG, "王秀英", "H2", **wang, 本市户籍="否")], on=LATER + dt.timedelta(days=1))
    bring_in("公安", [resident(WANG, "王秀英", "H2", **wang, 本市户籍="是")], on=LATER + dt.timedelta(days=2))
    assert [kind for _, kind, _ in events()] == ["moved_within", "moved_out", "moved_in"]
    within, out, _ = LifeEvent.objects.order_by("id")
    assert (within.before["area_path"], within.after) == ("990100/990102/990102001/", {"area_path": ROSE})
    assert (out.before, out.after) == ({"registered_here": True}, {"registered_here": False})


def test_a_fact_that_becomes_known_moves_nobody() -> None:
    bring_in("社区", [{"身份证号": WANG, "姓名": "王秀英", "常住本市": "否"}])
    assert events() == []


def test_a_link_that_brings_a_death_is_an_event_and_made_again_it_is_known_anew() -> None:
    li, zhang = person_of(LI), person_of(ZHANG)
    said = Record.objects.create(
        person=li, department="卫健", stated_on=LATER, received_at=clock.now(), values={"alive": False}, identity={"death_date": "2026-07-05"}
    )  # fmt: skip
    for head, kinds in ((zhang, ["died"]), (None, ["died", "death_withdrawn"])):
        Person.objects.filter(id=li.id).update(stands_for=head)
        settle_persons([li.id, zhang.id])
        assert sorted(kind for _, kind, _ in events()) == sorted(kinds)
    Person.objects.filter(id=li.id).update(stands_for=zhang)
    settle_persons([li.id])
    died = LifeEvent.objects.get(person=zhang, kind="died")
    assert (died.record_id, died.happened_on) == (said.id, DIED)
    assert died.known_at > LifeEvent.objects.get(person=zhang, kind="death_withdrawn").known_at
    with pytest.raises(IntegrityError), transaction.atomic():
        LifeEvent.objects.create(person=zhang, kind="died", record=said, known_at=clock.now())


def test_work_about_somebody_who_died_is_closed_and_stays_open_where_the_death_was_withdrawn() -> None:
    zhang, wang = person_of(ZHANG), person_of(WANG)
    for person in (zhang, wang):
        work_items.open_item(
            SYSTEM, kind="missing_fact", key=f"missing:{person.id}:x", owner="民政", area_path=person.area_path, subject_type="person",
            subject_id=person.id, title="补齐",
        )  # fmt: skip
    bring_in("公安", [death(), resident(WANG, "王秀英", "H2", 人员状态="死亡")], on=LATER)
    Person.objects.filter(id=wang.id).update(facts={**person_of(WANG).facts, "alive": True})  # somebody was quicker
    event = LifeEventsKnown(event_ids=tuple(LifeEvent.objects.values_list("id", flat=True)))
    on_life_events_known(event)
    on_life_events_known(event)
    assert [item.subject_id for item in work_items.list_items(SYSTEM, subject=("person", wang.id)).items] == [wang.id]
    assert work_items.list_items(SYSTEM, subject=("person", zhang.id)).items == ()
    (closed,) = work_items.list_items(SYSTEM, subject=("person", zhang.id), closed=True).items
    assert closed.outcome == "老人已去世，不用再办"
