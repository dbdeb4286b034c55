"""Two people who did not make the draft say yes to exactly the content they saw; or one of them sends it back."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.policy_library.actions import draft_rows as rows
from songhe.contexts.policy_library.actions.draft_work import stop_waiting, wait_for_approvals
from songhe.contexts.policy_library.actions.put_in_force import put_in_force_if_due
from songhe.contexts.policy_library.errors import (
    ApprovedAlready,
    DraftChanged,
    DraftNotReady,
    MakerMayNotApprove,
    OnlyPeopleApprove,
)
from songhe.contexts.policy_library.models import DraftApproval, PackDraft, PackVersion
from songhe.contexts.policy_library.queries.content import seal_of
from songhe.contexts.policy_library.queries.drafts import DraftBrief, brief_of
from songhe.contexts.policy_library.words import APPROVALS_NEEDED, DraftState, Step
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right


def _locked(actor: Actor, draft_id: int) -> tuple[PackVersion, PackDraft]:
    current = rows.locked_version()
    draft = rows.locked_draft(draft_id)
    rows.require_at_city(actor, Right.APPROVE_PACKS, draft.base)
    if actor.kind != "user":
        raise OnlyPeopleApprove("批准要由人来做，程序不能代替。", next_step="请有批准权限的工作人员登录后批准。")
    if actor.id in draft.makers:
        raise MakerMayNotApprove("这份草稿是您拟的或者改过的，要由别人批准。", next_step="请另外两位有批准权限的同事来看。")
    return current, draft


@transaction.atomic
def approve_draft(actor: Actor, *, draft_id: int, seal: str, note: str = "") -> DraftBrief:
    """The actor's yes to the content with this seal is kept; with the second one the draft is approved, and in force if its day has come.

    Raises MakerMayNotApprove, ApprovedAlready, OnlyPeopleApprove, DraftChanged (edited since it was read), DraftNotReady.
    """
    current, draft = _locked(actor, draft_id)
    if draft.seal != seal:
        raise DraftChanged("草稿在您打开以后改过。", next_step="请重新看一遍再批准。")
    given = DraftApproval.objects.filter(draft=draft, seal=seal)
    if given.filter(approver=actor.id).exists():
        raise ApprovedAlready("您已经批准过了，还要另一位批准。")
    if draft.state != DraftState.SIMULATED:
        raise DraftNotReady("检查和试算都完成以后才能批准。", next_step="请打开草稿看到了哪一步。")
    DraftApproval.objects.create(
        draft=draft, seal=seal, approver=actor.id, approver_name=actor.name, approved_at=clock.now(), note=note.strip()[:200]
    )
    if given.count() >= APPROVALS_NEEDED:
        draft.state = DraftState.APPROVED
        draft.save(update_fields=["state"])
    rows.add_step(actor, draft, Step.APPROVED, note.strip()[:200])
    if draft.state != DraftState.APPROVED:
        wait_for_approvals(draft)
    else:
        stop_waiting(draft.id, "已批准")
        put_in_force_if_due(actor, current, draft)
    audit.record(actor, "pack.approve_draft", subject_type="pack_draft", subject_id=str(draft.id), detail={"seal": seal})
    return brief_of(draft)


@transaction.atomic
def send_back(actor: Actor, *, draft_id: int, reason: str) -> DraftBrief:
    """The draft is with its makers again, with the reason why; what others approved is void."""
    _, draft = _locked(actor, draft_id)
    if draft.state not in (DraftState.SIMULATED, DraftState.APPROVED):
        raise DraftNotReady("这份草稿没有在等批准。", next_step="请打开草稿看到了哪一步。")
    reason = rows.checked_reason(reason)
    draft.revision += 1
    draft.seal, draft.state = seal_of(draft), DraftState.DRAFT
    draft.save(update_fields=["revision", "seal", "state"])
    stop_waiting(draft.id, f"已退回：{reason}")
    rows.add_step(actor, draft, Step.SENT_BACK, reason)
    audit.record(actor, "pack.send_back_draft", subject_type="pack_draft", subject_id=str(draft.id), detail={"reason": reason})
    return brief_of(draft)
