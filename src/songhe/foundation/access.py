"""Who may do what, where: rights by role, and areas by path prefix. The only vocabulary of access in the house.

An area path is the chain of area codes from the city down, each followed by a slash: ``640381/640381100/``. A grant at a path
reaches everything below it. Row filters live in each context's `access.visible_to(actor)`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from songhe.foundation.errors import AccessDenied


class Role(StrEnum):
    CITY_OFFICER = "city_officer"
    STREET_CLERK = "street_clerk"
    COMMUNITY_WORKER = "community_worker"
    PROVIDER_MANAGER = "provider_manager"
    ASSESSOR = "assessor"
    ASSESSMENT_MANAGER = "assessment_manager"
    FINANCE_OFFICER = "finance_officer"
    INSPECTOR = "inspector"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


ROLE_LABELS: Mapping[Role, str] = {
    Role.CITY_OFFICER: "市级工作人员",
    Role.STREET_CLERK: "镇街工作人员",
    Role.COMMUNITY_WORKER: "社区工作人员",
    Role.PROVIDER_MANAGER: "机构管理员",
    Role.ASSESSOR: "评估员",
    Role.ASSESSMENT_MANAGER: "评估机构负责人",
    Role.FINANCE_OFFICER: "财务人员",
    Role.INSPECTOR: "监管人员",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
}


class Right(StrEnum):
    SEE_PEOPLE = "see_people"
    REVEAL_SENSITIVE = "reveal_sensitive"
    CORRECT_FACTS = "correct_facts"
    SEE_DECISIONS = "see_decisions"
    DETERMINE = "determine"
    SEE_WORK = "see_work"
    DO_WORK = "do_work"
    SEE_PACKS = "see_packs"
    CHANGE_PACKS = "change_packs"
    APPROVE_PACKS = "approve_packs"
    WHAT_IF = "what_if"
    SEE_FIGURES = "see_figures"
    SEE_REGISTERS = "see_registers"
    KEEP_REGISTERS = "keep_registers"
    RUN_CENSUS = "run_census"
    SEE_ASSESSMENTS = "see_assessments"
    REQUEST_ASSESSMENT = "request_assessment"
    ARRANGE_ASSESSMENT = "arrange_assessment"
    ASSESS = "assess"
    SEE_GRANTS = "see_grants"
    HANDLE_GRANTS = "handle_grants"
    DECIDE_APPEALS = "decide_appeals"
    SEE_PAYMENTS = "see_payments"
    MAKE_PAYMENTS = "make_payments"
    APPROVE_PAYMENTS = "approve_payments"
    KEEP_FUNDS = "keep_funds"
    REDEEM_VOUCHERS = "redeem_vouchers"
    CLAIM_AWARDS = "claim_awards"
    TEND_MESSAGES = "tend_messages"
    REPORT_MESSAGES = "report_messages"
    IMPORT = "import"
    ACCEPT_IMPORT = "accept_import"
    SEE_JOBS = "see_jobs"
    MANAGE_USERS = "manage_users"
    SEE_AUDIT = "see_audit"


_FIELD_WORK = frozenset(
    {
        Right.SEE_PEOPLE,
        Right.REVEAL_SENSITIVE,
        Right.CORRECT_FACTS,
        Right.SEE_DECISIONS,
        Right.SEE_WORK,
        Right.DO_WORK,
        Right.SEE_PACKS,
        Right.SEE_REGISTERS,
        Right.KEEP_REGISTERS,
        Right.SEE_ASSESSMENTS,
        Right.REQUEST_ASSESSMENT,
        Right.SEE_GRANTS,
        Right.HANDLE_GRANTS,
        Right.SEE_PAYMENTS,
    }
)

ROLE_RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.CITY_OFFICER: _FIELD_WORK
    | {
        Right.DETERMINE,
        Right.WHAT_IF,
        Right.SEE_FIGURES,
        Right.CHANGE_PACKS,
        Right.APPROVE_PACKS,
        Right.IMPORT,
        Right.ACCEPT_IMPORT,
        Right.RUN_CENSUS,
        Right.ARRANGE_ASSESSMENT,
        Right.DECIDE_APPEALS,
        Right.MAKE_PAYMENTS,
        Right.APPROVE_PAYMENTS,
        Right.KEEP_FUNDS,
        Right.TEND_MESSAGES,
        Right.REPORT_MESSAGES,
    },
    Role.STREET_CLERK: _FIELD_WORK | {Right.SEE_FIGURES, Right.IMPORT, Right.RUN_CENSUS, Right.ARRANGE_ASSESSMENT},
    Role.COMMUNITY_WORKER: _FIELD_WORK,
    Role.PROVIDER_MANAGER: frozenset({Right.SEE_PACKS, Right.REDEEM_VOUCHERS, Right.CLAIM_AWARDS}),
    Role.ASSESSOR: frozenset({Right.SEE_PACKS, Right.ASSESS}),
    Role.ASSESSMENT_MANAGER: frozenset({Right.SEE_PACKS, Right.SEE_ASSESSMENTS, Right.ARRANGE_ASSESSMENT}),
    Role.FINANCE_OFFICER: frozenset(
        {Right.SEE_PACKS, Right.SEE_FIGURES, Right.SEE_PAYMENTS, Right.APPROVE_PAYMENTS, Right.KEEP_FUNDS}
    ),
    Role.INSPECTOR: frozenset({Right.SEE_PACKS}),
    Role.SYSTEM_ADMIN: frozenset({Right.SEE_PACKS, Right.IMPORT, Right.SEE_JOBS, Right.TEND_MESSAGES}),
    Role.SECURITY_ADMIN: frozenset({Right.MANAGE_USERS}),
    Role.AUDIT_ADMIN: frozenset({Right.SEE_AUDIT}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held at an area and everything below it."""

    role: Role
    area_path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user, an API consumer, or the system itself. `scopes` narrows a consumer's rights further."""

    id: int
    name: str
    kind: str  # user | consumer | system
    grants: tuple[Grant, ...] = ()
    scopes: frozenset[Right] | None = None

    def area_paths(self, right: Right) -> tuple[str, ...]:
        """The area paths in which this actor holds the right; empty means nowhere."""
        if self.kind == "system":
            return ("",)
        if self.scopes is not None and right not in self.scopes:
            return ()
        return tuple(sorted({g.area_path for g in self.grants if right in ROLE_RIGHTS[g.role]}))

    def may(self, right: Right, area_path: str | None = None) -> bool:
        """Whether the right is held at all, or (with a path) at that area."""
        paths = self.area_paths(right)
        return bool(paths) if area_path is None else any(area_path.startswith(path) for path in paths)


SYSTEM = Actor(id=0, name="系统", kind="system")


@dataclass(frozen=True, slots=True)
class Proof:
    """An actor has shown again, at this moment, that it is them: by `means` password or code. Made where they typed it, good for minutes."""

    actor_id: int
    means: str
    at: dt.datetime


def require(actor: Actor, right: Right, area_path: str | None = None) -> None:
    """Refuse unless the actor holds the right (at the area)."""
    if not actor.may(right, area_path):
        raise AccessDenied("您的账号不能做这件事，或者这里不在您负责的区域。", next_step="需要时请联系系统管理员调整权限。")


def require_system(actor: Actor) -> None:
    """Refuse unless it is the system itself that acts: a command at the machine, or a job."""
    if actor.kind != SYSTEM.kind:
        raise AccessDenied("这件事只能在服务器上由系统自己做。", next_step="请联系系统管理员。")
