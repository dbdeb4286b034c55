"""Work items as rows of the work list: whose, what is missing, why it matters, how long it has waited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from songhe.contexts.entitlements.words import (
    DEATH_REPORTED,
    GRANT_ACCOUNT,
    GRANT_APPEAL,
    GRANT_APPLICATION,
    GRANT_OFFER,
    GRANT_VISIT,
    LIFE_CHECK,
)
from songhe.contexts.payments.words import VERIFY_REDEMPTION
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonBrief
from songhe.contexts.people.words import DISPUTED_FACT, STALE_FACTS
from songhe.contexts.plan_tracking.words import PLAN_DUE, PLAN_LATE
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.words import PACK_APPROVAL
from songhe.contexts.registers.words import CLOCK
from songhe.engines.policy.rulebook import Variable
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.work_items import WorkItemView
from songhe.web.street.fact_fields import FactField, fact_field

MISSING, CONFLICT, SAME = "missing_fact", "import_conflict", "link_review"
SHEET = "sheet_request"
KINDS = {
    MISSING: "缺资料", CONFLICT: "导入的资料对不上", SAME: "疑似同一人", CLOCK: "台账到期", SHEET: "填表", DISPUTED_FACT: "部门说法不一",
    STALE_FACTS: "资料过期", PLAN_DUE: "规划任务快到期", PLAN_LATE: "规划任务逾期",
    "payment_failed": "收款账号要核对", GRANT_VISIT: "上门告知待遇", GRANT_ACCOUNT: "补银行账户", GRANT_OFFER: "可以申请待遇",
    GRANT_APPLICATION: "待遇申请", GRANT_APPEAL: "申诉", LIFE_CHECK: "资格认证", VERIFY_REDEMPTION: "核查消费券", DEATH_REPORTED: "核实是否去世",
    PACK_APPROVAL: "政策等批准",
}  # fmt: skip

OF_GRANTS = frozenset({GRANT_VISIT, GRANT_ACCOUNT, GRANT_OFFER, GRANT_APPLICATION, GRANT_APPEAL, LIFE_CHECK, DEATH_REPORTED})


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One row. `field` is the missing fact that can be entered in the row, None where the item is closed with a sentence."""

    id: int
    title: str
    person: PersonBrief | None
    owner: str
    said: str
    kind: str
    waited: str
    overdue: bool
    due_on: dt.date | None
    field: FactField | None
    may_act: bool
    entry: int = 0  # the register entry whose clock has run out
    candidate: int = 0  # the pair to be looked at, where the item is about one

    sheet: int = 0  # the sheet to be filled in
    address: str = ""  # where the item is dealt with, where that is another page

    @property
    def prefix(self) -> str:
        """Begins the ids of this row's form fields."""
        return f"item-{self.id}-"


def work_lines(actor: Actor, items: Sequence[WorkItemView]) -> tuple[WorkLine, ...]:
    """The items with the people they are about; two queries however many there are."""
    ids = {item.id: person_id for item in items if (person_id := person_of(item))}
    found = people.people_by_id(actor, person_ids=list(ids.values())) if actor.may(Right.SEE_PEOPLE) else {}
    facts = policy.pack_in_use().pack.variables_of("person")
    return tuple(_line(actor, item, found.get(ids.get(item.id, 0)), missing_field(item, facts)) for item in items)


def person_of(item: WorkItemView) -> int:
    """The number of the person an item is about, 0 where it is about nobody known."""
    told = item.subject_id if item.subject_type == "person" else item.detail.get("person_id")
    return told if isinstance(told, int) else 0


def owners() -> tuple[tuple[str, str], ...]:
    """The departments that keep facts, as the choices of a filter."""
    facts = policy.pack_in_use().pack.variables_of("person").values()
    return tuple((name, name) for name in dict.fromkeys(fact.owner for fact in facts))


def _title(item: WorkItemView) -> str:
    if item.kind == CONFLICT:
        return "核实：" + item.title.partition("需要核实")[2].strip(":：。").replace(",", "，")
    if item.kind == SAME:
        return item.title.partition("：")[0]
    return item.title.replace("补齐“", "补“")


def _said(item: WorkItemView) -> str:
    if item.kind in (PLAN_DUE, PLAN_LATE, PACK_APPROVAL) or item.kind in OF_GRANTS:
        return f"由{item.owner}办理"
    return f"{item.owner}报送，第{item.detail.get('row')}行" if item.kind in (CONFLICT, SAME) else f"应由{item.owner}提供"


def _line(actor: Actor, item: WorkItemView, person: PersonBrief | None, field: FactField | None) -> WorkLine:
    needed = Right.CORRECT_FACTS if item.kind in (MISSING, SAME) else Right.DO_WORK
    return WorkLine(
        id=item.id,
        title=_title(item),
        person=person,
        owner=item.owner,
        said=_said(item),
        kind=KINDS.get(item.kind, "待办"),
        waited=waited(item.opened_at),
        overdue=item.overdue,
        due_on=item.due_on,
        field=field,
        may_act=actor.may(needed, item.area_path),
        entry=item.subject_id if item.kind == CLOCK else 0,
        sheet=item.subject_id if item.kind == SHEET else 0,
        address=_grant_address(item, person) or (_plan_address(item) if actor.may(Right.SEE_FIGURES) else ""),
        candidate=int(str(item.detail.get("candidate_id", 0))) if item.kind == SAME else 0,
    )


def _plan_address(item: WorkItemView) -> str:
    """Where a reminder of the plan leads, empty for any other item."""
    if item.kind not in (PLAN_DUE, PLAN_LATE):
        return ""
    task, evaluation = item.detail.get("task"), item.detail.get("evaluation")
    if isinstance(task, str) and task:
        return reverse("city:task", args=[task])
    return f"{reverse('city:evaluation', args=[evaluation])}#findings" if isinstance(evaluation, int) else ""


def _grant_address(item: WorkItemView, person: PersonBrief | None) -> str:
    """Where work about a grant is done, empty for any other item."""
    if item.kind == VERIFY_REDEMPTION:
        return f"{reverse('city:redemptions')}?only=waiting"
    if item.kind == PACK_APPROVAL:
        return reverse("city:draft", args=[item.subject_id])
    if item.kind == LIFE_CHECK:
        return f"{reverse('street:life_checks')}?{urlencode({'area': item.area_path})}"
    if item.kind not in OF_GRANTS or person is None:
        return ""
    benefit = item.detail.get("benefit")
    if item.kind == GRANT_OFFER and isinstance(benefit, str):
        return reverse("street:apply", args=[person.public_id, benefit])
    return f"{reverse('street:person', args=[person.public_id])}#grants"


def missing_field(item: WorkItemView, facts: Mapping[str, Variable], value: str = "", reason: str = "") -> FactField | None:
    """The form field of the fact that an item waits for; None where it waits for something else."""
    variable = facts.get(str(item.detail.get("variable", "")))
    return fact_field(variable, value, reason) if item.kind == MISSING and variable is not None else None


def waited(since: dt.datetime) -> str:
    """今天新增, or 已等12天."""
    days = (clock.now() - since).days
    return f"已等{days}天" if days else "今天新增"
