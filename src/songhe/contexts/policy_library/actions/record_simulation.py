"""Keep what a simulation of a draft found, handed down by who can compute it (entitlements stand above this context)."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.policy_library.actions import draft_rows as rows
from songhe.contexts.policy_library.actions.draft_work import wait_for_approvals
from songhe.contexts.policy_library.errors import DraftChanged, DraftNotReady
from songhe.contexts.policy_library.models import DraftSimulation
from songhe.contexts.policy_library.queries.drafts import DraftBrief, brief_of
from songhe.contexts.policy_library.queries.simulation import SimulationResult, as_json
from songhe.contexts.policy_library.words import DraftState, Step
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right


@transaction.atomic
def record_simulation(actor: Actor, *, draft_id: int, seal: str, result: SimulationResult) -> DraftBrief:
    """The result stands with the content that it is about, and the draft waits for approvals.

    Simulated again before anybody approved, the newer result counts. Raises DraftChanged for another content, DraftNotReady before
    the checks have passed and after the first approval (who approved saw the result that is kept).
    """
    draft = rows.locked_draft(draft_id)
    rows.require_at_city(actor, Right.CHANGE_PACKS, draft.base)
    if draft.seal != seal:
        raise DraftChanged("草稿已经改过，这次试算的不是现在的内容。", next_step="请等新内容试算完。")
    first = draft.state == DraftState.CHECKED
    if not first and (draft.state != DraftState.SIMULATED or brief_of(draft).approvals):
        raise DraftNotReady("现在不能记下试算结果：检查还没有通过，或者已经有人批准。", next_step="请打开草稿看到了哪一步。")
    DraftSimulation.objects.update_or_create(
        draft=draft, seal=seal, defaults={"result": as_json(result), "simulated_at": clock.now()}
    )
    draft.state = DraftState.SIMULATED
    draft.save(update_fields=["state"])
    wait_for_approvals(draft)
    rows.add_step(actor, draft, Step.SIMULATED, f"增加{result.gain}人，减少{result.lose}人")
    detail = {"gain": result.gain, "lose": result.lose, "snapshot": result.snapshot_sha256, "seal": seal}
    audit.record(actor, "pack.simulate_draft", subject_type="pack_draft", subject_id=str(draft.id), detail=detail)
    return brief_of(draft)
