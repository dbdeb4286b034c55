"""Tasks of the plan in words, as pages and files show them."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.contexts.plan_tracking import queries as tracking
from songhe.contexts.plan_tracking.queries import TaskFile, TaskLine
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import clock
from songhe.web.exports import Cell
from songhe.web.lists import Moment

HEADER = (
    "编号", "任务", "状态", "牵头单位", "其他责任单位", "配合单位", "期限", "文件写的期限", "完成比例（%）",
    "最近报告的月份", "步骤数", "已完成步骤", "佐证材料（份）", "出处",
)  # fmt: skip
GOVERNANCE = (
    "joint_meetings",
    "meeting_decisions",
    "supervision_notices",
    "public_comments",
    "care_projects",
    "budget_lines",
    "lottery_lines",
)


@dataclass(frozen=True, slots=True)
class ShownTask:
    """One task in words. `late_by` is how many days the deadline that counts has passed, 0 where it has not."""

    line: TaskLine
    state: str
    word: str
    due: str
    printed: tuple[str, ...]
    late_by: int
    steps: str
    percent: str
    role: str


def shown(line: TaskLine) -> ShownTask:
    """The task in words."""
    done = line.state is tracking.TaskState.DONE
    late_by = (clock.today() - line.due).days if line.due is not None and not done else 0
    printed = tuple(
        f"{deadline.date or '没有写'}：{deadline.what}" if deadline.what else (deadline.date or "没有写")
        for deadline in line.task.deadlines
    )
    return ShownTask(
        line, line.state.value, tracking.TASK_STATE_LABELS[line.state],
        f"{line.due.year}年{line.due.month}月{line.due.day}日" if line.due else "没有写", printed, max(late_by, 0),
        f"{line.steps_done}/{line.steps_live}" if line.steps_live else "—", f"{line.percent}%" if line.percent is not None else "—",
        "牵头" if line.may_lead else "参加" if line.may_report else "",
    )  # fmt: skip


def cells(one: ShownTask) -> tuple[Cell, ...]:
    """One task as a row of a file."""
    line, task = one.line, one.line.task
    return (
        task.id, task.title, one.word, line.lead, "、".join(task.responsible[1:]), "、".join(task.participating),
        line.due.isoformat() if line.due else "", "；".join(one.printed), line.percent,
        f"{line.reported_on:%Y-%m}" if line.reported_on else "", line.steps_live, line.steps_done, line.evidence, task.cited.cite.clause,
    )  # fmt: skip


def moments(found: TaskFile) -> tuple[Moment, ...]:
    """What happened on the task, newest first."""
    reports = [
        Moment(
            report.at,
            f"{report.unit}报告{report.month.year}年{report.month.month}月的进展：{tracking.REPORT_STATE_LABELS[report.state]}",
            f"{report.done}（{report.by}）",
        )
        for report in found.reports
    ]
    proofs = [Moment(proof.at, f"{proof.unit}附上“{proof.name}”", proof.by) for proof in found.evidence]
    words = tracking.STEP_STATE_LABELS
    moves = [
        Moment(
            move.at,
            f"步骤“{move.title}”从“{words[move.from_state]}”改为“{words[move.to_state]}”"
            if move.from_state
            else f"加了步骤“{move.title}”",
            f"{move.by}，{move.unit}" if move.unit else move.by,
        )
        for move in found.moves
    ]
    return tuple(sorted(reports + proofs + moves, key=lambda moment: str(moment.day), reverse=True))


def progress_registers() -> tuple[tuple[str, str], ...]:
    """(id, title) of the pack's ledgers about following the plan: meetings, notices, comments, projects, money."""
    registers = policy.pack_in_use().pack.registers
    return tuple((name, registers[name].title) for name in GOVERNANCE if name in registers)
