"""An ID number changes: the person stays, the former number still means them, and a human decides where the numbers are two persons'."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from songhe.basics.masking import mask_id_number
from songhe.contexts.people import actions, queries
from songhe.contexts.people.actions import number_changes
from songhe.contexts.people.actions.search_registry import Criterion
from songhe.contexts.people.events import HouseholdsChanged, LifeEventsKnown
from songhe.contexts.people.models import FormerNumber, LifeEvent, LinkCandidate, Person, PersonLink, Record
from songhe.foundation import clock
from songhe.foundation.encryption import blind_index
from songhe.foundation.models import OutboxEvent, WorkItem
from tests.contexts.people import city
from tests.contexts.people.city import (
    CLERK_A,
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
LATER = DAY + dt.timedelta(days=10)
NEW = city.id_number("19450301", 222)
NEWER = city.id_number("19450311", 224)
CHANGED = "2026-07-02"


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    city.load_city()
    city.three_residents()


def renumbered(former: str = ZHANG, number: str = NEW, name: str = "张桂兰", **cells: str) -> dict[str, str]:
    said = {"与户主关系": "配偶", "本市户籍": "是", "原身份证号": former, "号码变更日期": CHANGED}
    return resident(number, name, "H1", **(said | cells))


def digest(number: str) -> dict[str, str]:
    return {"id_number": blind_index(number, kind="id_number").hex()[:32]}


def payloads(name: str) -> list[dict[str, Any]]:
    return [row.payload for row in OutboxEvent.objects.filter(name=name).order_by("id")]


def everything() -> tuple[object, ...]:
    return *footprint(), list(FormerNumber.objects.values_list()), LifeEvent.objects.count()


def test_the_person_has_the_new_number_and_everything_else_stays() -> None:
    bring_in("民政", [{"身份证号": ZHANG, "姓名": "张桂兰", "救助类别": "低保对象"}])
    before = person_of(ZHANG)
    told = len(payloads(HouseholdsChanged.NAME))
    done = bring_in("公安", [renumbered()], on=LATER)
    assert (done.batch.counts["update"], done.households) == (1, 1)
    after = person_of(NEW)
    assert (after.id, after.public_id, after.facts, after.household_id) == (
        before.id,
        before.public_id,
        before.facts,
        before.household_id,
    )
    assert Person.objects.count() == 3
    assert actions.reveal(OFFICER, person_id=after.id, field="id_number", reason="核对") == NEW
    assert actions.reveal(OFFICER, person_id=after.id, field="phone", reason="核对") == "13800138000"
    event = LifeEvent.objects.get()
    assert (event.person_id, event.kind, event.happened_on) == (after.id, "number_changed", dt.date(2026, 7, 2))
    assert (event.before, event.after) == (digest(ZHANG), digest(NEW))
    assert payloads(LifeEventsKnown.NAME) == [{"event_ids": [event.id]}]
    assert [each["household_ids"] for each in payloads(HouseholdsChanged.NAME)[told:]] == [[after.household_id]]
    assert codes(rows_of(done.batch)[0]) == ["number_changed"]


def test_both_numbers_find_the_person_and_the_timeline_shows_the_former_one_masked() -> None:
    bring_in("公安", [renumbered()], on=LATER)
    person = person_of(NEW)
    for number in (ZHANG, NEW):
        assert [line.id for line in queries.search_people(OFFICER, text=number).items] == [person.id]
        assert queries.people_by_number(OFFICER, numbers=[number])[number].person_id == person.id
        found = actions.search_registry(OFFICER, use="benefit", criteria=[Criterion("id_number", "eq", number)])
        assert [each.brief.id for each in found.people] == [person.id]
    (told,) = queries.life_events(OFFICER, person_id=person.id)
    assert told.told == f"身份证号变更：原号码{mask_id_number(ZHANG)}"
    assert (told.department, told.happened_on) == ("公安", dt.date(2026, 7, 2))
    said = dict(queries.person(OFFICER, person_id=person.id).timeline[0].said)
    assert said["原身份证号"] == "••••" and said["号码变更日期"] == CHANGED


def test_other_departments_that_send_the_former_number_mean_the_same_person() -> None:
    bring_in("公安", [renumbered()], on=LATER)
    done = bring_in(
        "民政", [{"身份证号": ZHANG, "姓名": "张桂兰", "救助类别": "低保对象", "开户账号": "6222021234567890123"}], on=LATER
    )
    assert codes(rows_of(done.batch)[0]) == ["number_is_former"]
    person = person_of(NEW)
    assert (person.facts["assistance"], Person.objects.count()) == ("dibao", 3)
    assert actions.reveal(OFFICER, person_id=person.id, field="bank_account", reason="核对") == "6222021234567890123"
    bring_in("民政", [{"身份证号": NEW, "姓名": "张桂兰", "救助类别": "特困"}], on=LATER + dt.timedelta(days=1))
    assert person_of(NEW).facts["assistance"] == "tekun"


def test_the_same_file_twice_changes_nothing_and_an_older_file_turns_nothing_back() -> None:
    bring_in("公安", [renumbered()], on=LATER)
    bring_in("公安", [renumbered(NEW, NEWER)], on=LATER + dt.timedelta(days=5))
    before = everything()
    for _ in range(2):
        bring_in("公安", [renumbered()], on=LATER)
        assert (person_of(NEWER).id, LifeEvent.objects.count(), FormerNumber.objects.count()) == (before[0][0][0], 2, 2)  # type: ignore[index]
    assert bring_in("公安", [renumbered(NEW, NEWER)], on=LATER + dt.timedelta(days=5)).batch.counts["unchanged"] == 1
    assert everything() == before


def test_a_number_that_changes_back_is_current_again() -> None:
    bring_in("公安", [renumbered()], on=LATER)
    bring_in("公安", [renumbered(NEW, ZHANG)], on=LATER + dt.timedelta(days=5))
    assert person_of(ZHANG).name == "张桂兰" and not Person.objects.filter(id_index=blind_index(NEW, kind="id_number")).exists()
    assert actions.reveal(OFFICER, person_id=person_of(ZHANG).id, field="id_number", reason="核对") == ZHANG
    assert [line.id for line in queries.search_people(OFFICER, text=NEW).items] == [person_of(ZHANG).id]
    assert LifeEvent.objects.count() == 2


def test_a_change_that_comes_late_is_remembered_and_changes_nothing() -> None:
    bring_in("公安", [renumbered(number=NEWER)], on=LATER + dt.timedelta(days=5))
    done = bring_in("公安", [renumbered()], on=LATER)
    assert codes(rows_of(done.batch)[0]) == ["number_late"]
    assert [line.id for line in queries.search_people(OFFICER, text=NEW).items] == [person_of(NEWER).id]
    assert LifeEvent.objects.count() == 1


def test_two_persons_are_a_question_for_a_human_and_the_row_goes_in_once_it_is_answered() -> None:
    before = everything()
    done = bring_in("公安", [renumbered(LI, ZHANG, 与户主关系="户主")], on=LATER)
    assert done.batch.counts["conflict"] == 1 and everything() == before
    assert codes(rows_of(done.batch)[0]) == ["number_of_two"]
    asked = LinkCandidate.objects.get()
    assert (asked.person_id, asked.other_id, asked.row_id) == (person_of(LI).id, person_of(ZHANG).id, None)
    actions.decide_candidate(OFFICER, candidate_id=asked.id, same=True, reason="户籍科确认")
    assert PersonLink.objects.get().into_id == person_of(ZHANG).id
    again = bring_in("公安", [renumbered(LI, ZHANG, 与户主关系="户主")], on=LATER)
    assert (again.batch.counts["conflict"], LinkCandidate.objects.count()) == (0, 1)


def test_a_conflict_with_a_question_does_not_hide_the_other_conflicts() -> None:
    rows = [renumbered(LI, ZHANG), renumbered(WANG, NEW), renumbered(WANG, NEWER)]
    done = bring_in("公安", rows, on=LATER)
    assert [codes(row)[-1] for row in rows_of(done.batch)] == ["number_of_two", "number_muddled", "number_muddled"]
    assert WorkItem.objects.filter(kind="import_conflict").count() == 3


def test_an_unknown_former_number_is_a_notice_and_remembered() -> None:
    newcomer = city.id_number("19400909", 2)
    done = bring_in("公安", [resident(newcomer, "赵玉梅", "H9", 原身份证号=NEWER)], on=LATER)
    assert (codes(rows_of(done.batch)[0]), done.batch.counts["new"]) == (["former_unknown"], 1)
    bring_in("民政", [{"身份证号": NEWER, "姓名": "赵玉梅", "救助类别": "低保对象"}], on=LATER)
    assert person_of(newcomer).facts["assistance"] == "dibao"
    assert LifeEvent.objects.count() == 0


def test_the_same_number_twice_in_a_row_is_a_notice() -> None:
    done = bring_in("公安", [renumbered(ZHANG, ZHANG)], on=LATER)
    assert codes(rows_of(done.batch)[0]) == ["former_same"]
    assert FormerNumber.objects.count() == LifeEvent.objects.count() == 0


def test_a_damaged_former_number_is_an_error_with_its_cell_masked() -> None:
    done = check("公安", table([renumbered(ZHANG[:-1] + "0")]), on=LATER)
    (row,) = rows_of(done)
    assert (row.verdict, row.problems[0]["column"]) == ("rejected", "原身份证号")
    assert ZHANG[6:14] not in str(row.problems)


def test_another_name_and_another_birth_date_is_a_slip() -> None:
    before = everything()
    done = bring_in("公安", [renumbered(number=city.id_number("19380808", 2), name="钱多多")], on=LATER)
    assert codes(rows_of(done.batch)[0]) == ["number_of_stranger"] and everything() == before


def test_only_who_keeps_identity_changes_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    layouts = importlib.import_module("songhe.contexts.people.queries.layouts")
    police, aid = layouts.layout_of("公安"), layouts.layout_of("民政")
    more = dataclasses.replace(aid, columns=(*aid.columns, *(c for c in police.columns if c.field == "former_id_number")))
    monkeypatch.setattr(layouts, "layouts", lambda: tuple(more if each is aid else each for each in (police, aid)))
    before = everything()
    done = bring_in("民政", [{"身份证号": NEW, "姓名": "张桂兰", "救助类别": "特困", "原身份证号": ZHANG}], on=LATER)
    assert codes(rows_of(done.batch)[0]) == ["number_not_yours"] and everything() == before


def test_a_number_of_somebody_elsewhere_is_refused_without_telling() -> None:
    before = everything()
    for number in (NEW, ZHANG):
        done = check("公安", table([renumbered(WANG, number)]), on=LATER, actor=CLERK_A)
        (row,) = rows_of(done)
        assert (row.verdict, codes(row), row.person_id) == ("rejected", ["outside_area"], None)
    assert everything() == before and LinkCandidate.objects.count() == 0


def test_the_change_of_somebody_who_stands_for_another_is_theirs() -> None:
    actions.link_persons(OFFICER, person_id=person_of(ZHANG).id, into_id=person_of(LI).id, reason="核实过")
    bring_in("公安", [renumbered()], on=LATER)
    assert person_of(NEW).stands_for_id == person_of(LI).id
    assert LifeEvent.objects.filter(kind="number_changed").get().person_id == person_of(LI).id
    assert [line.id for line in queries.search_people(OFFICER, text=ZHANG).items] == [person_of(LI).id]


def test_nothing_is_half_done_when_writing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = check("公安", table([renumbered()]), on=LATER)
    before = everything()

    def broken(*args: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(number_changes, "_event", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.accept_batch(OFFICER, batch_id=batch.batch_id)
    assert everything() == before
    monkeypatch.undo()
    actions.accept_batch(OFFICER, batch_id=batch.batch_id)
    assert person_of(NEW).name == "张桂兰"


def test_a_number_has_one_owner_whoever_writes() -> None:
    zhang, li = person_of(ZHANG), person_of(LI)
    index = blind_index(NEW, kind="id_number")
    FormerNumber.objects.create(person=zhang, id_index=index, stated_on=DAY, known_at=clock.now())
    deeds = (
        lambda: FormerNumber.objects.create(person=li, id_index=index, stated_on=DAY, known_at=clock.now()),
        lambda: FormerNumber.objects.create(
            person=li, id_index=blind_index(ZHANG, kind="id_number"), stated_on=DAY, known_at=clock.now()
        ),
        lambda: Person.objects.filter(id=li.id).update(id_index=index),
    )
    for deed in deeds:
        with pytest.raises(IntegrityError), transaction.atomic():
            deed()
    assert Person.objects.filter(id=zhang.id).update(id_index=index) == 1
    assert Record.objects.filter(identity__has_key="former_id_number").count() == 0
