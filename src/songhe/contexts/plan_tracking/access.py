"""Who reaches what: documents by right, the ledger by unit.

Plan documents are the city's and printed for everybody: who may see the packs sees them; who may change packs decides about them.
A task (LedgerTask and what hangs on it) is seen by its units and by who holds the whole city; its lead acts, the others report.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from songhe.contexts.plan_tracking.errors import DocumentNotFound, EvaluationNotFound, NotYourTask, TaskNotFound
from songhe.contexts.plan_tracking.models import (
    EntryFile,
    Evaluation,
    EvaluationFinding,
    FrozenAssessment,
    PlanDocument,
    UnitSeat,
)
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers import queries as registers
from songhe.engines.policy.pack import Task
from songhe.foundation.access import Actor, Right, require


def visible_to(actor: Actor) -> QuerySet[PlanDocument]:
    """Every document for who may see packs, none for anybody else."""
    return PlanDocument.objects.all() if actor.may(Right.SEE_PACKS) else PlanDocument.objects.none()


def document_for(actor: Actor, document_id: int, *, lock: bool = False) -> PlanDocument:
    """The document, locked until the transaction ends where asked; raises DocumentNotFound."""
    rows = visible_to(actor).select_for_update() if lock else visible_to(actor)
    found = rows.filter(pk=document_id).first()
    if found is None:
        raise DocumentNotFound("没有这份规划文件。", next_step="请回到规划文件重新选择。")
    return found


@dataclass(frozen=True, slots=True)
class Reach:
    """What an actor sees of the ledger: every task (`unit` empty), or those of one unit; `whole` is False for who sees none."""

    unit: str
    whole: bool

    def sees(self, task: Task) -> bool:
        """Whether the task is within reach."""
        return self.whole or (bool(self.unit) and takes_part(self.unit, task))

    def leads(self, task: Task) -> bool:
        """Whether the actor acts for the unit that leads, or for the whole city."""
        return self.whole or (bool(self.unit) and any(same_unit(self.unit, name) for name in task.responsible[:1]))


def reach_of(actor: Actor) -> Reach:
    """An actor with a seat sees its unit's tasks; without one, all where the whole city is held, else none. Raises AccessDenied."""
    require(actor, Right.SEE_FIGURES)
    seat = UnitSeat.objects.filter(actor_kind=actor.kind, actor_id=actor.id).first()
    if seat is not None:
        return Reach(seat.unit, whole=False)
    return Reach("", whole=actor.may(Right.SEE_FIGURES, city_path()))


def assessments_visible_to(actor: Actor) -> QuerySet[FrozenAssessment]:
    """Every assessment for who sees figures; which units and towns of it, `sees_unit` and `sees_town` say."""
    return FrozenAssessment.objects.all() if actor.may(Right.SEE_FIGURES) else FrozenAssessment.objects.none()


def sees_unit(reach: Reach, unit: str) -> bool:
    """Whether the unit's score is within reach: the own one, or all for who holds the whole city."""
    return reach.whole or (bool(reach.unit) and same_unit(reach.unit, unit))


def evaluations_visible_to(actor: Actor) -> QuerySet[Evaluation]:
    """Every evaluation for who holds the whole city and for the units of the plan, none for anybody else. Raises AccessDenied."""
    reach = reach_of(actor)
    return Evaluation.objects.all() if reach.whole or reach.unit else Evaluation.objects.none()


def evaluation_for(actor: Actor, evaluation_id: int, *, lock: bool = False) -> Evaluation:
    """The evaluation, locked until the transaction ends where asked; raises EvaluationNotFound, AccessDenied."""
    rows = evaluations_visible_to(actor)
    found = (rows.select_for_update() if lock else rows).filter(pk=evaluation_id).first()
    if found is None:
        raise EvaluationNotFound("没有这次评估。", next_step="请回到评估列表重新选择。")
    return found


def entry_files(actor: Actor, entry_id: int) -> QuerySet[EntryFile]:
    """The files of a register's entry, for who sees the entry; raises EntryNotFound."""
    registers.entry(actor, entry_id=entry_id)
    return EntryFile.objects.filter(entry_id=entry_id)


def finding_for(actor: Actor, finding_id: int) -> EvaluationFinding:
    """The finding, locked until the transaction ends; raises EvaluationNotFound, AccessDenied."""
    rows = EvaluationFinding.objects.select_for_update(of=("self",)).filter(evaluation__in=evaluations_visible_to(actor))
    found = rows.filter(pk=finding_id).first()
    if found is None:
        raise EvaluationNotFound("没有这条评估意见。", next_step="请回到评估页面重新选择。")
    return found


def require_whole_city(actor: Actor) -> None:
    """Refuse who does not count figures for the whole city, and who acts for a single unit."""
    require(actor, Right.DETERMINE, city_path())
    if actor.kind != "system" and reach_of(actor).unit:
        raise NotYourTask("您的账号只代表一个单位，不能做全市的考核和评估。", next_step="请由负责全市规划的账号来做。")


def task_for(actor: Actor, task_id: str) -> Task:
    """The task of the plan in use, if it is within reach; raises TaskNotFound, AccessDenied."""
    reach = reach_of(actor)
    found = next((task for task in policy.pack_in_use().pack.tasks if task.id == task_id and reach.sees(task)), None)
    if found is None:
        raise TaskNotFound("没有这项任务，或者您的单位没有参加。", next_step="请回到任务列表重新选择。")
    return found


def acting_unit(actor: Actor, task: Task, *, leading: bool) -> str:
    """The unit in whose name the actor acts on a task: the seat's, or the lead's for who holds the whole city.

    Raises NotYourTask where only the lead may act and the actor's unit is another, AccessDenied without the right to work.
    """
    require(actor, Right.DO_WORK)
    reach = reach_of(actor)
    if not reach.sees(task) or (leading and not reach.leads(task)):
        raise NotYourTask("这项任务由别的单位牵头，您的单位只能报告自己的进展。", next_step="需要调整步骤时，请联系牵头单位。")
    if reach.unit:
        return next(name for name in (*task.responsible, *task.participating) if same_unit(reach.unit, name))
    return task.responsible[0] if task.responsible else ""


def city_path() -> str:
    """The area path of the whole city."""
    return f"{policy.pack_in_use().pack.place.code}/"


def takes_part(unit: str, task: Task) -> bool:
    """Whether the unit leads the task or takes part in it."""
    return any(same_unit(unit, name) for name in (*task.responsible, *task.participating))


def same_unit(one: str, other: str) -> bool:
    """Documents print 民政局 and 市民政局 for one unit."""
    return one.removeprefix("市") == other.removeprefix("市")
