"""The desks and their navigation: at most nine entries each, in the words of that desk. A new page adds its entry here."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.foundation.access import Actor, Right, Role


@dataclass(frozen=True, slots=True)
class Part:
    """One tab of an entry; shown to who holds the right."""

    page: str
    label: str
    right: Right


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the side navigation; `page` is the name of its route. Shown to who holds the right.

    `parts`: pages that belong together stand as tabs over each of them; the first is the entry's own page. `others`: rights of which each is
    enough as well.
    """

    page: str
    label: str
    icon: str
    right: Right
    parts: tuple[Part, ...] = ()
    others: tuple[Right, ...] = ()

    def covers(self, page: str) -> bool:
        """Whether this page is the entry's own or one of its parts."""
        return page == self.page or any(part.page == page for part in self.parts)


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk: its address prefix, its name, one sentence for the chooser, and its entries (the first is its first screen).

    `search` and `work` name the pages behind the top bar's search box (it posts `q`) and bell; empty where the desk has none.
    `roles` are those to whom the desk is offered; empty for whoever may open one of its pages.
    """

    id: str
    prefix: str
    title: str
    about: str
    icon: str
    entries: tuple[Entry, ...]
    search: str = ""
    work: str = ""
    roles: frozenset[Role] = frozenset()

    def entries_for(self, actor: Actor) -> tuple[Entry, ...]:
        """The entries that this actor may open, in order."""
        return tuple(entry for entry in self.entries if any(actor.may(right) for right in (entry.right, *entry.others)))


DESKS: tuple[Desk, ...] = (
    Desk(
        id="street",
        prefix="/street/",
        title="镇街社区",
        about="待办、找人、老人的资料和待遇",
        icon="home",
        entries=(
            Entry("street:work", "待办", "tasks", Right.SEE_WORK),
            Entry("street:people", "找人", "people", Right.SEE_PEOPLE),
            Entry(
                "street:grants",
                "待遇",
                "yuan",
                Right.SEE_GRANTS,
                parts=(
                    Part("street:grants", "要送的通知", Right.SEE_GRANTS),
                    Part("street:grants_waiting", "等答复", Right.SEE_GRANTS),
                    Part("street:grants_active", "享受中", Right.SEE_GRANTS),
                    Part("street:grants_stopped", "暂停和停止", Right.SEE_GRANTS),
                    Part("street:applications", "申请", Right.SEE_GRANTS),
                    Part("street:appeals", "申诉", Right.SEE_GRANTS),
                    Part("street:life_checks", "资格认证", Right.SEE_GRANTS),
                    Part("street:desks", "电话和开放时间", Right.HANDLE_GRANTS),
                ),
            ),
            Entry(
                "street:ability_cases",
                "能力评估",
                "scale",
                Right.SEE_ASSESSMENTS,
                parts=(
                    Part("street:ability_cases", "每一次评估", Right.SEE_ASSESSMENTS),
                    Part("street:ability_objections", "异议复评", Right.SEE_ASSESSMENTS),
                    Part("street:ability_bodies", "机构与评估员", Right.SEE_ASSESSMENTS),
                    Part("street:ability_older", "以前的结果", Right.SEE_ASSESSMENTS),
                ),
            ),
            Entry("street:registers", "名录与台账", "list", Right.SEE_REGISTERS),
            Entry("street:links", "疑似同一人", "swap", Right.SEE_PEOPLE),
            Entry("street:disputes", "数据有出入", "warning", Right.SEE_PEOPLE),
            Entry("street:census", "普查", "calendar", Right.SEE_PEOPLE),
            Entry("street:reports", "数据上报", "upload", Right.SEE_PEOPLE),
        ),
        search="street:find",
        work="street:work",
    ),
    Desk(
        id="city",
        prefix="/city/",
        title="全市",
        about="规划目标、人数和金额、政策、试算",
        icon="chart",
        entries=(
            Entry("city:plan", "规划目标", "check", Right.SEE_FIGURES),
            Entry("city:indicators", "指标", "chart", Right.SEE_FIGURES),
            Entry("city:elders", "老年人状况", "book", Right.SEE_FIGURES),
            Entry(
                "city:overview",
                "人数和数据",
                "yuan",
                Right.SEE_FIGURES,
                parts=(
                    Part("city:overview", "人数和金额", Right.SEE_FIGURES),
                    Part("city:disputes", "数据有出入", Right.SEE_FIGURES),
                    Part("city:data_use", "数据使用", Right.SEE_FIGURES),
                ),
            ),
            Entry(
                "city:grants",
                "待遇",
                "hand",
                Right.SEE_GRANTS,
                parts=(
                    Part("city:grants", "人数和金额", Right.SEE_GRANTS),
                    Part("city:appeals", "申诉", Right.SEE_GRANTS),
                ),
            ),
            Entry(
                "city:pay_runs",
                "发放",
                "yuan",
                Right.KEEP_FUNDS,
                parts=(
                    Part("city:pay_runs", "每月发放", Right.KEEP_FUNDS),
                    Part("city:overpaid", "应追回", Right.SEE_PAYMENTS),
                    Part("city:funds", "资金和账目", Right.KEEP_FUNDS),
                    Part("city:spending", "支出和全年需要", Right.KEEP_FUNDS),
                    Part("city:vouchers", "消费券", Right.SEE_PAYMENTS),
                    Part("city:awards", "奖补", Right.SEE_PAYMENTS),
                ),
            ),
            Entry(
                "city:abilities",
                "能力评估",
                "scale",
                Right.SEE_ASSESSMENTS,
                parts=(
                    Part("city:abilities", "总的情况", Right.SEE_ASSESSMENTS),
                    Part("city:ability_cases", "每一次评估", Right.SEE_ASSESSMENTS),
                    Part("city:ability_objections", "异议复评", Right.SEE_ASSESSMENTS),
                    Part("city:ability_bodies", "机构与评估员", Right.SEE_ASSESSMENTS),
                    Part("city:ability_agreement", "一致性", Right.SEE_ASSESSMENTS),
                    Part("city:ability_second_looks", "抽查复核", Right.SEE_ASSESSMENTS),
                    Part("city:ability_older", "以前的结果", Right.SEE_ASSESSMENTS),
                    Part("city:ability_uses", "谁用过结果", Right.SEE_ASSESSMENTS),
                ),
            ),
            Entry("city:registers", "名录与台账", "list", Right.SEE_REGISTERS),
            Entry(
                "city:policy",
                "政策",
                "book",
                Right.SEE_PACKS,
                parts=(
                    Part("city:policy", "政策内容", Right.SEE_PACKS),
                    Part("city:drafts", "发布", Right.SEE_PACKS),
                    Part("city:what_if", "试算", Right.WHAT_IF),
                    Part("city:runs", "核算记录", Right.SEE_FIGURES),
                ),
            ),
        ),
        search="street:find",
        work="street:work",
    ),
    Desk(
        id="ops",
        prefix="/ops/",
        title="运维",
        about="账号、导入、后台作业、审计",
        icon="gear",
        entries=(
            Entry("ops:imports", "导入", "upload", Right.IMPORT),
            Entry("ops:users", "账号和角色", "people", Right.MANAGE_USERS),
            Entry("ops:consumers", "接口", "key", Right.MANAGE_USERS),
            Entry("ops:jobs", "后台作业", "job", Right.SEE_JOBS),
            Entry("ops:messages", "短信", "phone", Right.TEND_MESSAGES),
            Entry("ops:audit", "审计", "shield", Right.SEE_AUDIT),
            Entry("ops:data_use", "数据使用", "eye", Right.SEE_AUDIT),
            Entry("ops:design", "页面样式", "eye", Right.SEE_JOBS),
        ),
    ),
    Desk(
        id="provider",
        prefix="/provider/",
        title="机构",
        about="办养老机构和设施要守的规定、能得的支持，奖补和消费券结算的申请",
        icon="home",
        entries=(
            Entry("provider:rules", "规定和支持", "book", Right.SEE_PACKS),
            Entry("provider:claims", "奖补和结算", "yuan", Right.CLAIM_AWARDS),
        ),
        roles=frozenset({Role.PROVIDER_MANAGER}),
    ),
    Desk(
        id="assess",
        prefix="/assess/",
        title="评估",
        about="上门评估的预约、评估表和结果",
        icon="tasks",
        entries=(
            Entry(
                "assess:visits",
                "预约",
                "calendar",
                Right.ASSESS,
                parts=(
                    Part("assess:visits", "上门", Right.SEE_PACKS),
                    Part("assess:waiting", "等着安排", Right.ARRANGE_ASSESSMENT),
                ),
                others=(Right.ARRANGE_ASSESSMENT,),
            ),
            Entry("assess:ability_cases", "评估", "tasks", Right.ASSESS, others=(Right.SEE_ASSESSMENTS,)),
            Entry("assess:ability_objections", "异议复评", "swap", Right.ASSESS, others=(Right.SEE_ASSESSMENTS,)),
            Entry("assess:ability_bodies", "机构与评估员", "people", Right.ASSESS, others=(Right.SEE_ASSESSMENTS,)),
            Entry("assess:ability_agreement", "一致性", "scale", Right.SEE_ASSESSMENTS),
            Entry("assess:rules", "要看评估的待遇", "book", Right.SEE_PACKS),
        ),
        roles=frozenset({Role.ASSESSOR, Role.ASSESSMENT_MANAGER}),
    ),
    Desk(
        id="inspect",
        prefix="/inspect/",
        title="监管",
        about="监管时对照的标准和目标",
        icon="eye",
        entries=(Entry("inspect:rules", "标准和目标", "book", Right.SEE_PACKS),),
        roles=frozenset({Role.INSPECTOR}),
    ),
)


def desks_of(actor: Actor) -> tuple[Desk, ...]:
    """The desks that are offered to this actor: with at least one page, and for a role that they hold."""
    held = {grant.role for grant in actor.grants}
    return tuple(desk for desk in DESKS if desk.entries_for(actor) and (not desk.roles or desk.roles & held))


def desk_at(path: str) -> Desk | None:
    """The desk to which an address belongs."""
    return next((desk for desk in DESKS if path.startswith(desk.prefix)), None)
