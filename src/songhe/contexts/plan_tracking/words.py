"""The five states of a target, worst first, and why a target has the state that it has."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    MISSED = "missed"
    AT_RISK = "at_risk"
    ON_TRACK = "on_track"
    MET = "met"
    NO_DATA = "no_data"


STATE_LABELS: Mapping[State, str] = {
    State.MISSED: "未达成",
    State.AT_RISK: "有风险",
    State.ON_TRACK: "按期",
    State.MET: "达成",
    State.NO_DATA: "暂无数据",
}


class Why(StrEnum):
    MILESTONE = "milestone"
    NO_INDICATOR = "no_indicator"
    NEEDS = "needs"
    NOTHING_TO_DIVIDE = "nothing_to_divide"
    OTHER_UNIT = "other_unit"
    NOT_JUDGED = "not_judged"
    REACHED = "reached"
    REACHED_LATE = "reached_late"
    PAST = "past"
    FORECAST_REACHES = "forecast_reaches"
    FORECAST_UNSURE = "forecast_unsure"
    FORECAST_FAILS = "forecast_fails"
    TOO_LITTLE = "too_little"
    NO_DUE = "no_due"


WHY_LABELS: Mapping[Why, str] = {
    Why.MILESTONE: "没有数值，要看佐证材料",
    Why.NO_INDICATOR: "还没有对应的指标",
    Why.NEEDS: "指标还没有数据",
    Why.NOTHING_TO_DIVIDE: "分母为0，算不出比率",
    Why.OTHER_UNIT: "目标和指标的单位不同，不能直接比",
    Why.NOT_JUDGED: "文件没有写清怎样算达到",
    Why.REACHED: "已经达到",
    Why.REACHED_LATE: "期限已过，最近的数达到了目标",
    Why.PAST: "期限已过，最近的数没有达到",
    Why.FORECAST_REACHES: "还没有达到，照现在的走势到期能达到",
    Why.FORECAST_UNSURE: "照现在的走势到期可能达到，也可能达不到",
    Why.FORECAST_FAILS: "照现在的走势到期达不到",
    Why.TOO_LITTLE: "还没有达到，数据太少，说不准能不能按期",
    Why.NO_DUE: "还没有达到，也没有期限",
}

TOO_LITTLE_LABELS: Mapping[str, str] = {
    "points": "数据太少：少于4个时点",
    "span": "数据太少：前后不到半年",
    "too_far": "数据太少：到期日太远，不作预测",
}

RELATION_LABELS: Mapping[str, str] = {"restates": "同一目标的另一处写法", "conflicts": "与它矛盾的写法"}
LINK_LABELS: Mapping[str, str] = {"named": "任务写明了这个目标", "clause": "同一条款", "alike": "同一单位的同类事项"}


class Stage(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"


STAGE_LABELS: Mapping[Stage, str] = {Stage.ISSUED: "已印发", Stage.DRAFT: "征求意见稿"}


class DocumentStatus(StrEnum):
    UPLOADED = "uploaded"
    READING = "reading"
    READ = "read"
    CONFIRMED = "confirmed"
    FAILED = "failed"


DOCUMENT_LABELS: Mapping[DocumentStatus, str] = {
    DocumentStatus.UPLOADED: "等待读取",
    DocumentStatus.READING: "正在读取",
    DocumentStatus.READ: "等您核对",
    DocumentStatus.CONFIRMED: "已确认",
    DocumentStatus.FAILED: "读不了",
}


class ItemKind(StrEnum):
    TASK = "task"
    TARGET = "target"
    BASELINE = "baseline"


ITEM_KIND_LABELS: Mapping[ItemKind, str] = {ItemKind.TASK: "任务", ItemKind.TARGET: "目标", ItemKind.BASELINE: "现状数"}


class ItemState(StrEnum):
    READ = "read"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"


ITEM_STATE_LABELS: Mapping[ItemState, str] = {
    ItemState.READ: "待核对",
    ItemState.ACCEPTED: "已认可",
    ItemState.CORRECTED: "已更正",
    ItemState.REJECTED: "不算",
}


class FindingState(StrEnum):
    OPEN = "open"
    SETTLED = "settled"


SEVERITY_LABELS: Mapping[str, str] = {"A": "照着数字会办错", "B": "要有人拿主意", "C": "用词"}

TARGET_KIND_LABELS: Mapping[str, str] = {
    "target": "目标值",
    "standard": "常设标准",
    "milestone": "里程碑",
    "universal": "全覆盖承诺",
    "count_action": "要办的件数",
    "frequency": "次数",
    "cap": "上限",
    "named_list": "点名的项目",
}
COMPARATOR_LABELS: Mapping[str, str] = {
    "=": "等于",
    ">=": "不少于",
    ">": "超过",
    "<=": "不超过",
    "<": "低于",
    "≈": "左右",
    "range": "区间",
}
DIRECTION_LABELS: Mapping[str, str] = {"up": "越高越好", "down": "越低越好", "cap": "不超过"}

FIELD_LABELS: Mapping[str, str] = {
    "title": "任务名称",
    "indicator": "指标名称",
    "kind": "种类",
    "value": "数值",
    "value_max": "最大值",
    "unit": "单位",
    "comparator": "比较",
    "hedge": "留有余地的词",
    "direction": "方向",
    "deadline": "期限",
    "deadlines": "期限",
    "scope": "范围",
    "attribute": "性质",
    "responsible": "责任单位",
    "participating": "配合单位",
    "date": "时点",
    "measured_by": "由哪个指标衡量",
    "approx": "约数",
    "clause": "条款",
}


class TaskState(StrEnum):
    LATE = "late"
    AT_RISK = "at_risk"
    ON_TRACK = "on_track"
    SILENT = "silent"
    DONE = "done"


TASK_STATE_LABELS: Mapping[TaskState, str] = {
    TaskState.LATE: "逾期",
    TaskState.AT_RISK: "有风险",
    TaskState.ON_TRACK: "按期",
    TaskState.SILENT: "没有报过进展",
    TaskState.DONE: "已完成",
}


class ReportState(StrEnum):
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    LATE = "late"
    DONE = "done"


REPORT_STATE_LABELS: Mapping[ReportState, str] = {
    ReportState.ON_TRACK: "按期",
    ReportState.AT_RISK: "有风险",
    ReportState.LATE: "逾期",
    ReportState.DONE: "已完成",
}


class StepState(StrEnum):
    NOT_BEGUN = "not_begun"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


STEP_STATE_LABELS: Mapping[StepState, str] = {
    StepState.NOT_BEGUN: "还没开始",
    StepState.DOING: "正在办",
    StepState.DONE: "已完成",
    StepState.DROPPED: "不再办",
}
STEP_MOVES: Mapping[StepState, tuple[StepState, ...]] = {
    StepState.NOT_BEGUN: (StepState.DOING, StepState.DONE, StepState.DROPPED),
    StepState.DOING: (StepState.DONE, StepState.NOT_BEGUN, StepState.DROPPED),
    StepState.DONE: (StepState.DOING,),
    StepState.DROPPED: (StepState.NOT_BEGUN,),
}

EVIDENCE_KINDS: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "jpg": "image/jpeg",
    "txt": "text/plain; charset=utf-8",
}
PLAN_DUE = "plan_due"  # work items: a step or task is due soon, or late
PLAN_LATE = "plan_late"
PLAN_TASK, PLAN_STEP = "plan_task", "plan_step"  # what they are about


class EvaluationKind(StrEnum):
    MID_TERM = "mid_term"
    THIRD_PARTY = "third_party"
    YEARLY = "yearly"
    FINAL = "final"


EVALUATION_LABELS: Mapping[EvaluationKind, str] = {
    EvaluationKind.MID_TERM: "中期评估",
    EvaluationKind.THIRD_PARTY: "第三方评估",
    EvaluationKind.YEARLY: "年度监测",
    EvaluationKind.FINAL: "期末评估",
}


class EvaluationState(StrEnum):
    OPEN = "open"
    CONCLUDED = "concluded"


EVALUATION_STATE_LABELS: Mapping[EvaluationState, str] = {
    EvaluationState.OPEN: "正在评估",
    EvaluationState.CONCLUDED: "已有结论",
}
PLAN_FINDING = "plan_finding"  # what a work item is about: a finding of an evaluation
LETTER_REGISTERS: Mapping[str, str] = {
    "supervision_notices": "督办单",
    "joint_meetings": "会议纪要",
    "public_comments": "意见答复",
}
