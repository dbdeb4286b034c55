"""The words of the indicators: states of a figure and of a printed figure, and the two sides of an indicator."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    MEASURED = "measured"
    NO_DATA_YET = "no_data_yet"
    NOTHING_TO_DIVIDE = "nothing_to_divide"


class Side(StrEnum):
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    UNKNOWN = "unknown"


class Fit(StrEnum):
    """How a printed figure stands to what was measured."""

    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
    CONTRADICTED = "contradicted"
    NO_RECORDS_YET = "no_records_yet"


STATE_LABELS: Mapping[State, str] = {State.MEASURED: "有数据", State.NO_DATA_YET: "暂无数据", State.NOTHING_TO_DIVIDE: "分母为零"}
SIDE_LABELS: Mapping[Side, str] = {Side.NUMERATOR: "分子", Side.DENOMINATOR: "分母", Side.UNKNOWN: "不能判断"}
FIT_LABELS: Mapping[Fit, str] = {
    Fit.FITS: "相符",
    Fit.DOES_NOT_FIT: "不符",
    Fit.CONTRADICTED: "文件自相矛盾",
    Fit.NO_RECORDS_YET: "还没有记录",
}
TOLERANCE = "0.005"  # a printed figure fits within half a per cent
RUNNING = 0  # the revision number of a month that still runs


class ReleaseState(StrEnum):
    """Where a release stands between its draft and its publication."""

    DRAFT = "draft"
    RETURNED = "returned"
    AGREED = "agreed"
    PUBLISHED = "published"
    CORRECTED = "corrected"  # published, and a later release takes its place


RELEASE_LABELS: Mapping[ReleaseState, str] = {
    ReleaseState.DRAFT: "待审核",
    ReleaseState.RETURNED: "已退回",
    ReleaseState.AGREED: "已审核，待发布",
    ReleaseState.PUBLISHED: "已发布",
    ReleaseState.CORRECTED: "已被订正",
}
CANNOT_TELL = "不能判断"
OTHERS = "其他"
