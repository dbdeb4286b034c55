"""What an inspector holds facilities and staff against: standards in force, and the plan's tasks and targets about supervision."""

from __future__ import annotations

from django.http import HttpResponse

from songhe.engines.policy.pack import Pack
from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk
from songhe.web.city import pack_tables
from songhe.web.city.pack_tables import PackTable
from songhe.web.desk_rules import export_of, only, page_of

SUPERVISION = frozenset({"监管", "资金监管", "安全", "应急", "信用", "标准化", "考核"})
"""Tags of tasks in the packs."""


def tables(pack: Pack) -> tuple[PackTable, ...]:
    """Targets of the clauses about supervision or for homes, the tasks, then the standards in force."""
    tasks = [task for task in pack.tasks if SUPERVISION.intersection(task.tags)]
    clauses = {(task.cited.cite.document, task.cited.cite.clause) for task in tasks}
    aims = {
        target.indicator
        for target in pack.targets
        if (target.cited.cite.document, target.cited.cite.clause) in clauses or "养老机构" in (target.scope or "")
    }
    in_force = {entry.title for entry in pack.standards.values() if not entry.announced and entry.entity != "organisation"}
    return (
        only(
            pack_tables.standards(pack),
            in_force,
            id="standards",
            title="检查时对照的标准",
            lead="对机构、设施和从业人员的要求，已经施行的。",
        ),
        only(pack_tables.targets(pack), aims, id="targets", title="监管要达到的目标", lead="方案里和监管、养老机构有关的目标。"),
        only(
            pack_tables.tasks(pack),
            {task.title for task in tasks},
            id="tasks",
            title="监管的任务",
            lead="方案交给各部门的监管任务。",
        ),
    )


@desk(Right.SEE_PACKS)
def page_rules(request: PageRequest) -> HttpResponse:
    """The rules for inspectors."""
    return page_of(request, tables, "inspect/rules.html")


@desk(Right.SEE_PACKS)
def page_export(request: PageRequest) -> HttpResponse:
    """The same as a file."""
    return export_of(request, tables, "监管对照的标准和目标")
