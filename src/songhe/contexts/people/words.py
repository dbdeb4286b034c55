"""The words of this context: the states of a batch, the verdicts on a row, the fields that identify a person."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class BatchStatus(StrEnum):
    """A batch is checked as often as wanted and accepted once; while it is `accepting` a job lets it in.

    `failed`: the file could not be read. `needs_columns`: somebody has to say what some of its columns mean.
    """

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    ACCEPTING = "accepting"
    ACCEPTED = "accepted"
    FAILED = "failed"
    NEEDS_COLUMNS = "needs_columns"


BATCH_STATUS_LABELS: Mapping[BatchStatus, str] = {
    BatchStatus.UPLOADED: "已上传，等待检查",
    BatchStatus.CHECKING: "正在检查",
    BatchStatus.CHECKED: "已检查，等待确认",
    BatchStatus.ACCEPTING: "已确认，正在入库",
    BatchStatus.ACCEPTED: "已入库",
    BatchStatus.FAILED: "文件读不了",
    BatchStatus.NEEDS_COLUMNS: "有的列名不认识，等您指定",
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


class LinkOrigin(StrEnum):
    """How a link between two persons came about."""

    IMPORT = "import"  # the linkage model was sure
    REVIEW = "review"  # a human said so of a candidate
    BY_HAND = "by_hand"  # a human found the two themselves


LINK_ORIGIN_LABELS: Mapping[LinkOrigin, str] = {
    LinkOrigin.IMPORT: "导入时自动对上",
    LinkOrigin.REVIEW: "人工确认",
    LinkOrigin.BY_HAND: "人工合并",
}

# What the linkage model compared, in words; a side that says nothing is not mentioned.
AGREEMENT_WORDS: Mapping[str, Mapping[str, str]] = {
    "name": {"exact": "姓名相同", "sound": "姓名同音不同字", "near": "姓名差一个字", "differs": "姓名不同"},
    "birth_date": {"exact": "出生日期相同", "near": "出生日期相近", "differs": "出生日期不同"},
    "id_number": {"exact": "证件号前17位相同", "near": "证件号相近", "differs": "证件号不同"},
    "phone": {"exact": "同一个电话", "near": "电话差一位", "differs": "电话不同"},
    "home": {"exact": "住址或户号相同", "near": "同一个村（社区）", "differs": "住处不同"},
    "sex": {"exact": "性别相同", "differs": "性别不同"},
}


class LinkOutcome(StrEnum):
    """What a human said of a candidate; an undecided one has none."""

    LINKED = "linked"
    DIFFERENT = "different"


LINK_OUTCOME_LABELS: Mapping[LinkOutcome, str] = {LinkOutcome.LINKED: "是同一个人", LinkOutcome.DIFFERENT: "不是同一个人"}


class LifeEventKind(StrEnum):
    """What happens to a person and has a date."""

    DIED = "died"
    DEATH_WITHDRAWN = "death_withdrawn"
    MOVED_WITHIN = "moved_within"
    MOVED_OUT = "moved_out"
    MOVED_IN = "moved_in"
    NUMBER_CHANGED = "number_changed"


LIFE_EVENT_LABELS: Mapping[LifeEventKind, str] = {
    LifeEventKind.DIED: "去世",
    LifeEventKind.DEATH_WITHDRAWN: "更正：仍健在",
    LifeEventKind.MOVED_WITHIN: "市内迁移",
    LifeEventKind.MOVED_OUT: "迁出本市",
    LifeEventKind.MOVED_IN: "迁入本市",
    LifeEventKind.NUMBER_CHANGED: "身份证号变更",
}


class AskOutcome(StrEnum):
    """What came of asking a person in a census round."""

    ANSWERED = "answered"
    ABSENT = "absent"
    REFUSED = "refused"
    MOVED = "moved"
    DIED = "died"


ASK_OUTCOME_LABELS: Mapping[AskOutcome, str] = {
    AskOutcome.ANSWERED: "已问到",
    AskOutcome.ABSENT: "没见到人",
    AskOutcome.REFUSED: "不愿回答",
    AskOutcome.MOVED: "已搬走",
    AskOutcome.DIED: "已去世",
}

COMMUNITY = "社区"  # the department in whose name a clerk corrects a fact
NOT_STATED = frozenset({"size", "county"})  # follow from other things; nobody states them
LIVING_RULES: Mapping[str, str] = {  # by what a statement of living arrangement was derived
    "alone": "按登记推算：户内和同一住址没有别的在世常住成员。没有登记的同住人看不到。",
    "couple": "按登记推算：户内和同一住址除本人外只登记了配偶。没有登记的同住人看不到。",
    "with_younger": "按登记推算：有子女或孙辈登记在同一户，并且常住本市。",
    "with_others": "按登记推算：同一户或同一住址还有别人登记常住。",
    "children_away": "按登记推算：住在农村，同户登记的成年子女都不常住本市。",
    "all_elders": "按登记推算：户内和同一住址的在世常住成员都满60周岁。",
    "not_all_elders": "按登记推算：户内或同一住址有不满60周岁的常住成员。",
    "no_more": "登记情况变了，推算不出来了。",
}

DERIVED = "推算"  # in whose name a fact is derived from other facts: it counts last and is no party to a dispute

STALE_FACTS = "stale_facts"  # the kind of a work item for a community and department whose facts there are past their validity
DISPUTED_FACT = "disputed_fact"  # the kind of a work item that asks a department to check what it says

CONSENT_CHANNELS: Mapping[str, str] = {"counter": "在窗口说的", "visit": "上门时说的", "paper": "书面", "online": "网上"}
CONSENT_SPEAKERS: Mapping[str, str] = {
    "self": "老人本人", "spouse": "配偶", "child": "子女", "guardian": "监护人", "other": "其他受托的人",
}  # fmt: skip

WRITTEN_NUMBER = "id_written"  # identity of a record: a blind digest of a damaged ID number as written

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
    "former_id_number": "原身份证号",
    "number_changed_on": "号码变更日期",
    "since": "从何时起",
}

SEALED_FIELDS = ("id_number", "phone", "address", "bank_account", "diagnosis")
HIDDEN_IDENTITY = (*SEALED_FIELDS, "former_id_number")  # stand in a record as blind digests only


def seal_context(field: str, owner: str) -> str:
    """What a sealed field is bound to: its name and the person's public id (for an address, the household's number)."""
    return f"people:{field}:{owner}"


STALE_ANSWER = "census_refresh"
"""Kind of a work item: a person who was asked in a census round has to be asked again."""


class Asked(StrEnum):
    """Whom a list of a census round shows."""

    TO_ASK = "to_ask"  # nobody has been there yet
    ANSWERED = "answered"
    ABSENT = "absent"
    REFUSED = "refused"
    GONE = "gone"  # moved or died, as the worker was told
    GAPS = "gaps"  # something of the round is missing or old


ASKED_LABELS: Mapping[Asked, str] = {
    Asked.TO_ASK: "还没去问",
    Asked.ANSWERED: "已问到",
    Asked.ABSENT: "没见到人",
    Asked.REFUSED: "不愿回答",
    Asked.GONE: "已搬走或去世",
    Asked.GAPS: "资料缺或过期",
}
