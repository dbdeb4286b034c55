"""Edit a draft, put it on the version now in force, or withdraw it. Every edit voids checks, simulation and approvals."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from songhe.contexts.policy_library.actions import draft_rows as rows
from songhe.contexts.policy_library.actions.draft_change import resealed
from songhe.contexts.policy_library.actions.draft_work import stop_waiting
from songhe.contexts.policy_library.errors import SameValue
from songhe.contexts.policy_library.models import PackDraft
from songhe.contexts.policy_library.queries.content import content_hash, files_of
from songhe.contexts.policy_library.queries.drafts import DraftBrief, brief_of
from songhe.contexts.policy_library.words import DraftKind, DraftState, Step
from songhe.foundation import audit
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput


def _mine(actor: Actor, draft_id: int) -> PackDraft:
    draft = rows.locked_draft(draft_id)
    rows.require_at_city(actor, Right.CHANGE_PACKS, draft.base)
    return draft


@transaction.atomic
def edit_draft(actor: Actor, *, draft_id: int, reason: str, in_force_on: dt.date) -> DraftBrief:
    """The draft has this reason and this day; the same as before, nothing changes."""
    draft, reason = _mine(actor, draft_id), rows.checked_reason(reason)
    if (draft.reason, draft.in_force_on) == (reason, in_force_on):
        return brief_of(draft)
    draft.reason, draft.in_force_on = reason, rows.checked_day(in_force_on)
    return resealed(actor, draft, "改了理由或施行日期")


@transaction.atomic
def drop_change(actor: Actor, *, draft_id: int, place: int) -> DraftBrief:
    """One of several changes is no longer part of the draft. Raises InvalidInput for the only one."""
    draft = _mine(actor, draft_id)
    if draft.kind != DraftKind.CHANGES or not 0 <= place < len(draft.changes):
        raise InvalidInput("草稿里没有这一项改动。", next_step="请刷新页面再看。", field="place")
    if len(draft.changes) == 1:
        raise InvalidInput("草稿只有这一项改动。", next_step="不要了可以撤回整份草稿。", field="place")
    draft.changes = [each for index, each in enumerate(draft.changes) if index != place]
    draft.overlay = rows.with_changes(draft.base.overlay, draft.changes)
    draft.title = f"{len(draft.changes)}项改动"
    return resealed(actor, draft, "去掉一项改动")


@transaction.atomic
def rebase_draft(actor: Actor, *, draft_id: int) -> DraftBrief:
    """The draft's changes stand on the version now in force, with its other changes; nothing happens if they do already."""
    base = rows.locked_version()
    draft = _mine(actor, draft_id)
    if draft.base_id == base.id and draft.state != DraftState.OVERTAKEN:
        return brief_of(draft)
    draft.base = base
    if draft.kind == DraftKind.CHANGES:
        draft.overlay = rows.with_changes(base.overlay, draft.changes)
    elif draft.kind == DraftKind.FILES:
        draft.overlay = base.overlay
    if content_hash(files_of(draft), draft.overlay) == base.content_hash:
        raise SameValue("现在施行的版本里已经有这些内容。", next_step="这份草稿可以撤回。")
    return resealed(actor, draft, f"换到第{base.id}号版本上")


@transaction.atomic
def examine_again(actor: Actor, *, draft_id: int) -> DraftBrief:
    """Whoever checks and simulates is asked again for the draft as it is."""
    draft = _mine(actor, draft_id)
    audit.record(actor, "pack.examine_draft", subject_type="pack_draft", subject_id=str(draft.id))
    rows.tell_sealed(draft)
    return brief_of(draft)


@transaction.atomic
def withdraw_draft(actor: Actor, *, draft_id: int, reason: str) -> DraftBrief:
    """The draft will never be in force; it stays readable."""
    draft, reason = _mine(actor, draft_id), rows.checked_reason(reason)
    draft.state = DraftState.WITHDRAWN
    draft.save(update_fields=["state"])
    stop_waiting(draft.id, "草稿已撤回")
    rows.add_step(actor, draft, Step.WITHDRAWN, reason)
    audit.record(actor, "pack.withdraw_draft", subject_type="pack_draft", subject_id=str(draft.id), detail={"reason": reason})
    return brief_of(draft)
