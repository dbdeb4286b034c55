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
