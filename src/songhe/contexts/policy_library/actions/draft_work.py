"""A draft that waits for approvals is work of those who may approve it: neither of its makers, nor of who has said yes already."""

from __future__ import annotations

from songhe.contexts.policy_library.models import DraftApproval, PackDraft
from songhe.contexts.policy_library.queries.content import loaded
from songhe.contexts.policy_library.words import APPROVALS_NEEDED, PACK_APPROVAL
from songhe.foundation import work_items
from songhe.foundation.access import SYSTEM

OWNER = "民政"


def approval_key(draft_id: int) -> str:
    """The key of the work item of a draft that waits."""
    return f"{PACK_APPROVAL}:{draft_id}"


def wait_for_approvals(draft: PackDraft) -> None:
    """The simulated draft is one open item of the city, which stands in the lists of those only whose yes is still wanted."""
    given = list(DraftApproval.objects.filter(draft=draft, seal=draft.seal).order_by("id").values_list("approver", flat=True))
    stop_waiting(draft.id, f"已有{len(given)}位批准")
    left = APPROVALS_NEEDED - len(given)
    work_items.open_item(
        SYSTEM, kind=PACK_APPROVAL, key=approval_key(draft.id), owner=OWNER, area_path=f"{loaded(draft.base.content_hash).place.code}/",
        subject_type="pack_draft", subject_id=draft.id, title=f"政策草稿“{draft.title}”等您批准，还差{left}位", priority=1,
        due_on=draft.in_force_on, detail={"draft": draft.id, "not_for": sorted({*draft.makers, *given})},
    )  # fmt: skip


def stop_waiting(draft_id: int, outcome: str) -> None:
    """Nobody is asked any more for a yes to the draft as it was."""
    work_items.close_by_keys(SYSTEM, keys=[approval_key(draft_id)], outcome=outcome)
