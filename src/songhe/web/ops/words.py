"""The operations desk's words for states, background work, events and deeds."""

from __future__ import annotations

from collections.abc import Mapping

from songhe.contexts.people.words import BatchStatus, Verdict
from songhe.foundation.background import JobState

BATCH_CHIPS: Mapping[BatchStatus, tuple[str, str]] = {
    BatchStatus.UPLOADED: ("waiting", "等待检查"),
    BatchStatus.CHECKING: ("running", "正在检查"),
    BatchStatus.CHECKED: ("check", "等待确认"),
    BatchStatus.ACCEPTING: ("running", "正在入库"),
    BatchStatus.ACCEPTED: ("accepted", "已入库"),
    BatchStatus.FAILED: ("failed", "文件读不了"),
}
"""State of a batch -> chip and its word."""

VERDICT_CHIPS: Mapping[Verdict, str] = {
    Verdict.NEW: "new",
    Verdict.UPDATE: "changed",
    Verdict.UNCHANGED: "unchanged",
    Verdict.CONFLICT: "check",
    Verdict.REJECTED: "refused",
}
VERDICT_WORDS: Mapping[Verdict, str] = {
    Verdict.NEW: "新增",
    Verdict.UPDATE: "更新",
    Verdict.UNCHANGED: "没有变化",
    Verdict.CONFLICT: "需要核实",
    Verdict.REJECTED: "不能入库",
}
VERDICT_NOTES: Mapping[Verdict, str] = {
    Verdict.NEW: "以前没有这个人，入库后登记",
    Verdict.UPDATE: "已有这个人，有资料要更新",
    Verdict.UNCHANGED: "与已有资料一样",
    Verdict.CONFLICT: "与已有资料对不上，转给部门核实，不改动资料",
    Verdict.REJECTED: "这一行有错，不改动资料",
}

JOB_CHIPS: Mapping[JobState, tuple[str, str]] = {
    JobState.WAITING: ("waiting", "排队中"),
    JobState.RUNNING: ("running", "进行中"),
    JobState.STALLED: ("check", "中途断开"),
    JobState.DONE: ("done", "已完成"),
    JobState.FAILED: ("failed", "没有完成"),
}

JOB_LABELS: Mapping[str, str] = {
    "determine_city": "全市核算",
    "determine_city_nightly": "每天凌晨安排全市核算",
    "compute_figures": "计算指标",
    "freeze_last_month": "冻结上月指标",
    "accept_batch": "导入文件入库",
    "check_waiting_files": "检查新上传的文件",
    "refresh_census": "统计普查进度，提醒核对过期资料",
    "deliver_events": "转告变动",
    "restart_stalled_jobs": "重新安排中断的作业",
    "refresh_registers": "核对台账的应登记人员和期限",
    "refresh_registers_nightly": "每天凌晨安排核对台账",
    "forget_old_jobs": "清理一周前已完成的作业",
    "forget_delivered_events": "清理一周前已转告的变动",
}
ROUTINE_JOBS = frozenset(
    {"deliver_events", "check_waiting_files", "restart_stalled_jobs", "forget_old_jobs", "forget_delivered_events"}
)

EVENT_LABELS: Mapping[str, str] = {
    "people.households_changed": "一些家庭的资料有变动，要重新核算",
    "people.city_facts_changed": "全市资料有变动，要重新核算",
    "people.accept_requested": "有人确认了导入文件，要入库",
    "policy_library.pack_put_in_use": "政策有变动，要重新核算",
    "entitlements.city_run_requested": "有人要求重新核算全市",
    "entitlements.run_published": "新的核算结果已生成",
}

DEEDS: Mapping[str, str] = {
    "people.reveal": "查看完整的敏感信息",
    "people.correct_fact": "更正资料",
    "people.upload_file": "上传导入文件",
    "people.check_batch": "检查导入文件",
    "people.request_accept": "确认入库",
    "people.accept_batch": "导入文件入库",
    "people.export_results": "下载检查结果",
    "people.state_facts": "社区核对资料",
    "people.open_round": "开始一轮普查",
    "people.close_round": "结束一轮普查",
    "people.record_answer": "记下普查询问",
    "list.export": "导出名单",
    "planning.save_scenario": "保存供需预测方案",
    "planning.withdraw_scenario": "撤下供需预测方案",
    "account.create_user": "新建账号",
    "account.set_password": "重设密码",
    "account.deactivate_user": "停用账号",
    "account.activate_user": "恢复账号",
    "account.unlock_user": "解除登录限制",
    "account.grant_role": "授予角色",
    "account.revoke_role": "收回角色",
    "account.create_consumer": "登记接口",
    "account.rotate_token": "换发接口令牌",
    "account.revoke_consumer": "停用接口",
    "pack.put_in_use": "启用政策",
    "run.requested": "要求重新核算",
    "run.published": "生成核算结果",
    "figures.computed": "计算指标",
    "figures.frozen": "冻结月度指标",
    "figures.revised": "订正月度指标",
    "work_item.close": "办结待办",
    "places.load": "载入区划",
    "job.retry": "重做后台作业",
    "event.retry": "再次转告变动",
    "audit.verify": "校验审计记录",
}
DEED_GROUPS: tuple[tuple[str, str], ...] = (
    ("people.reveal", "查看完整的敏感信息"),
    ("people.correct_fact", "更正资料"),
    ("list.export", "导出名单"),
    ("people.export_results", "下载检查结果"),
    ("people.", "人员资料和导入，全部"),
    ("account.", "账号、角色和接口，全部"),
    ("registers.", "台账，全部"),
    ("work_item.", "待办"),
    ("pack.", "政策"),
    ("run.", "核算"),
    ("figures.", "指标"),
    ("job.", "后台作业"),
    ("audit.", "审计"),
)
"""What the audit list can be narrowed to: the beginning of a deed's name, and its words."""

SUBJECTS: Mapping[str, str] = {
    "person": "人员",
    "import_batch": "导入文件",
    "list": "名单",
    "census_round": "普查",
    "register_entry": "台账登记",
    "register_file": "台账文件",
    "register": "台账",
    "user": "账号",
    "role_grant": "授权",
    "consumer": "接口",
    "pack_version": "政策版本",
    "run": "核算",
    "work_item": "待办",
    "area": "区划",
    "job": "后台作业",
    "event": "变动",
    "audit": "审计记录",
}

DETAILS: Mapping[str, str] = {
    "reason": "原因",
    "outcome": "结果",
    "round": "普查编号",
    "register": "台账",
    "move": "办理",
    "field": "项目",
    "variable": "项目",
    "variables": "各项资料",
    "title": "名单",
    "rows": "行数",
    "format": "格式",
    "filters": "筛选条件",
    "department": "部门",
    "stated_on": "统计到",
    "size": "文件大小（字节）",
    "households": "有变动的户",
    "verdict": "检查结果",
    "masked": "已遮盖号码",
    "new": "新增",
    "update": "更新",
    "unchanged": "没有变化",
    "conflict": "需要核实",
    "rejected": "不能入库",
    "username": "账号名",
    "user": "账号编号",
    "role": "角色",
    "from": "开始",
    "to": "结束",
    "name": "名称",
    "scopes": "权限",
    "task": "作业",
    "event": "变动",
    "done": "已办妥",
    "ok": "完好",
    "checked": "校验条数",
    "first_bad_seq": "从第几条起不对",
    "persons": "人数",
    "cause": "起因",
    "created": "新增",
    "updated": "更新",
    "hash": "内容指纹",
    "as_of": "核算日",
    "rulebook": "规则指纹",
    "snapshot": "资料指纹",
}
"""What a deed's detail is called; anything else is shown under its own name."""
