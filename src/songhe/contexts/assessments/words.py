"""The words of assessment: states of a case, a form, a result, an objection, and why a person is assessed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class CaseKind(StrEnum):
    """Why a person is assessed, as the report form of GB/T 42195 distinguishes it."""

    FIRST = "first"
    SCHEDULED = "scheduled"
    IMMEDIATE = "immediate"
    SECOND = "second"


CASE_KIND_LABELS: Mapping[CaseKind, str] = {
    CaseKind.FIRST: "首次评估",
    CaseKind.SCHEDULED: "定期评估",
    CaseKind.IMMEDIATE: "即时评估",
    CaseKind.SECOND: "复评",
}


class Origin(StrEnum):
    """Who asked for it."""

    PERSON = "person"
    STREET = "street"
    SYSTEM = "system"
    OBJECTION = "objection"


ORIGIN_LABELS: Mapping[Origin, str] = {
    Origin.PERSON: "本人或家人申请",
    Origin.STREET: "镇街社区提出",
    Origin.SYSTEM: "系统提醒",
    Origin.OBJECTION: "对结果有异议",
}


class CaseState(StrEnum):
    """requested → appointed → assessing → settled (a result is announced) → closed; or withdrawn."""

    REQUESTED = "requested"
    APPOINTED = "appointed"
    ASSESSING = "assessing"
    SETTLED = "settled"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


CASE_STATE_LABELS: Mapping[CaseState, str] = {
    CaseState.REQUESTED: "待安排",
    CaseState.APPOINTED: "已预约",
    CaseState.ASSESSING: "评估中",
    CaseState.SETTLED: "结果公示中",
    CaseState.CLOSED: "已办结",
    CaseState.WITHDRAWN: "已撤回",
}
OPEN_STATES = (CaseState.REQUESTED, CaseState.APPOINTED, CaseState.ASSESSING, CaseState.SETTLED)


class FormState(StrEnum):
    """A draft can still be changed by its assessor; a final form never."""

    DRAFT = "draft"
    FINAL = "final"


FORM_STATE_LABELS: Mapping[FormState, str] = {FormState.DRAFT: "填写中", FormState.FINAL: "已提交"}


class SignedBy(StrEnum):
    """How an assessor showed, at the moment of signing, who they are. `system`: software of the body signs for the assessor of a certificate."""

    PASSWORD = "password"  # noqa: S105
    CODE = "code"
    SYSTEM = "system"


SIGNED_BY_LABELS: Mapping[SignedBy, str] = {
    SignedBy.PASSWORD: "重新输入密码",
    SignedBy.CODE: "输入动态口令",
    SignedBy.SYSTEM: "由评估机构的系统代签",
}


class ElderSigns(StrEnum):
    """How the elder's side signs: by hand on the tablet, by a name in words, or not able to sign, with a witness."""

    DRAWN = "drawn"
    WORDS = "words"
    UNABLE = "unable"


ELDER_SIGNS_LABELS: Mapping[ElderSigns, str] = {
    ElderSigns.DRAWN: "在屏幕上签名",
    ElderSigns.WORDS: "只写姓名",
    ElderSigns.UNABLE: "不能签名，有见证人",
}


class ResultState(StrEnum):
    """announced (公示, objections possible) → in_force → replaced; or withdrawn when a second assessment finds otherwise.

    confirming: of a second assessment that found the same; the first result stands.
    """

    ANNOUNCED = "announced"
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    CONFIRMING = "confirming"


RESULT_STATE_LABELS: Mapping[ResultState, str] = {
    ResultState.ANNOUNCED: "公示中",
    ResultState.IN_FORCE: "有效",
    ResultState.REPLACED: "已由新结果代替",
    ResultState.WITHDRAWN: "已撤销",
    ResultState.CONFIRMING: "复评一致，原结果有效",
}


class ObjectionState(StrEnum):
    """An objection leads to a second assessment by other people; its result decides."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


OBJECTION_STATE_LABELS: Mapping[ObjectionState, str] = {
    ObjectionState.OPEN: "复评中",
    ObjectionState.UPHELD: "异议成立",
    ObjectionState.REJECTED: "维持原结果",
    ObjectionState.WITHDRAWN: "已撤回",
}


class StandingState(StrEnum):
    """How an assessment body or an assessor stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


STANDING_LABELS: Mapping[StandingState, str] = {
    StandingState.ACTIVE: "在册",
    StandingState.SUSPENDED: "暂停",
    StandingState.ENDED: "已退出",
}


MAIN_FACT = "ability_grade"  # what a scale gives that is taken where none is named; of the civil affairs
BESIDE = ("ltc_grade",)  # grades of others, shown beside and never put in its place
HEALTH_CHECK = "health_check_date"


class Outlier(StrEnum):
    """By which rule an assessor stands out; a reason to look, not a verdict."""

    GRADE_DIFFERS = "grade_differs"
    HARSHER = "harsher"
    MILDER = "milder"
    SAME = "same"
    QUICK = "quick"


OUTLIER_LABELS: Mapping[Outlier, str] = {
    Outlier.GRADE_DIFFERS: "自己评的等级常与商定的不同",
    Outlier.HARSHER: "比同伴评得重",
    Outlier.MILDER: "比同伴评得轻",
    Outlier.SAME: "与同伴几乎逐项相同",
    Outlier.QUICK: "填表用时很短",
}
