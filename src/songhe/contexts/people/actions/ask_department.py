"""A dispute is sent back: the department that should know is asked to check what it says."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.people.access import person_for
from songhe.contexts.people.errors import NothingDisputed
from songhe.contexts.people.queries.dictionary import find_variable
from songhe.contexts.people.queries.disputes import dispute_key
from songhe.contexts.people.queries.layouts import layouts
from songhe.contexts.people.words import DISPUTED_FACT
from songhe.foundation import audit, work_items
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class AskedDepartment:
    """The work item by which the department is asked."""

    item_id: int
    department: str
    label: str


@transaction.atomic
def ask_department(actor: Actor, *, person_id: int, variable: str, department: str, note: str = "") -> AskedDepartment:
    """The department has an open work item to check the fact; it closes by itself when the departments agree or a correction counts.

    Raises NothingDisputed where they do not differ, InvalidInput for an unknown department, PersonNotFound, AccessDenied.
    """
    person = person_for(actor, person_id, right=Right.CORRECT_FACTS, lock=True)
    known = find_variable(variable)
    if known is None or variable not in person.disputed:
        raise NothingDisputed("各部门对这一项已经没有不同说法。", next_step="请刷新页面再看。")
    if department not in {layout.label for layout in layouts()}:
        raise InvalidInput("没有这个部门。", next_step="请从列出的部门里选择。", field="department")
    item = work_items.open_item(
        actor, kind=DISPUTED_FACT, key=dispute_key(person.id, variable), owner=department, area_path=person.area_path,
        subject_type="person", subject_id=person.id, title=f"核对“{known.label}”：各部门说法不一",
        detail={"variable": variable, "note": note.strip()[:200]},
    )  # fmt: skip
    detail = {"variable": variable, "department": department, "reason": note.strip()[:200]}
    audit.record(
        actor, "people.ask_department", subject_type="person", subject_id=person.id, area_path=person.area_path, detail=detail
    )
    return AskedDepartment(item, department, known.label)
