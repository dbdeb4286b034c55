"""Who should have an entry, and what has run out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from songhe.contexts.people.models import Person
from songhe.contexts.registers import actions, queries
from songhe.contexts.registers.models import Candidate, Entry
from songhe.contexts.registers.words import CLOCK, Expectation
from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import AccessDenied
from tests.contexts.registers.trial_city import CLERK_A, CLERK_B, DAY, OFFICER, PINE, ROSE, elder, load_trial


def _names(kind: Expectation, actor: object = OFFICER) -> list[str]:
    return [line.person.name for line in queries.candidates(actor, register="visits", expectation=kind).items]  # type: ignore[arg-type]


def test_everybody_is_told_apart_and_a_second_look_writes_nothing(trial: Path) -> None:
    elder(1, "应登记")
    elder(2, "不用登记", left_behind=False)
    elder(3, "说不清", left_behind=None)
    elder(4, "已去世", alive=False)
    entered = elder(5, "已登记")
    leaving = elder(6, "不再留守")
    for person in (entered, leaving):
        actions.add_entry(OFFICER, register="visits", person_id=person.id, values={})
    Person.objects.filter(id=leaving.id).update(facts={**leaving.facts, "left_behind": False})
    done = actions.refresh_candidates(SYSTEM)
    assert done.persons[Expectation.LEAVING] == 1
    assert _names(Expectation.MISSING) == ["应登记"]
    assert _names(Expectation.UNKNOWN) == ["说不清"]
    assert _names(Expectation.LEAVING) == ["不再留守"]
    rows = list(Candidate.objects.filter(register="visits").order_by("id").values())
    assert actions.refresh_candidates(SYSTEM) == done
    assert list(Candidate.objects.filter(register="visits").order_by("id").values()) == rows
    counted = queries.register(OFFICER, register="visits").expected
    assert dict(counted) == {Expectation.MISSING: 1, Expectation.UNKNOWN: 1, Expectation.LEAVING: 1}


def test_a_button_adds_those_of_whom_the_condition_holds_now(trial: Path) -> None:
    people = [elder(n, f"老人{n}") for n in range(1, 4)]
    pine = elder(4, "外镇", PINE)
    actions.refresh_candidates(SYSTEM)
    Person.objects.filter(id=people[2].id).update(facts={**people[2].facts, "left_behind": False})
    ids = [person.id for person in (*people, pine)]
    added = actions.add_candidates(CLERK_A, register="visits", person_ids=ids)
    assert (added.added, added.left) == (2, 2)  # one is not left behind any more, one lives in the other town
    assert list(Entry.objects.order_by("person_id").values_list("person_id", "state", "values")) == [
        (people[0].id, "open", {"every": "month"}),
        (people[1].id, "open", {"every": "month"}),
    ]
    assert _names(Expectation.MISSING, CLERK_A) == ["老人3"]
    assert _names(Expectation.MISSING, CLERK_B) == ["外镇"]
    assert actions.add_candidates(CLERK_A, register="visits", person_ids=ids).added == 0
    (change,) = queries.history(CLERK_A, entry_id=Entry.objects.order_by("id")[0].id)
    assert change.reason == "按条件登记"


def test_an_entry_follows_its_person_into_another_area(zhang: Person) -> None:
    actions.add_entry(CLERK_A, register="visits", person_id=zhang.id, values={})
    Person.objects.filter(id=zhang.id).update(area_path=PINE)
    assert actions.refresh_candidates(SYSTEM).moved == 1
    assert Entry.objects.get().area_path == PINE
    assert queries.entries(CLERK_A, register="visits").items == ()


def test_only_who_decides_the_whole_city_may_look_at_everybody(zhang: Person) -> None:
    for action in (actions.refresh_candidates, actions.settle_clocks):
        with pytest.raises(AccessDenied):
            action(CLERK_A)
    assert Candidate.objects.count() == 0


def test_candidates_are_paged_by_area(trial: Path) -> None:
    for n in range(1, 6):
        elder(n, f"老人{n}", ROSE if n % 2 else PINE)
    actions.refresh_candidates(SYSTEM)
    first = queries.candidates(OFFICER, register="visits", limit=2)
    second = queries.candidates(OFFICER, register="visits", limit=2, after=first.next)
    third = queries.candidates(OFFICER, register="visits", limit=2, after=second.next)
    assert [line.person.name for page in (first, second, third) for line in page.items] == [
        "老人1",
        "老人3",
        "老人5",
        "老人2",
        "老人4",
    ]
    assert third.next is None


def test_a_clock_opens_work_and_the_deed_closes_it(zhang: Person) -> None:
    entry = actions.add_entry(CLERK_A, register="visits", person_id=zhang.id, values={"every": "week", "helper": "李"}).id
    assert actions.settle_clocks(SYSTEM).opened == 0
    with clock.frozen(DAY + dt.timedelta(days=30)):
        assert actions.settle_clocks(SYSTEM).opened == 0  # the thirtieth day is still in time
    with clock.frozen(DAY + dt.timedelta(days=31)):
        settled = actions.settle_clocks(SYSTEM)
        assert (settled.opened, settled.closed) == (1, 0)
        assert actions.settle_clocks(SYSTEM).opened == 0
        (item,) = work_items.list_items(CLERK_A, kind=CLOCK).items
        assert (item.title, item.owner, item.area_path, item.subject_id) == ("探访台账：安排结对", "社区", ROSE, entry)
        assert item.due_on == DAY + dt.timedelta(days=30)
        assert work_items.list_items(CLERK_B, kind=CLOCK).items == ()
        actions.move_entry(CLERK_A, entry_id=entry, move="pair", values={"last": "2026-12-20"})
        assert work_items.list_items(CLERK_A, kind=CLOCK).items == ()
    with clock.frozen(dt.date(2026, 12, 28)):
        assert actions.settle_clocks(SYSTEM).opened == 1  # a week after the last visit
        actions.change_entry(CLERK_A, entry_id=entry, values={"last": "2026-12-28"})
        assert work_items.list_items(CLERK_A, kind=CLOCK).items == ()
    with clock.frozen(dt.date(2027, 1, 30)):
        assert actions.settle_clocks(SYSTEM).opened == 1
        actions.change_entry(CLERK_A, entry_id=entry, values={"every": "month"})  # no clock for monthly visits
        assert work_items.list_items(CLERK_A, kind=CLOCK).items == ()


def test_a_clock_that_the_pack_no_longer_has_leaves_no_work_behind(zhang: Person, tmp_path: Path) -> None:
    actions.add_entry(CLERK_A, register="visits", person_id=zhang.id, values={})
    with clock.frozen(DAY + dt.timedelta(days=40)):
        assert actions.settle_clocks(SYSTEM).opened == 1
        text = (tmp_path / "trial" / "registers" / "visits.yaml").read_text(encoding="utf-8")
        load_trial(tmp_path, visits=text.replace("days: 30", "days: 90"))
        settled = actions.settle_clocks(SYSTEM)
        assert (settled.opened, settled.closed) == (0, 1)
