"""The words of determination, for screens and letters. Eligible, granted and paid are three different words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from songhe.engines.policy.rulebook import Status

STATUS_LABELS: Mapping[Status, str] = {
    Status.NOT_ELIGIBLE: "目前不符合条件",
    Status.ELIGIBLE: "符合条件",
    Status.CANNOT_TELL: "还不能确定",
    Status.DISPLACED: "已由另一项待遇代替",
    Status.OTHER_MEMBER: "同户另一人享受",
    Status.PROVISIONAL: "暂时符合条件",
    Status.NOT_IN_FORCE: "尚未施行",
}

CITY = "city"
HOUSEHOLD = "household"
MISSING_FACT = "missing_fact"


def town_of(area_path: str) -> str:
    """The path of the town or street above a community; a path of at most two parts stands for itself."""
    parts = area_path.rstrip("/").split("/")
    return "/".join(parts[:-1] if len(parts) > 2 else parts) + "/"


class RecomputationState(StrEnum):
    """A run that is decided again: waiting → working → done or failed."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class RosterKind(StrEnum):
    """What kind of rule puts a person on the roster."""

    BENEFIT = "benefit"
    GROUP = "group"


ROSTER_KIND_LABELS: Mapping[RosterKind, str] = {RosterKind.BENEFIT: "服务清单", RosterKind.GROUP: "对象类别"}


class RosterState(StrEnum):
    """How an entry of the roster stands."""

    SURE = "sure"
    UNSURE = "unsure"
    LEFT = "left"


ROSTER_STATE_LABELS: Mapping[RosterState, str] = {
    RosterState.SURE: "在册",
    RosterState.UNSURE: "待核实",
    RosterState.LEFT: "已移出",
}


class ExitReason(StrEnum):
    """Why a person is no longer on the roster by a rule."""

    DIED = "died"
    MOVED = "moved"
    AGE = "age"
    FACT_CHANGED = "fact_changed"
    RULE_CHANGED = "rule_changed"
    RULE_ENDED = "rule_ended"
    DISPLACED = "displaced"
    OTHER_MEMBER = "other_member"
    MERGED = "merged"
    NOT_SPOKEN_OF = "not_spoken_of"


EXIT_REASON_LABELS: Mapping[ExitReason, str] = {
    ExitReason.DIED: "已去世",
    ExitReason.MOVED: "户口或住处不在本市",
    ExitReason.AGE: "年龄不合",
    ExitReason.FACT_CHANGED: "资料有变化",
    ExitReason.RULE_CHANGED: "政策有变化",
    ExitReason.RULE_ENDED: "这一项已停止",
    ExitReason.DISPLACED: "改领另一项",
    ExitReason.OTHER_MEMBER: "由同户家人享受",
    ExitReason.MERGED: "与另一条登记合并",
    ExitReason.NOT_SPOKEN_OF: "不属于本市老年人",
}

BY_RESIDENCE = frozenset({"registered_here", "resident_here", "county"})
BY_AGE = frozenset({"birth_date"})


class GrantState(StrEnum):
    """proposed → notified → active (confirmed, or by the clock) → suspended ↔ active → ended; or refused by the person."""

    PROPOSED = "proposed"
    NOTIFIED = "notified"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"
    REFUSED = "refused"


GRANT_STATE_LABELS: Mapping[GrantState, str] = {
    GrantState.PROPOSED: "待告知",
    GrantState.NOTIFIED: "已告知，等答复",
    GrantState.ACTIVE: "享受中",
    GrantState.SUSPENDED: "暂停",
    GrantState.ENDED: "已停止",
    GrantState.REFUSED: "本人不要",
}
OPEN_GRANTS = (GrantState.PROPOSED, GrantState.NOTIFIED, GrantState.ACTIVE, GrantState.SUSPENDED)
ALLOWED_MOVES: frozenset[tuple[str, GrantState]] = frozenset(
    {
        ("", GrantState.PROPOSED),
        ("", GrantState.ACTIVE),  # applied for, adopted or won by an appeal
        (GrantState.PROPOSED, GrantState.NOTIFIED),
        (GrantState.PROPOSED, GrantState.ACTIVE),
        (GrantState.PROPOSED, GrantState.REFUSED),
        (GrantState.PROPOSED, GrantState.ENDED),
        (GrantState.NOTIFIED, GrantState.ACTIVE),
        (GrantState.NOTIFIED, GrantState.REFUSED),
        (GrantState.NOTIFIED, GrantState.ENDED),
        (GrantState.ACTIVE, GrantState.SUSPENDED),
        (GrantState.ACTIVE, GrantState.ENDED),
        (GrantState.SUSPENDED, GrantState.ACTIVE),
        (GrantState.SUSPENDED, GrantState.ENDED),
    }
)
"""The moves a grant may make; the table `grant_move` holds the same for the trigger that refuses all others (migration 0005)."""


class SuspendedFor(StrEnum):
    """Why a grant is suspended: what lifts it again differs."""

    LIFE_CHECK = "life_check"
    UNSURE = "unsure"
    DEATH_REPORTED = "death_reported"
    BY_HAND = "by_hand"


SUSPENDED_FOR_LABELS: Mapping[SuspendedFor, str] = {
    SuspendedFor.LIFE_CHECK: "待遇资格认证过期",
    SuspendedFor.UNSURE: "资料过期，等核实",
    SuspendedFor.DEATH_REPORTED: "有人报告已去世，等核实",
    SuspendedFor.BY_HAND: "工作人员暂停",
}


class NoticeKind(StrEnum):
    """What a notice says."""

    PROPOSED = "proposed"
    CHANGED = "changed"
    SUSPENDED = "suspended"
    ENDED = "ended"
    RECOVERY = "recovery"


NOTICE_KIND_LABELS: Mapping[NoticeKind, str] = {
    NoticeKind.PROPOSED: "可以享受",
    NoticeKind.CHANGED: "有变化",
    NoticeKind.SUSPENDED: "暂停",
    NoticeKind.ENDED: "停止",
    NoticeKind.RECOVERY: "多发的要退回",
}


class NoticeChannel(StrEnum):
    """How a notice reaches the person."""

    LETTER = "letter"
    MESSAGE = "message"
    VISIT = "visit"


NOTICE_CHANNEL_LABELS: Mapping[NoticeChannel, str] = {
    NoticeChannel.LETTER: "书面通知",
    NoticeChannel.MESSAGE: "短信",
    NoticeChannel.VISIT: "上门告知",
}


class AppealState(StrEnum):
    """What became of an appeal."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    NOT_HEARD = "not_heard"


APPEAL_STATE_LABELS: Mapping[AppealState, str] = {
    AppealState.OPEN: "办理中",
    AppealState.UPHELD: "支持申诉",
    AppealState.REJECTED: "维持原决定",
    AppealState.WITHDRAWN: "已撤回",
    AppealState.NOT_HEARD: "过期未受理",
}


class AppealChannel(StrEnum):
    """How an appeal or an application came in."""

    COUNTER = "counter"
    PORTAL = "portal"
    VISIT = "visit"


APPEAL_CHANNEL_LABELS: Mapping[AppealChannel, str] = {
    AppealChannel.COUNTER: "窗口",
    AppealChannel.PORTAL: "网上",
    AppealChannel.VISIT: "上门",
}


class ApplicationState(StrEnum):
    """What became of an application."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


APPLICATION_STATE_LABELS: Mapping[ApplicationState, str] = {
    ApplicationState.OPEN: "办理中",
    ApplicationState.GRANTED: "已批准",
    ApplicationState.REFUSED: "不符合条件",
    ApplicationState.WITHDRAWN: "已撤回",
}


class LifeCheckChannel(StrEnum):
    """How it was confirmed that somebody still lives; the counter is always one of the ways."""

    COUNTER = "counter"
    VISIT = "visit"
    DEPARTMENT = "department"
    PORTAL = "portal"


LIFE_CHECK_CHANNEL_LABELS: Mapping[LifeCheckChannel, str] = {
    LifeCheckChannel.COUNTER: "窗口",
    LifeCheckChannel.VISIT: "上门",
    LifeCheckChannel.DEPARTMENT: "部门数据核对",
    LifeCheckChannel.PORTAL: "网上",
}


class LifeCheckOutcome(StrEnum):
    """What a life check found."""

    ALIVE = "alive"
    NOT_MET = "not_met"
    DIED_REPORTED = "died_reported"


LIFE_CHECK_OUTCOME_LABELS: Mapping[LifeCheckOutcome, str] = {
    LifeCheckOutcome.ALIVE: "本人健在",
    LifeCheckOutcome.NOT_MET: "没有见到",
    LifeCheckOutcome.DIED_REPORTED: "有人说已去世",
}

GRANT_VISIT = "grant_visit"  # kinds of work items
GRANT_ACCOUNT = "grant_account"
GRANT_OFFER = "grant_offer"
GRANT_APPEAL = "grant_appeal"
GRANT_APPLICATION = "grant_application"
TOLD_BY_MESSAGE = "本人（短信）"  # who took a notice that arrived by message
LIFE_CHECK = "life_check"
DEATH_REPORTED = "death_reported"


def visit_key(grant_id: int) -> str:
    """The key of the work item to tell somebody by a visit."""
    return f"{GRANT_VISIT}:{grant_id}"


class ReturnKind(StrEnum):
    """What a file sent in about many people says."""

    LIFE = "life"  # a department compared our list with its own data: alive, dead, not found
    UNITS = "units"  # a provider counts what it gave to each person in a month


RETURN_KIND_LABELS: Mapping[ReturnKind, str] = {ReturnKind.LIFE: "资格认证比对结果", ReturnKind.UNITS: "每月确认的数量"}


class ReturnStatus(StrEnum):
    """A file is checked, and let in once."""

    CHECKED = "checked"
    ACCEPTED = "accepted"


class ReturnVerdict(StrEnum):
    """What accepting a file would do with a row. A conflict goes to who can find out; nothing is decided by it."""

    NEW = "new"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REJECTED = "rejected"


RETURN_VERDICT_LABELS: Mapping[ReturnVerdict, str] = {
    ReturnVerdict.NEW: "要记入",
    ReturnVerdict.UPDATE: "要更正",
    ReturnVerdict.UNCHANGED: "不用再记",
    ReturnVerdict.CONFLICT: "说法不一，要核实",
    ReturnVerdict.REJECTED: "不能记入",
}


class Compared(StrEnum):
    """What a department found of a person."""

    ALIVE = "alive"
    DEAD = "dead"
    NOT_FOUND = "not_found"


COMPARED_LABELS: Mapping[Compared, str] = {Compared.ALIVE: "健在", Compared.DEAD: "死亡", Compared.NOT_FOUND: "未查到"}
