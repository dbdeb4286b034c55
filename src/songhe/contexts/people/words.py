"""The words of this context: the states of a batch, the verdicts on a row, the fields that identify a person."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class BatchStatus(StrEnum):
    """A batch is checked as often as wanted and accepted once; while it is `accepting` a job lets it in. `failed`: the file could not be read."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    ACCEPTING = "accepting"
    ACCEPTED = "accepted"
    FAILED = "failed"


BATCH_STATUS_LABELS: Mapping[BatchStatus, str] = {
    BatchStatus.UPLOADED: "已上传，等待检查",
    BatchStatus.CHECKING: "正在检查",
    BatchStatus.CHECKED: "已检查，等待确认",
    BatchStatus.ACCEPTING: "已确认，正在入库",
    BatchStatus.ACCEPTED: "已入库",
    BatchStatus.FAILED: "文件读不了",
}


class Verdict(StrEnum):
    """What accepting would do with a row. Conflict and rejected rows change nothing."""

    NEW = "new"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REJECTED = "rejected"


VERDICT_LABELS: Mapping[Verdict, str] = {
    Verdict.NEW: "新增",
    Verdict.UPDATE: "更新",
    Verdict.UNCHANGED: "没有变化",
    Verdict.CONFLICT: "需要核实",
    Verdict.REJECTED: "不能入库",
}

COMMUNITY = "社区"  # the department in whose name a clerk corrects a fact

IDENTITY_LABELS: Mapping[str, str] = {
    "id_number": "身份证号",
    "name": "姓名",
    "phone": "联系电话",
    "address": "住址",
    "household_no": "户号",
    "relation": "与户主关系",
    "town_name": "所属镇街",
    "area_code": "村(社区)代码",
    "area_name": "村(社区)",
    "bank_account": "银行账号",
    "diagnosis": "诊断",
    "death_date": "死亡日期",
}

SEALED_FIELDS = ("id_number", "phone", "address", "bank_account", "diagnosis")


def seal_context(field: str, owner: str) -> str:
    """What a sealed field is bound to: its name and the person's public id (for an address, the household's number)."""
    return f"people:{field}:{owner}"
