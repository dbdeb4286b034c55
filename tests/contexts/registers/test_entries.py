"""One entry from its beginning to its end: values, moves, rights, history, and what must never be."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from songhe.contexts.people.models import Person
from songhe.contexts.registers import actions, queries
from songhe.contexts.registers.errors import (
    AlreadyEntered,
    EntryClosed,
    EntryNotFound,
    MoveNotAllowed,
    RegisterUnknown,
    ValueRefused,
)
from songhe.contexts.registers.models import Entry, EntryChange
from songhe.contexts.registers.words import Deed
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Grant, Right, Role
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import AuditEntry
from tests.contexts.registers.trial_city import CLERK_A, CLERK_B, DAY, OFFICER, PINE, ROSE, STRANGER, TOWN_A, WORKER_A, elder

FULL = {
    "every": "week", "helper": "李志愿", "helper_phone": "13900001234", "asked": 4, "made": 3, "gift": 128050, "share": "75.50",
    "urgent": True, "last": "2026-11-20",
}  # fmt: skip


def _add(person: Person, actor: Actor = CLERK_A, **values: object) -> int:
    return actions.add_entry(actor, register="visits", person_id=person.id, values=values).id


def test_an_entry_holds_typed_values_and_what_is_sensitive_is_sealed(zhang: Person) -> None:
    added = actions.add_entry(CLERK_A, register="visits", person_id=zhang.id, values=FULL)
    assert (added.state, added.closed, added.changed) == ("open", False, True)
    row = Entry.objects.get()
    assert row.values == {
        "every": "week", "helper": "李志愿", "asked": 4, "made": 3, "gift": 128050, "share": "75.5", "urgent": True, "last": "2026-11-20",
    }  # fmt: skip
    assert row.sealed is not None
    assert b"13900001234" not in bytes(row.sealed)
    assert (row.key, row.area_path, row.opened_on, row.closed_on) == (f"[{zhang.id}]", ROSE, DAY, None)
    view = queries.entry(CLERK_A, entry_id=row.id)
    assert [(value.field.label, value.shown) for value in view.line.values] == [
        ("上门间隔", "每周"), ("结对人", "李志愿"), ("结对人电话", "••••"), ("应去次数", "4次"), ("已去次数", "3次"),
        ("慰问金", "1,280.50元"), ("完成比例", "75.5%"), ("急需", "是"), ("上次上门", "2026年11月20日"),
    ]  # fmt: skip
    assert (view.line.name, view.line.place, view.line.state_label) == ("张桂兰", "玫瑰镇 · 红玫社区", "待结对")
    assert [move.id for move in view.moves] == ["pair", "leave"]
    assert [move.id for move in queries.entry(WORKER_A, entry_id=row.id).moves] == ["pair"]  # leaving is for town and city


def test_a_second_open_entry_of_a_person_is_refused_by_the_database_too(zhang: Person) -> None:
    _add(zhang)
    with pytest.raises(AlreadyEntered):
        _add(zhang)
    assert Entry.objects.count() == 1
    assert EntryChange.objects.count() == 1
    row = Entry.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(
            register="visits", key=row.key, person=zhang, area_path=ROSE, state="open", opened_on=DAY, changed_at=clock.now()
        )


def test_after_the_end_a_person_may_have_a_new_entry(zhang: Person) -> None:
    first = _add(zhang)
    actions.move_entry(CLERK_A, entry_id=first, move="leave", reason="搬去子女家")
    second = _add(zhang)
    assert second != first
    assert Entry.objects.filter(closed_on=None).count() == 1
    assert [line.id for line in queries.entries(CLERK_A, register="visits").items] == [second]
    assert [line.id for line in queries.entries(CLERK_A, register="visits", over=True).items] == [first]
    assert [line.id for line in queries.entries(CLERK_A, register="visits", over=None).items] == [second, first]


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"every": "daily"}, {"every": "“上门间隔”没有“daily”这种写法。请填：每周、每月。"}),
        ({"asked": -1}, {"asked": "“应去次数”不能是-1。请填不小于0的数。"}),
        ({"asked": "4"}, {"asked": "“应去次数”的值类型不对。请写整数。"}),
        ({"gift": True}, {"gift": "“慰问金”的值类型不对。请写以分为单位的整数。"}),
        ({"share": "x"}, {"share": "“完成比例”要填数。请只写数字，例如 17.21。"}),
        ({"last": "2026-02-30"}, {"last": "“上次上门”：日历上没有这一天。请核对日期。"}),
        ({"helper": "=1+1"}, {"helper": "“结对人”的内容像是公式，不是文字。请改成普通文字；前面不要加等号等符号。"}),
        ({"nothing": 1}, {"nothing": "这本台账没有“nothing”这一项。"}),
        ({"asked": 1, "made": 2}, {"": "已去次数不能多于应去次数。"}),
        (
            {"every": "x", "last": "y"},
            {"every": "“上门间隔”没有“x”这种写法。请填：每周、每月。", "last": "“上次上门”的日期认不出来。请写成 2026-11-21 这样的形式。"},
        ),
    ],
)  # fmt: skip
def test_every_value_at_fault_is_told_at_once_and_nothing_is_written(
    zhang: Person, values: dict[str, object], problems: dict[str, str]
) -> None:
    with pytest.raises(ValueRefused) as refused:
        actions.add_entry(CLERK_A, register="visits", person_id=zhang.id, values=values)
    assert refused.value.problems == problems
    assert Entry.objects.count() == 0
    assert not AuditEntry.objects.filter(action="registers.add").exists()


def test_a_change_keeps_what_was_before_and_repeating_it_writes_nothing(zhang: Person) -> None:
    entry = _add(zhang, every="week", helper_phone="13900001234")
    with clock.frozen(DAY + dt.timedelta(days=1)):
        actions.change_entry(
            WORKER_A, entry_id=entry, values={"every": "month", "helper_phone": "13800000000"}, reason="电话换了"
        )
        again = actions.change_entry(WORKER_A, entry_id=entry, values={"every": "month"})
    assert again.changed is False
    latest, first = queries.history(CLERK_A, entry_id=entry)
    assert (latest.deed, latest.actor_name, latest.reason) == (Deed.CHANGED, "红玫社区", "电话换了")
    assert [(f.label, f.before, f.after) for f in latest.fields] == [("上门间隔", "每周", "每月"), ("结对人电话", "••••", "••••")]
    assert [(f.label, f.before, f.after) for f in first.fields] == [("上门间隔", "", "每周"), ("结对人电话", "", "••••")]
    assert actions.reveal_field(CLERK_A, entry_id=entry, field="helper_phone", reason="联系上门") == "13800000000"
    stored = EntryChange.objects.order_by("-id").first()
    assert stored is not None
    assert stored.before == {"every": "week", "helper_phone": None}
    assert b"1390000" not in bytes(stored.sealed or b"")


def test_a_value_is_taken_out_by_none(zhang: Person) -> None:
    entry = _add(zhang, helper="李志愿", helper_phone="1")
    actions.change_entry(CLERK_A, entry_id=entry, values={"helper": None, "helper_phone": None})
    row = Entry.objects.get()
    assert row.values == {}
    assert row.sealed is None


def test_a_move_asks_for_what_it_needs_and_for_a_reason(zhang: Person) -> None:
    entry = _add(zhang)
    with pytest.raises(ValueRefused) as refused:
        actions.move_entry(CLERK_A, entry_id=entry, move="pair")
    assert refused.value.problems == {"helper": "“结对”前要填“结对人”。"}
    moved = actions.move_entry(CLERK_A, entry_id=entry, move="pair", values={"helper": "李志愿"})
    assert moved.state == "paired"
    with pytest.raises(ValueRefused) as refused:
        actions.move_entry(CLERK_A, entry_id=entry, move="part")
    assert refused.value.problems == {"reason": "请写明“解除结对”的原因。"}
    with pytest.raises(MoveNotAllowed):
        actions.move_entry(CLERK_A, entry_id=entry, move="pair")
    assert Entry.objects.get().state == "paired"
    assert EntryChange.objects.count() == 2


def test_a_move_is_for_those_whom_the_register_names(zhang: Person) -> None:
    entry = _add(zhang)
    with pytest.raises(MoveNotAllowed):
        actions.move_entry(WORKER_A, entry_id=entry, move="leave", reason="搬走了")
    assert Entry.objects.get().closed_on is None
    over = actions.move_entry(CLERK_A, entry_id=entry, move="leave", reason="搬走了", on=DAY)
    assert (over.state, over.closed, Entry.objects.get().closed_on) == ("over", True, DAY)
    with pytest.raises(EntryClosed):
        actions.change_entry(CLERK_A, entry_id=entry, values={"every": "week"})
    with pytest.raises(MoveNotAllowed):
        actions.move_entry(CLERK_A, entry_id=entry, move="leave", reason="再退一次")


def test_an_entry_ends_neither_before_it_began_nor_tomorrow(zhang: Person) -> None:
    entry = _add(zhang)
    for day in (DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)):
        with pytest.raises(ValueRefused):
            actions.move_entry(CLERK_A, entry_id=entry, move="leave", reason="搬走了", on=day)
    assert Entry.objects.get().state == "open"
    with pytest.raises(ValueRefused):
        actions.add_entry(
            CLERK_A, register="halls", area_path=TOWN_A, values={"name": "一", "year": 2026}, opened_on=DAY + dt.timedelta(days=1)
        )


def test_nobody_sees_or_writes_outside_their_area(zhang: Person) -> None:
    entry = _add(zhang)
    pine = elder(2, "王玉珍", PINE)
    assert queries.entries(CLERK_B, register="visits").items == ()
    assert queries.count_entries(CLERK_B, register="visits") == 0
    for attempt in (
        lambda: queries.entry(CLERK_B, entry_id=entry),
        lambda: queries.history(CLERK_B, entry_id=entry),
        lambda: queries.entry_id_of(CLERK_B, public_id=str(Entry.objects.get().public_id)),
        lambda: actions.change_entry(CLERK_B, entry_id=entry, values={"every": "week"}),
        lambda: actions.move_entry(CLERK_B, entry_id=entry, move="leave", reason="不是我的"),
        lambda: actions.reveal_field(CLERK_B, entry_id=entry, field="helper_phone", reason="看看"),
    ):
        with pytest.raises(EntryNotFound):
            attempt()
    with pytest.raises(AccessDenied):
        actions.add_entry(CLERK_B, register="halls", area_path=TOWN_A, values={"name": "一", "year": 2026})
    with pytest.raises(Exception, match="没有找到这位老人"):
        _add(pine, CLERK_A)
    assert Entry.objects.count() == 1
    for actor in (STRANGER, Actor(9, "审计", "user", (Grant(Role.AUDIT_ADMIN, ""),))):
        assert queries.registers(actor) == ()
        with pytest.raises(RegisterUnknown):
            queries.entries(actor, register="visits")


def test_a_consumer_without_the_right_to_see_people_sees_only_registers_that_are_about_none(zhang: Person) -> None:
    entry = _add(zhang)
    consumer = Actor(
        -3, "接口", "consumer", (Grant(Role.CITY_OFFICER, ""),), frozenset({Right.SEE_REGISTERS, Right.KEEP_REGISTERS})
    )
    assert "visits" not in {each.id for each in queries.registers(consumer)}
    assert "halls" in {each.id for each in queries.registers(consumer)}
    with pytest.raises(RegisterUnknown):
        queries.entries(consumer, register="visits")
    with pytest.raises(EntryNotFound):
        queries.entry(consumer, entry_id=entry)


def test_a_sensitive_field_opens_with_a_reason_that_is_recorded(zhang: Person) -> None:
    entry = _add(zhang, helper_phone="13900001234")
    with pytest.raises(InvalidInput):
        actions.reveal_field(CLERK_A, entry_id=entry, field="helper_phone", reason=" ")
    with pytest.raises(InvalidInput):
        actions.reveal_field(CLERK_A, entry_id=entry, field="helper", reason="看看")
    assert not AuditEntry.objects.filter(action="registers.reveal").exists()
    assert actions.reveal_field(CLERK_A, entry_id=entry, field="helper_phone", reason="联系上门") == "13900001234"
    line = AuditEntry.objects.get(action="registers.reveal")
    assert (line.subject_id, line.area_path) == (str(entry), ROSE)
    assert line.detail == {"register": "探访台账", "field": "helper_phone", "label": "结对人电话", "reason": "联系上门"}
    assert audit.verify().ok


def test_history_and_entries_cannot_be_taken_away(zhang: Person) -> None:
    _add(zhang)
    for statement in ("DELETE FROM register_entry", "DELETE FROM register_change", "UPDATE register_change SET reason = 'x'"):
        with pytest.raises(IntegrityError, match="never"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_key_can_hold_the_area_and_fields(trial: Path) -> None:
    def add(path: str, name: str, year: int) -> None:
        actions.add_entry(OFFICER, register="halls", area_path=path, values={"name": name, "year": year})

    add(TOWN_A, "一号", 2025)
    add(TOWN_A, "一号", 2026)
    add(ROSE, "一号", 2026)
    with pytest.raises(AlreadyEntered):
        add(TOWN_A, "一号", 2026)
    with pytest.raises(ValueRefused) as refused:
        actions.add_entry(OFFICER, register="halls", area_path=TOWN_A, values={"name": "二号"})
    assert refused.value.problems == {"year": "请填“年度”。"}
    entry = Entry.objects.get(area_path=ROSE)
    with pytest.raises(InvalidInput):
        actions.add_entry(OFFICER, register="halls", values={"name": "二号", "year": 2026})
    second = actions.add_entry(OFFICER, register="halls", area_path=ROSE, values={"name": "二号", "year": 2026})
    with pytest.raises(AlreadyEntered):
        actions.change_entry(OFFICER, entry_id=second.id, values={"name": "一号"})
    assert Entry.objects.get(id=second.id).values["name"] == "二号"
    assert [line.name for line in queries.entries(OFFICER, register="halls", text="二号").items] == ["二号"]
    assert queries.entries(OFFICER, register="halls", area_path=ROSE).items[-1].id == entry.id


def test_a_list_is_filtered_and_paged(trial: Path) -> None:
    ids = [_add(elder(10 + n, f"老人{n}"), OFFICER) for n in range(5)]
    actions.move_entry(OFFICER, entry_id=ids[2], move="pair", values={"helper": "李"})
    first = queries.entries(OFFICER, register="visits", limit=2)
    assert [line.id for line in first.items] == [ids[4], ids[3]]
    second = queries.entries(OFFICER, register="visits", limit=2, after=first.next)
    assert [line.id for line in second.items] == [ids[2], ids[1]]
    assert queries.entries(OFFICER, register="visits", limit=2, after=second.next).next is None
    assert [line.id for line in queries.entries(OFFICER, register="visits", state="paired").items] == [ids[2]]
    assert [line.id for line in queries.entries(OFFICER, register="visits", text="老人3").items] == [ids[3]]
    view = queries.register(OFFICER, register="visits")
    assert (view.open, view.closed, dict(view.by_state)) == (5, 0, {"open": 4, "paired": 1})
    assert {each.id: each.open for each in queries.registers(CLERK_B)}["visits"] == 0
    assert len(queries.entries_of_person(OFFICER, person_id=Entry.objects.get(id=ids[0]).person_id or 0)) == 1
