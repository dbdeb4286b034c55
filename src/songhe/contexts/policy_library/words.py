"""The states of a draft of the pack and the moves between them, and what a draft is made of, in words for pages and letters."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

PACK_APPROVAL = "pack_approval"  # kind of a work item
APPROVALS_NEEDED = 2
"""Different people, none of whom made or edited the draft. The database counts them too (migration 0002)."""


class DraftState(StrEnum):
    """How far a draft has come on its way to being in force."""

    DRAFT = "draft"  # not checked yet, or the checks found what must be mended
    CHECKED = "checked"
    SIMULATED = "simulated"  # waits for approvals
    APPROVED = "approved"  # waits for its day
    IN_FORCE = "in_force"
    OVERTAKEN = "overtaken"  # another version came into force in between
    WITHDRAWN = "withdrawn"


DRAFT_STATE_LABELS: Mapping[DraftState, str] = {
    DraftState.DRAFT: "草稿",
    DraftState.CHECKED: "检查通过",
    DraftState.SIMULATED: "等待批准",
    DraftState.APPROVED: "已批准，等待施行",
    DraftState.IN_FORCE: "已施行",
    DraftState.OVERTAKEN: "要重新核对",
    DraftState.WITHDRAWN: "已撤回",
}

OPEN = frozenset({DraftState.DRAFT, DraftState.CHECKED, DraftState.SIMULATED, DraftState.APPROVED, DraftState.OVERTAKEN})
"""States in which a draft may still be edited or withdrawn."""


class DraftKind(StrEnum):
    """What a draft changes."""

    CHANGES = "changes"  # the city's own parameter values and readings
    FILES = "files"  # other files than those in force
    ROLLBACK = "rollback"  # the content of an earlier version


DRAFT_KIND_LABELS: Mapping[DraftKind, str] = {
    DraftKind.CHANGES: "调整标准或理解",
    DraftKind.FILES: "新的政策包文件",
    DraftKind.ROLLBACK: "恢复以前的版本",
}


class Step(StrEnum):
    """What happened to a draft; its timeline."""

    MADE = "made"
    EDITED = "edited"
    CHECKED = "checked"
    CHECKS_FAILED = "checks_failed"
    SIMULATED = "simulated"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    OVERTAKEN = "overtaken"
    WITHDRAWN = "withdrawn"
    IN_FORCE = "in_force"


STEP_LABELS: Mapping[Step, str] = {
    Step.MADE: "拟稿",
    Step.EDITED: "修改，此前的检查、试算和批准作废",
    Step.CHECKED: "检查通过",
    Step.CHECKS_FAILED: "检查没有通过",
    Step.SIMULATED: "完成试算",
    Step.APPROVED: "批准",
    Step.SENT_BACK: "退回，此前的批准作废",
    Step.OVERTAKEN: "另一个版本先施行了，要重新核对",
    Step.WITHDRAWN: "撤回",
    Step.IN_FORCE: "施行",
}
