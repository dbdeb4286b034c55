"""A sheet goes out to a community: chosen people and fields, pre-filled; it comes back like any other file and closes the request."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from songhe.basics.masking import mask_id_number
from songhe.contexts.people.access import sheet_for, visible_to
from songhe.contexts.people.actions.sheet_answers import token_of
from songhe.contexts.people.actions.upload_file import take_in
from songhe.contexts.people.errors import ReasonMissing, SheetNotOpen
from songhe.contexts.people.models import ImportBatch, ImportRow, Person, SheetRequest
from songhe.contexts.people.queries.contacts import opened
from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.queries.layouts import TOKEN, Column, Layout, layout_of
from songhe.contexts.people.queries.sheets import may_be_asked
from songhe.contexts.people.queries.template import TemplateFile, explanation, template_column
from songhe.contexts.people.queries.workbook import FormColumn, form_workbook
from songhe.contexts.people.words import COMMUNITY, BatchStatus, Verdict
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type
from songhe.foundation import audit, clock, work_items
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput
from songhe.foundation.scope import rows_within

MOST = 2_000  # people in one sheet
MOST_AT_ONCE = 20_000  # people of one request over all its communities
_WHO = ("姓名", "性别", "出生日期", "村(社区)", "身份证号")
_HOW = (
    "这张表怎么填",
    "1. 灰底的列说明是哪一位老人，已经填好并锁定，请不要改。",
    "2. 白底的列请逐人填写：已有的值是现在的资料，请核对，错的改正，空的补上；不知道的空着。",
    "3. 有下拉选项的格子，请从选项里选。",
    "4. 交回就表示这些内容由社区核对过。",
    "5. 表里没有的老人，请用空表另报。",
    "6. 填好后，在“数据上报”里这张表的页面上交回。",
)


@dataclass(frozen=True, slots=True)
class SheetRequested:
    """A sheet that went out: its number, its community, how many people it asks about."""

    request_id: int
    area_path: str
    people: int


@transaction.atomic
def request_sheet(
    actor: Actor,
    *,
    person_ids: Collection[int],
    fields: Sequence[str],
    reason: str,
    due_on: dt.date | None = None,
    department: str = COMMUNITY,
) -> tuple[SheetRequested, ...]:
    """One sheet a community is waiting to be filled in, each with a work item there; returns them by area.

    `fields` are columns of the department's layout. Raises InvalidInput for people outside the actor's areas, unknown fields, a day gone by
    or too many people, ReasonMissing without a reason in words.
    """
    require(actor, Right.IMPORT)
    layout = layout_of(department)
    fields = _checked_fields(layout, fields)
    if not reason.strip():
        raise ReasonMissing("请写明为什么要填这张表。", next_step="社区会看到这句话，例如：核对独居情况。", field="reason")
    if due_on is not None and due_on < clock.today():
        raise InvalidInput("截止日期已经过了。", next_step="请填今天或以后的日期。", field="due_on")
    by_area: dict[str, list[int]] = {}
    for person in _people(actor, person_ids):
        by_area.setdefault(person.area_path, []).append(person.id)
    made = [
        _send(actor, layout.label, path, ids[start : start + MOST], fields, reason.strip(), due_on)
        for path, ids in sorted(by_area.items())
        for start in range(0, len(ids), MOST)
    ]
    for sheet in made:
        detail = {"people": sheet.people, "fields": list(fields), "department": layout.label, "reason": reason.strip()}
        audit.record(
            actor,
            "people.request_sheet",
            subject_type="sheet_request",
            subject_id=sheet.request_id,
            area_path=sheet.area_path,
            detail=detail,
        )
    return tuple(made)


def _checked_fields(layout: Layout, fields: Sequence[str]) -> list[str]:
    allowed = [column.field for column in may_be_asked(layout)]
    wanted = [field for field in allowed if field in fields]
    if not wanted or set(fields) - set(allowed):
        raise InvalidInput("请选择要填写的项目。", next_step="请从页面上的项目中至少选一个。", field="fields")
    return wanted


def _people(actor: Actor, person_ids: Collection[int]) -> list[Person]:
    wanted = set(person_ids)
    if not wanted or len(wanted) > MOST_AT_ONCE:
        raise InvalidInput(f"请选择1到{MOST_AT_ONCE:,}位老人。", next_step="请先按镇街或条件缩小范围。", field="people")
    found = list(
        visible_to(actor)
        .filter(rows_within(actor, Right.IMPORT), id__in=wanted)
        .order_by("area_path", "household_id", "id")
        .only("id", "area_path")
    )
    if len(found) < len(wanted):
        raise InvalidInput("选的人里有不在您负责区域的。", next_step="请重新选择。", field="people")
    return found


def _send(
    actor: Actor, department: str, path: str, ids: list[int], fields: list[str], reason: str, due_on: dt.date | None
) -> SheetRequested:
    row = SheetRequest.objects.create(
        public_id=uuid.uuid4(), department=department, area_path=path, fields=fields, person_ids=ids, reason=reason, due_on=due_on,
        created_by=actor.id, created_at=clock.now(),
    )  # fmt: skip
    work_items.open_item(
        actor, kind="sheet_request", key=_key(row), owner=department, area_path=path, subject_type="sheet_request", subject_id=row.id,
        title=f"填报{len(ids)}位老人的资料：{reason}", due_on=due_on, priority=1,
    )  # fmt: skip
    return SheetRequested(row.id, path, len(ids))


def _key(row: SheetRequest) -> str:
    return f"sheet_request:{row.id}"


@transaction.atomic
def download_sheet(actor: Actor, *, request_id: int) -> TemplateFile:
    """The pre-filled workbook, for who does the work in its community; ID numbers are masked, the row's number says who is meant."""
    row = sheet_for(actor, request_id, right=Right.DO_WORK)
    layout = layout_of(row.department)
    asked = [column for column in layout.columns if column.field in row.fields]
    people = Person.objects.select_related("area", "household").in_bulk(row.person_ids)
    columns = [FormColumn(TOKEN.header, width=16, locked=True), *(FormColumn(name, width=16, locked=True) for name in _WHO)]
    columns += [FormColumn(c.header, _offered(c), 18) for c in asked]
    rows = [
        [token_of(row, place), *_who(people[person_id]), *(_known(people[person_id], column) for column in asked)]
        for place, person_id in enumerate(row.person_ids)
    ]
    content = form_workbook(layout.title, columns, rows, explanation=[("为什么填", row.reason), *explanation(layout, how=_HOW)])
    audit.record(
        actor,
        "people.download_sheet",
        subject_type="sheet_request",
        subject_id=row.id,
        area_path=row.area_path,
        detail={"rows": len(rows)},
    )
    area = people[row.person_ids[0]].area.name
    return TemplateFile(f"{area}-{layout.title}-填报{len(rows)}人", "xlsx", content)


def _offered(column: Column) -> tuple[str, ...]:
    choices = template_column(column).choices
    return choices if len(choices) > 1 else ()


def _who(person: Person) -> tuple[str, ...]:
    number = opened(person, "id_number")
    born = person.birth_date.isoformat() if person.birth_date else ""
    sex = {"male": "男", "female": "女"}.get(person.sex, "")
    return (person.name, sex, born, person.area.name, mask_id_number(number) if number else "没有")


def _known(person: Person, column: Column) -> str:
    """What counts now, in a word that the column accepts; empty where nothing does."""
    variable = find_variable(column.field)
    if variable is None:
        return ""
    value = (person.facts if variable.entity == "person" else person.household.facts).get(column.field)
    return "" if value is None else _word(column, variable, value)


def _word(column: Column, variable: Variable, value: object) -> str:
    for word, meant in column.words.items():
        if meant == value and type(meant) is type(value):
            return word
    if variable.type is Type.BOOL:
        return "是" if value else "否"
    if variable.type is Type.CODE:
        return dict(variable.values).get(str(value), "")
    if variable.type is Type.MONEY and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}"
    return str(value)


@transaction.atomic
def return_sheet(actor: Actor, *, request_id: int, name: str, content: bytes | Path) -> int:
    """The filled sheet waits to be checked like any other file, as of today and for its community alone; returns the batch's id.

    Whoever does the work there may hand it in; letting it in takes the same right as always. SheetNotOpen once it is closed or being let in.
    """
    row = sheet_for(actor, request_id, right=Right.DO_WORK, lock=True)
    if row.closed_at is not None or (row.batch is not None and row.batch.status == BatchStatus.ACCEPTING):
        raise SheetNotOpen("这张表已经收回，不用再交。", next_step="要更正内容，请在人员页面上更正。")
    batch = take_in(
        actor,
        department=layout_of(row.department),
        name=name,
        content=content,
        stated_on=clock.today(),
        area_paths=(row.area_path,),
    )
    row.batch = ImportBatch.objects.get(id=batch)
    row.save(update_fields=["batch"])
    audit.record(
        actor,
        "people.return_sheet",
        subject_type="sheet_request",
        subject_id=row.id,
        area_path=row.area_path,
        detail={"batch": batch},
    )
    return batch


def close_answered_sheets(actor: Actor, batch: ImportBatch) -> None:
    """Requests that this batch answers are closed, with their work items, where every row of it went in; else they stay open for the rest."""
    answered = SheetRequest.objects.select_for_update(of=("self",)).filter(batch_id=batch.id, closed_at=None).order_by("id")
    left = ImportRow.objects.filter(batch_id=batch.id, verdict__in=[Verdict.CONFLICT, Verdict.REJECTED], set_aside="").count()
    for row in answered:
        if not left and batch.total:
            row.closed_at = clock.now()
            row.save(update_fields=["closed_at"])
            work_items.close_by_keys(actor, keys=[_key(row)], outcome=f"已收回{batch.total}行，全部处理完。")
