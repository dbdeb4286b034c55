"""Which version of the pack was in force on a past day, for who counts past months again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.policy_library.models import PackVersion


@dataclass(frozen=True, slots=True)
class VersionStart:
    """A version and the first day on which it decided."""

    version_id: int
    content_hash: str
    in_force_on: dt.date


def version_starts() -> tuple[VersionStart, ...]:
    """All versions in the order in which they came into force."""
    return tuple(
        VersionStart(*row) for row in PackVersion.objects.order_by("id").values_list("id", "content_hash", "in_force_on")
    )
