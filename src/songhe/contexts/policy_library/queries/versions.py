"""The history of the pack: every version that ever was in force, how it came to be, and for how long it decided."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.policy_library.access import visible_to
from songhe.contexts.policy_library.models import PackVersion
from songhe.contexts.policy_library.words import DraftKind
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class VersionBrief:
    """One line of the pack's history. `direct`: loaded without approval; `until` is the day on which another one took its place."""

    id: int
    version: str
    content_hash: str
    loaded_at: dt.datetime
    reason: str
    in_use: bool
    in_force_on: dt.date
    until: dt.date | None
    direct: bool
    draft_id: int | None
    restores: int | None


def versions(actor: Actor) -> tuple[VersionBrief, ...]:
    """All versions, latest first."""
    return _briefs(list(visible_to(actor).defer("files", "overlay").select_related("draft").order_by("-id")))


def public_versions() -> tuple[VersionBrief, ...]:
    """All versions, latest first: that a rule was in force is no secret."""
    rows = PackVersion.objects.defer("files", "overlay").select_related("draft").order_by("-id")
    return _briefs(list(rows))


def _briefs(rows: list[PackVersion]) -> tuple[VersionBrief, ...]:
    made: list[VersionBrief] = []
    later: dict[str, dt.date] = {}
    for row in rows:
        restored = row.draft.restores_id if row.draft is not None and row.draft.kind == DraftKind.ROLLBACK else None
        made.append(
            VersionBrief(
                row.id, row.version, row.content_hash, row.loaded_at, row.reason, row.in_use, row.in_force_on, later.get("day"), row.direct,
                row.draft_id, restored,
            )
        )  # fmt: skip
        later["day"] = row.in_force_on
    return tuple(made)
