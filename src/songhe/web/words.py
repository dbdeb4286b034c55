"""The words, colours and icons of every state that a page shows. A state is never told by its colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from songhe.engines.policy.rulebook import Period, Status


@dataclass(frozen=True, slots=True)
class Chip:
    """One state: `tone` is good, warn, bad or quiet; `icon` a file of templates/icons."""

    word: str
    tone: str
    icon: str


CHIPS: Mapping[str, Chip] = {
    # decisions
    "eligible": Chip("符合条件", "good", "check"),
    "not_eligible": Chip("目前不符合", "quiet", "minus"),
    "cannot_tell": Chip("还不能确定", "warn", "question"),
    "displaced": Chip("改领另一项", "quiet", "swap"),
    "other_member": Chip("由同户家人享受", "quiet", "people"),
    "provisional": Chip("暂按符合", "warn", "clock"),
    "not_in_force": Chip("尚未施行", "quiet", "clock"),
    "granted": Chip("已核定", "good", "check"),
    "paid": Chip("已发放", "good", "yuan"),
    # grants and appeals
    "grant_proposed": Chip("待告知", "warn", "bell"),
    "grant_notified": Chip("等答复", "warn", "clock"),
    "grant_active": Chip("享受中", "good", "check"),
    "grant_suspended": Chip("暂停", "warn", "warning"),
    "grant_ended": Chip("已停止", "quiet", "minus"),
    "grant_refused": Chip("本人不要", "quiet", "cross"),
    "appeal_open": Chip("办理中", "warn", "clock"),
    "appeal_upheld": Chip("支持申诉", "good", "check"),
    "appeal_rejected": Chip("维持原决定", "quiet", "minus"),
    "appeal_withdrawn": Chip("已撤回", "quiet", "left"),
    "appeal_not_heard": Chip("过期未受理", "quiet", "cross"),
    # messages
    "message_waiting": Chip("等着发", "quiet", "clock"),
    "message_handed_over": Chip("已交给短信平台", "warn", "job"),
    "message_delivered": Chip("已送达", "good", "check"),
    "message_failed": Chip("没有送达", "bad", "cross"),
    "message_unknown": Chip("不知道送没送到", "warn", "question"),
    # drafts of the pack
    "pack_draft": Chip("草稿", "warn", "clock"),
    "pack_checked": Chip("检查通过", "warn", "clock"),
    "pack_simulated": Chip("等待批准", "warn", "question"),
    "pack_approved": Chip("已批准，等待施行", "good", "calendar"),
    "pack_in_force": Chip("已施行", "good", "check"),
    "pack_overtaken": Chip("要重新核对", "warn", "warning"),
    "pack_withdrawn": Chip("已撤回", "quiet", "left"),
    # assessments: cases, forms, results, objections, who assesses
    "case_requested": Chip("待安排", "warn", "clock"),
    "case_appointed": Chip("已预约", "good", "calendar"),
    "case_assessing": Chip("评估中", "good", "job"),
    "case_settled": Chip("结果公示中", "warn", "clock"),
    "case_closed": Chip("已办结", "quiet", "check"),
    "case_withdrawn": Chip("已撤回", "quiet", "left"),
    "form_none": Chip("还没有填", "quiet", "minus"),
    "form_draft": Chip("填写中", "warn", "clock"),
    "form_final": Chip("已提交", "good", "check"),
    "result_announced": Chip("公示中", "warn", "clock"),
    "result_in_force": Chip("有效", "good", "check"),
    "result_replaced": Chip("已由新结果代替", "quiet", "history"),
    "result_withdrawn": Chip("已撤销", "quiet", "cross"),
    "result_confirming": Chip("复评一致，原结果有效", "quiet", "check"),
    "result_lapsed": Chip("已过有效期", "warn", "warning"),
    "objection_open": Chip("复评中", "warn", "clock"),
    "objection_upheld": Chip("异议成立", "good", "check"),
    "objection_rejected": Chip("维持原结果", "quiet", "minus"),
    "objection_withdrawn": Chip("已撤回", "quiet", "left"),
    "standing_active": Chip("在册", "good", "check"),
    "standing_suspended": Chip("暂停", "warn", "warning"),
    "standing_ended": Chip("已退出", "quiet", "minus"),
    "application_open": Chip("办理中", "warn", "clock"),
    "application_granted": Chip("已批准", "good", "check"),
    "application_refused": Chip("不符合条件", "quiet", "minus"),
    "application_withdrawn": Chip("已撤回", "quiet", "left"),
    # payment
    "pay_draft": Chip("准备中", "quiet", "clock"),
    "pay_frozen": Chip("名单已冻结", "warn", "shield"),
    "pay_checked": Chip("已核对，等复核", "warn", "clock"),
    "pay_approved": Chip("复核通过", "good", "check"),
    "pay_sent": Chip("已送银行", "warn", "yuan"),
    "pay_closed": Chip("已对平", "good", "check"),
    "pay_cancelled": Chip("已作废", "quiet", "cross"),
    "payment_listed": Chip("待发", "quiet", "clock"),
    "payment_held": Chip("暂缓，待核实", "warn", "question"),
    "payment_sent": Chip("已送银行", "warn", "yuan"),
    "payment_paid": Chip("已到账", "good", "check"),
    "payment_failed": Chip("未到账", "bad", "cross"),
    "payment_withdrawn": Chip("未发，已撤出", "quiet", "minus"),
    "kind_arrears": Chip("补发", "good", "plus"),
    "kind_recovery": Chip("追回", "warn", "minus"),
    "kind_award": Chip("奖补", "quiet", "yuan"),
    "award_claimed": Chip("等复核", "warn", "clock"),
    "award_approved": Chip("已同意", "good", "check"),
    "award_refused": Chip("不同意", "quiet", "cross"),
    "verified_true": Chip("属实", "good", "check"),
    "verified_not_true": Chip("不属实", "bad", "cross"),
    "fund_enough": Chip("够", "good", "check"),
    "fund_short": Chip("不够", "bad", "warning"),
    # conditions
    "yes": Chip("是", "good", "check"),
    "no": Chip("否", "quiet", "cross"),
    "unknown": Chip("无法判断", "warn", "question"),
    # roster and census
    "on_roster": Chip("在册", "good", "check"),
    "roster_unsure": Chip("待核实", "warn", "question"),
    "off_roster": Chip("已移出", "quiet", "minus"),
    "to_ask": Chip("还没去问", "quiet", "clock"),
    "asked": Chip("已问到", "good", "check"),
    "absent": Chip("没见到人", "warn", "question"),
    "ask_refused": Chip("不愿回答", "warn", "minus"),
    "ask_gone": Chip("已搬走或去世", "quiet", "minus"),
    # targets
    "met": Chip("达成", "good", "check"),
    "on_track": Chip("按期", "good", "clock"),
    "at_risk": Chip("有风险", "warn", "warning"),
    "missed": Chip("未达成", "bad", "cross"),
    "no_data": Chip("暂无数据", "quiet", "minus"),
    # tasks of the plan and their steps
    "late": Chip("逾期", "bad", "warning"),
    "silent": Chip("没有报过进展", "quiet", "minus"),
    "not_begun": Chip("还没开始", "quiet", "clock"),
    "doing": Chip("正在办", "good", "job"),
    "dropped": Chip("不再办", "quiet", "minus"),
    # figures of indicators, and printed figures beside them
    "measured": Chip("有数据", "good", "check"),
    "no_data_yet": Chip("暂无数据", "quiet", "minus"),
    "nothing_to_divide": Chip("分母为零", "quiet", "minus"),
    "fits": Chip("相符", "good", "check"),
    "does_not_fit": Chip("不符", "bad", "cross"),
    "contradicted": Chip("文件自相矛盾", "warn", "warning"),
    "no_records_yet": Chip("还没有记录", "quiet", "minus"),
    # releases about the elders
    "draft": Chip("待审核", "warn", "clock"),
    "returned": Chip("已退回", "bad", "left"),
    "agreed": Chip("审核通过，待发布", "good", "check"),
    "published": Chip("已发布", "good", "check"),
    "corrected": Chip("已被订正", "quiet", "history"),
    # rows of an import
    "new": Chip("新增", "good", "plus"),
    "changed": Chip("有变化", "good", "swap"),
    "unchanged": Chip("没有变化", "quiet", "minus"),
    "check": Chip("请核对", "warn", "warning"),
    "refused": Chip("不能接收", "bad", "cross"),
    "accepted": Chip("已接收", "good", "check"),
    # work and jobs
    "waiting": Chip("等待中", "quiet", "clock"),
    "running": Chip("进行中", "good", "job"),
    "done": Chip("已完成", "good", "check"),
    "failed": Chip("没有完成", "bad", "cross"),
    "overdue": Chip("已逾期", "bad", "warning"),
    "in_use": Chip("使用中", "good", "check"),
    "past": Chip("已停用", "quiet", "history"),
    # where a value comes from
    "stated": Chip("文件载明", "quiet", "document"),
    "assumed": Chip("演示取值", "warn", "info"),
    "unverified": Chip("未核对原文", "warn", "question"),
}

STATUS_KEYS: Mapping[Status, str] = {
    Status.NOT_ELIGIBLE: "not_eligible",
    Status.ELIGIBLE: "eligible",
    Status.CANNOT_TELL: "cannot_tell",
    Status.DISPLACED: "displaced",
    Status.OTHER_MEMBER: "other_member",
    Status.PROVISIONAL: "provisional",
    Status.NOT_IN_FORCE: "not_in_force",
}

PERIOD_UNITS: Mapping[Period, str] = {
    Period.MONTH: "元/月",
    Period.DAY: "元/天",
    Period.YEAR: "元/年",
    Period.TIME: "元/次",
    Period.ONCE: "元（一次性）",
}

PERIOD_WORDS: Mapping[Period, str] = {
    Period.MONTH: "每月",
    Period.DAY: "每天",
    Period.YEAR: "每年",
    Period.TIME: "每次",
    Period.ONCE: "一次",
}

SOURCE_NOTES: Mapping[str, str] = {
    "assumed": "演示取值，文件未载明",
    "demo": "演示数据，不是真的",
    "unverified": "国家标准，尚未与原文核对",
}

# Grades have names in the national standards (GB/T 42195-2022; GB/T 26341): people know the name, not the number.
GRADE_WORDS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "ability_grade": ((0, "能力完好"), (1, "轻度失能"), (2, "中度失能"), (3, "重度失能"), (4, "完全失能")),
    "disability_grade": ((0, "没有残疾人证"), (1, "一级"), (2, "二级"), (3, "三级"), (4, "四级")),
}
