"""What a new fact changed for a person, in one sentence: the last two decisions compared."""

from __future__ import annotations

from collections.abc import Iterable

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import Actor, Right


def news_of(actor: Actor, person_id: int) -> str:
    """重新核算后，现在符合“…”; empty where the actor may not see decisions or there are not two to compare."""
    if not actor.may(Right.SEE_DECISIONS):
        return ""
    history = entitlements.decision_history(actor, person_id=person_id, limit=2)
    if len(history) < 2:
        return ""
    now, before = history
    gained = _titles(set(now.eligible) - set(before.eligible))
    lost = _titles(set(before.eligible) - set(now.eligible))
    settled = _titles(set(before.cannot_tell) - set(now.cannot_tell) - set(now.eligible))
    parts = [f"新符合{gained}" if gained else "", f"不再符合{lost}" if lost else "", f"查清后不符合{settled}" if settled else ""]
    told = "；".join(part for part in parts if part)
    return f"已重新核算：{told}。" if told else "已重新核算，结果没有变化。"


def _titles(benefits: Iterable[str]) -> str:
    known = policy.pack_in_use().pack.benefits
    return "、".join(f"“{known[name].title}”" for name in known if name in set(benefits))
