"""What roles exclude each other, which of them an API consumer may stand for, and the desk each belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from songhe.foundation.access import Right, Role

ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

CONSUMER_RIGHTS = frozenset(
    {
        Right.SEE_PEOPLE,
        Right.CORRECT_FACTS,
        Right.SEE_DECISIONS,
        Right.DETERMINE,
        Right.WHAT_IF,
        Right.SEE_FIGURES,
        Right.SEE_PACKS,
        Right.CHANGE_PACKS,
        Right.SEE_WORK,
        Right.DO_WORK,
        Right.IMPORT,
        Right.ACCEPT_IMPORT,
        Right.SEE_REGISTERS,
        Right.KEEP_REGISTERS,
        Right.SEE_ASSESSMENTS,
        Right.REQUEST_ASSESSMENT,
        Right.ARRANGE_ASSESSMENT,
        Right.ASSESS,
        Right.SEE_GRANTS,
        Right.HANDLE_GRANTS,
        Right.DECIDE_APPEALS,
        Right.SEE_PAYMENTS,
        Right.MAKE_PAYMENTS,
        Right.APPROVE_PAYMENTS,
        Right.KEEP_FUNDS,
        Right.REDEEM_VOUCHERS,
        Right.TEND_MESSAGES,
        Right.REPORT_MESSAGES,
        Right.CLAIM_AWARDS,
    }
)
CONSUMER_ROLES = (
    Role.CITY_OFFICER,
    Role.ASSESSOR,
    Role.PROVIDER_MANAGER,
)  # hold every right above together; the consumer's scopes narrow them

RIGHT_LABELS: Mapping[Right, str] = {
    Right.SEE_PEOPLE: "查看人员",
    Right.REVEAL_SENSITIVE: "查看完整敏感信息",
    Right.CORRECT_FACTS: "更正信息",
    Right.SEE_DECISIONS: "查看认定结果",
    Right.DETERMINE: "发起认定",
    Right.SEE_WORK: "查看待办",
    Right.DO_WORK: "办理待办",
    Right.SEE_PACKS: "查看政策",
    Right.CHANGE_PACKS: "修改政策参数，核对规划文件",
    Right.WHAT_IF: "政策试算",
    Right.SEE_FIGURES: "查看统计",
    Right.SEE_REGISTERS: "查看台账",
    Right.KEEP_REGISTERS: "登记台账",
    Right.RUN_CENSUS: "组织普查",
    Right.SEE_ASSESSMENTS: "查看评估",
    Right.REQUEST_ASSESSMENT: "申请评估",
    Right.ARRANGE_ASSESSMENT: "安排评估",
    Right.ASSESS: "做评估",
    Right.SEE_GRANTS: "查看待遇",
    Right.HANDLE_GRANTS: "办理待遇",
    Right.DECIDE_APPEALS: "办理申诉",
    Right.SEE_PAYMENTS: "查看发放",
    Right.MAKE_PAYMENTS: "做发放名单",
    Right.APPROVE_PAYMENTS: "复核发放",
    Right.KEEP_FUNDS: "管理资金",
    Right.REDEEM_VOUCHERS: "核销消费券",
    Right.CLAIM_AWARDS: "为本单位申请奖补",
    Right.TEND_MESSAGES: "管理短信",
    Right.REPORT_MESSAGES: "报短信回执",
    Right.APPROVE_PACKS: "批准政策",
    Right.IMPORT: "导入数据",
    Right.ACCEPT_IMPORT: "确认导入",
    Right.SEE_JOBS: "查看后台任务",
    Right.MANAGE_USERS: "管理账号",
    Right.SEE_AUDIT: "查看审计",
}

DESKS: Mapping[Role, str] = {
    Role.CITY_OFFICER: "city",
    Role.STREET_CLERK: "street",
    Role.COMMUNITY_WORKER: "street",
    Role.PROVIDER_MANAGER: "provider",
    Role.ASSESSOR: "assess",
    Role.ASSESSMENT_MANAGER: "assess",
    Role.FINANCE_OFFICER: "city",
    Role.INSPECTOR: "inspect",
    Role.SYSTEM_ADMIN: "ops",
    Role.SECURITY_ADMIN: "ops",
    Role.AUDIT_ADMIN: "ops",
}


def exclude_each_other(one: Role, other: Role) -> bool:
    """Whether nobody may hold both at the same time: an administrator's role stands alone."""
    return one != other and bool({one, other} & ADMIN_ROLES)
