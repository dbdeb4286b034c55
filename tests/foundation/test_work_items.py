"""Work items: one open item a key, seen and closed in the own area only."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from songhe.foundation import clock, work_items
from songhe.foundation.access import SYSTEM, Actor, Grant, Right, Role
from songhe.foundation.errors import AccessDenied, Conflict, InvalidInput, NotFound
from songhe.foundation.models import AuditEntry, WorkItem
from songhe.foundation.work_items import KindCount, NewWorkItem

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
EAST = Actor(5, "东镇办事员", "user", (Grant(Role.STREET_CLERK, "1/11/"),))
WEST = Actor(6, "西镇办事员", "user", (Grant(Role.STREET_CLERK, "1/12/"),))
BOTH = Actor(7, "两镇办事员", "user", (Grant(Role.STREET_CLERK, "1/11/"), Grant(Role.COMMUNITY_WORKER, "1/12/121/")))
NOBODY = Actor(8, "审计员", "user", (Grant(Role.AUDIT_ADMIN, ""),))


def item(n: int, area: str = "1/11/", kind: str = "missing_fact", priority: int = 0, due: date | None = None) -> NewWorkItem:
    return NewWorkItem(kind, f"{kind}:{n}", "民政", area, "person", n, f"第{n}件", {"variable": "ability_grade"}, priority, due)


@pytest.mark.django_db
def test_opening_twice_is_opening_once() -> None:
    given = dict(kind="k", key="a", owner="民政", area_path="1/11/", subject_type="person", subject_id=1, title="补资料")
    first = work_items.open_item(SYSTEM, **given)
    assert work_items.open_item(SYSTEM, **given) == first
    assert WorkItem.objects.count() == 1
    work_items.close_item(EAST, item_id=first, outcome="已补")
    second = work_items.open_item(SYSTEM, **given)
    assert second != first and WorkItem.objects.filter(closed_at=None).count() == 1


@pytest.mark.django_db
def test_bulk_opens_what_is_not_open_yet() -> None:
    assert work_items.open_items_bulk(SYSTEM, items=(item(n) for n in range(5))) == 5
    assert work_items.open_items_bulk(SYSTEM, items=[item(n) for n in range(3, 9)]) == 4
    assert work_items.open_items_bulk(SYSTEM, items=[item(20), item(20)]) == 1
    assert work_items.open_items_bulk(SYSTEM, items=[]) == 0
    assert WorkItem.objects.count() == 10
    row = WorkItem.objects.get(key="missing_fact:4")
    assert (row.detail, row.subject_id, row.owner, row.outcome, row.due_on) == (
        {"variable": "ability_grade"},
        4,
        "民政",
        "",
        None,
    )


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_leave_one_open_item_a_key() -> None:
    opened: list[int] = []

    def write(writer: int) -> None:
        try:
            keys = range(100) if writer % 2 else reversed(range(100))
            opened.append(work_items.open_items_bulk(SYSTEM, items=[item(n) for n in keys]))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(opened) == 100 and len(opened) == 8
    assert WorkItem.objects.filter(closed_at=None).count() == 100


@pytest.mark.django_db
def test_a_block_is_one_statement(monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    monkeypatch.setattr(work_items, "_BLOCK", 400)
    with django_assert_num_queries(3):
        assert work_items.open_items_bulk(SYSTEM, items=(item(n) for n in range(1000))) == 1000
    with django_assert_num_queries(2):
        assert len(work_items.list_items(EAST).items) + len(work_items.count_by_kind(EAST)) == 51
    assert work_items.close_by_keys(SYSTEM, keys=(f"missing_fact:{n}" for n in range(999)), outcome="资料已到") == 999


@pytest.mark.django_db(transaction=True)
def test_two_clerks_close_one_item_and_one_is_told() -> None:
    pk = work_items.open_item(
        SYSTEM, kind="k", key="a", owner="民政", area_path="1/11/", subject_type="person", subject_id=1, title="补资料"
    )
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def close() -> None:
        try:
            barrier.wait()
            outcomes.append(work_items.close_item(EAST, item_id=pk, outcome="已补").outcome)
        except Conflict as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=close) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "已补"]
    assert AuditEntry.objects.filter(action="work_item.close").count() == 1


@pytest.mark.django_db
def test_closing_is_recorded_and_only_in_the_own_area() -> None:
    work_items.open_items_bulk(SYSTEM, items=[item(1)])
    pk = WorkItem.objects.get().pk
    with pytest.raises(NotFound):
        work_items.close_item(WEST, item_id=pk, outcome="x")
    with pytest.raises(NotFound):
        work_items.close_item(NOBODY, item_id=pk, outcome="x")
    with pytest.raises(InvalidInput):
        work_items.close_item(EAST, item_id=pk, outcome="  ")
    assert WorkItem.objects.get().closed_at is None and AuditEntry.objects.count() == 0
    with clock.frozen(NOON):
        closed = work_items.close_item(EAST, item_id=pk, outcome=" 已核实 ")
    assert (closed.closed_at, closed.closed_by, closed.outcome) == (NOON, 5, "已核实")
    assert (AuditEntry.objects.get().actor_id, AuditEntry.objects.get().subject_id) == (5, str(pk))


@pytest.mark.django_db
def test_one_item_is_found_open_or_closed_in_the_own_area_only() -> None:
    work_items.open_items_bulk(SYSTEM, items=[item(1)])
    pk = WorkItem.objects.get().pk
    found = work_items.find_item(EAST, item_id=pk)
    assert found is not None and (found.key, found.closed_at) == ("missing_fact:1", None)
    assert work_items.find_item(WEST, item_id=pk) is None and work_items.find_item(EAST, item_id=pk + 1) is None
    work_items.close_item(EAST, item_id=pk, outcome="已核实")
    found = work_items.find_item(EAST, item_id=pk)
    assert found is not None and found.outcome == "已核实"


@pytest.mark.django_db
def test_facts_that_came_in_close_their_items() -> None:
    work_items.open_items_bulk(SYSTEM, items=[item(n) for n in range(4)])
    assert (
        work_items.open_keys("missing_fact") == {f"missing_fact:{n}" for n in range(4)} and work_items.open_keys("visit") == set()
    )
    assert work_items.close_by_keys(SYSTEM, keys=["missing_fact:1", "missing_fact:3", "missing_fact:9"], outcome="资料已到") == 2
    assert work_items.close_by_keys(SYSTEM, keys=["missing_fact:1"], outcome="资料已到") == 0
    assert work_items.open_keys("missing_fact") == {"missing_fact:0", "missing_fact:2"}


@pytest.mark.django_db
def test_lists_are_ordered_scoped_and_paged_without_gap_or_repeat() -> None:
    for n in range(7):
        with clock.frozen(NOON + timedelta(minutes=n // 2)):
            work_items.open_items_bulk(SYSTEM, items=[item(n, priority=n % 3)])
    work_items.open_items_bulk(SYSTEM, items=[item(100, "1/12/121/"), item(101, "1/12/122/"), item(102, "1/1/")])
    seen, after = [], None
    while True:
        page = work_items.list_items(EAST, limit=3, after=after)
        seen += [i.subject_id for i in page.items]
        after = page.next
        if after is None:
            break
    assert seen == [2, 5, 1, 4, 0, 3, 6]
    assert {i.subject_id for i in work_items.list_items(BOTH).items} == {*range(7), 100}
    assert [i.subject_id for i in work_items.list_items(BOTH, area_path="1/12/").items] == [100]
    assert {i.subject_id for i in work_items.list_items(WEST).items} == {100, 101}
    assert work_items.list_items(NOBODY).items == () and work_items.list_items(WEST, area_path="1/11/").items == ()
    assert len(work_items.list_items(SYSTEM).items) == 10
    with pytest.raises(InvalidInput):
        work_items.list_items(EAST, after="x")


@pytest.mark.django_db
def test_lists_narrow_by_kind_owner_and_subject() -> None:
    work_items.open_items_bulk(SYSTEM, items=[item(1), item(2, kind="visit"), item(1, kind="visit")])
    assert {i.key for i in work_items.list_items(EAST, kind="visit").items} == {"visit:2", "visit:1"}
    assert {i.key for i in work_items.list_items(EAST, subject=("person", 1)).items} == {"missing_fact:1", "visit:1"}
    assert work_items.list_items(EAST, owner="卫健").items == ()
    work_items.close_by_keys(SYSTEM, keys=["visit:1"], outcome="已办")
    assert [i.key for i in work_items.list_items(EAST, closed=True).items] == ["visit:1"]


@pytest.mark.django_db
def test_counts_by_kind_with_those_past_their_day() -> None:
    with clock.frozen(NOON):
        today = clock.today()
        work_items.open_items_bulk(
            SYSTEM,
            items=[
                item(1, due=today - timedelta(days=1)), item(2, due=today), item(3),
                item(4, kind="visit"), item(5, "1/12/", "visit"),
            ],
        )  # fmt: skip
        assert work_items.count_by_kind(EAST) == (KindCount("missing_fact", 3, 1), KindCount("visit", 1, 0))
        assert [i.overdue for i in work_items.list_items(EAST, kind="missing_fact").items] == [True, False, False]
        assert work_items.count_by_kind(WEST) == (KindCount("visit", 1, 0),)
        assert work_items.count_by_kind(NOBODY) == () and work_items.count_by_kind(SYSTEM, owner="卫健") == ()


@pytest.mark.django_db
def test_who_sees_but_may_not_act_cannot_close() -> None:
    consumer = Actor(-1, "接口", "consumer", (Grant(Role.CITY_OFFICER, ""),), frozenset({Right.SEE_WORK}))
    work_items.open_items_bulk(SYSTEM, items=[item(1)])
    assert len(work_items.list_items(consumer).items) == 1
    with pytest.raises(AccessDenied):
        work_items.close_item(consumer, item_id=WorkItem.objects.get().pk, outcome="x")
    assert WorkItem.objects.get().closed_at is None
