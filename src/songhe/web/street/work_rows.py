"""Work items as rows of the work list: whose, what is missing, why it matters, how long it has waited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonBrief
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.work_items import WorkItemView
from songhe.web.street.fact_fields import FactField, fact_field

KINDS = {"missing_fact": "缺资料"}
MISSING = "missing_fact"


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One row. `field` is the missing fact that can be entered in the row, None where the item is closed with a sentence."""

    id: int
    title: str
    person: PersonBrief | None
    owner: str
    kind: str
    waited: str
    overdue: bool
    due_on: dt.date | None
    field: FactField | None
    may_act: bool

    @property
    def prefix(self) -> str:
        """Begins the ids of this row's form fields."""
        return f"item-{self.id}-"


def work_lines(actor: Actor, items: Sequence[WorkItemView]) -> tuple[WorkLine, ...]:
    """The items with the people they are about; two queries however many there are."""
    ids = [item.subject_id for item in items if item.subject_type == "person"]
    found = people.people_by_id(actor, person_ids=ids) if actor.may(Right.SEE_PEOPLE) else {}
    return tuple(_line(actor, item, found.get(item.subject_id)) for item in items)


def _line(actor: Actor, item: WorkItemView, person: PersonBrief | None) -> WorkLine:
    needed = Right.CORRECT_FACTS if item.kind == MISSING else Right.DO_WORK
    return WorkLine(
        id=item.id,
        title=item.title.replace("补齐“", "补“"),
        person=person,
        owner=item.owner,
        kind=KINDS.get(item.kind, "待办"),
        waited=waited(item.opened_at),
        overdue=item.overdue,
        due_on=item.due_on,
        field=missing_field(item),
        may_act=actor.may(needed, item.area_path),
    )


def missing_field(item: WorkItemView, value: str = "", reason: str = "") -> FactField | None:
    """The form field of the fact that an item waits for; None where it waits for something else."""
    variable = policy.pack_in_use().pack.variables_of("person").get(str(item.detail.get("variable", "")))
    return fact_field(variable, value, reason) if item.kind == MISSING and variable is not None else None


def waited(since: dt.datetime) -> str:
    """今天新增, or 已等12天."""
    days = (clock.now() - since).days
    return f"已等{days}天" if days else "今天新增"
